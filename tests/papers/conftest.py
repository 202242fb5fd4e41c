"""A member of staff whom papers name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.staff.agreements import AgreementTerms
from core.staff.service import first_administrator

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database

IN = date(2019, 5, 2)


@pytest.fixture
def keeper(database: Database) -> Actor:
    """The member of staff whom papers name."""
    with database.unit_of_work() as uow:
        member = first_administrator(
            uow,
            user_name="liisa",
            name="Liisa Lukko",
            password="kesäkuun kolme hiljaista venettä",
            agreement=AgreementTerms("mappi 1", IN, IN),
            roles=tuple(Role),
        )
        uow.commit()
    return member.as_actor()
