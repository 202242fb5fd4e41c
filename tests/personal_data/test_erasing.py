"""Erasing by the inventory: afterwards no table yields the person, others keep everything, counts stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from core.customers import bans, orders, restrictions, sealed, search, service
from core.customers.bans import BanKind
from core.customers.listing import count
from core.customers.model import customer_order_table, customer_table
from core.customers.money import OrderLine
from core.customers.restrictions import Ground
from core.customers.types import CustomerValues, Kind, Source, SourceKind
from core.personal_data.erasing import erase_rows
from core.personal_data.inventory import HOLDINGS
from core.rights import intake
from core.rights.types import CaseKind, Channel, Request
from tests.rights.conftest import SETTINGS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import Database, UnitOfWork
    from core.keys import KeyRing

DAY = date(2026, 11, 23)
STAFF = Source(SourceKind.STAFF, "desk")
NAMES = ("Ainolainen", "Kummallinen", "Erikoiskatu 77", "ainolainen@example.fi", "+358401112223")


def live(uow: UnitOfWork, keyring: KeyRing, actor: Actor, **values: Any) -> int:
    """A customer with a history, an order, a ban, a restriction, bank details and a case; returns the id."""
    usual: dict[str, Any] = {
        "kind": Kind.PERSON,
        "first_name": NAMES[1],
        "last_name": NAMES[0],
        "street": NAMES[2],
        "postcode": "00100",
        "town": "HELSINKI",
        "email": NAMES[3],
        "phone": NAMES[4],
    }
    added = service.add(uow, actor, CustomerValues(**{**usual, **values}), STAFF)
    service.change(uow, actor, added.id, {"street": "Toinen kuja 3"}, STAFF, version=added.version)
    line = OrderLine("A1", f"for {NAMES[0]}", Decimal(2), Decimal(10), Decimal("25.5"))
    orders.place(uow, actor, added.id, [line], placed_on=DAY, payment_term_days=14)
    sealed.set_iban(uow, keyring, actor, added.id, "FI2112345600000785", source=STAFF)
    bans.forbid(uow, actor, added.id, BanKind.PUBLICATION, origin=NAMES[0], since=DAY)
    restrictions.restrict(uow, actor, added.id, ground=Ground.LEGAL_CLAIM, since=DAY, detail=NAMES[0])
    intake.receive(
        uow,
        keyring,
        SETTINGS,
        actor,
        kind=CaseKind.ACCESS,
        received_on=DAY,
        channel=Channel.LETTER,
        signed=True,
        language="fi",
        request=Request(name=NAMES[0]),
        customer_id=added.id,
    )
    return added.id


def everything(connection: Connection) -> str:
    """Every row of every table of the inventory, as text."""
    return "\n".join(
        repr(tuple(row)) for holding in HOLDINGS for row in connection.execute(select(holding.table))
    )


def test_nothing_of_the_person_is_left_in_any_table(
    database: Database, actor: Actor, keyring: KeyRing
) -> None:
    """Names, address, e-mail and telephone are gone from every table, and the index doesn't find them."""
    with database.unit_of_work() as uow:
        one = live(uow, keyring, actor)
        number = service.get(uow.connection, one).number
        touched = erase_rows(uow, [one])
        uow.commit()
    assert {"customer", "customer_change", "order_line", "rights_case", "customer_search"} <= touched.keys()
    with database.reading() as connection:
        left = everything(connection)
        assert not [name for name in NAMES if name in left]
        assert search.search(connection, NAMES[0]) == []
        assert count(connection) == 0
        row = connection.execute(select(customer_table)).one()
        assert (row.status, row.number) == ("erased", f"erased-{one}")
        assert number != row.number


def test_others_keep_everything_and_the_statistics_stay(
    database: Database, actor: Actor, keyring: KeyRing
) -> None:
    """A neighbour's rows are as they were; the erased person's orders still count."""
    with database.unit_of_work() as uow:
        one = live(uow, keyring, actor)
        other = live(uow, keyring, actor, last_name="Naapuri", email="naapuri@example.fi")
        before = everything_about(uow.connection, other)
        table = customer_order_table
        total = select(func.count(), func.sum(table.c.total_net))
        ordered = uow.connection.execute(total).one()
        erase_rows(uow, [one])
        assert everything_about(uow.connection, other) == before
        assert uow.connection.execute(total).one() == ordered
        (found,) = search.search(uow.connection, "naapuri")
        assert found.id == other
        uow.connection.execute(update(customer_table).values(version=customer_table.c.version))


def everything_about(connection: Connection, customer_id: int) -> list[str]:
    """Every row of the inventory about one person."""
    return [
        repr(tuple(row)) for holding in HOLDINGS for row in connection.execute(holding.rows([customer_id]))
    ]
