"""How a customer looks as a line of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import listing
from core.messages import N_, tr
from tui.widgets.record_table import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.customers.types import CustomerRow
    from tui.session.seat import Seat

# A letter each, explained in words on the card and in the help: nothing is said by colour.
_FLAGS = {"restricted": N_("restricted"), "ended": N_("ended")}


def customer_columns(language: str) -> list[Column[CustomerRow]]:
    """Number, name, address, and the letters of what to mind."""

    def street(row: CustomerRow) -> str:
        return tr(N_("(protected address)"), language) if row.protected_address else row.street or ""

    def letters(row: CustomerRow) -> str:
        return "".join(tr(word, language)[0].upper() for flag, word in _FLAGS.items() if flag in row.flags)

    return [
        Column(tr(N_("Number"), language), 8, lambda row: row.number),
        Column(tr(N_("Name"), language), 27, lambda row: row.display_name),
        Column(tr(N_("Street address"), language), 0, street),
        Column(tr(N_("Code"), language), 5, lambda row: row.postcode or ""),
        Column(tr(N_("Town"), language), 12, lambda row: row.town or ""),
        Column("!", 2, letters),
    ]


class Everyone:
    """All customers in Finnish name order, as a source of pages."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def count(self) -> int:
        """How many there are."""
        with self._seat.reading() as connection:
            return listing.count(connection)

    def page(self, offset: int, limit: int) -> Sequence[CustomerRow]:
        """A page of them."""
        with self._seat.reading() as connection:
            return listing.page(connection, offset, limit)
