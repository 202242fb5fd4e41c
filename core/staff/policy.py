"""Rules that several services of this room share: who manages staff, and what counts as in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from core.actor import Actor, Role, require
from core.clock import HELSINKI
from core.errors import NotPermitted
from core.staff.errors import LastAdministrator
from core.staff.model import agreement_table, staff_member_table, staff_role_table

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

    from core.database import UnitOfWork


def today(now: datetime) -> date:
    """The day it is in Finland at the instant *now*."""
    return now.astimezone(HELSINKI).date()


def in_force_on(day: date) -> ColumnElement[bool]:
    """The condition that a row of agreements is in force on *day*: begun, not past its last day, not ended."""
    return and_(
        agreement_table.c.valid_from <= day,
        or_(agreement_table.c.valid_to.is_(None), agreement_table.c.valid_to >= day),
        agreement_table.c.ended_at.is_(None),
    )


def administrator_id(actor: Actor) -> int:
    """The actor's id, when the actor is a person and an administrator.

    Raises:
        NotPermitted: otherwise; the program itself manages no staff.
    """
    require(actor, Role.ADMINISTRATOR)
    if actor.staff_id is None:
        raise NotPermitted(roles=str(Role.ADMINISTRATOR))
    return actor.staff_id


def keep_an_administrator(uow: UnitOfWork, leaving: int, name: str) -> None:
    """Make sure that somebody besides *leaving* can sign in and manage staff today.

    The administrators' rows are locked first, so that two who remove each other at once do not both succeed.

    Raises:
        LastAdministrator: nobody would be left.
    """
    administrators = (
        select(staff_member_table.c.id)
        .join(staff_role_table, staff_role_table.c.staff_id == staff_member_table.c.id)
        .where(staff_role_table.c.role == Role.ADMINISTRATOR)
        .order_by(staff_member_table.c.id)
        .with_for_update()
    )
    others = [staff_id for staff_id in uow.connection.scalars(administrators).all() if staff_id != leaving]
    if not set(others) & set(working_administrators(uow.connection, uow.now)):
        raise LastAdministrator(name=name)


def working_administrators(connection: Connection, now: datetime) -> dict[int, str]:
    """Id and name of the administrators who may sign in today."""
    statement = (
        select(staff_member_table.c.id, staff_member_table.c.name)
        .join(staff_role_table, staff_role_table.c.staff_id == staff_member_table.c.id)
        .join(agreement_table, agreement_table.c.staff_id == staff_member_table.c.id)
        .where(
            staff_role_table.c.role == Role.ADMINISTRATOR,
            staff_member_table.c.disabled_at.is_(None),
            in_force_on(today(now)),
        )
    )
    return {row.id: row.name for row in connection.execute(statement)}
