"""Whose value stands when two customers become one: by what is known of each, as an update would be decided on.

The survivor's values stand unless the other's are newer or better known (`core.updates.policy`), or a person says
otherwise.  An address is taken as a whole.  Of somebody whose processing is restricted nothing is written anywhere:
the survivor's values stay as they are.  What is not taken stays in the other's history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.customers import sealed
from core.customers.changing import Restored, before_of, changes_text
from core.customers.model import customer_change_table
from core.customers.restrictions import restricted_many
from core.customers.types import Source, SourceKind, Status
from core.merging.types import Choice, Part, Why
from core.updates.policy import decide
from core.updates.standing import standings
from core.updates.types import GROUP_FIELDS, Answer, Group, Meaning, Rules, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from core.customers.changing import Before
    from core.customers.types import SealedField
    from core.keys import KeyRing

_VERIFIED: Final = (SourceKind.STAFF, SourceKind.AUTHORITY)
_SEALED: Final[Mapping[Part, SealedField]] = {Part.IBAN: "iban", Part.IP: "ip"}
_BY_PROVENANCE: Final = (Group.ADDRESS, Group.EMAIL, Group.PHONE, Group.WWW)
_FIELDS: Final[Mapping[Part, tuple[str, ...]]] = {
    **{Part(group): fields for group, fields in GROUP_FIELDS.items()},
    Part.REPRESENTS: ("represents",),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says: parts that are taken from the other, and parts that stay, whatever the rules say."""

    take: Collection[Part] = ()
    keep: Collection[Part] = ()


def choices(
    connection: Connection, keyring: KeyRing, survivor_id: int, other_id: int, said: Said
) -> list[Choice]:
    """Each part of the two that either has, and whose stands."""
    ids = (survivor_id, other_id)
    before = before_of(connection, ids)
    restricted = bool(restricted_many(connection, ids))
    known = standings(connection, ids, held=before)
    found = []
    for part, fields in _FIELDS.items():
        one, other = ({name: before[of][name] for name in fields} for of in ids)
        taken, why = _whose(part, one, other, said, restricted=restricted)
        if why is Why.STANDS and part in {Part(group) for group in _BY_PROVENANCE}:
            taken = _stronger(Group(part), known[other_id], known[survivor_id])
            why = Why.NEWER if taken else why
        changes = _changes(part, one, other) if taken else {}
        found.append(Choice(part, _text(one), _text(other), bool(changes), why, changes))
    for part, field in _SEALED.items():
        values = sealed.values_of(connection, keyring, ids, field)
        here, there = values.get(survivor_id), values.get(other_id)
        taken, why = _whose(part, {field: here}, {field: there}, said, restricted=restricted)
        shown = [None if value is None else sealed.mask(field, value) for value in (here, there)]
        found.append(Choice(part, shown[0], shown[1], taken, why, {}))
    return [it for it in found if it.survivor or it.other]


def _whose(
    part: Part, one: Mapping[str, Any], other: Mapping[str, Any], said: Said, *, restricted: bool
) -> tuple[bool, Why]:
    """Whether the other's part is taken, as far as it doesn't depend on how the two are known; and why."""
    why = Why.STANDS
    if one == other:
        why = Why.SAME
    elif not any(other.values()):
        why = Why.ONLY_ONE
    elif restricted:
        why = Why.RESTRICTED
    elif part in said.take or part in said.keep:
        return part in said.take, Why.SAID
    # A business id that only the other has belongs to the same enterprise.
    elif not any(one.values()) or (part is Part.ORGANISATION and _completes(one, other)):
        return True, Why.ONLY_ONE
    return False, why


def _completes(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return any(other[name] and not one[name] for name in one)


def _changes(part: Part, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str | int | None]:
    if part is Part.ORGANISATION:
        return {name: other[name] for name in one if other[name] and not one[name]}
    return {name: other[name] for name in one if one[name] != other[name]}


def _stronger(group: Group, other: Standing, survivor: Standing) -> bool:
    """Whether the other's values would win as an answer about the survivor."""
    known = other.known.get(group)
    if known is None:
        return False
    values = {name: other.values.get(name) for name in GROUP_FIELDS[group]}
    by = known.source
    free = Standing(
        customer_id=survivor.customer_id,
        version=survivor.version,
        status=Status.ACTIVE,
        restricted=False,
        update_banned=False,
        protected_address=False,
        values=survivor.values,
        known=survivor.known,
    )
    # Two who are equally sure are told apart by the day alone.
    rules = Rules(verified_days=0, by=by) if by in _VERIFIED else Rules(by=by)
    answer = Answer(Meaning.MOVED, values, known.dated or known.day)
    return bool(decide(answer, free, rules).changes)


def as_history(
    connection: Connection, before: Before, other_id: int, chosen: Collection[Choice]
) -> list[Restored]:
    """A line of the survivor's history for each part taken, with the source that the value had at the other."""
    rows = connection.execute(
        select(customer_change_table)
        .where(customer_change_table.c.customer_id == other_id)
        .order_by(customer_change_table.c.id.desc())
    ).all()
    lines = []
    for choice in chosen:
        if not choice.changes:
            continue
        pairs = {name: (before[name], value) for name, value in choice.changes.items()}
        # The whole part's: what is taken may be that the other has no flat, street or town.
        given = next((row for row in rows if not set(_FIELDS[choice.part]).isdisjoint(row.changes)), None)
        assert given is not None, "every value has a history"
        source = Source(SourceKind(given.source_kind), given.source_detail)
        lines.append(Restored(before["id"], changes_text(pairs), given.restores or given.id, source))
    return lines


def _text(values: Mapping[str, Any]) -> str | None:
    return ", ".join(str(value) for value in values.values() if value) or None
