"""Entries: canonical bytes of a fixed shape, in which no name fits."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.log.entries import (
    MAX_ENTRY_BYTES,
    Intent,
    body_of,
    canonical,
    decode,
    encode,
    kind_of,
)
from core.disclosure.log.errors import EntryInvalid
from core.disclosure.log.events import FORMAT
from tests.support.log_bodies import intent, outcome

CODE = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
DIGEST = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
TIME = st.integers(0, 2**53 - 1)


@st.composite
def intents(draw: st.DrawFn) -> dict[str, Any]:
    """Any valid intent."""
    return intent(
        draw(st.integers(0, 2**31)),
        ts=draw(TIME),
        purpose=draw(CODE),
        recipient=draw(CODE),
        categories=sorted(draw(st.sets(CODE, min_size=1, max_size=32))),
        count=draw(st.integers(1, 2**32 - 1)),
        sealed=draw(DIGEST),
    )


@given(intents())
def test_entry_is_rfc_8785_and_is_read_back(members: dict[str, Any]) -> None:
    """An entry's bytes are what the RFC 8785 library writes, and give the same body again."""
    body = body_of("intent", members)
    entry = encode(body)
    assert entry == rfc8785.dumps({**members, "t": FORMAT + "intent"})
    assert decode(entry) == body
    assert json.loads(entry)["t"] == "disclosure-log/v1/intent"


@given(intents(), st.data())
def test_bytes_that_are_not_canonical_are_refused(members: dict[str, Any], data: st.DataObject) -> None:
    """The same meaning in other bytes is refused: spaces, another order, escapes, repeated members."""
    entry = encode(body_of("intent", members))
    at = data.draw(st.sampled_from([index for index, byte in enumerate(entry) if byte in b",:{}"][:-1]))
    parsed = json.loads(entry)
    reversed_order = json.dumps(dict(reversed(parsed.items())), separators=(",", ":")).encode()
    repeated = entry[:-1] + b',"ts":%d}' % members["ts"]
    for other in (
        entry[: at + 1] + b" " + entry[at + 1 :],
        reversed_order,
        repeated,
        entry.replace(b'"FI"', b'"\\u0046I"'),
        entry.replace(b'"count":', b'"count":0'),
        entry + b"\n",
    ):
        with pytest.raises(EntryInvalid):
            decode(other)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("intent", {"name": "Maija Meikäläinen"}),
        ("intent", {"recipient": "Maija Meikäläinen"}),
        ("intent", {"recipient": "maija meikäläinen"}),
        ("intent", {"recipient": "tilitoimisto\n"}),
        ("intent", {"categories": ["Maija"]}),
        ("intent", {"categories": []}),
        ("intent", {"categories": ["orders", "name"]}),
        ("intent", {"categories": ["name", "name"]}),
        ("intent", {"id": "maija.meikalainen@example.fi"}),
        ("intent", {"id": "0190aaaa-0000-4000-8000-000000000000"}),
        ("intent", {"country": "Finland"}),
        ("intent", {"country": "fi"}),
        ("intent", {"count": 0}),
        ("intent", {"count": 2**32}),
        ("intent", {"count": 1.0}),
        ("intent", {"count": "1"}),
        ("intent", {"count": True}),
        ("intent", {"sealed": "AB" * 32}),
        ("intent", {"sealed": None}),
        ("intent", {"policy": "maija"}),
        ("intent", {"ts": -1}),
        ("intent", {"ts": 2**53}),
        ("outcome", {"state": "sent"}),
        ("outcome", {"by": "Maija"}),
        ("outcome", {"state": "refused"}),
        ("outcome", {"state": "partial"}),
        ("outcome", {"delivered": 0}),
        ("outcome", {"digest": "maija"}),
        ("outcome", {"note": "called Maija"}),
        ("genesis", {}),
        ("spying", {}),
    ],
)
def test_anything_outside_the_shape_is_refused(kind: str, changes: dict[str, Any]) -> None:
    """A name, free text, an unknown member or a value outside its pattern cannot be written."""
    members = outcome(1) if kind == "outcome" else intent(1)
    with pytest.raises(EntryInvalid):
        encode(body_of(kind, {"ts": 1} | members | changes))


def test_body_made_by_hand_is_checked_when_written() -> None:
    """A typed body is held to its patterns when it becomes an entry, since making it does not check."""
    good = body_of("intent", {"ts": 1} | intent(1))
    assert isinstance(good, Intent)
    with pytest.raises(EntryInvalid):
        encode(msgspec.structs.replace(good, recipient="Maija Meikäläinen"))


@pytest.mark.parametrize("kind", ["genesis", "intent", "outcome"])
def test_kinds(kind: str) -> None:
    """Each kind has a body of its own, and a body knows its kind."""
    genesis = {"origin": "a/b", "vkey": "a/b+00000000+AA==", "policy": "1", "software": "0.1.0"}
    body = body_of(kind, {"ts": 1} | {"genesis": genesis, "intent": intent(1), "outcome": outcome(1)}[kind])
    assert type(body).__name__.lower() == kind
    assert kind_of(body) == kind
    assert decode(encode(body)) == body


@pytest.mark.parametrize(
    "entry",
    [b"", b"{}", b"[]", b"null", b"\xff", b'{"t":"disclosure-log/v1/spying"}', b"[" * 60_000, bytes(65_536)],
)
def test_other_bytes_are_no_entry(entry: bytes) -> None:
    """What is not an entry is refused, however odd."""
    with pytest.raises(EntryInvalid):
        decode(entry)


@pytest.mark.parametrize("value", [1.5, None, 2**53, {"ä": 1}, "a\u0308", b"bytes", {1: 1}, [1.0]])
def test_profile_is_narrower_than_json(value: Any) -> None:
    """Floats, nulls, large numbers, keys beyond ASCII and strings not in NFC are outside the profile."""
    with pytest.raises(EntryInvalid):
        canonical(value)
    assert canonical({"b": [1, "ä"], "a": True}) == '{"a":true,"b":[1,"ä"]}'.encode()


def test_longest_intent_fits_an_entry() -> None:
    """The longest body that the patterns allow is far below the limit of a bundle."""
    longest = intent(
        1,
        ts=2**53 - 1,
        purpose="p" * 40,
        basis="b" * 40,
        recipient="r" * 40,
        channel="c" * 40,
        categories=sorted(chr(97 + number // 26) + chr(97 + number % 26) + "x" * 38 for number in range(32)),
        count=2**32 - 1,
        policy="1" * 64,
        software="1" * 64,
    )
    assert len(encode(body_of("intent", longest))) < MAX_ENTRY_BYTES // 20
