"""One call at a time, between all processes of one machine, for partners that want it so."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING, Final

from integrations.transport import ProvedNotSent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE_SECONDS: Final = 0.02


@contextlib.contextmanager
def taking_turns(lock_file: Path, seconds: float, pause: float = 0) -> Iterator[None]:
    """Hold the partner's lock, and *pause* seconds more; the system lets it go when the process ends, however it ends.

    Raises:
        ProvedNotSent: somebody else held it for *seconds*, or the file cannot be made.
    """
    try:
        lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        raise ProvedNotSent("disk") from None
    try:
        _wait(handle, time.monotonic() + seconds)
        yield
        time.sleep(pause)
    finally:
        os.close(handle)


def _wait(handle: int, end: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise ProvedNotSent("partner_busy") from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return
