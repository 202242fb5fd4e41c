"""Free words that may tell of somebody else: found for the handler's eye, who decides whether they leave (GDPR 15(4)).

A text is pointed out when it names another customer of the register, when two words in it look like a name that isn't
the person's, or when it holds an e-mail address or telephone number that isn't.  A program can't know; a person reads.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.customers.model import customer_search_table
from core.customers.places import chunks
from core.personal_data.words import TABLE_NAMES
from core.rights.access.types import Flag, Reason, Suspicion
from core.text import fold, sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from core.rights.access.types import Part, Record
    from core.rights.access.withheld import Keeper

    Where = tuple[str, str]

# What people write in their own words; everything else is a choice, a number or a value with a form of its own.
FREE_WORDS: Final = frozenset(
    {
        ("access_event", "detail"),
        ("access_event", "task"),
        ("batch_row", "cells"),
        ("batch_row", "problem"),
        ("credit_check", "informed"),
        ("credit_check", "reasons"),
        ("customer_ban", "lifted_reason"),
        ("customer_ban", "origin"),
        ("customer_change", "source_detail"),
        ("customer_order", "reference"),
        ("customer_restriction", "detail"),
        ("customer_restriction", "lifted_reason"),
        ("customer_sealed", "source_detail"),
        ("invoice_change", "source_detail"),
        ("notice_event", "detail"),
        ("order_change", "source_detail"),
        ("order_line", "description"),
        ("paper_customer", "about"),
        ("retention_hold", "reason"),
        ("retention_hold", "released_reason"),
        ("rights_case", "request"),
        ("rights_case_event", "words"),
        ("rights_case_file", "name"),
        ("transfer", "reason"),
        ("transfer_event", "reason"),
        ("transfer_line", "message"),
        ("web_registration", "note"),
    }
)
_NAME: Final = re.compile(
    r"\b([A-ZÅÄÖ][a-zåäöéü]+(?:-[A-ZÅÄÖ][a-zåäöéü]+)?) ([A-ZÅÄÖ][a-zåäöéü]+(?:-[A-ZÅÄÖ][a-zåäöéü]+)?)\b"
)
_EMAIL: Final = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+\.\w+")
_PHONE: Final = re.compile(r"(?<![\w.-])(?:\+358|0)[ -]?\d(?:[ -]?\d){5,11}(?![\w-])")
_FIRMS: Final = frozenset({"oy", "oyj", "ab", "abp", "ky", "ry"})
_ID: Final = 8


class Reading:
    """The free words of one person's package; ``flags`` are those that a person has to read."""

    def __init__(self, connection: Connection, parts: Sequence[Part], own: Collection[str]) -> None:
        self._own = {fold(word) for value in own for word in (value, *value.split())}
        self._own_digits = {_digits(value) for value in own} - {""}
        self._texts: Counter[str] = Counter()
        self._first: dict[str, Where] = {}
        for table, column, text in _texts(parts):
            self._texts[text] += 1
            self._first.setdefault(text, (table, column))
        self._customers = _of_customers(
            connection, {name for text in self._texts for name in self._names(text)}
        )
        self.flags = tuple(self._flags())

    def _flags(self) -> Iterator[Flag]:
        for text, count in self._texts.items():
            suspicion = self._suspicion(text)
            if suspicion is not None:
                yield Flag(flag_id(text), *self._first[text], suspicion, text, count)

    def _suspicion(self, text: str) -> Suspicion | None:
        names = self._names(text)
        if any(name in self._customers for name in names):
            return Suspicion.CUSTOMER
        if self._reaches(text):
            return Suspicion.REACH
        return Suspicion.NAME if names else None

    def _names(self, text: str) -> list[tuple[str, str]]:
        """Pairs of words that look like a name, but for the person's own."""
        found = [(match[1], match[2]) for match in _NAME.finditer(text)]
        return [
            pair
            for pair in found
            if fold(pair[1]) not in _FIRMS and not all(fold(word) in self._own for word in pair)
        ]

    def _reaches(self, text: str) -> bool:
        if any(fold(found) not in self._own for found in _EMAIL.findall(text)):
            return True
        return any(_digits(found) not in self._own_digits for found in _PHONE.findall(text))


def flag_id(text: str) -> str:
    """By which words are named while they are the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:_ID]


def leave_out(parts: Sequence[Part], ids: Collection[str], keeper: Keeper) -> None:
    """Empty every place of the words that a person has decided to keep back."""

    def decided(table: str, column: str, text: str) -> str | None:
        if flag_id(text) not in ids:
            return text
        keeper.note(table, column, Reason.HANDLER)
        return None

    for part in parts:
        for record in part.rows:
            _replace(part.holding.name, record, decided)


def _texts(parts: Sequence[Part]) -> Iterator[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []

    def noted(table: str, column: str, text: str) -> str:
        found.append((table, column, text))
        return text

    for part in parts:
        for record in part.rows:
            _replace(part.holding.name, record, noted)
    yield from found


def _replace(table: str, record: Record, by: Callable[[str, str, str], str | None]) -> None:
    """Put what *by* gives into the place of each free text of *record*, and of the rows inside it."""
    for column, value in record.items():
        if (table, column) in FREE_WORDS:
            record[column] = _replaced(table, column, value, by)
        elif column in TABLE_NAMES:
            for inner in value:
                _replace(column, inner, by)


def _replaced(table: str, column: str, value: Any, by: Callable[[str, str, str], str | None]) -> Any:
    if isinstance(value, str):
        return by(table, column, value)
    if isinstance(value, dict):
        return {name: _replaced(table, column, one, by) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(table, column, one, by) for one in value]
    return value


def _of_customers(
    connection: Connection, names: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], bool]:
    """Those of *names*, in either order, that are some customer's."""
    by_key: dict[str, set[tuple[str, str]]] = {}
    for pair in names:
        for last, first in (pair, pair[::-1]):
            by_key.setdefault(sort_key(f"{last} {first}"), set()).add(pair)
    found: dict[tuple[str, str], bool] = {}
    column = customer_search_table.c.sort_key
    for some in chunks(sorted(by_key)):
        for key in connection.execute(select(column).where(column.in_(some)).distinct()).scalars():
            found |= dict.fromkeys(by_key[key], True)
    return found


def _digits(text: str) -> str:
    """A telephone number as its digits without the country's."""
    digits = re.sub(r"\D", "", text)
    return digits.removeprefix("358").lstrip("0")
