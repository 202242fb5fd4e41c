"""Changing customers by the thousand: what is to be written is worked out first, then written in a few statements.

The two halves lie apart so that an import can work out a chunk while nobody waits for it, and hold the database's
write lock only while it writes (`core.updates.applying`). Every write keeps history, source and search index.
"""

from __future__ import annotations

from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core import bulk
from core.clock import HELSINKI
from core.customers import search
from core.customers.bans import BanKind, bans_of_many
from core.customers.contacts import OWN_WORDS, contact
from core.customers.errors import ChangedMeanwhile, CustomerNotFound
from core.customers.history import recorded
from core.customers.model import customer_change_table, customer_table
from core.customers.naming import SearchText, text_of_row
from core.customers.restrictions import restricted_many
from core.customers.types import VALUE_FIELDS
from core.database import milliseconds
from core.id_lists import among
from core.narrowing import PROTECTED_ADDRESS, narrows
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.types import Source
    from core.database import UnitOfWork

Before = dict[str, Any]
_COLUMNS: Final = ("id", "number", "status", "version", "protected_address", "ended_on", *VALUE_FIELDS)
_CHOSEN: Final = select(*(customer_table.c[name] for name in _COLUMNS)).where(
    among(customer_table.c.id, "ids")
)
_READ: Final = Prepared(_CHOSEN)
_HOLD: Final = Prepared(_CHOSEN.order_by(customer_table.c.id).with_for_update())
_VERSIONED: Final = select(customer_table.c.id, customer_table.c.version).where(
    among(customer_table.c.id, "ids")
)
_VERSIONS: Final = Prepared(_VERSIONED)
_HOLD_VERSIONS: Final = Prepared(_VERSIONED.order_by(customer_table.c.id).with_for_update())
# Whoever changes one of these holds `places.lock`, taken before the customers.
NAMES: Final = frozenset({"kind", "first_name", "last_name", "organisation_name"})
_UNSEARCHED: Final = frozenset({"kind", "represents", "www", "town", "country", "status", "ended_on"})
_HISTORY: Final = (
    "customer_id", "changes", "restores", "recorded_at", "actor_id", "actor_name", "source_kind", "source_detail",
    "batch_id", "article_18_use",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """Everything that a change of many customers writes.

    `updates` maps columns to rows of (their new values…, next version, id, version); `history` holds (id, changes).
    """

    updates: Mapping[tuple[str, ...], bulk.Rows]
    history: Sequence[tuple[int, str]]
    index: search.Replacement


@dataclass(frozen=True, slots=True)
class Restored:
    """One line of an undo's history: the changes as text, and the earlier change that gave the values, with its source."""

    customer_id: int
    changes: str
    restores: int | None
    source: Source


def before_of(
    connection: Connection, customer_ids: Collection[int], *, hold: bool = False
) -> dict[int, Before]:
    """Customers as they stand, by column; with *hold*, nobody else changes them until the transaction ends.

    Raises:
        CustomerNotFound: one of them does not exist.
    """
    rows = (_HOLD if hold else _READ).rows(connection, {"ids": customer_ids})
    found = {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}
    for customer_id in customer_ids:
        if customer_id not in found:
            raise CustomerNotFound(number=f"#{customer_id}")
    return found


@dataclass(frozen=True, slots=True)
class Watched:
    """What tells whether customers, their bans and restrictions are as they were: two looks that are equal."""

    versions: frozenset[tuple[int, int]]
    restricted: frozenset[int]
    bans: Mapping[int, frozenset[BanKind]]


def watch(connection: Connection, customer_ids: Collection[int], *, hold: bool = False) -> Watched:
    """How the customers stand; with *hold*, nobody else changes them, forbids or restricts until the transaction ends."""
    versions = (_HOLD_VERSIONS if hold else _VERSIONS).rows(connection, {"ids": customer_ids})
    return Watched(
        frozenset((customer_id, version) for customer_id, version in versions),
        frozenset(restricted_many(connection, customer_ids)),
        bans_of_many(connection, customer_ids),
    )


def plan(
    connection: Connection, held: Mapping[int, Before], new: Mapping[int, Mapping[str, object]]
) -> Planned:
    """What it takes to give customers *new* values (id to column to value); what is the same already leaves no trace."""
    updates: dict[tuple[str, ...], bulk.Rows] = {}
    history: list[tuple[int, str]] = []
    texts: dict[int, SearchText] = {}
    for customer_id, wanted in new.items():
        before = held[customer_id]
        different = {field: value for field, value in wanted.items() if before[field] != value}
        if not different:
            continue
        version = before["version"]
        row = (*different.values(), version + 1, customer_id, version)
        updates.setdefault(tuple(different), []).append(row)
        history.append((customer_id, changes_text({it: (before[it], different[it]) for it in different})))
        if not _UNSEARCHED.issuperset(different):
            texts[customer_id] = text_of_row({**before, **different})
    return Planned(updates, history, search.plan_replacement(connection, texts))


def write(
    uow: UnitOfWork,
    actor: Actor,
    planned: Planned,
    source: Source,
    *,
    batch_id: int | None = None,
    article_18_use: str | None = None,
    restored: Sequence[Restored] | None = None,
) -> list[int]:
    """Write what was planned; returns whom it changed. *restored* takes the place of the planned history.

    Raises:
        ChangedMeanwhile: a customer is no longer of the version that was planned on.
    """
    for columns, rows in planned.updates.items():
        names = (*columns, "version")
        if bulk.update_many(uow.connection, customer_table, names, ("id", "version"), rows) != len(rows):
            raise ChangedMeanwhile(who="?", when="?")
        _note_protection(uow, columns, rows)
    lines = (
        [(of, changes, None, source) for of, changes in planned.history]
        if restored is None
        else [(it.customer_id, it.changes, it.restores, it.source) for it in restored]
    )
    same = recorded(uow, actor, source, batch_id)
    now, who = milliseconds(uow.now), (same["actor_id"], same["actor_name"])
    bulk.insert_many(
        uow.connection,
        customer_change_table,
        _HISTORY,
        [
            (of, changes, restores, now, *who, str(given.kind), given.detail, batch_id, article_18_use)
            for of, changes, restores, given in lines
        ],
    )
    search.replace(uow.connection, planned.index)
    if restored is None and source.kind in OWN_WORDS:
        contact(uow, [of for of, _ in planned.history], uow.now.astimezone(HELSINKI).date())
    return [customer_id for customer_id, _ in planned.history]


def _note_protection(uow: UnitOfWork, columns: Sequence[str], rows: bulk.Rows) -> None:
    """A protected address is remembered outside the database, for whoever restores an older backup."""
    if PROTECTED_ADDRESS not in columns:
        return
    place, of = columns.index(PROTECTED_ADDRESS), len(columns) + 1
    day = uow.now.astimezone(HELSINKI).date()
    for protected in (True, False):
        ids = [row[of] for row in rows if row[place] is protected]
        narrows(uow, ids, PROTECTED_ADDRESS, day if protected else None)


def changes_text(pairs: Mapping[str, tuple[object, object]]) -> str:
    """The history's text of changes, `core.bulk.json_text` of {field: [before, after]} at a fraction of its cost."""
    parts = [
        f'"{field}": [{_literal(pairs[field][0])}, {_literal(pairs[field][1])}]' for field in sorted(pairs)
    ]
    return "{" + ", ".join(parts) + "}"


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else encode_basestring(str(value))
