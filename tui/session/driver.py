"""The terminal driver: Textual's own for Linux (read from 8.2.8), with the three endings it does not handle.

A terminal that hung up gives empty reads for ever (the stock loop spins); a terminal that stopped reading blocks the
writer for ever; bytes that are not UTF-8 end the stock driver in a traceback.  This is the one module that knows
Textual's insides.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Protocol, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.message import Message

_READ = 4096


class HangsUp(Protocol):
    """What the driver tells when the terminal is gone."""

    def hang_up_from_thread(self) -> None:
        """The terminal has hung up; called in the driver's thread."""
        ...


class TerminalDriver(LinuxDriver):
    """Reads keys until the terminal goes away; writes only while it is there."""

    gone = False

    def write(self, data: str) -> None:
        """Write, unless nobody reads any more."""
        if not self.gone:
            super().write(data)

    def close(self) -> None:
        """Let the writer go; one that is stuck on a dead terminal is left to the end of the process."""
        if not self.gone:
            super().close()

    def run_input_thread(self) -> None:
        """Turn bytes into key events, one after the other, until the end."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        break
                    self._hand_over(list(parser.feed(decode(data))))
                self._hand_over(list(parser.tick()))

    def _hand_over(self, messages: list[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _read(self) -> bytes:
        try:
            data = os.read(self.fileno, _READ)
        except OSError:
            # EIO: the other end of the pseudo-terminal is closed.
            data = b""
        if not data:
            self.gone = True
            cast("HangsUp", self._app).hang_up_from_thread()
        return data
