"""The words of the papers room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class PaperOutcome(StrEnum):
    """What was done with a paper for a case."""

    SHOWN = "shown"
    CORRECTED = "corrected"
    DESTROYED = "destroyed"
    # The law wants it kept: with reasons, and with the day when it can go.
    KEPT = "kept"


OUTCOME_NAMES: Final[Mapping[PaperOutcome, str]] = MappingProxyType(
    {
        PaperOutcome.SHOWN: N_("shown or copied for the person"),
        PaperOutcome.CORRECTED: N_("corrected on paper"),
        PaperOutcome.DESTROYED: N_("paper destroyed"),
        PaperOutcome.KEPT: N_("kept, with reasons"),
    }
)


class Destruction(StrEnum):
    """How a paper ended: a choice and no words, since its line outlives the person."""

    SHREDDED = "shredded"
    BURNT = "burnt"
    SERVICE = "service"
    RETURNED = "returned"


DESTRUCTION_NAMES: Final[Mapping[Destruction, str]] = MappingProxyType(
    {
        Destruction.SHREDDED: N_("shredded"),
        Destruction.BURNT: N_("burnt"),
        Destruction.SERVICE: N_("destroyed by a service"),
        Destruction.RETURNED: N_("returned to the person"),
    }
)


@dataclass(frozen=True, slots=True)
class Paper:
    """One document or folder.

    ``about`` is what it is about, for the customer that was asked for; None when it was not opened.  ``openers`` are the
    names of those who may open it now.  ``destroyed_on`` is None while it is there.
    """

    number: int
    about: str | None
    place: str
    since: date
    customer_ids: tuple[int, ...]
    openers: tuple[str, ...]
    keep_until: date | None
    destroyed_on: date | None
    destroyed_by: str | None
    destroyed_how: Destruction | None
