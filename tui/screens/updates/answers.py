"""The answers of update services that wait in the exchange folder, and the runs that there have been."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.updates import service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.batches.types import Batch
    from tui.session.seat import Seat

_RUNS = 50


@dataclass(frozen=True, slots=True)
class Work:
    """A waiting answer (``run`` None) or a run."""

    service: str
    file: str
    size: int
    run: Batch | None = None


def work_of(seat: Seat) -> list[Work]:
    """What there is to do and has been done, waiting answers first."""
    found = [
        Work(name, file.name, file.size)
        for name in seat.register.config.updates
        for file in seat.hub.source(name).files()
    ]
    with seat.reading() as connection:
        runs = service.runs(connection, limit=_RUNS)
    return [*found, *(Work(run.name, run.file, run.size, run) for run in runs)]


@contextmanager
def answer_path(seat: Seat, work: Work) -> Iterator[Path]:
    """The answer as a file to read; one that was fetched is forgotten afterwards."""
    with seat.hub.source(work.service).taken(work.file) as path:
        yield path
