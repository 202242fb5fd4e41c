"""`rekisteri staff`: accounts, roles, passwords, confidentiality agreements, and who did what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.actor import Role, require
from core.clock import HELSINKI
from core.messages import LANGUAGES, N_
from core.staff import access_log, agreements, service
from core.staff.changes import changes_of
from core.staff.policy import administrator_id, today
from core.staff.sign_in import sign_in_events
from tui.cli.identity import given_password, new_password
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from core.staff.members import StaffMember

ROLE_NAMES = {
    Role.CLERK: N_("clerk"),
    Role.IMPORTER: N_("importer"),
    Role.CONTACT_PERSON: N_("contact person"),
    Role.REVIEWER: N_("reviewer"),
    Role.ADMINISTRATOR: N_("administrator"),
}
_PASSWORD_FILE = click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="A file of mode 0600 whose first line is the password; asked for in a terminal without it.",
)
_DAY = click.DateTime(["%Y-%m-%d"])
_ROLE = click.Choice([str(role) for role in Role])
_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, help="At most so many, the latest first."
)


@click.group()
def command() -> None:
    """Members of staff: personal accounts, roles, confidentiality agreements."""


@command.command("first")
@click.argument("user_name")
@click.option("--name", required=True, help="The person's own name.")
@click.option("--document", required=True, help="Where the signed confidentiality agreement is kept.")
@click.option("--signed-on", required=True, type=_DAY, help="The day it was signed (2026-01-31).")
@click.option("--valid-to", type=_DAY, help="Its last day; without it, until ended.")
@click.option("--role", "roles", multiple=True, type=_ROLE, help="Further roles besides administrator.")
@click.option(
    "--interface", type=click.Choice(LANGUAGES), default="fi", help="The language of the interface."
)
@_PASSWORD_FILE
@pass_cli
def first(
    cli: Cli,
    *,
    user_name: str,
    name: str,
    document: str,
    signed_on: datetime,
    valid_to: datetime | None,
    roles: tuple[str, ...],
    interface: str,
    password_file: Path | None,
) -> None:
    """Make the first administrator of a register that has no staff yet."""
    register = cli.register()
    password = new_password(cli, password_file)
    with register.database.unit_of_work() as uow:
        member = service.first_administrator(
            uow,
            user_name=user_name,
            name=name,
            password=password,
            agreement=agreements.AgreementTerms(document, signed_on.date(), signed_on.date(), _day(valid_to)),
            language=interface,
            roles=[Role(role) for role in roles],
            context=_context(cli),
        )
        uow.commit()
    _tell(cli, member)


@command.command("add")
@click.argument("user_name")
@click.option("--name", required=True, help="The person's own name.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=_ROLE, help="A role; may be given several times."
)
@click.option(
    "--interface", type=click.Choice(LANGUAGES), default="fi", help="The language of the interface."
)
@_PASSWORD_FILE
@pass_cli
def add(
    cli: Cli, *, user_name: str, name: str, roles: tuple[str, ...], interface: str, password_file: Path | None
) -> None:
    """Add a member; record the signed confidentiality agreement before the first sign-in."""
    actor = cli.actor()
    administrator_id(actor)
    password = new_password(cli, password_file)
    with cli.register().database.unit_of_work() as uow:
        member = service.add_member(
            uow,
            actor,
            user_name=user_name,
            name=name,
            password=password,
            roles=[Role(role) for role in roles],
            language=interface,
            context=_context(cli),
        )
        uow.commit()
    _tell(cli, member)


@command.command("list")
@pass_cli
def list_members(cli: Cli) -> None:
    """List everybody: user name, name, roles, and until when the agreement holds."""
    cli.actor()
    register = cli.register()
    day = today(register.clock.now())
    with register.database.reading() as connection:
        rows = [_row(connection, member, day) for member in service.members(connection)]
    cli.emit(rows, "\n".join(_line(cli, row) for row in rows))


@command.command("roles")
@click.argument("user_name")
@click.argument("roles", nargs=-1, required=True, type=_ROLE)
@pass_cli
def set_roles(cli: Cli, user_name: str, roles: tuple[str, ...]) -> None:
    """Give a member exactly these roles."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        found = service.by_user_name(uow.connection, user_name)
        member = service.set_roles(uow, actor, found.id, [Role(role) for role in roles])
        uow.commit()
    _tell(cli, member)


@command.command("disable")
@click.argument("user_name")
@pass_cli
def disable(cli: Cli, user_name: str) -> None:
    """Close an account; its open sessions end at once."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        found = service.by_user_name(uow.connection, user_name)
        member = service.disable(uow, actor, found.id)
        uow.commit()
    _tell(cli, member)


@command.command("enable")
@click.argument("user_name")
@pass_cli
def enable(cli: Cli, user_name: str) -> None:
    """Open a closed account again."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        found = service.by_user_name(uow.connection, user_name)
        member = service.enable(uow, actor, found.id)
        uow.commit()
    _tell(cli, member)


@command.command("language")
@click.argument("user_name")
@click.argument("language", type=click.Choice(LANGUAGES))
@pass_cli
def set_language(cli: Cli, user_name: str, language: str) -> None:
    """Set the language that a member's interface speaks."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        found = service.by_user_name(uow.connection, user_name)
        member = service.set_language(uow, actor, found.id, language)
        uow.commit()
    _tell(cli, member)


@command.command("password")
@click.argument("user_name", required=False)
@_PASSWORD_FILE
@pass_cli
def password(cli: Cli, user_name: str | None, password_file: Path | None) -> None:
    """Change one's own password, or as an administrator that of USER_NAME; other sessions of theirs end."""
    actor = cli.actor()
    register = cli.register()
    with register.database.reading() as connection:
        member = service.by_user_name(connection, user_name or actor.user_name)
    own = member.id == actor.staff_id
    current = given_password(cli) if own else None
    chosen = new_password(cli, password_file)
    with register.database.unit_of_work() as uow:
        service.change_password(
            uow, actor, member.id, password=chosen, current=current, context=_context(cli)
        )
        uow.commit()
    cli.emit({"user_name": member.user_name, "changed": True}, cli.tr(N_("The password was changed.")))


@command.group("agreement")
def agreement() -> None:
    """Signed confidentiality agreements: without one in force nobody signs in."""


@agreement.command("record")
@click.argument("user_name")
@click.option("--document", required=True, help="Where the signed confidentiality agreement is kept.")
@click.option("--signed-on", required=True, type=_DAY, help="The day it was signed (2026-01-31).")
@click.option("--valid-from", type=_DAY, help="Its first day; the day of signing without it.")
@click.option("--valid-to", type=_DAY, help="Its last day; without it, until ended.")
@pass_cli
def record(
    cli: Cli,
    *,
    user_name: str,
    document: str,
    signed_on: datetime,
    valid_from: datetime | None,
    valid_to: datetime | None,
) -> None:
    """Record the agreement that a member has signed on paper."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        member = service.by_user_name(uow.connection, user_name)
        agreements.record_agreement(
            uow,
            actor,
            member.id,
            signed_on=signed_on.date(),
            valid_from=(valid_from or signed_on).date(),
            valid_to=_day(valid_to),
            document=document,
        )
        uow.commit()
    _tell(cli, member)


@agreement.command("end")
@click.argument("user_name")
@pass_cli
def end(cli: Cli, user_name: str) -> None:
    """End a member's agreement now; their open sessions end too."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        member = service.by_user_name(uow.connection, user_name)
        agreements.end_agreement(uow, actor, member.id)
        uow.commit()
    _tell(cli, member)


@agreement.command("list")
@click.argument("user_name")
@pass_cli
def list_agreements(cli: Cli, user_name: str) -> None:
    """List every agreement recorded for a member."""
    cli.actor()
    with cli.register().database.reading() as connection:
        member = service.by_user_name(connection, user_name)
        found = agreements.agreements_of(connection, member.id)
        names = {one.id: one.user_name for one in service.members(connection)}
    rows = [
        {
            "document": one.document,
            "signed_on": one.signed_on.isoformat(),
            "valid_from": one.valid_from.isoformat(),
            "valid_to": _iso(one.valid_to),
            "ended_at": None if one.ended_at is None else _moment(one.ended_at),
            "recorded_by": names[one.recorded_by],
            "recorded_at": _moment(one.recorded_at),
        }
        for one in found
    ]
    cli.emit(rows, _table(rows))


@command.command("history")
@click.argument("user_name")
@pass_cli
def history(cli: Cli, user_name: str) -> None:
    """List what was done to an account, and by whom."""
    require(cli.actor(), Role.ADMINISTRATOR, Role.CONTACT_PERSON, Role.REVIEWER)
    with cli.register().database.reading() as connection:
        member = service.by_user_name(connection, user_name)
        found = changes_of(connection, member.id)
        names = {one.id: one.user_name for one in service.members(connection)}
    rows = [
        {
            "recorded_at": _moment(one.recorded_at),
            "recorded_by": names[one.recorded_by],
            "change": one.change,
            "detail": one.detail,
        }
        for one in found
    ]
    cli.emit(rows, _table(rows))


@command.command("sign-ins")
@click.argument("user_name", required=False)
@_LIMIT
@pass_cli
def sign_ins(cli: Cli, user_name: str | None, limit: int) -> None:
    """List attempts to sign in, with outcome and origin."""
    require(cli.actor(), Role.ADMINISTRATOR, Role.CONTACT_PERSON, Role.REVIEWER)
    with cli.register().database.reading() as connection:
        staff_id = service.by_user_name(connection, user_name).id if user_name else None
        found = sign_in_events(connection, staff_id=staff_id, limit=limit)
        names = {one.id: one.user_name for one in service.members(connection)}
    rows = [
        {
            "recorded_at": _moment(one.recorded_at),
            "user_name": None if one.staff_id is None else names[one.staff_id],
            "method": one.method,
            "outcome": one.outcome,
            "origin": one.origin,
        }
        for one in found
    ]
    cli.emit(rows, _table(rows))


@command.command("accesses")
@click.argument("user_name", required=False)
@_LIMIT
@pass_cli
def accesses(cli: Cli, user_name: str | None, limit: int) -> None:
    """List the access log: who looked at whose data, when, and for what task."""
    require(cli.actor(), Role.ADMINISTRATOR, Role.CONTACT_PERSON, Role.REVIEWER)
    with cli.register().database.reading() as connection:
        staff_id = service.by_user_name(connection, user_name).id if user_name else None
        found = access_log.recent(connection, staff_id=staff_id, limit=limit)
    rows = [
        {
            "recorded_at": _moment(one.recorded_at),
            "name": one.staff_name,
            "action": str(one.action),
            "customer_id": one.customer_id,
            "task": one.task,
            "detail": one.detail,
        }
        for one in found
    ]
    cli.emit(rows, _table(rows))


def _context(cli: Cli) -> tuple[str, str]:
    """The words that everybody here would think of first."""
    register = cli.register().config.register
    return register.name, register.controller.name


def _tell(cli: Cli, member: StaffMember) -> None:
    register = cli.register()
    with register.database.reading() as connection:
        row = _row(connection, service.member(connection, member.id), today(register.clock.now()))
    cli.emit(row, _line(cli, row))


def _row(connection: Connection, member: StaffMember, day: date) -> dict[str, Any]:
    found = agreements.agreement_in_force(connection, member.id, day)
    return {
        "user_name": member.user_name,
        "name": member.name,
        "roles": sorted(str(role) for role in member.roles),
        "language": member.language,
        "enabled": member.enabled,
        "agreement_in_force": found is not None,
        "agreement_valid_to": _iso(found.valid_to) if found else None,
    }


def _line(cli: Cli, row: dict[str, Any]) -> str:
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


def _table(rows: list[dict[str, Any]]) -> str:
    """Rows as aligned columns; what is not there is a dash."""
    cells = [["–" if value is None else str(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).isoformat(timespec="seconds")
