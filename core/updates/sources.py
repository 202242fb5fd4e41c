"""Where answers lie: a folder of ours, or a partner's; which of them are whole, and which have been read already."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import func, select

from core.batches.model import batch_table
from core.batches.types import BatchKind, BatchState
from core.errors import Where
from core.reasons import reason_of
from core.updates.errors import FolderUnreadable, NoSuchAnswer, StillGrowing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from core.clock import Clock

# Names under which programs write what is not finished yet.
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")
_READ: Final = (BatchState.READY, BatchState.APPLYING, BatchState.DONE, BatchState.UNDOING, BatchState.UNDONE)


@dataclass(frozen=True, slots=True)
class Lying:
    """A file where answers are laid. ``whole`` is False while somebody may still be writing it."""

    name: str
    size: int
    changed_at: datetime | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lying file, and the number of the run that has read it: the same name and size, in this service.

    Reading it tells for certain, by digest: `core.updates.service.prepare` refuses what has been applied.
    """

    file: Lying
    run: int | None = None

    @property
    def is_new(self) -> bool:
        """Whether it is whole and nobody has read it."""
        return self.file.whole and self.run is None


class Source(Protocol):
    """A place where a service's answers lie."""

    def files(self) -> tuple[Lying, ...]:
        """What lies there, oldest first where that is known, else by name.

        Raises:
            RegisterError: the place cannot be read.
        """
        ...

    def taken(self, name: str) -> AbstractContextManager[Path]:
        """One of `files` as a file to read, for as long as the block lasts.

        Raises:
            RegisterError: it is not there, not whole, or cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder on our own disk; a file is whole when it has not changed for ``settled_seconds``."""

    folder: Path
    pattern: str
    settled_seconds: int
    clock: Clock

    def files(self) -> tuple[Lying, ...]:
        """The ordinary files whose names fit, the oldest first; hidden and temporary names are passed over.

        Raises:
            FolderUnreadable: the folder is not there or cannot be read.
        """
        try:
            with os.scandir(self.folder) as entries:
                found = [self._lying(entry) for entry in entries if self._fits(entry)]
        except OSError as error:
            raise FolderUnreadable(
                where=Where(file=str(self.folder)), folder=str(self.folder), reason=reason_of(error)
            ) from error
        return tuple(sorted(found, key=lambda file: (str(file.changed_at), file.name)))

    @contextmanager
    def taken(self, name: str) -> Iterator[Path]:
        """The file itself.

        Raises:
            NoSuchAnswer: the folder has no such file.
            StillGrowing: somebody may still be writing it.
        """
        found = next((file for file in self.files() if file.name == name), None)
        if found is None:
            raise NoSuchAnswer(name=name)
        if not found.whole:
            raise StillGrowing(where=Where(file=name), seconds=self.settled_seconds)
        yield self.folder / name

    def _fits(self, entry: os.DirEntry[str]) -> bool:
        name = entry.name
        finished = not name.startswith(".") and not name.endswith(_UNFINISHED)
        return finished and fnmatchcase(name, self.pattern) and entry.is_file(follow_symlinks=False)

    def _lying(self, entry: os.DirEntry[str]) -> Lying:
        status = entry.stat(follow_symlinks=False)
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        settled = self.clock.now() - changed >= timedelta(seconds=self.settled_seconds)
        return Lying(entry.name, status.st_size, changed, whole=settled and stat.S_ISREG(status.st_mode))


def waiting(connection: Connection, service: str, files: Iterable[Lying]) -> list[Waiting]:
    """*files* with the runs of *service* that have read them."""
    batch = batch_table.c
    rows = connection.execute(
        select(batch.file, batch.size, func.max(batch.id).label("run"))
        .where(batch.kind == BatchKind.UPDATE, batch.name == service, batch.state.in_(_READ))
        .group_by(batch.file, batch.size)
    )
    known = {(row.file, row.size): row.run for row in rows}
    return [Waiting(file, known.get((file.name, file.size))) for file in files]
