"""What decides about customers, read for a whole chunk at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, select, tuple_, type_coerce

from core.batches.model import batch_row_table
from core.clock import HELSINKI
from core.customers.bans import BanKind, bans_of_many
from core.customers.model import customer_change_table, customer_table
from core.customers.places import chunks
from core.customers.restrictions import restricted_many
from core.customers.types import SourceKind, Status
from core.updates.types import GROUP_FIELDS, Group, Known, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection, Row

_customer = customer_table.c
_change = customer_change_table.c
_row = batch_row_table.c
FIELDS: Final = tuple(field for fields in GROUP_FIELDS.values() for field in fields)
# As the history writes a field's change; inside a value the quotation marks are escaped, so nothing else matches.
_MARKS: Final = {group: tuple(f'"{field}": [' for field in fields) for group, fields in GROUP_FIELDS.items()}


def standings(
    connection: Connection,
    customer_ids: Sequence[int],
    *,
    hold: bool = False,
    groups: Collection[Group] = tuple(Group),
) -> Mapping[int, Standing]:
    """How each customer stands; with *hold*, nobody else changes them until the transaction ends.

    How the values are known is read for *groups* alone.
    """
    if not customer_ids:
        return {}
    rows = [row for ids in chunks(sorted(customer_ids)) for row in _customers(connection, ids, hold=hold)]
    restricted = restricted_many(connection, customer_ids)
    bans = bans_of_many(connection, customer_ids)
    known = _known(connection, customer_ids, groups)
    return {
        row.id: Standing(
            customer_id=row.id,
            version=row.version,
            status=Status(row.status),
            restricted=row.id in restricted,
            update_banned=BanKind.REGISTER_UPDATE in bans.get(row.id, ()),
            protected_address=row.protected_address,
            values=dict(zip(FIELDS, row[_OWN_COLUMNS:], strict=True)),
            known=known.get(row.id, {}),
        )
        for row in rows
    }


_COLUMNS: Final = (_customer.id, _customer.version, _customer.status, _customer.protected_address)
_OWN_COLUMNS: Final = len(_COLUMNS)


def _customers(connection: Connection, ids: Sequence[int], *, hold: bool) -> Sequence[Row[Any]]:
    chosen = (
        select(*_COLUMNS, *(_customer[field] for field in FIELDS))
        .where(_customer.id.in_(ids))
        .order_by(_customer.id)
    )
    return connection.execute(chosen.with_for_update() if hold else chosen).all()


def _known(
    connection: Connection, customer_ids: Sequence[int], groups: Collection[Group]
) -> dict[int, dict[Group, Known]]:
    """Who gave each group's present values, and when they were written down."""
    latest: dict[int, dict[Group, Row[Any]]] = {}
    written: dict[int, Row[Any]] = {}
    marks = [(group, _MARKS[group]) for group in groups]
    for row in _changes(connection, customer_ids):
        written[row.id] = row
        for group, fields in marks:
            if any(mark in row.changes for mark in fields):
                # What an undo brought back is known as it was before.
                latest.setdefault(row.customer_id, {})[group] = written.get(row.restores, row)
    dated = _dated(connection, [row for found in latest.values() for row in found.values()])
    return {
        customer_id: {
            group: Known(
                SourceKind(row.source_kind),
                row.recorded_at.astimezone(HELSINKI).date(),
                dated.get((customer_id, row.batch_id)),
            )
            for group, row in found.items()
        }
        for customer_id, found in latest.items()
    }


def _changes(connection: Connection, customer_ids: Sequence[int]) -> Iterator[Row[Any]]:
    """The histories, each customer's from the oldest change on; what changed as the text it is kept as."""
    columns = (
        _change.id,
        _change.customer_id,
        _change.source_kind,
        _change.recorded_at,
        _change.batch_id,
        _change.restores,
        type_coerce(_change.changes, Text).label("changes"),
    )
    for ids in chunks(customer_ids):
        chosen = select(*columns).where(_change.customer_id.in_(ids))
        yield from connection.execute(chosen.order_by(_change.customer_id, _change.id))


def _dated(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[int, int], date]:
    """From which day earlier answers said that it is so: (customer, batch) to the day."""
    answers = {(row.customer_id, row.batch_id) for row in rows if row.batch_id is not None}
    found: dict[tuple[int, int], date] = {}
    for some in chunks(sorted(answers)):
        chosen = select(_row.customer_id, _row.batch_id, _row.answered_on).where(
            tuple_(_row.customer_id, _row.batch_id).in_(some), _row.answered_on.is_not(None)
        )
        for row in connection.execute(chosen):
            found[row.customer_id, row.batch_id] = row.answered_on
    return found
