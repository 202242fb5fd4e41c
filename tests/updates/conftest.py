"""A register to load into and to update, and a shorthand for answers."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Protocol

import pytest

from core.customers import service
from core.customers.types import CustomerValues, Source, SourceKind
from tests.support.update_house import IMPORTER, register_of
from tui.demo.files import ANSWER_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.keys import KeyRing
    from core.register import Register

HELSINKI = CustomerValues(
    first_name="Maija",
    last_name="Mäkelä",
    street="Koivukatu 1",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
OLD_FILE = Source(SourceKind.FIRST_LOAD, "old register")


@pytest.fixture
def register(database: Database, keyring: KeyRing, clock: FixedClock, tmp_path: Path) -> Register:
    """A register around the test's database, with a load mapping and an update service."""
    return register_of(database, keyring, tmp_path, clock)


@pytest.fixture
def importer() -> Actor:
    """A member of staff who may import and nothing else."""
    return IMPORTER


class Add(Protocol):
    """Adds a customer under a number."""

    def __call__(self, number: str, source: Source = ..., values: CustomerValues = ...) -> Customer:
        """The customer, committed."""
        ...


@pytest.fixture
def add(database: Database, actor: Actor) -> Add:
    """Adds Maija Mäkelä of Koivukatu 1, as an old file told of her, under the number given."""

    def adding(number: str, source: Source = OLD_FILE, values: CustomerValues = HELSINKI) -> Customer:
        with database.unit_of_work() as uow:
            customer = service.add(uow, actor, values, source, number=number)
            uow.commit()
        return customer

    return adding


class WriteAnswer(Protocol):
    """Writes an answer file of rows (number, code, street, postcode, town, day)."""

    def __call__(self, *rows: tuple[str, ...], name: str = ...) -> Path:
        """Where it is."""
        ...


@pytest.fixture
def answer(tmp_path: Path) -> WriteAnswer:
    """Writes an answer file."""

    def writing(*rows: tuple[str, ...], name: str = "vastaus.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="iso-8859-15", newline="") as stream:
            out = csv.writer(stream, delimiter=";")
            out.writerow(ANSWER_COLUMNS.values())
            out.writerows([*row, *[""] * (6 - len(row))] for row in rows)
        return path

    return writing
