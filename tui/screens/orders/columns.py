"""How orders and invoices look as lines of the lists that name their customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.words import INVOICE_STATE_NAMES, ORDER_STATE_NAMES
from core.messages import N_, tr
from tui.screens.words import day, money, named
from tui.widgets.record_table import Column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from core.customers.invoices import Invoice
    from core.customers.orders import Order


def order_columns(language: str, names: Mapping[int, str], marked: AbstractSet[int]) -> list[Column[Order]]:
    """A sign for the marked, number, day, whose, total and state; *names* by customer id."""
    return [
        Column("", 1, lambda order: "*" if order.id in marked else ""),
        Column(tr(N_("No."), language), 6, lambda order: str(order.number), "right"),
        Column(tr(N_("Placed"), language), 10, lambda order: day(order.placed_on)),
        Column(tr(N_("Customer"), language), 0, lambda order: names.get(order.customer_id, "")),
        Column(tr(N_("Total"), language), 12, lambda order: money(order.total_gross), "right"),
        Column(tr(N_("State"), language), 22, lambda order: named(ORDER_STATE_NAMES, order.state, language)),
    ]


def invoice_columns(language: str, names: Mapping[int, str]) -> list[Column[Invoice]]:
    """Number, due day, whose, total, what is open, and the state that accounting last told."""
    return [
        Column(tr(N_("No."), language), 8, lambda invoice: str(invoice.number), "right"),
        Column(tr(N_("Due"), language), 10, lambda invoice: day(invoice.due_date)),
        Column(tr(N_("Customer"), language), 0, lambda invoice: names.get(invoice.customer_id, "")),
        Column(tr(N_("Total"), language), 12, lambda invoice: money(invoice.total), "right"),
        Column(tr(N_("Open"), language), 12, lambda invoice: money(invoice.open_total), "right"),
        Column(
            tr(N_("State"), language), 14, lambda invoice: named(INVOICE_STATE_NAMES, invoice.state, language)
        ),
    ]
