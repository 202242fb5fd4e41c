"""What became of the rows of a run, for lists: who, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.batches.model import batch_row_table
from core.customers.aliases import survivors
from core.customers.model import customer_change_table, customer_table
from core.customers.naming import display_name
from core.customers.reading import numbers_and_names
from core.customers.types import Status
from core.messages import LANGUAGES
from core.updates.types import Address, Meaning, Outcome, Reason, Spared, SparedRow, UpdateRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.batches.types import Batch

_row = batch_row_table.c
_customer = customer_table.c
_change = customer_change_table.c
_ADDRESS: Final = ("street", "postcode", "town", "country")


def rows_of(
    connection: Connection,
    batch: Batch,
    outcome: Outcome | None = None,
    *,
    reason: Reason | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[UpdateRow]:
    """Rows *offset* … of a run in the order of its file, those with *outcome* (and *reason*) alone when given."""
    chosen = (
        select(
            _row.line,
            _row.customer_id,
            _row.meaning,
            _row.outcome,
            _row.reason,
            _row.problem,
            _row["values"].label("new_values"),
            _customer.number,
            _customer.first_name,
            _customer.last_name,
            _customer.organisation_name,
            _customer.status,
            _customer.protected_address,
            *(_customer[part] for part in _ADDRESS),
        )
        .select_from(batch_row_table.outerjoin(customer_table, _customer.id == _row.customer_id))
        .where(_row.batch_id == batch.id)
        .order_by(_row.line)
        .offset(offset)
        .limit(limit)
    )
    if outcome is not None:
        chosen = chosen.where(_row.outcome == outcome)
    if reason is not None:
        chosen = chosen.where(_row.reason == reason)
    found: list[Any] = list(connection.execute(chosen))
    changed = _changed(
        connection, batch, [row.customer_id for row in found if row.outcome == Outcome.APPLIED]
    )
    names = _merged(connection, found)
    return [_update_row(row, changed.get(row.customer_id), names.get(row.customer_id)) for row in found]


def _merged(connection: Connection, rows: Sequence[Any]) -> Mapping[int, tuple[str, str]]:
    """Number and name of whoever stands now for those of *rows* who were merged into another since."""
    moved = survivors(connection, {row.customer_id for row in rows if row.customer_id is not None})
    return numbers_and_names(connection, moved) if moved else {}


def spared_of(connection: Connection, undo_id: int, *, offset: int = 0, limit: int = 50) -> list[SparedRow]:
    """What an undo spared, in the order of the run's file."""
    chosen = (
        select(
            _row.line,
            _row.reason,
            _row.explanation,
            _row.customer_id,
            _customer.number,
            _customer.first_name,
            _customer.last_name,
            _customer.organisation_name,
        )
        .select_from(batch_row_table.outerjoin(customer_table, _customer.id == _row.customer_id))
        .where(_row.batch_id == undo_id)
        .order_by(_row.line)
        .offset(offset)
        .limit(limit)
    )
    found: list[Any] = list(connection.execute(chosen))
    names = _merged(connection, found)
    return [_spared_row(row, names.get(row.customer_id)) for row in found]


def _spared_row(row: Any, merged: tuple[str, str] | None) -> SparedRow:
    name = display_name(row.first_name, row.last_name, row.organisation_name) or None
    return SparedRow(
        line=row.line,
        number=row.number if merged is None else merged[0],
        display_name=name if merged is None else merged[1],
        fields=tuple(row.explanation["fields"]),
        reason=Spared(row.reason),
    )


def _changed(
    connection: Connection, batch: Batch, customer_ids: Sequence[int]
) -> Mapping[int, tuple[Address, Address]]:
    """The address before and after, of those whom the run has changed already."""
    rows = connection.execute(
        select(_change.customer_id, _change.changes).where(
            _change.customer_id.in_(customer_ids), _change.batch_id == batch.id
        )
    )
    return {row.customer_id: (_side(row.changes, 0), _side(row.changes, 1)) for row in rows}


def _side(changes: Mapping[str, Sequence[Any]], side: int) -> Address:
    return Address(*(changes[part][side] if part in changes else None for part in _ADDRESS))


def _update_row(
    row: Any, changed: tuple[Address, Address] | None, merged: tuple[str, str] | None
) -> UpdateRow:
    before, after = _before_and_after(row, changed)
    hidden = row.protected_address or row.status in (None, Status.ERASED)
    name = display_name(row.first_name, row.last_name, row.organisation_name) if row.number else None
    return UpdateRow(
        line=row.line,
        customer_id=row.customer_id,
        number=row.number if merged is None else merged[0],
        display_name=name if merged is None else merged[1],
        meaning=Meaning(row.meaning) if row.meaning else None,
        outcome=Outcome(row.outcome),
        reason=Reason(row.reason) if row.reason else None,
        before=None if hidden else str(before),
        after=None if hidden or after is None else str(after),
        sentence={language: row.problem[language] for language in LANGUAGES} if row.problem else None,
    )


def _before_and_after(row: Any, changed: tuple[Address, Address] | None) -> tuple[Address, Address | None]:
    if changed is not None:
        return changed
    before = Address(row.street, row.postcode, row.town, row.country)
    after = Address(*((row.new_values or {}).get(part) for part in _ADDRESS))
    return before, after if after.street else None
