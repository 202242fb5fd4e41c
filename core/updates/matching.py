"""Which rows of an answer name the same customer. Only the customer number matches; likeness never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.batches.model import batch_row_table
from core.customers.places import chunks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


def seen_before(connection: Connection, batch_id: int, customer_ids: Sequence[int]) -> Mapping[int, int]:
    """Those of *customer_ids* that an earlier row of the batch is about already, and the line of that row."""
    row = batch_row_table.c
    found: dict[int, int] = {}
    for ids in chunks(customer_ids):
        chosen = select(row.customer_id, row.line).where(row.batch_id == batch_id, row.customer_id.in_(ids))
        found.update({each.customer_id: each.line for each in connection.execute(chosen)})
    return found
