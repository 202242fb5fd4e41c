"""Restriction of processing (Article 18, P21): the data is kept, and used for nothing but what 18(2) allows.

While a restriction is in force, imports skip the customer, staff cannot change values or take orders, and the gate
leaves the customer out.  What staff may still do: record and lift bans and restrictions, end the relationship, and
change values on a named ground of Article 18(2), which the history keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import periods
from core.customers.errors import NoSuchRestriction, RestrictionInForce, TellFirst
from core.customers.model import customer_restriction_table
from core.id_lists import among
from core.narrowing import RESTRICTION, narrows
from core.prepared import Prepared
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from core.actor import Actor
    from core.database import UnitOfWork

_table = customer_restriction_table
_IN_FORCE: Final = Prepared(
    select(_table.c.customer_id).where(among(_table.c.customer_id, "ids"), _table.c.lifted_at.is_(None))
)


class Ground(StrEnum):
    """Why processing is restricted: Article 18(1), points (a) to (d)."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    LEGAL_CLAIM = "legal_claim"
    OBJECTION_PENDING = "objection_pending"


class Use(StrEnum):
    """What a restricted customer's data may still be used for: Article 18(2)."""

    CONSENT = "consent"
    LEGAL_CLAIM = "legal_claim"
    RIGHTS_OF_ANOTHER = "rights_of_another"
    PUBLIC_INTEREST = "public_interest"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One restriction, in force while ``lifted_on`` is None.

    ``told_on`` is when the person was told that it will be lifted, None until then.
    """

    id: int
    ground: Ground
    detail: str
    since: date
    recorded_at: datetime
    recorded_by: str
    told_on: date | None
    lifted_on: date | None
    lifted_by: str | None
    lifted_reason: str | None


def restrict(
    uow: UnitOfWork, actor: Actor, customer_id: int, *, ground: Ground, since: date, detail: str = ""
) -> None:
    """Restrict processing of a customer from *since* on.

    Raises:
        RestrictionInForce: it already is on this ground.
        CustomerNotFound: no such customer.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    key = {"customer_id": customer_id, "ground": str(ground)}
    in_force = periods.in_force(uow, _table, key)
    if in_force is not None:
        raise RestrictionInForce(since=in_force.since.isoformat())
    periods.begin(uow, actor, _table, {**key, "detail": clean_line(detail)}, since=since)
    narrows(uow, [customer_id], RESTRICTION + ground, since)


def restrict_many(
    uow: UnitOfWork,
    actor: Actor,
    restrictions: Sequence[tuple[int, Ground]],
    *,
    since: date,
    detail: str,
) -> None:
    """Restrict processing of customers who have just been added and so are not restricted yet."""
    require(actor, Role.IMPORTER)
    if not restrictions:
        return
    recorded = {"recorded_at": uow.now, "actor_id": actor.staff_id, "actor_name": actor.name}
    same = {"detail": clean_line(detail), "since": since, **recorded}
    rows = [
        {"customer_id": customer_id, "ground": str(ground), **same} for customer_id, ground in restrictions
    ]
    uow.connection.execute(_table.insert(), rows)
    for ground in {ground for _, ground in restrictions}:
        narrows(
            uow,
            [customer_id for customer_id, one in restrictions if one is ground],
            RESTRICTION + ground,
            since,
        )


def told_of_lifting(
    uow: UnitOfWork, actor: Actor, customer_id: int, ground: Ground, *, told_on: date, how: str
) -> None:
    """The customer was told on *told_on* that the restriction will be lifted: by a letter or otherwise, as *how* says.

    Raises:
        NoSuchRestriction: none is in force on this ground.
        TellFirst: the day lies ahead or before the restriction, or *how* says nothing.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    in_force = _in_force(uow, customer_id, ground)
    words = clean_line(how)
    if not words or not in_force.since <= told_on <= uow.now.astimezone(HELSINKI).date():
        raise TellFirst
    uow.connection.execute(
        update(_table).where(_table.c.id == in_force.id).values(told_on=told_on, told_how=words)
    )


def lift(
    uow: UnitOfWork, actor: Actor, customer_id: int, ground: Ground, *, lifted_on: date, reason: str
) -> None:
    """Lift a restriction, for a *reason*; that the customer has been told before is written down first (Article 18(3)).

    Raises:
        NoSuchRestriction: none is in force on this ground.
        TellFirst: the customer has not been told, or only after *lifted_on*.
    """
    require(actor, Role.CONTACT_PERSON)
    in_force = _in_force(uow, customer_id, ground)
    if in_force.told_on is None or in_force.told_on > lifted_on:
        raise TellFirst
    periods.end(uow, actor, _table, in_force.id, lifted_on=lifted_on, reason=clean_line(reason))
    narrows(uow, [customer_id], RESTRICTION + ground, None)


def _in_force(uow: UnitOfWork, customer_id: int, ground: Ground) -> Row[Any]:
    found = periods.in_force(uow, _table, {"customer_id": customer_id, "ground": str(ground)})
    if found is None:
        raise NoSuchRestriction
    return found


def restrictions_of(connection: Connection, customer_id: int) -> list[Restriction]:
    """Every restriction there has been, oldest first."""
    rows = connection.execute(select(_table).where(_table.c.customer_id == customer_id).order_by(_table.c.id))
    return [
        Restriction(
            id=row.id,
            ground=Ground(row.ground),
            detail=row.detail,
            since=row.since,
            recorded_at=row.recorded_at,
            recorded_by=row.actor_name,
            told_on=row.told_on,
            lifted_on=row.lifted_on,
            lifted_by=row.lifted_by_name,
            lifted_reason=row.lifted_reason,
        )
        for row in rows
    ]


def unrestricted(customer_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """A condition: *customer_id* is nobody who is restricted.

    What a routine forgets by itself it leaves of the restricted, who may need it for a claim or oppose its going
    (Article 18(1)(b) and (c)); it goes once the restriction is lifted.
    """
    in_force = select(_table.c.id).where(_table.c.customer_id == customer_id, _table.c.lifted_at.is_(None))
    return ~in_force.exists()


def restricted_many(connection: Connection, customer_ids: Collection[int]) -> set[int]:
    """Those of *customer_ids* whose processing is restricted now."""
    return {customer_id for (customer_id,) in _IN_FORCE.rows(connection, {"ids": customer_ids})}
