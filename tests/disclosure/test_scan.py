"""The canary scan finds what may not leave, however it is written, and nothing else."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.scan import Canaries

STREET = "Mäkelänkatu 5 A 12"
WRITTEN = {
    "utf-8": STREET.encode(),
    "latin-1": STREET.encode("latin-1"),
    "iso-8859-15": STREET.encode("iso-8859-15"),
    "upper case": STREET.upper().encode(),
    "line break": STREET.replace(" ", "\n  ").encode(),
    "percent": quote(STREET).encode(),
    "percent latin-1": quote(STREET.encode("latin-1")).encode(),
    "plus": quote(STREET).replace("%20", "+").encode(),
    "html": STREET.replace("ä", "&auml;").encode(),
    "html number": STREET.replace("ä", "&#228;").encode(),
    "json": json.dumps(STREET).encode(),
    "base64": base64.b64encode(STREET.encode()),
    "base64 in a value": b"data=" + base64.b64encode(b"x" + STREET.encode()) + b"&more",
    "base64 for urls": base64.urlsafe_b64encode(b"??>" + STREET.encode()),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_value_is_found_however_it_is_written(written: bytes) -> None:
    """Charset, escaping and base64 hide nothing."""
    canaries = Canaries([("address.street", STREET)], [])
    assert canaries.found_in(b"<a>1</a>" + written + b"<b/>") == {"address.street"}


@pytest.mark.parametrize(
    ("field", "value", "content"),
    [
        ("phone", "+358401234567", b"tel 0401234567"),
        ("phone", "+358401234567", b"358401234567"),
        ("bank.iban", "FI2112345600000785", b"FI21 1234 5600 0007 85"),
        ("address.postcode", "00100", b"<postnumber>00100</postnumber>"),
    ],
)
def test_other_spellings_of_a_value_are_found(field: str, value: str, content: bytes) -> None:
    """A telephone number without its country, an account number in groups, a postcode by itself."""
    assert Canaries([(field, value)], []).found_in(content) == {field}


@pytest.mark.parametrize(
    ("value", "content", "permitted"),
    [
        ("00100", b"reference 1001005", []),
        ("FI", b"<country>FI</country>", []),
        ("Espoo", b"Espoon Kaivo Oy", ["Espoon Kaivo Oy"]),
        ("Matti", b"Matti", ["Matti"]),
        ("Virtanen", b"Meikalainen", []),
    ],
)
def test_chance_is_not_held_against_the_bytes(value: str, content: bytes, permitted: list[str]) -> None:
    """Part of a longer number, a very short value, or what is permitted anyway is let through."""
    assert Canaries([("field", value)], permitted).found_in(content) == frozenset()


def test_order_lines_are_values_too() -> None:
    """The texts inside order lines are sought like any other."""
    lines = ({"product": "OM", "description": "Omenapuu"},)
    assert Canaries([("order.lines", lines)], []).found_in(b"two Omenapuu") == {"order.lines"}


@given(st.text(min_size=5, max_size=30), st.binary(max_size=40), st.binary(max_size=40))
def test_a_planted_value_is_always_found(value: str, before: bytes, after: bytes) -> None:
    """Whatever the value and whatever stands around it, UTF-8 text is found where its neighbours are text."""
    folded = " ".join(value.casefold().split())
    if len(folded) < 5 or folded.isdigit() or "\ufffd" in value:
        return
    content = (
        before.hex().encode() + b" <" + value.encode("utf-8", "surrogatepass") + b"> " + after.hex().encode()
    )
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value) or value != value.strip():
        return
    assert Canaries([("field", value)], []).found_in(content) == {"field"}


@given(st.binary(max_size=300))
def test_any_bytes_can_be_scanned(content: bytes) -> None:
    """Bytes that are no text raise nothing."""
    Canaries([("field", "something")], ["else"]).found_in(content)
