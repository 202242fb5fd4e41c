"""The canary scan finds what may not leave, however it is written, and nothing else."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.scan import Canaries

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# --- many at once find what one by one finds


def _plainly(needles: dict[str, str], content: bytes) -> set[str]:
    """What is found by looking at every place for every value, in every view by itself."""
    found = set()
    for text in _plain_views(content):
        folded = " ".join(re.split(r"\s+", text)).casefold()
        for needle, field in needles.items():
            for place in range(len(folded)):
                if folded.startswith(needle, place) and _alone(folded, place, needle):
                    found.add(field)
    return found


def _alone(text: str, place: int, needle: str) -> bool:
    around = text[max(place - 1, 0) : place] + text[place + len(needle) : place + len(needle) + 1]
    return not needle.isdigit() or len(needle) >= 8 or not any(char.isdigit() for char in around)


def _plain_views(content: bytes) -> Iterator[str]:
    for text in (content.decode("utf-8", "replace"), content.decode("latin-1")):
        yield text
        yield html.unescape(text)
        for run in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
            for start in range(4):
                part = run[start:].replace("-", "+").replace("_", "/")
                part = part[:-1] if len(part) % 4 == 1 else part
                decoded = base64.b64decode(part + "=" * (-len(part) % 4))
                yield from (decoded.decode("utf-8", "replace"), decoded.decode("latin-1"))


WORDS = ("mäki 5", "00100", "040123", "abcdef", "b12345678", "åäöåä", "x@y.fi", "12345")
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(("1", "9", " ", "  ", "\n", "a", "ä", "&auml;", '"', ",", "\u0660")),
    st.text(max_size=3),
)


@given(
    st.lists(
        st.lists(PIECES, max_size=8)
        .map("".join)
        .flatmap(
            lambda text: st.sampled_from(
                [
                    text.encode("utf-8", "replace"),
                    text.encode("latin-1", "replace"),
                    b"x=" + base64.b64encode(text.encode("utf-8", "replace")),
                    base64.urlsafe_b64encode(b"?" + text.encode("latin-1", "replace")),
                ]
            )
        ),
        max_size=4,
    ),
    st.sets(st.sampled_from(WORDS), min_size=1),
)
def test_many_at_once_find_what_one_by_one_finds(contents: list[bytes], words: set[str]) -> None:
    """Payloads put together, whatever they are written in, give what each place of each gives."""
    needles = {word: word for word in words}
    wanted = {field for content in contents for field in _plainly(needles, content)}
    assert Canaries(needles.items(), []).found_in(*contents) == wanted


def test_nothing_is_found_across_two_payloads() -> None:
    """The end of one and the beginning of the next are not one text."""
    canaries = Canaries([("name.last", "Virtanen"), ("phone", "040123")], [])
    assert canaries.found_in(b"Virt", b"anen", b"040", b"123") == frozenset()
    assert canaries.found_in(b"Virt", b"040123") == {"phone"}


def test_a_hundred_thousand_values_are_sought_quickly() -> None:
    """The work grows with the words that differ, not with places times values (which took 20 s)."""
    values = [("phone", f"+35840{number:07d}") for number in range(20_000)]
    contents = [json.dumps({"name": f"Matti {n}", "street": "Katu 5"}).encode() for n in range(20_000)]
    began = time.process_time()
    assert Canaries(values, []).found_in(*contents) == frozenset()
    assert time.process_time() - began < 3
    assert Canaries(values, []).found_in(*contents, b"tel. 0400012345") == {"phone"}
