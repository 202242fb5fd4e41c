"""What callers hand to the gate and get back: requests, plans, previews, results."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.actor import SYSTEM
from core.customers.words import BAN_NAMES
from core.disclosure.categories import CATEGORY_NAMES, CATEGORY_OF_FIELD
from core.disclosure.exits import NO_ANSWER
from core.documents import FILES, NOTICE
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.actor import Actor
    from core.disclosure.exits import FieldValue, Item, Payload
    from core.disclosure.purposes import Purpose
    from core.disclosure.recipients import Recipient

NO_EXTRA: Final[Mapping[str, FieldValue]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or firm asked to be sent.

    ``key`` is the idempotency key towards the recipient (an invoice number, a batch row); ``extra`` holds fields that
    are not the customer's own columns (``order.*``, ``identity_code``).
    """

    customer_id: int
    key: str
    extra: Mapping[str, FieldValue] = field(default_factory=lambda: NO_EXTRA, repr=False)


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Who is to get whose data, and why.

    ``task`` says in a word what the work is (``send_order``); ``reason`` is free text by a person, needed for a
    restricted customer; ``basis`` is a legal basis code, the purpose's usual one when not given.  ``form`` chooses
    among the forms of a recipient that gets files (``csv``, ``labels``; see `core.documents`).  ``only`` names the
    categories that this task needs, when it needs fewer than are permitted.
    """

    recipient: str
    purpose: str
    subjects: tuple[Subject, ...]
    task: str
    reason: str | None = None
    basis: str | None = None
    form: str | None = None
    only: frozenset[str] | None = None

    def way_to(self, recipient: Recipient) -> str:
        """The name of the exit that leads to *recipient*."""
        if self.form is None:
            return recipient.adapter
        return f"{FILES if self.form.startswith(NOTICE) else recipient.adapter}-{self.form}"


class LeftOutReason(StrEnum):
    """Why a person is not sent."""

    BAN = "ban"
    RESTRICTION = "restriction"
    ERASED = "erased"
    NO_BASIS = "no_basis"
    PROTECTED_ADDRESS = "protected_address"
    MISSING_REQUIRED = "missing_required"


LEFT_OUT_SENTENCES: Final[Mapping[LeftOutReason, str]] = MappingProxyType(
    {
        LeftOutReason.BAN: N_("has forbidden this use"),
        LeftOutReason.RESTRICTION: N_("processing is restricted"),
        LeftOutReason.ERASED: N_("is not in the register"),
        LeftOutReason.NO_BASIS: N_("no basis for this purpose"),
        LeftOutReason.PROTECTED_ADDRESS: N_("the address is protected"),
        LeftOutReason.MISSING_REQUIRED: N_("needed data is missing"),
    }
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A person who is not sent, and why; ``detail`` names the ban or the missing fields."""

    customer_id: int
    number: str | None
    reason: LeftOutReason
    detail: tuple[str, ...] = ()

    def sentence(self, language: str) -> str:
        """The reason in words, e.g. ``needed data is missing: contact details``."""
        words = tr(LEFT_OUT_SENTENCES[self.reason], language)
        names = dict.fromkeys(tr(_detail_name(code), language) for code in self.detail)
        return f"{words}: {', '.join(names)}" if names else words


def _detail_name(code: str) -> str:
    """A ban's name, or the category of a missing field."""
    return BAN_NAMES.get(code) or CATEGORY_NAMES[CATEGORY_OF_FIELD[code]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would leave and who is left out; made before anything is rendered.

    ``fields`` are those permitted in this transfer; ``items`` hold no others.  ``subjects`` names the customer behind
    each item id; ``withheld`` the fields kept back from an item although the transfer permits them.
    """

    request: TransferRequest
    recipient: Recipient
    purpose: Purpose
    basis: str
    country: str
    fields: frozenset[str]
    items: tuple[Item, ...]
    subjects: Mapping[str, Subject]
    withheld: Mapping[str, frozenset[str]]
    left_out: tuple[LeftOut, ...]
    planned_at: datetime
    planned_by: Actor = SYSTEM

    @property
    def way(self) -> str:
        """The name of the exit that it takes."""
        return self.request.way_to(self.recipient)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Preview:
    """The bytes that would leave, exactly; ``digest`` is the SHA-256 over them all.

    Compared by identity: the gate releases only the very previews that it made.
    """

    plan: Plan
    payloads: tuple[Payload, ...]
    digest: bytes


class ItemState(StrEnum):
    """What became of one person's share."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


class TransferState(StrEnum):
    """Where a transfer stands.  ``partial``: a batch whose items fared differently, none in doubt."""

    INTENT = "intent"
    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"
    PARTIAL = "partial"


OPEN_STATES: Final = (TransferState.INTENT, TransferState.SENDING)

STATE_NAMES: Final[Mapping[TransferState, str]] = MappingProxyType(
    {
        TransferState.INTENT: N_("about to be sent"),
        TransferState.SENDING: N_("being sent"),
        TransferState.DELIVERED: N_("delivered"),
        TransferState.REFUSED: N_("refused by the recipient"),
        TransferState.NOT_SENT: N_("not sent"),
        TransferState.IN_DOUBT: N_("in doubt"),
        TransferState.PARTIAL: N_("partly delivered"),
    }
)


EVENT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answer": N_("answer"),
        "inquiry": N_("asked the recipient"),
        "person": N_("a person decided"),
        "recovery": N_("found at start-up"),
    }
)
"""What brought an outcome, as the log's ``by`` has it."""

ITEM_STATE_NAMES: Final[Mapping[ItemState, str]] = MappingProxyType(
    {state: STATE_NAMES[TransferState(state.value)] for state in ItemState}
)


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """How one item fared.

    ``reference`` is the partner's own id for it; ``code`` and ``message`` say why it was not delivered, ``message`` in
    the partner's words, cleaned.  ``pending``: the partner will confirm later.  ``answer``: what an enquiry brought.
    """

    item_id: str
    customer_id: int | None
    key: str
    state: ItemState
    reference: str | None = None
    code: str = ""
    message: str = ""
    pending: bool = False
    answer: Mapping[str, object] = field(default_factory=lambda: NO_ANSWER, repr=False)


@dataclass(frozen=True, slots=True)
class TransferResult:
    """What came of a transfer.

    ``number`` is the log index of its intent, the number people use for it.  ``signed`` is False when the outcome is
    durable but the log could not be signed after it: the next sending signs it first, or refuses.
    """

    transfer_id: str
    number: int
    state: TransferState
    outcomes: Mapping[str, ItemOutcome]
    answer: Mapping[str, object] = field(default_factory=lambda: NO_ANSWER, repr=False)
    left_out: tuple[LeftOut, ...] = ()
    signed: bool = True


def combined(states: Sequence[ItemState]) -> TransferState:
    """A transfer's state from its items' states."""
    if ItemState.IN_DOUBT in states:
        return TransferState.IN_DOUBT
    if len(set(states)) == 1:
        return TransferState(states[0].value)
    return TransferState.PARTIAL
