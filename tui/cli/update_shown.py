"""A run as the command line shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batches.types import BatchState
from core.messages import N_

if TYPE_CHECKING:
    from core.updates.types import UpdateRun
    from tui.cli.main import Cli


def show(cli: Cli, run: UpdateRun) -> None:
    """Print what became, or would become, of a run's rows."""
    from core.updates import report as reports

    lines = list(reports.lines(run, cli.language))
    if run.batch.state in (BatchState.READY, BatchState.APPLYING):
        lines.append(cli.tr(N_("To apply it: rekisteri update apply {number}"), number=run.id))
    cli.emit(reports.as_data(run), "\n".join(lines))
