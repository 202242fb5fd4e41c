"""Apply: decide on what is true now, and write. A chunk is one transaction: customers, history, index, outcomes.

Between two chunks anything may happen - a stop, a crash, another's work - and the run goes on after the last chunk.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from core.batches import quarantine, service
from core.batches.errors import AlreadyApplied, NotReady
from core.batches.model import batch_row_table
from core.batches.types import BatchKind, BatchState, Progress
from core.customers import places
from core.staff.access_log import Access, record_access
from core.updates.policy import decide
from core.updates.standing import standings
from core.updates.types import Answer, Decided, Meaning, Outcome
from core.updates.writing import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.updates.types import Reason, Standing

CHUNK: Final = 1_000
_row = batch_row_table.c


def carry_out(register: Register, actor: Actor, number: int, *, progress: Watcher | None = None) -> Batch:
    """Apply run *number*, or go on with it; see `core.updates.service.apply`."""
    batch = _begin(register, actor, number)
    total = _rows_to_apply(register, batch)
    while True:
        with register.database.unit_of_work() as uow:
            service.hold(uow, batch)
            rows = _next_rows(uow, batch)
            if not rows:
                break
            counts = _Chunk(uow, actor, batch).apply(rows)
            batch = service.advance(uow, batch, position=rows[-1].line, counts=counts)
            uow.commit()
        done = batch.rows - batch.count(Outcome.QUARANTINED)
        if progress is not None and progress(Progress(done, total, batch.counts)) is False:
            return batch
    return _finish(register, actor, batch)


def _begin(register: Register, actor: Actor, number: int) -> Batch:
    with register.database.unit_of_work() as uow:
        batch = service.get(uow.connection, number, BatchKind.UPDATE)
        if batch.state is BatchState.READING:
            raise NotReady(number=number)
        if batch.state is BatchState.DONE:
            raise AlreadyApplied(number=number)
        if batch.state is BatchState.READY:
            record_access(
                uow,
                actor,
                action=Access.CHANGE,
                customer_id=None,
                task=f"address update {batch.id}",
                detail=f"{batch.name}, {batch.rows} rows",
            )
            batch = service.enter(uow, batch, BatchState.APPLYING)
            foreseen = batch.count(Outcome.QUARANTINED)
            batch = service.recount(uow, batch, {Outcome.QUARANTINED: foreseen} if foreseen else {})
            uow.commit()
    return batch


def _rows_to_apply(register: Register, batch: Batch) -> int:
    with register.database.reading() as connection:
        found = connection.execute(
            select(func.count()).where(_row.batch_id == batch.id, _row.outcome != Outcome.QUARANTINED)
        )
        return int(found.scalar_one())


def _next_rows(uow: UnitOfWork, batch: Batch) -> Sequence[Row[Any]]:
    columns = [_row[name] for name in ("line", "customer_id", "meaning", "answered_on", "values")]
    return uow.connection.execute(
        select(*columns)
        .where(_row.batch_id == batch.id, _row.line > batch.position, _row.outcome != Outcome.QUARANTINED)
        .order_by(_row.line)
        .limit(CHUNK)
    ).all()


def _finish(register: Register, actor: Actor, batch: Batch) -> Batch:
    """Write the quarantine file, then forget what stands in it. Interrupted, both are simply done again."""
    with register.database.reading() as connection:
        path = quarantine.write(connection, batch, register.config.files.quarantine_directory, actor.language)
    with register.database.unit_of_work() as uow:
        if path is not None:
            quarantine.forget_values(uow, batch)
            batch = service.set_quarantine_file(uow, batch, str(path))
        batch = service.finish(uow, batch)
        uow.commit()
    return batch


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One chunk in its transaction."""

    uow: UnitOfWork
    actor: Actor
    batch: Batch

    def apply(self, rows: Sequence[Row[Any]]) -> Mapping[str, int]:
        """Decide and write; returns how many rows had which outcome."""
        # In this order everywhere: whoever waits for another's customer and this lock would wait for ever.
        places.lock(self.uow.connection)
        standing = standings(self.uow.connection, [row.customer_id for row in rows], hold=True)
        decided = [_decided(row, standing[row.customer_id]) for row in rows]
        write(self.uow, self.actor, self.batch, decided)
        self._keep(decided)
        return Counter(one.decision.tally for one in decided)

    def _keep(self, decided: Sequence[Decided]) -> None:
        """Write down what became of each row, and empty the values that nobody has to decide on."""
        lines: defaultdict[tuple[Outcome, Reason | None], list[int]] = defaultdict(list)
        for one in decided:
            lines[one.decision.outcome, one.decision.reason].append(one.line)
        for (outcome, reason), some in lines.items():
            emptied: dict[str, object] = {} if outcome is Outcome.PROPOSED else {"key": None, "values": None}
            self.uow.connection.execute(
                update(batch_row_table)
                .where(_row.batch_id == self.batch.id, _row.line.in_(some))
                .values({"outcome": outcome, "reason": reason, **emptied})
            )


def _decided(row: Row[Any], standing: Standing) -> Decided:
    meaning = Meaning(row.meaning)
    decision = decide(Answer(meaning, row.values or {}, row.answered_on), standing)
    return Decided(row.line, row.customer_id, standing.version, meaning, row.answered_on, decision)
