"""What a customer has forbidden: publication (P4), the five uses of P18, and updates of the register.

Each has its date, where it came from, and who recorded and lifted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import periods
from core.customers.errors import BanInForce, NoSuchBan
from core.customers.model import customer_ban_table
from core.id_lists import among
from core.narrowing import BAN, narrows
from core.prepared import Prepared
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork

_table = customer_ban_table
_IN_FORCE: Final = Prepared(
    select(_table.c.customer_id, _table.c.kind).where(
        among(_table.c.customer_id, "ids"), _table.c.lifted_at.is_(None)
    )
)

_RECORDED: Final = (
    among(_table.c.customer_id, "ids"),
    _table.c.batch_id == bindparam("batch"),
    _table.c.lifted_at.is_(None),
)
_OF_BATCH: Final = Prepared(select(_table.c.customer_id).where(*_RECORDED))
_KINDS_OF_BATCH: Final = Prepared(select(_table.c.customer_id, _table.c.kind).where(*_RECORDED))
_LIFT_OF_BATCH: Final = Prepared(
    update(_table)
    .where(*_RECORDED)
    .values(
        lifted_on=bindparam("on"),
        lifted_at=bindparam("at"),
        lifted_by=bindparam("by"),
        lifted_by_name=bindparam("name"),
        lifted_reason=bindparam("why"),
    )
)


class BanKind(StrEnum):
    """What can be forbidden."""

    PUBLICATION = "publication"
    DIRECT_ADVERTISING = "direct_advertising"
    DISTANCE_SELLING = "distance_selling"
    DIRECT_MARKETING = "direct_marketing"
    MARKET_RESEARCH = "market_research"
    OPINION_RESEARCH = "opinion_research"
    REGISTER_UPDATE = "register_update"


@dataclass(frozen=True, slots=True)
class Ban:
    """One ban, in force while ``lifted_on`` is None; ``origin`` says how it reached us (letter, call, service)."""

    id: int
    kind: BanKind
    origin: str
    since: date
    recorded_at: datetime
    recorded_by: str
    lifted_on: date | None
    lifted_by: str | None
    lifted_reason: str | None


def forbid(
    uow: UnitOfWork, actor: Actor, customer_id: int, kind: BanKind, *, origin: str, since: date
) -> None:
    """Record a ban, in force at once.

    Raises:
        BanInForce: it is in force already.
        CustomerNotFound: no such customer.
    """
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    key = {"customer_id": customer_id, "kind": str(kind)}
    in_force = periods.in_force(uow, _table, key)
    if in_force is not None:
        raise BanInForce(since=in_force.since.isoformat())
    periods.begin(uow, actor, _table, {**key, "origin": clean_line(origin)}, since=since)
    narrows(uow, [customer_id], BAN + kind, since)


def forbid_many(
    uow: UnitOfWork,
    actor: Actor,
    bans: Sequence[tuple[int, BanKind]],
    *,
    origin: str,
    since: date,
    batch_id: int | None = None,
) -> None:
    """Record bans of customers who have just been added, or are known to have none of the kind."""
    require(actor, Role.IMPORTER)
    if not bans:
        return
    recorded = {"recorded_at": uow.now, "actor_id": actor.staff_id, "actor_name": actor.name}
    same = {"origin": clean_line(origin), "since": since, "batch_id": batch_id, **recorded}
    rows = [{"customer_id": customer_id, "kind": str(kind), **same} for customer_id, kind in bans]
    uow.connection.execute(_table.insert(), rows)
    for kind in {kind for _, kind in bans}:
        narrows(uow, [customer_id for customer_id, one in bans if one is kind], BAN + kind, since)


def lift(
    uow: UnitOfWork, actor: Actor, customer_id: int, kind: BanKind, *, lifted_on: date, reason: str
) -> None:
    """Lift a ban; *reason* says how the customer withdrew it.

    Raises:
        NoSuchBan: none of this kind is in force.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    in_force = periods.in_force(uow, _table, {"customer_id": customer_id, "kind": str(kind)})
    if in_force is None:
        raise NoSuchBan
    periods.end(uow, actor, _table, in_force.id, lifted_on=lifted_on, reason=clean_line(reason))
    narrows(uow, [customer_id], BAN + kind, None)


def of_batch(connection: Connection, batch_id: int, customer_ids: Collection[int]) -> frozenset[int]:
    """Those of *customer_ids* of whom a ban that the batch recorded is in force."""
    rows = _OF_BATCH.rows(connection, {"ids": customer_ids, "batch": batch_id})
    return frozenset(customer_id for (customer_id,) in rows)


def lift_of_batch(
    uow: UnitOfWork, actor: Actor, batch_id: int, customer_ids: Collection[int], *, reason: str
) -> None:
    """Lift the bans that the batch recorded of *customer_ids*: it was undone."""
    require(actor, Role.IMPORTER)
    if not customer_ids:
        return
    lifted: dict[str, list[int]] = {}
    for customer_id, kind in _KINDS_OF_BATCH.rows(uow.connection, {"ids": customer_ids, "batch": batch_id}):
        lifted.setdefault(kind, []).append(customer_id)
    for kind, ids in lifted.items():
        narrows(uow, ids, BAN + kind, None)
    _LIFT_OF_BATCH.run(
        uow.connection,
        {
            "ids": customer_ids,
            "batch": batch_id,
            "on": uow.now.astimezone(HELSINKI).date(),
            "at": uow.now,
            "by": actor.staff_id,
            "name": actor.name,
            "why": clean_line(reason),
        },
    )


def bans_of(connection: Connection, customer_id: int) -> list[Ban]:
    """Every ban there has been, lifted ones too, oldest first."""
    rows = connection.execute(select(_table).where(_table.c.customer_id == customer_id).order_by(_table.c.id))
    return [
        Ban(
            id=row.id,
            kind=BanKind(row.kind),
            origin=row.origin,
            since=row.since,
            recorded_at=row.recorded_at,
            recorded_by=row.actor_name,
            lifted_on=row.lifted_on,
            lifted_by=row.lifted_by_name,
            lifted_reason=row.lifted_reason,
        )
        for row in rows
    ]


def bans_of_many(connection: Connection, customer_ids: Collection[int]) -> Mapping[int, frozenset[BanKind]]:
    """The bans in force of each of *customer_ids*; those without any are absent."""
    found: dict[int, set[BanKind]] = {}
    for customer_id, kind in _IN_FORCE.stream(connection, {"ids": customer_ids}):
        found.setdefault(customer_id, set()).add(BanKind(kind))
    return {customer_id: frozenset(kinds) for customer_id, kinds in found.items()}
