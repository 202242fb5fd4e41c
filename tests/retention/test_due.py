"""The due list: who is silent for long enough, what says stay, and that nobody goes unseen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actor import Role
from core.config.schema import RetentionSettings
from core.customers import service as customers
from core.customers.contacts import contact
from core.customers.restrictions import Ground, restrict
from core.customers.types import CustomerValues, Kind, NewCustomer
from core.errors import NotPermitted
from core.retention import approving, service
from core.retention.due import count_due, due, kept_until, latest_due_contact, mark_of
from core.retention.errors import ApproveReasonNeeded
from core.retention.types import HoldKind
from core.retention.why import why
from core.rights import reading
from core.rights.erasure.service import complete_due
from core.rights.reminders import due_counts
from core.rights.types import CaseState, Channel
from tests.erasure.conftest import House, house
from tests.retention.test_holds import STAFF

if TYPE_CHECKING:
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import UnitOfWork
    from tests.conftest import MakeActor

__all__ = ["house"]
TODAY = date(2026, 11, 23)
DAY = 24 * 60 * 60
SETTINGS = RetentionSettings()
_days = st.dates(date(2001, 1, 1), date(2089, 1, 1))


@given(_days, st.integers(1, 130))
def test_the_latest_due_contact_is_the_latest(today: date, months: int) -> None:
    """Who was in contact on that day is due today, and a day later is not."""
    settings = RetentionSettings(relationship_months=months)
    day = latest_due_contact(today, settings)
    assert kept_until(day, settings) < today <= kept_until(day + timedelta(days=1), settings)


@pytest.mark.parametrize(
    ("contact_on", "last"),
    [
        (date(2025, 11, 22), date(2026, 11, 22)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 12, 31), date(2024, 12, 31)),
    ],
)
def test_a_year_is_counted_by_the_calendar(contact_on: date, last: date) -> None:
    """Twelve months from the last contact, to the day of the same number or the month's last."""
    assert kept_until(contact_on, SETTINGS) == last


def silent(uow: UnitOfWork, house: House, name: str, since: date, kind: Kind = Kind.PERSON) -> Customer:
    """Somebody who was last heard of on a day."""
    values = (
        CustomerValues(kind, "Aino", name)
        if kind is Kind.PERSON
        else CustomerValues(kind, organisation_name=name)
    )
    (one,) = customers.add_many(uow, house.actor, [NewCustomer(values, started_on=since)], STAFF)
    return customers.get(uow.connection, one)


def hold(uow: UnitOfWork, house: House, of: Customer, kind: HoldKind, until: date) -> None:
    """Somebody's data is held until a day."""
    keyring, review = house.register.keyring, TODAY + timedelta(days=1)
    service.place(
        uow, keyring, house.actor, of.id, kind, reason="riita", law="", review_on=review, until=until
    )


def listed(house: House) -> list[str]:
    """The last names on the list."""
    with house.register.database.reading() as connection:
        found = due(connection, SETTINGS, house.register.clock.now().date())
        assert count_due(connection, SETTINGS, house.register.clock.now().date()) == len(found)
    return [it.name.split()[0] for it in found]


def test_the_longest_silent_come_first_and_organisations_never(house: House, clock: FixedClock) -> None:
    """By day of contact; a contact takes somebody off, the day after the period puts somebody on."""
    with house.register.database.unit_of_work() as uow:
        silent(uow, house, "Eilinen", date(2025, 11, 22))
        newer = silent(uow, house, "Uudempi", date(2025, 11, 23))
        silent(uow, house, "Vanhin", date(2011, 1, 2))
        silent(uow, house, "Firma", date(2011, 1, 2), Kind.ORGANISATION)
        uow.commit()
    assert listed(house) == ["Vanhin", "Eilinen"]
    clock.advance(DAY)
    assert listed(house) == ["Vanhin", "Eilinen", "Uudempi"]
    with house.register.database.unit_of_work() as uow:
        contact(uow, [newer.id], date(2026, 1, 1))
        uow.commit()
    assert listed(house) == ["Vanhin", "Eilinen"]


def test_a_hold_and_a_restriction_say_stay(house: House) -> None:
    """Shown as conflicts; not approved without a word, and a restricted person not at all (GDPR 18(1)(b))."""
    register, actor = house.register, house.actor
    with register.database.unit_of_work() as uow:
        free = silent(uow, house, "Vapaa", date(2020, 1, 1))
        held = silent(uow, house, "Riita", date(2020, 1, 2))
        restricted = silent(uow, house, "Rajoitettu", date(2020, 1, 3))
        hold(uow, house, held, HoldKind.DISPUTE, date(2027, 1, 31))
        restrict(uow, actor, restricted.id, ground=Ground.UNLAWFUL, since=TODAY)
        found = due(uow.connection, SETTINGS, TODAY)
        assert [(it.name.split()[0], it.conflict) for it in found] == [
            ("Vapaa", False),
            ("Riita", True),
            ("Rajoitettu", True),
        ]
        answer = why(uow.connection, SETTINGS, held.id, TODAY)
        assert answer.can_go_on == date(2027, 2, 1)
        assert why(uow.connection, SETTINGS, free.id, TODAY).can_go_on == TODAY
        assert why(uow.connection, SETTINGS, restricted.id, TODAY).can_go_on is None
        uow.commit()
    everybody = [free.id, held.id, restricted.id]
    done = approving.approve(register, actor, everybody, reason="lista katsottu")
    assert [it.customer_id for it in done.cases] == [free.id]
    assert [it.customer_id for it in done.conflicts] == [held.id, restricted.id]
    again = approving.approve(register, actor, everybody, reason="odottaa", wait=True)
    (case,) = again.cases
    assert (case.customer_id, case.due_by_itself_on) == (held.id, date(2027, 2, 1))
    assert [it.customer_id for it in again.conflicts] == [free.id, restricted.id]
    assert listed(house) == ["Rajoitettu"]


def test_an_approved_person_goes_when_run_due_comes_and_a_held_one_on_the_day(
    house: House, clock: FixedClock
) -> None:
    """On the strength of the approval alone; nobody waits for an answer; then nothing is on the list."""
    register, actor = house.register, house.actor
    with register.database.unit_of_work() as uow:
        free = silent(uow, house, "Lähtevä", date(2020, 1, 1))
        held = silent(uow, house, "Myöhempi", date(2020, 1, 2))
        hold(uow, house, held, HoldKind.AUTHORITY, date(2026, 12, 24))
        uow.commit()
    done = approving.approve(register, actor, [free.id, held.id], reason="seloste 11 §", wait=True)
    first, second = done.cases
    assert (first.channel, first.state) == (Channel.PERIOD, CaseState.WAITING_HOLD)
    with register.database.reading() as connection:
        assert due_counts(connection, register.config.rights, TODAY).near == 0
    assert [it.case.number for it in complete_due(register, actor)] == [first.number]
    clock.advance(32 * DAY)
    assert [it.case.number for it in complete_due(register, actor)] == [second.number]
    with register.database.reading() as connection:
        assert {reading.case(connection, it.number).state for it in done.cases} == {CaseState.CLOSED}
    assert listed(house) == []


def test_who_is_in_contact_after_the_approval_stays(house: House) -> None:
    """The approval is taken back, and the case says why."""
    register, actor = house.register, house.actor
    with register.database.unit_of_work() as uow:
        one = silent(uow, house, "Palaava", date(2020, 1, 1))
        uow.commit()
    (case,) = approving.approve(register, actor, [one.id], reason="seloste 11 §").cases
    assert approving.stay(register, actor) == []
    with register.database.unit_of_work() as uow:
        contact(uow, [one.id], TODAY)
        uow.commit()
    assert approving.stay(register, actor) == [case.number]
    assert complete_due(register, actor) == []
    with register.database.reading() as connection:
        assert reading.case(connection, case.number).state is CaseState.WITHDRAWN
        assert reading.events(connection, register.keyring, case.number)[-1].words == (
            "contact after the approval"
        )
    late = approving.approve(register, actor, [one.id], reason="seloste 11 §")
    assert [it.customer_id for it in late.not_due] == [one.id]


def test_an_approval_needs_a_reason_and_the_role(house: House, make_actor: MakeActor) -> None:
    """A named contact person with words."""
    with pytest.raises(ApproveReasonNeeded):
        approving.approve(house.register, house.actor, [], reason=" ")
    with pytest.raises(NotPermitted):
        approving.approve(house.register, make_actor(Role.CLERK), [], reason="x")


def test_a_list_has_a_mark_that_changes_with_it(house: House) -> None:
    """Whoever approves a list approves the one that was shown."""
    with house.register.database.unit_of_work() as uow:
        silent(uow, house, "Yksi", date(2020, 1, 1))
        first = due(uow.connection, SETTINGS, TODAY)
        silent(uow, house, "Kaksi", date(2019, 1, 1))
        second = due(uow.connection, SETTINGS, TODAY)
        assert mark_of(first) == mark_of(first[:]) != mark_of(second)
