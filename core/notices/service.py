"""Notices as a person works them: the list, acknowledgements, what is not needed, who is chased."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.model import customer_table
from core.customers.naming import display_name
from core.customers.places import chunks
from core.disclosure.model import transfer_table
from core.errors import Words
from core.notices.due import close
from core.notices.errors import HowMissing, NoSuchNotice, NoticeNotWaiting
from core.notices.events import record_many
from core.notices.model import notice_check_table, notice_table
from core.notices.types import (
    AWAITING,
    NOTICE_STATE_NAMES,
    OPEN,
    TELLABLE,
    Cause,
    Notice,
    NoticeState,
)
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping, Select

    from core.actor import Actor
    from core.database import UnitOfWork

WORKERS: Final = (Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
CHASED: Final = "no_answer"
_notice: Final = notice_table.c
_customer: Final = customer_table.c
_OWN: Final = tuple(name for name in Notice.__slots__ if name in _notice)


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices to list; None means any.  ``states`` are by default those that need something."""

    states: tuple[NoticeState, ...] | None = OPEN
    recipient: str | None = None
    customer_id: int | None = None
    batch_id: int | None = None
    cause: Cause | None = None
    numbers: tuple[int, ...] | None = None
    told: str | None = None
    way: str | None = None


def count(connection: Connection, wanted: NoticeFilter) -> int:
    """How many notices the filter lets through."""
    query = _filtered(select(func.count()).select_from(notice_table), wanted)
    return int(connection.execute(query).scalar_one())


def counts(connection: Connection, wanted: NoticeFilter) -> Mapping[NoticeState, int]:
    """How many there are in each state."""
    query = _filtered(select(_notice.state, func.count().label("n")), wanted).group_by(_notice.state)
    return Counter({NoticeState(row.state): row.n for row in connection.execute(query)})


def page(connection: Connection, wanted: NoticeFilter, offset: int = 0, limit: int = 100) -> list[Notice]:
    """A page of notices, what is due first at the top."""
    query = (
        _filtered(_rows(), wanted)
        .order_by(func.coalesce(_notice.chase_on, _notice.due_on), _notice.id)
        .offset(offset)
        .limit(limit)
    )
    return [_of(row) for row in connection.execute(query).mappings()]


def get(connection: Connection, number: int) -> Notice:
    """Notice *number*.

    Raises:
        NoSuchNotice: there is none.
    """
    row = connection.execute(_rows().where(_notice.id == number)).mappings().first()
    if row is None:
        raise NoSuchNotice(number=number)
    return _of(row)


def unchecked(connection: Connection) -> int:
    """How many changes have not been looked at yet."""
    return int(connection.execute(select(func.count()).select_from(notice_check_table)).scalar_one())


def acknowledge(uow: UnitOfWork, actor: Actor, numbers: Sequence[int], *, how: str) -> None:
    """The recipients have acknowledged; *how* says by what, and who on their side; one not told yet was told otherwise.

    Raises:
        HowMissing: it says nothing.
        NoSuchNotice, NoticeNotWaiting: one of them is over already, or on its way; none is changed.
    """
    require(actor, *WORKERS)
    words = _words(how)
    _require(uow, numbers, (NoticeState.DUE, *AWAITING, NoticeState.IN_DOUBT))
    close(uow, actor, numbers, NoticeState.ACKNOWLEDGED, words)


def dismiss(uow: UnitOfWork, actor: Actor, numbers: Sequence[int], *, reason: str) -> None:
    """The recipients need not be told, for a *reason* that a person answers for (GDPR 19: impossible, disproportionate).

    Raises:
        HowMissing: there is no reason.
        NoSuchNotice, NoticeNotWaiting: one of them is over already, or on its way; none is changed.
    """
    require(actor, *WORKERS)
    words = _words(reason)
    _require(uow, numbers, (NoticeState.DUE, *AWAITING))
    close(uow, actor, numbers, NoticeState.NOT_NEEDED, words)


def chase(uow: UnitOfWork, actor: Actor, *, answer_days: int) -> int:
    """Mark whoever has not acknowledged in time: they are at the top of the list, to be told once more; returns how many."""
    today = uow.now.astimezone(HELSINKI).date()
    late = uow.connection.execute(
        select(_notice.id)
        .where(_notice.state.in_((NoticeState.SENT, NoticeState.PRINTED)), _notice.chase_on <= today)
        .order_by(_notice.id)
        .with_for_update()
    )
    ids = list(late.scalars())
    for some in chunks(ids):
        uow.connection.execute(
            update(notice_table)
            .where(_notice.id.in_(some))
            .values(
                state=NoticeState.CHASED,
                chases=_notice.chases + 1,
                chase_on=today + timedelta(days=answer_days),
            )
        )
    record_many(uow, actor, ids, NoticeState.CHASED, CHASED)
    return len(ids)


def tellable(wanted: NoticeFilter) -> NoticeFilter:
    """*wanted*, narrowed to those that can be told now."""
    states = TELLABLE if wanted.states is None else tuple(it for it in wanted.states if it in TELLABLE)
    return replace(wanted, states=states)


def _words(text: str) -> str:
    words = clean_line(text)
    if not words:
        raise HowMissing
    return words


def _require(uow: UnitOfWork, numbers: Sequence[int], states: Sequence[NoticeState]) -> None:
    found: dict[int, NoticeState] = {}
    for some in chunks(sorted(numbers)):
        rows = uow.connection.execute(
            select(_notice.id, _notice.state)
            .where(_notice.id.in_(some))
            .order_by(_notice.id)
            .with_for_update()
        )
        found.update({row.id: NoticeState(row.state) for row in rows})
    for number in numbers:
        if number not in found:
            raise NoSuchNotice(number=number)
        if found[number] not in states:
            raise NoticeNotWaiting(number=number, state=Words(NOTICE_STATE_NAMES[found[number]]))


def _rows() -> Select[Any]:
    return (
        select(
            *(_notice[name] for name in _OWN),
            _notice.recipient_code,
            transfer_table.c.number.label("transfer_number"),
            _customer.number.label("customer_number"),
            _customer.first_name,
            _customer.last_name,
            _customer.organisation_name,
        )
        .select_from(notice_table)
        .join(customer_table, _customer.id == _notice.customer_id, isouter=True)
        .join(transfer_table, transfer_table.c.id == _notice.transfer_id, isouter=True)
    )


def _filtered(query: Select[Any], wanted: NoticeFilter) -> Select[Any]:
    for column, value in (
        (_notice.recipient_code, wanted.recipient),
        (_notice.customer_id, wanted.customer_id),
        (_notice.batch_id, wanted.batch_id),
        (_notice.cause, wanted.cause),
        (_notice.told, wanted.told),
        (_notice.way, wanted.way),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.states is not None:
        query = query.where(_notice.state.in_(wanted.states))
    if wanted.numbers is not None:
        parts = [_notice.id.in_(some) for some in chunks(wanted.numbers)]
        query = query.where(or_(*parts) if parts else _notice.id.is_(None))
    return query


def _of(row: RowMapping) -> Notice:
    named = display_name(row["first_name"], row["last_name"], row["organisation_name"])
    return Notice(
        **{name: row[name] for name in _OWN if name not in ("cause", "state", "fields")},
        recipient=row["recipient_code"],
        cause=Cause(row["cause"]),
        state=NoticeState(row["state"]),
        fields=tuple(row["fields"]),
        customer_number=row["customer_number"],
        customer_name=named or None,
        transfer_number=row["transfer_number"],
    )
