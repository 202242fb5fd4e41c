"""The answers of update services that wait in the exchange folder, and the runs that there have been."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import NotFound
from core.messages import N_
from core.updates import service, sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from core.batches.types import Batch
    from tui.session.seat import Seat

_RUNS = 50


@dataclass(frozen=True, slots=True)
class Work:
    """A lying answer (``run`` None) or a run; ``whole`` and ``read_by`` are an answer's."""

    service: str
    file: str
    size: int
    run: Batch | None = None
    whole: bool = True
    read_by: int | None = None
    changed_at: datetime | None = None
    # Of a file that somebody has typed the path of.
    path: Path | None = None


def work_of(seat: Seat) -> list[Work]:
    """What there is to do and has been done, waiting answers first."""
    lying = {name: seat.hub.source(name).files() for name in seat.register.config.updates}
    with seat.reading() as connection:
        waiting = [
            (name, each) for name, files in lying.items() for each in sources.waiting(connection, name, files)
        ]
        runs = service.runs(connection, limit=_RUNS)
    found = [
        Work(name, each.file.name, each.file.size, None, each.file.whole, each.run, each.file.changed_at)
        for name, each in sorted(waiting, key=lambda pair: not pair[1].is_new)
    ]
    return [*found, *(Work(run.name, run.file, run.size, run) for run in runs)]


def typed_work(seat: Seat, service_name: str, typed: str) -> Work:
    """The file at the path *typed*, within the folder for files from and to partners; no other is opened from a screen.

    Raises:
        NotInTheFolder: there is no such file there.
    """
    folder = seat.register.config.files.exchange_directory.resolve()
    path = (folder / typed.strip()).resolve()
    if not typed.strip() or not path.is_relative_to(folder) or not path.is_file():
        raise NotInTheFolder(path=typed.strip(), folder=str(folder))
    return Work(service_name, path.name, path.stat().st_size, path=path)


class NotInTheFolder(NotFound):
    """A typed path that leads to no file of partners'."""

    code = "tui.not_in_the_folder"
    sentence = N_("There is no file {path} in {folder}.")
    advice = N_("Put the file into that folder, or type its path from there.")


@contextmanager
def answer_path(seat: Seat, work: Work) -> Iterator[Path]:
    """The answer as a file to read; one that was fetched is forgotten afterwards."""
    if work.path is not None:
        yield work.path
        return
    with seat.hub.source(work.service).taken(work.file) as path:
        yield path
