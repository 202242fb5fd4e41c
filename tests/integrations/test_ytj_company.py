"""One company as YTJ tells of it: every trap of its answers, the published samples, and answers that lie."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.answers import UnreadableAnswer, read_json
from integrations.sandbox.ytj import sample_company
from integrations.ytj.company import company_of
from tests.support.partners import DATA

if TYPE_CHECKING:
    from pathlib import Path

OFFICES = [{"city": "ESBO", "languageCode": "2"}, {"city": "ESPOO", "languageCode": "1"}]
WHOLE: dict[str, Any] = {
    "type": 1,
    "street": "Karakaari",
    "buildingNumber": "7",
    "postCode": "02610",
    "postOffices": OFFICES,
}


def with_addresses(*addresses: dict[str, Any], language: str = "fi") -> Any:
    return company_of(sample_company(addresses=list(addresses)), language)


def test_a_whole_company() -> None:
    """The present main name, its day; the website; the postal address with the Finnish town."""
    found = company_of(sample_company())
    assert (found.business_id, found.name, found.name_since) == ("0244683-1", "Sandbox Oy", date(2019, 2, 1))
    assert (found.www, found.www_since) == ("www.example.com", date(2021, 1, 1))
    assert found.address == {"street": "Mannerheimintie 5", "postcode": "00100", "town": "HELSINKI"}
    assert (found.address_since, found.address_unread) == (date(2026, 5, 1), False)
    assert (found.ended, found.ended_on, found.in_proceedings) == (False, None, False)


def test_published_samples() -> None:
    """Answers captured from the live service are read: a company with a box alone, three of one name, and nobody."""
    folder = DATA / "ytj"
    if not folder.is_dir():
        print(f"no {folder}: the companies written here are all that was read")
        return
    (nokia,) = in_file(folder / "lookup-nokia.json")
    found = company_of(nokia)
    assert (found.name, found.www) == ("Nokia Oyj", "www.nokia.com")
    assert found.address == {"street": "PL 226", "postcode": "00045", "town": "NOKIA GROUP"}
    assert found.address_since == date(2014, 9, 30)
    addresses = [company_of(it).address for it in in_file(folder / "search-supercell.json")]
    streets = [address["street"] for address in addresses if address]
    assert streets[0] == "Jätkäsaarenlaituri 1"
    assert streets[2] == "c/o Supercell Oy, Jätkäsaarenlaituri 1"
    assert in_file(folder / "lookup-not-found.json") == []


def in_file(path: Path) -> list[Any]:
    companies = read_json(path.read_bytes())["companies"]
    assert isinstance(companies, list)
    return companies


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"name": "B", "type": "2"}, {"name": "A", "type": "1"}], "A"),
        ([{"name": "Old", "type": "1", "endDate": "2020-01-01"}, {"name": "B", "type": "2"}], None),
        (
            [
                {"name": "Old", "type": "1", "registrationDate": "2010-01-01"},
                {"name": "New", "type": "1", "registrationDate": "2020-01-01"},
            ],
            "New",
        ),
        ([{"name": "A", "type": 1, "endDate": None}], "A"),
        ([], None),
        (None, None),
    ],
)
def test_names(names: Any, expected: str | None) -> None:
    """The main name that has not ended, the latest of several; never a parallel or an ended one."""
    assert company_of(sample_company(names=names)).name == expected


@pytest.mark.parametrize(
    ("change", "street"),
    [
        ({"entrance": "A", "apartmentNumber": "5", "apartmentIdSuffix": "b"}, "Karakaari 7 A 5b"),
        ({"buildingNumber": None, "entrance": None}, "Karakaari"),
        ({"co": "Virtanen"}, "c/o Virtanen, Karakaari 7"),
        ({"co": "C/O  Virtanen"}, "c/o Virtanen, Karakaari 7"),
        ({"co": "c/o: Virtanen"}, "c/o Virtanen, Karakaari 7"),
        ({"street": "", "postOfficeBox": "226", "buildingNumber": ""}, "PL 226"),
        ({"street": None, "postOfficeBox": 226}, "PL 226"),
        ({"postOfficeBox": "226"}, "Karakaari 7"),
        ({"street": "", "buildingNumber": "", "freeAddressLine": "Kylätie_5_A"}, "Kylätie 5 A"),
        ({"freeAddressLine": "Something_else"}, "Karakaari 7"),
        ({"country": "FI"}, "Karakaari 7"),
        ({"country": "Suomi"}, "Karakaari 7"),
    ],
)
def test_street_lines(change: dict[str, Any], street: str) -> None:
    """The parts in their order, whatever is missing; care of once; a box; free text without its underscores."""
    found = with_addresses({**WHOLE, **change})
    assert found.address is not None
    assert found.address["street"] == street


@pytest.mark.parametrize(
    "change",
    [
        {"country": "SE"},
        {"country": "Ruotsi"},
        {"postCode": ""},
        {"postCode": "2610"},
        {"postCode": None},
        {"postOffices": []},
        {"postOffices": None},
        {"street": "", "buildingNumber": "7"},
        {"endDate": "2020-01-01"},
    ],
)
def test_an_address_is_whole_or_not_taken(change: dict[str, Any]) -> None:
    """Abroad, in parts or ended: nothing is taken, and it is said that there was one."""
    found = with_addresses({**WHOLE, **change})
    assert found.address is None
    assert found.address_unread is ("endDate" not in change)


def test_which_address() -> None:
    """Post goes to the postal address; where that is not whole, to the street; the latest of a kind counts."""
    postal = {**WHOLE, "type": 2, "street": "Postitie"}
    assert with_addresses(WHOLE, postal).address["street"] == "Postitie 7"
    assert with_addresses({**postal, "postCode": ""}, WHOLE).address["street"] == "Karakaari 7"
    older = {**postal, "street": "Vanhatie", "registrationDate": "2010-01-01"}
    newer = {**postal, "street": "Uusitie", "registrationDate": "2020-01-01"}
    assert with_addresses(newer, older).address["street"] == "Uusitie 7"
    assert with_addresses({**WHOLE, "type": "2"}).address is not None
    assert with_addresses({**WHOLE, "type": 3}).address is None


@pytest.mark.parametrize(
    ("offices", "language", "town"),
    [
        (OFFICES, "fi", "ESPOO"),
        (OFFICES, "sv", "ESBO"),
        (OFFICES[:1], "fi", "ESBO"),
        ([{"city": None, "languageCode": "1"}, *OFFICES[:1]], "fi", "ESBO"),
    ],
)
def test_towns(offices: Any, language: str, town: str) -> None:
    """By language and not by place; the other language's where there is no such."""
    assert with_addresses({**WHOLE, "postOffices": offices}, language=language).address["town"] == town


def test_a_box_in_swedish() -> None:
    """A box is PB in Swedish."""
    box = {**WHOLE, "street": "", "postOfficeBox": "5"}
    assert with_addresses(box, language="sv").address["street"] == "PB 5"


STRUCK_OFF = {"register": "1", "type": "4", "registrationDate": "2025-12-19"}


@pytest.mark.parametrize(
    ("change", "ended", "day"),
    [
        ({}, False, None),
        ({"status": "2", "endDate": "2024-03-31"}, True, date(2024, 3, 31)),
        ({"registeredEntries": [STRUCK_OFF]}, True, date(2025, 12, 19)),
        ({"registeredEntries": [{**STRUCK_OFF, "endDate": "2026-01-01"}]}, False, None),
        ({"registeredEntries": [{**STRUCK_OFF, "register": "6"}]}, False, None),
        ({"registeredEntries": [{**STRUCK_OFF, "type": "0"}]}, False, None),
        ({"companySituations": [{"type": "KONK", "registrationDate": "2026-01-01"}]}, False, None),
    ],
)
def test_ends(change: dict[str, Any], ended: bool, day: date | None) -> None:
    """An end date, or struck off the trade register today; a bankruptcy is no end, and ``status`` says nothing."""
    found = company_of(sample_company(**change))
    assert (found.ended, found.ended_on) == (ended, day)


def test_proceedings() -> None:
    """A bankruptcy, liquidation or restructuring that goes on is counted; one that is over is not."""
    now = {"type": "SANE", "registrationDate": "2026-01-01"}
    assert company_of(sample_company(companySituations=[now])).in_proceedings
    assert not company_of(sample_company(companySituations=[{**now, "endDate": "2026-02-01"}])).in_proceedings


@pytest.mark.parametrize(
    "change",
    [
        {"businessId": {"value": None}},
        {"businessId": None},
        {"names": {}},
        {"names": [1]},
        {"names": [{"name": ["A"], "type": "1"}]},
        {"names": [{"name": "A" * 501, "type": "1"}]},
        {"names": [{"name": "A", "type": "1", "registrationDate": "yesterday"}]},
        {"names": [{}] * 1001},
        {"website": "www.example.com"},
        {"website": {"url": True}},
        {"addresses": [{**WHOLE, "postCode": {"a": 1}}]},
    ],
)
def test_unreadable(change: dict[str, Any]) -> None:
    """What is not as documented is refused, never half understood."""
    with pytest.raises(UnreadableAnswer):
        company_of(sample_company(**change))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "type", "endDate", "value", "street", "postCode", "postOffices", "city", "url"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(sample_company())), JUNK)
def test_any_field_may_hold_anything(field: str, junk: Any) -> None:
    """A company with anything in one of its fields is a record or a refusal, and nothing else."""
    document = json.loads(json.dumps({**sample_company(), field: junk}))
    try:
        found = company_of(document)
    except UnreadableAnswer:
        return
    assert found.business_id
    assert found.address is None or set(found.address) == {"street", "postcode", "town"}
