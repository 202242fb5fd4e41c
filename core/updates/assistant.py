"""The mapping assistant: looks at a file, proposes how it is to be read, and shows its first rows as understood.

Nothing is kept but what a person saves (`core.updates.mappings.save`). ::

    propose     → a proposal: the mapping in force if the file fits it, else a guess, with the reasons
    with_field, with_code     → the same with a person's correction
    understand  → the first rows by that mapping, how many would go to quarantine and why
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from msgspec import structs

from core.actor import Role, require
from core.clock import HELSINKI
from core.config import UpdateAnswer
from core.customers.reading import ids_of_numbers
from core.messages import N_, tr
from core.postal_codes.knowledge import towns
from core.staff.access_log import Access, record_access
from core.tabular import FileRefused, Malformed, open_table
from core.tabular.lines import Lines, opened_text
from core.tabular.probe import DELIMITERS, probe
from core.updates import guessing
from core.updates.errors import BadMapping, NoWayToFind, UnknownCode
from core.updates.mapping import CODE, DATE, KEY, OLD_FIELDS, VALUES, AnswerMapping, mapping_from, shape_of
from core.updates.mappings import answer_in_force
from core.updates.types import Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from core.actor import Actor
    from core.errors import InvalidInput
    from core.register import Register
    from core.tabular import Row, Table
    from core.updates.mapping import Understood

FIELDS: Final = (KEY, CODE, DATE, *VALUES, *OLD_FIELDS)
LOOKED: Final = 2_000
_GUESSED_FROM: Final = 300
_LINES: Final = 200
_SAMPLES: Final = 3
_KNOWN_SHARE: Final = 0.5
_NO_CODES: Final[Mapping[str, str]] = {}
_SHORT_POSTCODE: Final = (3, 4)

_CODES_UNEXPLAINED: Final = N_("These codes have no meaning yet, and their rows go to quarantine: {codes}.")
_FEW_KNOWN: Final = N_("Of the customer numbers looked at only {known} in {all} are in the register.")
_ZEROS_LOST: Final = N_("Postcodes have lost their zeros; they get them back (pad_postcodes).")
_NO_WAY: Final = N_("No column says whom a row is about; give number=HEADING.")
_QUARANTINE: Final = N_("{count} of the first {all} rows would go to quarantine.")
_NO_CODE: Final = N_("No column says what happened; every row with a value is taken for a change.")


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know before accepting, as a message and its data."""

    msgid: str
    data: Mapping[str, str]

    def sentence(self, language: str) -> str:
        """The remark in *language*."""
        return tr(self.msgid, language, **self.data)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its heading, the first values in it, the field it is taken for, and by what."""

    heading: str
    values: tuple[str, ...]
    field: str | None
    by: Literal["name", "look", "mapping"] | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file would be read; ``answer`` is what `understand` and `mappings.save` take."""

    answer: UpdateAnswer
    columns: tuple[Column, ...]
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One of the first rows: what was understood, or what is wrong; ``known`` when its number is in the register."""

    line: int
    understood: Understood | None
    problem: InvalidInput | None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """The first rows by a mapping: some to look at, and of all that were looked at how many mean what.

    ``codes`` are the codes found with how often, ``meanings`` the rows by meaning; the rest is quarantine.
    """

    rows: tuple[SampleRow, ...]
    looked: int
    meanings: Mapping[Meaning, int]
    quarantined: int
    codes: Mapping[str, int]
    remarks: tuple[Remark, ...]


def propose(
    register: Register,
    actor: Actor,
    service: str,
    path: Path,
    *,
    given: UpdateAnswer | None = None,
    anew: bool = False,
) -> Proposal:
    """How the file at *path* is probably to be read: by the mapping in force where it fits, else guessed.

    *given* holds what is known already of its format, encoding, separator, sheet, headings and places; with it or
    with *anew* the mapping in force is not asked.  A file that no longer fits the mapping keeps its codes' meanings.

    Raises:
        NoSuchService: the configuration has none of that name.
        FileRefused: the file cannot be read as a table at all.
    """
    require(actor, Role.IMPORTER)
    with register.database.unit_of_work() as uow:
        current = answer_in_force(uow.connection, register.config, service)
        record_access(
            uow, actor, action=Access.LIST, customer_id=None, task="mapping of an answer", detail=service
        )
        uow.commit()
    if given is None and not anew:
        try:
            return _as_mapped(current, mapping_from(service, current).open(path))
        except FileRefused:
            # Another file than the mapping's: that is what the assistant is for. The service's codes are what they were.
            return _guessed(register, path, _shaped(path, UpdateAnswer(columns={})), known=current.codes)
    return _guessed(register, path, _shaped(path, given or UpdateAnswer(columns={})))


def understand(
    register: Register, service: str, path: Path, answer: UpdateAnswer, *, shown: int = 5
) -> Understanding:
    """The first rows of the file as *answer* has them understood.

    Raises:
        FileRefused: the file is not the table that *answer* describes.
        BadMapping: it names a field or a meaning that doesn't exist.
    """
    try:
        mapping = mapping_from(service, answer)
    except NoWayToFind:
        return Understanding((), 0, {}, 0, {}, (Remark(_NO_WAY, {}),))
    table = mapping.open(path)
    today = register.clock.now().astimezone(HELSINKI).date()
    looked = list(islice(table.rows(), LOOKED))
    with register.database.reading() as connection:
        places = towns(connection)
    rows = [_sample(mapping, table, row, today=today, places=places) for row in looked]
    numbers = [row.understood.number for row in rows if row.understood and row.understood.number]
    with register.database.reading() as connection:
        known = ids_of_numbers(connection, numbers)
    rows = [replace(row, known=row.understood is not None and row.understood.number in known) for row in rows]
    codes = Counter(table.record(row)[CODE] for row in looked if CODE in table.columns)
    quarantined = sum(row.problem is not None for row in rows)
    return Understanding(
        rows=tuple(rows[:shown]),
        looked=len(rows),
        meanings=Counter(row.understood.answer.meaning for row in rows if row.understood),
        quarantined=quarantined,
        codes=codes,
        remarks=tuple(_remarks(mapping, rows, codes, numbers, known)),
    )


def with_field(answer: UpdateAnswer, field: str, heading: str | None) -> UpdateAnswer:
    """*answer* with *field* read from the column called *heading*, or from none; that column serves no other field.

    Raises:
        BadMapping: there is no such field.
    """
    if field not in FIELDS:
        raise BadMapping(service="…", word=field, choices=", ".join(FIELDS))
    if field == KEY:
        return structs.replace(answer, key=heading)
    if field == CODE:
        return structs.replace(answer, code_column=heading)
    columns = {name: old for name, old in answer.columns.items() if name != field and old != heading}
    return structs.replace(answer, columns=columns if heading is None else {**columns, field: heading})


def with_code(answer: UpdateAnswer, code: str, meaning: str | None) -> UpdateAnswer:
    """*answer* with *code* meaning *meaning*, or nothing.

    Raises:
        BadMapping: there is no such meaning.
    """
    if meaning is not None and meaning not in list(Meaning):
        raise BadMapping(service="…", word=meaning, choices=", ".join(Meaning))
    codes = {name: old for name, old in answer.codes.items() if name != code}
    return structs.replace(answer, codes=codes if meaning is None else {**codes, code: meaning})


def _shaped(path: Path, given: UpdateAnswer) -> UpdateAnswer:
    """*given* with what the bytes say of format, encoding, separator and places."""
    if given.format == "fixed" and given.fixed:
        return given
    form = probe(path, encoding=given.encoding, delimiter=given.delimiter, format=given.format)
    if form.format == "xlsx":
        return structs.replace(given, format="xlsx")
    lines = _first_lines(path, form.encoding)
    # A file without a single letter beyond ASCII says nothing of the next one's encoding.
    seen = None if all(line.isascii() for line in lines) else form.encoding
    found = structs.replace(given, encoding=given.encoding or seen, format=form.format)
    if form.format == "jsonl":
        return found
    if (
        given.format != "delimited"
        and given.delimiter is None
        and not any(sign in lines[0] for sign in DELIMITERS)
    ):
        places = guessing.fixed_places(lines)
        if places is not None:
            return _fixed(found, lines, places)
    return found if form.format == "fixed" else structs.replace(found, delimiter=form.delimiter)


def _fixed(found: UpdateAnswer, lines: Sequence[str], places: Mapping[str, tuple[int, int]]) -> UpdateAnswer:
    cells = [lines[0][first - 1 : last].strip() for first, last in places.values()]
    headed = not any(character.isdigit() for character in lines[0]) and len({*cells, ""}) > len(cells)
    names = cells if headed else [f"{number}" for number in range(1, len(cells) + 1)]
    return structs.replace(
        found,
        format="fixed",
        delimiter=None,
        fixed=dict(zip(names, places.values(), strict=True)),
        heading_lines=int(headed),
    )


def _first_lines(path: Path, encoding: str) -> list[str]:
    with opened_text(path, encoding) as stream:
        lines = Lines(stream)
        found: list[str] = []
        lines.start()
        for line in lines:
            if line.strip():
                found.append(line.rstrip("\r\n"))
            if len(found) >= _LINES:
                break
            lines.start()
    return found or [""]


def _as_mapped(answer: UpdateAnswer, table: Table) -> Proposal:
    fields = {place: field for field, place in table.columns.items()}
    rows = _good(table)
    columns = [
        Column(heading, _values(rows, place), fields.get(place), "mapping" if place in fields else None)
        for place, heading in enumerate(table.headings)
    ]
    return Proposal(answer, tuple(columns), is_in_force=True)


def _guessed(
    register: Register,
    path: Path,
    answer: UpdateAnswer,
    *,
    known: Mapping[str, str] = _NO_CODES,
) -> Proposal:
    table = _opened(path, answer)
    if answer.format in ("delimited", "xlsx") and not answer.headings and guessing.is_data(table.headings):
        names = tuple(f"{number}" for number in range(1, len(table.headings) + 1))
        answer = structs.replace(answer, headings=names)
        table = _opened(path, answer)
    rows = _good(table)
    named = guessing.fields_by_name(table.headings)
    found = dict(named)
    for place in range(len(table.headings)):
        if place not in found:
            field = _by_values(register, [row.cells[place] for row in rows], set(found.values()))
            if field is not None:
                found[place] = field
    columns = []
    for place, heading in enumerate(table.headings):
        field = found.get(place)
        by: Literal["name", "look"] | None = "name" if place in named else "look" if field else None
        columns.append(Column(heading, _values(rows, place), field, by))
        if field is not None and table.headings.count(heading) == 1:
            answer = with_field(answer, field, heading)
    return Proposal(
        _with_codes(_with_zeros(answer, rows, found), rows, found, known), tuple(columns), is_in_force=False
    )


def _opened(path: Path, answer: UpdateAnswer) -> Table:
    return open_table(path, {}, encoding=answer.encoding, delimiter=answer.delimiter, shape=shape_of(answer))


def _good(table: Table) -> list[Row]:
    return [row for row in islice(table.rows(), _GUESSED_FROM) if not isinstance(row, Malformed)]


def _values(rows: Sequence[Row], place: int) -> tuple[str, ...]:
    filled = dict.fromkeys(row.cells[place].strip() for row in rows if row.cells[place].strip())
    return tuple(islice(filled, _SAMPLES))


def _by_values(register: Register, values: Sequence[str], taken: set[str]) -> str | None:
    if KEY not in taken:
        numbers = sorted({value.strip() for value in values if value.strip()})
        with register.database.reading() as connection:
            known = len(ids_of_numbers(connection, numbers))
        if numbers and known >= len(numbers) * _KNOWN_SHARE:
            return KEY
    field = guessing.field_by_look(values, taken)
    if field is None and CODE not in taken and guessing.looks_like_codes(values):
        return CODE
    return field


def _with_zeros(answer: UpdateAnswer, rows: Sequence[Row], found: Mapping[int, str]) -> UpdateAnswer:
    places = [place for place, field in found.items() if field in ("postcode", "old_postcode")]
    lost = any(
        row.cells[place].strip().isdecimal() and len(row.cells[place].strip()) in _SHORT_POSTCODE
        for place in places
        for row in rows
    )
    return structs.replace(answer, pad_postcodes=True) if lost else answer


def _with_codes(
    answer: UpdateAnswer, rows: Sequence[Row], found: Mapping[int, str], known: Mapping[str, str]
) -> UpdateAnswer:
    for place in (place for place, field in found.items() if field == CODE):
        for code in dict.fromkeys(row.cells[place].strip() for row in rows):
            meaning = known.get(code) or guessing.meaning_of(code)
            if meaning is not None:
                answer = with_code(answer, code, meaning)
    return answer


def _sample(
    mapping: AnswerMapping, table: Table, row: Row | Malformed, *, today: date, places: Mapping[str, str]
) -> SampleRow:
    found = row.error if isinstance(row, Malformed) else mapping.understand(table, row, today, places)
    return (
        SampleRow(row.line, None, found) if isinstance(found, Exception) else SampleRow(row.line, found, None)
    )


def _remarks(
    mapping: AnswerMapping,
    rows: Sequence[SampleRow],
    codes: Mapping[str, int],
    numbers: Sequence[str],
    known: Mapping[str, int],
) -> Iterator[Remark]:
    if CODE not in mapping.columns:
        yield Remark(_NO_CODE, {})
    open_codes = [code for code in codes if code not in mapping.codes]
    if open_codes:
        yield Remark(_CODES_UNEXPLAINED, {"codes": ", ".join(f"“{code}”" for code in open_codes[:12])})
    if numbers and len(known) < len(set(numbers)) * _KNOWN_SHARE:
        yield Remark(_FEW_KNOWN, {"known": str(len(known)), "all": str(len(set(numbers)))})
    if mapping.pad_postcodes:
        yield Remark(_ZEROS_LOST, {})
    wrong = sum(row.problem is not None and not isinstance(row.problem, UnknownCode) for row in rows)
    if wrong:
        yield Remark(_QUARANTINE, {"count": str(wrong), "all": str(len(rows))})
