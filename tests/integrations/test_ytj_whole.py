"""The daily file: every company once, in constant memory, and a file that is not whole never passes for one."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.answers import UnreadableAnswer
from integrations.sandbox.ytj import sample_company
from integrations.ytj import whole
from integrations.ytj.whole import elements, told_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.updates.companies import Told

IDS = [f"{n:07}-{n % 10}" for n in range(1, 8)]


def companies(*ids: str) -> list[dict[str, Any]]:
    return [sample_company(business_id, f'Yritys {business_id} ["{{}}\\ Oy') for business_id in ids]


def told(content: bytes, ours: Sequence[str]) -> list[Told]:
    stream = io.BytesIO(content)
    return [one for _, some in told_from(stream, lambda ids: set(ids) & set(ours), "fi") for one in some]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("chunk", [7, 100, 1 << 20])
@pytest.mark.parametrize("wrapped", [False, True])
def test_every_company_once(
    monkeypatch: pytest.MonkeyPatch, indent: int | None, chunk: int, wrapped: bool
) -> None:
    """However it is spaced, packed or cut into reads; names full of brackets and quotation marks confuse nobody."""
    monkeypatch.setattr(whole, "_CHUNK", chunk)
    document: Any = companies(*IDS)
    if wrapped:
        document = {"totalResults": len(IDS), "companies": document}
    content = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    found = list(elements(io.BytesIO(content)))
    assert [element.business_id for element in found] == IDS
    assert [json.loads(element.content) for element in found] == companies(*IDS)
    assert found[-1].read_so_far <= len(content)


def test_only_ours_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not ours is passed over, whatever stands in it; ours come as records."""
    content = json.dumps([*companies(*IDS[:2]), {**sample_company(IDS[2]), "names": 5}]).encode()
    monkeypatch.setattr(whole, "_AT_ONCE", 2)
    found = told(content, IDS[:1])
    assert [one.business_id for one in found] == IDS[:1]
    assert found[0].record is not None
    assert found[0].record.name == f'Yritys {IDS[0]} ["{{}}\\ Oy'


def test_ours_that_cannot_be_read_are_told() -> None:
    """A company of ours that is not as documented is told with the reason; one without an id is dropped."""
    nameless = {**sample_company(), "businessId": {"value": None}}
    content = json.dumps([{**sample_company(IDS[0]), "names": 5}, nameless, *companies(IDS[1])]).encode()
    found = told(content, IDS)
    assert [(one.business_id, one.unreadable is not None) for one in found] == [
        (IDS[0], True),
        (IDS[1], False),
    ]


def test_an_id_written_otherwise_is_found_by_reading() -> None:
    """Where the id does not stand where it is expected the company is read, so that none is missed."""
    moved = {**sample_company(IDS[0]), "businessId": {"registrationDate": "2010-01-01", "value": IDS[0]}}
    (element,) = elements(io.BytesIO(json.dumps([moved]).encode()))
    assert element.business_id is None
    assert [one.business_id for one in told(json.dumps([moved]).encode(), [])] == [IDS[0]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"null",
        b"<html></html>",
        b"[1]",
        b"[{}, 1]",
        b"[{",
        b'[{"a": "b',
        b'[{"a": "b"}',
        b"[" + b'{"a":' + b"[" * 200 + b"]" * 200 + b"}]",
        json.dumps(companies(*IDS)).encode()[:-1],
        json.dumps(companies(*IDS)).encode()[:-2000],
    ],
)
def test_no_whole_file(content: bytes) -> None:
    """Cut off, nested without end, or something else: refused."""
    with pytest.raises(UnreadableAnswer):
        list(elements(io.BytesIO(content)))


def test_a_company_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One company cannot fill the memory."""
    monkeypatch.setattr(whole, "MAX_COMPANY", 10_000)
    monkeypatch.setattr(whole, "_CHUNK", 1_000)
    with pytest.raises(UnreadableAnswer, match="too large"):
        list(elements(io.BytesIO(b'[{"a": "' + b"x" * 1_000_000)))


def test_constant_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the companies take no more memory."""
    monkeypatch.setattr(whole, "_CHUNK", 1 << 16)
    monkeypatch.setattr(whole, "_AT_ONCE", 50)
    one = json.dumps(sample_company()).encode()

    class Endless(io.RawIOBase):
        def __init__(self, count: int) -> None:
            self.left, self.rest = count, b"["

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.rest and self.left:
                self.left -= 1
                self.rest = one + (b"," if self.left else b"]")
            taken = self.rest[: len(buffer)]
            self.rest = self.rest[len(taken) :]
            buffer[: len(taken)] = taken
            return len(taken)

    def peak(count: int) -> int:
        tracemalloc.start()
        stream: Any = io.BufferedReader(Endless(count))
        found = sum(len(some) for _, some in told_from(stream, lambda ids: (), "fi"))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == 0
        return size

    assert peak(5_000) < 1.5 * peak(500)


@given(
    st.binary(max_size=200),
    st.integers(1, 20),
    st.sampled_from([b"", b"[", b'[{"businessId":{"value":"0244683-1"']),
)
def test_any_bytes(junk: bytes, chunk: int, start: bytes) -> None:
    """Whatever the bytes, companies or a refusal."""
    before, whole.__dict__["_CHUNK"] = whole.__dict__["_CHUNK"], chunk
    try:
        assert all(isinstance(element.content, bytes) for element in elements(io.BytesIO(start + junk)))
    except UnreadableAnswer:
        pass
    finally:
        whole.__dict__["_CHUNK"] = before


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=5),
            st.recursive(
                st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
            ),
            max_size=3,
        ),
        max_size=6,
    ),
    st.integers(1, 30),
    st.booleans(),
)
def test_any_objects_come_back(documents: list[dict[str, Any]], chunk: int, ascii_only: bool) -> None:
    """Every object of any array comes back whole, wherever the reads cut it."""
    content = json.dumps(documents, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    before, whole.__dict__["_CHUNK"] = whole.__dict__["_CHUNK"], chunk
    try:
        found = [
            json.loads(element.content.decode("utf-8", "surrogatepass"))
            for element in elements(io.BytesIO(content))
        ]
    finally:
        whole.__dict__["_CHUNK"] = before
    assert found == documents
