"""Fetches the pages that a table wants, in threads, each page once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from tui.session.background import in_thread

if TYPE_CHECKING:
    from tui.screens.base import BaseScreen
    from tui.widgets.pages import Pages
    from tui.widgets.record_table import RecordTable

Row = TypeVar("Row")


class Fetcher(Generic[Row]):
    """Give `wanted` to a `RecordTable`."""

    def __init__(self, screen: BaseScreen) -> None:
        self.screen = screen
        self.table: RecordTable[Row] | None = None
        self._under_way: set[tuple[int, int]] = set()

    def wanted(self, numbers: list[int]) -> None:
        """Start fetching the pages *numbers* of the list that is shown."""
        if self.table is None or not self.screen.is_attached:
            return
        pages = self.table.pages
        for number in numbers:
            if (id(pages), number) not in self._under_way:
                self._under_way.add((id(pages), number))
                fetching = self.screen.desk.guarded(self._fetch(pages, number))
                self.screen.run_worker(fetching, group="pages", exit_on_error=False)

    async def _fetch(self, pages: Pages[Row], number: int) -> None:
        try:
            rows = await in_thread(lambda: pages.load(number))
        finally:
            self._under_way.discard((id(pages), number))
        if self.table is not None:
            self.table.arrived(pages, number, rows)
