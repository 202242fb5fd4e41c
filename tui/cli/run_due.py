"""`rekisteri run-due`: does what is due; for a timer, and after every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.actor import SYSTEM
from core.customers import credit
from core.documents import folder as documents
from core.messages import N_
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("run-due")
@pass_cli
def command(cli: Cli) -> None:
    """Do what is due: close what stopped programs left open, settle doubt, purge credit answers, sign the log."""
    register = cli.register()
    recovered = register.gate.recover()
    settled = register.gate.settle_due(SYSTEM)
    with register.database.unit_of_work() as uow:
        purged = credit.purge_answers(uow)
        uow.commit()
    removed = documents.sweep(register)
    signed = register.log.sign()
    lines = [
        cli.tr(N_("Found unsent after a stop: {transfers}"), transfers=_numbers(recovered.not_sent)),
        cli.tr(N_("Found in doubt after a stop: {transfers}"), transfers=_numbers(recovered.in_doubt)),
        cli.tr(N_("Settled by asking: {transfers}"), transfers=_numbers(settled.settled)),
        cli.tr(N_("Still in doubt: {transfers}"), transfers=_numbers(settled.waiting)),
        cli.tr(N_("Waiting for a person: {transfers}"), transfers=_numbers(settled.for_person)),
        cli.tr(N_("Credit answers purged: {count}"), count=purged),
        cli.tr(N_("Exports removed after their time: {count}"), count=len(removed)),
        cli.tr(N_("Log signed up to entry {size}"), size=signed.size),
    ]
    cli.emit(
        {
            "not_sent": recovered.not_sent,
            "in_doubt": recovered.in_doubt,
            "settled": settled.settled,
            "waiting": settled.waiting,
            "for_person": settled.for_person,
            "answers_purged": purged,
            "exports_removed": len(removed),
            "log_size": signed.size,
        },
        "\n".join(lines),
    )


def _numbers(transfers: Sequence[int]) -> str:
    return ", ".join(map(str, transfers)) or "–"
