from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers import orders, restrictions, service
from core.customers.errors import (
    BadOrderLine,
    ChangedMeanwhile,
    CustomerRestricted,
    OrderNotFound,
    OrderWithoutLines,
    RelationshipEnded,
    TooLong,
    WrongOrderState,
)
from core.customers.money import OrderLine, totals_of
from core.customers.order_lines import checked_lines, plain_number
from core.customers.orders import OrderSettings, OrderState
from core.customers.restrictions import Ground
from tests.customers.conftest import LETTER

if TYPE_CHECKING:
    from core.actor import Actor
    from core.customers.orders import Order
    from core.database import Database, UnitOfWork
    from tests.customers.conftest import AddCustomer

MONDAY = date(2026, 11, 23)
BREAD = OrderLine("R1", "Rye bread", Decimal(3), Decimal("4.90"), Decimal("13.5"))
WORK = OrderLine("W", "Work, hours", Decimal("1.5"), Decimal("60.3333"), Decimal("25.5"))


def place(uow: UnitOfWork, actor: Actor, customer_id: int, *lines: OrderLine) -> Order:
    return orders.place(uow, actor, customer_id, lines or (BREAD,), placed_on=MONDAY, payment_term_days=14)


def test_an_order_is_kept_to_the_cent(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Lines, sums and dates read back exactly; each line is rounded before it is summed."""
    matti = add()
    with database.unit_of_work() as uow:
        order = orders.place(
            uow, actor, matti.id, [BREAD, WORK], placed_on=MONDAY, payment_term_days=14, reference=" PO 7 "
        )
        uow.commit()
    with database.reading() as connection:
        assert orders.get(connection, order.id) == orders.by_number(connection, 1001) == order
    assert order.lines == (BREAD, WORK)
    assert (order.state, order.due_date, order.reference) == (OrderState.PLACED, date(2026, 12, 7), "PO 7")
    assert (order.total_net, order.total_vat, order.total_gross) == (
        Decimal("105.20"),  # 14.70 + 90.50 (1.5 × 60.3333 = 90.49995)
        Decimal("25.06"),  # 1.98 (1.9845) + 23.08 (23.0775)
        Decimal("130.26"),
    )
    fields = orders.disclosure_fields(order)
    assert fields["order.date"] == "2026-11-23"
    assert "order.invoice_number" not in fields
    assert fields["order.lines"][1] == {
        "product": "W",
        "description": "Work, hours",
        "quantity": "1.5",
        "unit_price": "60.3333",
        "vat_percent": "25.5",
    }


AMOUNTS = st.decimals(0, 9999, places=4)


@given(
    st.lists(
        st.builds(OrderLine, st.just("p"), st.just(""), AMOUNTS, AMOUNTS, st.decimals(0, 100, places=2)),
        max_size=8,
    )
)
def test_what_is_printed_adds_up(lines: list[OrderLine]) -> None:
    """Sums are the sums of what each line shows, in whole cents, and each line is within half a cent."""
    totals = totals_of(lines)
    assert totals.gross == sum((line.gross for line in lines), Decimal(0)) == totals.net + totals.vat
    assert totals.net.as_tuple().exponent == -2
    half = Decimal("0.005")
    for line in lines:
        assert abs(line.net - line.quantity * line.unit_price) <= half
        assert abs(line.vat - line.net * line.vat_percent / 100) <= half


def test_half_a_cent_goes_up() -> None:
    """0.125 is 0.13, not the even 0.12; a credit is as large as its charge."""
    assert OrderLine("p", "", Decimal("0.5"), Decimal("0.25"), Decimal(0)).net == Decimal("0.13")
    assert OrderLine("p", "", Decimal("-0.5"), Decimal("0.25"), Decimal(0)).net == Decimal("-0.13")


@given(st.decimals(-1000, 1000, places=4))
def test_numbers_are_written_without_frills(number: Decimal) -> None:
    """No exponent and no trailing zero, and nothing lost."""
    text = plain_number(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"product": " "}, "product"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal("0.00001")}, "quantity"),
        ({"quantity": Decimal("1e30")}, "quantity"),
        ({"quantity": Decimal("NaN")}, "quantity"),
        ({"unit_price": Decimal(-1)}, "unit_price"),
        ({"unit_price": Decimal("Infinity")}, "unit_price"),
        ({"vat_percent": Decimal("25.555")}, "vat_percent"),
        ({"vat_percent": Decimal(101)}, "vat_percent"),
    ],
)
def test_a_line_that_cannot_be_invoiced_is_refused(change: dict[str, object], field: str) -> None:
    """The line and its field are named, with the rule, in both languages."""
    with pytest.raises(BadOrderLine) as caught:
        checked_lines([BREAD, replace(BREAD, **change)])  # type: ignore[arg-type]
    assert (caught.value.where.row, caught.value.where.field) == (2, field)
    assert caught.value.explain("en").advice != caught.value.explain("fi").advice != ""


def test_an_order_of_nothing_is_refused(database: Database, actor: Actor, add: AddCustomer) -> None:
    """No lines, no order; overlong text is refused as well."""
    with pytest.raises(OrderWithoutLines):
        checked_lines([])
    with pytest.raises(TooLong):
        checked_lines([replace(BREAD, product="x" * 51)])
    matti = add()
    with database.unit_of_work() as uow, pytest.raises(TooLong):
        orders.place(
            uow, actor, matti.id, [BREAD], placed_on=MONDAY, payment_term_days=14, reference="x" * 61
        )


def test_no_order_of_whom_processing_is_restricted_or_ended(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """Restricted data is not used for an order (P21), and an ended relationship begins anew first."""
    matti, other = add(), add()
    with database.unit_of_work() as uow:
        restrictions.restrict(uow, actor, matti.id, ground=Ground.UNLAWFUL, since=MONDAY)
        with pytest.raises(CustomerRestricted):
            place(uow, actor, matti.id)
        service.end_relationship(uow, actor, other.id, ended_on=MONDAY, source=LETTER, version=1)
        with pytest.raises(RelationshipEnded):
            place(uow, actor, other.id)


def test_an_order_is_changed_until_it_is_sent(database: Database, actor: Actor, add: AddCustomer) -> None:
    """New lines make new sums; a second person with the old version is refused; a sent order stays."""
    matti = add()
    with database.unit_of_work() as uow:
        order = place(uow, actor, matti.id)
        same = {"reference": None, "due_date": order.due_date}
        changed = orders.change(uow, actor, order.id, version=1, lines=[BREAD, BREAD], **same)  # type: ignore[arg-type]
        assert (changed.total_net, changed.version) == (Decimal("29.40"), 2)
        with pytest.raises(ChangedMeanwhile, match="Testi Tekijä"):
            orders.change(uow, actor, order.id, version=1, lines=[BREAD], **same)  # type: ignore[arg-type]
        untouched = orders.change(uow, actor, order.id, version=2, lines=[BREAD, BREAD], **same)  # type: ignore[arg-type]
        assert untouched.version == 2
        orders.mark(uow, actor, order.id, OrderState.SENDING)
        with pytest.raises(WrongOrderState, match="being sent"):
            orders.change(uow, actor, order.id, version=3, lines=[BREAD], **same)  # type: ignore[arg-type]


def test_sending_goes_one_way(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Placed, sending, in doubt, sent, archived; a sent order is never cancelled or sent again."""
    matti = add()
    with database.unit_of_work() as uow:
        order = place(uow, actor, matti.id)
        assert [waiting.id for waiting in orders.unsent(uow.connection, 10)] == [order.id]
        for state in (OrderState.SENDING, OrderState.IN_DOUBT, OrderState.SENT):
            order = orders.mark(uow, actor, order.id, state)
        assert orders.unsent(uow.connection, 10) == []
        for step in (orders.cancel, orders.archive):
            if step is orders.cancel:
                with pytest.raises(WrongOrderState):
                    step(uow, actor, order.id, version=order.version)
            else:
                assert step(uow, actor, order.id, version=order.version).state is OrderState.ARCHIVED
        with pytest.raises(WrongOrderState):
            orders.mark(uow, actor, order.id, OrderState.SENDING)
        assert [one.state for one in orders.orders_of(uow.connection, matti.id)] == [OrderState.ARCHIVED]
        assert orders.recent(uow.connection, 5, state=OrderState.PLACED) == []
        with pytest.raises(OrderNotFound):
            orders.by_number(uow.connection, 77)


def test_an_invoice_number_is_given_once(database: Database, actor: Actor, add: AddCustomer) -> None:
    """However often sending is tried, the order keeps its invoice number, and the next order gets the next."""
    matti = add()
    settings = OrderSettings(first_number=5, first_invoice_number=900)
    with database.unit_of_work() as uow:
        first = orders.place(
            uow, actor, matti.id, [BREAD], placed_on=MONDAY, payment_term_days=14, settings=settings
        )
        second = place(uow, actor, matti.id)
        assert (first.number, second.number) == (5, 6)
        for _ in range(2):
            assert orders.number_invoice(uow, actor, second.id, settings=settings) == 900
        assert orders.number_invoice(uow, actor, first.id, settings=settings) == 901
        assert orders.disclosure_fields(orders.get(uow.connection, first.id))["order.invoice_number"] == "901"


def test_numbers_have_no_gaps_when_clerks_work_at_once(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """Four clerks place and give up orders at the same time; the numbers kept are one run."""
    matti = add()

    def clerk(which: int) -> None:
        for turn in range(5):
            with database.unit_of_work() as uow:
                place(uow, actor, matti.id)
                if (turn + which) % 2:
                    uow.commit()

    threads = [threading.Thread(target=clerk, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        numbers = sorted(order.number for order in orders.orders_of(connection, matti.id))
    assert numbers == list(range(1001, 1011))
