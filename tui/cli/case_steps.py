"""`rekisteri case pause|resume|extend|comment|attach|assign|papers|decide|answer|close|withdraw`: steps of a case.

Words of the person and of the handler come from a file or standard input: on the command line ``ps`` would show them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from core.messages import N_
from core.papers.handling import papers_to_handle
from core.rights import clock, intake, reading, service
from core.rights.types import CaseDecision, EventKind, RefusalGround
from core.staff.members import by_user_name
from tui.cli import case_shown
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.database import UnitOfWork
    from core.rights.types import Case

NUMBER: Final = click.argument("number", type=int)
DAY: Final = click.DateTime(["%Y-%m-%d"])
WORDS: Final = click.option(
    "--words",
    type=click.File("r", encoding="utf-8"),
    default="-",
    help="File with the words; standard input without it.",
)


@click.command("pause")
@NUMBER
@WORDS
@pass_cli
def pause(cli: Cli, *, number: int, words: TextIO) -> None:
    """Stop the clock while proof of identity is waited for; the words say what was asked."""
    asked, actor = words.read(), cli.actor()
    change(
        cli,
        number,
        lambda uow, version: clock.pause(
            uow, cli.register().keyring, actor, number, asked=asked, version=version
        ),
    )


@click.command("resume")
@NUMBER
@pass_cli
def resume(cli: Cli, *, number: int) -> None:
    """Let the clock go on."""
    register, actor = cli.register(), cli.actor()
    change(
        cli,
        number,
        lambda uow, version: clock.resume(
            uow, register.keyring, register.config.rights, actor, number, version=version
        ),
    )


@click.command("extend")
@NUMBER
@click.option("--told", type=DAY, required=True, help="Day on which the person was told, with the reasons.")
@WORDS
@pass_cli
def extend(cli: Cli, *, number: int, told: datetime, words: TextIO) -> None:
    """Extend the time by two months, once, within the first month; the words are the reasons."""
    register, actor, reasons = cli.register(), cli.actor(), words.read()
    change(
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


@click.command("comment")
@NUMBER
@WORDS
@pass_cli
def comment(cli: Cli, *, number: int, words: TextIO) -> None:
    """Write something down in a case."""
    register, actor, said = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        intake.comment(uow, register.keyring, actor, number, said)
        uow.commit()
    cli.emit({"case": number}, cli.tr(N_("Written down in case {number}."), number=number))


@click.command("attach")
@NUMBER
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


@click.command("decide")
@NUMBER
@click.argument("decision", type=click.Choice([it.value for it in CaseDecision]))
@click.option(
    "--because",
    type=click.Choice([it.value for it in RefusalGround]),
    help="Refuse the request as such, as manifestly unfounded or excessive (Article 12(5)).",
)
@WORDS
@pass_cli
def decide(cli: Cli, *, number: int, decision: str, because: str | None, words: TextIO) -> None:
    """Decide a case; the words are the reasons, which a refusal needs."""
    register, actor, reasons = cli.register(), cli.actor(), words.read()
    change(
        cli,
        number,
        lambda uow, version: service.decide(
            uow,
            register.keyring,
            actor,
            number,
            CaseDecision(decision),
            reasons=reasons,
            version=version,
            ground=None if because is None else RefusalGround(because),
            repeated_days=register.config.rights.repeated_days,
        ),
    )


@click.command("answer")
@NUMBER
@WORDS
@pass_cli
def answer(cli: Cli, *, number: int, words: TextIO) -> None:
    """Write down that the person was answered today; the words say how."""
    register, actor, how = cli.register(), cli.actor(), words.read()
    change(
        cli,
        number,
        lambda uow, _version: service.answered(
            uow, register.keyring, actor, number, EventKind.LETTER, words=how, facts={}
        ),
    )


@click.command("close")
@NUMBER
@pass_cli
def close(cli: Cli, *, number: int) -> None:
    """Close an answered case."""
    register, actor = cli.register(), cli.actor()
    change(
        cli,
        number,
        lambda uow, version: service.close(uow, register.keyring, actor, number, version=version),
    )


@click.command("withdraw")
@NUMBER
@WORDS
@pass_cli
def withdraw(cli: Cli, *, number: int, words: TextIO) -> None:
    """The person takes the request back; the words say how we know."""
    register, actor, how = cli.register(), cli.actor(), words.read()
    change(
        cli,
        number,
        lambda uow, version: service.withdraw(uow, register.keyring, actor, number, how=how, version=version),
    )


@click.command("assign")
@NUMBER
@click.argument("user_name")
@pass_cli
def assign(cli: Cli, *, number: int, user_name: str) -> None:
    """Give a case to the member of staff with this user name."""
    register, actor = cli.register(), cli.actor()

    def act(uow: UnitOfWork, version: int) -> Case:
        to = by_user_name(uow.connection, user_name)
        return service.hand_over(
            uow, register.keyring, actor, number, owner_id=to.id, owner_name=to.name, version=version
        )

    change(cli, number, act)


@click.command("papers")
@NUMBER
@pass_cli
def papers(cli: Cli, *, number: int) -> None:
    """List the paper documents that case NUMBER still has to handle, and where they are (P12)."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        found, _said = intake.open_case(uow, register.keyring, actor, number)
        left = papers_to_handle(uow.connection, number, register.keyring)
        uow.commit()
    lines = case_shown.paper_lines(cli, left) or [cli.tr(N_("No papers are left to handle."))]
    cli.emit({"case": found.number, "papers": [case_shown.paper_data(it) for it in left]}, "\n".join(lines))


def change(cli: Cli, number: int, act: Callable[[UnitOfWork, int], Case]) -> None:
    """Do something to a case as it stands now, and print it as it then stands."""
    register = cli.register()
    with register.database.unit_of_work() as uow:
        changed = act(uow, reading.case(uow.connection, number).version)
        uow.commit()
    case_shown.tell(cli, changed)


STEPS: Final = (
    *(pause, resume, extend, comment, attach, assign, papers),
    *(decide, answer, close, withdraw),
)
