"""The latest service contact: kept with the customer, moved forward by whatever the two have to do with each other."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.customers import orders, service
from core.customers.contacts import contact
from core.customers.model import customer_table
from core.customers.money import OrderLine
from core.customers.types import CustomerValues, Kind, NewCustomer, Source, SourceKind, Status
from core.rights import intake
from core.rights.types import CaseKind, Channel, Request
from tests.rights.conftest import SETTINGS, ReceiveCase, matti, receive

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database, UnitOfWork
    from core.keys import KeyRing

__all__ = ["matti", "receive"]
migration = importlib.import_module("core.migrations.versions.0022_contact")
DAY = 24 * 60 * 60
MONDAY = date(2026, 11, 23)
STAFF, SELF = Source(SourceKind.STAFF, "desk"), Source(SourceKind.SELF, "telephone")
LONG_AGO = NewCustomer(CustomerValues(Kind.PERSON, "Aino", "Vanha"), started_on=date(2015, 3, 1))


def latest(uow: UnitOfWork, customer_id: int) -> date:
    """The day that stands with the customer."""
    day: date = uow.connection.execute(
        select(customer_table.c.contact_on).where(customer_table.c.id == customer_id)
    ).scalar_one()
    return day


def test_each_contact_moves_the_day_forward(database: Database, actor: Actor, clock: FixedClock) -> None:
    """The start, the person's own words, an order, the end; staff's corrections and earlier days move nothing."""
    with database.unit_of_work() as uow:
        (one,) = service.add_many(uow, actor, [LONG_AGO], STAFF)
        assert latest(uow, one) == date(2015, 3, 1)
        version = service.get(uow.connection, one).version
        service.change(uow, actor, one, {"town": "Oulu"}, STAFF, version=version)
        assert latest(uow, one) == date(2015, 3, 1)
        line = OrderLine("A1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))
        orders.place(uow, actor, one, [line], placed_on=date(2024, 2, 1), payment_term_days=14)
        assert latest(uow, one) == date(2024, 2, 1)
        service.end_relationship(
            uow, actor, one, ended_on=date(2024, 6, 30), source=STAFF, version=version + 1
        )
        assert latest(uow, one) == date(2024, 6, 30)
        contact(uow, [one], date(2020, 1, 1))
        assert latest(uow, one) == date(2024, 6, 30)
        service.change(uow, actor, one, {"town": "Kemi"}, SELF, version=version + 2)
        assert latest(uow, one) == MONDAY
        uow.commit()
    clock.advance(DAY)
    with database.unit_of_work() as uow:
        service.resume_relationship(uow, actor, one, source=STAFF, version=version + 3)
        assert latest(uow, one) == date(2026, 11, 24)


def test_who_registers_or_asks_has_been_in_contact(
    database: Database, actor: Actor, matti: Customer, receive: ReceiveCase
) -> None:
    """A registration counts from its day whatever the start; a request from its receipt; a period that is over does not."""
    web = Source(SourceKind.WEB_FORM, "form")
    with database.unit_of_work() as uow:
        (one,) = service.add_many(uow, actor, [replace(LONG_AGO, number="77")], web)
        assert latest(uow, one) == MONDAY
        (two,) = service.add_many(uow, actor, [replace(LONG_AGO, number="78")], STAFF)
        uow.commit()
    receive(CaseKind.ACCESS, customer_id=two, received_on=date(2026, 11, 2))
    receive(CaseKind.ERASURE, customer_id=two, channel=Channel.PERIOD)
    with database.unit_of_work() as uow:
        assert latest(uow, two) == date(2026, 11, 2)


_STEPS = ("order", "own words", "staff", "request", "end")


@given(st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(0, 400)), max_size=8))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_kept_day_is_what_the_records_say(
    database: Database, keyring: KeyRing, actor: Actor, steps: list[tuple[str, int]]
) -> None:
    """After any life the day equals what the migration works out from the records themselves."""
    with database.unit_of_work() as uow:
        (one,) = service.add_many(uow, actor, [LONG_AGO], STAFF)
        for step, days in steps:
            live(uow, keyring, actor, one, step, MONDAY - timedelta(days=days))
        kept = latest(uow, one)
        migration.fill(uow.connection)
        assert kept == latest(uow, one)


def live(uow: UnitOfWork, keyring: KeyRing, actor: Actor, one: int, step: str, day: date) -> None:
    """A step of a customer's life, on a day before today where it may be."""
    known = service.get(uow.connection, one)
    ended = known.status is Status.ENDED
    if step == "order" and not ended:
        line = OrderLine("A1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))
        orders.place(uow, actor, one, [line], placed_on=day, payment_term_days=14)
    elif step == "request":
        intake.receive(
            uow,
            keyring,
            SETTINGS,
            actor,
            kind=CaseKind.ACCESS,
            received_on=day,
            channel=Channel.LETTER,
            signed=True,
            language="fi",
            request=Request(name="Aino Vanha"),
            customer_id=one,
        )
    elif step in ("own words", "staff"):
        source = SELF if step == "own words" else STAFF
        service.change(uow, actor, one, {"town": f"Kunta {known.version}"}, source, version=known.version)
    elif step == "end" and not ended:
        service.end_relationship(uow, actor, one, ended_on=day, source=STAFF, version=known.version)
