"""Write what was decided: values, bans, protection and endings, under the batch's number and source.

Used for a chunk that is applied and for one proposal that a person accepted, always inside the caller's transaction,
which holds `places.lock` and the customers and keeps the rows of the batch itself.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.customers.bans import BanKind, forbid_many
from core.customers.service import change_many, end_in_batch, protect_address
from core.customers.types import CustomerChange, Source
from core.updates.types import Meaning, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.actor import Actor
    from core.batches.types import Batch
    from core.database import UnitOfWork
    from core.updates.types import Decided

_WRITTEN: Final = frozenset({Outcome.APPLIED, Outcome.BAN_RECORDED, Outcome.PROTECTED, Outcome.ACCEPTED})


def source_of(batch: Batch) -> Source:
    """Where the values of *batch* come from."""
    return Source(batch.source_kind, batch.name)


def write(uow: UnitOfWork, actor: Actor, batch: Batch, decided: Sequence[Decided]) -> None:
    """Write those of *decided* whose outcome is one that writes; the others are passed over.

    Raises:
        CustomerRestricted, CustomerErased: a row's customer may not be written to.
        ChangedMeanwhile: a row was decided on another version of its customer.
        InvalidValue: a value is wrong.
    """
    by_meaning: defaultdict[Meaning, list[Decided]] = defaultdict(list)
    for one in decided:
        if one.decision.outcome in _WRITTEN:
            by_meaning[one.meaning].append(one)
    source = source_of(batch)
    changes = [
        CustomerChange(one.customer_id, one.version, one.decision.changes)
        for one in by_meaning[Meaning.MOVED]
        if one.decision.changes
    ]
    if changes:
        change_many(uow, actor, changes, source, batch_id=batch.id)
    _record_bans(uow, actor, batch, by_meaning[Meaning.UPDATE_FORBIDDEN])
    for one in by_meaning[Meaning.PROTECTED_ADDRESS]:
        protect_address(
            uow, actor, one.customer_id, source, protected=True, version=one.version, batch_id=batch.id
        )
    today = uow.now.astimezone(HELSINKI).date()
    for one in (*by_meaning[Meaning.DECEASED], *by_meaning[Meaning.CEASED]):
        day = min(one.dated or today, today)
        end_in_batch(
            uow, actor, one.customer_id, source, ended_on=day, version=one.version, batch_id=batch.id
        )


def _record_bans(uow: UnitOfWork, actor: Actor, batch: Batch, decided: Sequence[Decided]) -> None:
    today = uow.now.astimezone(HELSINKI).date()
    since: defaultdict[date, list[tuple[int, BanKind]]] = defaultdict(list)
    for one in decided:
        # A ban holds from when we learn of it; the service's date says when it was made.
        since[min(one.dated or today, today)].append((one.customer_id, BanKind.REGISTER_UPDATE))
    for day, bans in since.items():
        forbid_many(uow, actor, bans, origin=f"{batch.name}, {batch.file}", since=day, batch_id=batch.id)
