"""The form's format: published, strict, and closed to whatever a stranger may write into it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.customers.errors import InvalidValue
from core.customers.web_types import Submission
from core.text import has_forbidden
from integrations.web_registrations import wire
from tests.support.web_house import submission

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SCHEMA = Path(wire.__file__).parents[2] / "docs" / "schemas" / "web-registration-v1.schema.json"
EXAMPLES = 150


def read(content: bytes) -> list[Any]:
    """What each line of *content* is."""
    return [line.found for line in wire.read_lines(io.BytesIO(content), NOW)]


def line(**changes: Any) -> bytes:
    """A submission as the site writes it."""
    return json.dumps(submission(**changes), ensure_ascii=False).encode()


def code(content: bytes) -> str:
    """Of the refusal of the only line."""
    (found,) = read(content)
    assert isinstance(found, InvalidValue), found
    return found.code


def test_the_published_schema_is_the_reader_s() -> None:
    """`python -m integrations.web_registrations` writes it anew."""
    assert SCHEMA.read_text(encoding="utf-8") == wire.schema_text()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "web.not_a_submission"),
        (b"[1]", "web.not_a_submission"),
        (b'"text"', "web.not_a_submission"),
        (b"\xff\xfe{}", "web.not_a_submission"),
        (b'{"id": "a", "id": "b"}', "web.not_a_submission"),
        (b'{"seconds": NaN}', "web.not_a_submission"),
        (b"[" * 50_000, "web.not_a_submission"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "web.not_a_submission"),
        (b'{"a": "' + b"x" * wire.LINE_LIMIT + b'"}', "web.not_a_submission"),
        (line(unknown=1), "web.unknown_shape"),
        (line(format="web-registration/v2"), "web.unknown_shape"),
        (line(id="short"), "web.unknown_shape"),
        (line(id="../../etc/passwd"), "web.unknown_shape"),
        (line(submitted_at="2026-11-22T10:00:00"), "web.unknown_shape"),
        (line(bans=["everything"]), "web.unknown_shape"),
        (line(bans=["direct_marketing"] * 8), "web.unknown_shape"),
        (
            line(visits=[{"at": "2026-11-22T09:00:00Z", "page": "/haku?q=nimi", "seconds": 1}]),
            "web.unknown_shape",
        ),
        (
            line(visits=[{"at": "2026-11-22T09:00:00Z", "page": "https://x.fi/", "seconds": 1}]),
            "web.unknown_shape",
        ),
        (line(visits=[{"at": "2026-11-21T09:00:00Z", "page": "/", "seconds": 1}] * 201), "web.unknown_shape"),
        (line(person__last_name="Mäkelä\x1b[31m"), "web.not_a_submission"),
        (line(person__last_name="M\u202eäkelä"), "web.not_a_submission"),
        (line(person__last_name="Mäkelä\nBcc: x"), "web.not_a_submission"),
        (line(person__last_name="x" * 81), "web.unknown_shape"),
        (line(person__identity_code="010101-123N"), "web.unknown_shape"),
        (line(person__email="ei osoite"), "customers.bad_email"),
        (line(person__first_name=None, person__last_name="  "), "web.nobody_named"),
        (line(ip="300.1.1.1"), "customers.bad_ip"),
        (line(customer_number="' OR 1"), "customers.bad_number"),
        (line(submitted_at="2027-01-01T00:00:00Z"), "web.submitted_later"),
        (line(submitted_at="0001-01-01T00:00:00+14:00", visits=[]), "web.not_a_submission"),
        (line(visits=[{"at": "2026-11-22T10:00:01+02:00", "page": "/", "seconds": 1}]), "web.visit_after"),
    ],
)
def test_what_is_refused(content: bytes, expected: str) -> None:
    """Each by its own rule; the sentence names the field, never a secret of ours."""
    assert code(content) == expected


def test_a_lone_half_of_a_character_is_refused() -> None:
    """It cannot be stored, and would stop whoever prints it."""
    assert code(rb'{"format": "\ud800"}') == "web.not_a_submission"


def test_a_long_line_does_not_swallow_the_next() -> None:
    """Only the line itself is refused, and of it only a beginning is kept."""
    content = b'{"a": "' + b"x" * (3 * wire.LINE_LIMIT) + b'"}\n' + line() + b"\n"
    first, second = wire.read_lines(io.BytesIO(content), NOW)
    assert len(first.text) <= wire.KEPT
    assert (second.number, type(second.found)) == (2, Submission)


def test_an_organisation_is_one() -> None:
    """Whoever names a firm and nobody in it is the firm."""
    (found,) = read(
        line(person__first_name=None, person__last_name=None, person__organisation_name="Järvi Oy")
    )
    assert found.values.kind == "organisation"


def test_marks_and_ends_of_lines_do_not_matter() -> None:
    """A byte order mark, CRLF and empty lines are how files come."""
    assert [type(it) for it in read(b"\xef\xbb\xbf" + line() + b"\r\n\r\n" + line(number=2))] == [
        Submission
    ] * 2


_text = st.text(max_size=40)
_member = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from(
    [*wire.SubmissionWire.__struct_fields__, *(f"person__{it}" for it in wire.PersonWire.__struct_fields__)]
)
_hostile = st.one_of(
    st.binary(max_size=300),
    st.dictionaries(_names, _member | _text, max_size=4).map(
        lambda it: json.dumps(submission(**it)).encode("utf-8", "surrogatepass")
    ),
    st.tuples(st.just(line()), st.integers(0, 400), st.binary(max_size=6)).map(
        lambda it: it[0][: it[1]] + it[2] + it[0][it[1] + 1 :]
    ),
)


@settings(max_examples=EXAMPLES)
@given(st.lists(_hostile, max_size=6))
@example([b"\x00" * 10, b"{}", b'{"quarantine": 1, "line": "{}"}', b'{"quarantine": {"row": 1}}'])
def test_whatever_comes_each_line_is_a_submission_or_a_refusal(lines: list[bytes]) -> None:
    """Nothing is lost and nothing gets through: the counts add up, what is taken is clean, what is not can go round."""
    content = b"\n".join(lines)
    found = list(wire.read_lines(io.BytesIO(content), NOW))
    assert len(found) == sum(1 for it in content.split(b"\n") if it.strip(b"\xef\xbb\xbf\r\n\t "))
    for one in found:
        if isinstance(one.found, Submission):
            texts = [str(it) for it in one.found.values.as_dict().values() if it is not None]
            assert not any(has_forbidden(text) for text in texts)
            assert one.found.submitted_at.tzinfo is not None
            continue
        assert isinstance(one.found, InvalidValue)
        one.found.explain("fi")
        kept = wire.quarantined(one, "syy")
        assert kept.isascii()
        assert "\n" not in kept
        msgspec.json.decode(kept)
        (again,) = read(kept.encode())
        assert type(again) is type(one.found) or isinstance(again, InvalidValue)
