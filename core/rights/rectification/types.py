"""What the rectification room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as member
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from core.rights.types import Case


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value to be rectified.

    ``field`` is a customer's field; ``old`` what the register said when it was proposed, ``new`` what is asked for (None:
    nothing).  ``evidence`` is the attachment's id.  ``origin`` is where the old value came from, once decided: a
    recipient's code, `SOURCE` and the kind of source, or None where it was the person or us.
    """

    field: str
    old: str | None = member(repr=False)
    new: str | None = member(repr=False)
    evidence: int | None
    proposed_at: datetime
    staff_name: str
    decision: Literal["granted", "refused"] | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class Rectified:
    """What came of a decision: the case, the fields that were changed, and the numbers of the notices that were made."""

    case: Case
    changed: tuple[str, ...]
    notices: tuple[int, ...]
