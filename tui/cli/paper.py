"""`rekisteri paper`: the index of paper documents, their locked places and the persons who may open them (P12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from core.customers.reading import by_number, numbers_and_names
from core.messages import N_
from core.papers import handling, reading, service
from core.papers.types import DESTRUCTION_NAMES, OUTCOME_NAMES, Destruction, PaperOutcome
from core.staff.access_log import Access, record_access
from core.staff.members import by_user_name
from tui.cli.case_shown import paper_data, today
from tui.cli.case_steps import DAY, NUMBER, WORDS
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from core.papers.types import Paper

_HOW = click.option(
    "--how",
    type=click.Choice([it.value for it in Destruction]),
    default="shredded",
    show_default=True,
    help="How the paper was destroyed.",
)
_OPENERS = click.option(
    "--opener", "openers", multiple=True, required=True, help="User name of a person who may open it."
)


@click.group("paper")
def command() -> None:
    """Paper documents: what about, where, who may open them, and when they were destroyed."""


@command.command("list")
@click.option("--customer", help="Only those of this customer, destroyed ones too.")
@click.option("--due", is_flag=True, help="Only those that were kept until a day that is over.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@pass_cli
def list_papers(cli: Cli, *, customer: str | None, due: bool, limit: int) -> None:
    """List papers, without what they are about."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        connection = uow.connection
        if customer is not None:
            who = by_number(connection, customer).id
            record_access(uow, actor, action=Access.LIST, customer_id=who, task="rekisteri paper list")
            found = reading.papers_of(connection, who)
        elif due:
            found = reading.to_destroy(connection, today(cli))
        else:
            found = reading.papers(connection, limit=limit)
        told = [_told(connection, it) for it in found[:limit]]
        lines = [_line(cli, connection, it) for it in found[:limit]]
        uow.commit()
    cli.emit(told, "\n".join(lines or [cli.tr(N_("No papers."))]))


@command.command("add")
@click.option(
    "--customer", "customers", multiple=True, required=True, help="Number of a customer whom it concerns."
)
@click.option("--place", required=True, help="The locked place: room, cabinet, folder.")
@_OPENERS
@click.option("--since", type=DAY, help="Day on which it came; today without it.")
@WORDS
@pass_cli
def add(
    cli: Cli,
    *,
    customers: tuple[str, ...],
    place: str,
    openers: tuple[str, ...],
    since: datetime | None,
    words: TextIO,
) -> None:
    """Enter a paper into the index; the words say what it is about."""
    register, actor, about = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        entered = service.add(
            uow,
            register.keyring,
            actor,
            about=about,
            customer_ids=[by_number(uow.connection, number).id for number in customers],
            place=place,
            openers=[by_user_name(uow.connection, name).id for name in openers],
            since=today(cli) if since is None else since.date(),
        )
        uow.commit()
    _tell(cli, entered)


@command.command("open")
@NUMBER
@click.option("--task", required=True, help="What it is opened for; stands in the access log.")
@pass_cli
def open_paper(cli: Cli, *, number: int, task: str) -> None:
    """Open paper NUMBER, as one of those who may: a look at everybody whom it concerns."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        found = service.taken_out(uow, register.keyring, actor, number, task=task)
        uow.commit()
    _tell(cli, found)


@command.command("move")
@NUMBER
@click.option("--place", required=True, help="The locked place: room, cabinet, folder.")
@pass_cli
def move(cli: Cli, *, number: int, place: str) -> None:
    """Paper NUMBER is in another locked place now."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        service.move(uow, actor, number, place=place)
        uow.commit()
    _tell_now(cli, number)


@command.command("name")
@NUMBER
@_OPENERS
@pass_cli
def name(cli: Cli, *, number: int, openers: tuple[str, ...]) -> None:
    """Name those who may open paper NUMBER from today on; nobody else may any more."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        service.name_openers(uow, actor, number, [by_user_name(uow.connection, it).id for it in openers])
        uow.commit()
    _tell_now(cli, number)


@command.command("destroy")
@NUMBER
@click.option("--on", "day", type=DAY, help="Day on which it was destroyed; today without it.")
@_HOW
@pass_cli
def destroy(cli: Cli, *, number: int, day: datetime | None, how: str) -> None:
    """Write down that you have destroyed paper NUMBER, as one of those who may open it."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        on = today(cli) if day is None else day.date()
        service.destroy(uow, actor, number, on=on, how=Destruction(how))
        uow.commit()
    _tell_now(cli, number)


@command.command("handle")
@NUMBER
@click.argument("outcome", type=click.Choice([it.value for it in PaperOutcome]))
@click.option("--case", "case_number", type=int, required=True, help="Number of the case.")
@click.option("--until", type=DAY, help="Last day on which a kept paper must be kept.")
@_HOW
@WORDS
@pass_cli
def handle(
    cli: Cli,
    *,
    number: int,
    outcome: str,
    case_number: int,
    until: datetime | None,
    how: str,
    words: TextIO,
) -> None:
    """Write down what was done with paper NUMBER for a case; the words say why it is kept."""
    register, actor, said = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        handling.handle(
            uow,
            register.keyring,
            actor,
            number,
            case_number=case_number,
            outcome=PaperOutcome(outcome),
            words=said,
            keep_until=None if until is None else until.date(),
            destruction=Destruction(how),
        )
        left = [it.number for it in handling.papers_to_handle(uow.connection, case_number)]
        uow.commit()
    told = cli.tr(
        N_("Paper {number}, case {case}: {outcome}. Papers left: {left}"),
        number=number,
        case=case_number,
        outcome=cli.tr(OUTCOME_NAMES[PaperOutcome(outcome)]),
        left=", ".join(map(str, left)) or "–",
    )
    cli.emit({"paper": number, "case": case_number, "outcome": outcome, "left": left}, told)


def _tell_now(cli: Cli, number: int) -> None:
    with cli.register().database.reading() as connection:
        found = reading.paper(connection, number)
    _tell(cli, found)


def _tell(cli: Cli, found: Paper) -> None:
    with cli.register().database.reading() as connection:
        told, line = _told(connection, found), _line(cli, connection, found)
    cli.emit(told, line)


def _told(connection: Connection, it: Paper) -> dict[str, object]:
    return {**paper_data(it), "customers": _numbers(connection, it)}


def _line(cli: Cli, connection: Connection, it: Paper) -> str:
    about = "" if it.about is None else f" {it.about};"
    line = cli.tr(
        N_("Paper {number}:{about} {place}, since {since}; customers {customers}; may be opened by {names}"),
        number=it.number,
        about=about,
        place=it.place,
        since=it.since.isoformat(),
        customers=", ".join(_numbers(connection, it)) or "–",
        names=", ".join(it.openers) or "–",
    )
    if it.destroyed_on is not None and it.destroyed_how is not None:
        ended = cli.tr(
            N_("{how} {day} by {name}"),
            how=cli.tr(DESTRUCTION_NAMES[it.destroyed_how]),
            day=it.destroyed_on.isoformat(),
            name=it.destroyed_by,
        )
        return f"{line}; {ended}"
    if it.keep_until is not None:
        return f"{line}; {cli.tr(N_('kept until {day}'), day=it.keep_until.isoformat())}"
    return line


def _numbers(connection: Connection, it: Paper) -> list[str]:
    found = numbers_and_names(connection, it.customer_ids)
    return [found[who][0] for who in it.customer_ids if who in found]
