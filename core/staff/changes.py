"""What was done to whose account: an append-only list beside the accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from core.staff.model import staff_change_table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from core.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class StaffChange:
    """One act on one account."""

    recorded_at: datetime
    recorded_by: int
    staff_id: int
    change: str
    detail: str


def record_change(uow: UnitOfWork, recorded_by: int, staff_id: int, change: str, detail: str = "") -> None:
    """Note that *recorded_by* did *change* to the account *staff_id*."""
    uow.connection.execute(
        insert(staff_change_table).values(
            recorded_at=uow.now, recorded_by=recorded_by, staff_id=staff_id, change=change, detail=detail
        )
    )


def changes_of(connection: Connection, staff_id: int) -> list[StaffChange]:
    """Everything done to one account, oldest first."""
    table = staff_change_table
    statement = (
        select(table.c.recorded_at, table.c.recorded_by, table.c.staff_id, table.c.change, table.c.detail)
        .where(table.c.staff_id == staff_id)
        .order_by(table.c.id)
    )
    return [StaffChange(*row) for row in connection.execute(statement)]
