"""How members of staff are printed; shared by the files of `rekisteri staff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.actor import Role
from core.clock import HELSINKI
from core.messages import N_
from core.staff import agreements, service
from core.staff.policy import today

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from core.staff.members import StaffMember
    from tui.cli.main import Cli

ROLE_NAMES = {
    Role.CLERK: N_("clerk"),
    Role.IMPORTER: N_("importer"),
    Role.CONTACT_PERSON: N_("contact person"),
    Role.REVIEWER: N_("reviewer"),
    Role.ADMINISTRATOR: N_("administrator"),
}
DAY = click.DateTime(["%Y-%m-%d"])


def tell(cli: Cli, member: StaffMember) -> None:
    """Print a member as the database has it now."""
    register = cli.register()
    with register.database.reading() as connection:
        row = row_of(connection, service.member(connection, member.id), today(register.clock.now()))
    cli.emit(row, line_of(cli, row))


def row_of(connection: Connection, member: StaffMember, day: date) -> dict[str, Any]:
    """A member as JSON says it, with how the agreement stands on *day*."""
    found = agreements.agreement_in_force(connection, member.id, day)
    return {
        "user_name": member.user_name,
        "name": member.name,
        "roles": sorted(str(role) for role in member.roles),
        "language": member.language,
        "enabled": member.enabled,
        "agreement_in_force": found is not None,
        "agreement_valid_to": iso(found.valid_to) if found else None,
    }


def line_of(cli: Cli, row: dict[str, Any]) -> str:
    """A member as one line in the language of this run."""
    roles = ", ".join(cli.tr(ROLE_NAMES[Role(role)]) for role in row["roles"])
    return f"{row['user_name']:16} {row['name']:24} {roles} · {_standing(cli, row)}"


def _standing(cli: Cli, row: dict[str, Any]) -> str:
    if not row["enabled"]:
        return cli.tr(N_("disabled"))
    if not row["agreement_in_force"]:
        return cli.tr(N_("no agreement in force, cannot sign in"))
    if row["agreement_valid_to"] is None:
        return cli.tr(N_("agreement in force"))
    return cli.tr(N_("agreement until {day}"), day=row["agreement_valid_to"])


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as aligned columns; what is not there is a dash."""
    cells = [["–" if value is None else str(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def day_of(moment: datetime | None) -> date | None:
    """The day that click read as a moment."""
    return None if moment is None else moment.date()


def iso(day: date | None) -> str | None:
    """A day as 2026-01-31."""
    return None if day is None else day.isoformat()


def moment_of(moment: datetime) -> str:
    """A moment in Finnish time, to the second."""
    return moment.astimezone(HELSINKI).isoformat(timespec="seconds")
