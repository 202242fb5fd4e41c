"""Noting that something changed, in the very transaction that changed it; who holds the old value is looked up later.

Cheap on purpose: only customers of whom something was ever sent are noted, and nothing sealed is opened here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, exists, func, insert, literal, null, or_, select

from core.customers.aliases import former_ids
from core.customers.model import customer_alias_table, customer_change_table
from core.disclosure.model import transfer_line_table
from core.id_lists import among
from core.notices.model import notice_check_table
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement

    from core.database import UnitOfWork

_change: Final = customer_change_table.c
_check: Final = notice_check_table.c
_CHUNK: Final = 500
_SENT: Final = Prepared(
    select(transfer_line_table.c.customer_id)
    .where(among(transfer_line_table.c.customer_id, "ids"))
    .distinct()
)
_NOTE_BATCH: Final = Prepared(
    insert(notice_check_table).from_select(
        ["customer_id", "change_id"],
        select(_change.customer_id, _change.id).where(
            among(_change.customer_id, "ids"),
            _change.batch_id == bindparam("batch"),
            ~exists().where(_check.change_id == _change.id),
        ),
    )
)


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


def note_batch(uow: UnitOfWork, batch_id: int, customer_ids: Collection[int]) -> None:
    """What a batch has changed of *customer_ids*; to be called in the transaction of each of its chunks."""
    former = former_ids(uow.connection, customer_ids) if customer_ids else {}
    asked = {"ids": [*customer_ids, *former]}
    sent = {former.get(of, of) for (of,) in _SENT.rows(uow.connection, asked)} if customer_ids else set()
    if sent:
        _NOTE_BATCH.run(uow.connection, {"ids": sent, "batch": batch_id})


def _was_sent(customer_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether anything was sent of the customer, under this id or one that was merged into it."""
    line, alias = transfer_line_table.c.customer_id, customer_alias_table.c
    former = exists().where(line == alias.former_id, alias.customer_id == customer_id)
    return or_(exists().where(line == customer_id), former)


def _note(uow: UnitOfWork, chosen: Any) -> None:
    uow.connection.execute(insert(notice_check_table).from_select(["customer_id", "change_id"], chosen))
