"""Orders to the accountant: the order's state and its transfer always agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from core.actor import SYSTEM, Role
from core.customers import invoices, invoicing, orders, restrictions
from core.customers.errors import WrongOrderState
from core.customers.invoicing import OrderListener
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.disclosure.categories import fields_of
from core.disclosure.errors import NobodyToSend, NoRecipientForPurpose, PlanOutdated
from core.disclosure.types import ItemState, TransferState
from tests.support.gate_house import MANIFEST, House, open_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.orders import Order
    from core.database import Database
    from core.keys import KeyRing
    from core.register import Register
    from tests.conftest import MakeActor

LINE = OrderLine("OM", "Omenapuu", Decimal(2), Decimal("34.90"), Decimal("25.5"))


@pytest.fixture
def house(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> House:
    """A register whose gate moves orders on, and an accountant who takes order fields."""
    house = open_house(database, keyring, clock, actor, tmp_path, listeners=(OrderListener(),))
    house.declare(may_use=MANIFEST.may_use | fields_of(["orders"]))
    return house


def register(house: House) -> Register:
    """As much of the register as sending orders needs."""
    numbers = SimpleNamespace(first_number=1001, first_invoice_number=10001)
    config = SimpleNamespace(orders=numbers)
    return cast(
        "Register",
        SimpleNamespace(database=house.database, gate=house.gate, clock=house.clock, config=config),
    )


def place(house: House, customer_id: int | None = None) -> Order:
    """An order of a (new) customer."""
    customer_id = house.add().id if customer_id is None else customer_id
    with house.database.unit_of_work() as uow:
        order = orders.place(
            uow, house.actor, customer_id, [LINE], placed_on=date(2026, 11, 23), payment_term_days=14
        )
        uow.commit()
    return order


def now(house: House, order: Order) -> Order:
    """The order as it stands."""
    with house.database.reading() as connection:
        return orders.get(connection, order.id)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("", OrderState.SENT),
        ("refuse", OrderState.PLACED),
        ("no_connection", OrderState.PLACED),
        ("lost_reply", OrderState.IN_DOUBT),
        ("raise_before", OrderState.PLACED),
    ],
)
def test_an_order_stands_where_its_transfer_stands(house: House, fault: str, state: OrderState) -> None:
    """Delivered is sent, refused and not sent are placed again, doubt is doubt."""
    house.partner.fault = fault
    order = place(house)
    invoicing.send_order(register(house), house.actor, order.id)
    assert now(house, order).state is state
    with house.database.reading() as connection:
        found = invoices.invoices_of(connection, order.customer_id)
    assert [(it.number, it.accounting_key, it.total) for it in found] == (
        [(10001, "ref-1", Decimal("87.60"))] if state is OrderState.SENT else []
    )


def test_settled_doubt_moves_the_order_on(house: House, make_actor: MakeActor) -> None:
    """What the partner or a person says later reaches the order, whoever settles it."""
    house.partner.fault = "lost_reply"
    first, second = place(house), place(house)
    asked = invoicing.send_order(register(house), house.actor, first.id)
    decided = invoicing.send_order(register(house), house.actor, second.id)
    house.clock.advance(61)
    house.gate.settle(SYSTEM, asked.transfer_id)
    house.gate.decide(
        make_actor(Role.ADMINISTRATOR), decided.transfer_id, ItemState.NOT_SENT, "They have no 10002."
    )
    assert now(house, first).state is OrderState.SENT
    assert now(house, second).state is OrderState.PLACED


def test_an_order_keeps_its_invoice_number_until_it_arrives(house: House) -> None:
    """However often sending is tried, it is the same invoice."""
    order = place(house)
    house.partner.fault = "no_connection"
    invoicing.send_order(register(house), house.actor, order.id)
    house.partner.fault = ""
    invoicing.send_order(register(house), house.actor, order.id)
    assert list(house.partner.records) == ["10001"]
    with pytest.raises(WrongOrderState):
        invoicing.send_order(register(house), house.actor, order.id)


def test_an_order_changed_under_way_is_not_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is the order that stands when the intent is recorded, or nothing."""
    order = place(house)
    real = house.gate.preview

    def meddling(plan: object) -> object:
        preview = real(plan)  # type: ignore[arg-type]
        found = now(house, order)
        with house.database.unit_of_work() as uow:
            orders.change(
                uow,
                house.actor,
                order.id,
                version=found.version,
                lines=[LINE, LINE],
                reference=None,
                due_date=found.due_date,
            )
            orders.change(
                uow,
                house.actor,
                order.id,
                version=found.version + 1,
                lines=[LINE],
                reference=None,
                due_date=found.due_date,
            )
            uow.commit()
        return preview

    monkeypatch.setattr(house.gate, "preview", meddling)
    with pytest.raises(PlanOutdated):
        invoicing.send_order(register(house), house.actor, order.id)
    assert house.partner.arrivals == []
    assert now(house, order).state is OrderState.PLACED


def test_a_batch_goes_on_past_a_refusal_and_can_be_repeated(house: House) -> None:
    """One restricted customer does not keep back the others; the same list again sends nothing twice."""
    placed = [place(house) for _ in range(3)]
    with house.database.unit_of_work() as uow:
        restrictions.restrict(
            uow,
            house.actor,
            placed[1].customer_id,
            ground=restrictions.Ground.OBJECTION_PENDING,
            since=date(2026, 11, 23),
        )
        uow.commit()
    seen: list[int] = []
    ids = [order.id for order in placed]
    done = invoicing.send_orders(
        register(house), house.actor, ids, progress=lambda it: seen.append(it.number)
    )
    assert [type(it.refusal) for it in done] == [type(None), NobodyToSend, type(None)]
    assert seen == [1001, 1002, 1003]
    again = invoicing.send_orders(register(house), house.actor, ids)
    assert all(it.result is None for it in again)
    assert len(house.partner.arrivals) == 2


def test_a_batch_stops_when_the_partner_is_down(house: House) -> None:
    """Three orders in a row that could not be sent are enough; the rest wait untouched."""
    placed = [place(house) for _ in range(5)]
    house.partner.fault = "no_connection"
    done = invoicing.send_orders(register(house), house.actor, [order.id for order in placed])
    assert [it.result.state for it in done if it.result] == [TransferState.NOT_SENT] * 3
    assert now(house, placed[4]).invoice_number is None


def test_what_was_shown_of_a_batch_is_what_leaves(house: House) -> None:
    """The restricted one is told beforehand; an order changed after the preview stays, the others leave."""
    placed = [place(house) for _ in range(3)]
    with house.database.unit_of_work() as uow:
        ground, since = restrictions.Ground.OBJECTION_PENDING, date(2026, 11, 23)
        restrictions.restrict(uow, house.actor, placed[1].customer_id, ground=ground, since=since)
        uow.commit()
    shown, refused = invoicing.preview_orders(register(house), house.actor, [order.id for order in placed])
    assert ([it.order.number for it in shown], [it.number for it in refused]) == ([1001, 1003], [1002])
    assert house.partner.arrivals == []
    changed = now(house, placed[2])
    with house.database.unit_of_work() as uow:
        orders.change(
            uow, house.actor, changed.id, version=changed.version, lines=[LINE, LINE], reference=None,
            due_date=changed.due_date,
        )  # fmt: skip
        uow.commit()
    done = invoicing.release_orders(register(house), house.actor, shown)
    assert [type(it.refusal) for it in done] == [type(None), PlanOutdated]
    assert len(house.partner.arrivals) == 1


def test_a_customer_s_orders_leave_together(house: House) -> None:
    """Two orders of one customer, shown together, are two invoices: the first does not outdate the second."""
    first = place(house)
    ids = [first.id, place(house, first.customer_id).id]
    shown, _ = invoicing.preview_orders(register(house), house.actor, ids)
    done = invoicing.release_orders(register(house), house.actor, shown)
    assert [it.result.state for it in done if it.result] == [TransferState.DELIVERED] * 2


def test_a_batch_stops_where_it_is_told_to(house: House) -> None:
    """Answering False after an order leaves the rest as they were."""
    placed = [place(house) for _ in range(3)]
    shown, _ = invoicing.preview_orders(register(house), house.actor, [order.id for order in placed])
    done = invoicing.release_orders(register(house), house.actor, shown, progress=lambda it: it.number < 1002)
    assert [it.number for it in done] == [1001, 1002]
    assert now(house, placed[2]).state is OrderState.PLACED


def test_without_an_accountant_nothing_is_numbered(house: House) -> None:
    """When nobody is registered for invoicing the order stays as it is."""
    house.record(purposes=("customer_care",))
    order = place(house)
    with pytest.raises(NoRecipientForPurpose):
        invoicing.send_order(register(house), house.actor, order.id)
    with pytest.raises(NoRecipientForPurpose):
        invoicing.preview_orders(register(house), house.actor, [order.id])
    assert now(house, order).invoice_number is None
