"""`rekisteri db`: bring the database to the program's shape, or say whether it has it."""

from __future__ import annotations

import click

from core.database import Database
from core.messages import N_
from tui.cli.main import Cli, pass_cli


@click.group()
def command() -> None:
    """Upgrade and check the database."""


@command.command()
@pass_cli
def upgrade(cli: Cli) -> None:
    """Bring the database to the shape that this version of the program needs; make a backup first."""
    from core import migrations

    config = cli.register().config
    # Not the register's own, which refuses another shape.
    database = Database.open(config.database.address())
    try:
        migrations.require_register(database)
        migrations.upgrade(database)
    finally:
        database.close()
    cli.emit({"upgraded": True}, cli.tr(N_("The database has the shape that this program needs.")))


@command.command()
@pass_cli
def check(cli: Cli) -> None:
    """Say whether the database answers, is durable and has the shape that this program needs."""
    from core import migrations

    database = cli.register().database
    migrations.check(database)
    sentence = cli.tr(N_("The database ({kind}) answers, is durable and up to date."), kind=database.dialect)
    cli.emit({"dialect": database.dialect, "current": True}, sentence)
