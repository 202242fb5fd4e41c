"""The customer card: details with sources, orders, invoices, disclosures, and who has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import orders
from core.customers.invoices import invoices_of
from core.customers.orders import OrderState
from core.customers.service import open_record
from core.customers.words import INVOICE_STATE_NAMES, ORDER_STATE_NAMES
from core.disclosure import transfers
from core.messages import N_, tr
from core.staff.access_log import accesses_of
from tui.screens.customers.details import detail_rows, read_facts
from tui.screens.customers.standing import standing_words
from tui.screens.digits import DigitBar
from tui.screens.disclosures.columns import transfer_columns
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import day, money, named, purpose_name, when
from tui.widgets.details import Details
from tui.widgets.record_table import Column, RecordTable
from tui.widgets.standing_line import StandingLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.customers.invoices import Invoice
    from core.customers.orders import Order
    from core.customers.types import Customer
    from core.disclosure.transfers import TransferRow
    from core.staff.access_log import AccessEvent
    from tui.app import RegisterApp

_DETAILS, _ORDERS, _INVOICES, _DISCLOSURES, _ACCESSES = range(5)
_AT_MOST = 500


class CustomerCard(TabbedScreen):
    """Opened by the customer's id; the opening is recorded, with its task, before anything is shown."""

    area = "card"

    def __init__(self, desk: RegisterApp, customer_id: int) -> None:
        self.customer_id = customer_id
        language = desk.language
        self.standing = StandingLine()
        self.digits = DigitBar()
        self.details = Details()
        self.orders: RecordTable[Order] = RecordTable(
            _order_columns(language),
            empty=tr(N_("No orders. F6 takes one."), language),
            moved=self.draw_frame,
        )
        self.invoices: RecordTable[Invoice] = RecordTable(
            _invoice_columns(language), empty=tr(N_("No invoices."), language)
        )
        self.disclosures: RecordTable[TransferRow] = RecordTable(
            transfer_columns(language),
            empty=tr(N_("Nothing has been disclosed about this customer."), language),
        )
        self.accesses: RecordTable[AccessEvent] = RecordTable(_access_columns(language))
        super().__init__(
            desk,
            [
                (tr(N_("Details"), language), self.details),
                (tr(N_("Orders"), language), self.orders),
                (tr(N_("Invoices"), language), self.invoices),
                (tr(N_("Disclosures"), language), self.disclosures),
                (tr(N_("Access log"), language), self.accesses),
            ],
        )
        self.customer: Customer

    def heading(self) -> str:
        """The customer's number and name."""
        return f"{self.customer.number} {self.customer.display_name}"

    def task_code(self) -> str:
        """The one that the person has chosen."""
        return self.desk.seat.task

    # --- drawing

    def head(self) -> Iterable[Widget]:
        """How the customer stands, before anything else and whatever view is seen."""
        yield self.standing

    def body(self) -> Iterable[Widget]:
        """Standing, views, and what the digits after the views' do."""
        yield from super().body()
        yield self.digits

    def draw_frame(self) -> None:
        """The digits that this person may use stand above the message, as keys stand below."""
        super().draw_frame()
        self.digits.show_offered(self)

    # --- reading

    async def prepare(self) -> None:
        """Record the look, then read."""
        self._open()
        await super().prepare()

    def _open(self) -> None:
        seat = self.desk.seat
        with seat.writing() as uow:
            self.customer = open_record(uow, seat.actor, self.customer_id, task=seat.task)
        self.facts = read_facts(seat, self.customer)
        words = standing_words(self.facts, self.desk.language)
        self.standing.show(words or self.tr(N_("No bans, no restriction.")), minding=bool(words))

    def load(self, index: int) -> None:
        """Read one view."""
        seat, language = self.desk.seat, self.desk.language
        if index == _DETAILS:
            self.details.show(detail_rows(self.facts, language))
            return
        with seat.reading() as connection:
            if index == _ORDERS:
                self.orders.show_rows(orders.orders_of(connection, self.customer_id), keep_place=True)
            elif index == _INVOICES:
                self.invoices.show_rows(invoices_of(connection, self.customer_id), keep_place=True)
            elif index == _DISCLOSURES:
                rows = transfers.of_customer(connection, self.customer_id, limit=_AT_MOST)
                self.disclosures.show_rows(rows, keep_place=True)
            else:
                events = accesses_of(connection, self.customer_id, limit=_AT_MOST)
                self.accesses.show_rows(events, keep_place=True)

    async def do_refresh(self) -> None:
        """F5, and after anything was changed."""
        self._open()
        self.reload()

    async def returned(self, result: object) -> None:
        """Back from a screen above: as it is now."""
        if result == "saved":
            self.index = _ORDERS
        if result is not None:
            await self.do_refresh()

    # --- acting

    def offers(self, verb: str) -> bool:
        """Sending needs a placed order under the cursor."""
        if verb == "send":
            order = self.orders.chosen() if self.index == _ORDERS else None
            if order is None or order.state is not OrderState.PLACED:
                return False
        return super().offers(verb)

    async def do_enter(self) -> None:
        """Enter: the order or the transfer under the cursor."""
        order = self.orders.chosen() if self.index == _ORDERS else None
        transfer = self.disclosures.chosen() if self.index == _DISCLOSURES else None
        if order is not None:
            from tui.screens.orders.entry import open_order

            await open_order(self.desk, self.customer, order)
        elif transfer is not None:
            from tui.screens.disclosures.entry import TransferEntry

            await self.desk.open(TransferEntry(self.desk, transfer.id))

    async def do_change(self) -> None:
        """F2."""
        from tui.screens.customers.form import ChangeCustomerForm

        restricted = bool(self.facts.restrictions)
        await self.desk.open(ChangeCustomerForm(self.desk, self.customer, restricted=restricted))

    async def do_new(self) -> None:
        """F6: an order."""
        from tui.screens.orders.entry import OrderEntry

        await self.desk.open(OrderEntry(self.desk, self.customer))

    async def do_check(self) -> None:
        """F7."""
        from tui.screens.credit.enquiry import CreditEnquiry

        await self.desk.open(CreditEnquiry(self.desk, self.customer))

    async def do_more(self) -> None:
        """F9: the person's statement."""
        from tui.screens.customers.statement import StatementScreen

        await self.desk.open(StatementScreen(self.desk, self.customer))

    async def do_lookup(self) -> None:
        """F4: the task; the customer is then looked at again, under it."""
        from tui.screens.task import TaskScreen

        await self.desk.open(TaskScreen(self.desk))

    async def do_choose_6(self) -> None:
        """6: bans."""
        from tui.screens.customers.periods import BansForm

        await self.desk.open(BansForm(self.desk, self.customer))

    async def do_choose_7(self) -> None:
        """7: restriction."""
        from tui.screens.customers.periods import RestrictionsForm

        await self.desk.open(RestrictionsForm(self.desk, self.customer))

    async def do_choose_8(self) -> None:
        """8: protected address."""
        from tui.screens.customers.protection import ProtectionForm

        await self.desk.open(ProtectionForm(self.desk, self.customer))

    async def do_choose_9(self) -> None:
        """9: bank account."""
        from tui.screens.customers.bank_account import BankAccountForm

        await self.desk.open(BankAccountForm(self.desk, self.customer))

    async def do_choose_0(self) -> None:
        """0: end the relationship, or begin it anew."""
        from tui.screens.customers.ending import EndingForm

        await self.desk.open(EndingForm(self.desk, self.customer))

    async def do_send(self) -> None:
        """F8: the order under the cursor, after a look at exactly what would leave."""
        order = self.orders.chosen()
        if order is not None:
            from tui.screens.orders.sending import SendOrder

            await self.desk.open(SendOrder(self.desk, order.id))


def _order_columns(language: str) -> list[Column[Order]]:
    return [
        Column(tr(N_("No."), language), 7, lambda order: str(order.number), "right"),
        Column(tr(N_("Placed"), language), 10, lambda order: day(order.placed_on)),
        Column(tr(N_("What"), language), 0, lambda order: order.lines[0].product if order.lines else ""),
        Column(tr(N_("Lines"), language), 6, lambda order: str(len(order.lines)), "right"),
        Column(tr(N_("Total"), language), 12, lambda order: money(order.total_gross), "right"),
        Column(tr(N_("State"), language), 19, lambda order: named(ORDER_STATE_NAMES, order.state, language)),
    ]


def _invoice_columns(language: str) -> list[Column[Invoice]]:
    return [
        Column(tr(N_("No."), language), 8, lambda invoice: str(invoice.number), "right"),
        Column(tr(N_("Dated"), language), 10, lambda invoice: day(invoice.date)),
        Column(tr(N_("Due"), language), 10, lambda invoice: day(invoice.due_date)),
        Column(tr(N_("Total"), language), 12, lambda invoice: money(invoice.total), "right"),
        Column(tr(N_("Open"), language), 12, lambda invoice: money(invoice.open_total), "right"),
        Column(
            tr(N_("State"), language), 0, lambda invoice: named(INVOICE_STATE_NAMES, invoice.state, language)
        ),
    ]


_ACCESS_NAMES = {
    "open": N_("opened"),
    "search": N_("searched"),
    "list": N_("listed"),
    "print": N_("printed"),
    "export": N_("exported"),
    "copy": N_("copied"),
    "change": N_("changed"),
    "send": N_("sent"),
    "enquire": N_("enquired"),
}


def _access_columns(language: str) -> list[Column[AccessEvent]]:
    return [
        Column(tr(N_("When"), language), 16, lambda event: when(event.recorded_at)),
        Column(
            tr(N_("Who"), language), 20, lambda event: event.staff_name or tr(N_("the program"), language)
        ),
        Column(tr(N_("Did"), language), 9, lambda event: named(_ACCESS_NAMES, event.action, language)),
        Column(tr(N_("Task"), language), 0, lambda event: purpose_name(event.task, language)),
        Column(tr(N_("More"), language), 8, lambda event: event.detail or ""),
    ]
