"""What the rules mark as unusual, each mark with the rule that made it.

The rules stand in the configuration ([review]) and look at one transfer, one week of a recipient or one look at a time.
Nothing is added up about a person, of the staff or of the register, and nothing follows by itself: a person looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.clock import HELSINKI
from core.disclosure.model import transfer_table
from core.disclosure.review.weeks import monday_of, weeks
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.config.schema import ReviewSettings
    from core.disclosure.review.signed import Review

RULE_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "persons": N_("{persons} persons at once, more than {limit} (review.unusual_persons)"),
        "hours": N_("at {time}, outside {from_hour}–{to_hour} (review.hours_from, hours_to)"),
        "weekend": N_("on a weekend (review.weekends)"),
        "first_use": N_("the first transfer under the recipient's record, version {version}"),
        "week": N_(
            "week of {monday}: {persons} persons, usually {usual} (review.unusual_times, unusual_week_persons)"
        ),
        "own_record": N_("one's own record (review.own_record)"),
        "same_family_name": N_("a customer of one's own family name (review.same_family_name)"),
        "no_task": N_("no order, change or transfer within {days} days (review.no_task, task_days)"),
        "openings": N_("{count} cards opened in a day, more than {limit} (review.openings_a_day)"),
    }
)
RULE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "persons": N_("many persons"),
        "hours": N_("unusual hour"),
        "weekend": N_("weekend"),
        "first_use": N_("first use"),
        "week": N_("unusual week"),
        "own_record": N_("own record"),
        "same_family_name": N_("same family name"),
        "no_task": N_("no task"),
        "openings": N_("many cards"),
        "recipient": N_("drift: recipient"),
        "agreement": N_("drift: agreement"),
        "purpose": N_("drift: purpose"),
        "categories": N_("drift: categories"),
        "country": N_("drift: country"),
        "register": N_("drift: register and log"),
        "person": N_("by a person"),
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a rule marked: a transfer (its number), or a recipient's week (``number`` None); ``data`` is the rule's."""

    rule: str
    recipient: str
    number: int | None
    data: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The rule in words, with its figures and the setting that it comes from."""
        return tr(RULE_SENTENCES[self.rule], language, **self.data)


def is_unusual_hour(settings: ReviewSettings, moment: datetime) -> str | None:
    """The rule that marks *moment*: ``weekend``, ``hours`` or None."""
    local = moment.astimezone(HELSINKI)
    if local.weekday() >= 5 and not settings.weekends:  # noqa: PLR2004 - Saturday
        return "weekend"
    return None if settings.hours_from <= local.hour < settings.hours_to else "hours"


def hour_data(settings: ReviewSettings, moment: datetime) -> dict[str, Any]:
    """What the sentence about an hour says."""
    local = moment.astimezone(HELSINKI)
    return {
        "time": f"{local.hour}.{local.minute:02}",
        "from_hour": settings.hours_from,
        "to_hour": settings.hours_to,
    }


def marked_transfers(
    connection: Connection, settings: ReviewSettings, last: Review | None, until: datetime
) -> list[Mark]:
    """The marks on the weeks since the *last* review up to *until*, then those on transfers, by number."""
    table = transfer_table.c
    first = _first_uses(connection)
    statement = select(
        table.number, table.recipient_code, table.recipient_version, table.created_at, table.size
    ).where(table.created_at <= until)
    if last is not None:
        statement = statement.where(table.number >= last.end_size)
    marks: list[Mark] = []
    for row in connection.execute(statement.order_by(table.number)):
        code = row.recipient_code
        if row.size > settings.unusual_persons:
            limit = settings.unusual_persons
            marks.append(Mark("persons", code, row.number, {"persons": row.size, "limit": limit}))
        when = is_unusual_hour(settings, row.created_at)
        if when is not None:
            marks.append(Mark(when, code, row.number, hour_data(settings, row.created_at)))
        if first[code, row.recipient_version] == row.number:
            marks.append(Mark("first_use", code, row.number, {"version": row.recipient_version}))
    return _marked_weeks(connection, settings, None if last is None else last.signed_at, until) + marks


def _first_uses(connection: Connection) -> dict[tuple[str, int], int]:
    table = transfer_table.c
    rows = connection.execute(
        select(
            table.recipient_code, table.recipient_version, func.min(table.number).label("number")
        ).group_by(table.recipient_code, table.recipient_version)
    )
    return {(row.recipient_code, row.recipient_version): row.number for row in rows}


def _marked_weeks(
    connection: Connection, settings: ReviewSettings, since: datetime | None, until: datetime
) -> list[Mark]:
    earliest = monday_of(until) - timedelta(weeks=26) if since is None else monday_of(since)
    return [
        Mark(
            "week",
            week.recipient,
            None,
            {"monday": week.monday.isoformat(), "persons": week.persons, "usual": f"{week.usual:g}"},
        )
        for rows in weeks(connection, settings, until).values()
        for week in rows
        if week.usual is not None and week.monday >= earliest
    ]
