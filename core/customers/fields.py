"""Each field's door: cleaned, checked and put into one form before it may be stored (P1).

Pure functions over libraries that follow the standards: business id and IBAN by python-stdnum, telephone numbers by
phonenumbers.  All faults of a record are found, not only the first.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

import phonenumbers
from stdnum import iban as iban_numbers
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

from core.customers.errors import (
    BadBusinessId,
    BadCountry,
    BadEmail,
    BadIban,
    BadIp,
    BadNumber,
    BadPhone,
    BadPostcode,
    BadWww,
    InvalidRecord,
    InvalidValue,
    NameMissing,
    NotAChoice,
    NotForThisKind,
    TooLong,
    UnknownField,
)
from core.customers.types import VALUE_FIELDS, CustomerValues, Kind
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOME_COUNTRY: Final = "FI"
# Ascension and Tristan da Cunha have telephone regions of their own but no ISO 3166 code.
COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS) - {"AC", "TA"}
_LIMITS: Final = {"organisation_name": 200, "email": 254, "www": 300, "street": 120, "town": 60}
_LIMIT: Final = 80
_PLACES: Final = frozenset({"postcode", "town", "country"})

_NUMBER: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,18}[0-9A-Za-z])?")
_LOCAL_PART: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}")
_DOMAIN: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")
_FOREIGN_POSTCODE: Final = re.compile(r"[0-9A-Z][0-9A-Z -]{1,10}")


@dataclass(frozen=True, slots=True)
class CheckedValues(CustomerValues):
    """Values that `clean` has let through; the services check any others first."""


def clean_number(raw: str) -> str:
    """A customer number: 1 to 20 letters, digits or hyphens, kept as written.

    Raises:
        BadNumber: it is not.
    """
    number = clean_line(raw)
    if not _NUMBER.fullmatch(number):
        raise BadNumber.of("number", raw)
    return number


def clean_iban(raw: str) -> str:
    """An IBAN without spaces, check digits right (ISO 13616).

    Raises:
        BadIban: it is not one.
    """
    try:
        found: str = iban_numbers.validate(clean_line(raw))
    except ValidationError as error:
        # The value is a secret: the error does not carry it.
        raise BadIban.of("iban") from error
    return found


def clean_ip(raw: str) -> str:
    """An IPv4 or IPv6 address in its canonical form.

    Raises:
        BadIp: it is not one.
    """
    try:
        return ipaddress.ip_address(clean_line(raw)).compressed
    except ValueError as error:
        raise BadIp.of("ip") from error


def clean(raw: Mapping[str, object]) -> CheckedValues:
    """A whole record from outside; an absent, None or blank field is "not known", ``kind`` defaults to person.

    Raises:
        InvalidValue: a field is wrong; `InvalidRecord` when several are (see ``problems``).
    """
    values, problems = _clean_each({"kind": Kind.PERSON, **raw}, _country(raw))
    problems += _faults_of_the_whole(values)
    _raise(problems)
    return CheckedValues(**values)


def clean_some(raw: Mapping[str, str]) -> dict[str, str]:
    """Some fields of a record from outside, those that are known, each by itself; ``kind`` and ``represents`` are none.

    Raises:
        InvalidValue: see `clean`.
    """
    country = _country(raw) if "country" in raw else HOME_COUNTRY
    values, problems = _clean_each(raw, country)
    _raise(problems)
    return {field: value for field, value in values.items() if value is not None}


def checked(values: CustomerValues) -> CheckedValues:
    """*values* as they may be stored; those that come from `clean` are not checked again.

    Raises:
        InvalidValue: see `clean`.
    """
    return values if isinstance(values, CheckedValues) else clean(values.as_dict())


def clean_changes(current: CustomerValues, changes: Mapping[str, object]) -> CheckedValues:
    """*current* with *changes* made to it; only what changes is checked, and the record as a whole.

    Raises:
        InvalidValue: see `clean`.
    """
    before: dict[str, Any] = current.as_dict()
    values, problems = _clean_each(changes, _country({**before, **changes}))
    after = {**before, **values}
    problems += _faults_of_the_whole(after)
    _raise(problems)
    return CheckedValues(**after)


def _raise(problems: list[InvalidValue]) -> None:
    if len(problems) > 1:
        raise InvalidRecord(problems)
    if problems:
        raise problems[0]


def _clean_each(raw: Mapping[str, object], country: str) -> tuple[dict[str, Any], list[InvalidValue]]:
    values: dict[str, Any] = {}
    problems: list[InvalidValue] = []
    for field, value in raw.items():
        try:
            values[field] = (
                _place(field, value, country)
                if field in _PLACES and isinstance(value, str)
                else _clean_one(field, value, country)
            )
        except InvalidValue as problem:
            problems.append(problem)
    return values, problems


@lru_cache(maxsize=8_192)
def _place(field: str, value: str, country: str) -> object:
    """`_clean_one` of what a file by the thousand rows says again and again."""
    return _clean_one(field, value, country)


def _clean_one(field: str, value: object, country: str) -> object:
    if field not in VALUE_FIELDS:
        raise UnknownField.of(field, known=", ".join(VALUE_FIELDS))
    if field == "represents":
        return _customer_id(value)
    text = clean_line(str(value)) if value is not None else ""
    if field == "kind":
        return _kind(text)
    if not text:
        return None
    limit = _LIMITS.get(field, _LIMIT)
    if len(text) > limit:
        raise TooLong.of(field, text, limit=limit)
    if field == "postcode":
        return _postcode(text, country)
    cleaner = _CLEANERS.get(field)
    return cleaner(text) if cleaner else text


def _faults_of_the_whole(values: Mapping[str, object]) -> list[InvalidValue]:
    if "kind" not in values:
        return []
    if values["kind"] is Kind.ORGANISATION:
        persons = [
            field for field in ("first_name", "last_name", "represents") if values.get(field) is not None
        ]
        faults: list[InvalidValue] = [NotForThisKind.of(field) for field in persons]
        return faults if values.get("organisation_name") else [*faults, NameMissing.of("organisation_name")]
    named = values.get("first_name") or values.get("last_name")
    return [] if named else [NameMissing.of("last_name")]


def _country(raw: Mapping[str, object]) -> str:
    value = raw.get("country")
    return clean_line(str(value)).upper() or HOME_COUNTRY if value is not None else HOME_COUNTRY


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError as error:
        raise NotAChoice.of("kind", text, choices=", ".join(Kind)) from error


def _customer_id(value: object) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise NotAChoice.of("represents", str(value), choices="1, 2, 3 …")


def _business_id(text: str) -> str:
    try:
        found: str = ytunnus.format(ytunnus.validate(text))
    except ValidationError as error:
        raise BadBusinessId.of("business_id", text) from error
    return found


def _email(text: str) -> str:
    local, _, domain = text.rpartition("@")
    dots_are_single = not (local.startswith(".") or local.endswith(".") or ".." in local)
    if not (_LOCAL_PART.fullmatch(local) and dots_are_single and _DOMAIN.fullmatch(domain)):
        raise BadEmail.of("email", text)
    return f"{local}@{domain.lower()}"


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, HOME_COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise BadPhone.of("phone", text) from error
    too_short_to_dial = number.country_code == _FINLAND and number.italian_leading_zero
    # An extension would be lost in E.164, and a value is never stored in part.
    if number.extension or too_short_to_dial or not phonenumbers.is_possible_number(number):
        raise BadPhone.of("phone", text)
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found


_FINLAND: Final = 358


def national_phone(e164: str) -> str:
    """The number as it is written at home, for people: ``040 1234567``, ``+46 8 123 456 78``."""
    number = phonenumbers.parse(e164)
    abroad = number.country_code != _FINLAND
    style = (
        phonenumbers.PhoneNumberFormat.INTERNATIONAL if abroad else phonenumbers.PhoneNumberFormat.NATIONAL
    )
    found: str = phonenumbers.format_number(number, style)
    return found


def _www(text: str) -> str:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise BadWww.of("www", text) from error
    host = parts.hostname or ""
    if not (
        parts.scheme in {"http", "https"}
        and "@" not in parts.netloc
        and port_is_fine
        and _DOMAIN.fullmatch(host)
    ):
        raise BadWww.of("www", text)
    if " " in text:
        raise BadWww.of("www", text)
    return urlunsplit(parts)


def _postcode(text: str, country: str) -> str:
    upper = text.upper()
    if country == HOME_COUNTRY:
        digits = upper.removeprefix("FI-")
        if not (len(digits) == len("00100") and digits.isascii() and digits.isdigit()):
            raise BadPostcode.of("postcode", text)
        return digits
    if not _FOREIGN_POSTCODE.fullmatch(upper):
        raise BadPostcode.of("postcode", text)
    return upper


def _country_code(text: str) -> str:
    upper = text.upper()
    if upper not in COUNTRIES:
        raise BadCountry.of("country", text)
    return upper


_CLEANERS: Final[Mapping[str, Callable[[str], str]]] = {
    "business_id": _business_id,
    "email": _email,
    "phone": _phone,
    "www": _www,
    "country": _country_code,
}
