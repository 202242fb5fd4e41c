"""A service's answer in the register's words: columns, codes and dates by the mapping of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.batches.cells import day_of
from core.customers.errors import InvalidValue
from core.customers.fields import clean, clean_number
from core.errors import Where
from core.tabular import open_table
from core.updates.errors import (
    AddressMissing,
    BadDate,
    BadMapping,
    NoKey,
    NoSuchService,
    RowProblem,
    UnknownCode,
)
from core.updates.types import Answer, Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from core.config import Config, UpdateService
    from core.errors import InvalidInput
    from core.tabular import Row, Table

KEY: Final = "number"
CODE: Final = "code"
DATE: Final = "date"
ADDRESS: Final = ("street", "postcode", "town", "country")
_NEEDED: Final = ("street", "postcode", "town")
_AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Understood:
    """A row that means something: the customer number it names, and its answer."""

    line: int
    number: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerMapping:
    """The mapping of one service, checked."""

    service: str
    columns: Mapping[str, str]
    codes: Mapping[str, Meaning]
    encoding: str | None
    delimiter: str | None

    def open(self, path: Path) -> Table:
        """The answer file as a table.

        Raises:
            FileRefused: it is not the table that the mapping describes.
        """
        return open_table(path, self.columns, encoding=self.encoding, delimiter=self.delimiter)

    def understand(self, table: Table, row: Row, today: date) -> Understood | InvalidInput:
        """What a row says, or what is wrong with it."""
        record = table.record(row)
        where = _Places(table, row)
        try:
            number = self._number(record, where)
            meaning = self._meaning(record, where)
            dated = _date(record.get(DATE, ""), where, today)
            values = _address(record, where) if meaning is Meaning.MOVED else {}
        except (RowProblem, InvalidValue) as problem:
            return problem
        return Understood(row.line, number, Answer(meaning, values, dated))

    def _number(self, record: Mapping[str, str], where: _Places) -> str:
        if not record[KEY]:
            raise NoKey(where=where.of(KEY))
        try:
            return clean_number(record[KEY])
        except InvalidValue as problem:
            raise type(problem)(where=where.of(KEY, record[KEY]), **problem.data) from problem

    def _meaning(self, record: Mapping[str, str], where: _Places) -> Meaning:
        if CODE not in self.columns:
            return Meaning.MOVED if any(record.get(part) for part in _NEEDED) else Meaning.NO_HIT
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
    """
    return _checked(service, service_of(config, service))


def _checked(service: str, settings: UpdateService) -> AnswerMapping:
    answer = settings.answer
    known = (*ADDRESS, DATE)
    for field in answer.columns:
        if field not in known:
            raise BadMapping(service=service, word=field, choices=", ".join(known))
    for meaning in answer.codes.values():
        if meaning not in list(Meaning):
            raise BadMapping(service=service, word=meaning, choices=", ".join(Meaning))
    code = {CODE: answer.code_column} if answer.code_column else {}
    return AnswerMapping(
        service=service,
        columns={**({KEY: answer.key} if answer.key else {}), **code, **answer.columns},
        codes={name.strip(): Meaning(meaning) for name, meaning in answer.codes.items()},
        encoding=answer.encoding,
        delimiter=answer.delimiter,
    )


def _date(text: str, where: _Places, today: date) -> date | None:
    if not text:
        return None
    day = day_of(text)
    if day is None or day > today + _AHEAD:
        raise BadDate(where=where.of(DATE, text))
    return day


def _address(record: Mapping[str, str], where: _Places) -> Mapping[str, str | None]:
    """The new address, each part as the register takes it.

    Raises:
        AddressMissing: a part is empty.
        InvalidValue: a part is not what it should be.
    """
    missing = next((part for part in _NEEDED if not record.get(part)), None)
    if missing:
        raise AddressMissing(where=where.of(missing))
    parts = {part: record[part] for part in ADDRESS if record.get(part)}
    try:
        # The door of the customers room checks whole records: a name stands in for the one that isn't here.
        values = clean({"last_name": "-", **parts})
    except InvalidValue as problem:
        first = problem.problems[0]
        field = first.where.field or ""
        raise type(first)(where=where.of(field, record.get(field)), **first.data) from problem
    return {part: getattr(values, part) for part in ADDRESS if getattr(values, part) is not None}
