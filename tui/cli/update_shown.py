"""A run as the command line shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batches.types import BatchState
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.batches.types import Batch
    from core.updates.types import UpdateRun
    from tui.cli.main import Cli


def show(
    cli: Cli, run: UpdateRun, before: Sequence[str] = (), more: Mapping[str, object] | None = None
) -> None:
    """Print what became, or would become, of a run's rows; lines that go *before* it, and *more* data of the verb's own."""
    from core.updates import report as reports

    lines = [*before, *reports.lines(run, cli.language)]
    if run.batch.state in (BatchState.READY, BatchState.APPLYING):
        lines.append(cli.tr(N_("To apply it: rekisteri update apply {number}"), number=run.id))
    if run.batch.state is BatchState.UNDOING:
        lines.append(cli.tr(N_("To go on undoing it: rekisteri update undo {number}"), number=run.id))
    cli.emit({**(more or {}), **reports.as_data(run)}, "\n".join(lines))


def show_undo(cli: Cli, undo: Batch) -> None:
    """Print what an undo took back and what it left."""
    from core.updates import report as reports

    lines = list(reports.undo_lines(undo, cli.language))
    if undo.count("spared"):
        lines.append(
            cli.tr(
                N_("To see what was left: rekisteri update report {number} --spared"), number=undo.undoes or 0
            )
        )
    if undo.state is BatchState.APPLYING:
        lines.append(
            cli.tr(N_("To go on undoing it: rekisteri update undo {number}"), number=undo.undoes or 0)
        )
    cli.emit(reports.undo_as_data(undo), "\n".join(lines))
