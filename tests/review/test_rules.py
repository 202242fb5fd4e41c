"""The rules mark what they say they mark, each with its figures; weeks and looks are told as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.actor import Actor, Role
from core.config.schema import ReviewSettings
from core.customers.service import open_record
from core.disclosure.review.rules import marked_transfers
from core.disclosure.review.snooping import marked_looks
from core.disclosure.review.weeks import weeks
from core.disclosure.types import Subject
from tests.support.gate_house import MATTI

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tests.support.review_house import ReviewHouse


def send_again(house: ReviewHouse, customers: list[Customer], key: str) -> int:
    """Send the same customers once more under other keys; the transfer's number."""
    request = house.house.request(*customers)
    subjects = tuple(Subject(it.customer_id, f"{it.key}-{key}") for it in request.subjects)
    return house.gate.send(house.clerk, replace(request, subjects=subjects)).number


def transfer_marks(house: ReviewHouse, **settings: Any) -> list[tuple[str, int | None]]:
    """The rules and the transfers that they marked."""
    with house.database.reading() as connection:
        now = house.database.clock.now()
        return [
            (it.rule, it.number) for it in marked_transfers(connection, ReviewSettings(**settings), None, now)
        ]


def look_marks(house: ReviewHouse, **settings: Any) -> list[tuple[str, str | None]]:
    """The rules and the customers' numbers that they marked."""
    with house.database.reading() as connection:
        now = house.database.clock.now()
        found = marked_looks(connection, ReviewSettings(**settings), None, now)
    return [(it.rule, it.customer_number) for it in found]


def opens(house: ReviewHouse, customer: Customer, actor: Actor | None = None) -> None:
    """Somebody opens a card."""
    with house.database.unit_of_work() as uow:
        open_record(uow, actor or house.clerk, customer.id, task="customer_care")
        uow.commit()


def test_a_first_use_a_large_transfer_and_an_unusual_hour_are_marked(house: ReviewHouse) -> None:
    """Monday 10 o'clock is usual, 23 o'clock is not, nor is a Saturday."""
    people = [house.house.add() for _ in range(3)]
    first = house.send(*people).number
    assert transfer_marks(house, unusual_persons=2) == [("persons", first), ("first_use", first)]
    house.wait(hours=13)
    late = send_again(house, people[:1], "late")
    house.wait(days=5, hours=-13)
    saturday = send_again(house, people[:1], "saturday")
    assert transfer_marks(house, unusual_persons=5) == [
        ("first_use", first),
        ("hours", late),
        ("weekend", saturday),
    ]


def test_a_mark_names_its_rule_and_its_setting(house: ReviewHouse) -> None:
    """A reviewer reads which figure of the configuration marked it."""
    house.send(*(house.house.add() for _ in range(3)))
    with house.database.reading() as connection:
        marks = marked_transfers(
            connection, ReviewSettings(unusual_persons=2), None, house.database.clock.now()
        )
    assert marks[0].sentence("en") == "3 persons at once, more than 2 (review.unusual_persons)"


def test_a_week_is_compared_with_the_weeks_before(house: ReviewHouse) -> None:
    """Eight weeks of one person and then one of five: the last week is marked, with what was usual."""
    people = [house.house.add() for _ in range(5)]
    for number in range(9):
        send_again(house, people[:1], f"week{number}")
        house.wait(days=7)
    send_again(house, people, "last")
    settings = ReviewSettings(unusual_times=3, unusual_week_persons=5)
    with house.database.reading() as connection:
        rows = weeks(connection, settings, house.database.clock.now(), 10)["accountant"]
    assert [row.persons for row in rows] == [1] * 9 + [5]
    assert [row.usual for row in rows] == [None] * 9 + [1]
    assert rows[-1].monday - rows[0].monday == timedelta(weeks=9)
    assert ("week", None) in transfer_marks(house, unusual_times=3, unusual_week_persons=5)
    assert ("week", None) not in transfer_marks(house, unusual_times=3, unusual_week_persons=6)


def test_ones_own_record_and_ones_own_name_are_marked(house: ReviewHouse) -> None:
    """Kalle Klerkki opens Kalle Klerkki and Anna Klerkki; a stranger's card is not marked."""
    own, kin, other = (
        house.house.add(replace(MATTI, first_name=first, last_name=last))
        for first, last in (("Kalle", "Klerkki"), ("Anna", "KLERKKI"), ("Matti", "Meikäläinen"))
    )
    for customer in (own, kin, other):
        opens(house, customer)
    assert look_marks(house) == [("same_family_name", kin.number), ("own_record", own.number)]
    assert look_marks(house, own_record=False, same_family_name=False) == []


def test_a_card_with_which_nothing_is_done_is_marked(house: ReviewHouse) -> None:
    """A month after the last change an opening has no task, until something is sent."""
    quiet, busy = house.house.add(), house.house.add()
    house.wait(days=28)
    opens(house, quiet)
    opens(house, busy)
    house.send(busy)
    assert look_marks(house) == [("no_task", quiet.number)]
    assert look_marks(house, no_task=False) == []


def test_very_many_cards_in_a_day_are_marked_once(house: ReviewHouse) -> None:
    """Four cards where three are usual."""
    for _ in range(4):
        opens(house, house.house.add())
    assert [rule for rule, _ in look_marks(house, openings_a_day=3)] == ["openings"]
    assert look_marks(house, openings_a_day=4) == []


def test_two_people_are_not_added_up(house: ReviewHouse) -> None:
    """The rule counts one person's day."""
    other = Actor(house.reviewer.staff_id, "riitta", "Riitta Reviisori", frozenset(Role))
    for actor in (house.clerk, other):
        for _ in range(3):
            opens(house, house.house.add(), actor)
    assert look_marks(house, openings_a_day=3) == []
