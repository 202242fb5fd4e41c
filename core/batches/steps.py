"""A batch's chunks, each worked out first and then written in one short transaction.

On SQLite, which has one writer, a chunk is worked out while others may write, and again only if somebody has. On
PostgreSQL the next chunk is worked out beside the server's work on this one, by a thread and a connection of its own;
what it went by is held and looked at once more before it is written.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.batches import service

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def position(self, ahead: Ahead) -> int:
        """The last line of what was worked out."""
        ...

    def still(self, connection: Connection, ahead: Ahead) -> bool:
        """Hold what it was worked out from, and tell whether that is as it was."""
        ...

    def write(self, uow: UnitOfWork, batch: Batch, ahead: Ahead) -> tuple[Batch, int]:
        """Write it: the batch moved on, and how many rows there were."""
        ...


def chunks(database: Database, batch: Batch, work: Work[Ahead], pace: Pace) -> Iterator[Batch]:
    """Do chunk after chunk; the batch as it is after each.

    Raises:
        SomebodyElse: the batch is no longer where *batch* says.
    """
    if database.dialect == "sqlite":
        while (after := _one_after_another(database, batch, work, pace)) is not None:
            batch = after
            yield batch
    else:
        yield from _beside(database, batch, work, pace)


def _one_after_another(database: Database, batch: Batch, work: Work[Ahead], pace: Pace) -> Batch | None:
    with database.two_steps() as steps:
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


def _beside(database: Database, batch: Batch, work: Work[Ahead], pace: Pace) -> Iterator[Batch]:
    def look(where: Batch, size: int) -> Ahead | None:
        with database.reading() as connection:
            return work.work_out(connection, where, size, hold=False)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="chunk") as beside:
        ahead = look(batch, pace.size)
        while ahead is not None:
            size, foreseen = pace.size, work.position(ahead)
            coming = beside.submit(look, replace(batch, position=foreseen), size)
            with database.unit_of_work() as uow:
                began = time.perf_counter()
                held = service.hold(uow, batch)
                # Persons decide on rows while others are applied; the counts tell.
                if held.counts != batch.counts or not work.still(uow.connection, ahead):
                    ahead = work.work_out(uow.connection, held, size, hold=True)
                if ahead is None:
                    return
                batch, rows = work.write(uow, held, ahead)
                uow.commit()
            pace.took(rows, time.perf_counter() - began)
            yield batch
            ahead = coming.result() if batch.position == foreseen else look(batch, pace.size)
