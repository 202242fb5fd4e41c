"""Ten thousand power cuts in the middle of appending and signing: nothing acknowledged is lost, nothing is unreadable."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import pytest
import sqlalchemy

from core.database import Database, metadata
from core.disclosure.log import DisclosureLog, LogSigner, model
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.high_water import HighWaterMark
from core.disclosure.log.tree import CompactRange, leaf_hash
from tests.support.log_bodies import add, intent, outcome
from tests.support.power import Disk, Driver, RecordingVFS, Step, Sync, Told, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.clock import FixedClock

CUTS = 10_000
TRANSFERS = 40
# Every so many cuts the program itself is started on what was found.
PROGRAM_EVERY = 50
TABLES = [
    model.log_entry,
    model.log_node,
    model.log_head,
    model.log_signed,
    model.log_checkpoint,
    model.log_cosignature,
    model.log_fault,
]


class Recorded:
    """A run of the real program: its steps on the disk, its entries, and the tree at each size."""

    def __init__(self, directory: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.clock = clock
        self.signer = LogSigner.create(directory / "log.key", "example.fi/power")
        self.steps: list[Step] = []
        self._prepare(directory / "run.db")
        self.start = (directory / "run.db").read_bytes()
        self.vfs = RecordingVFS("recording", self.steps)
        self._run(directory / "run.db", monkeypatch)

    def _prepare(self, path: Path) -> None:
        database = Database.open(f"sqlite:///{path}", self.clock)
        with database.unit_of_work() as uow:
            metadata.create_all(uow.connection, tables=TABLES)
            uow.connection.execute(model.log_head.insert().values(id=1, size=0, frontier=b""))
            uow.connection.execute(model.log_signed.insert().values(id=1, size=-1))
            uow.commit()
        database.close()

    def _run(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = sqlalchemy.create_engine
        real_write = HighWaterMark.write

        def connect() -> Driver:
            driver = Driver(str(path), "recording")
            # Often enough that checkpoints of the WAL are among what is cut.
            driver.connection.execute("PRAGMA wal_autocheckpoint=25")
            return driver

        def create(url: Any, **named: Any) -> Any:
            return real(url, creator=connect, **named)

        def write(mark: HighWaterMark, checkpoint: Checkpoint) -> None:
            real_write(mark, checkpoint)
            self.steps.append(Told("mark", checkpoint.size))

        with monkeypatch.context() as patch:
            patch.setattr("core.database.create_engine", create)
            patch.setattr(HighWaterMark, "write", write)
            database = Database.open(f"sqlite:///{path}", self.clock)
            log = DisclosureLog(database, self.signer, self.clock, self.directory / "run.mark")
            log.create(policy="1", software="0.1.0")
            for number in range(1, TRANSFERS + 1):
                if number == TRANSFERS // 2:
                    self._fill(log, 250)
                add(log, "intent", intent(1000 + number))
                self.steps.append(Told("appended", log.size()))
                self.steps.append(Told("signed", log.sign().size))
                if number % 2:
                    add(log, "outcome", outcome(1000 + number))
                    self.steps.append(Told("appended", log.size()))
            with database.reading() as connection:
                self.bodies = [entry.body for entry in log.entries(connection)]
            database.close()
        tree = CompactRange()
        self.frontiers = [b""]
        for body in self.bodies:
            tree.append(leaf_hash(body))
            self.frontiers.append(b"".join(tree.frontier))

    def _fill(self, log: DisclosureLog, size: int) -> None:
        """Up to the edge of a tile, so that it becomes full under way."""
        with log.database.unit_of_work() as uow:
            for number in range(log.size_in(uow.connection), size):
                log.append(uow, "intent", intent(5000 + number))
            uow.commit()

    def root(self, size: int) -> bytes:
        """The root of the tree at *size*."""
        tree = CompactRange(
            size, [self.frontiers[size][at : at + 32] for at in range(0, len(self.frontiers[size]), 32)]
        )
        return tree.root()


@pytest.fixture
def fast_directory(tmp_path: Path) -> Iterator[Path]:
    """Where files are written ten thousand times: in memory where there is room."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of this test's own is made in it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as directory:
        yield Path(directory)


def _checked(path: Path, run: Recorded, appended: int, signed: int, mark: int) -> tuple[int, int]:
    """Open what was found with the standard library's SQLite; sizes of entries and signature, after comparing all."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        bodies = connection.execute("SELECT body, leaf_hash FROM log_entry ORDER BY entry_index").fetchall()
        head = connection.execute("SELECT size, frontier FROM log_head").fetchone()
        found = connection.execute("SELECT size FROM log_signed").fetchone()[0]
        notes = connection.execute("SELECT size, root FROM log_checkpoint ORDER BY size").fetchall()
    finally:
        connection.close()
    size = len(bodies)
    assert [body for body, _ in bodies] == run.bodies[:size], "an entry is missing, changed or out of order"
    assert head == (size, run.frontiers[size])
    assert size >= appended, "an acknowledged entry was lost"
    assert found >= signed, "an acknowledged signature was lost"
    assert size >= max(mark, found), "a signature covers what is not there"
    assert all(root == run.root(at) for at, root in notes), "a signed tree is another now"
    return size, found


def _program_goes_on(path: Path, run: Recorded, directory: Path, mark: int) -> None:
    (directory / "cut.mark").write_text(Checkpoint(run.signer.origin, mark, run.root(mark)).text)
    database = Database.open(f"sqlite:///{path}", run.clock)
    try:
        log = DisclosureLog(database, run.signer, run.clock, directory / "cut.mark")
        if log.size():
            signed = log.sign()
            assert signed.root == run.root(signed.size)
            assert log.verify().verified
    finally:
        database.close()


@pytest.mark.timeout(300)
def test_ten_thousand_power_cuts(
    tmp_path: Path, fast_directory: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut anywhere, with any part of what was not synced on the disk: the log is a prefix that holds what was told."""
    run = Recorded(tmp_path, clock, monkeypatch)
    assert sum(isinstance(step, Sync) for step in run.steps) > TRANSFERS
    assert {step.file for step in run.steps if isinstance(step, Write)} >= {"run.db", "run.db-wal"}
    chance = random.Random(2026)
    moments = sorted(chance.randrange(len(run.steps) + 1) for _ in range(CUTS))
    disk = Disk({"run.db": bytearray(run.start)})
    told = {"appended": 0, "signed": -1, "mark": 0}
    reached = 0
    unsigned = torn = 0
    for cut, moment in enumerate(moments):
        for step in run.steps[reached:moment]:
            disk.go(step)
            if isinstance(step, Told):
                told[step.what] = step.size
        reached = moment
        torn += any(disk.pending.values())
        found = disk.cut(chance)
        path = fast_directory / "run.db"
        for suffix in ("", "-wal", "-shm"):
            (fast_directory / f"run.db{suffix}").unlink(missing_ok=True)
        for name, content in found.items():
            if not name.endswith("-shm"):
                (fast_directory / name).write_bytes(content)
        size, signed = _checked(path, run, told["appended"], told["signed"], told["mark"])
        unsigned += size > signed
        if cut % PROGRAM_EVERY == 0:
            _program_goes_on(path, run, fast_directory, told["mark"])
    # The cuts did hit writes that were under way, and the gap between the commit and the signature.
    assert torn > CUTS // 20
    assert unsigned > CUTS // 20
    print(
        f"{CUTS} cuts over {len(run.steps)} steps of the disk, {torn} with writes under way, {unsigned} unsigned"
    )


def test_model_of_the_disk_finds_a_program_that_does_not_sync(tmp_path: Path, fast_directory: Path) -> None:
    """The same cuts on a database that does not wait for the disk do lose what was told: the model is no mercy."""
    steps: list[Step] = []
    careless = RecordingVFS("careless", steps)
    path = tmp_path / "run.db"
    connection = apsw.Connection(str(path), vfs="careless")
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "CREATE TABLE t (n INTEGER)"):
        connection.execute(statement)
    for number in range(50):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        steps.append(Told("appended", number + 1))
    connection.close()
    del careless
    chance = random.Random(1)
    lost = 0
    for _ in range(200):
        moment = chance.randrange(len(steps))
        disk = Disk({})
        told = 0
        for step in steps[:moment]:
            disk.go(step)
            told = step.size if isinstance(step, Told) else told
        for name in ("run.db", "run.db-wal", "run.db-shm"):
            (fast_directory / name).unlink(missing_ok=True)
        for name, content in disk.cut(chance).items():
            (fast_directory / name).write_bytes(content)
        found = sqlite3.connect(fast_directory / "run.db")
        try:
            rows = found.execute("SELECT count(*) FROM t").fetchone()[0]
        except sqlite3.DatabaseError:
            rows = 0
        finally:
            found.close()
        lost += rows < told
    assert lost > 50
