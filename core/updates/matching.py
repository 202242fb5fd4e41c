"""Which rows of an answer name the same customer. Only the customer number matches; likeness never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.batches.model import batch_row_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


def seen_before(connection: Connection, batch_id: int, numbers: Sequence[str]) -> Mapping[str, int]:
    """Those of *numbers* that an earlier row of the batch has named, and the line of that row."""
    row = batch_row_table.c
    rows = connection.execute(select(row.key, row.line).where(row.batch_id == batch_id, row.key.in_(numbers)))
    return {found.key: found.line for found in rows}
