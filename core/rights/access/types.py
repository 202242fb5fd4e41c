"""The words of the access package."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from core.disclosure.statement.types import Statement
    from core.personal_data.types import Holding
    from core.retention.types import Hold

    # Column to its value; the name of a further table to the rows that belong to this one.
    Record = dict[str, Any]


class Reason(StrEnum):
    """Why something of a row is not shown (GDPR 15(4))."""

    STAFF = "staff"
    OTHERS_ROWS = "others_rows"
    OTHERS_WORDS = "others_words"
    HANDLER = "handler"
    UNOPENABLE = "unopenable"


REASON_NAMES: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.STAFF: N_("a member of staff is named by a pseudonym"),
        Reason.OTHERS_ROWS: N_("other persons' part of the same row is left out"),
        Reason.OTHERS_WORDS: N_("words about several persons at once are left out"),
        Reason.HANDLER: N_("words that name somebody else were left out, after a person had read them"),
        Reason.UNOPENABLE: N_("the value can no longer be opened"),
    }
)


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many values of a column are not shown as they stand, and why."""

    table: str
    column: str
    reason: Reason
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """One table's rows about the person; rows of the tables that hang on it stand inside its own."""

    holding: Holding
    rows: tuple[Record, ...] = field(repr=False)


class Suspicion(StrEnum):
    """Why a person should look at some words before they leave."""

    CUSTOMER = "customer"
    NAME = "name"
    REACH = "reach"


SUSPICION_NAMES: Final[Mapping[Suspicion, str]] = MappingProxyType(
    {
        Suspicion.CUSTOMER: N_("names another customer"),
        Suspicion.NAME: N_("looks as if it named somebody"),
        Suspicion.REACH: N_("holds somebody's e-mail address or telephone number"),
    }
)


@dataclass(frozen=True, slots=True)
class Flag:
    """Free words that may tell of somebody else; ``id`` stays the same while the words do.

    ``count`` is in how many places they stand; ``table`` and ``column`` are the first.
    """

    id: str
    table: str
    column: str
    suspicion: Suspicion
    words: str = field(repr=False)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a class of data is kept: the rule in words, with its source.

    ``can_go_on`` is the first day on which what there is can go by itself; None where nothing of it does, or something
    has to happen first (the holds say what).
    """

    data_class: str
    rule: str
    can_go_on: date | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a case, as it goes along."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Package:
    """Everything about one person, ready to be told.

    ``flags`` wait for a person's eye; ``counts`` is rows by table, as the register holds them.
    """

    case_number: int
    customer_id: int
    number: str
    name: str
    language: str
    made_at: datetime
    today: date
    parts: tuple[Part, ...] = field(repr=False)
    sources: Mapping[str, Mapping[str, Any]] = field(repr=False)
    statement: Statement = field(repr=False)
    holds: tuple[Hold, ...]
    kept: tuple[Kept, ...]
    withheld: tuple[Withheld, ...]
    flags: tuple[Flag, ...]
    counts: Mapping[str, int]
    attachments: tuple[Attachment, ...] = field(repr=False)
