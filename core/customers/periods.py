"""Periods that begin once and end once: bans and restrictions.  Nothing of a row changes but its being lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from core.customers.errors import CustomerNotFound
from core.customers.model import customer_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Row, Table

    from core.actor import Actor
    from core.database import UnitOfWork


def in_force(uow: UnitOfWork, table: Table, key: Mapping[str, object]) -> Row[Any] | None:
    """The row of *key* that has not been lifted; the customer's own row is held, so that two do not begin one at once.

    Raises:
        CustomerNotFound: there is no such customer.
    """
    customer_id = key["customer_id"]
    held = select(customer_table.c.id).where(customer_table.c.id == customer_id).with_for_update()
    if uow.connection.execute(held).first() is None:
        raise CustomerNotFound(number=f"#{customer_id}")
    conditions = [table.c[name] == value for name, value in key.items()]
    return uow.connection.execute(select(table).where(*conditions, table.c.lifted_at.is_(None))).first()


def begin(uow: UnitOfWork, actor: Actor, table: Table, values: Mapping[str, object], *, since: date) -> None:
    """A new row in force from *since* on."""
    recorded = {"recorded_at": uow.now, "actor_id": actor.staff_id, "actor_name": actor.name}
    uow.connection.execute(table.insert().values(**values, since=since, **recorded))


def end(uow: UnitOfWork, actor: Actor, table: Table, row_id: int, *, lifted_on: date, reason: str) -> None:
    """Lift a row that is in force."""
    uow.connection.execute(
        update(table)
        .where(table.c.id == row_id)
        .values(
            lifted_on=lifted_on,
            lifted_at=uow.now,
            lifted_by=actor.staff_id,
            lifted_by_name=actor.name,
            lifted_reason=reason,
        )
    )
