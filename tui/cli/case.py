"""`rekisteri case`: requests of data subjects, from receipt to answer.

Words of the person and of the handler come from a file or standard input: on the command line ``ps`` would show them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from core.customers.bans import BanKind
from core.customers.reading import by_number
from core.customers.restrictions import Ground
from core.messages import N_
from core.rights import clock, intake, reading, service
from core.rights.types import (
    CHANNEL_NAMES,
    DECISION_NAMES,
    EVENT_NAMES,
    IDENTITY_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    CaseDecision,
    CaseKind,
    Channel,
    EventKind,
    Request,
)
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from core.database import UnitOfWork
    from core.rights.types import Case

_NUMBER = click.argument("number", type=int)
_DAY = click.DateTime(["%Y-%m-%d"])
_WORDS = click.option(
    "--words",
    type=click.File("r", encoding="utf-8"),
    default="-",
    help="File with the words; standard input without it.",
)


@click.group("case")
def command() -> None:
    """Requests of data subjects: access, rectification, erasure and the others."""


@command.command("list")
@click.option("--ended", is_flag=True, help="Those that have ended, newest first.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@pass_cli
def list_cases(cli: Cli, *, ended: bool, limit: int) -> None:
    """List cases, the one that is due first on top."""
    cli.actor()
    with cli.register().database.reading() as connection:
        found = (reading.ended if ended else reading.worklist)(connection, limit=limit)
    lines = [_line(cli, one) for one in found] or [cli.tr(N_("No cases."))]
    cli.emit([_data(one) for one in found], "\n".join(lines))


@command.command("show")
@_NUMBER
@pass_cli
def show(cli: Cli, *, number: int) -> None:
    """Show a case: what was asked, what happened, earlier requests of the same person, attachments."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        found, said = intake.open_case(uow, register.keyring, actor, number)
        happened = reading.events(uow.connection, register.keyring, number)
        files = reading.files(uow.connection, register.keyring, number)
        days = register.config.rights.repeated_days
        earlier = [one.number for one in reading.repeated(uow.connection, found, days=days)]
        uow.commit()
    lines = [_line(cli, found), f"  {said.name}", *(f"  {line}" for line in said.words.splitlines())]
    if earlier:
        same = ", ".join(map(str, earlier))
        lines.append(cli.tr(N_("Earlier requests of the same kind: {numbers}"), numbers=same))
    for event in happened:
        words = f": {event.words}" if event.words else ""
        day = f"{event.at:%Y-%m-%d}"
        lines.append(f"  {day} {event.staff_name}, {cli.tr(EVENT_NAMES[event.kind])}{words}")
    lines += [f"  [{file.id}] {file.name} ({file.size} B)" for file in files]
    data = {
        **_data(found),
        "name": said.name,
        "words": said.words,
        "earlier": earlier,
        "events": [
            {"at": it.at, "staff": it.staff_name, "kind": it.kind, "words": it.words, "facts": dict(it.facts)}
            for it in happened
        ],
        "files": [{"id": it.id, "name": it.name, "size": it.size} for it in files],
    }
    cli.emit(data, "\n".join(lines))


@command.command("receive")
@click.argument("kind", type=click.Choice([kind.value for kind in CaseKind]))
@click.option("--name", required=True, help="The person's name as in the request.")
@click.option("--customer", help="Customer number, when it is known who is meant.")
@click.option("--identified", default="", help="How the identity is known; leave out while it is unclear.")
@click.option("--received", type=_DAY, required=True, help="Day on which the request reached the company.")
@click.option(
    "--channel",
    type=click.Choice([it.value for it in Channel]),
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
@_WORDS
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
    cli.emit(_data(found), _line(cli, found))


@command.command("identify")
@_NUMBER
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

    _change(cli, number, act)


@command.command("pause")
@_NUMBER
@_WORDS
@pass_cli
def pause(cli: Cli, *, number: int, words: TextIO) -> None:
    """Stop the clock while proof of identity is waited for; the words say what was asked."""
    asked, actor = words.read(), cli.actor()
    _change(
        cli,
        number,
        lambda uow, version: clock.pause(
            uow, cli.register().keyring, actor, number, asked=asked, version=version
        ),
    )


@command.command("resume")
@_NUMBER
@pass_cli
def resume(cli: Cli, *, number: int) -> None:
    """Let the clock go on."""
    register, actor = cli.register(), cli.actor()
    _change(
        cli,
        number,
        lambda uow, version: clock.resume(
            uow, register.keyring, register.config.rights, actor, number, version=version
        ),
    )


@command.command("extend")
@_NUMBER
@click.option("--told", type=_DAY, required=True, help="Day on which the person was told, with the reasons.")
@_WORDS
@pass_cli
def extend(cli: Cli, *, number: int, told: datetime, words: TextIO) -> None:
    """Extend the time by two months, once, within the first month; the words are the reasons."""
    register, actor, reasons = cli.register(), cli.actor(), words.read()
    _change(
        cli,
        number,
        lambda uow, version: clock.extend(
            uow,
            register.keyring,
            register.config.rights,
            actor,
            number,
            told_on=told.date(),
            reasons=reasons,
            version=version,
        ),
    )


@command.command("comment")
@_NUMBER
@_WORDS
@pass_cli
def comment(cli: Cli, *, number: int, words: TextIO) -> None:
    """Write something down in a case."""
    register, actor, said = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        intake.comment(uow, register.keyring, actor, number, said)
        uow.commit()
    cli.emit({"case": number}, cli.tr(N_("Written down in case {number}."), number=number))


@command.command("attach")
@_NUMBER
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_cli
def attach(cli: Cli, *, number: int, file: Path) -> None:
    """Keep FILE with a case, sealed."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        content = file.read_bytes()
        kept = intake.attach(uow, register.keyring, actor, number, name=file.name, content=content)
        uow.commit()
    cli.emit({"case": number, "file": kept}, cli.tr(N_("Kept with case {number}, sealed."), number=number))


@command.command("decide")
@_NUMBER
@click.argument("decision", type=click.Choice([it.value for it in CaseDecision]))
@_WORDS
@pass_cli
def decide(cli: Cli, *, number: int, decision: str, words: TextIO) -> None:
    """Decide a case; the words are the reasons, which a refusal needs."""
    register, actor, reasons = cli.register(), cli.actor(), words.read()
    _change(
        cli,
        number,
        lambda uow, version: service.decide(
            uow, register.keyring, actor, number, CaseDecision(decision), reasons=reasons, version=version
        ),
    )


@command.command("answer")
@_NUMBER
@_WORDS
@pass_cli
def answer(cli: Cli, *, number: int, words: TextIO) -> None:
    """Write down that the person was answered today; the words say how."""
    register, actor, how = cli.register(), cli.actor(), words.read()
    _change(
        cli,
        number,
        lambda uow, _version: service.answered(
            uow, register.keyring, actor, number, EventKind.LETTER, words=how, facts={}
        ),
    )


@command.command("close")
@_NUMBER
@pass_cli
def close(cli: Cli, *, number: int) -> None:
    """Close an answered case."""
    register, actor = cli.register(), cli.actor()
    _change(
        cli,
        number,
        lambda uow, version: service.close(uow, register.keyring, actor, number, version=version),
    )


@command.command("withdraw")
@_NUMBER
@_WORDS
@pass_cli
def withdraw(cli: Cli, *, number: int, words: TextIO) -> None:
    """The person takes the request back; the words say how we know."""
    register, actor, how = cli.register(), cli.actor(), words.read()
    _change(
        cli,
        number,
        lambda uow, version: service.withdraw(uow, register.keyring, actor, number, how=how, version=version),
    )


def _change(cli: Cli, number: int, act: Callable[[UnitOfWork, int], Case]) -> None:
    register = cli.register()
    with register.database.unit_of_work() as uow:
        changed = act(uow, reading.case(uow.connection, number).version)
        uow.commit()
    cli.emit(_data(changed), _line(cli, changed))


def _line(cli: Cli, one: Case) -> str:
    decision = "" if one.decision is None else f", {cli.tr(DECISION_NAMES[one.decision])}"
    return cli.tr(
        N_("Case {number}, due {due}: {kind}; {state}{decision}; {identity}; {channel} {received}"),
        number=one.number,
        due=one.due_on.isoformat(),
        kind=cli.tr(KIND_NAMES[one.kind]),
        state=cli.tr(STATE_NAMES[one.state]),
        decision=decision,
        identity=cli.tr(IDENTITY_NAMES[one.identity]),
        channel=cli.tr(CHANNEL_NAMES[one.channel]),
        received=one.received_on.isoformat(),
    )


def _data(one: Case) -> dict[str, object]:
    return {
        "number": one.number,
        "kind": one.kind,
        "state": one.state,
        "due_on": _iso(one.due_on),
        "received_on": _iso(one.received_on),
        "identity": one.identity,
        "decision": one.decision,
        "due_by_itself_on": _iso(one.due_by_itself_on),
        "answered_on": _iso(one.answered_on),
        "extended_on": _iso(one.extended_on),
        "owner": one.owner_name,
        "language": one.language,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
