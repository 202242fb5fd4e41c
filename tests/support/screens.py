"""Screens as text: what 80 columns and 24 rows show, kept as files beside the tests."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.staff.sign_in import sign_in_with_key
from tui.app import RegisterApp
from tui.session.seat import Seat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from tests.support.office import Office

SNAPSHOTS = Path(__file__).parent.parent / "tui" / "snapshots"


class Desk:
    """A member of staff at a terminal that a test types on."""

    def __init__(self, app: RegisterApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys by name, one after the other."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type *text* letter by letter."""
        for letter in text:
            await self.pilot.press("space" if letter == " " else letter)

    async def paste(self, text: str) -> None:
        """Paste *text*, as a terminal hands it on: at once."""
        self.app.current.take_paste(text)
        await self.pilot.pause()

    async def settle(self) -> None:
        """Wait until no work is under way and everything is drawn."""
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    def rows(self) -> list[str]:
        """The 24 rows."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows())

    @property
    def message(self) -> str:
        """The message line."""
        return self.app.current.message_line.text


@asynccontextmanager
async def seated(office: Office, language: str = "fi", *, signed_in: bool = True) -> AsyncIterator[Desk]:
    """Somebody at the terminal, signed in unless told otherwise."""
    seat = Seat(office.register, origin="test")
    if signed_in:
        assert office.actor.staff_id is not None
        seat.begin(sign_in_with_key(office.register.database, office.actor.staff_id, origin="test"))
    seat.language = language
    app = RegisterApp(seat)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield Desk(app, pilot)


def assert_screen(name: str, desk: Desk) -> None:
    """The screen looks as it is kept in ``snapshots/NAME.txt``; ``UPDATE_SCREENS=1`` keeps what there is now."""
    file = SNAPSHOTS / f"{name}.txt"
    now = desk.text + "\n"
    if os.environ.get("UPDATE_SCREENS") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == now
