"""Recipients hear of each restriction, and of its end (GDPR 19): notices made by run-due from how customers stand.

Worked out from the rows instead of at the moment of restricting, so that no way of restricting somebody (a case, the
card, a load, a merging) can forget it.  What an erasure restricted is told of by the erasure's own notices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, func, or_, select

from core.customers.model import customer_alias_table, customer_restriction_table
from core.disclosure.model import transfer_line_table
from core.notices.due import close
from core.notices.model import notice_table
from core.notices.rights import tell_recipients
from core.notices.types import Cause, NoticeState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from core.actor import Actor
    from core.register import Register

# At a time; the rest is the next run's.
AT_ONCE: Final = 200
_LIFTED_FIRST: Final = "lifted before it was told"
_r, _n = customer_restriction_table.c, notice_table.c
_UNTOLD: Final = (NoticeState.DUE, NoticeState.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Announced:
    """The notices made of restrictions, of their ends, and how many were no longer needed."""

    restricted: int
    lifted: int
    dropped: int


def announce(register: Register, actor: Actor) -> Announced:
    """Make the notices that restrictions and their ends still need; they are sent or printed as any other."""
    with register.database.reading() as connection:
        restricted = _to_tell(connection)
        lifted, dropped = _ended(connection)
    made = [_tell(register, actor, who, Cause.RESTRICTION, reference) for who, reference in restricted]
    ended = [_tell(register, actor, who, Cause.RESTRICTION_LIFTED, "restriction") for who in lifted]
    if dropped:
        with register.database.unit_of_work() as uow:
            close(uow, actor, dropped, NoticeState.NOT_NEEDED, _LIFTED_FIRST)
            uow.commit()
    return Announced(sum(made), sum(ended), len(dropped))


def _tell(register: Register, actor: Actor, customer_id: int, cause: Cause, reference: str) -> int:
    with register.database.unit_of_work() as uow:
        made = tell_recipients(uow, register, actor, customer_id, cause, reference=reference)
        uow.commit()
    return len(made)


def _to_tell(connection: Connection) -> list[tuple[int, str]]:
    """Who is restricted, has been given to anybody, and of whom nobody was told since; with what it belongs to."""
    of_erasure = exists().where(
        _n.customer_id == _r.customer_id, _n.cause == Cause.ERASURE, _n.reference == _r.detail
    )
    rows = connection.execute(
        select(_r.customer_id, func.min(_r.detail))
        .where(_r.lifted_at.is_(None), ~of_erasure, _given(), ~_told_since())
        .group_by(_r.customer_id)
        .order_by(_r.customer_id)
        .limit(AT_ONCE)
    )
    return [(who, detail if detail.startswith("case ") else "restriction") for who, detail in rows]


def _given() -> ColumnElement[bool]:
    """Something of the person has left, also under an id from before a merging."""
    line, alias = transfer_line_table.c, customer_alias_table.c
    return or_(
        exists().where(line.customer_id == _r.customer_id),
        exists().where(alias.customer_id == _r.customer_id),
    )


def _told_since() -> ColumnElement[bool]:
    """A notice was made since the first of the restrictions that are in force now."""
    first = customer_restriction_table.alias("first")
    began = (
        select(func.min(first.c.recorded_at))
        .where(first.c.customer_id == _r.customer_id, first.c.lifted_at.is_(None))
        .correlate(customer_restriction_table)
        .scalar_subquery()
    )
    return exists().where(
        _n.customer_id == _r.customer_id, _n.cause == Cause.RESTRICTION, _n.made_at >= began
    )


def _ended(connection: Connection) -> tuple[list[int], list[int]]:
    """Whose recipients were told of a restriction that is no more, and the notices of such that were never told."""
    in_force = exists().where(_r.customer_id == _n.customer_id, _r.lifted_at.is_(None))
    free = (_n.customer_id.is_not(None), ~in_force)
    about = (Cause.RESTRICTION, Cause.RESTRICTION_LIFTED)
    latest: dict[int, dict[str, datetime]] = {}
    rows = connection.execute(
        select(_n.customer_id, _n.cause, func.max(_n.made_at))
        .where(
            *free,
            _n.cause.in_(about),
            or_(_n.cause == Cause.RESTRICTION_LIFTED, _n.state.not_in(_UNTOLD)),
        )
        .group_by(_n.customer_id, _n.cause)
    )
    for who, cause, made_at in rows:
        latest.setdefault(who, {})[cause] = made_at
    lifted = sorted(
        who
        for who, made in latest.items()
        if Cause.RESTRICTION in made
        and (Cause.RESTRICTION_LIFTED not in made or made[Cause.RESTRICTION_LIFTED] < made[Cause.RESTRICTION])
    )
    dropped = connection.execute(
        select(_n.id).where(*free, _n.cause == Cause.RESTRICTION, _n.state == NoticeState.DUE).limit(AT_ONCE)
    ).scalars()
    return lifted[:AT_ONCE], list(dropped)
