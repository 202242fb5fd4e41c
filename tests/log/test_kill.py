"""`kill -9` at any point of appending and signing leaves a log that verifies and holds what was acknowledged."""

from __future__ import annotations

import multiprocessing
import random
import time
from typing import TYPE_CHECKING

import pytest

from core.disclosure.log import DisclosureLog, LogSigner
from tests.support.log_crash import open_log, work

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 100


def _killed_run(url: str, directory: Path, run: int, wait: float) -> int:
    """Let a worker work for *wait* seconds, kill it; the size that it last said was signed."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.support.log_crash"])
    told, teller = processes.Pipe(duplex=False)
    worker = processes.Process(target=work, args=(url, str(directory), run * 1000, teller), daemon=True)
    worker.start()
    teller.close()
    assert told.poll(30)
    acknowledged: int = told.recv()
    time.sleep(wait)
    worker.kill()
    worker.join()
    try:
        while True:
            acknowledged = told.recv()
    except (EOFError, OSError):
        # The pipe ends where the worker did, at times in the middle of a number.
        told.close()
    return acknowledged


@pytest.mark.timeout(300)
def test_killed_at_any_point_the_log_verifies(database_url: str, tmp_path: Path) -> None:
    """A hundred kills on each database: nothing acknowledged is lost, nothing is unreadable, signing goes on."""
    LogSigner.create(tmp_path / "log.key", "example.fi/killed")
    log: DisclosureLog = open_log(database_url, str(tmp_path))
    log.create(policy="1", software="0.1.0")
    chance = random.Random(4)
    unsigned_seen = 0
    for run in range(1, RUNS + 1):
        acknowledged = _killed_run(database_url, tmp_path, run, chance.uniform(0, 0.02))
        latest = log.latest()
        assert latest is not None
        assert latest.size >= acknowledged
        unsigned_seen += log.size() > latest.size
        assert log.sign().size == log.size()
        if run % 5 == 0:
            report = log.verify()
            assert report.verified, report.sentences("en")
            assert report.unsigned == 0
    # The kills did hit between the commit and the signing, not only outside.
    assert unsigned_seen > 0
    log.database.close()
