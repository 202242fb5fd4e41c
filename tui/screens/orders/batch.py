"""Several orders to accounting at once: what would leave of each, then each in a transfer of its own, with a bar.

Sending goes on in a thread while keys work, so that it can be stopped; what has been sent stays sent.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

from core.customers import invoicing
from core.disclosure.looking import record_look
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.disclosures.shown import payload_rows, plan_rows
from tui.screens.words import money
from tui.session.background import in_thread
from tui.widgets.details import Details, Piece, ReadRow, blank, heading, labelled, paragraph
from tui.widgets.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.widget import Widget

    from core.customers.invoicing import OrderPreview, SentOrder
    from core.customers.orders import Order
    from tui.app import RegisterApp


class SendOrders(BaseScreen):
    """F10 sends exactly what is shown; F8 stops after the order under way."""

    area = "send_orders"

    def __init__(self, desk: RegisterApp, chosen: Sequence[Order], names: Mapping[int, str]) -> None:
        super().__init__(desk)
        self.chosen = tuple(chosen)
        self.names = names
        self.progress = Progress()
        self.details = Details()
        self.shown: list[OrderPreview] = []
        self.refused: list[SentOrder] = []
        self.done: list[SentOrder] = []
        self.busy = self.over = False
        self._stop = False
        self._loop = asyncio.get_running_loop()

    def heading(self) -> str:
        """How many."""
        return self.tr(N_("Send {count} orders"), count=len(self.chosen))

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """Bar, and what would leave or what came of it."""
        yield self.progress
        yield self.details

    def task_code(self) -> str:
        """What the looks at these customers are recorded under."""
        return invoicing.PURPOSE

    async def prepare(self) -> None:
        """Plan and render each; nothing leaves.  That they are shown is a look at each customer."""
        seat, ids = self.desk.seat, [order.id for order in self.chosen]
        self.shown, self.refused = await self.desk.hold(
            self.tr(N_("Making what would leave…")),
            lambda: invoicing.preview_orders(seat.register, seat.actor, ids),
        )
        with seat.writing() as uow:
            for one in self.shown:
                record_look(uow, seat.actor, one.preview.plan)
        self.details.show(self._preview_rows())
        if not self.shown:
            self.say(self.tr(N_("None of these orders can be sent: the reasons are shown.")), "error")

    # --- what is shown

    def _preview_rows(self) -> list[ReadRow]:
        rows: list[ReadRow] = [blank()]
        if self.shown:
            total = sum((one.order.total_gross for one in self.shown), Decimal(0))
            rows += plan_rows([one.preview.plan for one in self.shown], self.desk.language)
            rows.append(labelled(self.tr(N_("Orders")), str(len(self.shown))))
            rows.append(labelled(self.tr(N_("Total")), f"{money(total)} EUR"))
        rows += [blank(), *self._refusals(self.refused)]
        for one in self.shown:
            name, gross = self.names.get(one.order.customer_id, ""), money(one.order.total_gross)
            rows.append(
                (
                    Piece(1, str(one.order.number).rjust(7)),
                    Piece(10, name, width=46),
                    Piece(58, gross.rjust(12)),
                )
            )
        for one in self.shown:
            rows += [blank(), heading(self.tr(N_("Order {number}"), number=one.order.number))]
            rows += payload_rows(one.preview.payloads, self.desk.language)
        return rows

    def _refusals(self, refused: Iterable[SentOrder]) -> list[ReadRow]:
        rows: list[ReadRow] = []
        for one in refused:
            if one.refusal is not None:
                told = one.refusal.explain(self.desk.language)
                words = f"{told.sentence} {told.advice}".rstrip()
                rows += paragraph(self.tr(N_("Order {order} stays: {why}"), order=one.number, why=words))
        return rows

    def _result_rows(self) -> list[ReadRow]:
        rows: list[ReadRow] = [blank(), *self._refusals([*self.refused, *self.done])]
        for one in self.done:
            if one.result is not None:
                state = tr(STATE_NAMES[one.result.state], self.desk.language)
                words = N_("Order {order}: {state}. Transfer {number} in the disclosure log.")
                rows += paragraph(self.tr(words, order=one.number, state=state, number=one.result.number))
                reasons = sorted({it.message for it in one.result.outcomes.values() if it.message})
                rows += [row for reason in reasons[:1] for row in paragraph(f"    {reason}")]
        left = len(self.shown) - len(self.done)
        if left:
            rows += paragraph(self.tr(N_("Not begun: {count}. They wait as they were."), count=left))
        return rows

    # --- work in a thread

    def _watch(self, one: SentOrder) -> bool:
        """Called in the thread after each order; False stops."""
        self.done.append(one)
        self._loop.call_soon_threadsafe(self.progress.show, len(self.done), len(self.shown))
        return not self._stop

    async def _send(self) -> None:
        seat = self.desk.seat
        try:
            await in_thread(
                lambda: invoicing.release_orders(seat.register, seat.actor, self.shown, progress=self._watch)
            )
            self._say_result()
        finally:
            self.busy, self.over = False, True
            self.details.show(self._result_rows())
            self.draw_frame()

    def _say_result(self) -> None:
        states = [one.result.state for one in self.done if one.result is not None]
        sent = states.count(TransferState.DELIVERED)
        if sent == len(self.chosen):
            self.say(self.tr(N_("Sent: {sent} orders."), sent=sent), "done")
        else:
            words = N_("Sent: {sent} of {total} orders. What came of each is shown.")
            self.say(self.tr(words, sent=sent, total=len(self.chosen)), "warning")

    # --- keys

    def offers(self, verb: str) -> bool:
        """Stop while it works, send while there is something to send."""
        if (verb == "send" and not self.busy) or (
            verb == "save" and (self.busy or self.over or not self.shown)
        ):
            return False
        return super().offers(verb)

    def may_leave(self) -> bool:
        """Not while orders leave: what comes of them is to be seen."""
        if self.busy:
            self.say(self.tr(N_("Orders are being sent. F8 stops after the one under way.")), "warning")
        return not self.busy

    async def do_cancel(self) -> None:
        """F12: back, and tell the list that something has happened."""
        if self.may_leave():
            await self.desk.back("sent" if self.over else None)

    async def do_save(self) -> None:
        """F10: let them leave, one by one."""
        self.busy = True
        self.progress.show(0, len(self.shown))
        recipient = self.shown[0].preview.plan.recipient.name
        self.say(self.tr(N_("Sending to {recipient}…"), recipient=recipient))
        self.draw_frame()
        self.run_worker(self.desk.guarded(self._send()), exit_on_error=False)

    async def do_send(self) -> None:
        """F8: stop."""
        self._stop = True
        self.say(self.tr(N_("Stopping after the order under way…")))

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        if not self.busy and not self.over:
            self.say(self.tr(N_("F10 sends exactly this; F12 goes back and nothing leaves.")))
