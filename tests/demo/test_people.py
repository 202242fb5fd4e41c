"""The invented people: the same for the same seed, valid in form, nobody real, bans as often as in life."""

from __future__ import annotations

import csv
import random
import tracemalloc
from collections import Counter
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import phonenumbers
import pytest
from stdnum import iban as iban_numbers
from stdnum import luhn
from stdnum.fi import hetu, ytunnus

from tui.demo.files import ANSWER_COLUMNS, ANSWER_SHARES, REGISTER_COLUMNS, write_answer, write_register
from tui.demo.people import (
    FIRST_NUMBER,
    RESERVED_DOMAINS,
    Person,
    business_id,
    iban,
    identity_code,
    people,
    person,
)
from tui.demo.places import places

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_261_123
MANY = 20_000


@pytest.fixture(scope="module")
def crowd() -> list[Person]:
    """Twenty thousand of them."""
    return list(people(SEED, MANY))


def test_the_same_seed_makes_the_same_people() -> None:
    """A person depends on seed and number alone, whoever was made before."""
    assert list(people(7, 50)) == list(people(7, 50))
    assert person(7, 40) == list(people(7, 50))[40]
    assert list(people(7, 50)) != list(people(8, 50))


def test_identifiers_are_valid_and_nobodys(crowd: list[Person]) -> None:
    """Check digits are right, and every identifier is in a range that is issued to nobody."""
    for one in crowd:
        if one.iban:
            assert iban_numbers.is_valid(one.iban)
            assert luhn.is_valid(one.iban[4:])
            assert one.iban[4] == "9"
        if one.business_id:
            assert ytunnus.is_valid(one.business_id)
            assert one.business_id.startswith("9")
        if one.email:
            assert one.email.endswith(RESERVED_DOMAINS)
        if one.www:
            assert one.www.endswith(RESERVED_DOMAINS)
    for one in crowd[:2_000]:
        if one.phone:
            assert phonenumbers.is_valid_number(phonenumbers.parse(one.phone, "FI"))


def test_identity_codes_are_test_codes() -> None:
    """Identity codes are well-formed and of the numbers 900-999, which are set aside for tests."""
    for index in range(300):
        code = identity_code(SEED, index)
        assert hetu.validate(code, allow_temporary=True)
        assert 900 <= int(code[7:10]) <= 999


def test_numbers_and_business_ids_are_unique(crowd: list[Person]) -> None:
    """No two customers share a number, an e-mail address or a business id."""
    for name in ("number", "email", "business_id"):
        values = [value for one in crowd if (value := getattr(one, name))]
        assert len(values) == len(set(values))


def test_bans_stand_at_the_shares_of_the_population_register(crowd: list[Person]) -> None:
    """4.2 % forbid updates, 5.1 % direct marketing, 2.5 % publication, 2 % research; 0.2 % are protected."""
    persons = [one for one in crowd if one.kind == "person"]
    found = Counter(ban for one in persons for ban in one.bans)
    share = {ban: count / len(persons) for ban, count in found.items()}
    assert share["register_update"] == pytest.approx(0.042, abs=0.005)
    assert share["direct_marketing"] == pytest.approx(0.051, abs=0.005)
    assert share["publication"] == pytest.approx(0.025, abs=0.005)
    assert share["opinion_research"] == pytest.approx(0.020, abs=0.005)
    assert sum(one.protected_address for one in persons) / len(persons) == pytest.approx(0.002, abs=0.0015)
    assert len(persons) / len(crowd) == pytest.approx(0.88, abs=0.02)


def test_a_representative_names_an_earlier_firm(crowd: list[Person]) -> None:
    """Whom a person represents is a firm that stands before it in the register."""
    kinds = {one.number: one.kind for one in crowd}
    named = [one for one in crowd if one.represents]
    assert len(named) > 100
    for one in named:
        assert int(one.represents) < int(one.number)
        assert kinds[one.represents] == "organisation"


def test_towns_go_with_their_postcodes(crowd: list[Person]) -> None:
    """Each address is one of the real pairs, of which there are hundreds, each code once."""
    pairs = set(places().pairs)
    assert len(pairs) > 500
    assert len({code for code, _ in pairs}) == len(pairs)
    assert {(one.postcode, one.town) for one in crowd} <= pairs


def test_a_million_stream_in_little_memory() -> None:
    """The generator holds one person at a time, wherever in the million it is."""
    tracemalloc.start()
    assert sum(1 for _ in islice(people(SEED, 1_000_000), 3_000)) == 3_000
    assert person(SEED, 999_999).number == str(FIRST_NUMBER + 999_999)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_a_serial_without_check_digit_has_no_business_id() -> None:
    """Serials whose remainder is 1 have no check digit and are passed over."""
    assert any(business_id(serial) is None for serial in range(9_000_000, 9_000_020))
    assert iban_numbers.is_valid(iban(random.Random(1)))


def test_the_register_file_has_every_column_and_its_flaws(tmp_path: Path) -> None:
    """The file of an existing register holds everybody once, and as many broken rows as asked for."""
    path = tmp_path / "register.csv"
    written = write_register(path, seed=SEED, count=200, flawed=8)
    with path.open(encoding="utf-8", newline="") as stream:
        headings, *rows = list(csv.reader(stream, delimiter=";"))
    assert tuple(headings) == tuple(REGISTER_COLUMNS.values())
    assert (written.rows, written.flawed, len(rows)) == (208, 8, 208)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_answer_file_has_every_code(tmp_path: Path) -> None:
    """An answer names persons once each, with every code and a few strangers."""
    path = tmp_path / "answer.csv"
    day = date(2026, 11, 20)
    written = write_answer(path, seed=SEED, count=5_000, rows=3_000, answered_on=day, unknown_customers=4)
    with path.open(encoding="iso-8859-15", newline="") as stream:
        headings, *rows = list(csv.reader(stream, delimiter=";"))
    assert tuple(headings) == tuple(ANSWER_COLUMNS.values())
    assert (written.rows, len(rows)) == (3_004, 3_004)
    assert len({row[0] for row in rows}) == 3_004
    assert {row[1] for row in rows} == {code for code, _ in ANSWER_SHARES}
    assert all(row[2] for row in rows if row[1] == "M")
