"""An order that can no longer be changed, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.words import ORDER_STATE_NAMES
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.orders.put_away import put_away, ways
from tui.screens.words import day, money, named, number
from tui.widgets.details import Details, Piece, ReadRow, blank, heading, labelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.customers.orders import Order
    from core.customers.types import Customer
    from tui.app import RegisterApp


class OrderView(BaseScreen):
    """Head, lines, sums."""

    area = "order_view"

    def __init__(self, desk: RegisterApp, customer: Customer, order: Order) -> None:
        super().__init__(desk)
        self.customer = customer
        self.order = order
        self.details = Details(self._rows())

    def heading(self) -> str:
        """Its number."""
        return self.tr(N_("Order {number}"), number=self.order.number)

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The order."""
        yield self.details

    def offers(self, verb: str) -> bool:
        """Putting away needs an order that it can be done with."""
        return super().offers(verb) and (verb != "check" or bool(ways([self.order])))

    async def do_check(self) -> None:
        """F7: archive the order."""
        await put_away(self, [self.order], {self.customer.id: self.customer.display_name})

    async def returned(self, result: object) -> None:
        """An order that was put away has been seen."""
        if result is not None:
            await self.desk.back(result)

    async def do_enter(self) -> None:
        """Enter: back."""
        await self.desk.back()

    def _rows(self) -> list[ReadRow]:
        order = self.order
        rows: list[ReadRow] = [
            blank(),
            labelled(self.tr(N_("Customer")), f"{self.customer.number}  {self.customer.display_name}"),
            labelled(self.tr(N_("State")), named(ORDER_STATE_NAMES, order.state, self.desk.language)),
            labelled(self.tr(N_("Placed")), day(order.placed_on)),
            labelled(self.tr(N_("Due")), day(order.due_date)),
            labelled(self.tr(N_("Invoice")), str(order.invoice_number or "")),
            labelled(self.tr(N_("Reference")), order.reference or ""),
            blank(),
            heading(self.tr(N_("Lines"))),
        ]
        for line in order.lines:
            sums = f"{number(line.quantity)} × {money(line.unit_price)}  {number(line.vat_percent)} %"
            text = f"{line.product}  {line.description}".rstrip()
            rows.append(
                (Piece(1, text, width=44), Piece(46, sums.rjust(20)), Piece(67, money(line.net).rjust(11)))
            )
        rows += [
            blank(),
            labelled(self.tr(N_("Net")), money(order.total_net).rjust(12)),
            labelled(self.tr(N_("VAT")), money(order.total_vat).rjust(12)),
            labelled(self.tr(N_("Total")), money(order.total_gross).rjust(12)),
        ]
        return rows
