"""The words of the updates room: what an answer means, what became of it, and why not.

What is made for each row of a file is a msgspec structure: as frozen as a dataclass, at a tenth of the cost of making.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.customers.types import ADDRESS_FIELDS, SourceKind, Status
from core.messages import N_

if TYPE_CHECKING:
    from core.batches.types import Batch


class Meaning(StrEnum):
    """What a service's code says about a person."""

    MOVED = "moved"
    NO_HIT = "no_hit"
    UPDATE_FORBIDDEN = "update_forbidden"
    DECEASED = "deceased"
    PROTECTED_ADDRESS = "protected_address"
    # Of an organisation: the business register says that it is no more.
    CEASED = "ceased"


class Outcome(StrEnum):
    """What becomes of a row."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    NO_HIT = "no_hit"
    BAN_RECORDED = "ban_recorded"
    PROTECTED = "protected"
    HELD_BACK = "held_back"
    # Waits for a person; then one of the two after it.
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """Why a row is held back, or waits for a person."""

    ERASED = "erased"
    RESTRICTED = "restricted"
    UPDATE_BAN = "update_ban"
    PROTECTED_ADDRESS = "protected_address"
    ENDED = "ended"
    OWN_NOTICE = "own_notice"
    VERIFIED = "verified"
    UNDATED = "undated"
    OLDER = "older"
    DECEASED = "deceased"
    CEASED = "ceased"
    ADDRESS_DOUBTFUL = "address_doubtful"
    BELOW_LINE = "below_line"
    SEVERAL = "several"
    TWICE = "twice"
    NOT_REACHED = "not_reached"


class MatchedBy(StrEnum):
    """By what a row was brought together with its customer."""

    NUMBER = "number"
    BUSINESS_ID = "business_id"
    LIKENESS = "likeness"
    PERSON = "person"


class Group(StrEnum):
    """Fields that are decided on together."""

    NAME = "name"
    ORGANISATION = "organisation"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    WWW = "www"


GROUP_FIELDS: Final[Mapping[Group, tuple[str, ...]]] = {
    Group.ADDRESS: ADDRESS_FIELDS,
    Group.NAME: ("first_name", "last_name"),
    Group.ORGANISATION: ("organisation_name", "business_id"),
    Group.EMAIL: ("email",),
    Group.PHONE: ("phone",),
    Group.WWW: ("www",),
}


MEANING_NAMES: Final[Mapping[Meaning, str]] = {
    Meaning.MOVED: N_("new details"),
    Meaning.NO_HIT: N_("not found by the service"),
    Meaning.UPDATE_FORBIDDEN: N_("has forbidden updates"),
    Meaning.DECEASED: N_("deceased"),
    Meaning.PROTECTED_ADDRESS: N_("protected address"),
    Meaning.CEASED: N_("the company has ended"),
}
OUTCOME_NAMES: Final[Mapping[Outcome, str]] = {
    Outcome.APPLIED: N_("address updated"),
    Outcome.UNCHANGED: N_("already so"),
    Outcome.NO_HIT: N_("not found by the service"),
    Outcome.BAN_RECORDED: N_("update ban recorded"),
    Outcome.PROTECTED: N_("address protected (turvakielto)"),
    Outcome.HELD_BACK: N_("held back"),
    Outcome.PROPOSED: N_("proposed, waits for a person"),
    Outcome.ACCEPTED: N_("proposed and accepted"),
    Outcome.REJECTED: N_("proposed and rejected"),
    Outcome.QUARANTINED: N_("in quarantine"),
}
REASON_NAMES: Final[Mapping[Reason, str]] = {
    Reason.ERASED: N_("the customer has been erased"),
    Reason.RESTRICTED: N_("processing is restricted (Article 18)"),
    Reason.UPDATE_BAN: N_("the customer has forbidden updates"),
    Reason.PROTECTED_ADDRESS: N_("the address is protected"),
    Reason.ENDED: N_("the relationship has ended"),
    Reason.OWN_NOTICE: N_("the customer's own notice is newer"),
    Reason.VERIFIED: N_("our staff or an authority gave a newer address"),
    Reason.UNDATED: N_("the answer has no date, and the present address was given by the customer or staff"),
    Reason.OLDER: N_("what is known already is newer"),
    Reason.DECEASED: N_("reported deceased"),
    Reason.CEASED: N_("the company has ended"),
    Reason.ADDRESS_DOUBTFUL: N_("the new postcode and town do not go together"),
    Reason.BELOW_LINE: N_("not alike enough to be written without a person"),
    Reason.SEVERAL: N_("several customers are alike"),
    Reason.TWICE: N_("several rows of the file are like this customer"),
    Reason.NOT_REACHED: N_("the run was undone before it came to this row"),
}
MATCHED_BY_NAMES: Final[Mapping[MatchedBy, str]] = {
    MatchedBy.NUMBER: N_("by customer number"),
    MatchedBy.BUSINESS_ID: N_("by business id"),
    MatchedBy.LIKENESS: N_("by name and address"),
    MatchedBy.PERSON: N_("chosen by a person"),
}
GROUP_NAMES: Final[Mapping[Group, str]] = {
    Group.ADDRESS: N_("address"),
    Group.NAME: N_("name"),
    Group.ORGANISATION: N_("organisation"),
    Group.EMAIL: N_("e-mail"),
    Group.PHONE: N_("telephone"),
    Group.WWW: N_("www address"),
}
# Outcomes that are counted by reason.
WITH_REASONS: Final = (Outcome.HELD_BACK, Outcome.PROPOSED, Outcome.ACCEPTED, Outcome.REJECTED)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; an absent part is None."""

    street: str | None
    postcode: str | None
    town: str | None
    country: str | None = None

    def __str__(self) -> str:
        place = " ".join(part for part in (self.postcode, self.town) if part)
        abroad = self.country if self.country not in (None, "FI") else None
        return ", ".join(part for part in (self.street, place, abroad) if part)


class Answer(Struct, frozen=True):
    """One row of a service's answer as the register understands it.

    `values` maps fields of `CustomerValues` to what they are now; it is empty unless the meaning is *moved*, which is
    any change of values. `dated` is the day from which the service says it is so.
    """

    meaning: Meaning
    values: Mapping[str, str | None]
    dated: date | None

    @property
    def address(self) -> Address | None:
        """The new address, if the answer has one."""
        if "street" not in self.values:
            return None
        return Address(*(self.values.get(part) for part in ADDRESS_FIELDS))


@dataclass(frozen=True, slots=True)
class Sought:
    """What a row says about whom it means; what it doesn't say is None.

    The name and the address are those that the service was asked about: the old ones, as the register may have them.
    """

    line: int
    number: str | None = None
    business_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    organisation_name: str | None = None
    street: str | None = None
    postcode: str | None = None
    town: str | None = None


class Match(Struct, frozen=True):
    """Whom a row means.

    `customer_id` is None when nobody is alike, or several are equally so; `doubt` says why the match needs a person,
    None when it doesn't. `explanation` is data without any personal value: see `core.updates.explaining`.
    """

    line: int
    customer_id: int | None
    matched_by: MatchedBy | None
    grade: int
    explanation: Mapping[str, object]
    doubt: Reason | None = None

    @property
    def nobody(self) -> bool:
        """Whether nobody in the register is like the row."""
        return self.customer_id is None and self.doubt is None


class Rules(Struct, frozen=True):
    """What beats what, as a service's settings have it; `by` is whose word the answer is.

    See `core.config.schema.batches.UpdateService` for the days and the line of likeness.
    """

    own_notice_days: int = 0
    verified_days: int = 30
    line: int = 95
    by: SourceKind = SourceKind.ADDRESS_SERVICE


class Known(Struct, frozen=True):
    """How a group's present values are known: from whom, and on which day they were written down.

    `dated` is the day from which they were said to be so, where an earlier answer said it.
    """

    source: SourceKind
    day: date
    dated: date | None = None


class Standing(Struct, frozen=True):
    """What decides about one customer, as it is now.

    `values` are the present values of the fields in `GROUP_FIELDS`; `known` lacks the groups without any history.
    """

    customer_id: int
    version: int
    status: Status
    restricted: bool
    update_banned: bool
    protected_address: bool
    values: Mapping[str, str | None]
    known: Mapping[Group, Known]


class Decision(Struct, frozen=True):
    """What becomes of a row: the fields to write at once, and those that wait for a person.

    A row that is *proposed* may have both: what was not in question is not kept waiting.
    """

    outcome: Outcome
    reason: Reason | None = None
    changes: Mapping[str, str | None] | None = None
    waiting: Mapping[str, str | None] | None = None

    @property
    def tally(self) -> str:
        """The name under which the row is counted."""
        return f"{self.outcome}:{self.reason}" if self.reason else str(self.outcome)


class Decided(Struct, frozen=True):
    """A row that has been decided on, for `core.updates.writing`: about whom, on which version of them, and what.

    `meaning` and `dated` are the answer's; `customer_id` is None where the row might mean any of several.
    """

    line: int
    customer_id: int | None
    version: int
    meaning: Meaning
    dated: date | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """One row of a run, for a list: who, what became of it, the address before and after where they are known.

    `sentence` holds a quarantined row's reason by language.
    """

    line: int
    customer_id: int | None
    number: str | None
    display_name: str | None
    meaning: Meaning | None
    outcome: Outcome
    reason: Reason | None
    before: str | None
    after: str | None
    sentence: Mapping[str, str] | None = None


class Undone(StrEnum):
    """What becomes of each of a run's rows when it is undone."""

    UNDONE = "undone"
    SPARED = "spared"
    UNTOUCHED = "untouched"


class Spared(StrEnum):
    """Why something is spared when a run is undone."""

    CHANGED_SINCE = "changed_since"
    RESTRICTED = "restricted"
    ERASED = "erased"


UNDONE_NAMES: Final[Mapping[Undone, str]] = {
    Undone.UNDONE: N_("taken back"),
    Undone.SPARED: N_("left as it is, all or in part"),
    Undone.UNTOUCHED: N_("nothing to take back"),
}
SPARED_NAMES: Final[Mapping[Spared, str]] = {
    Spared.CHANGED_SINCE: N_("changed since"),
    Spared.RESTRICTED: N_("processing is restricted (Article 18)"),
    Spared.ERASED: N_("the customer has been erased"),
}


@dataclass(frozen=True, slots=True)
class SparedRow:
    """A row of a run whose undo left something: who, which fields, and why. `fields` may name a ``ban``."""

    line: int
    number: str | None
    display_name: str | None
    fields: tuple[str, ...]
    reason: Spared


@dataclass(frozen=True, slots=True)
class UpdateRun:
    """A run: its batch, and a few rows of each outcome to look at."""

    batch: Batch
    samples: tuple[UpdateRow, ...] = ()

    @property
    def id(self) -> int:
        """The run's number."""
        return self.batch.id
