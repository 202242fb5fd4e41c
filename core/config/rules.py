"""What a configuration must hold to beyond the form of each value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from core.config.errors import (
    ConfigProblem,
    EndsBeforeStart,
    NotACode,
    PasswordInUrl,
    ReservedCode,
    UnknownReference,
    WrongValue,
)
from core.config.schema import (
    CompanySettings,
    DatabaseSettings,
    Letter,
    OrderSettings,
    Partner,
    Recipient,
    UpdateService,
)
from core.disclosure.categories import FIELDS_BY_CATEGORY
from core.disclosure.purposes import PURPOSES
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal


# What the disclosure log takes as a name (core.disclosure.log.members.Code): found here, not when something is to leave.
CODE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
LONGEST_CODE: Final = 40
# A letter's way out is called so, and its name.
LETTER_WAY: Final = "files-letter-"
# The person whom a statement is about (core.disclosure.recipients.SUBJECT).
RESERVED: Final = "data_subject"
_HUNDREDTH: Final = -2

# Table, its setting that names another table, and where that one is.
_REFERENCES: Final = (("updates", "recipient", "recipients"), ("partners", "sftp", "sftp"))


def broken_in_table(table: object, key: str, file: str) -> Iterator[ConfigProblem]:
    """Every rule that one table breaks; *key* is its dotted name."""
    if isinstance(table, DatabaseSettings) and _has_password(table.url):
        yield PasswordInUrl(file=file)
    if isinstance(table, Recipient):
        yield from _codes(file, key, key.removeprefix("recipients."))
        yield from _codes(file, f"{key}.adapter", table.adapter)
        if key.removeprefix("recipients.") == RESERVED:
            yield ReservedCode(file=file, key=key)
        yield from _unknown_words(file, f"{key}.purposes", table.purposes, PURPOSES)
        yield from _unknown_words(file, f"{key}.categories", table.categories, FIELDS_BY_CATEGORY)
        if table.agreement_to is not None and table.agreement_to < table.agreement_from:
            yield EndsBeforeStart(file=file, key=f"{key}.agreement_to")
    if isinstance(table, Partner):
        yield from _codes(file, key, key.removeprefix("partners."))
    if isinstance(table, Letter):
        yield from _codes(file, key, key.removeprefix("letters."), LETTER_WAY)
    if isinstance(table, OrderSettings):
        yield from _percentage(file, f"{key}.vat_percent", table.vat_percent)
    if isinstance(table, UpdateService | CompanySettings):
        yield from _unknown_words(file, f"{key}.purpose", [table.purpose], PURPOSES)


def broken_references(document: Mapping[str, Any], file: str) -> Iterator[ConfigProblem]:
    """Every name in *document* that refers to a table which is not there."""
    for table, setting, target in _REFERENCES:
        holders, known = document.get(table, {}), document.get(target, {})
        if not isinstance(holders, dict) or not isinstance(known, dict):
            continue
        for name, held in holders.items():
            value = held.get(setting) if isinstance(held, dict) else None
            if isinstance(value, str) and value not in known:
                yield UnknownReference(file=file, key=f"{table}.{name}.{setting}", value=value, table=target)
    companies, known = document.get("companies", {}), document.get("recipients", {})
    asked = companies.get("recipient") if isinstance(companies, dict) else None
    if isinstance(asked, str) and isinstance(known, dict) and asked not in known:
        yield UnknownReference(file=file, key="companies.recipient", value=asked, table="recipients")


def _codes(file: str, key: str, value: str, before: str = "") -> Iterator[ConfigProblem]:
    """*value* goes into the log, with *before* in front of it."""
    if not CODE.fullmatch(before + value):
        yield NotACode(file=file, key=key, value=value, most=LONGEST_CODE - len(before))


def _percentage(file: str, key: str, value: Decimal) -> Iterator[ConfigProblem]:
    """As an order's line takes it (core.customers.order_lines)."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _HUNDREDTH or not 0 <= value <= 100:  # noqa: PLR2004 - per cent
        expected = N_("a percentage from 0 to 100 with at most two decimals")
        yield WrongValue(file=file, key=key, expected=expected, found=str(value))


def _unknown_words(
    file: str, key: str, words: Iterable[str], known: Mapping[str, object]
) -> Iterator[ConfigProblem]:
    for word in words:
        if word not in known:
            yield WrongValue(
                file=file,
                key=key,
                expected=N_("one of: {choices}"),
                choices=", ".join(known),
                found=repr(word),
            )


def _has_password(url: str) -> bool:
    """Whether the user part of an address holds a password (``//user:password@host``)."""
    authority = url.partition("//")[2].partition("/")[0]
    user, at, _ = authority.rpartition("@")
    return bool(at) and ":" in user
