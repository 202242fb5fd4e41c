"""Files for a partner and from one, in its own folder of the exchange directory; something else carries them.

A file is complete under its name or not there at all: written under a temporary name, synced, renamed, and the folder
synced.  Names are plain, links are not followed, and nothing outside the folder can be named.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, BinaryIO, Final

from integrations.protocol import RemoteFile
from integrations.transport import MaybeSent, ProvedNotSent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
UNFINISHED: Final = ".part"


class FileDrop:
    """One folder of the exchange directory."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def put(self, name: str, content: bytes) -> None:
        """Write the file; the same file again is done already.

        Raises:
            ProvedNotSent: it is not there: a bad name, another file of that name, a full or read-only disk.
            MaybeSent: it is there, but would perhaps not survive a power cut.
        """
        if not proper_name(name):
            raise ProvedNotSent("name_not_allowed")
        with self._opened(create=True) as folder:
            existing = _read(folder, name, len(content))
            if existing is not None:
                if existing == content:
                    return
                raise ProvedNotSent("name_taken")
            _write(folder, name, content)
            try:
                os.fsync(folder)
            except OSError:
                raise MaybeSent("disk") from None

    def list(self, pattern: str) -> tuple[RemoteFile, ...]:
        """The finished files whose names match, by name; none when the folder does not exist.

        Raises:
            ProvedNotSent: the folder cannot be read.
        """
        if not self._folder.is_dir():
            return ()
        with self._opened() as folder:
            found = []
            for name in sorted(os.listdir(folder)):  # noqa: PTH208 - the folder that is open, not the path again
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and proper_name(name) and fnmatchcase(name, pattern):
                    found.append(RemoteFile(name, status.st_size))
            return tuple(found)

    def get(self, name: str) -> bytes | None:
        """The file's content; None when there is no such file.

        Raises:
            ProvedNotSent: it is too large or cannot be read.
        """
        if not proper_name(name) or not self._folder.is_dir():
            return None
        with self._opened() as folder:
            content = _read(folder, name, self._max_bytes)
            if content is not None and len(content) > self._max_bytes:
                raise ProvedNotSent("answer_too_large")
            return content

    def fetch(self, name: str, path: Path) -> bool:
        """Copy the file to *path*, a piece at a time; False when there is no such file.

        Raises:
            ProvedNotSent: it is too large or cannot be read.
        """
        if not proper_name(name) or not self._folder.is_dir():
            return False
        with self._opened() as folder:
            stream = _stream(folder, name)
            if stream is None:
                return False
            with stream, path.open("wb") as copy:
                if os.fstat(stream.fileno()).st_size > self._max_bytes:
                    raise ProvedNotSent("answer_too_large")
                shutil.copyfileobj(stream, copy)
            return True

    @contextlib.contextmanager
    def _opened(self, *, create: bool = False) -> Iterator[int]:
        try:
            if create:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                yield folder
            finally:
                os.close(folder)
        except OSError:
            raise ProvedNotSent("disk") from None


def proper_name(name: str) -> bool:
    """A plain file name, finished: no folder, no leading dot, no temporary ending."""
    return bool(_NAME.fullmatch(name)) and not name.endswith(UNFINISHED)


def _read(folder: int, name: str, limit: int) -> bytes | None:
    """At most *limit* bytes and one more, so that the caller sees an excess; None when there is no such file."""
    stream = _stream(folder, name)
    if stream is None:
        return None
    with stream:
        return stream.read(limit + 1)


def _stream(folder: int, name: str) -> BinaryIO | None:
    """The ordinary file of that name, open; None when there is none."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    stream = os.fdopen(handle, "rb")
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    return None


def _write(folder: int, name: str, content: bytes) -> None:
    """The file, whole, under its name; on any failure before that, nothing."""
    temporary = f".{name}{UNFINISHED}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=folder)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(temporary, flags, mode=0o600, dir_fd=folder)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
