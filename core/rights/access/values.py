"""A value of the inventory in words: codes as they are called, days, moments and amounts as they are written."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from core.customers import credit
from core.customers import words as customers
from core.customers.order_lines import plain_number
from core.customers.web_types import WEB_STATE_NAMES
from core.disclosure import types as disclosure
from core.disclosure.purposes import BASIS_NAMES, PURPOSES
from core.disclosure.statement.words import ACTION_NAMES, field_name, moment
from core.documents.pages import spoken
from core.messages import N_, tr
from core.notices import types as notices
from core.papers.types import DESTRUCTION_NAMES
from core.personal_data.words import TABLE_NAMES, column_name
from core.retention.types import HOLD_NAMES
from core.rights import types as cases
from core.updates import types as updates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_THOUSANDS: Final = "\N{NO-BREAK SPACE}"
_ARROW: Final = "\N{NO-BREAK SPACE}\N{RIGHTWARDS ARROW} "
_LANGUAGES: Final = {"fi": N_("Finnish"), "en": N_("English")}
_PURPOSES: Final = {code: purpose.name for code, purpose in PURPOSES.items()}
# Column to what its codes are called, whatever the table; `_OF_TABLE` has the exceptions.
_CODES: Final[Mapping[str, Mapping[Any, str]]] = {
    "action": ACTION_NAMES,
    "basis": BASIS_NAMES,
    "cause": notices.CAUSE_NAMES,
    "channel": cases.CHANNEL_NAMES,
    "destroyed_how": DESTRUCTION_NAMES,
    "field": customers.FIELD_NAMES,
    "ground": customers.RESTRICTION_NAMES,
    "identity": cases.IDENTITY_NAMES,
    "language": _LANGUAGES,
    "matched_by": updates.MATCHED_BY_NAMES,
    "meaning": updates.MEANING_NAMES,
    "outcome": updates.OUTCOME_NAMES,
    "purpose": _PURPOSES,
    "source_kind": customers.SOURCE_NAMES,
    "status": customers.STATUS_NAMES,
    "task": _PURPOSES,
}
_OF_TABLE: Final[Mapping[tuple[str, str], Mapping[Any, str]]] = {
    ("batch_row", "reason"): updates.REASON_NAMES,
    ("credit_check", "decision"): credit.DECISION_NAMES,
    ("credit_check", "state"): disclosure.STATE_NAMES,
    ("customer", "kind"): customers.KIND_NAMES,
    ("customer_ban", "kind"): customers.BAN_NAMES,
    ("customer_order", "state"): customers.ORDER_STATE_NAMES,
    ("invoice", "state"): customers.INVOICE_STATE_NAMES,
    ("notice", "state"): notices.NOTICE_STATE_NAMES,
    ("notice_event", "state"): notices.NOTICE_STATE_NAMES,
    ("retention_hold", "kind"): HOLD_NAMES,
    ("rights_case", "decision"): cases.DECISION_NAMES,
    ("rights_case", "kind"): cases.KIND_NAMES,
    ("rights_case", "state"): cases.STATE_NAMES,
    ("rights_case_event", "kind"): cases.EVENT_NAMES,
    ("transfer", "state"): disclosure.STATE_NAMES,
    ("transfer_event", "kind"): disclosure.EVENT_NAMES,
    ("transfer_event", "state"): disclosure.STATE_NAMES,
    ("transfer_left_out", "reason"): disclosure.LEFT_OUT_SENTENCES,
    ("transfer_line", "state"): disclosure.ITEM_STATE_NAMES,
    ("web_registration", "state"): WEB_STATE_NAMES,
}
_BANS: Final = "bans"
_DAY: Final = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]")
# Members of a document that have the name of a column which is something else.
_MEMBERS: Final = {"name": N_("name")}
# Members of changes that are no columns.
_MEMBERS_OF: Final = {("customer_order", "lines"): TABLE_NAMES["order_line"]}
_YES: Final = N_("yes")
_NO: Final = N_("no")
# Of the register's own bookkeeping: ids of rows, which say nothing to anybody.
_UNSAID: Final = frozenset({"customer_id", "order_id", "version"})
# A table of changes to the table whose columns it names.
_CHANGES_OF: Final = {"order_change": "customer_order", "invoice_change": "invoice"}


class Said:
    """Says values in one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        # Each word is said tens of thousands of times.
        self._tr: Callable[[str], str] = cache(lambda msgid: tr(msgid, language))
        self._labels: dict[tuple[str, str], str] = {}

    def word(self, msgid: str) -> str:
        """A message."""
        return self._tr(msgid)

    def label(self, table: str, column: str) -> str:
        """What a column is called, with a capital letter in front."""
        found = self._labels.get((table, column))
        if found is None:
            name = _MEMBERS_OF.get((table, column)) or column_name(table, column)
            said = column if name is None else self._tr(name)
            found = self._labels[table, column] = said[:1].upper() + said[1:]
        return found

    def value(self, table: str, column: str, value: Any) -> str:
        """A column's value in words; empty where there is none."""
        if isinstance(value, str):
            return self._code(table, column, value)
        if column == _BANS and value:
            return ", ".join(self._named(customers.BAN_NAMES, it) for it in value)
        if column == "changes":
            return self._changes(_CHANGES_OF.get(table, "customer"), value)
        return self._plain(table, value)

    def _code(self, table: str, column: str, value: str) -> str:
        names = _OF_TABLE.get((table, column)) or _CODES.get(column)
        if names is not None:
            return self._named(names, value)
        if _DAY.fullmatch(value):
            # A history keeps days as text.
            with suppress(ValueError):
                return spoken(date.fromisoformat(value), self._language)
        return value

    def _named(self, names: Mapping[Any, str], code: str) -> str:
        return self._tr(names[code]) if code in names else code

    def changes(self, table: str, changes: Mapping[str, Any], now: Mapping[str, Any]) -> str:
        """As `value`, of a row inside another: a first value that is still the present one, in *now*, is not said again."""
        of = _CHANGES_OF.get(table, "customer")
        news = {name: pair for name, pair in changes.items() if not _still(pair, now.get(name))}
        return self._changes(of, news) or self._tr(N_("recorded as it stands"))

    def _changes(self, table: str, changes: Mapping[str, Any]) -> str:
        """``Street: Kuja 1 → Kuja 2; …``; whatever is not a pair is said as it is."""
        parts = []
        for column, pair in changes.items():
            if column in _UNSAID:
                continue
            two = isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004 - before and after
            said = (
                _ARROW.join(self._side(table, column, it) for it in pair) if two else self._plain(table, pair)
            )
            parts.append(f"{self.label(table, column)}: {said}")
        return "; ".join(parts)

    def _side(self, table: str, column: str, value: Any) -> str:
        return "–" if value in (None, "") else self.value(table, column, value)

    def _plain(self, table: str, value: Any) -> str:
        language = self._language
        said: str
        match value:
            case None:
                said = ""
            case bool():
                said = self._tr(_YES if value else _NO)
            case datetime():
                said = moment(value, language)
            case date():
                said = spoken(value, language)
            case Decimal():
                said = self._number(value)
            case dict():
                pairs = (
                    (self._key(table, name), self.value(table, name, one)) for name, one in value.items()
                )
                said = "; ".join(f"{name}: {one}" for name, one in pairs if one)
            case list() | tuple():
                said = ", ".join(filter(None, (self._plain(table, one) for one in value)))
            case _:
                said = str(value)
        return said

    def line(self, row: Mapping[str, Any]) -> str:
        """A row of an order as an invoice has it: ``1. A1 Ovi: 1,5 × 10,25, 25,5 %``."""
        what = " ".join(filter(None, (row["product"], row["description"])))
        quantity, price, tax = (self._number(row[name]) for name in ("quantity", "unit_price", "vat_percent"))
        return f"{row['position']}. {what}: {quantity} × {price}, {tax} %"

    def _key(self, table: str, name: str) -> str:
        """A member of a document: a column's name, a field of the notice, or as it stands."""
        if name not in _MEMBERS and column_name(table, name) is not None:
            return self.label(table, name)
        said = self._tr(_MEMBERS[name]) if name in _MEMBERS else field_name(name, self._language)
        return said[:1].upper() + said[1:]

    def _number(self, number: Decimal) -> str:
        plain = plain_number(number)
        if self._language != "fi":
            return plain
        whole, point, rest = plain.removeprefix("-").partition(".")
        grouped = f"{int(whole):,}".replace(",", _THOUSANDS)
        return f"{'-' if number < 0 else ''}{grouped}{',' if point else ''}{rest}"


def _still(pair: Any, now: Any) -> bool:
    """Whether a change gave the first value, which is the present one."""
    if not (isinstance(pair, list) and len(pair) == 2 and pair[0] is None):  # noqa: PLR2004 - before and after
        return False
    if isinstance(now, list):
        return len(now) == len(pair[1]) and all(map(_same_line, pair[1], now))
    return now is not None and (pair[1] == now or str(pair[1]) == str(now))


def _same_line(before: Any, now: Mapping[str, Any]) -> bool:
    """Whether a row of an order in the history, where numbers are text, is the row that there is."""
    return all(
        plain_number(now[name]) == value if isinstance(now[name], Decimal) else now[name] == value
        for name, value in before.items()
    )
