"""The formats to the letter: vCard 4.0, JSON Lines, address lines."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.exits import Item
from core.documents.addresses import address_lines
from core.documents.tables import csv_file, json_lines, label_rows
from core.documents.vcard import cards

TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=120)


def item(**fields: str) -> Item:
    """An item; ``name_first`` means ``name.first``."""
    return Item("1", "key/1", {name.replace("_", ".", 1): value for name, value in fields.items()})


ELLI = item(
    customer_number="1001",
    name_first="Elli",
    name_last="Aaltonen",
    email="elli@example.fi",
    phone="+358401234567",
    address_street="Kevätpolku 43 A 9",
    address_postcode="90520",
    address_town="Oulu",
    address_country="FI",
)


def unfolded(content: bytes) -> list[str]:
    """Content lines as RFC 6350, 3.2 has a reader put them together."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_a_card_is_as_the_standard_shows_it() -> None:
    """RFC 6350: version first, FN always, N with five and ADR with seven components, a telephone as a URI."""
    assert unfolded(cards([ELLI])) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:individual",
        "FN:Elli Aaltonen",
        "N:Aaltonen;Elli;;;",
        "ADR:;;Kevätpolku 43 A 9;Oulu;;90520;FI",
        "EMAIL:elli@example.fi",
        "TEL;VALUE=uri:tel:+358401234567",
        "X-CUSTOMER-NUMBER:1001",
        "END:VCARD",
        "",
    ]


def test_an_organisation_is_one() -> None:
    """KIND:org, and its name as FN and ORG with what separates components escaped."""
    lines = unfolded(
        cards([item(organisation_name="Järvi, Pojat; & Co\\", organisation_business_id="2077474-0")])
    )
    assert "KIND:org" in lines
    assert "FN:Järvi\\, Pojat\\; & Co\\\\" in lines
    assert "ORG:Järvi\\, Pojat\\; & Co\\\\" in lines


@given(first=TEXT, last=TEXT, street=TEXT)
def test_no_value_breaks_out_of_its_line(first: str, last: str, street: str) -> None:
    """Whatever a name holds, lines are at most 75 octets, whole characters, and as many properties as were meant."""
    content = cards([item(name_first=first, name_last=last, address_street=street)])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = unfolded(content)
    assert [line.partition(":")[0] for line in lines] == [
        "BEGIN", "VERSION", "KIND", "FN", "N", "ADR", "END", ""
    ]  # fmt: skip
    meant = last.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    assert lines[4].startswith(f"N:{meant};")


@given(value=TEXT)
def test_json_lines_give_back_what_went_in(value: str) -> None:
    """One object a line, whatever the value."""
    lines = json_lines([item(name_first=value), item(name_first="b")]).decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == [{"name.first": value}, {"name.first": "b"}]
    assert lines[-1] == ""


def test_columns_are_those_that_somebody_has() -> None:
    """A category that nobody has makes no empty column; headings are in the register's language."""
    text = csv_file([ELLI, item(organisation_name="Järvi Oy")], "en").decode("utf-8-sig")
    assert text.splitlines()[0] == (
        "Customer number;First name;Last name;Organisation;E-mail;Telephone;Street address;Postcode;Town;Country"
    )
    assert text.splitlines()[2] == ";;;Järvi Oy;;;;;;"


def test_an_address_is_written_as_the_post_wants_it() -> None:
    """Town in capitals; the country only abroad, in English capitals; organisation above the person."""
    assert address_lines(ELLI) == ("Elli Aaltonen", "Kevätpolku 43 A 9", "90520 OULU")
    abroad = item(
        organisation_name="Järvi Ab",
        name_first="Åke",
        name_last="Öhman",
        address_street="Box 1",
        address_postcode="111 22",
        address_town="Stockholm",
        address_country="SE",
    )
    assert address_lines(abroad) == ("Järvi Ab", "Åke Öhman", "Box 1", "111 22 STOCKHOLM", "SWEDEN")
    assert address_lines(item(address_country="VU"))[-1] == "VU"
    rows = label_rows([ELLI, abroad], "fi").decode("utf-8-sig").splitlines()
    assert rows == [
        "Osoiterivi 1;Osoiterivi 2;Osoiterivi 3;Osoiterivi 4;Osoiterivi 5",
        "Elli Aaltonen;Kevätpolku 43 A 9;90520 OULU;;",
        "Järvi Ab;Åke Öhman;Box 1;111 22 STOCKHOLM;SWEDEN",
    ]
