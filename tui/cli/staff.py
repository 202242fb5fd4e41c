"""`rekisteri staff`: accounts, roles, passwords, confidentiality agreements, and who did what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.actor import Role, require
from core.customers.reading import numbers_and_names
from core.messages import LANGUAGES, N_
from core.staff import access_log, agreements, service
from core.staff.changes import changes_of
from core.staff.policy import administrator_id, today
from core.staff.sign_in import sign_in_events
from tui.cli.identity import given_password, new_password, origin
from tui.cli.main import Cli, pass_cli
from tui.cli.staff_agreement import agreement
from tui.cli.staff_words import DAY, day_of, line_of, moment_of, row_of, table, tell

if TYPE_CHECKING:
    from datetime import datetime


_PASSWORD_FILE = click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="A file of mode 0600 whose first line is the password; asked for in a terminal without it.",
)
_ROLE = click.Choice([str(role) for role in Role])
_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, help="At most so many, the latest first."
)


@click.group()
def command() -> None:
    """Members of staff: personal accounts, roles, confidentiality agreements."""


command.add_command(agreement)


@command.command("first")
@click.argument("user_name")
@click.option("--name", required=True, help="The person's own name.")
@click.option("--document", required=True, help="Where the signed confidentiality agreement is kept.")
@click.option("--signed-on", required=True, type=DAY, help="The day it was signed (2026-01-31).")
@click.option("--valid-to", type=DAY, help="Its last day; without it, until ended.")
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
            agreement=agreements.AgreementTerms(
                document, signed_on.date(), signed_on.date(), day_of(valid_to)
            ),
            language=interface,
            roles=[Role(role) for role in roles],
            context=_context(cli),
        )
        uow.commit()
    tell(cli, member)


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
    tell(cli, member)


@command.command("list")
@pass_cli
def list_members(cli: Cli) -> None:
    """List everybody: user name, name, roles, and until when the agreement holds."""
    cli.actor()
    register = cli.register()
    day = today(register.clock.now())
    with register.database.reading() as connection:
        rows = [row_of(connection, member, day) for member in service.members(connection)]
    cli.emit(rows, "\n".join(line_of(cli, row) for row in rows))


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
    tell(cli, member)


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
    tell(cli, member)


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
    tell(cli, member)


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
    tell(cli, member)


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


@command.command("recover")
@click.argument("user_name")
@click.option("--reason", required=True, help="Who asked, and why nobody else can set the password.")
@_PASSWORD_FILE
@pass_cli
def recover(cli: Cli, *, user_name: str, reason: str, password_file: Path | None) -> None:
    """On the register's machine, by who may read its key files: set an administrator's forgotten password.

    It is on record in the account's history with the reason; open sessions of the account end.
    """
    register = cli.register()
    keyring = register.keyring
    with register.database.reading() as connection:
        member = service.by_user_name(connection, user_name)
    chosen = new_password(cli, password_file)
    with register.database.unit_of_work() as uow:
        service.recover_administrator(
            uow, keyring, member.id, password=chosen, reason=reason, origin=origin(), context=_context(cli)
        )
        uow.commit()
    cli.emit({"user_name": member.user_name, "changed": True}, cli.tr(N_("The password was changed.")))


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
            "recorded_at": moment_of(one.recorded_at),
            "recorded_by": names[one.recorded_by],
            "change": one.change,
            "detail": one.detail,
        }
        for one in found
    ]
    cli.emit(rows, table(rows))


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
            "recorded_at": moment_of(one.recorded_at),
            "user_name": None if one.staff_id is None else names[one.staff_id],
            "method": one.method,
            "outcome": one.outcome,
            "origin": one.origin,
        }
        for one in found
    ]
    cli.emit(rows, table(rows))


@command.command("accesses")
@click.argument("user_name", required=False)
@_LIMIT
@pass_cli
def accesses(cli: Cli, user_name: str | None, limit: int) -> None:
    """List the access log: who looked at whose data, when, and for what task."""
    actor = cli.actor()
    require(actor, Role.ADMINISTRATOR, Role.CONTACT_PERSON, Role.REVIEWER)
    with cli.register().database.unit_of_work() as uow:
        staff_id = service.by_user_name(uow.connection, user_name).id if user_name else None
        found = access_log.recent(uow.connection, staff_id=staff_id, limit=limit)
        shown = {one.customer_id for one in found if one.customer_id is not None}
        known = numbers_and_names(uow.connection, shown)
        # The name as well for who may open the card; showing names is itself a look.
        named = bool(known) and bool(actor.roles & {Role.CLERK, Role.CONTACT_PERSON})
        if named:
            access_log.record_access(
                uow,
                actor,
                action=access_log.Access.LIST,
                customer_id=None,
                task="disclosure_review",
                detail=f"{len(known)} rows",
            )
        uow.commit()
    rows = [
        {
            "recorded_at": moment_of(one.recorded_at),
            "name": one.staff_name,
            "action": str(one.action),
            "customer": _shown(known.get(one.customer_id or 0), named=named),
            "task": one.task,
            "detail": one.detail,
        }
        for one in found
    ]
    cli.emit(rows, table(rows))


def _shown(customer: tuple[str, str] | None, *, named: bool) -> str | None:
    """A customer's number, and the name for whoever may see it; None of several or of one who is gone."""
    if customer is None:
        return None
    return " ".join(customer) if named else customer[0]


def _context(cli: Cli) -> tuple[str, str]:
    """The words that everybody here would think of first."""
    register = cli.register().config.register
    return register.name, register.controller.name
