"""Registers to measure on: invented people, the same in every run, in a fresh SQLite file or PostgreSQL database."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core import migrations
from core.actor import SYSTEM
from core.customers.fields import clean
from core.customers.service import add_many
from core.customers.types import VALUE_FIELDS, NewCustomer, Source, SourceKind
from core.database import Database
from tests.support.postgres import running_cluster
from tui.demo.people import people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEED = 20_26
CHUNK = 10_000
_LOAD = Source(SourceKind.FIRST_LOAD, "invented people")


def invented(count: int) -> list[NewCustomer]:
    """*count* customers, checked, ready to be added; whom a person represents is left out."""
    return [
        NewCustomer(
            values=clean({field: getattr(one, field) for field in VALUE_FIELDS if field != "represents"}),
            number=one.number,
            started_on=one.started_on,
            protected_address=one.protected_address,
        )
        for one in people(SEED, count)
    ]


@contextmanager
def empty_database(kind: str) -> Iterator[Database]:
    """A migrated, empty database of *kind* that is gone afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        if kind == "sqlite":
            with _migrated(f"sqlite:///{Path(directory) / 'register.db'}") as database:
                yield database
        else:
            with running_cluster() as cluster, _migrated(cluster.create_database("bench")) as database:
                yield database


@contextmanager
def _migrated(url: str) -> Iterator[Database]:
    database = Database.open(url)
    try:
        migrations.upgrade(database)
        yield database
    finally:
        database.close()


def load(database: Database, customers: Sequence[NewCustomer]) -> None:
    """Add them as a first load does: in chunks, a transaction each; PostgreSQL then gets its statistics."""
    for start in range(0, len(customers), CHUNK):
        with database.unit_of_work() as uow:
            add_many(uow, SYSTEM, customers[start : start + CHUNK], _LOAD)
            uow.commit()
    with database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("ANALYZE")
        uow.commit()
