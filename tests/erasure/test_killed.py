"""kill -9 at every durable step of an erasure, before it or after it: going on ends as if nothing had happened."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.customers.model import customer_table
from core.customers.types import CustomerValues, Kind, NewCustomer, Source, SourceKind, Status
from core.rights import intake, reading, service
from core.rights.erasure.service import carry_out, tell
from core.rights.erasure.steps import is_emptied
from core.rights.model import case_table
from core.rights.types import CaseDecision, CaseKind, CaseState, Channel, Request
from tests.erasure.conftest import MONDAY
from tests.rights.conftest import SETTINGS
from tests.support.erasing_killed import ACTOR, died
from tests.support.office import open_office

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.register import Register
    from tests.support.office import Office
    from tests.support.postgres import Cluster

# One more than an erasure has (SQLite's journal is cut off twice): the last one comes to its end.
POINTS = {"sqlite": 9, "postgresql": 6}
STAFF = Source(SourceKind.STAFF, "desk")


@pytest.mark.parametrize("kind", POINTS)
def test_a_killed_erasure_is_gone_on_with(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock
) -> None:
    """Never are rows gone while the case says nothing; in the end each case says the same, and the log verifies."""
    given, name = {}, f"killed_{tmp_path.name}".lower()[:60]
    if kind == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        given["database.url"] = cluster.create_database(name)
    office = open_office(tmp_path / "office", clock, given)
    chance, killed, kept = random.Random(5), 0, []
    try:
        for point in range(1, POINTS[kind] + 1):
            number = _case(office, f"{point}")
            # Before a step is after the one before it, but for what is not durable between them.
            after, pause = chance.random() < 0.7, chance.choice((0, 0.005))
            killed += died(office.file, number, point, after=after, pause=pause)
            _case_tells(office.register, number)
            done = None
            if _state(office.register, number) is not CaseState.CLOSED:
                done = carry_out(office.register, ACTOR, number)
            assert done is None or done.scan.found == ()
            kept.append(_story(office.register, number))
        assert killed == POINTS[kind] - 1
        assert all(story == kept[0] for story in kept), kept
        assert office.register.log.verify().problem_count == 0
    finally:
        office.register.close()
        if given:
            cluster.drop_database(name)


def _case(office: Office, place: str) -> int:
    """A granted erasure of somebody new with a history; its number."""
    values = CustomerValues(
        Kind.PERSON, f"Ensimmäinen{place}", f"Sukuniminen{place}", email=f"joku{place}@example.fi"
    )
    office.add_rows([NewCustomer(values, f"20{place}")])
    register = office.register
    with register.database.unit_of_work() as uow:
        customer_id = uow.connection.execute(
            select(customer_table.c.id).where(customer_table.c.number == f"20{place}")
        ).scalar_one()
        made = intake.receive(
            uow,
            register.keyring,
            SETTINGS,
            ACTOR,
            kind=CaseKind.ERASURE,
            customer_id=customer_id,
            received_on=MONDAY,
            channel=Channel.LETTER,
            signed=True,
            language="fi",
            request=Request(name=f"Sukuniminen{place}", words="Poistakaa."),
            identified_how="signature",
        )
        granted = CaseDecision.GRANTED
        service.decide(uow, register.keyring, ACTOR, made.number, granted, reasons="", version=made.version)
        uow.commit()
    tell(register, ACTOR, made.number)
    return made.number


def _case_tells(register: Register, number: int) -> None:
    """If the rows are gone the case says so, still knows what to look for, and the person is behind the fence."""
    with register.database.reading() as connection:
        steps = [
            it.facts.get("step") for it in reading.events(connection, register.keyring, number) if it.facts
        ]
        row = connection.execute(select(case_table).where(case_table.c.number == number)).one()
        person = row.customer_id
        gone = person is None
        if person is not None:
            status = select(customer_table.c.status).where(customer_table.c.id == person)
            gone = connection.execute(status).scalar() == Status.ERASED
    assert gone == ("emptied" in steps)
    assert (person is None) == ("proved" in steps)
    if gone and person is not None:
        assert is_emptied(register, number)
        assert row.looked_for is not None
    assert row.state != CaseState.CLOSED or "proved" in steps


def _state(register: Register, number: int) -> CaseState:
    with register.database.reading() as connection:
        return reading.case(connection, number).state


def _story(register: Register, number: int) -> tuple[object, ...]:
    """What is left of a case."""
    with register.database.reading() as connection:
        row = connection.execute(select(case_table).where(case_table.c.number == number)).one()
        told = [
            (it.kind, it.words, it.facts.get("step"), it.facts.get("rows"))
            for it in reading.events(connection, register.keyring, number)
        ]
    return row.state, row.customer_id, row.wrapped_key, row.request, row.looked_for, tuple(told)
