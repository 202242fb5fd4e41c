"""A company as the business register tells of it, and what of that an organisation in our register becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.customers.errors import InvalidValue
from core.customers.fields import clean
from core.customers.types import Kind
from core.postal_codes.judging import NOTHING_KNOWN, town_of
from core.updates.policy import changed_in
from core.updates.types import Answer, Group, Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.postal_codes.judging import Knowledge

SERVICE: Final = "ytj"
HEADING: Final = "businessId"
_DAYS: Final = ("name_since", "www_since", "address_since", "ended_on")


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """What the business register says of one company; None is "not told".

    ``address`` has street, postcode and town, or is None; ``address_unread`` tells that there is one which cannot be
    taken (abroad, in free text, not whole). ``ended``: the company is no more. ``in_proceedings``: bankruptcy,
    liquidation or restructuring; never kept, only counted.
    """

    business_id: str
    name: str | None = None
    name_since: date | None = None
    www: str | None = None
    www_since: date | None = None
    address: Mapping[str, str] | None = None
    address_since: date | None = None
    address_unread: bool = False
    ended: bool = False
    ended_on: date | None = None
    in_proceedings: bool = False

    def as_mapping(self) -> Mapping[str, object]:
        """For an enquiry's answer: plain JSON values."""
        days = {name: day.isoformat() for name in _DAYS if (day := getattr(self, name)) is not None}
        plain = {
            "found": True,
            "business_id": self.business_id,
            "name": self.name,
            "www": self.www,
            "address": None if self.address is None else dict(self.address),
            "address_unread": self.address_unread,
            "ended": self.ended,
            "in_proceedings": self.in_proceedings,
        }
        return MappingProxyType(plain | days)


@dataclass(frozen=True, slots=True)
class Told:
    """What was said about one business id: a record, None when it is not known, or why it could not be read."""

    business_id: str
    record: CompanyRecord | None
    unreadable: str | None = None


def record_of(answer: Mapping[str, Any]) -> CompanyRecord | None:
    """The company of an enquiry's answer (`CompanyRecord.as_mapping`); None when the register does not know it."""
    if not answer.get("found"):
        return None
    told = {name: value for name, value in answer.items() if name != "found"}
    told |= {name: date.fromisoformat(answer[name]) for name in _DAYS if answer.get(name)}
    return CompanyRecord(**told)


def values_of(record: CompanyRecord, places: Knowledge = NOTHING_KNOWN) -> dict[Group, Mapping[str, str]]:
    """The record's values as the register takes them, by the group that is decided on together.

    A value that the register cannot hold is left out: the present one stays. A town that is not told is filled in from
    *places*.
    """
    address = dict(record.address or {})
    if address.get("postcode") and not address.get("town"):
        town = town_of(address["postcode"], None, places)
        address |= {"town": town} if town else {}
    given: dict[Group, Mapping[str, str | None]] = {
        Group.ORGANISATION: {"organisation_name": record.name},
        Group.WWW: {"www": record.www},
        Group.ADDRESS: address if all(address.get(part) for part in ("street", "postcode", "town")) else {},
    }
    cleaned = {group: _cleaned(values) for group, values in given.items()}
    return {group: values for group, values in cleaned.items() if values}


def answer_about(
    record: CompanyRecord | None, present: Mapping[str, str | None], places: Knowledge = NOTHING_KNOWN
) -> Answer:
    """What the record says about an organisation whose values are *present*.

    Each of the company's values has a day of its own; of those that differ the oldest is the answer's, so that no value
    is taken for newer than it is. One without a day makes the answer undated.
    """
    if record is None:
        return Answer(Meaning.NO_HIT, {}, None)
    if record.ended:
        return Answer(Meaning.CEASED, {}, record.ended_on)
    since = {
        Group.ORGANISATION: record.name_since,
        Group.WWW: record.www_since,
        Group.ADDRESS: record.address_since,
    }
    values: dict[str, str | None] = {}
    days: list[date | None] = []
    for group, said in values_of(record, places).items():
        if changed_in(group, present, said):
            values |= said
            days.append(since[group])
    known = [day for day in days if day is not None]
    return Answer(Meaning.MOVED, values, min(known) if known and len(known) == len(days) else None)


def _cleaned(given: Mapping[str, str | None]) -> dict[str, str]:
    try:
        # The door of the customers room checks whole records: a name stands in for the one that isn't here.
        values = clean({"kind": Kind.ORGANISATION, "organisation_name": "-", **given})
    except InvalidValue:
        return {}
    return {name: str(getattr(values, name)) for name in given if getattr(values, name) is not None}
