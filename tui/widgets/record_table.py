"""A table over as many rows as the register has: only what is seen is drawn, only pages near it are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from tui.widgets.pages import Pages, Source
from tui.widgets.paint import CURSOR, HEADING, PLAIN, QUIET, Align, Line
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = TypeVar("Row")
_GAP = 1


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its heading (translated), its width in cells (0: the rest), and what it shows of a row."""

    heading: str
    width: int
    show: Callable[[Row], str]
    align: Align = "left"


class ListSource(Generic[Row]):
    """Rows that are at hand already."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """A slice of them."""
        return self.rows[offset : offset + limit]


class RecordTable(Rows, Generic[Row]):
    """Rows with a cursor.  ``wanted`` is called with page numbers that should be fetched; see `Listing`."""

    DEFAULT_CSS = "RecordTable { height: 1fr; }"

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        empty: str = "",
        wanted: Callable[[list[int]], None] | None = None,
        moved: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.empty = empty
        self.wanted = wanted
        self.moved = moved
        self.pages: Pages[Row] = Pages(ListSource[Row](()), 0)
        self.cursor = 0
        self.top = 0

    # --- rows

    def show(self, source: Source[Row], total: int, *, cursor: int = 0, top: int = 0) -> None:
        """Show *total* rows of *source*, the cursor on row *cursor*."""
        self.pages = Pages(source, total)
        self.cursor = max(0, min(cursor, total - 1))
        self.top = max(0, min(top, self.cursor))
        self._scroll()
        self._want()
        self.refresh()

    def show_rows(self, rows: Sequence[Row], *, keep_place: bool = False) -> None:
        """Show *rows*, all of them known."""
        place = (self.cursor, self.top) if keep_place else (0, 0)
        self.pages = Pages(ListSource(rows), len(rows))
        for number in self.pages.missing(0, len(rows) - 1):
            self.pages.keep(number, self.pages.load(number))
        self.cursor = max(0, min(place[0], len(rows) - 1))
        self.top = place[1]
        self._scroll()
        self.refresh()

    @property
    def total(self) -> int:
        """How many rows the list has."""
        return self.pages.total

    def all_rows(self) -> Sequence[Row]:
        """Every row of a list given by `show_rows`, whose pages are all here; of a longer one those that are."""
        found = (self.pages.get(index) for index in range(self.total))
        return [row for row in found if row is not None]

    def chosen(self) -> Row | None:
        """The row under the cursor, fetched now when it is not here yet, so that a key never waits for a worker."""
        if not self.total:
            return None
        for number in self.pages.missing(self.cursor, self.cursor):
            self.pages.keep(number, self.pages.load(number))
        return self.pages.get(self.cursor)

    def arrived(self, pages: Pages[Row], number: int, rows: Sequence[Row]) -> None:
        """A page has been fetched; one that belongs to an earlier list is dropped."""
        if pages is self.pages:
            pages.keep(number, rows)
            self.refresh()

    # --- moving

    @property
    def rows_seen(self) -> int:
        """How many rows are seen at once."""
        return max(1, (self.size.height or 21) - 1)

    def take_key(self, key: str, character: str | None) -> bool:
        """Move the cursor."""
        steps = {"up": -1, "down": 1, "pageup": -self.rows_seen, "pagedown": self.rows_seen}
        if key in steps:
            self.move_to(self.cursor + steps[key])
        elif key in {"home", "ctrl+home"}:
            self.move_to(0)
        elif key in {"end", "ctrl+end"}:
            self.move_to(self.total - 1)
        else:
            return False
        return True

    def move_to(self, index: int) -> None:
        """Place the cursor on row *index*."""
        before, top = self.cursor, self.top
        self.cursor = max(0, min(index, self.total - 1))
        self._scroll()
        if self.top != top:
            self.refresh()
        elif self.cursor != before:
            self.repaint_rows(before - self.top + 1, self.cursor - self.top + 1)
        self._want()
        if self.moved is not None and self.cursor != before:
            self.moved()

    def _scroll(self) -> None:
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + self.rows_seen:
            self.top = self.cursor - self.rows_seen + 1

    def _want(self) -> None:
        missing = self.pages.missing(self.top, self.top + self.rows_seen)
        if missing and self.wanted is not None:
            self.wanted(missing)

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._scroll()
        self._want()

    # --- drawing

    @property
    def cursor_at(self) -> tuple[int, int] | None:
        """The row under the cursor."""
        return 1, self.cursor - self.top + 1

    def _widths(self, width: int) -> list[int]:
        fixed = sum(column.width for column in self.columns) + _GAP * len(self.columns) + 1
        return [column.width or max(5, width - fixed) for column in self.columns]

    def row(self, y: int, width: int) -> Line:
        """The headings, then a row each."""
        line = Line(width)
        widths = self._widths(width)
        if y == 0:
            return self._cells(line, [column.heading for column in self.columns], widths, heading=True)
        index = self.top + y - 1
        if index >= self.total:
            return line.put(1, self.empty, QUIET) if y == 1 and not self.total else line
        record = self.pages.get(index)
        shown = ["…"] * len(widths) if record is None else [column.show(record) for column in self.columns]
        if index == self.cursor:
            line.style = CURSOR
        return self._cells(line, shown, widths)

    def _cells(self, line: Line, texts: list[str], widths: list[int], *, heading: bool = False) -> Line:
        at = 1
        for column, text, width in zip(self.columns, texts, widths, strict=True):
            line.put(at, text, HEADING if heading else PLAIN, width=width, align=column.align)
            at += width + _GAP
        return line
