"""`kill -9` at any point of appending and signing leaves a log that verifies and holds what was acknowledged."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from core.disclosure.log import DisclosureLog, LogSigner
from tests.support.log_crash import nursery, open_log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

KILLS = 1000
VERIFY_EVERY = 100


@pytest.fixture
def orders(database_url: str, tmp_path: Path) -> Iterator[Connection]:
    """The pipe to a nursery of workers on a log that has begun."""
    LogSigner.create(tmp_path / "log.key", "example.fi/killed")
    log = open_log(database_url, str(tmp_path))
    log.create(policy="1", software="0.1.0")
    log.database.close()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.support.log_crash"])
    ours, theirs = processes.Pipe()
    process = processes.Process(target=nursery, args=(database_url, str(tmp_path), theirs), daemon=True)
    process.start()
    theirs.close()
    yield ours
    process.kill()
    process.join()


def _kill_one(orders: Connection, first: int, wait: float) -> None:
    """Let a worker work for *wait* seconds and kill it."""
    orders.send(first)
    worker: int = orders.recv()
    time.sleep(wait)
    os.kill(worker, signal.SIGKILL)
    assert orders.recv() == worker


def _acknowledged(path: Path) -> int:
    """The size that a worker last said was signed."""
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    return int(lines[-2]) if len(lines) > 1 else 0


@pytest.mark.timeout(300)
def test_killed_at_any_point_the_log_verifies(orders: Connection, database_url: str, tmp_path: Path) -> None:
    """A thousand kills on each database: nothing acknowledged is lost, nothing is unreadable, signing goes on."""
    log: DisclosureLog = open_log(database_url, str(tmp_path))
    chance = random.Random(4)
    unsigned_seen = 0
    for run in range(1, KILLS + 1):
        _kill_one(orders, run * 1000, chance.uniform(0, 0.05))
        latest = log.latest()
        assert latest is not None
        assert latest.size >= _acknowledged(tmp_path / "told")
        unsigned_seen += log.size() > latest.size
        assert log.sign().size == log.size()
        if run % VERIFY_EVERY == 0:
            report = log.verify()
            assert report.verified, report.sentences("en")
            assert report.unsigned == 0
    # The kills did hit between the commit and the signing, not only outside.
    assert unsigned_seen > KILLS // 100
    print(f"{KILLS} kills, {log.size()} entries, {unsigned_seen} times unsigned entries were left")
    log.database.close()
