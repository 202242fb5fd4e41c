"""An update of any size, killed with `kill -9` at random and gone on with, then undone: the promise, at full size.

    python -m tests.support.kill_campaign --rows 1000000 --database sqlite

prints what was done, how long it took, and whether the register is, byte for byte, what an uninterrupted run leaves, and
after the undo what it was before. The suite runs the same at a few thousand rows.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import random
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core import migrations
from core.batches.types import BatchState
from core.clock import FixedClock
from core.customers import first_load
from core.customers.model import (
    customer_ban_table,
    customer_change_table,
    customer_search_table,
    customer_table,
)
from core.database import Database
from core.keys import KeyRing
from core.updates import service
from tests.support.killing import killed
from tests.support.postgres import running_cluster
from tests.support.update_house import IMPORTER, LOAD, MORNING, SERVICE, register_of, work_until_killed
from tui.demo.files import write_answer, write_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.register import Register

SEED: Final = 41
ANSWERED: Final = date(2026, 11, 20)
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Result:
    """How often each was killed before it had finished, and whether the register was as it should be."""

    kills_applying: int
    kills_undoing: int
    as_uninterrupted: bool
    undone_as_before: bool
    counts: dict[str, int]
    undone: dict[str, int]


def say_nothing(_words: str) -> None:
    """For callers that want no telling."""


def campaign(
    same: Callable[[], str],
    directory: Path,
    rows: int,
    *,
    chunk: int,
    kills: int = 5,
    seed: int = SEED,
    say: Callable[[str], None] = say_nothing,
) -> Result:
    """Run it.  *same* makes, at each call, the URL of a database like all others that it made: with *rows* persons."""
    chance = random.Random(seed)
    answer = directory / "answer.csv"
    write_answer(
        answer, seed=SEED, count=rows, rows=rows, answered_on=ANSWERED, unknown_customers=rows // 500
    )
    undisturbed, disturbed = same(), same()
    with _register(undisturbed, directory) as register:
        run = service.prepare(register, IMPORTER, SERVICE, answer)
        say(f"read {run.batch.rows} rows")
        written = service.apply(register, IMPORTER, run.id)
        say("applied without a kill")
        dump(register, directory / "undisturbed", history=True)
    with _register(disturbed, directory) as register:
        dump(register, directory / "before", history=False)
        run = service.prepare(register, IMPORTER, SERVICE, answer)
    applying = _kill(disturbed, directory, "apply", run.id, run.batch.rows, chunk, kills, chance)
    say(f"killed {applying} times while applying")
    with _register(disturbed, directory) as register:
        with register.database.reading() as connection:
            found = service.run(connection, run.id)
        if found.batch.state is not BatchState.DONE:
            found = service.apply(register, IMPORTER, run.id)
        dump(register, directory / "disturbed", history=True)
    same_bytes = filecmp.cmp(directory / "undisturbed", directory / "disturbed", shallow=False)
    say(f"as without a kill: {same_bytes and found.batch.counts == written.batch.counts}")
    undoing = _kill(disturbed, directory, "undo", run.id, run.batch.rows, chunk, 2, chance)
    say(f"killed {undoing} times while undoing")
    with _register(disturbed, directory) as register:
        with register.database.reading() as connection:
            undo = service.undo_of(connection, run.id)
        if undo is None or undo.state is not BatchState.DONE:
            undo = service.undo(register, IMPORTER, run.id).batch
        dump(register, directory / "after", history=False)
    as_before = filecmp.cmp(directory / "before", directory / "after", shallow=False)
    say(f"undone, as before: {as_before}")
    return Result(
        kills_applying=applying,
        kills_undoing=undoing,
        as_uninterrupted=same_bytes and found.batch.counts == written.batch.counts,
        undone_as_before=as_before,
        counts=dict(found.batch.counts),
        undone=dict(undo.counts),
    )


def _kill(
    url: str, directory: Path, what: str, run: int, rows: int, chunk: int, kills: int, chance: random.Random
) -> int:
    """Work and kill, each time a random stretch further; how often it had not finished by then."""
    stops = sorted(chance.randrange(rows * 9 // 10) for _ in range(kills))
    arguments = (url, str(directory), what, str(run), str(chunk))
    return sum(
        not killed(work_until_killed, arguments, chance.uniform(0, 0.05), after=after) for after in stops
    )


def dump(register: Register, path: Path, *, history: bool) -> None:
    """Everything that is known of the customers as JSON Lines, by customer; with *history*, how it became known."""
    customer, ban, entry, change = (
        customer_table,
        customer_ban_table,
        customer_search_table,
        customer_change_table,
    )
    kept = [column for column in customer.c if column.name != "version" or history]
    queries = [
        select(*kept).order_by(customer.c.number),
        select(ban.c.customer_id, ban.c.kind, ban.c.since)
        .where(ban.c.lifted_at.is_(None))
        .order_by(ban.c.customer_id, ban.c.kind),
        select(entry.c.customer_id, entry.c.place, entry.c.sort_key, entry.c.lead, entry.c.words).order_by(
            entry.c.customer_id
        ),
    ]
    if history:
        columns = (change.c.customer_id, change.c.source_kind, change.c.source_detail, change.c.batch_id)
        queries.append(
            select(*columns, change.c.recorded_at, change.c.actor_name, change.c.changes).order_by(
                change.c.customer_id, change.c.id
            )
        )
    with register.database.reading() as connection, path.open("w", encoding="utf-8") as out:
        if register.database.dialect == "sqlite":
            connection.exec_driver_sql("INSERT INTO customer_fts (customer_fts) VALUES ('integrity-check')")
        for query in queries:
            with connection.execution_options(yield_per=_AT_ONCE).execute(query) as found:
                for row in found:
                    out.write(json.dumps(list(row), default=str, ensure_ascii=False) + "\n")


@contextmanager
def _register(url: str, directory: Path) -> Iterator[Register]:
    clock = FixedClock(MORNING)
    database = Database.open(url, clock)
    try:
        yield register_of(database, KeyRing.load(directory / "master.key"), directory, clock)
    finally:
        database.close()


def fill(url: str, directory: Path, rows: int) -> None:
    """Migrate the database at *url* and load *rows* invented customers."""
    customers = directory / "customers.csv"
    write_register(customers, seed=SEED, count=rows)
    database = Database.open(url, FixedClock(MORNING))
    migrations.upgrade(database)
    database.close()
    with _register(url, directory) as register:
        first_load.load(register, IMPORTER, LOAD, customers)
        if register.database.dialect == "sqlite":
            with register.database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    customers.unlink()


@contextmanager
def databases(kind: str, directory: Path, rows: int) -> Iterator[Callable[[], str]]:
    """What makes databases of *rows* customers, one like the other."""
    made = iter(range(1, 100))
    if kind == "sqlite":
        template = directory / "template.db"
        fill(f"sqlite:///{template}", directory, rows)

        def copy() -> str:
            path = directory / f"register-{next(made)}.db"
            shutil.copyfile(template, path)
            return f"sqlite:///{path}"

        yield copy
        return
    with running_cluster() as cluster:
        fill(cluster.create_database("filled"), directory, rows)
        yield lambda: cluster.create_database(f"register_{next(made)}", "filled")


def main() -> None:
    """Run at the size asked for, and say what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--chunk", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    began = time.monotonic()

    def say(words: str) -> None:
        sys.stdout.write(f"{time.monotonic() - began:8.0f} s  {words}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        KeyRing.create(directory / "master.key")
        with databases(given.database, directory, given.rows) as same:
            say(f"{given.rows} customers")
            result = campaign(same, directory, given.rows, chunk=given.chunk, seed=given.seed, say=say)
    say(str(result))
    if not (result.as_uninterrupted and result.undone_as_before):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
