"""What accounting knows of our invoices, page by page, into the customers' room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select

from core.customers.invoices import OPEN_STATES, InvoiceState, State, record_states
from core.customers.model import customer_order_table, invoice_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.invoices import Recorded
    from core.database import Database
    from integrations.protocol import FetchedInvoice

_LARGEST_NUMBER: Final = 10**18


def first_day_to_read(connection: Connection) -> date | None:
    """The day of the oldest invoice whose state may still change; None when there is no such invoice."""
    order, invoice = customer_order_table.c, invoice_table.c
    joined = customer_order_table.outerjoin(invoice_table, invoice.number == order.invoice_number)
    open_yet = or_(invoice.number.is_(None), invoice.state.in_(OPEN_STATES))
    day: date | None = connection.execute(
        select(func.min(order.placed_on))
        .select_from(joined)
        .where(order.invoice_number.is_not(None), open_yet)
    ).scalar_one()
    return day


def record_page(database: Database, actor: Actor, page: Sequence[FetchedInvoice]) -> Recorded:
    """Keep one page in one transaction; what the partner leaves out (older answers have no due date) is our order's."""
    with database.unit_of_work() as uow:
        days = _days_of(uow.connection, page)
        states = [
            InvoiceState(
                number=int(row.number),
                accounting_key=row.reference,
                date=row.invoiced_on or days[int(row.number)][0],
                due_date=row.due_on or days[int(row.number)][1],
                total=row.total,
                open_total=row.open_total,
                state=State(row.state),
                read_at=uow.now,
            )
            for row in _numbered(page)
            if int(row.number) in days
        ]
        recorded = record_states(uow, actor, states)
        uow.commit()
    return recorded


def _numbered(page: Iterable[FetchedInvoice]) -> list[FetchedInvoice]:
    """Rows whose invoice number can be one of ours."""
    return [
        row
        for row in page
        if row.number.isascii() and row.number.isdigit() and int(row.number) < _LARGEST_NUMBER
    ]


def _days_of(connection: Connection, page: Sequence[FetchedInvoice]) -> Mapping[int, tuple[date, date]]:
    """Invoice number to the order's day and due date, for those that are ours."""
    order = customer_order_table.c
    rows = connection.execute(
        select(order.invoice_number, order.placed_on, order.due_date).where(
            order.invoice_number.in_([int(row.number) for row in _numbered(page)])
        )
    )
    return {row.invoice_number: (row.placed_on, row.due_date) for row in rows}
