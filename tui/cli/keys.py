"""`rekisteri keys`: how the master key stands, and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.clock import HELSINKI
from core.messages import N_
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from core.master_key import MasterKey


@click.group("keys")
def command() -> None:
    """The master key that opens everything sealed: status, rotate."""


@command.command("status")
@pass_cli
def show(cli: Cli) -> None:
    """Say which master key is in force, since when, and when it is due to be changed."""
    from core import master_key

    register = cli.register()
    with register.database.reading() as connection:
        found = master_key.status(register, connection)
    cli.emit(_data(found), _told(cli, found))


@command.command("rotate")
@pass_cli
def rotate(cli: Cli) -> None:
    """Change the master key: every key is wrapped anew, then the old one is destroyed.

    Interrupted, give it again. Backups of before can't be opened afterwards: make one right away, of the key file too.
    """
    from core import master_key

    done = master_key.rotate(cli.register(), cli.actor())
    told = cli.tr(
        N_(
            "The master key is changed: {before} → {after}, {keys} keys wrapped anew; the old one is destroyed. "
            "Backups of before can't be opened any more: back up the key file and the register now."
        ),
        before=done.before,
        after=done.after,
        keys=done.keys,
    )
    cli.emit({"before": done.before, "after": done.after, "keys": done.keys, "seconds": done.seconds}, told)


def _told(cli: Cli, found: MasterKey) -> str:
    since = "–" if found.since is None else f"{found.since.astimezone(HELSINKI):%-d.%-m.%Y}"
    due = "–" if found.due_on is None else f"{found.due_on:%-d.%-m.%Y}"
    lines = [
        cli.tr(
            N_("Master key {key}, since {since}, to be changed by {due}"),
            key=found.key_id,
            since=since,
            due=due,
        )
    ]
    if found.unfinished:
        lines.append(cli.tr(N_("A change of the master key is unfinished: rekisteri keys rotate")))
    return "\n".join(lines)


def _data(found: MasterKey) -> dict[str, object]:
    return {
        "key": found.key_id,
        "since": None if found.since is None else found.since.isoformat(),
        "due_on": None if found.due_on is None else found.due_on.isoformat(),
        "unfinished": found.unfinished,
    }
