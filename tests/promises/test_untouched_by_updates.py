"""No row of an update touches anybody restricted, erased or who has forbidden updates, whenever they became so."""

from __future__ import annotations

import csv
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from core.actor import Actor, Role
from core.customers import bans, restrictions
from core.customers import service as customers
from core.customers.bans import BanKind
from core.customers.model import customer_ban_table, customer_change_table, customer_table
from core.customers.restrictions import Ground
from core.customers.types import CustomerValues, Source, SourceKind
from core.updates import service
from tests.support.update_house import IMPORTER, SERVICE, register_of
from tui.demo.files import ANSWER_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.database import Database, UnitOfWork
    from core.keys import KeyRing
    from core.register import Register

CLERK = Actor(1, "maija", "Maija Virtanen", frozenset(Role))
DAY = date(2026, 11, 1)
STATES = ("plain", "restricted", "banned", "erased", "protected", "ended", "own")
UNTOUCHABLE = frozenset({"restricted", "banned", "erased"})
WHEN = ("before", "between")
PERSONS = st.lists(
    st.tuples(
        st.sampled_from(STATES),
        st.sampled_from(WHEN),
        st.sampled_from(["M", "K", "T", "KU", "E"]),
        st.sampled_from(["", "15.11.2026", "1.1.2020"]),
    ),
    min_size=1,
    max_size=8,
)
_numbers = count(1)


@pytest.fixture
def register(database: Database, keyring: KeyRing, clock: FixedClock, tmp_path: Path) -> Register:
    """A register with an update service."""
    return register_of(database, keyring, tmp_path, clock)


def turn(uow: UnitOfWork, customer_id: int, state: str) -> None:
    """Bring a customer into a state."""
    source = Source(SourceKind.SELF if state == "own" else SourceKind.STAFF, "call")
    if state == "restricted":
        restrictions.restrict(uow, CLERK, customer_id, ground=Ground.ACCURACY_CONTESTED, since=DAY)
    elif state == "banned":
        bans.forbid(uow, CLERK, customer_id, BanKind.REGISTER_UPDATE, origin="letter", since=DAY)
    elif state == "erased":
        uow.connection.execute(
            update(customer_table).where(customer_table.c.id == customer_id).values(status="erased")
        )
    elif state == "protected":
        customers.protect_address(uow, CLERK, customer_id, source, protected=True, version=1)
    elif state == "ended":
        customers.end_relationship(uow, CLERK, customer_id, ended_on=DAY, source=source, version=1)
    elif state == "own":
        customers.change(uow, CLERK, customer_id, {"street": "Kotikuja 3"}, source, version=1)


def picture(register: Register, ids: list[int]) -> dict[int, tuple[object, ...]]:
    """Everything that an update could write of the customers."""
    customer, ban, change = customer_table, customer_ban_table, customer_change_table
    with register.database.reading() as connection:
        return {
            of: (
                tuple(connection.execute(select(customer).where(customer.c.id == of)).one()),
                connection.execute(select(ban.c.id).where(ban.c.customer_id == of)).all(),
                connection.execute(select(change.c.id).where(change.c.customer_id == of)).all(),
            )
            for of in ids
        }


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(persons=PERSONS)
def test_nobody_untouchable_is_touched(
    register: Register, tmp_path: Path, persons: list[tuple[str, str, str, str]]
) -> None:
    """Restricted, erased or update-forbidden, before the file was read or between reading and applying: as they were.

    Everybody else is as before once the run is undone, whatever it had done.
    """
    numbers = [str(next(_numbers)) for _ in persons]
    home = CustomerValues(last_name="Aho", street="Koivukatu 1", postcode="00100", town="Helsinki")
    with register.database.unit_of_work() as uow:
        old = Source(SourceKind.FIRST_LOAD, "old")
        ids = [customers.add(uow, CLERK, home, old, number=number).id for number in numbers]
        for of, (state, when, _, _) in zip(ids, persons, strict=True):
            if when == "before":
                turn(uow, of, state)
        uow.commit()
    path = tmp_path / f"answer-{numbers[0]}.csv"
    with path.open("w", encoding="iso-8859-15", newline="") as stream:
        out = csv.writer(stream, delimiter=";")
        out.writerow(ANSWER_COLUMNS.values())
        for number, (_, _, code, day) in zip(numbers, persons, strict=True):
            out.writerow([number, code, "Mäntytie 2", "33100", "Tampere", day])
    run = service.prepare(register, IMPORTER, SERVICE, path)
    with register.database.unit_of_work() as uow:
        for of, (state, when, _, _) in zip(ids, persons, strict=True):
            if when == "between":
                turn(uow, of, state)
        uow.commit()
    before = picture(register, ids)
    service.apply(register, IMPORTER, run.id)
    after = picture(register, ids)
    for of, (state, *_) in zip(ids, persons, strict=True):
        if state in UNTOUCHABLE:
            assert after[of] == before[of], state
    service.undo(register, IMPORTER, run.id)
    undone = picture(register, ids)
    version = customer_table.c.keys().index("version")
    for of, (state, *_) in zip(ids, persons, strict=True):
        if state in UNTOUCHABLE:
            assert undone[of] == before[of], state
        then, now = list(before[of][0]), list(undone[of][0])  # type: ignore[call-overload]
        assert then[:version] + then[version + 1 :] == now[:version] + now[version + 1 :]
