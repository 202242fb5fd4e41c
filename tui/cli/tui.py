"""`rekisteri tui`: the screens, on this machine."""

from __future__ import annotations

import click

from tui.cli.main import Cli, pass_cli


@click.command("tui")
@click.pass_context
@pass_cli
def command(cli: Cli, ctx: click.Context) -> None:
    """Open the screens; the sign-in screen asks for name and password."""
    from tui.session import run_session

    ctx.exit(run_session(cli.register(), user_name=cli.user_name))
