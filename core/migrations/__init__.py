"""The database's shape, step by step (alembic).  Imported by the migrate command and by tests only: it is slow to load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.errors import Refused
from core.messages import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.database import Database


class OldSchema(Refused):
    """The database was made by an older version of the program."""

    code = "migrations.old_schema"
    sentence = N_("The database has the shape of version {found}; this program needs {wanted}.")
    advice = N_("Make a backup, then run: rekisteri db upgrade")


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    # A percent sign in a path would be read as interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> None:
    """Bring the database to the newest shape, in one transaction."""
    with database.unit_of_work() as uow:
        command.upgrade(_alembic(uow.connection), "head")
        uow.commit()


def check(database: Database) -> None:
    """Make sure that the database has the newest shape.

    Raises:
        OldSchema: it has not.
    """
    wanted = ScriptDirectory.from_config(_alembic()).get_current_head()
    with database.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise OldSchema(found=found or "0", wanted=wanted)
