"""`rekisteri update fetch`: what lies where a service's answers are laid, and reading what is new there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from core.clock import HELSINKI
from core.messages import N_
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.updates.sources import Waiting


@click.command("fetch")
@click.argument("service")
@click.option("--newest", is_flag=True, help="Read the newest answer that nobody has read, for a preview.")
@click.option("--each", "every", is_flag=True, help="Read each answer that nobody has read, oldest first.")
@pass_cli
def fetch(cli: Cli, service: str, *, newest: bool, every: bool) -> None:
    """Show which answers lie in a service's folder or on its SFTP server, and read the new ones.

    Nothing is applied: each answer read is a run of its own, to look at and to apply.
    """
    from core.batches.errors import AlreadyDone
    from core.tabular import FileRefused
    from core.updates.service import prepare
    from tui.cli.update_shown import show

    if not newest and not every:
        tell(cli, service)
        return
    register, actor = cli.register(), cli.actor()
    new = [each.file.name for each in lying(cli, service) if each.is_new]
    if not new:
        cli.emit([], cli.tr(N_("No new answers are waiting.")))
    refused = False
    for name in new if every else new[-1:]:
        try:
            with taken(cli, service, None, name) as path, progress_bar(cli.tr(N_("Reading"))) as watch:
                run = prepare(register, actor, service, path, progress=watch)
        except (FileRefused, AlreadyDone) as error:
            # The others may be good.
            cli.complain(error)
            refused = True
        else:
            show(cli, run)
    if refused:
        raise click.exceptions.Exit(1)


def lying(cli: Cli, service: str) -> list[Waiting]:
    """What lies there, with the runs that have read it; for importers alone."""
    from core.actor import Role, require
    from core.updates.sources import waiting

    require(cli.actor(), Role.IMPORTER)
    files = cli.hub().source(service).files()
    with cli.register().database.reading() as connection:
        return waiting(connection, service, files)


def tell(cli: Cli, service: str) -> None:
    """Print what lies there."""
    found = lying(cli, service)
    words = [_in_words(cli, each) for each in found]
    if any(each.is_new for each in found):
        words.append(
            cli.tr(N_("To read one: rekisteri update preview {service} --answer NAME"), service=service)
        )
    data = [
        {
            "name": each.file.name,
            "size": each.file.size,
            "changed_at": each.file.changed_at.isoformat() if each.file.changed_at else None,
            "whole": each.file.whole,
            "run": each.run,
        }
        for each in found
    ]
    cli.emit(data, "\n".join(words) or cli.tr(N_("No answers are waiting.")))


@contextmanager
def taken(cli: Cli, service: str, file: Path | None, answer: str | None) -> Iterator[Path]:
    """The file to read: the one named, or one from where the service's answers lie."""
    if answer is None:
        assert file is not None
        yield file
        return
    with cli.hub().source(service).taken(answer) as path:
        yield path


def _in_words(cli: Cli, each: Waiting) -> str:
    changed = each.file.changed_at
    when = f"{changed.astimezone(HELSINKI):%d.%m.%Y %H.%M}" if changed else "-"
    if not each.file.whole:
        state = cli.tr(N_("still being written"))
    elif each.run is not None:
        state = cli.tr(N_("read, run {number}"), number=each.run)
    else:
        state = cli.tr(N_("new"))
    return f"{each.file.size:>12}  {when:<16}  {each.file.name}  {state}"
