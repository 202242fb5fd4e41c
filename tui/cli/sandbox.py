"""`rekisteri sandbox`: a partner's service on this machine, to try things out with."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from core.messages import N_
from integrations.errors import PartnerNotConfigured, PortTaken
from tui.cli.main import Cli, pass_cli


@click.group()
def command() -> None:
    """Partners' services on this machine, for trying things out: nothing leaves it."""


@command.command("run")
@click.argument("name")
@click.option(
    "--state", type=click.Path(path_type=Path, dir_okay=False), help="Keep what it is sent in this file."
)
@pass_cli
def run(cli: Cli, name: str, state: Path | None) -> None:
    """Run the sandbox of partner NAME where config.toml has the partner, until interrupted."""
    from integrations.sandbox.configured import configured_sandbox

    partners = cli.register().config.partners
    if name not in partners:
        raise PartnerNotConfigured(partner=name)
    sandbox = configured_sandbox(name, partners[name], state)
    try:
        sandbox.start()
    except OSError:
        raise PortTaken(partner=name, address=sandbox.base_url) from None
    try:
        cli.emit(
            {"partner": name, "base_url": sandbox.base_url},
            cli.tr(
                N_("The sandbox of {partner} answers at {address}. Ctrl-C ends it."),
                partner=name,
                address=sandbox.base_url,
            ),
        )
        threading.Event().wait()
    finally:
        sandbox.stop()
