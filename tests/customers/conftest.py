"""Customers for the tests of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from core.customers import service
from core.customers.types import Customer, CustomerValues, Kind, Source, SourceKind

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database

LETTER = Source(SourceKind.SELF, "letter of 20 November")
MATTI = CustomerValues(
    first_name="Matti",
    last_name="Virtanen",
    email="matti.virtanen@example.fi",
    phone="+358401234567",
    street="Mannerheimintie 5 A 12",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
FIRM = CustomerValues(kind=Kind.ORGANISATION, organisation_name="Åkerin Leipä Oy", business_id="2077474-0")


class AddCustomer(Protocol):
    """Adds a customer and commits."""

    def __call__(self, values: CustomerValues = ..., **more: object) -> Customer:
        """The customer added; *more* goes to `service.add`."""
        ...


@pytest.fixture
def add(database: Database, actor: Actor) -> AddCustomer:
    """Adds customers: ``add()`` Matti Virtanen, ``add(FIRM)`` another."""

    def adding(values: CustomerValues = MATTI, **more: object) -> Customer:
        with database.unit_of_work() as uow:
            customer = service.add(uow, actor, values, LETTER, **more)  # type: ignore[arg-type]
            uow.commit()
        return customer

    return adding
