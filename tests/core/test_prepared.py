"""A statement made once says and stores what the same statement does when SQLAlchemy runs it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError, SQLAlchemyError

from core.database import Identity, Instant, JsonText, Money
from core.prepared import Prepared

if TYPE_CHECKING:
    from core.database import Database

thing = Table(
    "thing",
    MetaData(),
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("at", Instant),
    Column("sum", Money),
    Column("words", JsonText),
    Column("content", LargeBinary),
    Column("open", Boolean),
    Column("name", String(8)),
)
NOW = datetime(2026, 11, 22, 12, 30, 15, 123000, tzinfo=UTC)
WHOLE = {
    "id": 7,
    "at": NOW,
    "sum": Decimal("12.30"),
    "words": ["ä", 1],
    "content": b"\x00\xff",
    "open": True,
    "name": "o'clock%",
}
NOTHING = dict.fromkeys(WHOLE) | {"id": 8}
ADD = Prepared(insert(thing), tuple(WHOLE))
READ = Prepared(select(thing).where(thing.c.id >= bindparam("first")).order_by(thing.c.id))
RENAME = Prepared(update(thing).where(thing.c.name == "o'clock%").values(name=bindparam("to")))


@pytest.fixture
def things(database: Database) -> Database:
    """A database with an empty table of each of our own types."""
    with database.unit_of_work() as uow:
        thing.create(uow.connection)
        uow.commit()
    return database


def test_what_is_written_comes_back_as_sqlalchemy_reads_it(things: Database) -> None:
    """Instants, money, JSON, bytes, truth and nothing at all: in and out, by either way."""
    with things.unit_of_work() as uow:
        assert ADD.run(uow.connection, WHOLE) == 1
        uow.connection.execute(insert(thing), NOTHING)
        uow.commit()
    with things.reading() as connection:
        wanted = [tuple(row) for row in connection.execute(select(thing).order_by(thing.c.id))]
        assert wanted == [tuple(WHOLE.values()), tuple(NOTHING.values())]
        assert list(READ.rows(connection, {"first": 0})) == wanted
        assert list(READ.stream(connection, {"first": 0})) == wanted
        assert READ.row(connection, {"first": 8}) == wanted[1]
        assert READ.row(connection, {"first": 9}) is None


def test_it_tells_how_many_rows_it_touched(things: Database) -> None:
    """A compare-and-swap has to know."""
    with things.unit_of_work() as uow:
        ADD.run(uow.connection, WHOLE)
        assert RENAME.run(uow.connection, {"to": "new"}) == 1
        assert RENAME.run(uow.connection, {"to": "new"}) == 0


def test_what_is_not_committed_is_gone(things: Database) -> None:
    """It runs in the unit of work's own transaction."""
    with things.unit_of_work() as uow:
        ADD.run(uow.connection, WHOLE)
    with things.reading() as connection:
        assert READ.row(connection, {"first": 0}) is None


def test_an_error_is_sqlalchemys_and_holds_no_parameters(things: Database) -> None:
    """What callers catch is the same, and what was to be written is not in it."""
    with things.unit_of_work() as uow:
        ADD.run(uow.connection, WHOLE)
        with pytest.raises(IntegrityError) as told:
            ADD.run(uow.connection, WHOLE)
    assert "o'clock" not in str(told.value.__class__) + repr(told.value.params)
    missing = Prepared(select(Table("nowhere", MetaData(), Column("id", Identity))))
    with things.reading() as connection, pytest.raises(SQLAlchemyError) as gone:
        missing.rows(connection)
    assert isinstance(gone.value, ProgrammingError) or "nowhere" in str(gone.value)


def test_a_list_of_any_length_cannot_be_prepared(things: Database) -> None:
    """The text of such a statement is known only when it is run."""
    listed = Prepared(select(thing).where(thing.c.id.in_([1, 2])))
    with things.reading() as connection, pytest.raises(ValueError, match="length"):
        listed.rows(connection)
