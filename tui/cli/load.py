"""`rekisteri load`: the first load of an existing register from a delimited file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import UsageError
from core.messages import N_
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.batches.types import Batch
    from core.customers.first_load import LoadPreview
    from core.customers.load_rows import LoadRow


class NobodyToAsk(UsageError):
    """A confirmation is needed and there is no terminal."""

    code = "load.nobody_to_ask"
    sentence = N_("Nothing was done: there is no terminal to ask for a confirmation.")
    advice = N_("Add --yes to do it without being asked, or --preview to see only what would be done.")


@click.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, help="The mapping's name: [loads.NAME] in config.toml.")
@click.option("--preview", "preview_only", is_flag=True, help="Only show how the file would be understood.")
@click.option("--yes", is_flag=True, help="Load without asking.")
@click.option(
    "--again", is_flag=True, help="Load a file that has been loaded before, or beside an unfinished one."
)
@pass_cli
def command(cli: Cli, file: Path, *, mapping: str, preview_only: bool, yes: bool, again: bool) -> None:
    """Load the customers of an existing register from a delimited file.

    Rows that cannot be loaded go to a file of their own, each with its row, field and reason; correct it and
    load it as well. An interrupted load goes on when the same command is given again.
    """
    from core.customers import first_load

    register, actor = cli.register(), cli.actor()
    if preview_only or not yes:
        with progress_bar(cli.tr(N_("Checking"))) as watch:
            found = first_load.preview(register, actor, mapping, file, progress=watch)
        if preview_only:
            cli.emit(preview_data(found, cli.language), "\n".join(preview_lines(cli, found)))
            return
        ask(preview_lines(cli, found), cli.tr(N_("Load {count} customers?"), count=found.good))
    with progress_bar(cli.tr(N_("Loading"))) as watch:
        batch = first_load.load(register, actor, mapping, file, again=again, progress=watch)
    cli.emit(batch_data(batch), batch_sentence(cli, batch))


def ask(lines: Iterable[str], question: str) -> None:
    """Show *lines* and ask; whoever says no ends the command.

    Raises:
        NobodyToAsk: there is no terminal.
    """
    if not sys.stdin.isatty():
        raise NobodyToAsk
    for line in lines:
        click.echo(line, err=True)
    click.confirm(question, abort=True, err=True)


def preview_lines(cli: Cli, found: LoadPreview) -> list[str]:
    """How a file would be understood, for a terminal."""
    from core.text import safe_text, shorten

    separator = {"\t": "TAB"}.get(found.form.delimiter, found.form.delimiter)
    shape = N_("The file reads as {encoding}, separator {separator}: {rows} rows, {good} can be loaded.")
    lines = [
        cli.tr(shape, encoding=found.form.encoding, separator=separator, rows=found.rows, good=found.good)
    ]
    lines += [f"{row.line:>9}  {_row_in_words(row)}" for row in found.first]
    if found.first_problems:
        lines.append(
            cli.tr(N_("{count} rows would go to quarantine. The first:"), count=found.rows - found.good)
        )
    for problem in found.first_problems:
        field = f"{problem.heading}: " if problem.heading else ""
        lines.append(f"{problem.line:>9}  {field}{problem.sentences[cli.language]}")
    return [shorten(safe_text(line), 400) for line in lines]


def _row_in_words(row: LoadRow) -> str:
    values = row.customer.values
    shown = {**values.as_dict(), "represents": row.represents}
    cells = [row.customer.number or "-", *(str(value) for name, value in shown.items() if value is not None)]
    cells += [str(ban) for ban in row.bans]
    return " | ".join(cells)


def preview_data(found: LoadPreview, language: str) -> dict[str, object]:
    """The same for programs."""
    return {
        "encoding": found.form.encoding,
        "delimiter": found.form.delimiter,
        "rows": found.rows,
        "good": found.good,
        "problems": dict(found.problems),
        "first_problems": [
            {"row": problem.line, "field": problem.heading, "reason": problem.sentences[language]}
            for problem in found.first_problems
        ],
        "first_rows": [
            {"row": row.line, "number": row.customer.number, **row.customer.values.as_dict()}
            for row in found.first
        ],
    }


def batch_data(batch: Batch) -> dict[str, object]:
    """What became of a load, for programs."""
    from core.customers.first_load import LOADED

    return {
        "run": batch.id,
        "mapping": batch.name,
        "file": batch.file,
        "state": str(batch.state),
        "loaded": batch.count(LOADED),
        "quarantined": batch.count("quarantined"),
        "quarantine_file": batch.quarantine_file,
    }


def batch_sentence(cli: Cli, batch: Batch) -> str:
    """The same in words."""
    from core.customers.first_load import LOADED

    done = N_("Run {number}: {loaded} customers loaded, {quarantined} rows in quarantine.")
    lines = [
        cli.tr(done, number=batch.id, loaded=batch.count(LOADED), quarantined=batch.count("quarantined"))
    ]
    if batch.quarantine_file:
        lines.append(
            cli.tr(N_("Correct these rows and feed the file back: {file}"), file=batch.quarantine_file)
        )
    return "\n".join(lines)
