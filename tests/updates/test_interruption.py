"""`kill -9` at any point of a load or an update: gone on with, it ends as if nothing had happened."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core.batches import service as batches
from core.batches.types import BatchKind, BatchState
from core.clock import FixedClock
from core.customers import first_load
from core.customers.model import (
    customer_ban_table,
    customer_change_table,
    customer_search_table,
    customer_table,
)
from core.customers.sealed import values_of
from core.database import Database
from core.keys import KeyRing
from core.updates import service
from tests.support.killing import killed
from tests.support.update_house import (
    IMPORTER,
    LOAD,
    MORNING,
    SERVICE,
    apply_until_killed,
    load_until_killed,
    register_of,
)
from tui.demo.files import write_answer, write_register

if TYPE_CHECKING:
    from core.batches.types import Batch
    from core.register import Register

ROWS = 1_500
KILLS = 6


def picture(register: Register) -> dict[str, Any]:
    """Everything that is known of the customers, by customer number; row numbers may differ, nothing else."""
    customer, change, ban = customer_table, customer_change_table, customer_ban_table
    with register.database.reading() as connection:
        number_of = {
            row.id: row.number for row in connection.execute(select(customer.c.id, customer.c.number))
        }
        ibans = values_of(connection, register.keyring, list(number_of), "iban")
        seen: dict[str, Any] = {
            row.number: [
                {name: value for name, value in row._mapping.items() if name not in {"id", "represents"}},
                number_of.get(row.represents),
                ibans.get(row.id),
            ]
            for row in connection.execute(select(customer))
        }
        columns = (change.c.source_kind, change.c.source_detail, change.c.batch_id, change.c.changes)
        history = connection.execute(select(change.c.customer_id, *columns).order_by(change.c.id))
        for of, *what in history:
            what[-1].pop("represents", None)
            seen[number_of[of]].append(what)
        for of, *what in connection.execute(
            select(ban.c.customer_id, ban.c.kind, ban.c.since).order_by(ban.c.kind)
        ):
            seen[number_of[of]].append(what)
        index = select(customer_search_table.c.customer_id, customer_search_table.c.words)
        for of, words in connection.execute(index):
            seen[number_of[of]].append(words)
    return seen


def other_register(tmp_path: Path) -> Register:
    """A register of its own beside the one that is killed."""
    from core import migrations

    directory = tmp_path / "undisturbed"
    directory.mkdir()
    database = Database.open(f"sqlite:///{directory}/register.db", FixedClock(MORNING))
    migrations.upgrade(database)
    return register_of(database, KeyRing.load(tmp_path / "master.key"), directory, FixedClock(MORNING))


def outcome(batch: Batch) -> tuple[dict[str, int], str]:
    """The counts and the quarantine file of a finished batch."""
    assert batch.state is BatchState.DONE
    assert batch.quarantine_file is not None
    return dict(batch.counts), Path(batch.quarantine_file).read_text(encoding="utf-8-sig")


@pytest.mark.timeout(240)
def test_killed_loads_and_updates_end_as_undisturbed_ones(
    register: Register, database_url: str, tmp_path: Path
) -> None:
    """A load and an update, each killed six times at random, leave the same register as without a kill."""
    customers, answer = tmp_path / "customers.csv", tmp_path / "answer.csv"
    write_register(customers, seed=11, count=ROWS, flawed=16)
    write_answer(
        answer, seed=11, count=ROWS, rows=ROWS // 2, answered_on=date(2026, 11, 20), unknown_customers=5
    )
    undisturbed = other_register(tmp_path)
    loaded = first_load.load(undisturbed, IMPORTER, LOAD, customers)
    run = service.prepare(undisturbed, IMPORTER, SERVICE, answer)
    applied = service.apply(undisturbed, IMPORTER, run.id)

    chance = random.Random(5)
    arguments = (database_url, str(tmp_path))
    loading = (load_until_killed, (*arguments, str(customers)))
    assert sum(not killed(*loading, chance.uniform(0, 0.06)) for _ in range(KILLS)) > 1
    assert outcome(_gone_on_with(register, loaded, customers)) == outcome(loaded)
    run = service.prepare(register, IMPORTER, SERVICE, answer)
    applying = (apply_until_killed, (*arguments, str(run.id)))
    assert sum(not killed(*applying, chance.uniform(0, 0.01)) for _ in range(KILLS)) > 1
    with register.database.reading() as connection:
        half = service.run(connection, run.id)
    done = half if half.batch.state is BatchState.DONE else service.apply(register, IMPORTER, run.id)
    assert outcome(done.batch) == outcome(applied.batch)
    assert picture(register) == picture(undisturbed)


def _gone_on_with(register: Register, same: Batch, path: Path) -> Batch:
    """The load of *path* after the kills, brought to its end when it was not there already."""
    with register.database.reading() as connection:
        found = batches.of_file(connection, BatchKind.LOAD, LOAD, same.digest)
    assert found is not None
    return found if found.state is BatchState.DONE else first_load.load(register, IMPORTER, LOAD, path)
