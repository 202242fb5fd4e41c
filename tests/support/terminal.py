"""A program in a pseudo-terminal of 80 columns and 24 rows: what it writes, byte for byte, and what is then seen."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

KEYS = {
    "enter": "\r", "space": " ", "tab": "\t", "shift+tab": "\x1b[Z", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}  # fmt: skip

# Private sequences that pyte would print instead of obeying.
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[\?u|\x1bP.*?\x1b\\|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)",
    re.DOTALL,
)


def keys(*names: str) -> str:
    """Named keys and plain text as the bytes that a terminal sends: ``keys("f6", "Virtanen", "enter")``."""
    return "".join(KEYS.get(name, name) for name in names)


class Terminal:
    """One program in one pseudo-terminal; leaving the block kills it if it still runs."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, columns: int = 80, rows: int = 24
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = bytearray()
        self.exit_status: int | None = None
        self.pid, self.descriptor = os.forkpty()
        if self.pid == 0:
            # Only what is safe between fork and exec.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            try:
                os.execvpe(arguments[0], list(arguments), dict(environment))  # noqa: S606 - no shell is wanted
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        if self.descriptor >= 0:
            os.close(self.descriptor)

    # --- in

    def send(self, *names: str) -> None:
        """Write keys and text, all at once."""
        data = keys(*names).encode()
        while data:
            data = data[os.write(self.descriptor, data) :]

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as dragging its window does."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # --- out

    def pump(self, until: Callable[[], bool], seconds: float) -> bool:
        """Read what is written until *until* holds; whether it came to hold in time."""
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            if left <= 0 or not self._read(min(left, 0.05)):
                return until()
        return True

    def _read(self, seconds: float) -> bool:
        """Take one piece of output, if any comes; False when the program has closed the terminal."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:
            return False
        self.written += data
        self.stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return bool(data)

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Read until *text* is on the screen.

        Raises:
            AssertionError: it is not there in time; the message shows what is.
        """
        found = self.pump(lambda: text in self.text(), seconds)
        assert found, f"{text!r} did not appear; on screen:\n{self.text()}"

    def quiet(self, seconds: float = 0.3, at_most: float = 20) -> int:
        """Read until nothing has been written for *seconds*; how many bytes came."""
        start, end = len(self.written), time.monotonic() + at_most
        while time.monotonic() < end:
            before, until = len(self.written), time.monotonic() + seconds
            while time.monotonic() < until:
                if not self._read(max(0.0, until - time.monotonic())):
                    return len(self.written) - start
            if len(self.written) == before:
                break
        return len(self.written) - start

    def text(self) -> str:
        """The screen, row by row."""
        return "\n".join(self.screen.display)

    def row(self, number: int) -> str:
        """A row of the screen, from 1."""
        return self.screen.display[number - 1]

    # --- the end

    def hang_up(self) -> None:
        """Drop the line: the other end of the pseudo-terminal goes away."""
        os.close(self.descriptor)
        self.descriptor = -1

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def wait_for_end(self, seconds: float = 10) -> int:
        """The program's exit code (negative: the signal that ended it).

        Raises:
            AssertionError: it does not end in time.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_status = os.waitstatus_to_exitcode(status)
                return self.exit_status
            if self.descriptor >= 0:
                self._read(0.01)
            else:
                time.sleep(0.01)
        raise AssertionError(f"still running; on screen:\n{self.text()}")
