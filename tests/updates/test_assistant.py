"""The mapping assistant: what it makes of files that nobody has described, and of a person's corrections."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actor import Role
from core.config import UpdateAnswer
from core.errors import NotPermitted
from core.staff.access_log import recent
from core.tabular import FileRefused
from core.updates import guessing
from core.updates.assistant import propose, understand, with_code, with_field
from core.updates.errors import BadMapping
from core.updates.mappings import save
from core.updates.types import Meaning
from tests.support.update_house import SERVICE
from tests.support.workbooks import ordinary_workbook
from tui.demo.files import ANSWER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from tests.conftest import MakeActor
    from tests.updates.conftest import Add, WriteAnswer

PEOPLE = tuple(
    (f"{number}", "Maija", f"Mäkinen{number}", f"Koivukatu {number}") for number in range(100, 112)
)
FINNISH = (
    *("Asiakasnumero", "Sukunimi", "Etunimi", "Katuosoite", "Postinumero", "Postitoimipaikka", "Tulos"),
    *("Uusi katuosoite", "Uusi postinumero", "Uusi postitoimipaikka", "Muuttopäivä"),
)
EXPECTED = {
    "old_last_name": "Sukunimi",
    "old_first_name": "Etunimi",
    "old_street": "Katuosoite",
    "old_postcode": "Postinumero",
    "old_town": "Postitoimipaikka",
    "street": "Uusi katuosoite",
    "postcode": "Uusi postinumero",
    "town": "Uusi postitoimipaikka",
    "date": "Muuttopäivä",
}


def write(
    path: Path, rows: Sequence[Sequence[object]], delimiter: str = ";", encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def answers() -> list[tuple[str, ...]]:
    """Rows of a service that repeats what it was asked about."""
    codes = ("muuttanut", "ei osumaa", "K", "turvakielto")
    rows: list[tuple[str, ...]] = []
    for place, (number, first, last, street) in enumerate(PEOPLE):
        code = codes[place % 4]
        new = (f"Leppätie {place}", "90100", "Oulu", "1.11.2026") if place % 4 == 0 else ("",) * 4
        rows.append((number, last, first, street, "00100", "Helsinki", code, *new))
    return rows


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8"), ("\t", "iso-8859-15"), (",", "utf-16")])
def test_headings_tell_what_they_are(
    register: Register, importer: Actor, add: Add, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    """Numbers, old and new address and day are found by name; words are explained, letters are left to a person."""
    for number, *_ in PEOPLE:
        add(number)
    path = write(tmp_path / "a.csv", [FINNISH, *answers()], delimiter, encoding)
    proposal = propose(register, importer, SERVICE, path, anew=True)
    answer = proposal.answer
    assert not proposal.is_in_force
    assert (answer.key, answer.code_column, answer.delimiter) == ("Asiakasnumero", "Tulos", delimiter)
    assert answer.columns == EXPECTED
    assert answer.codes == {"muuttanut": "moved", "ei osumaa": "no_hit", "turvakielto": "protected_address"}
    found = understand(register, SERVICE, path, answer)
    assert (found.looked, found.quarantined) == (12, 3)
    assert found.meanings == {Meaning.MOVED: 3, Meaning.NO_HIT: 3, Meaning.PROTECTED_ADDRESS: 3}
    assert [row.known for row in found.rows] == [True, True, False, True, True]
    assert ["“K”" in remark.sentence("fi") for remark in found.remarks] == [True]
    mended = understand(register, SERVICE, path, with_code(answer, "K", "update_forbidden"))
    assert (mended.quarantined, mended.remarks) == (0, ())


def test_values_tell_where_headings_are_mute(
    register: Register, importer: Actor, add: Add, tmp_path: Path
) -> None:
    """The number is found by looking the values up in the register, the others by their look."""
    for number, *_ in PEOPLE:
        add(number)
    rows = [
        (f"Tie {n}", number, f"a{n}@example.fi", f"33{n:03d}", "040 1234567", "1.11.2026", "MK"[n % 2])
        for n, (number, *_) in enumerate(PEOPLE)
    ]
    path = write(tmp_path / "a.csv", [tuple("ABCDEFG"), *rows])
    answer = propose(register, importer, SERVICE, path).answer
    assert (answer.key, answer.code_column) == ("B", "G")
    assert answer.columns == {"email": "C", "postcode": "D", "phone": "E", "date": "F", "street": "A"}
    # The service's own codes mean what they meant; from a letter alone nothing is guessed.
    codes = register.config.updates[SERVICE].answer.codes
    assert answer.codes == {code: codes[code] for code in "MK"}
    assert propose(register, importer, SERVICE, path, anew=True).answer.codes == {}


def test_a_file_without_headings_gets_names(
    register: Register, importer: Actor, add: Add, tmp_path: Path
) -> None:
    """A first row that is data is not taken for headings; the columns are called by their numbers."""
    for number, *_ in PEOPLE:
        add(number)
    rows = [(number, street, "33100", "Tampere") for number, _, _, street in PEOPLE]
    path = write(tmp_path / "a.csv", rows)
    answer = propose(register, importer, SERVICE, path).answer
    assert answer.headings == ("1", "2", "3", "4")
    assert (answer.key, answer.columns) == ("1", {"street": "2", "postcode": "3"})
    found = understand(register, SERVICE, path, with_field(answer, "town", "4"))
    assert (found.looked, found.meanings) == (12, {Meaning.MOVED: 12})


def test_a_workbook_that_lost_zeros(register: Register, importer: Actor, add: Add, tmp_path: Path) -> None:
    """Postcodes that a spreadsheet made numbers of get their zeros back, and a person is told."""
    add("100")
    path = ordinary_workbook(
        tmp_path / "a.xlsx",
        [("Asiakasnro", "Osoite", "Postinro", "Kaupunki"), (100, "Tie 1", 120, "Helsinki")],
    )
    answer = propose(register, importer, SERVICE, path).answer
    assert (answer.format, answer.pad_postcodes) == ("xlsx", True)
    found = understand(register, SERVICE, path, answer)
    (row,) = found.rows
    assert row.understood is not None
    assert row.understood.answer.values["postcode"] == "00120"
    assert any("zeros" in remark.sentence("en") for remark in found.remarks)


def test_places_and_json_lines(register: Register, importer: Actor, add: Add, tmp_path: Path) -> None:
    """Lines of one length are parted where they are blank; JSON names its fields itself."""
    for number, *_ in PEOPLE:
        add(number)
    fixed = tmp_path / "a.txt"
    streets = ("Koivukatu 1", "Pitkäniementie 22 B 7", "Oja 3", "Männikkö 104 as 2")
    lines = [f"{number:<8}{streets[n % 4]:<24}331{n:02d}" for n, (number, *_) in enumerate(PEOPLE)]
    fixed.write_text("\n".join(lines), encoding="iso-8859-1")
    answer = propose(register, importer, SERVICE, fixed).answer
    assert answer.format == "fixed"
    assert list(answer.fixed.values()) == [(1, 8), (9, 32), (33, 37)]
    assert (answer.key, answer.columns) == ("1", {"street": "2", "postcode": "3"})
    named = tmp_path / "a.jsonl"
    named.write_text("\n".join(json.dumps({"asiakasnumero": n, "email": "a@b.fi"}) for n, *_ in PEOPLE))
    answer = propose(register, importer, SERVICE, named).answer
    assert (answer.format, answer.key, answer.columns) == ("jsonl", "asiakasnumero", {"email": "email"})


def test_the_mapping_in_force_comes_first(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, tmp_path: Path
) -> None:
    """A file that fits what is in force is shown by it, saved or configured; a guess has to be asked for."""
    add("1")
    path = answer(("1", "M", "Tie 1", "33100", "Tampere", "15.11.2026"))
    own = register.config.updates[SERVICE].answer
    proposal = propose(register, importer, SERVICE, path)
    assert (proposal.answer, proposal.is_in_force) == (own, True)
    fields = {column.heading: column.field for column in proposal.columns}
    assert fields[ANSWER_COLUMNS["key"]] == "number"
    guessed = propose(register, importer, SERVICE, path, anew=True)
    assert not guessed.is_in_force
    assert guessed.answer.key == ANSWER_COLUMNS["key"]
    other = write(tmp_path / "b.csv", [FINNISH, *answers()])
    save(register, importer, SERVICE, propose(register, importer, SERVICE, other, anew=True).answer)
    assert propose(register, importer, SERVICE, other).is_in_force
    with register.database.reading() as connection:
        assert any("mapping" in (entry.task or "") for entry in recent(connection))


def test_what_speaks_against_a_proposal_is_said(
    register: Register, importer: Actor, add: Add, tmp_path: Path
) -> None:
    """Strangers' numbers, no way to find anybody, no code and broken rows are told before anything is saved."""
    add("1")
    rows = [(number, street, "33100", "Tampere") for number, _, _, street in PEOPLE]
    path = write(
        tmp_path / "a.csv", [("Asiakasnumero", "Osoite", "Pnro", "Kaupunki"), *rows, ("1", "Tie", "", "")]
    )
    answer = propose(register, importer, SERVICE, path).answer
    said = [remark.sentence("en") for remark in understand(register, SERVICE, path, answer).remarks]
    assert [sentence.split()[0] for sentence in said] == ["No", "Of", "1"]
    (remark,) = understand(register, SERVICE, path, with_field(answer, "number", None)).remarks
    assert "number=HEADING" in remark.sentence("en")


def test_corrections_must_mean_something(register: Register, importer: Actor, make_actor: MakeActor) -> None:
    """A field or a meaning that there isn't is refused; a column serves one field."""
    answer = UpdateAnswer(key="N", columns={"street": "A", "town": "B"})
    assert with_field(answer, "postcode", "A").columns == {"town": "B", "postcode": "A"}
    assert with_field(answer, "town", None).columns == {"street": "A"}
    assert with_code(with_code(answer, "M", "moved"), "M", None).codes == {}
    for wrong in (("iban", "A"), ("", "A")):
        with pytest.raises(BadMapping):
            with_field(answer, *wrong)
    with pytest.raises(BadMapping):
        with_code(answer, "M", "gone")


def test_who_may_and_what_is_no_table(
    register: Register, importer: Actor, make_actor: MakeActor, tmp_path: Path
) -> None:
    """Only importers see a file through the assistant; what is no table is refused as ever."""
    path = write(tmp_path / "a.csv", [FINNISH])
    with pytest.raises(NotPermitted):
        propose(register, make_actor(Role.CLERK), SERVICE, path)
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(FileRefused):
        propose(register, importer, SERVICE, path)


@given(st.lists(st.text(max_size=20), max_size=8))
def test_any_headings_are_guessed_once_each(headings: list[str]) -> None:
    """Whatever the headings, no field is proposed twice and no place that isn't there."""
    found = guessing.fields_by_name(headings)
    assert set(found) <= set(range(len(headings)))
    assert len(set(found.values())) == len(found)


@given(st.lists(st.text(alphabet=" aä1", max_size=12), min_size=1, max_size=6))
def test_places_never_overlap(lines: list[str]) -> None:
    """Whatever the lines, proposed places are in order and apart."""
    places = list((guessing.fixed_places(lines) or {}).values())
    assert all(first <= last for first, last in places)
    assert all(one[1] < other[0] for one, other in pairwise(places))
