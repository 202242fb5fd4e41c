"""A batch's chunks, each worked out first and then written in one short transaction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.batches import service

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.batches.pace import Pace
    from core.batches.types import Batch
    from core.database import Database, UnitOfWork

Ahead = TypeVar("Ahead")


class Work(Protocol[Ahead]):
    """What is done with each chunk."""

    def work_out(self, connection: Connection, batch: Batch, size: int, *, hold: bool) -> Ahead | None:
        """Everything about the next *size* rows that can be told before anything is written; None at the end.

        With *hold*, nobody else changes what was read until the transaction ends.
        """
        ...

    def write(self, uow: UnitOfWork, batch: Batch, ahead: Ahead) -> tuple[Batch, int]:
        """Write it: the batch moved on, and how many rows there were."""
        ...


def next_chunk(database: Database, batch: Batch, work: Work[Ahead], pace: Pace) -> Batch | None:
    """Do the next chunk; the batch moved on, or None when there is no more.

    On SQLite it is worked out while others may write, and again only if somebody has.

    Raises:
        SomebodyElse: the batch is no longer where *batch* says.
    """
    with database.two_steps() as steps:
        ahead: Ahead | None = None
        if steps.can_look:
            with steps.look() as connection:
                ahead = work.work_out(connection, batch, pace.size, hold=False)
            if ahead is None:
                return None
        with steps.write() as (uow, same):
            began = time.perf_counter()
            service.hold(uow, batch)
            if not same:
                ahead = work.work_out(uow.connection, batch, pace.size, hold=True)
            if ahead is None:
                return None
            batch, rows = work.write(uow, batch, ahead)
            uow.commit()
        pace.took(rows, time.perf_counter() - began)
    return batch
