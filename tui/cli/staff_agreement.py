"""`rekisteri staff agreement`: the signed papers without which nobody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.staff import agreements, service
from tui.cli.main import Cli, pass_cli
from tui.cli.staff_words import DAY, day_of, iso, moment_of, table, tell

if TYPE_CHECKING:
    from datetime import datetime


@click.group("agreement")
def agreement() -> None:
    """Signed confidentiality agreements: without one in force nobody signs in."""


@agreement.command("record")
@click.argument("user_name")
@click.option("--document", required=True, help="Where the signed confidentiality agreement is kept.")
@click.option("--signed-on", required=True, type=DAY, help="The day it was signed (2026-01-31).")
@click.option("--valid-from", type=DAY, help="Its first day; the day of signing without it.")
@click.option("--valid-to", type=DAY, help="Its last day; without it, until ended.")
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
            valid_to=day_of(valid_to),
            document=document,
        )
        uow.commit()
    tell(cli, member)


@agreement.command("renew")
@click.argument("user_name")
@click.option("--document", required=True, help="Where the signed confidentiality agreement is kept.")
@click.option("--signed-on", required=True, type=DAY, help="The day it was signed (2026-01-31).")
@click.option("--valid-to", type=DAY, help="Its last day; without it, until ended.")
@pass_cli
def renew(cli: Cli, user_name: str, document: str, signed_on: datetime, valid_to: datetime | None) -> None:
    """On the register's machine, when no administrator can sign in any more: record an administrator's agreement."""
    terms = agreements.AgreementTerms(document, signed_on.date(), signed_on.date(), day_of(valid_to))
    with cli.register().database.unit_of_work() as uow:
        member = service.by_user_name(uow.connection, user_name)
        agreements.renew_for_administrator(uow, member.id, terms)
        uow.commit()
    tell(cli, member)


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
    tell(cli, member)


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
            "valid_to": iso(one.valid_to),
            "ended_at": None if one.ended_at is None else moment_of(one.ended_at),
            "recorded_by": names[one.recorded_by],
            "recorded_at": moment_of(one.recorded_at),
        }
        for one in found
    ]
    cli.emit(rows, table(rows))
