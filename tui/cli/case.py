"""`rekisteri case`: requests of data subjects, from receipt to answer.

Words of the person and of the handler come from a file or standard input: on the command line ``ps`` would show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from core.customers.bans import BanKind
from core.customers.reading import by_number
from core.customers.restrictions import Ground
from core.messages import N_
from core.rights import intake, reading
from core.rights.errors import CaseWordsGone
from core.rights.reminders import days_left, due_counts
from core.rights.types import REQUEST_CHANNELS, CaseKind, Channel, Request
from tui.cli import case_shown
from tui.cli.case_steps import DAY, NUMBER, STEPS, WORDS, change
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import datetime

    from core.database import UnitOfWork
    from core.rights.types import Case


@click.group("case")
def command() -> None:
    """Requests of data subjects: access, rectification, erasure and the others."""


@command.command("list")
@click.option("--ended", is_flag=True, help="Those that have ended, newest first.")
@click.option("--by", "day", type=DAY, help="Only those to be answered by this day.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@pass_cli
def list_cases(cli: Cli, *, ended: bool, day: datetime | None, limit: int) -> None:
    """List cases: overdue ones, then by last day, then what is answered and waits."""
    cli.actor()
    register, now = cli.register(), case_shown.today(cli)
    with register.database.reading() as connection:
        found = (reading.ended if ended else reading.worklist)(connection, limit=limit)
        counts = due_counts(connection, register.config.rights, now)
    if day is not None:
        found = [it for it in found if days_left(it, now) is not None and it.due_on <= day.date()]
    lines = [case_shown.line(cli, one) for one in found] or [cli.tr(N_("No cases."))]
    if counts.overdue:
        lines.insert(0, cli.tr(N_("Overdue requests: {count}. Answer them first."), count=counts.overdue))
    cli.emit([case_shown.data(one, now) for one in found], "\n".join(lines))


@command.command("show")
@NUMBER
@pass_cli
def show(cli: Cli, *, number: int) -> None:
    """Show a case: what was asked, what happened, earlier requests, what prevents erasure, papers, attachments."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        try:
            found, said = intake.open_case(uow, register.keyring, actor, number)
        except CaseWordsGone:
            # What is left of an erased person's case: that it was handled, and when.
            found, said = reading.case(uow.connection, number), Request(name="–")
        told, lines = case_shown.whole(cli, uow.connection, found, said)
        uow.commit()
    cli.emit(told, "\n".join(lines))


@command.command("receive")
@click.argument("kind", type=click.Choice([kind.value for kind in CaseKind]))
@click.option("--name", required=True, help="The person's name as in the request.")
@click.option("--customer", help="Customer number, when it is known who is meant.")
@click.option("--identified", default="", help="How the identity is known; leave out while it is unclear.")
@click.option("--received", type=DAY, required=True, help="Day on which the request reached the company.")
@click.option(
    "--channel",
    type=click.Choice([it.value for it in REQUEST_CHANNELS]),
    default="letter",
    show_default=True,
    help="How it reached us.",
)
@click.option("--signed/--unsigned", default=False, help="Whether the request is signed.")
@click.option(
    "--answer-in",
    type=click.Choice(["fi", "en"]),
    default="fi",
    show_default=True,
    help="Language of the answer.",
)
@click.option("--address", default="", help="Where the answer goes, when the register knows no address.")
@click.option(
    "--ban",
    "bans",
    type=click.Choice([it.value for it in BanKind]),
    multiple=True,
    help="A ban asked for; all of marketing without it.",
)
@click.option(
    "--ground",
    type=click.Choice([it.value for it in Ground]),
    help="Ground of a restriction (Article 18(1)).",
)
@WORDS
@pass_cli
def receive(
    cli: Cli,
    *,
    kind: str,
    name: str,
    customer: str | None,
    identified: str,
    received: datetime,
    channel: str,
    signed: bool,
    answer_in: str,
    address: str,
    bans: tuple[str, ...],
    ground: str | None,
    words: TextIO,
) -> None:
    """Take a request of KIND in; bans and objections are in force at once."""
    register, actor = cli.register(), cli.actor()
    said = Request(name=name, words=words.read(), address=address, bans=bans, ground=ground or "")
    with register.database.unit_of_work() as uow:
        found = intake.receive(
            uow,
            register.keyring,
            register.config.rights,
            actor,
            kind=CaseKind(kind),
            received_on=received.date(),
            channel=Channel(channel),
            signed=signed,
            language=answer_in,
            request=said,
            customer_id=None if customer is None else by_number(uow.connection, customer).id,
            identified_how=identified,
        )
        uow.commit()
    case_shown.tell(cli, found)


@command.command("identify")
@NUMBER
@click.option("--customer", help="Customer number; leave out when nothing is held about the person.")
@click.option("--how", required=True, help="How the identity is known.")
@pass_cli
def identify(cli: Cli, *, number: int, customer: str | None, how: str) -> None:
    """It is known who asks."""
    register, actor = cli.register(), cli.actor()

    def act(uow: UnitOfWork, version: int) -> Case:
        customer_id = None if customer is None else by_number(uow.connection, customer).id
        settings = register.config.rights
        return intake.identify(
            uow, register.keyring, settings, actor, number, customer_id=customer_id, how=how, version=version
        )

    change(cli, number, act)


for _step in STEPS:
    command.add_command(_step)
