"""What decides about customers, read for a whole chunk at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, func, or_, select, type_coerce

from core.clock import HELSINKI
from core.customers.bans import BanKind, bans_of_many
from core.customers.model import customer_change_table, customer_table
from core.customers.restrictions import restricted_many
from core.customers.types import SourceKind, Status
from core.updates.types import Address, Known, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

_customer = customer_table.c
_change = customer_change_table.c
# As the history writes a field's change; inside a value the quotation marks are escaped, so nothing else matches.
_TOUCHES_ADDRESS: Final = tuple(
    type_coerce(_change.changes, Text).like(f'%"{part}": [%')
    for part in ("street", "postcode", "town", "country")
)


def standings(
    connection: Connection, customer_ids: Sequence[int], *, hold: bool = False
) -> Mapping[int, Standing]:
    """How each customer stands; with *hold*, nobody else changes them until the transaction ends."""
    if not customer_ids:
        return {}
    chosen = (
        select(
            _customer.id,
            _customer.version,
            _customer.status,
            _customer.protected_address,
            _customer.street,
            _customer.postcode,
            _customer.town,
            _customer.country,
        )
        .where(_customer.id.in_(customer_ids))
        .order_by(_customer.id)
    )
    rows = connection.execute(chosen.with_for_update() if hold else chosen).all()
    restricted = restricted_many(connection, customer_ids)
    bans = bans_of_many(connection, customer_ids)
    known = _known(connection, customer_ids)
    return {
        row.id: Standing(
            customer_id=row.id,
            version=row.version,
            status=Status(row.status),
            restricted=row.id in restricted,
            update_banned=BanKind.REGISTER_UPDATE in bans.get(row.id, ()),
            protected_address=row.protected_address,
            address=Address(row.street, row.postcode, row.town, row.country),
            known=known.get(row.id),
        )
        for row in rows
    }


def _known(connection: Connection, customer_ids: Sequence[int]) -> dict[int, Known]:
    """Who gave each customer's present address, and when it was written down."""
    latest = (
        select(func.max(_change.id))
        .where(_change.customer_id.in_(customer_ids), or_(*_TOUCHES_ADDRESS))
        .group_by(_change.customer_id)
    )
    rows = connection.execute(
        select(_change.customer_id, _change.source_kind, _change.recorded_at).where(_change.id.in_(latest))
    )
    return {
        row.customer_id: Known(SourceKind(row.source_kind), row.recorded_at.astimezone(HELSINKI).date())
        for row in rows
    }
