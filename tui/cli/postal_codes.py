"""`rekisteri postal-codes`: Posti's files of postcodes and streets, by which addresses are checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import N_
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from core.postal_codes.loading import LoadedFile


@click.group("postal-codes")
def command() -> None:
    """Posti's files of postcodes and streets: addresses are checked against them, and nothing is claimed without."""


@command.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--anyway", is_flag=True, help="Load a file that is older, or much smaller, than the one loaded."
)
@pass_cli
def load(cli: Cli, file: Path, *, anyway: bool) -> None:
    """Load PCF (postcodes and towns) or BAF (streets), as it comes or unpacked; it takes the place of the one before."""
    from core.postal_codes import loading

    register, actor = cli.register(), cli.actor()
    with progress_bar(cli.tr(N_("Reading"))) as watch:
        loaded = loading.load(register, actor, file, anyway=anyway, progress=watch)
    cli.emit(_data(loaded), _line(cli, loaded))


@command.command("status")
@pass_cli
def status(cli: Cli) -> None:
    """Which files are loaded, of which day."""
    from core.postal_codes import loading

    cli.actor()
    with cli.register().database.reading() as connection:
        found = loading.loaded_files(connection)
    lines = [_line(cli, one) for one in found.values()]
    nothing = N_("No postal codes are loaded: no address is checked, and no town is filled in.")
    cli.emit([_data(one) for one in found.values()], "\n".join(lines) or cli.tr(nothing))


def _line(cli: Cli, loaded: LoadedFile) -> str:
    return cli.tr(
        N_("{layout} of {day}: {rows} rows from {file}, loaded by {name}."),
        layout=loaded.layout,
        day=f"{loaded.run_on:%d.%m.%Y}",
        rows=loaded.rows,
        file=loaded.file,
        name=loaded.actor_name,
    )


def _data(loaded: LoadedFile) -> dict[str, object]:
    return {
        "layout": str(loaded.layout),
        "file": loaded.file,
        "run_on": loaded.run_on.isoformat(),
        "rows": loaded.rows,
        "loaded_by": loaded.actor_name,
    }
