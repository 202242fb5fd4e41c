"""How far the log has been signed, remembered outside the database.

A database that was restored from an old copy looks whole by itself; this file beside the log key says that there was
more.  It has two places, each for the three lines of an unsigned checkpoint and a fourth: how many marks there were, and
the SHA-256 of it all.  A mark is written into the place of the one before the last, so that a power cut in the middle
leaves the last one whole; each place is a block of its own, and the file never changes its size, so that making a mark
durable is one wait for the disk.  A person can mend the file from any checkpoint at hand: three lines alone are read too.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
from typing import TYPE_CHECKING, Final, NamedTuple

from core.disclosure.log.checkpoint import Checkpoint, checkpoint_text
from core.disclosure.log.errors import CheckpointInvalid, MarkBroken, MarkMissing, MarkUnwritable
from core.reasons import reason_of

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES: Final = 16_384
_PLACE_BYTES: Final = 4096
_PLACES: Final = 2
_RECORD_BYTES: Final = 1024
_LINES: Final = 4


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


class _Record(NamedTuple):
    """The mark that one of the file's places holds: its number, and a checkpoint's three lines."""

    number: int
    place: int
    lines: bytes

    def encode(self) -> bytes:
        """The place's bytes, filled up with spaces."""
        content = b"%s%d " % (self.lines, self.number)
        whole = b"%s%s\n" % (content, hashlib.sha256(content).hexdigest().encode())
        return whole.ljust(_PLACE_BYTES - 1) + b"\n"


def _record(content: bytes, place: int) -> _Record | None:
    """The record in a place; None when none is there that is whole."""
    start = place * _PLACE_BYTES
    *lines, last, _rest = [*content[start : start + _RECORD_BYTES].split(b"\n", _LINES), b""][: _LINES + 1]
    number, _, digest = last.partition(b" ")
    head = b"".join(line + b"\n" for line in lines)
    if hashlib.sha256(head + number + b" ").hexdigest().encode() != digest or not number.isdigit():
        return None
    return _Record(int(number), place, head)


def _newest(content: bytes) -> _Record | None:
    """The newest record; None for a file that has another form."""
    if len(content) != _PLACES * _PLACE_BYTES:
        return None
    records = [record for place in range(_PLACES) if (record := _record(content, place))]
    return max(records, default=None)


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
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                content = os.read(descriptor, _MAX_BYTES)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise MarkMissing(path=str(self.path)) from error
        newest = _newest(content)
        try:
            mark = Checkpoint.parse((content if newest is None else newest.lines).decode())
        except (CheckpointInvalid, UnicodeDecodeError) as error:
            raise MarkBroken(path=str(self.path)) from error
        if mark.origin != self.origin or mark.extensions:
            raise MarkBroken(path=str(self.path))
        return mark

    def write(self, mark: Checkpoint) -> None:
        """Set the mark, durably.  To be called by one at a time: while the right to sign is held.

        Raises:
            MarkUnwritable: it cannot be written; the old mark stands.
        """
        lines = checkpoint_text(mark.origin, mark.size, mark.root).encode()
        try:
            if not self._write_beside(lines):
                replace_file(self.path, _Record(1, 0, lines).encode() + b"\n".rjust(_PLACE_BYTES))
                sync_directory(self.path.parent)
        except OSError as error:
            raise MarkUnwritable(path=str(self.path), reason=reason_of(error)) from error

    def _write_beside(self, lines: bytes) -> bool:
        """Write into the place of the mark before the last; False when the file has not both places yet."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            newest = _newest(os.read(descriptor, _MAX_BYTES))
            if newest is None:
                return False
            record = _Record(newest.number + 1, 1 - newest.place, lines)
            if os.pwrite(descriptor, record.encode(), record.place * _PLACE_BYTES) != _PLACE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        return True
