"""An invoice as accounting would have told of it, for tests about what it holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import insert, update

from core.clock import HELSINKI
from core.customers import orders
from core.customers.invoices import State
from core.customers.model import customer_order_table, invoice_table
from core.customers.money import OrderLine
from core.customers.orders import OrderState

if TYPE_CHECKING:
    from tests.support.office import Office

NUMBER = 9001


def lay_invoice(office: Office, customer_id: int, *, state: State) -> None:
    """Order and invoice `NUMBER` of today, paid or not."""
    line = OrderLine("A1", "Kirja", Decimal(1), Decimal(10), Decimal("25.5"))
    with office.register.database.unit_of_work() as uow:
        today = uow.now.astimezone(HELSINKI).date()
        placed = orders.place(uow, office.actor, customer_id, [line], placed_on=today, payment_term_days=14)
        of = customer_order_table
        uow.connection.execute(update(of).where(of.c.id == placed.id).values(state=OrderState.SENT))
        total = Decimal("12.55")
        uow.connection.execute(
            insert(invoice_table).values(
                number=NUMBER,
                order_id=placed.id,
                customer_id=customer_id,
                date=today,
                due_date=today + timedelta(days=14),
                total=total,
                open_total=Decimal(0) if state is State.PAID else total,
                state=state,
                read_at=uow.now,
            )
        )
        uow.commit()


def pay_everything(office: Office) -> None:
    """Accounting says that every invoice is paid."""
    with office.register.database.unit_of_work() as uow:
        uow.connection.execute(update(invoice_table).values(state=State.PAID, open_total=Decimal(0)))
        uow.commit()
