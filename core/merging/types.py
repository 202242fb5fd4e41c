"""What the room hands out: two customers beside each other, what would become of them, and what became."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.customers.bans import BanKind
    from core.customers.restrictions import Ground
    from core.customers.types import Customer
    from core.merging.errors import CannotMerge
    from core.retention.types import Hold


class Part(StrEnum):
    """Values that are decided on together."""

    NAME = "name"
    ORGANISATION = "organisation"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    WWW = "www"
    REPRESENTS = "represents"
    IBAN = "iban"
    IP = "ip"


class Why(StrEnum):
    """Why a part comes out as it does."""

    SAME = "same"
    ONLY_ONE = "only_one"
    SAID = "said"
    NEWER = "newer"
    STANDS = "stands"
    RESTRICTED = "restricted"


WHY_NAMES: Final[Mapping[Why, str]] = {
    Why.SAME: N_("both have the same"),
    Why.ONLY_ONE: N_("only one has it"),
    Why.SAID: N_("as was said"),
    Why.NEWER: N_("newer, or better known"),
    Why.STANDS: N_("the one that stays has the last word"),
    Why.RESTRICTED: N_("processing is restricted: nothing is changed"),
}
PART_NAMES: Final[Mapping[Part, str]] = {
    Part.NAME: N_("name"),
    Part.ORGANISATION: N_("organisation"),
    Part.ADDRESS: N_("address"),
    Part.EMAIL: N_("e-mail"),
    Part.PHONE: N_("telephone"),
    Part.WWW: N_("www address"),
    Part.REPRESENTS: N_("represents"),
    Part.IBAN: N_("bank account"),
    Part.IP: N_("IP address"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One part of the two beside each other; *changes* are the columns that the survivor gets from the other."""

    part: Part
    survivor: str | None
    other: str | None
    taken: bool
    why: Why
    changes: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Preview:
    """Two customers beside each other, and what the survivor would be; *conflicts* say why it cannot be done."""

    survivor: Customer
    other: Customer
    choices: Sequence[Choice]
    protected_address: bool
    bans: frozenset[BanKind]
    restrictions: frozenset[Ground]
    holds: Sequence[Hold]
    orders: int
    invoices: int
    cases: int
    recipients: Sequence[str]
    conflicts: Sequence[CannotMerge]

    @property
    def versions(self) -> tuple[int, int]:
        """What the two stood at, for `service.merge`."""
        return self.survivor.version, self.other.version


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the two: the survivor, the number that leads to it now, rows moved by table.

    *recipients* are those who know the person by the number that vanished.
    """

    survivor: Customer
    former_number: str
    moved: Mapping[str, int]
    taken: frozenset[Part]
    recipients: Sequence[str]
