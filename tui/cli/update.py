"""`rekisteri update`: send a selection to an update service, read its answer, foresee, apply, report."""

from __future__ import annotations

from pathlib import Path

import click

from core.messages import N_
from core.updates.types import Outcome, UpdateRun
from tui.cli import update_companies, update_fetch, update_map, update_proposals, update_send
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar
from tui.cli.update_shown import show


@click.group("update")
def command() -> None:
    """Batch address updates: ask a service who has moved, and apply its answer."""


@command.command("preview")
@click.argument("service")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--answer", help="Read this file from where the service's answers lie.")
@click.option("--again", is_flag=True, help="Read a file that has been applied before.")
@pass_cli
def preview(cli: Cli, service: str, file: Path | None, answer: str | None, again: bool) -> None:
    """Read a service's answer and show what would become of each row; nothing is changed.

    Without a file it tells which answers are waiting.
    """
    from core.updates.service import prepare

    register, actor = cli.register(), cli.actor()
    if file is None and answer is None:
        update_fetch.tell(cli, service)
        return
    with update_fetch.taken(cli, service, file, answer) as path, progress_bar(cli.tr(N_("Reading"))) as watch:
        run = prepare(register, actor, service, path, again=again, progress=watch)
    show(cli, run)


@command.command("apply")
@click.argument("run", type=int)
@pass_cli
def apply(cli: Cli, run: int) -> None:
    """Apply a run that was foreseen, or go on with one that was interrupted."""
    from core.updates import service

    register, actor = cli.register(), cli.actor()
    with progress_bar(cli.tr(N_("Applying"))) as watch:
        done = service.apply(register, actor, run, progress=watch)
    show(cli, done)


@command.command("report")
@click.argument("run", type=int)
@click.option(
    "--outcome", type=click.Choice([str(each) for each in Outcome]), help="Only rows with this outcome."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many rows."
)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pass over so many rows first.")
@pass_cli
def report(cli: Cli, run: int, outcome: str | None, limit: int, offset: int) -> None:
    """Tell what became of a run, or of each of its rows with one outcome."""
    from core.updates import report as reports
    from core.updates import service

    register, actor = cli.register(), cli.actor()
    if outcome is None:
        show(cli, service.open_run(register, actor, run))
        return
    rows = service.open_rows(register, actor, run, Outcome(outcome), offset=offset, limit=limit)
    words = "\n".join(reports.row_in_words(row, cli.language) for row in rows)
    cli.emit([reports.row_as_data(row) for row in rows], words)


@command.command("list")
@pass_cli
def list_runs(cli: Cli) -> None:
    """The latest runs, newest first."""
    from core.updates import report as reports
    from core.updates import service

    cli.actor()
    with cli.register().database.reading() as connection:
        found = service.runs(connection)
    words = "\n".join(reports.heading(batch, cli.language) for batch in found)
    data = [reports.as_data(UpdateRun(batch)) for batch in found]
    cli.emit(data, words or cli.tr(N_("There are no runs yet.")))


for _verb in (
    update_send.send,
    update_fetch.fetch,
    update_map.map_columns,
    update_companies.companies,
    update_proposals.proposals,
    update_proposals.accept,
    update_proposals.reject,
):
    command.add_command(_verb)
