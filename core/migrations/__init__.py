"""The database's shape, step by step (alembic, which is slow to load: only when the shape is changed)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from core.errors import DatabaseUnavailable, Refused
from core.messages import N_

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from core.database import Database

# The newest step in versions/; a test compares the two.
NEWEST: Final = "0025"


class OldSchema(Refused):
    """The database was made by an older version of the program."""

    code = "migrations.old_schema"
    sentence = N_("The database has the shape of version {found}; this program needs {wanted}.")
    advice = N_("Make a backup, then run: rekisteri db upgrade")


class NewerSchema(Refused):
    """The database has been used by a newer version of the program."""

    code = "migrations.newer_schema"
    sentence = N_("The database has the shape of version {found}; this program knows only {wanted}.")
    advice = N_("Install the newer version of the program; nothing was changed.")


class NoRegister(DatabaseUnavailable):
    """The database is empty, or somebody else's."""

    code = "migrations.no_register"
    sentence = N_("There is no register in the database.")
    advice = N_(
        "Check database.url in config.toml and restore the latest backup; rekisteri config init makes a new register."
    )


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
    with database.unit_of_work() as uow:
        upgrade_within(uow.connection)
        uow.commit()


def upgrade_within(connection: Connection, shape: str = "head") -> None:
    """Bring the database to a *shape*, in the transaction of *connection*."""
    from alembic import command

    command.upgrade(_alembic(connection), shape)


def check(database: Database) -> None:
    """Make sure that the database has the newest shape.

    Raises:
        OldSchema, NewerSchema, NoRegister: it has not.
    """
    found = require_register(database)
    if found > NEWEST:
        raise NewerSchema(found=found, wanted=NEWEST)
    if found != NEWEST:
        raise OldSchema(found=found, wanted=NEWEST)


def require_register(database: Database) -> str:
    """The version of the shape that the database has, whatever it is.

    Raises:
        NoRegister: it has none; a file that is not there is not made by looking.
    """
    file = database.engine.url.database if database.dialect == "sqlite" else None
    if file and not os.path.lexists(file):
        raise NoRegister
    found: str | None = None
    with database.reading() as connection:
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        raise NoRegister
    return found
