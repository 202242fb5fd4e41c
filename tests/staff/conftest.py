"""Staff for the tests of this room: an administrator and a clerk with agreements in force, cheap passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.staff import agreements, passwords, service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.database import Database
    from core.staff.members import StaffMember

ADMIN_PASSWORD = "vihreä lamppu juoksee"
CLERK_PASSWORD = "kolme harmaata kiveä"
SIGNED = date(2026, 1, 2)


@dataclass(frozen=True)
class Staff:
    """The two members every test may count on."""

    administrator: StaffMember
    clerk: StaffMember

    @property
    def boss(self) -> Actor:
        """The administrator at work."""
        return self.administrator.as_actor()


@pytest.fixture(autouse=True)
def _cheap_passwords() -> Iterator[None]:
    with passwords.cheap_for_tests():
        yield


@pytest.fixture
def staff(database: Database) -> Staff:
    """An administrator (``paula``) and a clerk (``kalle``) who may both sign in."""
    with database.unit_of_work() as uow:
        administrator = service.first_administrator(
            uow,
            user_name="paula",
            name="Paula Päällikkö",
            password=ADMIN_PASSWORD,
            agreement=agreements.AgreementTerms("mappi 1, sivu 1", SIGNED, SIGNED),
        )
        clerk = service.add_member(
            uow,
            administrator.as_actor(),
            user_name="kalle",
            name="Kalle Kirjuri",
            password=CLERK_PASSWORD,
            roles={Role.CLERK},
        )
        agreements.record_agreement(
            uow,
            administrator.as_actor(),
            clerk.id,
            signed_on=SIGNED,
            valid_from=SIGNED,
            document="mappi 1, sivu 2",
        )
        uow.commit()
    return Staff(administrator, clerk)
