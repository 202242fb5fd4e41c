"""A customer, and a case received."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from core.config.schema import RightsSettings
from core.customers import service as customers
from core.customers.types import CustomerValues, Kind, Source, SourceKind
from core.rights import intake
from core.rights.types import CaseKind, Channel, Request

if TYPE_CHECKING:
    from core.actor import Actor
    from core.customers.types import Customer
    from core.database import Database
    from core.keys import KeyRing
    from core.rights.types import Case

SETTINGS = RightsSettings()
MONDAY = date(2026, 11, 23)


@pytest.fixture
def matti(database: Database, actor: Actor, keyring: KeyRing) -> Customer:
    """An invented customer."""
    values = CustomerValues(kind=Kind.PERSON, first_name="Matti", last_name="Meikäläinen", street="Kuja 1")
    with database.unit_of_work() as uow:
        added = customers.add(uow, actor, values, Source(SourceKind.STAFF, "test"))
        uow.commit()
    return added


class ReceiveCase(Protocol):
    """Receives a request; what isn't named is as usual."""

    def __call__(self, kind: CaseKind = CaseKind.ACCESS, **values: Any) -> Case:
        """The case."""
        ...


@pytest.fixture
def receive(database: Database, actor: Actor, keyring: KeyRing, matti: Customer) -> ReceiveCase:
    """Receives Matti's request of the given kind: a signed letter of Monday, his identity known."""

    def make(kind: CaseKind = CaseKind.ACCESS, **values: Any) -> Case:
        usual: dict[str, Any] = {
            "received_on": MONDAY,
            "channel": Channel.LETTER,
            "signed": True,
            "language": "fi",
            "request": Request(name="Matti Meikäläinen", words="Mitä tietoja minusta on?"),
            "customer_id": matti.id,
            "identified_how": "signature and address as in the register",
        }
        with database.unit_of_work() as uow:
            case = intake.receive(uow, keyring, SETTINGS, actor, kind=kind, **{**usual, **values})
            uow.commit()
        return case

    return make
