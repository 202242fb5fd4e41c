"""`rekisteri update`: send a selection to an update service, read its answer, foresee, apply, report."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from core.batches.types import BatchState
from core.messages import N_
from core.text import safe_text
from core.updates.types import Outcome, UpdateRun
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar
from tui.cli.seen import seen
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.disclosure.types import Preview, TransferResult

_FIRST_LINES = 4


@click.group("update")
def command() -> None:
    """Batch address updates: ask a service who has moved, and apply its answer."""


@command.command("send")
@click.argument("service")
@click.option("--number", "numbers", multiple=True, help="Only this customer number; may be repeated.")
@click.option("--postcode", help="Only postcodes that begin with this.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many persons.")
@click.option(
    "--preview", "preview_only", is_flag=True, help="Only show what would leave and who is left out."
)
@click.option("--yes", is_flag=True, help="Send without asking.")
@pass_cli
def send(
    cli: Cli,
    service: str,
    *,
    numbers: tuple[str, ...],
    postcode: str | None,
    limit: int | None,
    preview_only: bool,
    yes: bool,
) -> None:
    """Send the persons to be asked about to an update service, through the gate."""
    from core.updates.selection import Criteria, plan_selection

    register, actor = cli.register(), cli.actor()
    preview = plan_selection(register, actor, service, Criteria(numbers, postcode, limit))
    if preview_only:
        seen(register, actor, preview)
        cli.emit(_preview_data(preview), "\n".join(_preview_lines(cli, preview)))
        return
    if not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        seen(register, actor, preview)
        for line in _preview_lines(cli, preview):
            click.echo(line, err=True)
        click.confirm(cli.tr(N_("Send the file?")), abort=True, err=True)
    result = register.gate.release(actor, preview)
    cli.emit({**_preview_data(preview), **_result_data(result)}, _result_sentence(cli, result))
    require_delivered(register, result.number)


@command.command("preview")
@click.argument("service")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--answer", help="Read this file from the partner's in folder instead.")
@click.option("--again", is_flag=True, help="Read a file that has been applied before.")
@pass_cli
def preview(cli: Cli, service: str, file: Path | None, answer: str | None, again: bool) -> None:
    """Read a service's answer and show what would become of each row; nothing is changed.

    Without a file it tells which answers are waiting.
    """
    from core.updates.service import prepare

    register, actor = cli.register(), cli.actor()
    if file is None and answer is None:
        _tell_waiting(cli, service)
        return
    with _answer_path(cli, service, file, answer) as path, progress_bar(cli.tr(N_("Reading"))) as watch:
        run = prepare(register, actor, service, path, again=again, progress=watch)
    _show(cli, run)


@command.command("apply")
@click.argument("run", type=int)
@pass_cli
def apply(cli: Cli, run: int) -> None:
    """Apply a run that was foreseen, or go on with one that was interrupted."""
    from core.updates import service

    register, actor = cli.register(), cli.actor()
    with progress_bar(cli.tr(N_("Applying"))) as watch:
        done = service.apply(register, actor, run, progress=watch)
    _show(cli, done)


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
        _show(cli, service.open_run(register, actor, run))
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


def _show(cli: Cli, run: UpdateRun) -> None:
    from core.updates import report as reports

    lines = list(reports.lines(run, cli.language))
    if run.batch.state in (BatchState.READY, BatchState.APPLYING):
        lines.append(cli.tr(N_("To apply it: rekisteri update apply {number}"), number=run.id))
    cli.emit(reports.as_data(run), "\n".join(lines))


def _tell_waiting(cli: Cli, service: str) -> None:
    adapter = _adapter(cli, service)
    files = cli.hub().answer_files(adapter)
    words = [f"{file.size:>12}  {file.name}" for file in files]
    if files:
        words.append(
            cli.tr(N_("To read one: rekisteri update preview {service} --answer NAME"), service=service)
        )
    else:
        words.append(cli.tr(N_("No answers are waiting.")))
    cli.emit([{"name": file.name, "size": file.size} for file in files], "\n".join(words))


@contextmanager
def _answer_path(cli: Cli, service: str, file: Path | None, answer: str | None) -> Iterator[Path]:
    """The file to read; one from the exchange directory is fetched by the hub and forgotten afterwards."""
    if answer is None:
        assert file is not None
        yield file
        return
    content = cli.hub().answer_file(_adapter(cli, service), answer)
    with TemporaryDirectory(prefix="rekisteri-") as directory:
        path = Path(directory) / answer
        path.write_bytes(content)
        yield path


def _adapter(cli: Cli, service: str) -> str:
    from core.updates.mapping import service_of

    config = cli.register().config
    return config.recipients[service_of(config, service).recipient].adapter


def _preview_lines(cli: Cli, preview: Preview) -> list[str]:
    plan = preview.plan
    sentence = N_("To {recipient}: {count} persons, {fields}. Left out: {left_out}.")
    lines = [
        cli.tr(
            sentence,
            recipient=plan.recipient.name,
            count=len(plan.items),
            fields=", ".join(sorted(plan.fields)),
            left_out=len(plan.left_out),
        )
    ]
    reasons = Counter(left.sentence(cli.language) for left in plan.left_out)
    lines += [f"{count:>9}  {reason}" for reason, count in reasons.most_common()]
    for payload in preview.payloads:
        text = payload.content.decode(payload.media_type.rpartition("=")[2], errors="replace")
        lines += [f"  {line}" for line in text.splitlines()[:_FIRST_LINES]]
    return [safe_text(line) for line in lines]


def _preview_data(preview: Preview) -> dict[str, object]:
    plan = preview.plan
    reasons = Counter(str(left.reason) for left in plan.left_out)
    return {
        "recipient": plan.recipient.name,
        "persons": len(plan.items),
        "fields": sorted(plan.fields),
        "left_out": dict(reasons),
    }


def _result_data(result: TransferResult) -> dict[str, object]:
    return {"transfer": result.number, "state": str(result.state), "files": _files(result)}


def _files(result: TransferResult) -> list[str]:
    return sorted({outcome.reference for outcome in result.outcomes.values() if outcome.reference})


def _result_sentence(cli: Cli, result: TransferResult) -> str:
    from core.disclosure.types import STATE_NAMES

    files = ", ".join(_files(result))
    sentence = N_("Transfer {number}: {state}. {count} persons, file {file}.")
    return cli.tr(
        sentence,
        number=result.number,
        state=cli.tr(STATE_NAMES[result.state]),
        count=len(result.outcomes),
        file=files or "-",
    )
