"""`rekisteri drill`: a fire drill of access and erasure, on a copy, with its minutes."""

from __future__ import annotations

import click

from core.messages import N_
from tui.cli.main import Cli, pass_cli


@click.command("drill")
@pass_cli
def command(cli: Cli) -> None:
    """Hold a fire drill: on a copy, an invented person is given their data and erased; the minutes are filed.

    Nothing reaches a partner or the register's log; that the drill was held is recorded. The copy is removed.
    """
    from core.drill.errors import DrillFailed
    from core.drill.minutes import STEP_NAMES, as_data, seconds
    from core.drill.service import hold
    from integrations.typesetter import Typst

    actor, register = cli.actor(), cli.register()
    filed = hold(register, Typst(), actor, cli.language)
    minutes, folder = filed.minutes, register.config.drill.directory
    lines = [
        f"{seconds(step.seconds, cli.language):>7} s  {cli.tr(STEP_NAMES[step.code])}"
        + ("" if step.problem is None else f"\n           {step.problem.explain(cli.language).sentence}")
        for step in minutes.steps
    ]
    files = ", ".join(str(folder / name) for name in filed.files)
    lines += [
        cli.tr(
            N_("Result: {result}, {seconds} s."),
            result=minutes.result(cli.language),
            seconds=seconds(minutes.seconds, cli.language),
        ),
        cli.tr(N_("Minutes: {files}"), files=files),
        cli.tr(N_("Next drill by {day}."), day=f"{minutes.next_on:%-d.%-m.%Y}"),
    ]
    cli.emit(as_data(minutes, cli.language) | {"files": list(filed.files)}, "\n".join(lines))
    if not minutes.passed:
        raise DrillFailed(files=files)
