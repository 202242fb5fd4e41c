from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.customers import invoices, orders
from core.customers.invoices import InvoiceState, Recorded, State
from core.customers.model import invoice_change_table
from tests.customers.test_orders import MONDAY, place

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database, UnitOfWork
    from tests.customers.conftest import AddCustomer

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def invoiced(uow: UnitOfWork, actor: Actor, customer_id: int) -> InvoiceState:
    """An order sent, and the first that accounting says of its invoice."""
    order = place(uow, actor, customer_id)
    return InvoiceState(
        number=orders.number_invoice(uow, actor, order.id),
        accounting_key="nv-1",
        date=MONDAY,
        due_date=date(2026, 12, 7),
        total=order.total_gross,
        open_total=order.total_gross,
        state=State.OPEN,
        read_at=NOON,
    )


def test_states_are_read_back_once(database: Database, actor: Actor, add: AddCustomer) -> None:
    """A reading is kept; the same again changes nothing; an invoice that is not ours is only counted."""
    matti = add()
    with database.unit_of_work() as uow:
        first = invoiced(uow, actor, matti.id)
        foreign = replace(first, number=1)
        assert invoices.record_states(uow, actor, [first, foreign]) == Recorded(changed=1, unknown=1)
        later = replace(first, read_at=NOON + timedelta(hours=1))
        assert invoices.record_states(uow, actor, [later]) == Recorded(unchanged=1)
        (known,) = invoices.invoices_of(uow.connection, matti.id)
        assert (known.state, known.open_total, known.read_at) == (State.OPEN, first.total, later.read_at)
        assert invoices.open_invoices(uow.connection) == [known]
        paid = replace(later, state=State.PAID, open_total=Decimal("0.00"))
        assert invoices.record_states(uow, actor, [paid]) == Recorded(changed=1)
        assert invoices.open_invoices(uow.connection) == []
        assert uow.connection.execute(select(func.count()).select_from(invoice_change_table)).scalar() == 2


def test_an_older_reading_never_undoes_a_newer_one(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """Paid stays paid when yesterday's list is read late."""
    matti = add()
    with database.unit_of_work() as uow:
        first = invoiced(uow, actor, matti.id)
        paid = replace(first, state=State.PAID, open_total=Decimal(0), read_at=NOON + timedelta(days=1))
        assert invoices.record_states(uow, actor, [paid, first]) == Recorded(changed=1, older=1)
        (known,) = invoices.invoices_of(uow.connection, matti.id)
        assert known.state is State.PAID


READINGS = st.lists(st.tuples(st.sampled_from(list(State)), st.integers(0, 5)), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(READINGS)
def test_whatever_the_order_of_reading_the_newest_stands(
    database: Database, actor: Actor, readings: list[tuple[State, int]]
) -> None:
    """Readings in any order and number end with the last of the newest ones."""
    from core.customers import service
    from tests.customers.conftest import LETTER, MATTI

    with database.unit_of_work() as uow:
        matti = service.add(uow, actor, MATTI, LETTER)
        first = invoiced(uow, actor, matti.id)
        for state, hours in readings:
            read = replace(first, state=state, read_at=NOON + timedelta(hours=hours))
            invoices.record_states(uow, actor, [read])
        newest = max(hours for _, hours in readings)
        expected = [state for state, hours in readings if hours == newest][-1]
        (known,) = invoices.invoices_of(uow.connection, matti.id)
        assert (known.state, known.read_at) == (expected, NOON + timedelta(hours=newest))
