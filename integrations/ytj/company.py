"""One company as YTJ tells of it, made into what the register can hold.

YTJ's traps, and what is done about each (docs/partners.md):

- Names: several, of types and times. The name is the main one (type 1) that has no end date.
- Towns: not in a fixed order, Swedish may be first. The one of the language asked for, else any.
- Addresses: visiting (1) and postal (2). The postal one is used where it is whole, since post goes there.
- Parts may be missing, empty or null; an address is taken whole or not at all.
- A postal address may be a box alone; ``co`` may or may not begin with c/o; free lines hold underscores for spaces.
- ``status`` is the same for living and ended companies. Ended is what has an end date, or is struck off the trade register.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from core.updates.companies import CompanyRecord
from integrations.answers import UnreadableAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrations.answers import Json

_LANGUAGES: Final = {"fi": "1", "sv": "2"}
_MAIN_NAME: Final = "1"
_STREET: Final = "1"
_POSTAL: Final = "2"
_BOX: Final = {"fi": "PL", "sv": "PB"}
_TRADE_REGISTER: Final = "1"
_STRUCK_OFF: Final = "4"
_HOME: Final = frozenset({"", "FI", "FIN", "SUOMI", "FINLAND"})
_POSTCODE: Final = re.compile(r"[0-9]{5}")
_CARE: Final = re.compile(r"c\s*/\s*o\b[\s:]*", re.IGNORECASE)
MAX_TEXT: Final = 500
_MAX_LIST: Final = 1_000


def company_of(document: Mapping[str, Json], language: str = "fi") -> CompanyRecord:
    """What YTJ says of one company.

    Raises:
        UnreadableAnswer: it is not as YTJ's documents have it, or has no business id.
    """
    business_id = _text(_object(document.get("businessId")).get("value"))
    if not business_id:
        raise UnreadableAnswer("a company without a business id")
    name, name_since = _name(_objects(document.get("names")))
    website = _object(document.get("website"))
    address, address_since, unread = _address(_objects(document.get("addresses")), language)
    ended, ended_on = _end(document)
    return CompanyRecord(
        business_id=business_id,
        name=name,
        name_since=name_since,
        www=_text(website.get("url")) or None,
        www_since=_day(website.get("registrationDate")),
        address=address,
        address_since=address_since,
        address_unread=unread,
        ended=ended,
        ended_on=ended_on,
        in_proceedings=any(not it.get("endDate") for it in _objects(document.get("companySituations"))),
    )


def _name(names: Sequence[Mapping[str, Json]]) -> tuple[str | None, date | None]:
    present = [it for it in names if _text(it.get("type")) == _MAIN_NAME and not it.get("endDate")]
    latest = max(present, key=_since, default={})
    return _text(latest.get("name")) or None, _day(latest.get("registrationDate"))


def _end(document: Mapping[str, Json]) -> tuple[bool, date | None]:
    """Whether the company is no more, and since when as far as that is told."""
    if document.get("endDate"):
        return True, _day(document.get("endDate"))
    for entry in _objects(document.get("registeredEntries")):
        struck_off = (
            _text(entry.get("register")) == _TRADE_REGISTER and _text(entry.get("type")) == _STRUCK_OFF
        )
        if struck_off and not entry.get("endDate"):
            return True, _day(entry.get("registrationDate"))
    return False, None


def _address(
    addresses: Sequence[Mapping[str, Json]], language: str
) -> tuple[Mapping[str, str] | None, date | None, bool]:
    """The address to use with its date, and whether there was one that could not be taken."""
    present = [it for it in addresses if not it.get("endDate")]
    for kind in (_POSTAL, _STREET):
        of_kind = sorted((it for it in present if _text(it.get("type")) == kind), key=_since, reverse=True)
        for candidate in of_kind:
            taken = _taken(candidate, language)
            if taken is not None:
                return taken, _day(candidate.get("registrationDate")), False
    return None, None, bool(present)


def _taken(address: Mapping[str, Json], language: str) -> Mapping[str, str] | None:
    """The address in the register's parts; None when it is abroad or not whole."""
    abroad = _text(address.get("country")).upper() not in _HOME
    postcode = _text(address.get("postCode"))
    town = _town(_objects(address.get("postOffices")), language)
    line = _line(address, language)
    if abroad or not (line and town and _POSTCODE.fullmatch(postcode)):
        return None
    return {"street": line, "postcode": postcode, "town": town}


def _line(address: Mapping[str, Json], language: str) -> str:
    street = _text(address.get("street"))
    box = _text(address.get("postOfficeBox"))
    if street:
        flat = _text(address.get("apartmentNumber")) + _text(address.get("apartmentIdSuffix"))
        parts = (street, _text(address.get("buildingNumber")), _text(address.get("entrance")), flat)
        where = " ".join(part for part in parts if part)
    elif box:
        where = f"{_BOX[language]} {box}"
    else:
        where = " ".join(_text(address.get("freeAddressLine")).replace("_", " ").split())
    if not where:
        return ""
    care = _CARE.sub("", _text(address.get("co")), count=1)
    return f"c/o {care}, {where}" if care else where


def _town(offices: Sequence[Mapping[str, Json]], language: str) -> str:
    towns = {_text(it.get("languageCode")): _text(it.get("city")) for it in offices}
    return towns.get(_LANGUAGES[language]) or next((town for town in towns.values() if town), "")


def _since(entry: Mapping[str, Json]) -> str:
    return _text(entry.get("registrationDate"))


def _object(value: Json) -> Mapping[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableAnswer("an object is missing")
    return value


def _objects(value: Json) -> list[Mapping[str, Json]]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MAX_LIST:
        raise UnreadableAnswer("a list is missing, or too long")
    return [_object(it) for it in value]


def _text(value: Json) -> str:
    """A text or a number as text, on one line; absent is empty."""
    if value is None:
        return ""
    if isinstance(value, dict | list | bool):
        raise UnreadableAnswer("a value is not a text")
    text = " ".join(str(value).split())
    if len(text) > MAX_TEXT:
        raise UnreadableAnswer("a text is too long")
    return text


def _day(value: Json) -> date | None:
    text = _text(value)
    if not text:
        return None
    try:
        return date.fromisoformat(text[: len("2026-11-23")])
    except ValueError:
        raise UnreadableAnswer("a date is not a date") from None
