"""What may be done with an answer: pure, and the only place that decides.

Nobody erased is touched. What only narrows - a ban on updates, a protected address - is recorded for everyone else,
since to leave a turvakielto unrecorded could cost somebody dearly. An address is written only for those who are not
restricted and have not forbidden updates, and only when it is newer than what the customer, our staff or an authority
has told; what came from another file (a first load, an earlier answer) has no date of its own and gives way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers.types import SourceKind, Status
from core.updates.types import Decision, Meaning, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.updates.types import Address, Answer, Known, Standing

_OWN: Final = frozenset({SourceKind.SELF, SourceKind.WEB_FORM})
_VERIFIED: Final = frozenset({SourceKind.STAFF, SourceKind.AUTHORITY})
HOME: Final = "FI"


def decide(answer: Answer, standing: Standing) -> Decision:
    """What becomes of *answer* about a customer who stands as *standing* says."""
    if answer.meaning is Meaning.NO_HIT:
        return Decision(Outcome.NO_HIT)
    if standing.status is Status.ERASED:
        return Decision(Outcome.HELD_BACK, Reason.ERASED)
    if answer.meaning is Meaning.UPDATE_FORBIDDEN:
        return Decision(Outcome.UNCHANGED if standing.update_banned else Outcome.BAN_RECORDED)
    if answer.meaning is Meaning.PROTECTED_ADDRESS:
        return Decision(Outcome.UNCHANGED if standing.protected_address else Outcome.PROTECTED)
    if answer.meaning is Meaning.DECEASED:
        return Decision(Outcome.PROPOSED, Reason.DECEASED)
    barred = _barred(standing)
    return Decision(Outcome.HELD_BACK, barred) if barred else _moved(answer, standing)


def _barred(standing: Standing) -> Reason | None:
    if standing.restricted:
        return Reason.RESTRICTED
    if standing.update_banned:
        return Reason.UPDATE_BAN
    if standing.protected_address:
        return Reason.PROTECTED_ADDRESS
    return Reason.ENDED if standing.status is Status.ENDED else None


def _moved(answer: Answer, standing: Standing) -> Decision:
    assert answer.address is not None
    changes = _changes(standing.address, answer.address)
    if not changes:
        return Decision(Outcome.UNCHANGED)
    held = _told_later(answer, standing.known)
    return Decision(Outcome.PROPOSED, held) if held else Decision(Outcome.APPLIED, changes=changes)


def _told_later(answer: Answer, known: Known | None) -> Reason | None:
    """Why somebody's word about the present address stands above the answer, if it does."""
    if known is None or known.source not in _OWN | _VERIFIED:
        return None
    if answer.dated is None:
        return Reason.UNDATED
    if known.day < answer.dated:
        return None
    return Reason.OWN_NOTICE if known.source in _OWN else Reason.VERIFIED


def _changes(before: Address, after: Address) -> Mapping[str, str | None]:
    """The address as a whole when any part differs in more than case and white space."""
    if (before.country or HOME) == (after.country or HOME) and all(
        _same(getattr(before, part), getattr(after, part)) for part in ("street", "postcode", "town")
    ):
        return {}
    changes = {"street": after.street, "postcode": after.postcode, "town": after.town}
    if (before.country or HOME) != (after.country or HOME):
        changes["country"] = after.country or HOME
    return {name: value for name, value in changes.items() if value is not None}


def _same(before: str | None, after: str | None) -> bool:
    return _folded(before) == _folded(after)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
