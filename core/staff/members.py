"""Reading the accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.actor import Actor, Role
from core.staff.errors import StaffNotFound
from core.staff.model import staff_member_table, staff_role_table
from core.text import clean_line, fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff; `disabled_at` is None while the account may be used."""

    id: int
    user_name: str
    name: str
    roles: frozenset[Role]
    language: str
    added_at: datetime
    disabled_at: datetime | None

    @property
    def enabled(self) -> bool:
        """Whether the account may be used."""
        return self.disabled_at is None

    def as_actor(self, session_id: str | None = None) -> Actor:
        """This member at work."""
        return Actor(self.id, self.user_name, self.name, self.roles, self.language, session_id)


def user_name_key(user_name: str) -> str:
    """What makes a user name unique: case, accents and width ignored."""
    return fold(clean_line(user_name[:200]))


def members(connection: Connection) -> list[StaffMember]:
    """Everybody, disabled ones included, in the order they were added."""
    rows = connection.execute(select(staff_member_table).order_by(staff_member_table.c.id)).all()
    return _with_roles(connection, rows)


def member(connection: Connection, staff_id: int) -> StaffMember:
    """One member.

    Raises:
        StaffNotFound: there is no such member.
    """
    rows = connection.execute(select(staff_member_table).where(staff_member_table.c.id == staff_id)).all()
    if not rows:
        raise StaffNotFound(who=staff_id)
    return _with_roles(connection, rows)[0]


def by_user_name(connection: Connection, user_name: str) -> StaffMember:
    """The member with that user name, case and accents ignored.

    Raises:
        StaffNotFound: nobody has it.
    """
    key = user_name_key(user_name)
    rows = connection.execute(
        select(staff_member_table).where(staff_member_table.c.user_name_key == key)
    ).all()
    if not rows:
        raise StaffNotFound(who=user_name)
    return _with_roles(connection, rows)[0]


def administrators_to_ask(connection: Connection) -> str:
    """The names of the enabled administrators, for a sentence that says whom to ask."""
    statement = (
        select(staff_member_table.c.name)
        .join(staff_role_table, staff_role_table.c.staff_id == staff_member_table.c.id)
        .where(staff_role_table.c.role == Role.ADMINISTRATOR, staff_member_table.c.disabled_at.is_(None))
        .order_by(staff_member_table.c.id)
        .limit(3)
    )
    return ", ".join(connection.scalars(statement)) or "–"


def _with_roles(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[StaffMember]:
    ids = [row.id for row in rows]
    roles: dict[int, set[Role]] = {staff_id: set() for staff_id in ids}
    for given in connection.execute(select(staff_role_table).where(staff_role_table.c.staff_id.in_(ids))):
        roles[given.staff_id].add(Role(given.role))
    return [
        StaffMember(
            id=row.id,
            user_name=row.user_name,
            name=row.name,
            roles=frozenset(roles[row.id]),
            language=row.language,
            added_at=row.added_at,
            disabled_at=row.disabled_at,
        )
        for row in rows
    ]
