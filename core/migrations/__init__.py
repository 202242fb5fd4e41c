"""The database's shape, step by step (alembic, which is slow to load: only when the shape is changed)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from core.errors import Refused
from core.messages import N_

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from core.database import Database

# The newest step in versions/; a test compares the two.
NEWEST: Final = "0008"


class OldSchema(Refused):
    """The database was made by an older version of the program, or by nobody yet."""

    code = "migrations.old_schema"
    sentence = N_("The database has the shape of version {found}; this program needs {wanted}.")
    advice = N_("Make a backup, then run: rekisteri db upgrade")


def _alembic(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    # A percent sign in a path would be read as interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> None:
    """Bring the database to the newest shape, in one transaction."""
    from alembic import command

    with database.unit_of_work() as uow:
        command.upgrade(_alembic(uow.connection), "head")
        uow.commit()


def check(database: Database) -> None:
    """Make sure that the database has the newest shape.

    Raises:
        OldSchema: it has not.
    """
    with database.reading() as connection:
        found = None
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != NEWEST:
        raise OldSchema(found=found or "0", wanted=NEWEST)
