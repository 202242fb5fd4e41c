"""Deadlines by Regulation 1182/71: month ends, leap years, week-ends, Finnish holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rights.deadlines import (
    add_months,
    due_after_pauses,
    due_on,
    extended_due_on,
    is_working_day,
    next_working_day,
)


def day(text: str) -> date:
    """A date from its ISO form."""
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-02", "2026-12-02"),  # an ordinary Monday to a Wednesday
        ("2026-01-31", "2026-03-02"),  # February has no 31st: Saturday 28 February, so Monday
        ("2025-01-31", "2025-02-28"),  # the month's last day, a Friday
        ("2024-01-31", "2024-02-29"),  # a leap year, a Thursday
        ("2024-02-29", "2024-04-02"),  # Good Friday, a week-end, Easter Monday
        ("2023-01-29", "2023-02-28"),
        ("2024-01-29", "2024-02-29"),
        ("2026-03-31", "2026-04-30"),
        ("2026-05-31", "2026-06-30"),
        ("2026-08-31", "2026-09-30"),
        ("2026-04-01", "2026-05-04"),  # May Day is a Friday in 2026
        ("2026-11-25", "2026-12-28"),  # Christmas Day to Boxing Day, then a week-end
        ("2025-11-26", "2025-12-29"),  # Boxing Day, a Friday
        ("2026-12-01", "2027-01-04"),  # New Year's Day, a Friday
        ("2025-12-06", "2026-01-07"),  # Epiphany, a Tuesday
        ("2026-05-20", "2026-06-22"),  # Midsummer Day, a Saturday
        ("2026-09-30", "2026-10-30"),
        ("2026-10-01", "2026-11-02"),  # a Sunday, the day after All Saints' Day
        ("2026-11-06", "2026-12-07"),  # Independence Day, a Sunday
        ("2027-11-06", "2027-12-07"),  # Independence Day, a Monday
        ("2026-04-14", "2026-05-15"),  # Ascension Day
    ],
    ids=str,
)
def test_an_answer_is_due_in_a_month(received: str, due: str) -> None:
    """The day of receipt isn't counted; a day off moves the last day onwards."""
    assert due_on(day(received)) == day(due)


@pytest.mark.parametrize(
    ("received", "eve", "after"),
    [
        ("2026-05-19", "2026-06-19", "2026-06-22"),  # Midsummer Eve, a Friday
        ("2026-11-24", "2026-12-24", "2026-12-28"),  # Christmas Eve, a Thursday
    ],
)
def test_an_eve_is_a_working_day_unless_the_setting_says_otherwise(
    received: str, eve: str, after: str
) -> None:
    """The earlier day is on time under both readings of the law, so it is the default."""
    assert due_on(day(received)) == day(eve)
    assert due_on(day(received), eves_are_free=True) == day(after)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-30", "2027-03-01"),  # 28 February 2027 is a Sunday
        ("2023-11-30", "2024-02-29"),
        ("2026-01-15", "2026-04-15"),
        ("2026-09-26", "2026-12-28"),
    ],
)
def test_an_extension_is_counted_from_the_receipt(received: str, due: str) -> None:
    """Two further months make three from the request, not from the first due date."""
    assert extended_due_on(day(received)) == day(due)


def test_a_pause_moves_the_last_day_by_its_days() -> None:
    """Days in which the answer waited for the person aren't counted, and none twice."""
    received = day("2026-11-02")
    assert due_after_pauses(received, []) == due_on(received)
    assert due_after_pauses(received, [(day("2026-11-04"), day("2026-11-09"))]) == day("2026-12-07")
    overlapping = [(day("2026-11-04"), day("2026-11-08")), (day("2026-11-06"), day("2026-11-09"))]
    assert due_after_pauses(received, overlapping) == day("2026-12-07")
    assert due_after_pauses(received, [(day("2026-10-01"), day("2026-10-30"))]) == due_on(received)


_days = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@given(_days, st.integers(1, 24))
def test_the_last_day_is_a_working_day_not_long_after(received: date, months: int) -> None:
    """The same number or the month's end, and then never more than five days off in a row."""
    plain = add_months(received, months)
    assert (plain.year * 12 + plain.month) - (received.year * 12 + received.month) == months
    assert plain.day == received.day or (plain + timedelta(days=1)).day == 1
    last = due_on(received, months=months)
    assert is_working_day(last)
    assert timedelta(0) <= last - plain <= timedelta(days=5)


@given(_days, st.integers(0, 40))
def test_a_later_receipt_is_never_due_earlier(received: date, later: int) -> None:
    """Waiting to hand in a request never brings the answer forward."""
    assert due_on(received) <= due_on(received + timedelta(days=later))


@given(_days)
def test_a_day_between_working_days_is_off(any_day: date) -> None:
    """The next working day is the first one."""
    found = next_working_day(any_day)
    assert not any(is_working_day(any_day + timedelta(days=step)) for step in range((found - any_day).days))
