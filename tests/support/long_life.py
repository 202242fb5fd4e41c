"""A customer of many years: thousands of orders and disclosures, as the services would have left them, in seconds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from core.customers import orders
from core.customers.money import OrderLine
from core.disclosure.exits import Accepted
from core.disclosure.intent import record_intent
from core.disclosure.outcome import Line, conclude, outcomes_of
from core.disclosure.sealing import blinded, new_transfer_id
from core.disclosure.types import Subject, TransferRequest

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.database import UnitOfWork
    from core.disclosure.types import Preview
    from tests.support.gate_house import House

_AT_ONCE = 500
_LINES = (
    OrderLine("A1", "Ovi, lakattu, oikeakätinen", Decimal("1.5"), Decimal("10.25"), Decimal("25.5")),
    OrderLine("B2", "Asennus", Decimal(2), Decimal("45.5"), Decimal("25.5")),
)


def order_much(house: House, customer: Customer, count: int) -> None:
    """Place *count* orders of two rows, through the service."""
    for start in range(0, count, _AT_ONCE):
        with house.database.unit_of_work() as uow:
            for _ in range(min(_AT_ONCE, count - start)):
                day = date(2026, 11, 20)
                orders.place(uow, house.actor, customer.id, _LINES, placed_on=day, payment_term_days=14)
            uow.commit()


def disclose_much(house: House, customer: Customer, count: int) -> None:
    """Send the customer *count* times to the accountant: each transfer as the gate records it, many in one commit."""
    for start in range(0, count, _AT_ONCE):
        previews = [
            house.gate.preview(
                house.gate.plan(
                    house.actor,
                    TransferRequest(
                        "accountant", "invoicing", (Subject(customer.id, f"much-{number}"),), "test"
                    ),
                )
            )
            for number in range(start, min(start + _AT_ONCE, count))
        ]
        with house.database.unit_of_work() as uow:
            for preview in previews:
                _recorded(house, uow, preview)
            uow.commit()
    house.log.sign()


def _recorded(house: House, uow: UnitOfWork, preview: Preview) -> None:
    gate = house.gate
    intent = record_intent(
        uow,
        house.keyring,
        house.log,
        gate.exits,
        actor=house.actor,
        preview=preview,
        transfer_id=new_transfer_id(uow.now),
        rules=gate.rules,
    )
    (item,) = preview.plan.items
    line = Line(item.id, preview.plan.subjects[item.id].customer_id, item.key)
    conclude(
        uow,
        house.log,
        (),
        house.actor,
        transfer_id=intent.transfer_id,
        outcomes=outcomes_of([line], Accepted("ref")),
        by="answer",
        digest=blinded(intent.blinding, preview.digest),
    )
