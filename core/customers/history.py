"""How each value is known: every change with its source, and where the present values come from (P1, P7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.customers.aliases import same_person
from core.customers.model import customer_change_table, customer_sealed_table
from core.customers.types import SEALED, Change, Provenance, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.database import UnitOfWork


def recorded(
    uow: UnitOfWork, actor: Actor, source: Source, batch_id: int | None, **more: object
) -> dict[str, object]:
    """The columns that every history row begins with."""
    return {
        "recorded_at": uow.now,
        "actor_id": actor.staff_id,
        "actor_name": actor.name,
        "source_kind": str(source.kind),
        "source_detail": source.detail,
        "batch_id": batch_id,
        **more,
    }


def changes_of(connection: Connection, customer_id: int) -> list[Change]:
    """A customer's history, oldest first; sealed fields show that they changed, not how.

    The history of whoever was merged into the customer is part of it.
    """
    changes = [one for of in same_person(connection, customer_id) for one in _own_changes(connection, of)]
    return sorted(changes, key=lambda change: change.recorded_at)


def _own_changes(connection: Connection, customer_id: int) -> list[Change]:
    changes = [
        _change(row, {field: (old, new) for field, (old, new) in row.changes.items()}, row.article_18_use)
        for row in _rows(connection, customer_change_table, customer_id)
    ]
    before: dict[str, str | None] = {}
    for row in _rows(connection, customer_sealed_table, customer_id):
        after = None if row.sealed is None else SEALED
        changes.append(_change(row, {row.field: (before.get(row.field), after)}, None))
        before[row.field] = after
    return sorted(changes, key=lambda change: change.recorded_at)


def provenance(connection: Connection, customer_id: int) -> Mapping[str, Provenance]:
    """For each field that has a value now: the latest change that gave it."""
    found: dict[str, Provenance] = {}
    for change in _own_changes(connection, customer_id):
        for field, (_, new) in change.values.items():
            if new is None:
                found.pop(field, None)
            else:
                found[field] = Provenance(
                    change.source, change.recorded_at, change.actor_name, change.batch_id
                )
    return found


def _rows(connection: Connection, table: Any, customer_id: int) -> list[Row[Any]]:
    return list(
        connection.execute(select(table).where(table.c.customer_id == customer_id).order_by(table.c.id))
    )


def _change(row: Row[Any], values: Mapping[str, tuple[object, object]], use: str | None) -> Change:
    return Change(
        recorded_at=row.recorded_at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        source=Source(SourceKind(row.source_kind), row.source_detail),
        batch_id=row.batch_id,
        values=values,
        article_18_use=use,
    )
