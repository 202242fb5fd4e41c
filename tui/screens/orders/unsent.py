"""Orders that wait to be sent to accounting, and drafts that wait to be finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import orders
from core.customers.orders import OrderState
from core.customers.reading import get
from core.customers.service import open_record
from core.customers.words import ORDER_STATE_NAMES
from core.messages import N_, tr
from core.staff.access_log import Access
from tui.screens.base import BaseScreen
from tui.screens.words import day, money, named
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.customers.orders import Order
    from tui.app import RegisterApp

_AT_MOST = 500
TASK = "order_handling"


class UnsentOrders(BaseScreen):
    """F8 shows what would leave; Enter opens the order."""

    area = "unsent"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self._names: dict[int, str] = {}
        self.table: RecordTable[Order] = RecordTable(
            self._columns(), empty=self.tr(N_("No order waits to be sent.")), moved=self.draw_frame
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Orders to send"))

    @property
    def active(self) -> RecordTable[Order]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.table

    async def prepare(self) -> None:
        """Read them, drafts first."""
        with self.desk.seat.reading() as connection:
            found = [
                *orders.recent(connection, _AT_MOST, state=OrderState.DRAFT),
                *orders.unsent(connection, _AT_MOST),
            ]
            wanted = {order.customer_id for order in found}
            self._names = {customer_id: get(connection, customer_id).display_name for customer_id in wanted}
        self.table.show_rows(found, keep_place=True)
        # The list names customers: looking at it is a look.
        self.desk.seat.record_access(Access.LIST, None, TASK, f"{len(found)} rows")

    def _columns(self) -> list[Column[Order]]:
        language = self.desk.language
        return [
            Column(tr(N_("No."), language), 7, lambda order: str(order.number), "right"),
            Column(tr(N_("Placed"), language), 10, lambda order: day(order.placed_on)),
            Column(tr(N_("Customer"), language), 0, lambda order: self._names.get(order.customer_id, "")),
            Column(tr(N_("Lines"), language), 6, lambda order: str(len(order.lines)), "right"),
            Column(tr(N_("Total"), language), 12, lambda order: money(order.total_gross), "right"),
            Column(
                tr(N_("State"), language), 14, lambda order: named(ORDER_STATE_NAMES, order.state, language)
            ),
        ]

    def offers(self, verb: str) -> bool:
        """A draft is finished before it is sent."""
        if verb == "send":
            order = self.table.chosen()
            if order is None or order.state is not OrderState.PLACED:
                return False
        return super().offers(verb)

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def returned(self, result: object) -> None:
        """Back: what has been sent is gone from the list."""
        await self.prepare()
        self.draw_frame()

    async def do_enter(self) -> None:
        """Enter: the order."""
        from tui.screens.orders.entry import open_order

        order = self.table.chosen()
        if order is not None:
            seat = self.desk.seat
            with seat.writing() as uow:
                customer = open_record(uow, seat.actor, order.customer_id, task=TASK)
            await open_order(self.desk, customer, order)

    async def do_more(self) -> None:
        """F9: what has become of the invoices."""
        seat = self.desk.seat
        reading = await self.desk.hold(
            self.tr(N_("Reading the invoices' states…")), lambda: seat.hub.read_invoice_states(seat.actor)
        )
        words = N_("{read} invoices read, {changed} of them changed.")
        self.say(self.tr(words, read=reading.read, changed=reading.changed), "done")

    async def do_send(self) -> None:
        """F8."""
        from tui.screens.orders.sending import SendOrder

        order = self.table.chosen()
        if order is not None:
            await self.desk.open(SendOrder(self.desk, order.id))
