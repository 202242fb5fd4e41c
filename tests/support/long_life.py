"""A customer of many years: thousands of orders and disclosures, as the services would have left them, in seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from core.customers import orders, series
from core.customers.model import customer_order_table, order_change_table, order_line_table
from core.customers.money import OrderLine
from core.disclosure.exits import Accepted
from core.disclosure.intent import record_intent
from core.disclosure.outcome import Line, conclude, outcomes_of
from core.disclosure.sealing import blinded, new_transfer_id
from core.disclosure.types import Subject, TransferRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

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
    """Give the customer *count* orders of two rows: one placed by the service, the others as it left that one."""
    with house.database.unit_of_work() as uow:
        first = orders.place(
            uow, house.actor, customer.id, _LINES, placed_on=date(2026, 11, 20), payment_term_days=14
        )
        numbers = series.take(uow.connection, series.ORDERS, count - 1, first.number + 1)
        ids = series.next_ids(uow.connection, customer_order_table, count - 1)
        _repeat(
            uow,
            customer_order_table,
            [{"id": of, "number": number} for of, number in zip(ids, numbers, strict=True)],
            first.id,
        )
        for table in (order_line_table, order_change_table):
            _repeat(uow, table, [{"order_id": of} for of in ids], first.id)
        uow.commit()


def _repeat(uow: UnitOfWork, table: Table, several: Sequence[Mapping[str, int]], first: int) -> None:
    """The rows of the *first* order once more for each of *several*, which say what differs."""
    link = table.c.get("order_id", table.c.get("id"))
    assert link is not None
    rows = [dict(row) for row in uow.connection.execute(select(table).where(link == first)).mappings()]
    for row in rows:
        if "order_id" in row:
            row.pop("id", None)
    uow.connection.execute(insert(table), [{**row, **other} for other in several for row in rows])


def disclose_much(house: House, customer: Customer, count: int) -> None:
    """Send the customer *count* times to the accountant: each transfer as the gate records it, many in one commit."""
    first = house.gate.preview(house.gate.plan(house.actor, _request(customer, 0)))
    for start in range(0, count, _AT_ONCE):
        with house.database.unit_of_work() as uow:
            for number in range(start, min(start + _AT_ONCE, count)):
                _recorded(house, uow, _again(first, _request(customer, number)))
            uow.commit()
    house.log.sign()


def _request(customer: Customer, number: int) -> TransferRequest:
    return TransferRequest("accountant", "invoicing", (Subject(customer.id, f"much-{number}"),), "test")


def _again(preview: Preview, request: TransferRequest) -> Preview:
    """The preview for a request that differs in its key alone."""
    (item,), (subject,) = preview.plan.items, request.subjects
    again = replace(item, key=subject.key)
    plan = replace(preview.plan, request=request, items=(again,), subjects={again.id: subject})
    return replace(preview, plan=plan)


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
