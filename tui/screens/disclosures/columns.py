"""How a transfer looks as a line of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure import transfers
from core.disclosure.types import STATE_NAMES
from core.messages import N_, tr
from tui.screens.words import purpose_name, when
from tui.widgets.record_table import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.disclosure.transfers import TransferFilter, TransferRow
    from tui.session.seat import Seat


def transfer_columns(language: str) -> list[Column[TransferRow]]:
    """Number in the log, when, to whom, why, how many persons, left out, what became of it."""
    return [
        Column(tr(N_("No."), language), 6, lambda row: str(row.number), "right"),
        Column(tr(N_("When"), language), 16, lambda row: when(row.created_at)),
        Column(tr(N_("Recipient"), language), 0, lambda row: row.recipient_name),
        Column(tr(N_("Why"), language), 14, lambda row: purpose_name(row.purpose, language)),
        Column(tr(N_("Count"), language), 5, lambda row: str(row.size), "right"),
        Column(tr(N_("State"), language), 12, lambda row: tr(STATE_NAMES[row.state], language)),
    ]


class Transfers:
    """The transfers that a filter lets through, newest first, as a source of pages."""

    def __init__(self, seat: Seat, wanted: TransferFilter) -> None:
        self._seat = seat
        self._wanted = wanted

    def count(self) -> int:
        """How many there are."""
        with self._seat.reading() as connection:
            return transfers.count(connection, self._wanted)

    def page(self, offset: int, limit: int) -> Sequence[TransferRow]:
        """A page of them."""
        with self._seat.reading() as connection:
            return transfers.page(connection, self._wanted, offset, limit)
