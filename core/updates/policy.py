"""What may be done with an answer: pure, and the only place that decides.

- No row touches anybody erased, restricted, or who has forbidden updates. A move is held back; a reported protected
  address, ban or death waits for a person, urgently, since to leave a turvakielto unrecorded could cost somebody dearly.
- For everybody else what only narrows, a ban or a protected address, is recorded at once. A death always waits.
- Values are decided on group by group. Newer beats older; the customer's own notice beats a service, and what staff or
  an authority verified beats both, unless the answer is later by more days than `Rules` say. What came from another file
  has no day of its own, except an earlier answer's, and gives way. What loses waits for a person, never silently.
- A row whose customer is in doubt writes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.customers.types import SourceKind, Status
from core.postal_codes.judging import NOTHING_KNOWN, address_doubt
from core.updates.types import GROUP_FIELDS, Decision, Group, Meaning, Outcome, Reason, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.postal_codes.judging import Knowledge
    from core.updates.types import Answer, Known, Standing

_OWN: Final = frozenset({SourceKind.SELF, SourceKind.WEB_FORM})
_VERIFIED: Final = frozenset({SourceKind.STAFF, SourceKind.AUTHORITY})
HOME: Final = "FI"
Values = dict[str, str | None]
_DEFAULT: Final = Rules()


def decide(
    answer: Answer,
    standing: Standing | None,
    rules: Rules = _DEFAULT,
    doubt: Reason | None = None,
    places: Knowledge = NOTHING_KNOWN,
) -> Decision:
    """What becomes of *answer* about a customer who stands as *standing* says.

    *doubt* says why it is not certain that the row means this customer; *standing* is None only when it might mean any
    of several. *places* is what is known of postcodes: a new address that they contradict waits for a person.
    """
    if answer.meaning is Meaning.NO_HIT:
        return Decision(Outcome.NO_HIT)
    if doubt is not None or standing is None:
        return Decision(Outcome.PROPOSED, doubt or Reason.SEVERAL, waiting=dict(answer.values))
    if standing.status is Status.ERASED:
        return Decision(Outcome.HELD_BACK, Reason.ERASED)
    if answer.meaning is Meaning.MOVED:
        barred = barred_from_values(standing, answer.values)
        return Decision(Outcome.HELD_BACK, barred) if barred else _by_group(answer, standing, rules, places)
    return _reported(answer.meaning, standing)


def decide_accepted(answer: Answer, standing: Standing) -> Decision:
    """What is written when a person accepts *answer* about this customer: *accepted*, or *held back* and why.

    A person may decide whose word is right, not that somebody untouchable is written to.
    """
    if standing.status is Status.ERASED:
        return Decision(Outcome.HELD_BACK, Reason.ERASED)
    if answer.meaning is not Meaning.MOVED:
        return Decision(Outcome.ACCEPTED)
    barred = barred_from_values(standing, answer.values)
    if barred:
        return Decision(Outcome.HELD_BACK, barred)
    changes: Values = {}
    for group in GROUP_FIELDS:
        changes |= changed_in(group, standing.values, answer.values)
    return Decision(Outcome.ACCEPTED, changes=changes or None)


def _reported(meaning: Meaning, standing: Standing) -> Decision:
    """A death, a company's end, a protected address or a ban."""
    if meaning is Meaning.DECEASED:
        return Decision(Outcome.PROPOSED, Reason.DECEASED)
    if meaning is Meaning.CEASED:
        ended = standing.status is Status.ENDED
        return Decision(Outcome.UNCHANGED) if ended else Decision(Outcome.PROPOSED, Reason.CEASED)
    protecting = meaning is Meaning.PROTECTED_ADDRESS
    if standing.protected_address if protecting else standing.update_banned:
        return Decision(Outcome.UNCHANGED)
    untouchable = _untouchable(standing)
    if untouchable:
        return Decision(Outcome.PROPOSED, untouchable)
    return Decision(Outcome.PROTECTED if protecting else Outcome.BAN_RECORDED)


def _untouchable(standing: Standing) -> Reason | None:
    if standing.restricted:
        return Reason.RESTRICTED
    return Reason.UPDATE_BAN if standing.update_banned else None


def barred_from_values(standing: Standing, values: Mapping[str, str | None]) -> Reason | None:
    """Why no value of the customer may be written, by a batch or by a person who accepts its proposal."""
    if standing.status is Status.ERASED:
        return Reason.ERASED
    untouchable = _untouchable(standing)
    if untouchable:
        return untouchable
    if standing.protected_address and "street" in values:
        return Reason.PROTECTED_ADDRESS
    return Reason.ENDED if standing.status is Status.ENDED else None


def _by_group(answer: Answer, standing: Standing, rules: Rules, places: Knowledge) -> Decision:
    winning: Values = {}
    waiting: Values = {}
    reason: Reason | None = None
    for group, fields in GROUP_FIELDS.items():
        if answer.values.keys().isdisjoint(fields):
            continue
        changes = changed_in(group, standing.values, answer.values)
        if not changes:
            continue
        beaten = _beaten(answer, standing.known.get(group), rules)
        if beaten is None and group is Group.ADDRESS and _contradicted(answer, places):
            beaten = Reason.ADDRESS_DOUBTFUL
        if beaten is None:
            winning |= changes
        else:
            reason = reason or beaten
            waiting |= {field: answer.values.get(field) for field in changes}
    if reason:
        return Decision(Outcome.PROPOSED, reason, winning or None, waiting)
    return Decision(Outcome.APPLIED, changes=winning) if winning else Decision(Outcome.UNCHANGED)


def _contradicted(answer: Answer, places: Knowledge) -> bool:
    """Whether the new address's postcode and town cannot both be right."""
    if places is NOTHING_KNOWN:
        return False
    doubt = address_doubt(answer.address, places) if answer.address else None
    return doubt is not None and doubt.contradicts


def _beaten(answer: Answer, known: Known | None, rules: Rules) -> Reason | None:
    """Why what is known stands above the answer, if it does."""
    if known is None:
        return None
    since, margin, reason = known.dated, -1, Reason.OLDER
    if known.source in _VERIFIED:
        equal = rules.by is SourceKind.AUTHORITY
        # The day that an authority's answer gave says more than the day on which it was written down.
        since = known.dated or known.day
        margin, reason = 0 if equal else rules.verified_days, Reason.VERIFIED
    elif known.source in _OWN:
        own = rules.by in _OWN | _VERIFIED
        since, margin, reason = known.day, 0 if own else rules.own_notice_days, Reason.OWN_NOTICE
    if since is None:
        return None
    if answer.dated is None:
        return Reason.UNDATED
    return None if answer.dated - since > timedelta(days=margin) else reason


def changed_in(group: Group, before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Values:
    """What *after* changes in a group: the address as a whole or not at all; a field without a value changes nothing."""
    if group is Group.ADDRESS:
        return _changed_address(before, after)
    fields = [field for field in GROUP_FIELDS[group] if after.get(field)]
    return {field: after[field] for field in fields if not _same(before.get(field), after[field])}


def _changed_address(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Values:
    if not after.get("street"):
        return {}
    country = after.get("country") or HOME
    abroad = (before.get("country") or HOME) != country
    parts = ("street", "postcode", "town")
    if not abroad and all(_same(before.get(part), after.get(part)) for part in parts):
        return {}
    changes: Values = {part: after[part] for part in parts if after.get(part)}
    if abroad:
        changes["country"] = country
    return changes


def _same(before: str | None, after: str | None) -> bool:
    """Whether nothing but white space and case differs: services write in capitals."""
    return before == after or _folded(before) == _folded(after)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
