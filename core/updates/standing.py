"""What decides about customers, read for a whole chunk at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Text, or_, select, type_coerce

from core.batches.model import batch_row_table
from core.clock import HELSINKI
from core.customers.bans import BanKind, bans_of_many
from core.customers.changing import before_of
from core.customers.model import customer_change_table
from core.customers.restrictions import restricted_many
from core.customers.types import SourceKind, Status
from core.id_lists import among
from core.prepared import Prepared
from core.updates.types import GROUP_FIELDS, Group, Known, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

    from core.customers.changing import Before

_change = customer_change_table.c
_row = batch_row_table.c
# Looking a word up costs a third of making an enum of it.
_STATUSES: Final = {str(status): status for status in Status}
# Each customer's from the oldest change on. First loads are left out, which nearly everybody has: a file without days
# gives way to whatever comes. What an undo brought back from one is told, or the undone values would stand for known.
_LINES: Final = select(
    _change.id,
    _change.customer_id,
    _change.source_kind,
    _change.recorded_at,
    _change.batch_id,
    _change.restores,
    type_coerce(_change.changes, Text),
)
_BY_ID: Final = Prepared(_LINES.where(among(_change.id, "ids")))
_HISTORIES: Final = Prepared(
    _LINES.where(
        among(_change.customer_id, "ids"),
        or_(_change.source_kind != str(SourceKind.FIRST_LOAD), _change.restores.is_not(None)),
    ).order_by(_change.customer_id, _change.id)
)
_DATED: Final = Prepared(
    select(_row.customer_id, _row.batch_id, _row.answered_on).where(
        among(_row.customer_id, "ids"), among(_row.batch_id, "batches"), _row.answered_on.is_not(None)
    )
)
# As the history writes a field's change; inside a value the quotation marks are escaped, so nothing else matches.
_MARKS: Final = {group: tuple(f'"{field}": [' for field in fields) for group, fields in GROUP_FIELDS.items()}


def standings(
    connection: Connection,
    customer_ids: Collection[int],
    *,
    held: Mapping[int, Before] | None = None,
    groups: Collection[Group] = tuple(Group),
) -> Mapping[int, Standing]:
    """How each customer stands; *held* are the customers as they have been read already.

    How the values are known is read for *groups* alone.
    """
    if not customer_ids:
        return {}
    before = before_of(connection, customer_ids) if held is None else held
    restricted = restricted_many(connection, customer_ids)
    bans = bans_of_many(connection, customer_ids)
    known = _known(connection, customer_ids, groups)
    return {
        of: Standing(
            customer_id=of,
            version=before[of]["version"],
            status=_STATUSES[before[of]["status"]],
            restricted=of in restricted,
            update_banned=BanKind.REGISTER_UPDATE in bans.get(of, ()),
            protected_address=before[of]["protected_address"],
            values=before[of],
            known=known.get(of, {}),
        )
        for of in customer_ids
    }


class _Written(NamedTuple):
    """A line of a history; `changes` is the text it is kept as."""

    id: int
    customer_id: int
    source_kind: str
    recorded_at: datetime
    batch_id: int | None
    restores: int | None
    changes: str


def _known(
    connection: Connection, customer_ids: Collection[int], groups: Collection[Group]
) -> dict[int, dict[Group, Known]]:
    """Who gave each group's present values, and when they were written down."""
    latest: dict[int, dict[Group, _Written]] = {}
    marks = [(group, _MARKS[group]) for group in groups]
    lines = [_Written(*row) for row in _HISTORIES.rows(connection, {"ids": customer_ids})]
    written = {line.id: line for line in lines}
    # What was taken over when two customers were merged is known as it was of the other.
    elsewhere = {line.restores for line in lines if line.restores and line.restores not in written}
    if elsewhere:
        written |= {row[0]: _Written(*row) for row in _BY_ID.rows(connection, {"ids": elsewhere})}
    for line in lines:
        for group, fields in marks:
            if not any(mark in line.changes for mark in fields):
                continue
            # What an undo brought back is known as it was before.
            restored = written.get(line.restores, line) if line.restores else line
            if restored.source_kind == SourceKind.FIRST_LOAD:
                latest.get(line.customer_id, {}).pop(group, None)
            else:
                latest.setdefault(line.customer_id, {})[group] = restored
    dated = _dated(connection, [line for found in latest.values() for line in found.values()])
    return {
        customer_id: {
            group: Known(
                SourceKind(line.source_kind),
                line.recorded_at.astimezone(HELSINKI).date(),
                dated.get((line.customer_id, line.batch_id)),
            )
            for group, line in found.items()
        }
        for customer_id, found in latest.items()
    }


def _dated(
    connection: Connection, lines: Collection[_Written]
) -> Mapping[tuple[int, int | None], date | None]:
    """From which day earlier answers said that it is so: (customer, batch) to the day."""
    batches = {line.batch_id for line in lines if line.batch_id is not None}
    if not batches:
        return {}
    given = {"ids": {line.customer_id for line in lines}, "batches": batches}
    return {(of, batch): day for of, batch, day in _DATED.rows(connection, given)}
