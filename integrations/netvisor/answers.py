"""Netvisor's XML as it comes back: the envelope, customer rows, invoice rows.

Everything is read body first: which HTTP status goes with which code is not published.  ``TimeStamp`` varies and is
not read.  A repeating element is a list even when there is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from integrations.answers import UnreadableAnswer, read_xml
from integrations.protocol import FetchedInvoice

if TYPE_CHECKING:
    from integrations.answers import Node

StateName: TypeAlias = Literal["open", "overdue", "in_collection", "paid", "written_off", "rejected"]

# What a code means for the invoice or customer that was sent.  Anything that does not stand here is unknown.
REFUSED_FIXABLE: Final = frozenset({"INVALID_DATA", "INVALID_DATA_SIZE", "PERIOD_LOCK"})
REFUSED_FOR_US: Final = frozenset({"AUTHENTICATION_FAILED", "SERVICE_ACCESS_ERROR"})
# The partner may have it already: an earlier try, or the same request delivered twice on the way.
ASK_AGAIN: Final = frozenset({"DUPLICATE_DATA", "REQUEST_NOT_UNIQUE"})
TRY_LATER: Final = frozenset({"SYSTEM_MAINTENANCE", "TECHNICAL_ERROR"})
KNOWN_CODES: Final = REFUSED_FIXABLE | REFUSED_FOR_US | ASK_AGAIN | TRY_LATER

_MONEY: Final = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,6})?")
_KEY: Final = re.compile(r"[0-9]{1,18}")
_STATES: Final[dict[tuple[str, str], StateName]] = {
    # Not yet sent to the customer, but owed and in the books.
    ("unsent", ""): "open",
    ("open", ""): "open",
    ("open", "open"): "open",
    ("open", "overdue"): "overdue",
    ("open", "reminded"): "overdue",
    ("open", "requested"): "overdue",
    ("open", "collected"): "in_collection",
    ("overdue", ""): "overdue",
    ("reminded", ""): "overdue",
    ("requested", ""): "overdue",
    ("collected", ""): "in_collection",
    ("paid", ""): "paid",
    ("creditloss", ""): "written_off",
    ("open", "creditloss"): "written_off",
    ("rejected", ""): "rejected",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A read answer: ``code`` is ``OK`` or the failure's code, ``message`` the partner's words about it."""

    code: str
    message: str
    root: Node

    @property
    def ok(self) -> bool:
        """Whether the partner says that it did it."""
        return self.code == "OK"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A row of customerlist.nv."""

    key: str
    code: str
    name: str


def read_envelope(content: bytes) -> Envelope:
    """The answer's status and root.

    Raises:
        UnreadableAnswer: not Netvisor's envelope.
    """
    root = read_xml(content)
    if root.name != "root":
        raise UnreadableAnswer("the root element is not Root")
    statuses = [node.text for node in root.one("responsestatus").all("status")]
    if statuses == ["OK"]:
        return Envelope("OK", "", root)
    if len(statuses) == 2 and statuses[0] == "FAILED":  # noqa: PLR2004 - the word and the reason
        code, _, message = statuses[1].partition(" :: ")
        return Envelope(code.strip(), message.strip(), root)
    raise UnreadableAnswer("the status is neither OK nor FAILED with a reason")


def inserted_key(envelope: Envelope) -> str:
    """The Netvisor key of what was added.

    Raises:
        UnreadableAnswer: the answer says OK but names no key, so that it does not agree with itself.
    """
    return _key(envelope.root.one("replies").value("inserteddataidentifier"))


def customer_rows(envelope: Envelope) -> list[CustomerRow]:
    """The rows of customerlist.nv, none when the list is empty.

    Raises:
        UnreadableAnswer: the list or a row is not as documented.
    """
    return [
        CustomerRow(key=_key(node.value("netvisorkey")), code=node.value("code"), name=node.value("name"))
        for node in envelope.root.one("customerlist").all("customer")
    ]


def invoice_rows(envelope: Envelope) -> list[FetchedInvoice]:
    """The rows of salesinvoicelist.nv, none when the list is empty.

    Raises:
        UnreadableAnswer: the list or a row is not as documented; an undeclared status is never guessed at.
    """
    return [_invoice_row(node) for node in envelope.root.one("salesinvoicelist").all("salesinvoice")]


def _invoice_row(node: Node) -> FetchedInvoice:
    return FetchedInvoice(
        reference=_key(node.value("netvisorkey")),
        number=node.value("invoicenumber"),
        invoiced_on=_date(node.value("invoicedate")),
        due_on=_date(node.value("invoiceduedate")),
        state=_state(node.one("invoicestatus")),
        customer_number=node.value("customercode"),
        total=money(node.value("invoicesum")),
        open_total=money(node.value("opensum")),
    )


def _state(node: Node) -> StateName:
    substatus = node.attributes.get("substatus", "").casefold()
    if node.attributes.get("isincollection") == "1" or substatus == "collected":
        return "in_collection"
    state = _STATES.get((node.text.casefold(), substatus))
    if state is None:
        raise UnreadableAnswer("an invoice has a status that is not documented")
    return state


def money(text: str) -> Decimal:
    """A sum in whole cents; comma and point both occur.

    Raises:
        UnreadableAnswer: not a sum.
    """
    if not _MONEY.fullmatch(text):
        raise UnreadableAnswer("a sum is not a number")
    return Decimal(text.replace(",", ".")).quantize(Decimal("0.01"))


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise UnreadableAnswer("a Netvisor key is not a number")
    return text


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableAnswer("a date is not YYYY-MM-DD") from None
