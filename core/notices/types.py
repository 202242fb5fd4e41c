"""What the notices room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

# A notice to whoever gave us a value and is no registered recipient: this, and the kind of source.
SOURCE: Final = "source:"
Told = Literal["yes", "ask"]
Way = Literal["adapter", "letter"]


class Cause(StrEnum):
    """Why a recipient is told; all but the first by law (GDPR 19), whatever the agreement says."""

    CHANGE = "change"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    RESTRICTION_LIFTED = "restriction_lifted"


CAUSE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Cause.CHANGE: N_("has changed"),
        Cause.RECTIFICATION: N_("rectified"),
        Cause.ERASURE: N_("to be erased"),
        Cause.RESTRICTION: N_("restricted"),
        Cause.RESTRICTION_LIFTED: N_("no longer restricted"),
    }
)
# These tell a value anew; the others tell what to do with what the recipient has.
WITH_VALUES: Final = frozenset({Cause.CHANGE, Cause.RECTIFICATION})


class NoticeState(StrEnum):
    """Where a notice stands.  ``sent`` and ``printed`` wait for an acknowledgement; ``chased`` has waited too long."""

    DUE = "due"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    PRINTED = "printed"
    CHASED = "chased"
    ACKNOWLEDGED = "acknowledged"
    NOT_NEEDED = "not_needed"


NOTICE_STATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        NoticeState.DUE: N_("to be told"),
        NoticeState.SENDING: N_("being sent"),
        NoticeState.IN_DOUBT: N_("in doubt"),
        NoticeState.SENT: N_("sent"),
        NoticeState.PRINTED: N_("letter made"),
        NoticeState.CHASED: N_("no answer"),
        NoticeState.ACKNOWLEDGED: N_("acknowledged"),
        NoticeState.NOT_NEEDED: N_("not needed"),
    }
)
# May be told now; waits for the recipient; needs anything of anybody at all.
# Telling once more does no harm, so one in doubt may be told again instead of being decided on.
TELLABLE: Final = (NoticeState.DUE, NoticeState.IN_DOUBT, NoticeState.CHASED)
AWAITING: Final = (NoticeState.SENT, NoticeState.PRINTED, NoticeState.CHASED)
OPEN: Final = (NoticeState.DUE, NoticeState.SENDING, NoticeState.IN_DOUBT, *AWAITING)


@dataclass(frozen=True, slots=True)
class Notice:
    """One recipient to be told about one customer.

    ``fields`` are the notice's own names (`core.disclosure.categories`), never values.  ``held_by`` is the number of the
    latest transfer by which the recipient has them; ``obstacle`` why it has not been told yet.
    """

    id: int
    customer_id: int | None
    customer_number: str | None
    customer_name: str | None
    recipient: str
    cause: Cause
    purpose: str
    fields: tuple[str, ...]
    batch_id: int | None
    reference: str | None
    told: Told
    way: Way
    state: NoticeState
    obstacle: str | None
    held_by: int
    transfer_id: str | None
    transfer_number: int | None
    made_at: datetime
    due_on: date
    sent_at: datetime | None
    chase_on: date | None
    chases: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """One thing that happened to a notice."""

    at: datetime
    actor_name: str
    state: NoticeState
    detail: str


@dataclass(frozen=True, slots=True)
class HeldValue:
    """What a recipient was given of one field, the latest that it certainly has; ``present`` is the register's own."""

    value: str = field(repr=False)
    present: str | None = field(repr=False)
    stale: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """What one recipient has of one customer; ``number`` is the latest transfer of any of ``fields``, for ``purpose``."""

    customer_id: int
    recipient: str
    number: int
    at: datetime
    purpose: str
    fields: Mapping[str, HeldValue]

    @property
    def stale(self) -> tuple[str, ...]:
        """The fields of which the recipient has another value than the register."""
        return tuple(name for name, held in self.fields.items() if held.stale)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking for holders: changes looked at, notices made, notices that fell away, holders not told.

    ``untold`` are recipients that hold an old value and whose agreement says that they are not told, or is over.
    ``left`` changes wait for the next time.
    """

    checked: int = 0
    made: int = 0
    fallen: int = 0
    untold: int = 0
    left: int = 0

    def __add__(self, other: Looked) -> Looked:
        return Looked(
            self.checked + other.checked,
            self.made + other.made,
            self.fallen + other.fallen,
            self.untold + other.untold,
            other.left,
        )
