"""A register as a company has it: founded, staffed, with customers; for tests that sit down at a terminal."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.clock import FixedClock
from core.config import load_config
from core.customers import service
from core.customers.types import CustomerValues, Kind, NewCustomer, Source, SourceKind
from core.founding import found_register
from core.register import Register, open_register
from core.staff.agreements import AgreementTerms
from core.staff.members import members
from core.staff.service import first_administrator
from tests.conftest import THE_MORNING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from core.clock import Clock
    from core.disclosure.exits import Exit

USER, PASSWORD = "maija", "kesäkuun kolme hiljaista venettä"
SIGNED = date(2026, 1, 2)
_GIVEN = {
    "register.name": "Asiakasrekisteri",
    "register.controller.name": "Esimerkki Oy",
    "register.controller.address": "Esimerkkikatu 1, 00100 Helsinki",
    "register.controller.contact_person": "Maija Meikäläinen",
    "register.controller.email": "rekisteri@example.fi",
    "log.origin": "example.fi/asiakasrekisteri",
}


@dataclass
class Office:
    """A register at work, and the member of staff with every role who sits in it."""

    file: Path
    register: Register
    actor: Actor

    def add(self, *people: tuple[str, str]) -> list[int]:
        """Add persons by last and first name; returns their ids."""
        rows = [NewCustomer(CustomerValues(Kind.PERSON, first, last)) for last, first in people]
        return self.add_rows(rows)

    def add_rows(self, rows: Sequence[NewCustomer]) -> list[int]:
        """Add customers; returns their ids."""
        with self.register.database.unit_of_work() as uow:
            ids = service.add_many(uow, self.actor, rows, Source(SourceKind.FIRST_LOAD))
            uow.commit()
        return ids


def _no_partner(name: str) -> Exit:
    raise AssertionError(f"nothing may leave in this test: {name}")


def open_office(
    directory: Path, clock: Clock | None = None, given: Mapping[str, str] | None = None
) -> Office:
    """Found a register in *directory* (SQLite unless *given* says otherwise) and hire `USER`."""
    founded = found_register(directory / "config.toml", {**_GIVEN, **(given or {})}, clock)
    register = open_register(founded.config, _no_partner, clock)
    with register.database.unit_of_work() as uow:
        first_administrator(
            uow,
            user_name=USER,
            name="Maija Meikäläinen",
            password=PASSWORD,
            agreement=AgreementTerms("mappi 1, sivu 1", SIGNED, SIGNED),
            roles=tuple(Role),
        )
        uow.commit()
    register.close()
    return reopen_office(directory, clock)


def reopen_office(directory: Path, clock: Clock | None = None) -> Office:
    """The register in *directory*, founded before."""
    register = open_register(load_config(directory / "config.toml"), _no_partner, clock)
    with register.database.reading() as connection:
        (member,) = members(connection)
    actor = Actor(member.id, member.user_name, member.name, frozenset(Role))
    return Office(directory / "config.toml", register, actor)


PEOPLE = (
    ("Åkerlund", "Lasse", "Rantatie 3", "65100", "Vaasa"),
    ("Aaltonen", "Elli", "Kevätpolku 43 A 9", "90520", "Oulu"),
    ("Virtanen", "Maija", "Koulukatu 19", "74120", "Iisalmi"),
    ("Virtanen", "Matti", "Toritie 10", "40520", "Jyväskylä"),
    ("Öhman", "Siv", "Strandvägen 1", "10600", "Tammisaari"),
)


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded register with `PEOPLE`, made once and copied for each test."""
    directory = tmp_path_factory.mktemp("office-template")
    office = open_office(directory, FixedClock(THE_MORNING))
    rows = [
        NewCustomer(
            CustomerValues(
                Kind.PERSON, first, last, street=street, postcode=postcode, town=town, country="FI"
            ),
            protected_address=last == "Öhman",
        )
        for last, first, street, postcode, town in PEOPLE
    ]
    firm = CustomerValues(Kind.ORGANISATION, organisation_name="Järvi & Pojat Oy", business_id="2077474-0")
    office.add_rows([*rows, NewCustomer(firm)])
    office.register.close()
    return directory


@pytest.fixture
def office(office_template: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Office]:
    """A register of this test's own."""
    directory = tmp_path / "office"
    shutil.copytree(office_template, directory)
    opened = reopen_office(directory, clock)
    yield opened
    opened.register.close()
