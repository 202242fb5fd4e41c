"""Orders: those to send to accounting, the invoices still open, and all of them; sent and put away from here."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.customers import orders
from core.customers.invoices import open_invoices
from core.customers.orders import OrderState
from core.customers.reading import numbers_and_names
from core.customers.service import open_record
from core.messages import N_, tr
from core.staff.access_log import Access
from tui.screens.orders.columns import invoice_columns, order_columns
from tui.screens.orders.put_away import put_away, ways
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import money
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from core.customers.invoices import Invoice
    from core.customers.orders import Order
    from tui.app import RegisterApp

_TO_SEND, _INVOICES, _ALL = range(3)
_AT_MOST = 500
TASK = "order_handling"


class OrdersHome(TabbedScreen):
    """The space bar marks orders; F8 and F7 take those that are marked, or else the one under the cursor."""

    area = "orders"

    def __init__(self, desk: RegisterApp) -> None:
        language = desk.language
        self.names: dict[int, str] = {}
        self.marked: dict[int, set[int]] = {_TO_SEND: set(), _ALL: set()}
        self.waiting: RecordTable[Order] = RecordTable(
            order_columns(language, self.names, self.marked[_TO_SEND]),
            empty=tr(N_("No order waits to be sent."), language),
            moved=self.draw_frame,
        )
        self.invoices: RecordTable[Invoice] = RecordTable(
            invoice_columns(language, self.names), empty=tr(N_("Nobody owes anything."), language)
        )
        self.every: RecordTable[Order] = RecordTable(
            order_columns(language, self.names, self.marked[_ALL]),
            empty=tr(N_("There are no orders."), language),
            moved=self.draw_frame,
        )
        super().__init__(
            desk,
            [
                (tr(N_("To send"), language), self.waiting),
                (tr(N_("Open invoices"), language), self.invoices),
                (tr(N_("All orders"), language), self.every),
            ],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Orders"))

    def task_code(self) -> str:
        """What the looks at these customers are recorded under."""
        return TASK

    # --- reading

    def load(self, index: int) -> None:
        """Read one view.  Each names customers: looking at it is a look."""
        with self.desk.seat.reading() as connection:
            if index == _TO_SEND:
                drafts = orders.recent(connection, _AT_MOST, state=OrderState.DRAFT)
                found = [*drafts, *orders.unsent(connection, _AT_MOST)]
                self.waiting.show_rows(found, keep_place=True)
                whose = {order.customer_id for order in found}
            elif index == _INVOICES:
                unpaid = open_invoices(connection, _AT_MOST)
                self.invoices.show_rows(unpaid, keep_place=True)
                whose = {invoice.customer_id for invoice in unpaid}
            else:
                found = orders.recent(connection, _AT_MOST)
                self.every.show_rows(found, keep_place=True)
                whose = {order.customer_id for order in found}
            known = numbers_and_names(connection, whose)
        self.names.update({customer_id: name for customer_id, (_, name) in known.items()})
        total = self.views[index].total  # type: ignore[attr-defined]  # each view is a table
        self.desk.seat.record_access(Access.LIST, None, TASK, f"{total} rows")

    def _tell(self) -> None:
        """What the view adds up to, or what is marked."""
        table, marked = self._orders(), self._marked()
        if table is not None and marked:
            total = sum((one.total_gross for one in table.all_rows() if one.id in marked), Decimal(0))
            self.say(
                self.tr(N_("Marked orders: {count}, {total} EUR."), count=len(marked), total=money(total))
            )
        elif self.index == _INVOICES and self.invoices.total:
            owed = sum((one.open_total for one in self.invoices.all_rows()), Decimal(0))
            words = N_("Open invoices: {count}, {total} EUR.")
            self.say(self.tr(words, count=self.invoices.total, total=money(owed)))
        else:
            self.say("")

    def show_view(self, index: int) -> None:
        """See a view, and what it adds up to."""
        super().show_view(index)
        self._tell()

    async def returned(self, result: object) -> None:
        """Back: what has been sent or put away is gone from the lists."""
        if result is not None:
            for marked in self.marked.values():
                marked.clear()
            self.reload()
        self.draw_frame()

    # --- choosing

    def _orders(self) -> RecordTable[Order] | None:
        return {_TO_SEND: self.waiting, _ALL: self.every}.get(self.index)

    def _marked(self) -> set[int]:
        return self.marked.get(self.index, set())

    def _chosen(self) -> list[Order]:
        """The marked orders of this view, or the one under the cursor."""
        table, marked = self._orders(), self._marked()
        if table is None:
            return []
        here = table.chosen()
        return [one for one in table.all_rows() if one.id in marked] or ([here] if here is not None else [])

    def take_key(self, key: str, character: str | None) -> None:
        """The space bar marks and goes on to the next row."""
        table = self._orders()
        here = table.chosen() if key == "space" and table is not None else None
        if table is None or here is None:
            super().take_key(key, character)
            return
        self._marked().symmetric_difference_update({here.id})
        table.refresh()
        table.move_to(table.cursor + 1)
        self._tell()
        self.draw_frame()

    def offers(self, verb: str) -> bool:
        """Sending needs placed orders, putting away orders that it can be done with."""
        if verb == "send" and (self.index != _TO_SEND or not self._to_send()):
            return False
        if verb in {"lookup", "check"} and not self._chosen():
            return False
        return super().offers(verb)

    def _to_send(self) -> list[Order]:
        """Those of the chosen orders that are placed: a draft is finished before it is sent."""
        return [one for one in self._chosen() if one.state is OrderState.PLACED]

    async def do_lookup(self) -> None:
        """F4: mark every order that can be sent, or put away; again: none."""
        table, marked = self._orders(), self._marked()
        if table is None:
            return
        wanted = {one.id for one in table.all_rows() if self._can_be_marked(one)}
        if marked >= wanted:
            marked.clear()
        else:
            marked.update(wanted)
        table.refresh()
        self._tell()
        self.draw_frame()

    def _can_be_marked(self, order: Order) -> bool:
        return order.state is OrderState.PLACED if self.index == _TO_SEND else bool(ways([order]))

    # --- acting

    async def do_enter(self) -> None:
        """Enter: the order, also of an invoice."""
        from tui.screens.orders.entry import open_order

        table, invoice = self._orders(), self.invoices.chosen()
        order = table.chosen() if table is not None else None
        seat = self.desk.seat
        if table is None and invoice is not None:
            with seat.reading() as connection:
                order = orders.get(connection, invoice.order_id)
        if order is not None:
            with seat.writing() as uow:
                customer = open_record(uow, seat.actor, order.customer_id, task=TASK)
            await open_order(self.desk, customer, order)

    async def do_check(self) -> None:
        """F7: cancel or archive."""
        await put_away(self, self._chosen(), self.names)

    async def do_more(self) -> None:
        """F9: what has become of the invoices."""
        seat = self.desk.seat
        reading = await self.desk.hold(
            self.tr(N_("Reading the invoices' states…")), lambda: seat.hub.read_invoice_states(seat.actor)
        )
        self.reload()
        words = N_("{read} invoices read, {changed} of them changed.")
        self.say(self.tr(words, read=reading.read, changed=reading.changed), "done")

    async def do_send(self) -> None:
        """F8: after a look at what would leave."""
        from tui.screens.orders.batch import SendOrders
        from tui.screens.orders.sending import SendOrder

        chosen = self._to_send()
        if len(chosen) == 1:
            await self.desk.open(SendOrder(self.desk, chosen[0].id))
        else:
            await self.desk.open(SendOrders(self.desk, chosen, self.names))
