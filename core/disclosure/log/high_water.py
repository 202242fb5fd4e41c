"""How far the log has been signed, remembered outside the database.

A database that was restored from an old copy looks whole by itself; this file beside the log key says that there was
more.  It holds the three lines of an unsigned checkpoint, so that a person can mend it from any checkpoint at hand.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.errors import CheckpointInvalid, MarkBroken, MarkMissing, MarkUnwritable
from core.reasons import reason_of

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 4096


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that after any crash it holds all of the old or all of the new content.

    Which of the two is settled by `sync_directory`.

    Raises:
        OSError: it cannot be written; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class HighWaterMark:
    """The mark in its file, for the log of *origin*."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self.origin = origin

    def set_aside(self, size: int) -> None:
        """Keep the mark of a log that was closed under another name, and begin without one.

        Raises:
            MarkUnwritable: it cannot be renamed.
        """
        try:
            self.path.replace(self.path.with_name(f"{self.path.name}.closed-{size}"))
            sync_directory(self.path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise MarkUnwritable(path=str(self.path), reason=reason_of(error)) from error

    def agrees(self) -> bool:
        """Whether there is a mark of this log, and no other's."""
        try:
            self.read()
        except (MarkMissing, MarkBroken):
            return False
        return True

    def exists(self) -> bool:
        """Whether there is a mark."""
        return self.path.exists()

    def read(self) -> Checkpoint:
        """The largest size that was signed, and its root.

        Raises:
            MarkMissing: the file is gone or unreadable.
            MarkBroken: it cannot be understood, or is another log's.
        """
        try:
            with self.path.open("rb") as stream:
                content = stream.read(_MAX_BYTES)
        except OSError as error:
            raise MarkMissing(path=str(self.path)) from error
        try:
            mark = Checkpoint.parse(content.decode())
        except (CheckpointInvalid, UnicodeDecodeError) as error:
            raise MarkBroken(path=str(self.path)) from error
        if mark.origin != self.origin:
            raise MarkBroken(path=str(self.path))
        return mark

    def write(self, mark: Checkpoint) -> None:
        """Set the mark, durably (temporary file, fsync, rename, fsync of the directory).

        Raises:
            MarkUnwritable: it cannot be written; the old mark stands.
        """
        try:
            replace_file(self.path, mark.text.encode())
            sync_directory(self.path.parent)
        except OSError as error:
            raise MarkUnwritable(path=str(self.path), reason=reason_of(error)) from error
