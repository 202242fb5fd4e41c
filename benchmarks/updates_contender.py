"""One contender of the updates benchmark in a process of its own: prints what it took, as a line of JSON.

Run as ``python -m benchmarks.updates_contender WHO URL DIRECTORY FILE``; WHO is ours, bare, one of the peers, or *fill*,
which makes a register of DIRECTORY's size and the answer FILE about all of it.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import updates_bare, updates_peers
from core.clock import SystemClock
from core.database import Database
from core.keys import KeyRing
from core.updates import applying, service
from tests.support.update_house import IMPORTER, SERVICE, register_of
from tui.demo.files import ANSWER_COLUMNS
from tui.demo.people import FIRST_NUMBER, new_address

if TYPE_CHECKING:
    from collections.abc import Callable

SEED: Final = 3
DAY: Final = "2026-11-01"


def ours(url: str, directory: Path, path: Path) -> dict[str, float]:
    """Read, match, foresee, decide, apply, log: everything that a person gets."""
    database = Database.open(url, SystemClock())
    master = directory / "master.key"
    keyring = KeyRing.load(master) if master.exists() else KeyRing.create(master)
    register = register_of(database, keyring, directory, SystemClock())
    began = time.perf_counter()
    run = service.prepare(register, IMPORTER, SERVICE, path, again=True)
    read = time.perf_counter() - began
    done = service.apply(register, IMPORTER, run.id)
    database.close()
    return {"reading": read, "applied": done.batch.count("applied"), "run": run.id}


def undone(url: str, directory: Path, _path: Path) -> dict[str, float]:
    """Undo the run that `ours` has applied."""
    database = Database.open(url, SystemClock())
    register = register_of(database, KeyRing.load(directory / "master.key"), directory, SystemClock())
    with database.reading() as connection:
        (batch, *_) = service.runs(connection)
    undo = service.undo(register, IMPORTER, batch.id)
    database.close()
    return {"applied": undo.batch.count("undone")}


def bare(url: str, _directory: Path, path: Path) -> dict[str, float]:
    """The same rows by set-based SQL, in chunks of the same size."""
    return {"applied": updates_bare.update(url, path, applying.CHUNK)}


def _peer(work: Callable[[Path, Path], None]) -> Callable[[str, Path, Path], dict[str, float]]:
    def run(url: str, _directory: Path, path: Path) -> dict[str, float]:
        work(Path(url.removeprefix("sqlite:///")), path)
        return {}

    return run


def fill(url: str, directory: Path, path: Path) -> dict[str, float]:
    """A register of as many customers as *directory*'s name ends with, and an answer about all of them, as asked."""
    from benchmarks.registers import invented, load
    from core import migrations

    count = int(directory.name.rpartition("-")[2])
    database = Database.open(url)
    migrations.upgrade(database)
    load(database, invented(count))
    if database.dialect == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    rng = random.Random(SEED)
    with path.open("w", encoding="iso-8859-15", newline="") as stream:
        out = csv.writer(stream, delimiter=";")
        out.writerow(ANSWER_COLUMNS.values())
        for index in range(count):
            out.writerow([FIRST_NUMBER + index, "M", *new_address(rng), DAY])
    return {}


PEERS: Final = {
    "pandas": updates_peers.pandas,
    "django": updates_peers.django,
    "sqlite_utils": updates_peers.sqlite_utils,
}
CONTENDERS: Final = {
    "fill": fill,
    "ours": ours,
    "undone": undone,
    "bare": bare,
    **{name: _peer(work) for name, work in PEERS.items()},
}


def main(who: str, url: str, directory: str, file: str) -> None:
    """Run one and print seconds, processor seconds, peak megabytes and what it says itself."""
    began, worked = time.perf_counter(), time.process_time()
    told = CONTENDERS[who](url, Path(directory), Path(file))
    figures = {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - worked,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **told,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
