"""The table over pages: a million rows, a screenful of them drawn, a few pages kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.widgets.pages import KEPT, PAGE
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Sequence

MILLION = 1_000_000


class Numbers:
    """Rows that are their own numbers; remembers which pages were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def count(self) -> int:
        """A million."""
        return MILLION

    def page(self, offset: int, limit: int) -> Sequence[int]:
        """A page of them."""
        self.asked.append(offset // PAGE)
        return range(offset, min(offset + limit, MILLION))


def table(source: Numbers | None = None, wanted: list[list[int]] | None = None) -> RecordTable[int]:
    """A table of numbers."""
    made: RecordTable[int] = RecordTable(
        [Column("N", 10, str, "right")], empty="nothing", wanted=None if wanted is None else wanted.append
    )
    if source is not None:
        made.show(source, source.count())
    return made


def test_opening_a_million_rows_fetches_nothing_by_itself() -> None:
    """The table only says which page it would like to have."""
    source = Numbers()
    wanted: list[list[int]] = []
    started = time.perf_counter()
    table(source, wanted)
    assert time.perf_counter() - started < 0.1
    assert source.asked == []
    assert wanted == [[0]]


def test_a_row_that_is_not_here_yet_is_shown_as_dots() -> None:
    """Drawing never waits."""
    assert "…" in table(Numbers()).row(1, 40).strip().text


def test_enter_does_not_wait_for_a_worker() -> None:
    """The row under the cursor is fetched there and then."""
    source = Numbers()
    shown = table(source)
    shown.take_key("end", None)
    assert shown.chosen() == MILLION - 1
    assert source.asked == [(MILLION - 1) // PAGE]


def test_a_page_is_drawn_when_it_arrives() -> None:
    """And one that belongs to an earlier list is dropped."""
    source = Numbers()
    shown = table(source)
    old = shown.pages
    shown.arrived(old, 0, source.page(0, PAGE))
    assert "0" in shown.row(1, 40).strip().text
    shown.show(source, 10)
    shown.arrived(old, 0, [99] * PAGE)
    assert "99" not in shown.row(1, 40).strip().text


def test_only_a_few_pages_are_kept() -> None:
    """Walking through a long list does not fill the memory."""
    source = Numbers()
    shown = table(source)
    for index in range(0, 100 * PAGE, PAGE):
        shown.move_to(index)
        shown.chosen()
    assert len(shown.pages._pages) == KEPT


def test_moving_stays_within_the_list() -> None:
    """Past either end the cursor stays on the last row there is."""
    shown = table(Numbers())
    for key in ("up", "pageup", "home"):
        shown.take_key(key, None)
    assert shown.cursor == 0
    for key in ("end", "down", "pagedown"):
        shown.take_key(key, None)
    assert shown.cursor == MILLION - 1


def test_an_empty_list_says_so() -> None:
    """And has nothing to choose."""
    shown = table()
    assert "nothing" in shown.row(1, 40).strip().text
    assert shown.chosen() is None
