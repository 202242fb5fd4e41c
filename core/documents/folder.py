"""The export folder: the one place that exports are written to, so that erasure and retention know where to look.

A file is whole under its name or not there; it is mode 0600 and never replaces another.  Names hold the day and a
random part, and nothing about anybody.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.documents.errors import ExportFolderUnusable
from core.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.register import Register

_NAME: Final = re.compile(
    r"[a-z][a-z0-9_-]{0,39}-(?P<day>[0-9]{8})-[0-9a-f]{12}\.(?:csv|jsonl|vcf|pdf|json|zip)"
)
_PART: Final = re.compile(r"\.[a-z].*\.part")
_SELECTION: Final = re.compile(r"(?P<day>[0-9]{8})-[0-9a-f]{12}")
_UNFINISHED_DAYS: Final = 1


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file in the folder; ``day`` is the day it was exported."""

    name: str
    size: int
    day: date


def new_selection(now: datetime) -> str:
    """A name for a selection: its day and a random part; items' keys and the file's name are made from it."""
    return f"{now.astimezone(HELSINKI):%Y%m%d}-{secrets.token_hex(6)}"


def day_of(selection: str) -> date | None:
    """The day that a selection's name holds; None when it is no such name."""
    found = _SELECTION.fullmatch(selection)
    return _day(found["day"]) if found else None


class MaybeNotKept(Exception):
    """The file has its name, but the disk did not confirm it."""


class ExportFolder:
    """The folder; made when the first file comes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, name: str, content: bytes) -> None:
        """Write a new file, whole and on the disk when this returns.

        Raises:
            FileExistsError: there is a file of that name; it stays as it is.
            OSError: the disk refused; nothing is there under the name.
            MaybeNotKept: it is there, but would perhaps not survive a power cut.
        """
        with self._opened(create=True) as folder:
            temporary = f".{name}.{secrets.token_hex(4)}.part"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                with os.fdopen(os.open(temporary, flags, mode=0o600, dir_fd=folder), "wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                # A hard link fails where a rename would replace.
                os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
            try:
                os.fsync(folder)
            except OSError as error:
                raise MaybeNotKept from error

    def has(self, name: str) -> bool:
        """Whether a file of that name is there, whole."""
        try:
            return stat.S_ISREG((self.path / name).lstat().st_mode)
        except OSError:
            return False

    def files(self) -> list[ExportFile]:
        """Every export in the folder, the oldest first; other people's files are not listed.

        Raises:
            ExportFolderUnusable: it cannot be read.
        """
        found = []
        with self._usable() as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - the folder that is open, not the path again
                match = _NAME.fullmatch(name)
                day = _day(match["day"]) if match else None
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if day is not None and stat.S_ISREG(status.st_mode):
                    found.append(ExportFile(name, status.st_size, day))
        return sorted(found, key=lambda file: (file.day, file.name))

    def sweep(self, today: date, days: int) -> list[str]:
        """Remove exports older than *days*, and what an interrupted export left behind; returns their names.

        Raises:
            ExportFolderUnusable: one cannot be removed.
        """
        old = [file.name for file in self.files() if file.day + timedelta(days=days) < today]
        with self._usable() as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - as above
                if _PART.fullmatch(name):
                    written = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
                    day = datetime.fromtimestamp(written, HELSINKI).date()
                    if day + timedelta(days=_UNFINISHED_DAYS) < today:
                        old.append(name)
            for name in old:
                os.unlink(name, dir_fd=folder)
        return old

    def remove(self, name: str) -> bool:
        """Remove one export; says whether it was there.

        Raises:
            ExportFolderUnusable: it cannot be removed.
        """
        with self._usable() as folder, contextlib.suppress(FileNotFoundError):
            if _NAME.fullmatch(name):
                os.unlink(name, dir_fd=folder)
                return True
        return False

    @contextlib.contextmanager
    def _usable(self) -> Iterator[int]:
        try:
            with self._opened(create=True) as folder:
                yield folder
        except OSError as error:
            raise ExportFolderUnusable(folder=str(self.path), reason=reason_of(error)) from error

    @contextlib.contextmanager
    def _opened(self, *, create: bool = False) -> Iterator[int]:
        if create and not self.path.exists():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield folder
        finally:
            os.close(folder)


def _day(digits: str) -> date | None:
    with contextlib.suppress(ValueError):
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    return None


def sweep(register: Register) -> list[str]:
    """Remove the exports whose time is over (``files.export_days``); returns their names.

    Raises:
        ExportFolderUnusable: one cannot be removed.
    """
    settings = register.config.files
    if not settings.export_directory.is_dir():
        return []
    today = register.clock.now().astimezone(HELSINKI).date()
    return ExportFolder(settings.export_directory).sweep(today, settings.export_days)
