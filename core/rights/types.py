"""The words of the rights room: what a case asks, where it stands, how it came, what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class CaseKind(StrEnum):
    """What a person asks for, by the article that gives the right."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    PORTABILITY = "portability"
    MARKETING_BAN = "marketing_ban"
    PUBLICATION_BAN = "publication_ban"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WAITING_IDENTITY = "waiting_identity"
    DECIDED = "decided"
    # Decided, and done by itself on the day when what prevents it has passed.
    WAITING_HOLD = "waiting_hold"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class CaseDecision(StrEnum):
    """What a named person decided about what was asked."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    # Nothing about the person is in the register: also an answer (GDPR 15(1)).
    NOTHING_HELD = "nothing_held"


class RefusalGround(StrEnum):
    """Why nothing is done at all (GDPR 12(5)); the controller has to show that it is so."""

    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"


class Channel(StrEnum):
    """How a request reached us: any way will do (GDPR 12(1))."""

    LETTER = "letter"
    E_MAIL = "e_mail"
    VISIT = "visit"
    PHONE = "phone"
    FORM = "form"
    # Nobody asked: the period is over, and a person has approved that the data goes (P11).
    PERIOD = "period"


class Identity(StrEnum):
    """Whether we know that the request is the person's own, asking no more than is needed (GDPR 11, 12(6))."""

    UNCLEAR = "unclear"
    CONFIRMED = "confirmed"


class EventKind(StrEnum):
    """What happened in a case."""

    RECEIVED = "received"
    IDENTIFIED = "identified"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    OWNER = "owner"
    COMMENT = "comment"
    ATTACHMENT = "attachment"
    PAPER = "paper"
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    DECIDED = "decided"
    LETTER = "letter"
    PACKAGE = "package"
    NOTICE = "notice"
    CARRIED_OUT = "carried_out"
    REMINDER = "reminder"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


KIND_NAMES: Final[Mapping[CaseKind, str]] = MappingProxyType(
    {
        CaseKind.ACCESS: N_("access to the data (Article 15)"),
        CaseKind.RECTIFICATION: N_("rectification (Article 16)"),
        CaseKind.ERASURE: N_("erasure (Article 17)"),
        CaseKind.RESTRICTION: N_("restriction of processing (Article 18)"),
        CaseKind.PORTABILITY: N_("portability (Article 20)"),
        CaseKind.OBJECTION: N_("objection (Article 21)"),
        CaseKind.MARKETING_BAN: N_("marketing ban (Article 21(2))"),
        CaseKind.PUBLICATION_BAN: N_("publication ban"),
    }
)
STATE_NAMES: Final[Mapping[CaseState, str]] = MappingProxyType(
    {
        CaseState.OPEN: N_("open"),
        CaseState.WAITING_IDENTITY: N_("waiting for proof of identity"),
        CaseState.DECIDED: N_("decided, to be answered"),
        CaseState.WAITING_HOLD: N_("decided, waits for its day"),
        CaseState.CLOSED: N_("closed"),
        CaseState.WITHDRAWN: N_("withdrawn"),
    }
)
DECISION_NAMES: Final[Mapping[CaseDecision, str]] = MappingProxyType(
    {
        CaseDecision.GRANTED: N_("granted"),
        CaseDecision.PARTLY: N_("granted in part"),
        CaseDecision.REFUSED: N_("request refused"),
        CaseDecision.NOTHING_HELD: N_("nothing is held about the person"),
    }
)
REFUSAL_GROUND_NAMES: Final[Mapping[RefusalGround, str]] = MappingProxyType(
    {
        RefusalGround.UNFOUNDED: N_("manifestly unfounded (Article 12(5))"),
        RefusalGround.EXCESSIVE: N_("excessive, in particular because repeated (Article 12(5))"),
    }
)
CHANNEL_NAMES: Final[Mapping[Channel, str]] = MappingProxyType(
    {
        Channel.LETTER: N_("letter"),
        Channel.E_MAIL: N_("e-mail message"),
        Channel.VISIT: N_("visit"),
        Channel.PHONE: N_("telephone call"),
        Channel.FORM: N_("form on the site"),
        Channel.PERIOD: N_("retention period over"),
    }
)
# By which somebody's request may come.
REQUEST_CHANNELS: Final = tuple(channel for channel in Channel if channel is not Channel.PERIOD)
IDENTITY_NAMES: Final[Mapping[Identity, str]] = MappingProxyType(
    {Identity.UNCLEAR: N_("identity unclear"), Identity.CONFIRMED: N_("identity confirmed")}
)
EVENT_NAMES: Final[Mapping[EventKind, str]] = MappingProxyType(
    {
        EventKind.RECEIVED: N_("request received"),
        EventKind.IDENTIFIED: N_("identity confirmed"),
        EventKind.PAUSED: N_("clock stopped"),
        EventKind.RESUMED: N_("clock goes on"),
        EventKind.EXTENDED: N_("time extended"),
        EventKind.OWNER: N_("handed over"),
        EventKind.COMMENT: N_("comment"),
        EventKind.ATTACHMENT: N_("attachment added"),
        EventKind.PAPER: N_("paper handled"),
        EventKind.PROPOSED: N_("rectification proposed"),
        EventKind.IN_FORCE: N_("in force in the register"),
        EventKind.DECIDED: N_("decided"),
        EventKind.LETTER: N_("letter"),
        EventKind.PACKAGE: N_("package handed over"),
        EventKind.NOTICE: N_("recipients told"),
        EventKind.CARRIED_OUT: N_("carried out"),
        EventKind.REMINDER: N_("reminder"),
        EventKind.CLOSED: N_("case closed"),
        EventKind.WITHDRAWN: N_("request withdrawn"),
    }
)

# A case that is none of these is still to be answered, and holds what it is about (GDPR 5(2)).
ENDED: Final = frozenset({CaseState.CLOSED, CaseState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Request:
    """What the person said, in the person's own words; sealed under the case's own key.

    ``bans`` are the bans asked for (`core.customers.bans.BanKind` values), ``ground`` the ground of a restriction
    (`core.customers.restrictions.Ground`); ``values`` the fields to be rectified, each
    with the value asked for; ``address`` and ``email`` are where the answer goes when the register knows no other.
    """

    name: str
    words: str = ""
    address: str = ""
    email: str = ""
    ground: str = ""
    bans: tuple[str, ...] = ()
    values: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands.  ``due_on`` is the last day for the answer, with pauses and an extension counted in.

    ``customer_id`` is None while nobody in the register is known to be meant, and after erasure.
    """

    number: int
    kind: CaseKind
    state: CaseState
    customer_id: int | None
    received_on: date
    recorded_at: datetime
    recorded_by: str
    channel: Channel
    signed: bool
    language: str
    identity: Identity
    due_on: date
    extended_on: date | None
    owner_id: int | None
    owner_name: str | None
    decision: CaseDecision | None
    decided_at: datetime | None
    decided_by: str | None
    due_by_itself_on: date | None
    answered_on: date | None
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened; ``words`` are opened for whoever may read the case, ``facts`` hold no personal data."""

    id: int
    at: datetime
    staff_name: str
    kind: EventKind
    words: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """An attachment without its content; ``size`` in bytes."""

    id: int
    at: datetime
    staff_name: str
    name: str
    size: int


def reference(number: int) -> str:
    """How notices, restrictions, changes and transfers name a case."""
    return f"case {number}"
