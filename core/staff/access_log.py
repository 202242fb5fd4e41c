"""The access log (käyttöloki): who looked at whom, when, and for what task.

Owed to the people in the register (CJEU C-579/21).  Append-only in the database itself, and no setting switches it
off.  It holds no customer data: what was searched for is not kept, only that somebody searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from core.customers.aliases import of_person
from core.staff.errors import TaskMissing
from core.staff.model import access_event_table, staff_member_table
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from core.actor import Actor
    from core.database import UnitOfWork

_LONGEST: Final = 200


class Access(StrEnum):
    """What was done with somebody's data."""

    OPEN = "open"
    SEARCH = "search"
    LIST = "list"
    PRINT = "print"
    EXPORT = "export"
    COPY = "copy"
    CHANGE = "change"
    SEND = "send"
    ENQUIRE = "enquire"


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One look; `staff_name` is None when the program itself did it."""

    id: int
    recorded_at: datetime
    staff_id: int | None
    staff_name: str | None
    session_id: str | None
    action: Access
    customer_id: int | None
    task: str
    detail: str | None


def record_access(
    uow: UnitOfWork,
    actor: Actor,
    *,
    action: Access | str,
    customer_id: int | None,
    task: str,
    detail: str | None = None,
) -> None:
    """Note that *actor* did *action* to a customer (None: to several) for *task*; part of the caller's transaction.

    *detail* says how much or which part (``12 rows``, ``bank details``), never what the data was.

    Raises:
        TaskMissing: *task* is empty or longer than 200 characters.
        ValueError: *action* is not one of `Access`.
    """
    task = clean_line(task)
    if not task or len(task) > _LONGEST:
        raise TaskMissing
    uow.connection.execute(
        insert(access_event_table).values(
            recorded_at=uow.now,
            staff_id=actor.staff_id,
            session_id=actor.session_id,
            action=Access(action),
            customer_id=customer_id,
            task=task,
            detail=None if detail is None else shorten(clean_line(detail), _LONGEST),
        )
    )


def accesses_of(connection: Connection, customer_id: int, limit: int = 100) -> list[AccessEvent]:
    """Who looked at one customer, newest first."""
    return _read(
        connection, _events().where(of_person(access_event_table.c.customer_id, customer_id)).limit(limit)
    )


def recent(
    connection: Connection, *, staff_id: int | None = None, before: int | None = None, limit: int = 100
) -> list[AccessEvent]:
    """The latest looks, newest first: of one member when *staff_id* is given; older than the event id *before*."""
    statement = _events().limit(limit)
    if staff_id is not None:
        statement = statement.where(access_event_table.c.staff_id == staff_id)
    if before is not None:
        statement = statement.where(access_event_table.c.id < before)
    return _read(connection, statement)


def _events() -> Select[Any]:
    table = access_event_table
    return (
        select(
            table.c.id,
            table.c.recorded_at,
            table.c.staff_id,
            staff_member_table.c.name.label("staff_name"),
            table.c.session_id,
            table.c.action,
            table.c.customer_id,
            table.c.task,
            table.c.detail,
        )
        .outerjoin(staff_member_table, staff_member_table.c.id == table.c.staff_id)
        .order_by(table.c.id.desc())
    )


def _read(connection: Connection, statement: Select[Any]) -> list[AccessEvent]:
    return [
        AccessEvent(**{**row, "action": Access(row["action"])})
        for row in connection.execute(statement).mappings()
    ]
