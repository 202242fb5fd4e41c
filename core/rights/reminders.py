"""Cases near their last day and past it: counted for whoever signs in, and noted once in each case by run-due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.rights.model import case_event_table, case_table
from core.rights.reading import TO_BE_ANSWERED, count_open
from core.rights.types import CaseState, EventKind
from core.rights.writing import add_event, today_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.config.schema import RightsSettings
    from core.database import UnitOfWork
    from core.rights.types import Case

_c, _e = case_table.c, case_event_table.c


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many cases have not ended; of those to be answered, how many are past their last day and how many near it."""

    open: int
    overdue: int
    near: int


def due_counts(connection: Connection, settings: RightsSettings, today: date) -> DueCounts:
    """What is due, for a menu or a report."""
    overdue = count_open(connection, due_by=today - timedelta(days=1))
    by_then = count_open(connection, due_by=today + timedelta(days=settings.remind_days))
    return DueCounts(count_open(connection), overdue, by_then - overdue)


def days_left(one: Case, today: date) -> int | None:
    """Days until the last day, negative past it; None where no answer is waited for or the clock is stopped."""
    waiting = one.answered_on is None and one.closed_at is None
    if not waiting or one.state is CaseState.WAITING_IDENTITY:
        return None
    return (one.due_on - today).days


def remind(uow: UnitOfWork, settings: RightsSettings, actor: Actor) -> list[int]:
    """Note in each case near or past its last day that this was seen, once for each last day; returns their numbers."""
    near = today_of(uow) + timedelta(days=settings.remind_days)
    rows = uow.connection.execute(
        select(_c.number, _c.due_on).where(TO_BE_ANSWERED, _c.due_on <= near).order_by(_c.due_on, _c.number)
    ).all()
    noted = _noted(uow.connection, [row.number for row in rows])
    reminded = [row for row in rows if (row.number, row.due_on.isoformat()) not in noted]
    for row in reminded:
        add_event(uow, actor, None, row.number, EventKind.REMINDER, facts={"due_on": row.due_on})
    return [row.number for row in reminded]


def _noted(connection: Connection, numbers: list[int]) -> set[tuple[int, str]]:
    rows = connection.execute(
        select(_e.case_number, _e.facts).where(_e.case_number.in_(numbers), _e.kind == EventKind.REMINDER)
    )
    return {(row.case_number, row.facts["due_on"]) for row in rows}
