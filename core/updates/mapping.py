"""A service's answer in the register's words: columns, codes and dates by the mapping of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.batches.cells import day_of
from core.batches.quarantine import is_quarantine_file
from core.customers.errors import InvalidValue
from core.customers.fields import HOME_COUNTRY, clean_number, clean_some
from core.customers.types import ADDRESS_FIELDS, VALUE_FIELDS
from core.errors import Where
from core.tabular import ANY_SHAPE, Shape, open_table
from core.text import clean_line
from core.updates.errors import (
    AddressMissing,
    BadDate,
    BadMapping,
    NoKey,
    NoSuchService,
    NothingNew,
    NoWayToFind,
    RowProblem,
    UnknownCode,
)
from core.updates.types import Answer, Meaning, Sought

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from core.config import Config, UpdateAnswer, UpdateService
    from core.errors import InvalidInput
    from core.tabular import Row, Table

KEY: Final = "number"
CODE: Final = "code"
DATE: Final = "date"
BUSINESS_ID: Final = "business_id"
# What a row may change: everything that a customer has but what decides who they are and whom they belong to.
VALUES: Final = tuple(name for name in VALUE_FIELDS if name not in ("kind", "represents"))
# What the service was asked about, by which the customer is found; never written.
_OLD: Final = "old_"
_FOUND_BY: Final = ("first_name", "last_name", "organisation_name", "street", "postcode", "town")
OLD_FIELDS: Final = tuple(_OLD + name for name in _FOUND_BY)
_NAMES: Final = ("first_name", "last_name", "organisation_name")
_NEEDED: Final = ("street", "postcode", "town")
_AHEAD: Final = timedelta(days=366)
_POSTCODE_DIGITS: Final = 5
NO_TOWNS: Final[Mapping[str, str]] = MappingProxyType({})


class Understood(Struct, frozen=True):
    """A row that means something: whom it is about, and its answer about them."""

    line: int
    sought: Sought
    answer: Answer

    @property
    def number(self) -> str:
        """The customer number that the row names; empty when it names none."""
        return self.sought.number or ""


@dataclass(frozen=True, slots=True)
class AnswerMapping:
    """The mapping of one service, checked."""

    service: str
    columns: Mapping[str, str]
    codes: Mapping[str, Meaning]
    encoding: str | None = None
    delimiter: str | None = None
    shape: Shape = ANY_SHAPE
    pad_postcodes: bool = False

    def open(self, path: Path) -> Table:
        """The answer file as a table; a quarantine file of it, corrected and fed back, is one too.

        Raises:
            FileRefused: it is not the table that the mapping describes.
        """
        if is_quarantine_file(path):
            return open_table(path, self.columns, shape=Shape("delimited"))
        return open_table(
            path, self.columns, encoding=self.encoding, delimiter=self.delimiter, shape=self.shape
        )

    def understand(
        self, table: Table, row: Row, today: date, towns: Mapping[str, str] = NO_TOWNS
    ) -> Understood | InvalidInput:
        """What a row says, or what is wrong with it; *towns* fill in the town of a postcode that has none."""
        record = table.record(row)
        where = _Places(table, row)
        if self.pad_postcodes:
            _pad(record)
        _fill_town(record, towns)
        try:
            sought = self._sought(record, where)
            meaning = self._meaning(record, where)
            dated = _date(record.get(DATE, ""), where, today)
            values = _values(record, where) if meaning is Meaning.MOVED else {}
        except (RowProblem, InvalidValue) as problem:
            return problem
        return Understood(row.line, sought, Answer(meaning, values, dated))

    def _sought(self, record: Mapping[str, str], where: _Places) -> Sought:
        number = _number(record, where)
        known = {name: clean_line(record[_OLD + name]) or None for name in _FOUND_BY if _OLD + name in record}
        # Where the service doesn't repeat the name it was asked about, the one it gives is taken for the same.
        if not any(known.get(name) for name in _NAMES):
            known.update({name: clean_line(record[name]) or None for name in _NAMES if name in record})
        business_id = _cleaned({BUSINESS_ID: record.get(BUSINESS_ID, "")}, record, where).get(BUSINESS_ID)
        if number is None and business_id is None and not any(known.get(name) for name in _NAMES):
            raise NoKey(where=where.of(KEY))
        return Sought(where.row.line, number=number, business_id=business_id, **known)

    def _meaning(self, record: Mapping[str, str], where: _Places) -> Meaning:
        if CODE not in self.columns:
            return Meaning.MOVED if any(record.get(name) for name in VALUES) else Meaning.NO_HIT
        meaning = self.codes.get(record[CODE])
        if meaning is None:
            raise UnknownCode(where=where.of(CODE, record[CODE]), service=self.service)
        return meaning


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a row's fields stand in the file."""

    table: Table
    row: Row

    def of(self, field: str, value: str | None = None) -> Where:
        heading = self.table.heading_of(field) if field in self.table.columns else None
        return Where(file=self.table.path.name, row=self.row.line, field=heading, value=value)


def service_of(config: Config, service: str) -> UpdateService:
    """The settings of the service called *service*.

    Raises:
        NoSuchService: the configuration has none of that name.
    """
    if service not in config.updates:
        raise NoSuchService(name=service, known=", ".join(config.updates) or "-")
    return config.updates[service]


def mapping_of(config: Config, service: str) -> AnswerMapping:
    """The mapping of the service called *service*.

    Raises:
        NoSuchService: the configuration has none of that name.
        BadMapping: it names a field or a meaning that doesn't exist.
        NoWayToFind: no column says whom a row is about.
    """
    return mapping_from(service, service_of(config, service).answer)


def mapping_from(service: str, answer: UpdateAnswer) -> AnswerMapping:
    """The mapping that *answer* describes, for the service called *service*.

    Raises:
        BadMapping, NoWayToFind: as `mapping_of`.
    """
    known = (*VALUES, DATE, *OLD_FIELDS)
    for field in answer.columns:
        if field not in known:
            raise BadMapping(service=service, word=field, choices=", ".join(known))
    for meaning in answer.codes.values():
        if meaning not in list(Meaning):
            raise BadMapping(service=service, word=meaning, choices=", ".join(Meaning))
    if answer.key is None and not _finds(answer.columns):
        raise NoWayToFind(service=service)
    key = {KEY: answer.key} if answer.key else {}
    code = {CODE: answer.code_column} if answer.code_column else {}
    return AnswerMapping(
        service=service,
        columns={**key, **code, **answer.columns},
        codes={name.strip(): Meaning(meaning) for name, meaning in answer.codes.items()},
        encoding=answer.encoding,
        delimiter=answer.delimiter,
        shape=shape_of(answer),
        pad_postcodes=answer.pad_postcodes,
    )


def shape_of(answer: UpdateAnswer) -> Shape:
    """What *answer* says of the file's format."""
    return Shape(
        format=answer.format,
        sheet=answer.sheet,
        headings=answer.headings,
        fixed=answer.fixed,
        heading_lines=answer.heading_lines,
        short_lines=answer.short_lines,
    )


def _finds(columns: Mapping[str, str]) -> bool:
    """Whether customers can be found without their number: by business id, or by a name and the old address."""
    named = any(name in columns or _OLD + name in columns for name in ("last_name", "organisation_name"))
    return BUSINESS_ID in columns or (named and _OLD + "street" in columns)


def _number(record: Mapping[str, str], where: _Places) -> str | None:
    if not record.get(KEY):
        return None
    try:
        return clean_number(record[KEY])
    except InvalidValue as problem:
        raise type(problem)(where=where.of(KEY, record[KEY]), **problem.data) from problem


def _pad(record: dict[str, str]) -> None:
    """Finnish postcodes get back the zeros that a spreadsheet took."""
    if record.get("country", "").upper() not in ("", HOME_COUNTRY):
        return
    for name in ("postcode", _OLD + "postcode"):
        if record.get(name, "").isdecimal():
            record[name] = record[name].zfill(_POSTCODE_DIGITS)


def _fill_town(record: dict[str, str], towns: Mapping[str, str]) -> None:
    """A Finnish postcode says its town."""
    if not record.get("town") and record.get("country", "").upper() in ("", HOME_COUNTRY):
        town = towns.get(record.get("postcode", ""))
        record.update({"town": town} if town else {})


def _date(text: str, where: _Places, today: date) -> date | None:
    if not text:
        return None
    day = day_of(text)
    if day is None or day > today + _AHEAD:
        raise BadDate(where=where.of(DATE, text))
    return day


def _values(record: Mapping[str, str], where: _Places) -> Mapping[str, str | None]:
    """What the row changes, each value as the register takes it; of an address the whole.

    Raises:
        AddressMissing: a part of the address is empty.
        NothingNew: there is no value at all.
        InvalidValue: a value is not what it should be.
    """
    given = {name: record[name] for name in VALUES if record.get(name)}
    addressed = any(name in given for name in ADDRESS_FIELDS)
    if not given and not any(name in where.table.columns for name in _NEEDED):
        raise NothingNew(where=where.of(CODE, record.get(CODE)))
    missing = next((part for part in _NEEDED if part not in given), None)
    if missing is not None and (addressed or not given):
        raise AddressMissing(where=where.of(missing))
    return _cleaned(given, record, where)


def _cleaned(given: Mapping[str, str], record: Mapping[str, str], where: _Places) -> Mapping[str, str]:
    if not any(given.values()):
        return {}
    try:
        return clean_some(given)
    except InvalidValue as problem:
        first = problem.problems[0]
        field = first.where.field or ""
        raise type(first)(where=where.of(field, record.get(field)), **first.data) from problem
