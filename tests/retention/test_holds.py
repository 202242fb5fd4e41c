"""What prevents erasure: each kind of hold, by which law, until when, and only while it is so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, update

from core.config.schema import RetentionSettings
from core.customers import orders
from core.customers import service as customers
from core.customers.invoices import State
from core.customers.model import customer_order_table, customer_table, invoice_table
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.types import CustomerValues, Source, SourceKind
from core.retention.holds import holds_of, holds_of_many
from core.retention.model import hold_table
from core.retention.types import HoldKind

if TYPE_CHECKING:
    from core.actor import Actor
    from core.customers.types import Customer
    from core.database import Database, UnitOfWork

SETTINGS = RetentionSettings(financial_year_ends="03-31")
TODAY = date(2026, 11, 23)
STAFF = Source(SourceKind.STAFF, "test")


def add(uow: UnitOfWork, actor: Actor, **values: Any) -> Customer:
    """An invented person, or what *values* say."""
    usual: dict[str, Any] = {"kind": "person", "first_name": "Aino", "last_name": "Esimerkki"}
    return customers.add(uow, actor, CustomerValues(**{**usual, **values}), STAFF)


def order_with(
    uow: UnitOfWork, actor: Actor, customer_id: int, state: OrderState, invoice: State | None, day: date
) -> None:
    """An order in *state*, with an invoice of *day* in its state when there is one."""
    line = OrderLine("A1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))
    placed = orders.place(uow, actor, customer_id, [line], placed_on=TODAY, payment_term_days=14)
    uow.connection.execute(
        update(customer_order_table).where(customer_order_table.c.id == placed.id).values(state=state)
    )
    if invoice is not None:
        uow.connection.execute(
            insert(invoice_table).values(
                number=90000 + placed.id,
                order_id=placed.id,
                customer_id=customer_id,
                date=day,
                due_date=day,
                total=Decimal("12.55"),
                open_total=Decimal(0),
                state=invoice,
                read_at=uow.now,
            )
        )


@pytest.mark.parametrize(
    ("state", "invoice", "day", "kinds", "until"),
    [
        (OrderState.DRAFT, None, TODAY, [], None),
        (OrderState.PLACED, None, TODAY, [HoldKind.OPEN_ORDER], None),
        (OrderState.IN_DOUBT, None, TODAY, [HoldKind.OPEN_ORDER], None),
        (OrderState.SENT, None, TODAY, [HoldKind.OPEN_ORDER], None),
        (OrderState.ARCHIVED, None, TODAY, [], None),
        (
            OrderState.SENT,
            State.OPEN,
            date(2024, 3, 31),
            [HoldKind.OPEN_INVOICE, HoldKind.BOOKKEEPING],
            date(2030, 12, 31),
        ),
        (
            OrderState.SENT,
            State.IN_COLLECTION,
            date(2024, 4, 1),
            [HoldKind.COLLECTION, HoldKind.BOOKKEEPING],
            date(2031, 12, 31),
        ),
        (OrderState.SENT, State.PAID, date(2024, 3, 31), [HoldKind.BOOKKEEPING], date(2030, 12, 31)),
        (OrderState.SENT, State.PAID, date(2020, 3, 31), [HoldKind.BOOKKEEPING], date(2026, 12, 31)),
        (OrderState.SENT, State.PAID, date(2019, 3, 31), [], None),
        (OrderState.SENT, State.OVERDUE, date(2019, 3, 31), [HoldKind.OPEN_INVOICE], None),
        (OrderState.SENT, State.REJECTED, TODAY, [], None),
    ],
)
def test_orders_and_invoices_hold(
    database: Database,
    actor: Actor,
    state: OrderState,
    invoice: State | None,
    day: date,
    kinds: list[HoldKind],
    until: date | None,
) -> None:
    """What is unfinished or unpaid holds everything; a voucher is kept to the end of its statutory period."""
    with database.unit_of_work() as uow:
        aino, other = add(uow, actor), add(uow, actor)
        order_with(uow, actor, aino.id, state, invoice, day)
        found = holds_of(uow.connection, SETTINGS, aino.id, TODAY)
        assert holds_of(uow.connection, SETTINGS, other.id, TODAY) == []
    assert sorted(hold.kind for hold in found) == sorted(kinds)
    assert {hold.until for hold in found if hold.kind is HoldKind.BOOKKEEPING} == (
        {until} if until else set()
    )
    assert all(hold.blocks_everything == (hold.kind is not HoldKind.BOOKKEEPING) for hold in found)


def test_a_contact_person_is_held_while_the_organisation_is_a_customer(
    database: Database, actor: Actor
) -> None:
    """Who acts for an organisation can't be deleted while that lasts (P22)."""
    with database.unit_of_work() as uow:
        firm = add(
            uow, actor, kind="organisation", first_name=None, last_name=None, organisation_name="Firma Oy"
        )
        aino = add(uow, actor, represents=firm.id)
        (hold,) = holds_of(uow.connection, SETTINGS, aino.id, TODAY)
        assert (hold.kind, hold.key) == (HoldKind.CONTACT_PERSON, firm.number)
        uow.connection.execute(
            update(customer_table).where(customer_table.c.id == firm.id).values(status="ended")
        )
        assert holds_of(uow.connection, SETTINGS, aino.id, TODAY) == []


def test_a_hold_made_by_a_person_holds_until_its_day_or_release(database: Database, actor: Actor) -> None:
    """A dispute holds until released, one with a day through that day."""
    with database.unit_of_work() as uow:
        aino, other = add(uow, actor), add(uow, actor)
        same = {
            "law": "",
            "since": TODAY,
            "review_on": TODAY,
            "owner_name": "Testi Tekijä",
            "recorded_at": uow.now,
            "recorded_by_name": "Testi Tekijä",
        }
        uow.connection.execute(
            insert(hold_table),
            [
                {**same, "customer_id": aino.id, "kind": "dispute", "until": None, "released_at": None},
                {**same, "customer_id": aino.id, "kind": "authority", "until": TODAY, "released_at": None},
                {**same, "customer_id": other.id, "kind": "dispute", "until": None, "released_at": uow.now},
                {
                    **same,
                    "customer_id": other.id,
                    "kind": "legal_claim",
                    "until": date(2026, 11, 22),
                    "released_at": None,
                },
            ],
        )
        found = holds_of_many(uow.connection, SETTINGS, [aino.id, other.id], TODAY)
    assert {one: [hold.kind for hold in holds] for one, holds in found.items()} == {
        aino.id: [HoldKind.AUTHORITY, HoldKind.DISPUTE]
    }


def test_a_hold_says_why_and_until_when_in_both_languages(database: Database, actor: Actor) -> None:
    """A sentence with the record, the law and the day."""
    with database.unit_of_work() as uow:
        aino = add(uow, actor)
        order_with(uow, actor, aino.id, OrderState.SENT, State.PAID, date(2024, 3, 31))
        (hold,) = holds_of(uow.connection, SETTINGS, aino.id, TODAY)
    assert "kirjanpitolaki 1336/1997 2:10" in hold.words("fi")
    assert "31.12.2030" in hold.words("fi")
    assert hold.words("en").endswith("kept until 31.12.2030")
