"""Statutory periods: the vectors of the Bookkeeping Act, and years counted by the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.retention.periods import YearEnd, ledgers_kept_until, vouchers_kept_until, years_after


@pytest.mark.parametrize(
    ("ended", "vouchers", "ledgers"),
    [
        (date(2024, 3, 31), date(2030, 12, 31), date(2034, 3, 31)),
        (date(2026, 12, 31), date(2032, 12, 31), date(2036, 12, 31)),
        (date(2024, 2, 29), date(2030, 12, 31), date(2034, 2, 28)),
    ],
)
def test_bookkeeping_is_kept_for_calendar_years(ended: date, vouchers: date, ledgers: date) -> None:
    """Six years from the end of the calendar year, ten from the end of the financial year (1336/1997 2:10)."""
    assert vouchers_kept_until(ended) == vouchers
    assert ledgers_kept_until(ended) == ledgers


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2023, 4, 1), date(2024, 3, 31)),
        (date(2024, 3, 31), date(2024, 3, 31)),
        (date(2024, 4, 1), date(2025, 3, 31)),
    ],
)
def test_a_day_belongs_to_the_year_that_ends_next(day: date, ends: date) -> None:
    """The day after the end opens the next financial year."""
    assert YearEnd(3, 31).of(day) == ends


@pytest.mark.parametrize(("day", "ends"), [(date(2024, 2, 29), 29), (date(2025, 2, 28), 28)])
def test_a_year_may_end_with_february(day: date, ends: int) -> None:
    """The last day of February is the 29th where there is one."""
    assert YearEnd(2, 29).of(day) == date(day.year, 2, ends)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 31))
def test_every_day_is_in_a_financial_year(day: date, month: int, last: int) -> None:
    """The end is not before the day, and less than a year and a day after it."""
    end = YearEnd(month, last).of(day)
    assert timedelta(0) <= end - day <= timedelta(days=366)
    assert vouchers_kept_until(end) > years_after(day, 6) - timedelta(days=1)
