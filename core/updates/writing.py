"""Write what was decided: values, bans, protection and endings, under the batch's number and source.

Used for a chunk that is applied and for one proposal that a person accepted, always inside the caller's transaction,
which holds `places.lock` where names change, and keeps the rows of the batch itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import changing
from core.customers.bans import BanKind, forbid_many
from core.customers.errors import CustomerErased, CustomerRestricted
from core.customers.reading import changed_meanwhile
from core.customers.restrictions import restricted_many
from core.customers.types import Source, Status
from core.notices.noting import note_batch
from core.updates.types import Meaning, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Batch
    from core.customers.changing import Before
    from core.database import UnitOfWork
    from core.updates.types import Decided

_WRITTEN: Final = frozenset({Outcome.APPLIED, Outcome.BAN_RECORDED, Outcome.PROTECTED, Outcome.ACCEPTED})
_ENDINGS: Final = frozenset({Meaning.DECEASED, Meaning.CEASED})


@dataclass(frozen=True, slots=True)
class Planned:
    """What some rows write: changes of customers, and bans by the day since when."""

    customers: changing.Planned
    bans: Mapping[date, Sequence[int]]


def source_of(batch: Batch) -> Source:
    """Where the values of *batch* come from."""
    return Source(batch.source_kind, batch.name)


def write(uow: UnitOfWork, actor: Actor, batch: Batch, decided: Sequence[Decided]) -> None:
    """Write those of *decided* whose outcome is one that writes; the others are passed over.

    Raises:
        CustomerRestricted, CustomerErased: a row's customer may not be written to.
        ChangedMeanwhile: a row was decided on another version of its customer.
    """
    ids = {one.customer_id for one in decided if one.customer_id is not None}
    held = changing.before_of(uow.connection, ids, hold=True)
    today = uow.now.astimezone(HELSINKI).date()
    write_planned(uow, actor, batch, plan(uow.connection, decided, held, today))


def plan(
    connection: Connection, decided: Sequence[Decided], held: Mapping[int, Before], today: date
) -> Planned:
    """What `write` would write, customers being as *held* says.

    Raises:
        as `write`.
    """
    new: dict[int, Mapping[str, object]] = {}
    valued: list[int] = []
    bans: defaultdict[date, list[int]] = defaultdict(list)
    for one in decided:
        if one.customer_id is None:
            continue
        # A row that waits for a person may still have values that were not in question.
        values = one.decision.changes if one.meaning is Meaning.MOVED else None
        if not values and one.decision.outcome not in _WRITTEN:
            continue
        _require_as_decided(connection, one, held[one.customer_id])
        if values:
            new[one.customer_id] = values
            valued.append(one.customer_id)
        elif one.meaning is Meaning.UPDATE_FORBIDDEN:
            # A ban holds from when we learn of it; the service's date says when it was made.
            bans[min(one.dated or today, today)].append(one.customer_id)
        elif one.meaning is Meaning.PROTECTED_ADDRESS:
            new[one.customer_id] = {"protected_address": True}
        elif one.meaning in _ENDINGS and held[one.customer_id]["status"] != Status.ENDED:
            ended = min(one.dated or today, today)
            new[one.customer_id] = {"status": str(Status.ENDED), "ended_on": ended}
    restricted = restricted_many(connection, valued)
    if restricted:
        raise CustomerRestricted(number=held[min(restricted)]["number"])
    return Planned(changing.plan(connection, held, new), bans)


def _require_as_decided(connection: Connection, one: Decided, before: Before) -> None:
    assert one.customer_id is not None
    if before["status"] == Status.ERASED:
        raise CustomerErased(number=before["number"])
    if before["version"] != one.version:
        raise changed_meanwhile(connection, one.customer_id)


def write_planned(uow: UnitOfWork, actor: Actor, batch: Batch, planned: Planned) -> None:
    """Write what was planned; the customers are still as they were then.

    Raises:
        ChangedMeanwhile: one of them is not.
    """
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    changed = changing.write(uow, actor, planned.customers, source_of(batch), batch_id=batch.id)
    # Whoever was sent the old values is looked up later; that it is to be done is as durable as the change itself.
    note_batch(uow, batch.id, changed)
    for day, customer_ids in planned.bans.items():
        bans = [(customer_id, BanKind.REGISTER_UPDATE) for customer_id in customer_ids]
        forbid_many(uow, actor, bans, origin=f"{batch.name}, {batch.file}", since=day, batch_id=batch.id)
