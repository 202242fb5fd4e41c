"""Noting that something changed, in the very transaction that changed it; who holds the old value is looked up later.

Cheap on purpose: only customers of whom something was ever sent are noted, and nothing sealed is opened here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, insert, literal, null, select

from core.batches.model import batch_row_table
from core.customers.model import customer_change_table
from core.disclosure.model import transfer_line_table
from core.notices.model import notice_check_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from core.batches.types import Batch
    from core.database import UnitOfWork

_change: Final = customer_change_table.c
_check: Final = notice_check_table.c
_CHUNK: Final = 500


def note_changes(uow: UnitOfWork, customer_ids: Sequence[int]) -> None:
    """The latest change of each of *customer_ids* was made now."""
    for start in range(0, len(customer_ids), _CHUNK):
        some = customer_ids[start : start + _CHUNK]
        latest = (
            select(_change.customer_id, func.max(_change.id).label("change_id"))
            .where(_change.customer_id.in_(some), _was_sent(_change.customer_id))
            .group_by(_change.customer_id)
            .subquery()
        )
        known = exists().where(_check.change_id == latest.c.change_id)
        _note(uow, select(latest.c.customer_id, latest.c.change_id).where(~known))


def note_field(uow: UnitOfWork, customer_id: int, field: str) -> None:
    """A sealed field of a customer, by the notice's name for it (``bank.iban``), was changed now."""
    chosen = select(literal(customer_id), null(), literal(field)).where(_was_sent(literal(customer_id)))
    uow.connection.execute(
        insert(notice_check_table).from_select(["customer_id", "change_id", "field"], chosen)
    )


def note_batch(uow: UnitOfWork, batch: Batch) -> None:
    """Everything that *batch* changed; to be called in the transaction that ends it, or again: no change is noted twice."""
    # Found by the batch's rows, since a history of millions has no order by batch.
    rows = batch_row_table.c
    undone = getattr(batch, "undoes", None)
    numbers = [batch.id] if undone is None else [batch.id, undone]
    mine = select(rows.customer_id).where(rows.batch_id.in_(numbers), rows.customer_id.is_not(None))
    known = exists().where(_check.change_id == _change.id)
    chosen = select(_change.customer_id, _change.id).where(
        _change.customer_id.in_(mine), _change.batch_id == batch.id, _was_sent(_change.customer_id), ~known
    )
    _note(uow, chosen)


def _was_sent(customer_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(transfer_line_table.c.customer_id == customer_id)


def _note(uow: UnitOfWork, chosen: Any) -> None:
    uow.connection.execute(insert(notice_check_table).from_select(["customer_id", "change_id"], chosen))
