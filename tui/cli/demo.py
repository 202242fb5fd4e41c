"""`rekisteri demo`: an invented register of 10,000, partners on loopback, and the main job done from end to end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import N_, tr
from tui.cli.main import Cli, pass_cli
from tui.cli.speech import spoken_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.demo.setting import Folder, Partners

STEPS = (
    N_("Loading 10,000 invented customers from a CSV file"),
    N_("Asking an address service about the persons, and applying its answer of 2,000 rows"),
    N_("Sending 25 orders to the accountant"),
    N_("Some days pass; reading the invoices' states back"),
    N_("Making 5 credit checks"),
    N_("Verifying the disclosure log"),
)


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the demo keeps everything that it makes.",
)
@click.option("--open", "open_only", is_flag=True, help="Open the terminal screens on a demo made earlier.")
@pass_cli
def command(cli: Cli, folder: Path, *, open_only: bool) -> None:
    """Show the main job from end to end with invented people; on a terminal, open the screens afterwards.

    The partners are sandboxes of ours on loopback, never the live services.
    """
    from tui.demo import setting
    from tui.demo.setting import Folder

    place = Folder(folder.absolute())
    if open_only:
        place.require()
    else:
        place.clear()
    with setting.partners(place) as partners:
        if open_only:
            setting.move_partners(place, partners)
        else:
            setting.found(place, partners)
            _do_the_job(cli, place, partners)
        if open_only or sys.stdout.isatty():
            _open_screens(place)
            return
    click.echo(cli.tr(N_("To open it on a terminal: {command}"), command=_opening(folder)))
    words = N_("There you are {user}, whose password (should the screen lock) is: {password}")
    click.echo(cli.tr(words, user=setting.USER_NAME, password=setting.PASSWORD))


def _do_the_job(cli: Cli, folder: Folder, partners: Partners) -> None:
    from core.staff.sign_in import sign_in
    from tui.bootstrap import Workplace
    from tui.demo import setting, summary
    from tui.demo.job import Desk, do_the_job

    language = cli.chosen_language or spoken_language(())
    workplace = Workplace(folder.config)
    try:
        register = workplace.register
        setting.hire(register)
        session = sign_in(register.database, setting.USER_NAME, setting.PASSWORD, origin="demo")
        desk = Desk(register, workplace.hub(), partners, folder, session.actor, _stopwatch(language))
        day = do_the_job(desk, STEPS)
        click.echo("")
        for line in summary.lines(register, day, language):
            click.echo(line)
        if not day.verified.verified:
            raise click.exceptions.Exit(1)
    finally:
        workplace.close()


def _stopwatch(language: str) -> Callable[[str], None]:
    started = time.monotonic()

    def tell(sentence: str) -> None:
        click.echo(f"{time.monotonic() - started:5.1f} s  {tr(sentence, language)}")

    return tell


def _open_screens(folder: Folder) -> None:
    from core.staff.sign_in import sign_in
    from tui.bootstrap import Workplace
    from tui.demo.setting import PASSWORD, USER_NAME
    from tui.session import run_session

    workplace = Workplace(folder.config)
    try:
        register = workplace.register
        run_session(register, session=sign_in(register.database, USER_NAME, PASSWORD, origin="demo"))
    finally:
        workplace.close()


def _opening(folder: Path) -> str:
    program = os.path.relpath(Path(sys.argv[0]).absolute())
    chosen = "" if folder == Path("demo") else f" --folder {folder}"
    return f"{program} demo --open{chosen}"
