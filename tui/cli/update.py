"""`rekisteri update`: send a selection to an update service, read its answer, foresee, apply, report."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from core.actor import Role, require
from core.messages import N_
from core.updates.report import heading
from core.updates.types import Outcome, UpdateRun
from tui.cli import update_companies, update_fetch, update_map, update_proposals, update_send
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar
from tui.cli.update_shown import show, show_undo


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


@command.command("undo")
@click.argument("run", type=int)
@click.option("--yes", is_flag=True, help="Undo without asking.")
@pass_cli
def undo(cli: Cli, run: int, *, yes: bool) -> None:
    """Take back everything that a run wrote but what was changed since, or go on with that."""
    from core.updates import service

    register, actor = cli.register(), cli.actor()
    if not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        with register.database.reading() as connection:
            found = service.run(connection, run)
        click.echo(heading(found.batch, cli.language), err=True)
        click.confirm(cli.tr(N_("Take back what it wrote?")), abort=True, err=True)
    with progress_bar(cli.tr(N_("Undoing"))) as watch:
        done = service.undo(register, actor, run, progress=watch)
    show_undo(cli, done.batch)


@command.command("report")
@click.argument("run", type=int)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--outcome", type=click.Choice([str(each) for each in Outcome]), help="Only rows with this outcome."
)
@click.option("--spared", is_flag=True, help="Only rows of which the undo left something as it was.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many rows."
)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pass over so many rows first.")
@pass_cli
def report(
    cli: Cli, run: int, file: Path | None, *, outcome: str | None, spared: bool, limit: int, offset: int
) -> None:
    """Tell what became of a run, or of each of its rows with one outcome.

    With FILE (.csv or .pdf) the counts are written there: they name no customer. The rows leave as an export does:
    rekisteri export csv --run.
    """
    from core.updates import report as reports
    from core.updates import service

    if file is not None:
        _write(cli, run, file)
        return
    register, actor = cli.register(), cli.actor()
    if spared:
        left = service.open_spared(register, actor, run, offset=offset, limit=limit)
        words = "\n".join(reports.spared_in_words(row, cli.language) for row in left)
        cli.emit([reports.spared_as_data(row) for row in left], words)
        return
    if outcome is None:
        show(cli, service.open_run(register, actor, run))
        return
    rows = service.open_rows(register, actor, run, Outcome(outcome), offset=offset, limit=limit)
    words = "\n".join(reports.row_in_words(row, cli.language) for row in rows)
    cli.emit([reports.row_as_data(row) for row in rows], words)


def _write(cli: Cli, run: int, file: Path) -> None:
    from core.disclosure.review.report import as_csv, as_pages
    from core.updates.written_report import written_report
    from tui.cli.log_receipts import write_new

    register = cli.register()
    require(cli.actor(), Role.IMPORTER, Role.REVIEWER)
    with register.database.reading() as connection:
        made = written_report(register, connection, run, cli.language)
    if file.suffix.lower() == ".pdf":
        from integrations.typesetter import Typst

        write_new(file, Typst().pdf(as_pages(made)))
    else:
        write_new(file, as_csv(made))
    cli.emit({"files": [str(file)]}, cli.tr(N_("Written: {files}"), files=file))


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
