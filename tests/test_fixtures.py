"""The tests' own ground: databases are real, migrated, durable and apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

from core.keys import data_key_table
from tests.support.postgres import Cluster, running_cluster

if TYPE_CHECKING:
    from core.clock import FixedClock
    from core.database import Database


def test_database_is_migrated_and_empty(database: Database) -> None:
    """Each test begins with a migrated database that holds nothing."""
    with database.reading() as connection:
        assert inspect(connection).has_table("data_key")
        assert connection.execute(data_key_table.select()).first() is None


def test_what_one_test_writes_no_other_reads(database: Database, clock: FixedClock) -> None:
    """A row written here is not in the database of the test above, whichever runs first."""
    with database.unit_of_work() as uow:
        row = {"customer_id": 1, "wrapped": b"x", "master_key_id": "m", "made_at": clock.now()}
        uow.connection.execute(data_key_table.insert(), row)
        uow.commit()
    with database.reading() as connection:
        assert connection.execute(data_key_table.select()).first() is not None


def test_cluster_opens_no_network_port_and_keeps_its_durability(postgres: Cluster) -> None:
    """The server under test flushes what it acknowledges and can be reached only through its own socket."""
    with postgres.administer() as connection:
        query = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'listen_addresses')"
        settings = {row[0]: row[1] for row in connection.execute(query)}
    assert settings == {"fsync": "on", "listen_addresses": ""}


def test_cluster_survives_a_kill_and_leaves_nothing_behind() -> None:
    """A killed server starts again with what it had committed; afterwards its directory is gone."""
    with running_cluster() as cluster:
        cluster.create_database("kept")
        cluster.kill()
        cluster.restart()
        with cluster.administer() as connection:
            names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        assert "kept" in names
    assert cluster.process.poll() is not None
    assert not cluster.directory.exists()
