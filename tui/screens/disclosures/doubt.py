"""Transfers in doubt: sent, perhaps, and no answer that says so.  The partner is asked, or a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure import transfers
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.disclosures.columns import transfer_columns
from tui.widgets.details import Details, paragraph
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.transfers import TransferRow
    from tui.app import RegisterApp

_AT_MOST = 500
_ADVICE_ROWS = 4


class DoubtScreen(BaseScreen):
    """Those that wait."""

    area = "doubt"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.table: RecordTable[TransferRow] = RecordTable(
            transfer_columns(desk.language), empty=self.tr(N_("No transfer is in doubt."))
        )
        self.advice = Details(
            paragraph(
                self.tr(
                    N_(
                        "F7 asks the partner by the transfer's own key. Where the partner cannot be asked by a program, "
                        "call them, name the key shown under Persons, and record what they say with F9. A credit enquiry is "
                        "never repeated by itself."
                    )
                )
            )
        )
        self.advice.styles.height = _ADVICE_ROWS

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Transfers in doubt"))

    @property
    def active(self) -> RecordTable[TransferRow]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list, and what to do."""
        yield self.table
        yield self.advice

    async def prepare(self) -> None:
        """Read them."""
        with self.desk.seat.reading() as connection:
            rows = transfers.page(connection, TransferFilter(state=TransferState.IN_DOUBT), limit=_AT_MOST)
        self.table.show_rows(rows, keep_place=True)

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def returned(self, result: object) -> None:
        """Back: what has been decided is gone from the list."""
        await self.prepare()

    async def do_enter(self) -> None:
        """Enter: the transfer."""
        row = self.table.chosen()
        if row is not None:
            from tui.screens.disclosures.entry import TransferEntry

            await self.desk.open(TransferEntry(self.desk, row.id))

    async def do_check(self) -> None:
        """F7: ask the partner."""
        row = self.table.chosen()
        if row is None:
            return
        seat = self.desk.seat
        result = await self.desk.hold(
            self.tr(N_("Asking {recipient}…"), recipient=row.recipient_name),
            lambda: seat.register.gate.settle(seat.actor, row.id),
        )
        await self.prepare()
        settled = result.state is not TransferState.IN_DOUBT
        state = tr(STATE_NAMES[result.state], self.desk.language)
        self.say(
            self.tr(N_("Transfer {number}: {state}."), number=result.number, state=state),
            "done" if settled else "warning",
        )

    async def do_more(self) -> None:
        """F9: a person decides."""
        row = self.table.chosen()
        if row is not None:
            from tui.screens.disclosures.decision import DecisionScreen

            await self.desk.open(DecisionScreen(self.desk, row))
