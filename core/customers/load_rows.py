"""A row of an existing register in this register's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.batches.cells import day_of, truth_of
from core.customers.bans import BanKind
from core.customers.errors import BadNumber
from core.customers.fields import CheckedValues, clean, clean_iban, clean_number
from core.customers.load_errors import BadDay, BadLoadMapping, BadTruth, NoSuchMapping
from core.customers.restrictions import Ground
from core.customers.types import VALUE_FIELDS, Kind, NewCustomer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from core.config import Config, LoadMapping
    from core.tabular import Row, Table

BAN_PREFIX: Final = "ban."
_BANS: Final = tuple(f"{BAN_PREFIX}{kind}" for kind in BanKind)
LOADABLE: Final = (
    "number",
    *VALUE_FIELDS,
    "iban",
    "started_on",
    "protected_address",
    "restricted",
    *_BANS,
)
_KINDS: Final[Mapping[str, Kind]] = {
    "person": Kind.PERSON,
    "henkilö": Kind.PERSON,
    "h": Kind.PERSON,
    "organisation": Kind.ORGANISATION,
    "company": Kind.ORGANISATION,
    "organisaatio": Kind.ORGANISATION,
    "yritys": Kind.ORGANISATION,
    "yhteisö": Kind.ORGANISATION,
    "y": Kind.ORGANISATION,
}


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A row understood: the customer to add, what it has forbidden and since when, and whom it represents (by number).

    `since` is None where the file doesn't say; `represents` is the customer number of an organisation.
    """

    line: int
    customer: NewCustomer
    bans: Mapping[BanKind, date | None]
    restricted: Ground | None
    represents: str | None


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows by one mapping of the configuration."""

    name: str
    settings: LoadMapping

    def understand(self, table: Table, row: Row) -> LoadRow:
        """What a row says.

        Raises:
            InvalidValue: a value is wrong; its ``problems`` are all of them, under the file's own headings.
        """
        record = {**self.settings.constants, **table.record(row)}
        raw = {field: record[field] for field in VALUE_FIELDS if field in record and field != "represents"}
        raw["kind"] = _kind(record)
        values = clean(raw)
        bans = {
            BanKind(name.removeprefix(BAN_PREFIX)): _since(record, name)
            for name in _BANS
            if _is(record, name)
        }
        return LoadRow(
            line=row.line,
            customer=_customer(values, record),
            bans=bans,
            restricted=_ground(record),
            represents=_represented(record.get("represents", "")),
        )


def row_reader(config: Config, name: str) -> RowReader:
    """The reader for the mapping called *name*.

    Raises:
        NoSuchMapping: the configuration has none of that name.
        BadLoadMapping: it names a field that the register doesn't have.
    """
    if name not in config.loads:
        raise NoSuchMapping(name=name, known=", ".join(config.loads) or "-")
    settings = config.loads[name]
    for field in (*settings.columns, *settings.constants):
        if field not in LOADABLE:
            raise BadLoadMapping(name=name, field=field, known=", ".join(LOADABLE))
    return RowReader(name, settings)


def _kind(record: Mapping[str, str]) -> str:
    """The kind as the file says it, or as the names suggest; a word nobody knows is left for the door to refuse."""
    word = record.get("kind", "")
    if word:
        return _KINDS.get(word.casefold(), word)
    is_person = record.get("first_name") or record.get("last_name")
    return Kind.ORGANISATION if record.get("organisation_name") and not is_person else Kind.PERSON


def _customer(values: CheckedValues, record: Mapping[str, str]) -> NewCustomer:
    return NewCustomer(
        values=values,
        number=clean_number(record["number"]) if record.get("number") else None,
        started_on=_day(record, "started_on"),
        protected_address=_is(record, "protected_address"),
        iban=clean_iban(record["iban"]) if record.get("iban") else None,
    )


def _represented(text: str) -> str | None:
    try:
        return clean_number(text) if text else None
    except BadNumber as error:
        raise BadNumber.of("represents", text) from error


def _day(record: Mapping[str, str], field: str) -> date | None:
    text = record.get(field, "")
    day = day_of(text)
    if text and day is None:
        raise BadDay.of(field, text)
    return day


def _is(record: Mapping[str, str], field: str) -> bool:
    """Whether a cell says yes; a day in it says yes as well."""
    text = record.get(field, "")
    truth = truth_of(text)
    if truth is None and day_of(text) is None:
        raise BadTruth.of(field, text)
    return truth is not False


def _since(record: Mapping[str, str], field: str) -> date | None:
    return day_of(record[field]) if truth_of(record[field]) is None else None


def _ground(record: Mapping[str, str]) -> Ground | None:
    text = record.get("restricted", "")
    if text in list(Ground):
        return Ground(text)
    # A restriction whose ground the old register didn't keep: contested accuracy is what is asked for most.
    return Ground.ACCURACY_CONTESTED if _is(record, "restricted") else None
