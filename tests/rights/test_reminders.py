"""Last days near and past: first on the list, counted, and noted once in each case."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from core.actor import SYSTEM
from core.rights import clock as case_clock
from core.rights import reading, service
from core.rights.errors import GroundOfRefusal
from core.rights.reminders import DueCounts, days_left, due_counts, remind
from core.rights.types import CaseDecision, CaseKind, EventKind, RefusalGround
from tests.rights.conftest import MONDAY, SETTINGS

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from tests.rights.conftest import ReceiveCase

DAY = 24 * 60 * 60


def noted(database: Database) -> list[int]:
    """What run-due notes now."""
    with database.unit_of_work() as uow:
        found = remind(uow, SETTINGS, SYSTEM)
        uow.commit()
    return found


def counts(database: Database, today: date) -> DueCounts:
    """What a menu says."""
    with database.reading() as connection:
        return due_counts(connection, SETTINGS, today)


def test_a_case_is_noted_once_for_each_last_day(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase, clock: FixedClock
) -> None:
    """From a week before, once; an extension has a last day of its own; an answer ends it."""
    receive()
    assert noted(database) == []
    clock.advance(23 * DAY)
    assert noted(database) == [1]
    assert noted(database) == []
    with database.unit_of_work() as uow:
        case_clock.extend(
            uow, keyring, SETTINGS, actor, 1, told_on=date(2026, 12, 16), reasons="three places", version=1
        )
        uow.commit()
    assert noted(database) == []
    clock.advance(65 * DAY)
    assert counts(database, date(2027, 2, 19)) == DueCounts(open=1, overdue=0, near=1)
    assert noted(database) == [1]
    assert counts(database, date(2027, 2, 24)) == DueCounts(open=1, overdue=1, near=0)
    with database.unit_of_work() as uow:
        service.decide(uow, keyring, actor, 1, CaseDecision.GRANTED, reasons="", version=2)
        found = service.answered(uow, keyring, actor, 1, EventKind.LETTER, facts={})
        assert days_left(found, date(2027, 2, 24)) is None
        uow.commit()
    assert counts(database, date(2027, 2, 24)) == DueCounts(open=1, overdue=0, near=0)
    with database.reading() as connection:
        kinds = [it.kind for it in reading.events(connection, keyring, 1)]
    assert kinds.count(EventKind.REMINDER) == 2


def test_overdue_cases_stand_first_and_stopped_clocks_last(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase
) -> None:
    """By last day; whose clock is stopped, or who is answered, is not late."""
    stopped = receive(received_on=date(2026, 11, 2), identified_how="", customer_id=None)
    receive()
    late = receive(received_on=date(2026, 10, 1))
    with database.unit_of_work() as uow:
        stopped = case_clock.pause(uow, keyring, actor, stopped.number, asked="who are you", version=1)
        uow.commit()
    with database.reading() as connection:
        assert [it.number for it in reading.worklist(connection)] == [3, 2, 1]
    assert counts(database, MONDAY) == DueCounts(open=3, overdue=1, near=0)
    assert (days_left(late, MONDAY), days_left(stopped, MONDAY)) == (-21, None)
    assert noted(database) == [3]


def test_an_excessive_request_is_refused_with_what_shows_it(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase
) -> None:
    """Article 12(5): with reasons, and the earlier requests kept beside the decision; nothing else has such a ground."""
    for day in (date(2026, 9, 1), date(2026, 10, 1)):
        receive(received_on=day)
    receive(CaseKind.ERASURE)
    receive()

    def decide(decision: CaseDecision, **values: Any) -> None:
        with database.unit_of_work() as uow:
            service.decide(
                uow,
                keyring,
                actor,
                4,
                decision,
                reasons="third request in three months, nothing has changed",
                version=1,
                ground=RefusalGround.EXCESSIVE,
                **values,
            )
            uow.commit()

    with pytest.raises(GroundOfRefusal):
        decide(CaseDecision.PARTLY)
    decide(CaseDecision.REFUSED, repeated_days=365)
    with database.reading() as connection:
        last = reading.events(connection, keyring, 4)[-1]
    assert (last.facts["ground"], last.facts["earlier"]) == ("excessive", [2, 1])
