"""Sending an order to accounting, after a look at exactly what would leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import invoicing
from core.disclosure.types import STATE_NAMES
from core.messages import N_, tr
from tui.screens.disclosures.preview import TransferPreview

if TYPE_CHECKING:
    from core.customers.invoicing import OrderPreview
    from core.disclosure.types import TransferResult
    from tui.app import RegisterApp


class SendOrder(TransferPreview):
    """The preview of one order."""

    def __init__(self, desk: RegisterApp, order_id: int) -> None:
        super().__init__(desk)
        self.order_id = order_id
        self.shown: OrderPreview

    def heading(self) -> str:
        """Which order."""
        return self.tr(N_("Send order {number}"), number=self.shown.order.number)

    async def prepare(self) -> None:
        """Plan and render; refusals keep one where one was."""
        seat = self.desk.seat
        self.shown = invoicing.preview_order(seat.register, seat.actor, self.order_id)
        self.show_preview(self.shown.preview)

    def release(self) -> TransferResult:
        """Let it leave."""
        seat = self.desk.seat
        return invoicing.release_order(seat.register, seat.actor, self.shown)

    def sent(self, result: TransferResult) -> str:
        """The order's state and its place in the log."""
        words = N_("Order {order}: {state}. Transfer {number} in the disclosure log.")
        state = tr(STATE_NAMES[result.state], self.desk.language)
        return self.tr(words, order=self.shown.order.number, state=state, number=result.number)
