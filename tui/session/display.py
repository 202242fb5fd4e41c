"""The base of the app: Textual's `App` with the three things it does that a register on a slow line must not.

It writes whole regions again (here: only what differs), it prints a traceback with the value of every variable, and
it sets the shape of a mouse pointer.  With `driver.py`, the only module that knows Textual's insides (8.2.8).
"""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import App

from tui.session.closed import Closed
from tui.session.frames import Frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import RenderableType
    from textual.screen import Screen


class Display(Closed, App[None], inherit_bindings=False):
    """An app that writes differences, to the terminal and nowhere else."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # handed on as they are
        self._frames = Frames()
        self._cursor_shown = (-1, -1)

    def fault_words(self, error: BaseException) -> str:
        """The sentence for an error that nobody foresaw."""
        raise NotImplementedError

    def draw_whole(self) -> None:
        """Write the whole next frame, whatever stands on the terminal."""
        self._frames.forget()
        self._cursor_shown = (-1, -1)
        self.screen.refresh()

    @asynccontextmanager
    async def one_frame(self) -> AsyncIterator[None]:
        """What happens in the block is shown at its end, as one frame."""
        with self.batch_update():
            yield
        self.screen.refresh()

    async def handle_key_binding(self, key: str) -> bool:
        """Start the action that *key* is bound to, and wait until it is done; False when there is none."""
        return await self._check_bindings(key, priority=True)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is None or self._batch_count or screen is not self.screen:
            return
        driver = self._driver
        if driver is None or self.is_headless or self._closed or not self._running:
            self.post_display_hook()
            return
        written = self._frames.update(screen._compositor.render_strips(), self.console)  # noqa: SLF001 - see above
        cursor = (self.cursor_position.x, self.cursor_position.y)
        if written or cursor != self._cursor_shown:
            self._cursor_shown = cursor
            self._begin_update()
            driver.write(f"{written}\x1b[{cursor[1] + 1};{cursor[0] + 1}H")
            self._end_update()
            driver.flush()
        self.post_display_hook()

    def _set_pointer_shape(self, shape: str) -> None:
        """There is no mouse."""

    def _fatal_error(self) -> None:
        error = sys.exception()
        if error is not None:
            self._exit_renderables.append(Text(self.fault_words(error)))
        self._close_messages_no_wait()
