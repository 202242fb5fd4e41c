"""A list of any length is one parameter, and the rows it names are found by the index, not by reading all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, Table, Text, insert, select

from core.database import Identity
from core.id_lists import among
from core.prepared import Prepared

if TYPE_CHECKING:
    from core.database import Database

thing = Table(
    "thing",
    MetaData(),
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("word", Text, index=True, nullable=False),
)
BY_ID = Prepared(select(thing.c.word).where(among(thing.c.id, "ids")).order_by(thing.c.id))
BY_WORD = Prepared(select(thing.c.id).where(among(thing.c.word, "words")).order_by(thing.c.id))


def _filled(database: Database) -> Database:
    with database.unit_of_work() as uow:
        thing.create(uow.connection)
        rows = [{"id": number, "word": f"w'{number}\"ä"} for number in range(2000)]
        uow.connection.execute(insert(thing), rows)
        uow.connection.exec_driver_sql("ANALYZE")
        uow.commit()
    return database


def test_those_named_are_found_and_no_others(database: Database) -> None:
    """None, one, several, one twice, one that is not there."""
    with _filled(database).reading() as connection:
        assert list(BY_ID.rows(connection, {"ids": []})) == []
        assert list(BY_ID.rows(connection, {"ids": [5]})) == [("w'5\"ä",)]
        assert len(BY_ID.rows(connection, {"ids": (7, 5, 5, 9999)})) == 2
        assert list(BY_WORD.rows(connection, {"words": ["w'7\"ä", "none"]})) == [(7,)]
        assert (
            len(connection.execute(select(thing).where(among(thing.c.id, "ids")), {"ids": [1, 2]}).all()) == 2
        )


def test_the_index_is_used(database: Database) -> None:
    """A register of a million is not read for one person."""
    explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
    with _filled(database).reading() as connection:
        for statement, name, given in ((BY_ID, "ids", [5]), (BY_WORD, "words", ["w"])):
            bound = (json.dumps(given),) if database.dialect == "sqlite" else {name: given}
            plan = str(connection.exec_driver_sql(explain + statement.text(connection), bound).all())
            assert "SCAN thing" not in plan
            assert "Seq Scan" not in plan
