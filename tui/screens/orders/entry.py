"""Taking an order, and changing one that has not been sent: lines in a table, sums below."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.customers import orders
from core.customers.orders import OrderSettings, OrderState
from core.errors import RegisterError
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.orders.lines import (
    FIRST_ROW,
    Defaults,
    copied,
    draft_line,
    headings,
    line_fields,
    line_of,
    row_totals,
    used_rows,
    values_of,
)
from tui.screens.orders.put_away import put_away
from tui.screens.words import money, number, parse_number
from tui.widgets.details import Details, labelled
from tui.widgets.form import Field, Form, Note
from tui.widgets.paint import BOLD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from textual.widget import Widget

    from core.customers.money import OrderLine
    from core.customers.orders import Order
    from core.customers.types import Customer
    from tui.app import RegisterApp

_ROWS = 40
_LONGEST_TERM = 365


class OrderEntry(BaseScreen):
    """An order of *customer*; with *order*, a draft or placed order to go on with."""

    area = "order"

    def __init__(self, desk: RegisterApp, customer: Customer, order: Order | None = None) -> None:
        super().__init__(desk)
        self.customer = customer
        self.order = order
        settings = desk.seat.register.config.orders
        self.defaults = Defaults(settings.vat_percent)
        self.totals = Details()
        self.totals.styles.height = 1
        self.form = Form(
            [
                *line_fields(_ROWS),
                Field("reference", self.tr(N_("Reference")), row=0, column=20, width=24, label_column=1, max_length=60),
                Field(
                    "term", self.tr(N_("Payment term, days")), row=0, column=70, width=4, label_column=48, max_length=3,
                    align_right=True,
                ),
            ],
            self._first_values(settings.payment_term_days),
            changed=self._typed,
        )  # fmt: skip
        self._before = self.form.values()
        self._recount()

    def _first_values(self, term: int) -> dict[str, str]:
        if self.order is None:
            return {"term": str(term)}
        term = (self.order.due_date - self.order.placed_on).days
        return {**values_of(self.order.lines), "reference": self.order.reference or "", "term": str(term)}

    def heading(self) -> str:
        """Its name."""
        if self.order is None:
            return self.tr(N_("New order"))
        return self.tr(N_("Order {number}"), number=self.order.number)

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """Lines and sums."""
        yield self.form
        yield self.totals

    @property
    def unsaved(self) -> bool:
        """Something has been typed."""
        return self.form.values() != self._before

    def _typed(self, name: str) -> None:
        """A row that is begun gets the usual quantity and tax, so that what is reckoned with is seen."""
        part, _, row = name.rpartition("_")
        values = self.form.values()
        if (
            part == "product"
            and values[name]
            and not values[f"quantity_{row}"]
            and not values[f"vat_percent_{row}"]
        ):
            self.form.put(f"quantity_{row}", number(self.defaults.quantity))
            self.form.put(f"vat_percent_{row}", number(self.defaults.vat_percent))
        self._recount()

    def _recount(self) -> None:
        notes, totals = row_totals(self.form.values(), _ROWS, self.defaults)
        whose = Note(1, f"{self.customer.number}  {self.customer.display_name}", 1, BOLD)
        self.form.notes = (whose, *headings(self.desk.language), *notes)
        net, vat, gross = self.tr(N_("Net")), self.tr(N_("VAT")), self.tr(N_("Total"))
        text = f"{net} {money(totals.net)}   {vat} {money(totals.vat)}   {gross} {money(totals.gross)} EUR"
        self.totals.show([labelled("", text.rjust(77), at=1)])

    # --- keys

    async def do_enter(self) -> None:
        """Enter: the next field, like Tab."""
        self.form.next()

    async def do_more(self) -> None:
        """F9: this row like the one above."""
        row = self.form.current.row - FIRST_ROW + 1
        if row > 1:
            for name, text in copied(self.form.values(), row).items():
                self.form.put(name, text)
            self.form.refresh()

    def offers(self, verb: str) -> bool:
        """Putting away needs an order that there is."""
        return super().offers(verb) and (verb != "check" or self.order is not None)

    async def do_check(self) -> None:
        """F7: cancel or archive the order as it was saved."""
        if self.order is None:
            return
        if self.unsaved:
            self.say(self.tr(N_("Save the changes first, or leave them with F12.")), "warning")
            return
        await put_away(self, [self.order], {self.customer.id: self.customer.display_name})

    async def returned(self, result: object) -> None:
        """An order that was put away is no longer changed here."""
        if result is not None:
            await self.desk.back(result)

    async def do_save(self) -> None:
        """F10: place the order, or save the changes."""
        values = self.form.values()
        rows = used_rows(values, _ROWS)
        try:
            lines = [line_of(values, row, self.defaults) for row in rows]
            order = self._write(lines, self._term())
        except RegisterError as error:
            self._go_to(error, rows)
            raise
        await self.desk.back("saved")
        words = N_("Order {number} of {name} is placed: {total} EUR.")
        name, total = self.customer.display_name, money(order.total_gross)
        self.desk.current.say(self.tr(words, number=order.number, name=name, total=total), "done")

    def _go_to(self, error: RegisterError, rows: list[int]) -> None:
        """To the field that is wrong: the service counts lines, the form counts rows."""
        line, field = error.where.row, error.where.field
        if line is not None and field is not None and line <= len(rows):
            self.form.focus_field(f"{field}_{rows[line - 1]}")

    def _term(self) -> int:
        term = parse_number(self.form.value("term"), "term")
        return min(max(int(term), 0), _LONGEST_TERM)

    def _today(self) -> date:
        return self.desk.seat.register.clock.now().astimezone(HELSINKI).date()

    def _write(self, lines: list[OrderLine], term: int, *, draft: bool = False) -> Order:
        seat, reference = self.desk.seat, self.form.value("reference") or None
        configured = seat.register.config.orders
        with seat.writing() as uow:
            if self.order is None:
                settings = OrderSettings(configured.first_number, configured.first_invoice_number)
                return orders.place(
                    uow, seat.actor, self.customer.id, lines, placed_on=self._today(), payment_term_days=term,
                    reference=reference, draft=draft, settings=settings,
                )  # fmt: skip
            due = self.order.placed_on + timedelta(days=term)
            changed = orders.change(
                uow,
                seat.actor,
                self.order.id,
                version=self.order.version,
                lines=lines,
                reference=reference,
                due_date=due,
            )
            if changed.state is OrderState.DRAFT and not draft:
                changed = orders.mark(uow, seat.actor, changed.id, OrderState.PLACED)
            return changed

    def keep_draft(self) -> None:
        """The line dropped: what has been typed becomes a draft order, to go on with from the card."""
        placed = self.order is not None and self.order.state is OrderState.PLACED
        values = self.form.values()
        rows = used_rows(values, _ROWS)
        if self.unsaved and rows and not placed:
            lines = [draft_line(values, row, self.defaults) for row in rows]
            self._write(lines, self.desk.seat.register.config.orders.payment_term_days, draft=True)


async def open_order(desk: RegisterApp, customer: Customer, order: Order) -> None:
    """An order to go on with while it can be changed, else to read."""
    if order.state in {OrderState.DRAFT, OrderState.PLACED}:
        await desk.open(OrderEntry(desk, customer, order))
    else:
        from tui.screens.orders.view import OrderView

        await desk.open(OrderView(desk, customer, order))
