"""Batches begun, moved forward and finished; always inside the caller's unit of work."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from core.batches.errors import NoSuchBatch, SomebodyElse
from core.batches.model import batch_row_table, batch_table
from core.batches.types import Batch, BatchKind, BatchState, Origin
from core.customers.types import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

    from core.actor import Actor
    from core.database import Database, UnitOfWork
    from core.tabular import Table

_TAKEN_AWAY: Final = -1
_DISCARDED: Final = 5_000


def begin(
    uow: UnitOfWork,
    actor: Actor,
    *,
    kind: BatchKind,
    name: str,
    table: Table,
    digest: str,
    state: BatchState,
    source_kind: SourceKind,
) -> Batch:
    """A new batch for the file of *table*, whose values are the word of *source_kind*."""
    origin = Origin(table.path.name, digest, table.size, tuple(table.headings), table.form.delimiter)
    return begin_from(uow, actor, kind=kind, name=name, origin=origin, state=state, source_kind=source_kind)


def begin_from(
    uow: UnitOfWork,
    actor: Actor,
    *,
    kind: BatchKind,
    name: str,
    origin: Origin,
    state: BatchState,
    source_kind: SourceKind,
    undoes: int | None = None,
) -> Batch:
    """A new batch for what was read from *origin*, whose values are the word of *source_kind*.

    *undoes* is the batch that it takes back.
    """
    found = uow.connection.execute(
        insert(batch_table)
        .values(
            kind=kind,
            name=name,
            source_kind=str(source_kind),
            undoes=undoes,
            file=origin.name,
            digest=origin.digest,
            size=origin.size,
            delimiter=origin.delimiter,
            headings=list(origin.headings),
            state=state,
            position=0,
            counts={},
            started_at=uow.now,
            actor_id=actor.staff_id,
            actor_name=actor.name,
        )
        .returning(batch_table)
    )
    return _batch(found.mappings().one())


def advance(uow: UnitOfWork, batch: Batch, *, position: int, counts: Mapping[str, int]) -> Batch:
    """The batch moved to *position*, *counts* added to its counts.

    Raises:
        SomebodyElse: it is no longer where *batch* says.
    """
    return _moved(uow, batch, position=position, counts=_with(uow, batch, counts))


def tally(uow: UnitOfWork, batch: Batch, counts: Mapping[str, int]) -> Batch:
    """The batch with *counts*, which may be below 0, added to its counts: a person has decided on some of its rows.

    Raises:
        SomebodyElse: it is no longer where *batch* says.
    """
    return _moved(uow, batch, counts=_with(uow, batch, counts))


def _with(uow: UnitOfWork, batch: Batch, counts: Mapping[str, int]) -> dict[str, int]:
    """The counts as they are now - persons decide on rows while others are applied - and *counts*."""
    stored = uow.connection.execute(select(batch_table.c.counts).where(batch_table.c.id == batch.id))
    total = Counter(stored.scalar_one())
    total.update(counts)
    return {name: count for name, count in total.items() if count > 0}


def hold(uow: UnitOfWork, batch: Batch) -> Batch:
    """Make sure, before a chunk's first row, that nobody has taken the batch further, and keep it so; it as it is now.

    Raises:
        SomebodyElse: it is no longer where *batch* says.
    """
    return _moved(uow, batch, position=batch.position)


def hold_whole(uow: UnitOfWork, number: int, kind: BatchKind) -> Batch:
    """Batch *number*, wherever it stands, kept there until the transaction ends.

    Raises:
        NoSuchBatch: there is none.
    """
    chosen = select(batch_table).where(batch_table.c.id == number, batch_table.c.kind == kind)
    row = uow.connection.execute(chosen.with_for_update()).mappings().first()
    if row is None:
        raise NoSuchBatch(number=number)
    return _batch(row)


def enter(uow: UnitOfWork, batch: Batch, state: BatchState) -> Batch:
    """The batch in its next state, to be worked from the first line on.

    Raises:
        SomebodyElse: it is no longer where *batch* says.
    """
    return _moved(uow, batch, state=state, position=0)


def turn(uow: UnitOfWork, batch: Batch, state: BatchState) -> Batch:
    """The batch in another state, its position kept: how far it came.

    Raises:
        SomebodyElse: it is no longer where *batch* says.
    """
    return _moved(uow, batch, state=state)


def begin_undo(uow: UnitOfWork, actor: Actor, batch: Batch) -> Batch:
    """A new batch that takes *batch* back."""
    origin = Origin(batch.file, batch.digest, batch.size, batch.headings, batch.delimiter)
    return begin_from(
        uow,
        actor,
        kind=BatchKind.UNDO,
        name=batch.name,
        origin=origin,
        state=BatchState.APPLYING,
        source_kind=batch.source_kind,
        undoes=batch.id,
    )


def undo_of(connection: Connection, number: int) -> Batch | None:
    """The batch that takes batch *number* back, if one has begun."""
    chosen = select(batch_table).where(batch_table.c.undoes == number)
    row = connection.execute(chosen).mappings().first()
    return None if row is None else _batch(row)


def finish(uow: UnitOfWork, batch: Batch) -> Batch:
    """The batch done.

    Raises:
        SomebodyElse: it is no longer where *batch* says.
    """
    return _moved(uow, batch, state=BatchState.DONE, finished_at=uow.now)


def recount(uow: UnitOfWork, batch: Batch, counts: Mapping[str, int]) -> Batch:
    """The batch with other counts: what was foreseen gives way to what is done."""
    return _moved(uow, batch, counts=dict(counts))


def set_quarantine_file(uow: UnitOfWork, batch: Batch, path: str | None) -> Batch:
    """The batch with the place of its quarantine file."""
    return _moved(uow, batch, quarantine_file=path)


def discard(database: Database, batch: Batch) -> None:
    """Forget a batch that changed nothing yet, some rows at a time, so that nobody waits for a million of them.

    Raises:
        SomebodyElse: it is no longer where *batch* says: somebody has begun to apply it.
    """
    with database.unit_of_work() as uow:
        # Whoever is reading it finds at the next chunk that it has been taken away.
        batch = _moved(uow, batch, state=BatchState.READING, position=_TAKEN_AWAY)
        uow.commit()
    row = batch_row_table.c
    some = select(row.line).where(row.batch_id == batch.id).order_by(row.line).limit(_DISCARDED)
    left = True
    while left:
        with database.unit_of_work() as uow:
            done = uow.connection.execute(
                delete(batch_row_table).where(row.batch_id == batch.id, row.line.in_(some))
            )
            left = done.rowcount > 0
            if not left:
                uow.connection.execute(delete(batch_table).where(batch_table.c.id == batch.id))
            uow.commit()


def get(connection: Connection, number: int, kind: BatchKind) -> Batch:
    """Batch *number* of a kind.

    Raises:
        NoSuchBatch: there is none.
    """
    chosen = select(batch_table).where(batch_table.c.id == number, batch_table.c.kind == kind)
    row = connection.execute(chosen).mappings().first()
    if row is None:
        raise NoSuchBatch(number=number)
    return _batch(row)


def listed(connection: Connection, kind: BatchKind, *, limit: int = 50) -> list[Batch]:
    """The latest batches of a kind, newest first."""
    rows = connection.execute(
        select(batch_table).where(batch_table.c.kind == kind).order_by(batch_table.c.id.desc()).limit(limit)
    )
    return [_batch(row) for row in rows.mappings()]


def of_file(connection: Connection, kind: BatchKind, name: str, digest: str) -> Batch | None:
    """The latest batch of this kind and name that read a file with these bytes."""
    row = (
        connection.execute(
            select(batch_table)
            .where(batch_table.c.kind == kind, batch_table.c.name == name, batch_table.c.digest == digest)
            .order_by(batch_table.c.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else _batch(row)


def unfinished(connection: Connection, kind: BatchKind, name: str) -> Batch | None:
    """The batch of this kind and name that has begun to change customers and is not done, if there is one."""
    row = (
        connection.execute(
            select(batch_table)
            .where(
                batch_table.c.kind == kind,
                batch_table.c.name == name,
                batch_table.c.state == BatchState.APPLYING,
            )
            .order_by(batch_table.c.id)
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else _batch(row)


def _moved(uow: UnitOfWork, batch: Batch, **values: object) -> Batch:
    row = (
        uow.connection.execute(
            update(batch_table)
            .where(
                batch_table.c.id == batch.id,
                batch_table.c.position == batch.position,
                batch_table.c.state == batch.state,
            )
            .values(**values)
            .returning(batch_table)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise SomebodyElse(number=batch.id)
    return _batch(row)


def _batch(row: RowMapping) -> Batch:
    return Batch(
        id=row["id"],
        kind=BatchKind(row["kind"]),
        name=row["name"],
        file=row["file"],
        digest=row["digest"],
        size=row["size"],
        delimiter=row["delimiter"],
        headings=tuple(row["headings"]),
        state=BatchState(row["state"]),
        position=row["position"],
        counts=row["counts"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        actor_name=row["actor_name"],
        quarantine_file=row["quarantine_file"],
        source_kind=SourceKind(row["source_kind"]),
        undoes=row["undoes"],
    )
