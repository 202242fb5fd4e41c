"""A unit of work is whole or nothing, and the database is durable or refused."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, func, select, text

from core import migrations
from core.customers import index_postgresql
from core.database import BadDatabaseUrl, Database, Identity, Instant, JsonText, Money, NotDurable, metadata
from core.errors import DatabaseUnavailable, RegisterError
from core.keys import data_key_table
from core.migrations import NewerSchema, NoRegister, OldSchema

sample = Table(
    "sample",
    MetaData(),
    Column("id", Identity, primary_key=True),
    Column("at", Instant),
    Column("euros", Money),
    Column("data", JsonText),
)


def _rows(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(data_key_table)).scalar_one()


def _insert(database: Database, *, commit: bool) -> None:
    with database.unit_of_work() as uow:
        uow.connection.execute(
            data_key_table.insert(),
            {"customer_id": 1, "wrapped": b"", "master_key_id": "x", "made_at": uow.now},
        )
        if commit:
            uow.commit()


def test_leaving_without_commit_rolls_back(database: Database) -> None:
    """Work that nobody committed never happened."""
    _insert(database, commit=False)
    assert _rows(database) == 0
    _insert(database, commit=True)
    assert _rows(database) == 1


def test_an_error_rolls_back(database: Database) -> None:
    """An exception inside the block undoes everything."""

    def fail_half_way() -> None:
        with database.unit_of_work() as uow:
            row = {"customer_id": 1, "wrapped": b"", "master_key_id": "x", "made_at": uow.now}
            uow.connection.execute(data_key_table.insert(), row)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert _rows(database) == 0


def test_a_reader_sees_one_moment(database: Database) -> None:
    """What is read does not change while it is being read."""
    with database.reading() as connection:
        before = connection.execute(select(func.count()).select_from(data_key_table)).scalar_one()
        _insert(database, commit=True)
        assert before == connection.execute(select(func.count()).select_from(data_key_table)).scalar_one()


def test_values_come_back_as_they_were(database: Database) -> None:
    """Instants are aware UTC to the millisecond, euros exact, JSON itself."""
    at = datetime(2026, 11, 23, 8, 0, 0, 123000, tzinfo=UTC)
    with database.unit_of_work() as uow:
        sample.create(uow.connection)
        row = {"at": at, "euros": Decimal("-1234.50"), "data": {"nimi": "Åkerö"}}
        uow.connection.execute(sample.insert(), row)
        found = uow.connection.execute(select(sample.c.at, sample.c.euros, sample.c.data)).mappings().one()
        assert row == dict(found)
        assert str(found["euros"]) == "-1234.50"


def test_parts_of_a_cent_are_refused(database: Database) -> None:
    """Money is rounded where the law says, never by the database."""
    with database.unit_of_work() as uow:
        sample.create(uow.connection)
        with pytest.raises(Exception, match="parts of a cent"):
            uow.connection.execute(sample.insert(), {"euros": Decimal("0.001")})


def test_the_newest_shape_is_the_code_s(database: Database) -> None:
    """The migrations make exactly the tables that the code describes."""
    migrations.check(database)
    with database.reading() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"include_object": _ours}), metadata
        )
    assert differences == []


def _ours(_item: object, name: str | None, kind: str, _reflected: object, compare_to: object) -> bool:
    # Search indexes and other helpers of one database alone stand in no metadata.
    if kind == "index" and name in index_postgresql.INDEXES:
        return False
    return kind != "table" or compare_to is not None or name in metadata.tables


def test_the_newest_shape_is_the_last_step() -> None:
    """The version that start-up asks for is the one that the migrations lead to."""
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.NEWEST


@pytest.mark.parametrize(
    ("version", "error", "advice"),
    [("0001", OldSchema, "db upgrade"), ("9999", NewerSchema, "newer version"), (None, NoRegister, "backup")],
)
def test_another_shape_is_named(
    sqlite_url: str, version: str | None, error: type[RegisterError], advice: str
) -> None:
    """A database from before, from later, or of somebody else says what it is and what to do."""
    database = Database.open(sqlite_url)
    with database.unit_of_work() as uow:
        uow.connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": version or "0"})
        if version is None:
            uow.connection.execute(text("DELETE FROM alembic_version"))
        uow.commit()
    with pytest.raises(error, match=advice):
        migrations.check(database)
    database.close()


def test_looking_for_a_database_makes_none(tmp_path: Path) -> None:
    """A file that went missing is said to be missing; no empty one takes its place."""
    database = Database.open(f"sqlite:///{tmp_path}/gone.db")
    with pytest.raises(NoRegister):
        migrations.check(database)
    assert not list(tmp_path.iterdir())


def test_a_database_that_would_forget_is_refused() -> None:
    """One that cannot keep a write-ahead log (here: in memory) is refused on connect, naming the setting."""
    database = Database.open("sqlite:///:memory:")
    with pytest.raises(NotDurable, match="journal_mode is memory, it must be wal"), database.reading():
        pass


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    """Garbage, a directory, a missing folder: unavailable, with the reason."""
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database at all" * 100)
    for path in (garbage, tmp_path, tmp_path / "none" / "x.db"):
        database = Database.open(f"sqlite:///{path}")
        with pytest.raises(DatabaseUnavailable), database.reading() as connection:
            connection.execute(text("SELECT * FROM sqlite_master"))


def test_a_dead_server_is_unavailable() -> None:
    """Nothing listening is exit 3, not a traceback."""
    database = Database.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable), database.reading():
        pass
    assert DatabaseUnavailable.exit_code == 3


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite3:///x", "://"])
def test_an_address_of_neither_database_is_refused(url: str) -> None:
    """The configuration's mistake is named."""
    with pytest.raises(BadDatabaseUrl):
        Database.open(url)


def test_two_writers_wait_for_each_other(sqlite_url: str) -> None:
    """A locked SQLite database is said to be so after the wait, and nothing is lost."""
    path = sqlite_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database = Database.open(sqlite_url + "?timeout=0.1")
    with pytest.raises(DatabaseUnavailable, match="busy"), database.unit_of_work():
        pass
    other.execute("ROLLBACK")
    other.close()
    _insert(database, commit=True)
    database.close()
