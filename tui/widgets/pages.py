"""Rows of a long list, fetched a page at a time and kept while they are likely to be looked at again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
PAGE = 100
KEPT = 30


class Source(Protocol[Row_co]):
    """Where rows come from.  Both may take time and are called outside the event loop, except when keys wait."""

    def count(self) -> int:
        """How many rows there are."""
        ...

    def page(self, offset: int, limit: int) -> Sequence[Row_co]:
        """The rows from *offset* (0 is the first), at most *limit*."""
        ...


class Pages(Generic[Row]):
    """The pages of one list; the least recently looked at go first."""

    def __init__(self, source: Source[Row], total: int) -> None:
        self.source = source
        self.total = total
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def get(self, index: int) -> Row | None:
        """The row *index* when it is here."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            return None
        self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def missing(self, first: int, last: int) -> list[int]:
        """The numbers of the pages that rows *first* to *last* need and that are not here."""
        last = min(last, self.total - 1)
        return (
            []
            if last < first
            else [n for n in range(first // PAGE, last // PAGE + 1) if n not in self._pages]
        )

    def load(self, number: int) -> Sequence[Row]:
        """Fetch the page *number*; changes nothing here, so that a thread may do it."""
        return self.source.page(number * PAGE, PAGE)

    def keep(self, number: int, rows: Sequence[Row]) -> None:
        """Put a fetched page in its place."""
        self._pages[number] = rows
        self._pages.move_to_end(number)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
