"""What comes through a form of the company's site, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.customers.bans import BanKind
    from core.customers.fields import CheckedValues
    from core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that the person looked at before submitting: its path, when, and for how many seconds."""

    at: datetime
    page: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Submission:
    """One form submission, checked and cleaned; ``digest`` is over everything that it said."""

    id: str
    digest: bytes
    form: str
    submitted_at: datetime
    values: CheckedValues = field(repr=False)
    given: frozenset[str]
    number: str | None
    bans: tuple[BanKind, ...]
    ip: str | None = field(repr=False)
    browser: str | None = field(repr=False)
    visits: tuple[Visit, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of the file: a submission, or the reason why it is none and the line itself (shortened)."""

    number: int
    found: Submission | InvalidInput
    text: str = field(default="", repr=False)


class WebState(StrEnum):
    """What became of a registration."""

    ADDED = "added"
    KNOWN = "known"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


WEB_STATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        WebState.ADDED: N_("new customer"),
        WebState.KNOWN: N_("nothing new"),
        WebState.PROPOSED: N_("waits for a person"),
        WebState.ACCEPTED: N_("taken into the data"),
        WebState.REJECTED: N_("rejected"),
    }
)
# Outcomes of lines that made no registration.
REPEATED: Final = "repeated"
QUARANTINED: Final = "quarantined"

BY_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "number": N_("customer number"),
        "email": N_("e-mail"),
        "name_address": N_("name and address"),
        "name": N_("name"),
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer whom a registration may be about, and what they were recognised by."""

    customer_id: int
    by: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether two things agree: an address or number alone may be somebody else's."""
        return (
            "name_address" in self.by
            or {"email", "name"} <= set(self.by)
            or {"number", "name"} <= set(self.by)
        )


@dataclass(frozen=True, slots=True)
class Trail:
    """What a visitor left besides the form itself; goes when its time is over."""

    ip: str | None = field(repr=False)
    browser: str | None = field(repr=False)
    visits: tuple[Visit, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebRegistration:
    """A registration as it is kept; ``values`` are emptied once decided, ``visits`` counts what was sealed."""

    id: int
    submission: str
    form: str
    customer_id: int | None
    state: WebState
    urgent: bool
    candidates: tuple[Candidate, ...]
    values: Mapping[str, str] | None = field(repr=False)
    bans: tuple[BanKind, ...]
    submitted_at: datetime
    received_at: datetime
    visits: int
    visits_deleted_at: datetime | None
    decided_at: datetime | None
    decided_by_name: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file that was read; ``counts`` maps an outcome to a number of lines."""

    id: int
    name: str
    position: int
    counts: Mapping[str, int]
    started_at: datetime
    finished_at: datetime | None
    actor_name: str
    quarantine_file: str | None
    again: bool = False

    @property
    def lines(self) -> int:
        """How many lines have an outcome; the counts add up to it."""
        return sum(self.counts.values())
