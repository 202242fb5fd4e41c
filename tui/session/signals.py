"""Hang-up and termination: a clean end within a second, whatever the session is doing."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

GRACE_SECONDS: Final = 0.8
HUNG_UP: Final = 128 + signal.SIGHUP
_ENDINGS: Final = (signal.SIGHUP, signal.SIGTERM)


def never_inherit_ignoring() -> None:
    """Set both signals to their default: under nohup SIGHUP arrives ignored, and an orphan would live for ever."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_DFL)


def on_ending(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """Call *end* in *loop* when the line drops or the machine shuts down."""
    for number in _ENDINGS:
        loop.add_signal_handler(number, end)


def end_in_any_case() -> None:
    """End the process when it has not ended by itself in time; open transactions are rolled back by the database."""

    def wait() -> None:
        time.sleep(GRACE_SECONDS)
        os._exit(HUNG_UP)

    threading.Thread(target=wait, daemon=True, name="register-ending").start()
