"""P21: every place that writes a customer's values obeys a restriction, and no sequence of work gets past it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import core
from core.actor import SYSTEM
from core.customers import credit, orders, sealed, service, web_visits
from core.customers.errors import CustomerRestricted
from core.customers.model import (
    customer_change_table,
    customer_order_table,
    customer_sealed_table,
    customer_table,
)
from core.customers.money import OrderLine
from core.customers.restrictions import Ground, restrict
from core.customers.types import CustomerChange, CustomerValues, NewCustomer, Source, SourceKind
from tests.support.web_house import open_site, submission

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database, UnitOfWork
    from core.keys import KeyRing

STAFF: Final = Source(SourceKind.STAFF, "desk")
LINE: Final = OrderLine("A1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))
DAY: Final = date(2026, 11, 23)
_numbers = count(1)

# Every module that writes values of customers, and how it obeys.  A new one says here how it does.
WRITERS: Final = {
    "core/customers/changing.py": "its callers plan with service.plan_many, updates.writing and undo, which refuse",
    "core/customers/contacts.py": "the day of a contact alone, from which keeping is counted",
    "core/customers/credit.py": "asked through the gate; a decision is refused, an answer isn't purged meanwhile",
    "core/customers/invoices.py": "what accounting says of a claim that there is (Article 18(2): legal claims)",
    "core/customers/orders.py": "placing and changing are refused; cancelling and putting away use nothing",
    "core/customers/sealed.py": "storing is refused",
    "core/customers/service.py": "adds those who cannot be restricted yet; changing is refused",
    "core/customers/web_deciding.py": "a registration waits for a person; taking it over is refused",
    "core/customers/web_visits.py": "visits of the restricted aren't deleted meanwhile",
    "core/merging/service.py": "nothing is taken over of a restricted customer; the strictest restriction stays",
    "core/rights/erasure/loose.py": "erasure, which the person has asked for and a person has granted",
}
_TABLES: Final = frozenset(
    {
        *("customer_table", "customer_sealed_table", "customer_order_table", "order_line_table"),
        *("invoice_table", "credit_check_table", "web_registration_table"),
    }
)
_WRITES: Final = (
    r"\b(?:insert|update|delete)\(\s*(\w+)",
    r"(\w+)(?:\.c)?\.(?:insert|update|delete)\(\)",
    r"(?:insert_rows|insert_many|update_many)\(\s*[\w.]+,\s*(\w+)",
)


def _written(source: str) -> set[str]:
    names = {name for pattern in _WRITES for name in re.findall(pattern, source)}
    called = dict(re.findall(r"^(\w+)(?:: Final)? = (\w+_table)\b", source, re.MULTILINE))
    called |= {short: table for table, short in re.findall(r"(\w+_table) as (\w+)", source)}
    return {called.get(name, name) for name in names} & _TABLES


def test_every_writer_of_values_says_how_it_obeys() -> None:
    """A module that begins to write customers' values must be thought about, and is then named here."""
    root = Path(core.__file__).parent
    writers = {
        str(path.relative_to(root.parent))
        for path in sorted(root.rglob("*.py"))
        if "migrations" not in path.parts and _written(path.read_text(encoding="utf-8"))
    }
    assert writers == set(WRITERS)


def picture(uow: UnitOfWork, customer_id: int) -> list[Any]:
    """Everything that staff or a file could write of a customer; the day of the latest contact aside."""
    values = [column for column in customer_table.columns if column.name != "contact_on"]
    of = [
        select(*values).where(customer_table.c.id == customer_id),
        select(customer_sealed_table).where(customer_sealed_table.c.customer_id == customer_id),
        select(customer_order_table).where(customer_order_table.c.customer_id == customer_id),
        select(customer_change_table.c.id).where(customer_change_table.c.customer_id == customer_id),
    ]
    return [list(uow.connection.execute(chosen)) for chosen in of]


WORK: Final = ("change", "change_many", "iban", "ip", "order", "change_order", "own_words", "undo_nothing")


def do(uow: UnitOfWork, keyring: KeyRing, actor: Actor, one: int, order: int, work: str) -> None:
    """Some work with a customer."""
    version = service.get(uow.connection, one).version
    if work == "change":
        service.change(uow, actor, one, {"town": "Oulu"}, STAFF, version=version)
    elif work == "own_words":
        service.change(uow, actor, one, {"street": "Kuja 9"}, Source(SourceKind.SELF), version=version)
    elif work == "change_many":
        wanted = CustomerChange(one, version, {"phone": "040 555 1234"})
        service.change_many(uow, actor, [wanted], Source(SourceKind.ADDRESS_SERVICE), batch_id=1)
    elif work == "iban":
        sealed.set_iban(uow, keyring, actor, one, "FI2112345600000785", source=STAFF)
    elif work == "ip":
        sealed.set_ip(uow, keyring, actor, one, "192.0.2.1", source=STAFF)
    elif work == "order":
        orders.place(uow, actor, one, [LINE], placed_on=DAY, payment_term_days=14)
    elif work == "change_order":
        there = orders.get(uow.connection, order)
        orders.change(
            uow, actor, order, version=there.version, lines=[LINE, LINE], reference=None, due_date=DAY
        )
    else:
        credit.purge_answers(uow)


@given(st.lists(st.sampled_from(WORK), min_size=1, max_size=6), st.sampled_from(list(Ground)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_work_gets_past_a_restriction(
    database: Database, keyring: KeyRing, actor: Actor, works: list[str], ground: Ground
) -> None:
    """Whatever is tried, in any order and on any ground: each try is refused, and everything stays as it was."""
    with database.unit_of_work() as uow:
        row = NewCustomer(CustomerValues(first_name="Aino", last_name="Rajoitettu"), f"R{next(_numbers)}")
        (one,) = service.add_many(uow, actor, [row], STAFF)
        order = orders.place(uow, actor, one, [LINE], placed_on=DAY, payment_term_days=14, draft=True)
        restrict(uow, actor, one, ground=ground, since=DAY)
        before = picture(uow, one)
        for work in works:
            with suppress(CustomerRestricted):
                do(uow, keyring, actor, one, order.id, work)
                assert work == "undo_nothing", f"{work} was let through"
        assert picture(uow, one) == before


@pytest.mark.parametrize("approved", [True, False])
def test_what_a_routine_forgets_it_leaves_of_the_restricted(
    database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path, *, approved: bool
) -> None:
    """Visits whose time is over stay while the person may need them (Article 18(1)(b) and (c)), and are not counted."""
    given_settings = {"visits_deletion_approved": "Maija Meikäläinen, 2026-11-01"} if approved else {}
    site = open_site(database, keyring, clock, actor, tmp_path, **given_settings)
    site.load(submission())
    (found,) = site.all()
    assert found.customer_id is not None
    with site.register.database.unit_of_work() as uow:
        restrict(uow, actor, found.customer_id, ground=Ground.LEGAL_CLAIM, since=DAY)
        uow.commit()
    site.clock.advance(timedelta(days=400).total_seconds())
    with site.register.database.unit_of_work() as uow:
        assert web_visits.overdue(uow.connection, uow.now, site.register.config.web) == 0
        assert web_visits.delete_if_approved(uow, SYSTEM, site.register.config.web) == 0
