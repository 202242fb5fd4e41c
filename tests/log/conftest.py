"""Logs to test with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import FixedClock

ORIGIN = "example.fi/asiakasrekisteri"


@pytest.fixture
def signer(tmp_path: Path) -> LogSigner:
    """A new log key in its file."""
    return LogSigner.create(tmp_path / "log.key", ORIGIN)


@pytest.fixture
def empty_log(database: Database, signer: LogSigner, clock: FixedClock, tmp_path: Path) -> DisclosureLog:
    """A log that has not begun, on each database, with its high-water mark beside the key."""
    return DisclosureLog(database, signer, clock, tmp_path / "log.high-water")


@pytest.fixture
def log(empty_log: DisclosureLog) -> DisclosureLog:
    """A log that has begun, on each database."""
    empty_log.create(policy="1", software="0.1.0")
    return empty_log


@pytest.fixture
def sqlite_log(
    sqlite_url: str, signer: LogSigner, clock: FixedClock, tmp_path: Path
) -> Iterator[DisclosureLog]:
    """A log that has begun, on SQLite alone: for what does not depend on the database."""
    database = Database.open(sqlite_url, clock)
    begun = DisclosureLog(database, signer, clock, tmp_path / "log.high-water")
    begun.create(policy="1", software="0.1.0")
    yield begun
    database.close()
