"""Transfers and persons a week by recipient, and the weeks that a rule marks: what the charts show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, func, select, type_coerce

from core.clock import HELSINKI
from core.disclosure.model import transfer_table
from core.disclosure.types import TransferState

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.config.schema import ReviewSettings

BEFORE: Final = 8
_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Week:
    """A recipient's week: the day of its Monday, how many transfers, of how many persons; ``usual`` when marked."""

    recipient: str
    monday: date
    transfers: int
    persons: int
    usual: float | None = None


def monday_of(moment: datetime) -> date:
    """The Monday of the Finnish week that *moment* falls in."""
    day = moment.astimezone(HELSINKI).date()
    return day - timedelta(days=day.weekday())


def weeks(
    connection: Connection, settings: ReviewSettings, now: datetime, count: int = 26
) -> dict[str, list[Week]]:
    """The last *count* weeks of each recipient that got anything in them, the oldest first, empty weeks too.

    What was proved not sent is not counted.
    """
    last = monday_of(now)
    mondays = [last - timedelta(weeks=back) for back in range(count + BEFORE - 1, -1, -1)]
    found = _counted(connection, mondays[0])
    shown: dict[str, list[Week]] = {}
    for recipient in sorted({code for code, _ in found}):
        persons = [found[recipient, day][1] for day in mondays]
        rows = [
            Week(
                recipient,
                day,
                *found[recipient, day],
                usual=_usual(settings, persons[place - BEFORE : place], persons[place]),
            )
            for place, day in enumerate(mondays)
            if place >= BEFORE
        ]
        if any(row.transfers for row in rows):
            shown[recipient] = rows
    return shown


def _usual(settings: ReviewSettings, before: list[int], now: int) -> float | None:
    """The median of the weeks before, when *now* is so many times as much that the rule marks it.

    With no more than an empty week as its median, a recipient has no usual week to be compared with.
    """
    usual = median(before)
    marked = usual > 0 and now >= settings.unusual_week_persons and now > settings.unusual_times * usual
    return usual if marked else None


def _counted(connection: Connection, first: date) -> dict[tuple[str, date], tuple[int, int]]:
    table = transfer_table.c
    # Hours in the database, weeks here: a week begins at a Finnish midnight, which summer time moves.
    hour = (type_coerce(table.created_at, BigInteger) // _HOUR_MS).label("hour")
    start = datetime(first.year, first.month, first.day, tzinfo=HELSINKI)
    rows = connection.execute(
        select(
            table.recipient_code, hour, func.count().label("transfers"), func.sum(table.size).label("persons")
        )
        .where(table.created_at >= start, table.state != TransferState.NOT_SENT)
        .group_by(table.recipient_code, hour)
    )
    transfers: Counter[tuple[str, date]] = Counter()
    persons: Counter[tuple[str, date]] = Counter()
    for row in rows:
        key = row.recipient_code, monday_of(datetime.fromtimestamp(row.hour * 3600, UTC))
        transfers[key] += row.transfers
        persons[key] += row.persons
    return _Both(transfers, persons)


class _Both(dict[tuple[str, date], tuple[int, int]]):
    """Transfers and persons by recipient and week; nothing where there was nothing."""

    def __init__(self, transfers: Counter[tuple[str, date]], persons: Counter[tuple[str, date]]) -> None:
        super().__init__({key: (count, persons[key]) for key, count in transfers.items()})

    def __missing__(self, key: tuple[str, date]) -> tuple[int, int]:
        return 0, 0
