"""`rekisteri customer import`: a person's data that another register made to be carried (GDPR 20)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import N_
from tui.cli.load import ask, batch_data, batch_sentence, preview_data, preview_lines
from tui.cli.main import Cli, pass_cli
from tui.cli.portability import lines_of

if TYPE_CHECKING:
    from core.rights.portability.taking_in import Proposed


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--preview", "preview_only", is_flag=True, help="Only show what would be taken in.")
@click.option("--yes", is_flag=True, help="Take it in without asking.")
@click.option("--again", is_flag=True, help="Take in a file that has been taken in before.")
@pass_cli
def import_customer(cli: Cli, *, file: Path, preview_only: bool, yes: bool, again: bool) -> None:
    """Add the customer of FILE: portability.json or customer.csv, as another register made it.

    The values are known by the customer's own word. Orders in the file are shown and not taken in. Who was erased here
    is not brought back, and what cannot be taken in goes to a file of its own with the reason.
    """
    from core.rights.portability import taking_in

    register, actor = cli.register(), cli.actor()
    if preview_only or not yes:
        found = taking_in.preview(register, actor, file)
        lines = _lines(cli, found)
        if preview_only:
            data = preview_data(found.preview, cli.language)
            orders = None if found.portable is None else len(found.portable.orders)
            cli.emit({**data, "orders_left": orders}, "\n".join(lines))
            return
        ask(lines, cli.tr(N_("Add {count} customers?"), count=found.preview.good))
    batch = taking_in.take_in(register, actor, file, again=again)
    cli.emit(batch_data(batch), batch_sentence(cli, batch))


def _lines(cli: Cli, found: Proposed) -> list[str]:
    carried = [] if found.portable is None else list(lines_of(cli, found.portable))
    return [*preview_lines(cli, found.preview), *carried]
