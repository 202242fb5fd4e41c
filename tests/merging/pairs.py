"""Shorthands for the tests of merging: customers made, looked at beside each other, merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.customers import service
from core.customers.types import CustomerValues, Source, SourceKind
from core.merging.choosing import Said
from core.merging.service import merge, preview

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.merging.types import Merged, Preview
    from tests.erasure.conftest import House

DAY = date(2026, 11, 23)
CALL = Source(SourceKind.SELF, "call")
WEB = Source(SourceKind.WEB_FORM, "contact, 7")
LOAD = Source(SourceKind.FIRST_LOAD, "asiakkaat.csv")
MAIJA: dict[str, Any] = {
    "first_name": "Maija",
    "last_name": "Kaksoinen",
    "email": "maija.kaksoinen@example.fi",
    "street": "Erikoiskatu 77",
    "postcode": "00100",
    "town": "Helsinki",
    "country": "FI",
}


@dataclass
class Pairs:
    """Makes and merges customers."""

    house: House

    def add(self, source: Source = CALL, *, protected: bool = False, **values: Any) -> Customer:
        """A customer; Maija unless said otherwise."""
        with self.house.register.database.unit_of_work() as uow:
            added = service.add(
                uow,
                self.house.actor,
                CustomerValues(**{**MAIJA, **values}),
                source,
                protected_address=protected,
            )
            uow.commit()
        return added

    def get(self, customer_id: int) -> Customer:
        """The customer as it stands."""
        with self.house.register.database.reading() as connection:
            return service.get(connection, customer_id)

    def preview(self, one: int, other: int, **said: Any) -> Preview:
        """The two beside each other."""
        with self.house.register.database.unit_of_work() as uow:
            seen = preview(uow, self.house.register, self.house.actor, one, other, said=Said(**said))
            uow.commit()
        return seen

    def merge(self, one: int, other: int, **said: Any) -> Merged:
        """Look at the two and merge them."""
        seen = self.preview(one, other, **said)
        with self.house.register.database.unit_of_work() as uow:
            merged = merge(
                uow,
                self.house.register,
                self.house.actor,
                one,
                other,
                reason="sama henkilö, soitti itse",
                versions=seen.versions,
                said=Said(**said),
            )
            uow.commit()
        return merged
