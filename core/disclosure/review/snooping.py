"""Looks that the rules mark: one's own record, one's own family name, no task, very many cards in a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.clock import HELSINKI
from core.customers.model import (
    customer_change_table,
    customer_order_table,
    customer_table,
    order_change_table,
)
from core.disclosure.model import credit_check_table, transfer_line_table, transfer_table
from core.disclosure.review.rules import RULE_SENTENCES, hour_data, is_unusual_hour
from core.messages import tr
from core.staff.access_log import Access
from core.staff.model import access_event_table, staff_member_table
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from core.config.schema import ReviewSettings

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class LookMark:
    """A look that a rule marked; ``customer_number`` is None for an erased customer or a look at several."""

    rule: str
    access_id: int
    at: datetime
    staff_name: str
    action: Access
    customer_number: str | None
    task: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The rule in words, with its figures and its setting."""
        return tr(RULE_SENTENCES[self.rule], language, **self.data)


def marked_looks(
    connection: Connection, settings: ReviewSettings, since: datetime | None, until: datetime
) -> list[LookMark]:
    """The marks on looks recorded after *since* up to *until*, newest first."""
    rows = _looks(connection, since, until)
    marks = [mark for row in rows for mark in _of_one(settings, row)]
    if settings.no_task:
        opened = [row for row in rows if row.action == Access.OPEN and row.customer_id is not None]
        busy = _work_on(connection, {row.customer_id for row in opened})
        span = timedelta(days=settings.task_days)
        for row in opened:
            moments = busy.get(row.customer_id, ())
            if not any(abs(moment - row.recorded_at) <= span for moment in moments):
                marks.append(_mark("no_task", row, {"days": settings.task_days}))
    marks += _openings(settings, rows)
    return sorted(marks, key=lambda mark: (-mark.access_id, mark.rule))


def _looks(connection: Connection, since: datetime | None, until: datetime) -> Sequence[Any]:
    event, customer, member = access_event_table.c, customer_table.c, staff_member_table.c
    statement = (
        select(
            event.id,
            event.recorded_at,
            event.staff_id,
            event.action,
            event.customer_id,
            event.task,
            member.name.label("staff_name"),
            customer.number,
            customer.first_name,
            customer.last_name,
        )
        .join(staff_member_table, member.id == event.staff_id)
        .outerjoin(customer_table, customer.id == event.customer_id)
        .where(event.recorded_at <= until)
        .order_by(event.id.desc())
    )
    if since is not None:
        statement = statement.where(event.recorded_at > since)
    return connection.execute(statement).all()


def _mark(rule: str, row: Row[Any], data: Mapping[str, Any] | None = None) -> LookMark:
    return LookMark(
        rule, row.id, row.recorded_at, row.staff_name, Access(row.action), row.number, row.task, data or {}
    )


def _of_one(settings: ReviewSettings, row: Row[Any]) -> Iterable[LookMark]:
    if row.last_name:
        own = fold(row.staff_name).split()
        named = [*fold(row.first_name or "").split(), *fold(row.last_name).split()]
        if settings.own_record and sorted(own) == sorted(named):
            yield _mark("own_record", row)
        elif settings.same_family_name and own[-1:] == [fold(row.last_name)]:
            yield _mark("same_family_name", row)
    when = is_unusual_hour(settings, row.recorded_at)
    if when is not None and row.action == Access.OPEN:
        yield _mark(when, row, hour_data(settings, row.recorded_at))


def _openings(settings: ReviewSettings, rows: Sequence[Row[Any]]) -> Iterable[LookMark]:
    counts: Counter[tuple[int, object]] = Counter()
    latest: dict[tuple[int, object], Row[Any]] = {}
    for row in rows:
        if row.action == Access.OPEN:
            key = row.staff_id, row.recorded_at.astimezone(HELSINKI).date()
            counts[key] += 1
            latest.setdefault(key, row)
    for key, count in counts.items():
        if count > settings.openings_a_day:
            yield _mark("openings", latest[key], {"count": count, "limit": settings.openings_a_day})


def _work_on(connection: Connection, customer_ids: Iterable[int]) -> Mapping[int, Sequence[datetime]]:
    """When anything was done with each customer: an order, a change, a transfer, a credit check."""
    ids = sorted(customer_ids)
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    order, change, line = customer_order_table.c, customer_change_table.c, transfer_line_table.c
    check, event = credit_check_table.c, order_change_table.c
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        for statement in (
            select(change.customer_id, change.recorded_at.label("at")).where(change.customer_id.in_(some)),
            select(order.customer_id, event.recorded_at.label("at"))
            .join(order_change_table, event.order_id == order.id)
            .where(order.customer_id.in_(some)),
            select(line.customer_id, transfer_table.c.created_at.label("at"))
            .join(transfer_table, transfer_table.c.id == line.transfer_id)
            .where(line.customer_id.in_(some)),
            select(check.customer_id, check.asked_at.label("at")).where(check.customer_id.in_(some)),
        ):
            for row in connection.execute(statement):
                found[row.customer_id].append(row.at)
    return found
