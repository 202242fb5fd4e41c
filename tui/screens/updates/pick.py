"""Choosing what a column holds or a code means, from a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.messages import N_
from tui.screens.base import BaseScreen
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.app import RegisterApp


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to take, in words; ``code`` is empty for nothing."""

    code: str
    words: str
    note: str = ""


class PickScreen(BaseScreen):
    """Enter takes the row under the cursor; a letter goes to the next row that begins with it."""

    area = "update_choice"

    def __init__(self, desk: RegisterApp, name: str, choices: Sequence[Choice], now: str) -> None:
        super().__init__(desk)
        self.name_shown = name
        self.table: RecordTable[Choice] = RecordTable(
            [
                Column(self.tr(N_("Meaning")), 34, lambda choice: choice.words),
                Column(self.tr(N_("Now read from")), 0, lambda choice: choice.note),
            ]
        )
        self.table.show_rows(choices)
        self._now = next((place for place, choice in enumerate(choices) if choice.code == now), 0)

    def heading(self) -> str:
        """What it is chosen for."""
        return self.name_shown

    @property
    def active(self) -> RecordTable[Choice]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.table

    async def prepare(self) -> None:
        """Begin at what is so now."""
        self.table.move_to(self._now)

    def take_key(self, key: str, character: str | None) -> None:
        """A letter goes on to the next row that begins with it."""
        rows = self.table.all_rows()
        if character is not None and character.isalpha():
            after = [*range(self.table.cursor + 1, len(rows)), *range(self.table.cursor + 1)]
            for place in after:
                if rows[place].words.casefold().startswith(character.casefold()):
                    self.table.move_to(place)
                    return
        super().take_key(key, character)

    async def do_enter(self) -> None:
        """Enter: take it."""
        await self.desk.back(self.table.chosen())
