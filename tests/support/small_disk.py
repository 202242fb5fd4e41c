"""A disk that can be filled and emptied, for tests of a full disk: a real small file system, or a real limit.

A *file system* is a tmpfs in a mount namespace of one thread: nobody else sees it, and it goes with the thread. It
needs the right to mount, which root has in most places.  A *limit* (RLIMIT_FSIZE) works for everybody: the system
refuses every write to every file of this process.
"""

from __future__ import annotations

import ctypes
import os
import resource
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE_SYSTEM: Final = "file system"
LIMIT: Final = "limit"
SIZE: Final = 8 << 20
_CLONE_NEWNS: Final = 0x00020000
_PRIVATE: Final = (1 << 18) | (1 << 14)


class Disk(Protocol):
    """A folder on a disk."""

    folder: Path

    def fill(self) -> None:
        """From now on nothing more fits."""

    def make_room(self) -> None:
        """There is room again."""


@dataclass
class SmallFileSystem:
    """A folder on a file system of `SIZE` bytes."""

    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Write until the system says that there is no room."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with suppress(OSError):
            while True:
                os.write(descriptor, bytes(4096))
        os.close(descriptor)

    def make_room(self) -> None:
        """Take away what filled it."""
        self._filler.unlink()


@dataclass
class Limited:
    """A folder on the disk that is there, and a limit on this process."""

    folder: Path

    def fill(self) -> None:
        """No file may be written any more."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    def make_room(self) -> None:
        """Files may be written again."""
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def _mount(folder: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.unshare(_CLONE_NEWNS)
        or libc.mount(b"none", b"/", None, _PRIVATE, None)
        or libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={SIZE}".encode())
    ):
        raise OSError(ctypes.get_errno(), "mount")


def kinds(scratch: Path) -> list[str]:
    """Which kinds of full disk this machine can show: a limit always, a file system where mounting is allowed."""
    found = [LIMIT]

    def attempt() -> None:
        with suppress(OSError):
            _mount(scratch)
            found.append(FILE_SYSTEM)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return found


def on_disk(kind: str, folder: Path, body: Callable[[Disk], None]) -> None:
    """Run *body* with a disk of this kind in *folder*; what it raises is raised here."""
    folder.mkdir()
    raised: list[BaseException] = []

    def run() -> None:
        disk: Disk = Limited(folder)
        try:
            if kind == FILE_SYSTEM:
                _mount(folder)
                disk = SmallFileSystem(folder)
            body(disk)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            raised.append(error)
        finally:
            Limited(folder).make_room()

    # A thread of its own: the mount is seen by it alone, and is gone when it ends.
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
