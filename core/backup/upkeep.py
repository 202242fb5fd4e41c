"""What was done to keep the register safe, and when: backups, restores, fire drills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from core.backup.model import upkeep_table
from core.keys import master_key_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork

_u = upkeep_table.c


class Upkeep(StrEnum):
    """What was done."""

    BACKUP = "backup"
    RESTORE = "restore"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Done:
    """One of them: when, by whom, with which facts."""

    at: datetime
    staff_name: str
    facts: Mapping[str, Any]


def record(
    uow: UnitOfWork, actor: Actor, kind: Upkeep, facts: Mapping[str, Any], *, at: datetime | None = None
) -> None:
    """Note that it was done now, or at an earlier instant."""
    uow.connection.execute(
        insert(upkeep_table).values(
            at=at or uow.now, staff_id=actor.staff_id, staff_name=actor.name, kind=kind, facts=dict(facts)
        )
    )


def latest(connection: Connection, kind: Upkeep) -> Done | None:
    """When it was done last; None when never."""
    chosen = (
        select(_u.at, _u.staff_name, _u.facts).where(_u.kind == kind).order_by(_u.at.desc(), _u.id.desc())
    )
    row = connection.execute(chosen.limit(1)).first()
    return None if row is None else Done(*row)


def overdue(connection: Connection, kind: Upkeep, now: datetime, days: int) -> bool:
    """Whether it was done last more than *days* ago, or never."""
    last = latest(connection, kind)
    return last is None or now - last.at > timedelta(days=days)


def backup_due(connection: Connection, now: datetime, days: int) -> bool:
    """Whether the last backup is older than *days*, or of before the master key was changed: nobody can open that one."""
    last = latest(connection, Upkeep.BACKUP)
    turned = connection.execute(select(master_key_table.c.done_at)).scalar()
    return overdue(connection, Upkeep.BACKUP, now, days) or (
        last is not None and turned is not None and last.at < turned
    )
