"""When an answer is due: GDPR 12(3) counted by Regulation (EEC, Euratom) No 1182/71.

The day of receipt is not counted (Article 3(1)); a period of months ends on the day of the same number in the last
month, or on that month's last day where there is none (Article 3(2)(c)); when that day is a Saturday, Sunday or public
holiday, the period ends with the next working day (Article 3(4)).
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterable

ANSWER_MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3
# Free by custom and by the Act on statutory periods (150/1930 § 5), but public holidays of no Act: a controller that
# answers by them is on time under either reading.
_EVES: Final = ("Christmas Eve", "Midsummer Eve")
_SATURDAY: Final = 5


def due_on(received_on: date, *, months: int = ANSWER_MONTHS, eves_are_free: bool = False) -> date:
    """The last day for an answer to what was received on *received_on*.

    *eves_are_free* lets Midsummer Eve and Christmas Eve move the day onwards, as 150/1930 § 5 does in Finnish matters.
    """
    return next_working_day(add_months(received_on, months), eves_are_free=eves_are_free)


def extended_due_on(received_on: date, *, eves_are_free: bool = False) -> date:
    """The last day after the one extension of two months, counted from the receipt."""
    return due_on(received_on, months=EXTENDED_MONTHS, eves_are_free=eves_are_free)


def due_after_pauses(
    received_on: date,
    pauses: Iterable[tuple[date, date]],
    *,
    months: int = ANSWER_MONTHS,
    eves_are_free: bool = False,
) -> date:
    """The last day when the clock stood still from the first day of each of *pauses* until its last.

    A pause is a time in which the answer waited for the person (identity unclear, GDPR 12(6)).  Pauses may overlap or
    touch; each day counts once, and days before the receipt don't count.
    """
    waited = _days_within(received_on, pauses)
    return next_working_day(
        add_months(received_on, months) + timedelta(days=waited), eves_are_free=eves_are_free
    )


def add_months(day: date, months: int) -> date:
    """The day of the same number *months* later, or that month's last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_working_day(day: date, *, eves_are_free: bool = False) -> date:
    """*day* itself when it is a working day, otherwise the first one after it."""
    while not is_working_day(day, eves_are_free=eves_are_free):
        day += timedelta(days=1)
    return day


def is_working_day(day: date, *, eves_are_free: bool = False) -> bool:
    """Whether *day* is none of Saturday, Sunday and Finnish public holiday."""
    if day.weekday() >= _SATURDAY:
        return False
    name = _public_holidays(day.year).get(day)
    return name is None or (name in _EVES and not eves_are_free)


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("FI", years=year, language="en_US"))


def _days_within(received_on: date, pauses: Iterable[tuple[date, date]]) -> int:
    waited: set[int] = set()
    for first, last in pauses:
        begin = max(first, received_on).toordinal()
        waited.update(range(begin, last.toordinal()))
    return len(waited)
