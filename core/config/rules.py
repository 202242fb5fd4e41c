"""What a configuration must hold to beyond the form of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.config.errors import ConfigProblem, EndsBeforeStart, PasswordInUrl, UnknownReference, WrongValue
from core.config.schema import DatabaseSettings, Recipient, UpdateService
from core.disclosure.categories import FIELDS_BY_CATEGORY
from core.disclosure.purposes import PURPOSES
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def broken_in_table(table: object, key: str, file: str) -> Iterator[ConfigProblem]:
    """Every rule that one table breaks; *key* is its dotted name."""
    if isinstance(table, DatabaseSettings) and _has_password(table.url):
        yield PasswordInUrl(file=file)
    if isinstance(table, Recipient):
        yield from _unknown_words(file, f"{key}.purposes", table.purposes, PURPOSES)
        yield from _unknown_words(file, f"{key}.categories", table.categories, FIELDS_BY_CATEGORY)
        if table.agreement_to is not None and table.agreement_to < table.agreement_from:
            yield EndsBeforeStart(file=file, key=f"{key}.agreement_to")
    if isinstance(table, UpdateService):
        yield from _unknown_words(file, f"{key}.purpose", [table.purpose], PURPOSES)


def broken_references(document: Mapping[str, Any], file: str) -> Iterator[ConfigProblem]:
    """Every name in *document* that refers to a table which is not there."""
    recipients, updates = document.get("recipients", {}), document.get("updates", {})
    if not isinstance(recipients, dict) or not isinstance(updates, dict):
        return
    for service, update in updates.items():
        value = update.get("recipient") if isinstance(update, dict) else None
        if isinstance(value, str) and value not in recipients:
            yield UnknownReference(
                file=file, key=f"updates.{service}.recipient", value=value, table="recipients"
            )


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
