"""Apply: decide on what is true now, and write. A chunk is one transaction: customers, history, index, outcomes.

On SQLite a chunk is worked out beforehand, while others may write, and written only if nobody has: the write lock is
held for a fraction of the time, and others' saves get in between. Between two chunks anything may happen - a stop, a
crash, another's work - and the run goes on after the last chunk.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, select, update

from core import bulk
from core.batches import quarantine, service
from core.batches.errors import AlreadyApplied, AlreadyUndone, NotReady
from core.batches.model import batch_row_table
from core.batches.pace import pace_on
from core.batches.steps import chunks
from core.batches.types import BatchKind, BatchState, Progress
from core.clock import HELSINKI
from core.customers import places
from core.customers.changing import NAMES, before_of, watch
from core.id_lists import among
from core.prepared import Prepared
from core.staff.access_log import Access, record_access
from core.updates.deciding import DOUBTS, Asked, decided_of, rules_of
from core.updates.types import Answer, Meaning, Outcome, Reason
from core.updates.writing import plan, write_planned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.customers.changing import Watched
    from core.database import Database, UnitOfWork
    from core.register import Register
    from core.updates.types import Decided, Rules
    from core.updates.writing import Planned

CHUNK: Final = 1_000
_row = batch_row_table.c
_KEPT: Final = (_row.batch_id == bindparam("batch"), _row.outcome != str(Outcome.QUARANTINED))
# Persons may have decided on proposals already.
_OPEN: Final = (*_KEPT, _row.decision.is_(None))
_SETTLED: Final = (Outcome.QUARANTINED, Outcome.ACCEPTED, Outcome.REJECTED)
_ROWS: Final = Prepared(
    select(
        _row.line, _row.customer_id, _row.meaning, _row.answered_on, _row["values"], _row.outcome, _row.reason
    )
    .where(*_OPEN, _row.line > bindparam("after"))
    .order_by(_row.line)
    .limit(bindparam("most"))
)
_EMPTY: Final = Prepared(
    update(batch_row_table)
    .where(_row.batch_id == bindparam("batch"), among(_row.line, "lines"))
    .values({"key": None, "values": None})
)
_COUNT: Final = Prepared(select(func.count()).where(*_KEPT))

# Looking a word up costs a third of making an enum of it.
_MEANINGS: Final = {str(meaning): meaning for meaning in Meaning}
_OUTCOMES: Final = {str(outcome): outcome for outcome in Outcome}
_REASONS: Final[Mapping[str | None, Reason | None]] = {
    None: None,
    **{str(reason): reason for reason in Reason},
}


def carry_out(register: Register, actor: Actor, number: int, *, progress: Watcher | None = None) -> Batch:
    """Apply run *number*, or go on with it; see `core.updates.service.apply`."""
    batch = _begin(register, actor, number)
    with register.database.reading() as connection:
        ((total,),) = _COUNT.rows(connection, {"batch": batch.id})
    work, pace = (
        _Applying(register.database, actor, rules_of(register.config, batch)),
        pace_on(register.database.dialect, CHUNK),
    )
    for after in chunks(register.database, batch, work, pace):
        batch = after
        done = batch.rows - batch.count(Outcome.QUARANTINED)
        if progress is not None and progress(Progress(done, total, batch.counts)) is False:
            return batch
    return _finish(register, actor, batch)


def _begin(register: Register, actor: Actor, number: int) -> Batch:
    with register.database.unit_of_work() as uow:
        batch = service.get(uow.connection, number, BatchKind.UPDATE)
        if batch.state is BatchState.READING:
            raise NotReady(number=number)
        if batch.state in (BatchState.UNDOING, BatchState.UNDONE):
            raise AlreadyUndone(number=number)
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
            settled = {name: n for name, n in batch.counts.items() if name.partition(":")[0] in _SETTLED}
            batch = service.recount(uow, batch, settled)
            uow.commit()
    return batch


def _finish(register: Register, actor: Actor, batch: Batch) -> Batch:
    """Write the quarantine file, then forget what stands in it. Interrupted, both are simply done again."""
    directory = register.config.files.quarantine_directory
    batch = quarantine.hand_over(register.database, batch, directory, actor.language)
    with register.database.unit_of_work() as uow:
        batch = service.finish(uow, batch)
        uow.commit()
    return batch


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A chunk worked out: its last line, what was decided on each row and foreseen before, and what it writes."""

    position: int
    decided: Sequence[Decided]
    foreseen: Mapping[int, tuple[Outcome, Reason | None]]
    planned: Planned
    watched: Watched | None
    names: bool


@dataclass(frozen=True, slots=True)
class _Applying:
    """What is done with each chunk of a run."""

    database: Database
    actor: Actor
    rules: Rules

    def work_out(self, connection: Connection, batch: Batch, size: int, *, hold: bool) -> _Ahead | None:
        """Decide on the next rows as things stand now."""
        rows = _ROWS.rows(connection, {"batch": batch.id, "after": batch.position, "most": size})
        if not rows:
            return None
        asked: list[Asked] = []
        foreseen: dict[int, tuple[Outcome, Reason | None]] = {}
        for line, customer_id, meaning, dated, values, outcome, reason in rows:
            why = _REASONS[reason]
            doubt = why if outcome == Outcome.PROPOSED and why in DOUBTS else None
            asked.append(Asked(line, customer_id, Answer(_MEANINGS[meaning], values or {}, dated), doubt))
            foreseen[line] = (_OUTCOMES[outcome], why)
        names = any(not NAMES.isdisjoint(one.answer.values) for one in asked)
        if hold and names:
            # Before the customers: whoever waits for another's customer and this lock would wait for ever.
            places.lock(connection)
        ids = {one.customer_id for one in asked if one.customer_id is not None}
        watched = None if hold or self.database.dialect == "sqlite" else watch(connection, ids)
        held = before_of(connection, ids, hold=hold)
        decided = decided_of(connection, asked, self.rules, held=held)
        today = self.database.clock.now().astimezone(HELSINKI).date()
        planned = plan(connection, decided, held, today)
        return _Ahead(asked[-1].line, decided, foreseen, planned, watched, names)

    def position(self, ahead: _Ahead) -> int:
        """The last line of what was worked out."""
        return ahead.position

    def still(self, connection: Connection, ahead: _Ahead) -> bool:
        """Hold the customers, and tell whether what decides about them is as it was."""
        if ahead.names:
            places.lock(connection)
        ids = {one.customer_id for one in ahead.decided if one.customer_id is not None}
        return watch(connection, ids, hold=True) == ahead.watched

    def write(self, uow: UnitOfWork, batch: Batch, ahead: _Ahead) -> tuple[Batch, int]:
        """Write it, and what became of each row."""
        write_planned(uow, self.actor, batch, ahead.planned)
        _keep(uow, batch, ahead)
        counts = Counter(one.decision.tally for one in ahead.decided)
        return service.advance(uow, batch, position=ahead.position, counts=counts), len(ahead.decided)


def _keep(uow: UnitOfWork, batch: Batch, ahead: _Ahead) -> None:
    """Write down what became of each row, and empty the values that nobody has to decide on."""
    emptied: list[int] = []
    otherwise: bulk.Rows = []
    for one in ahead.decided:
        outcome, reason = one.decision.outcome, one.decision.reason
        if (outcome, reason) == ahead.foreseen[one.line] and outcome is not Outcome.PROPOSED:
            emptied.append(one.line)
        else:
            waiting = bulk.json_text(one.decision.waiting) if one.decision.waiting else None
            otherwise.append((waiting, str(outcome), reason and str(reason), batch.id, one.line))
    # An outcome that is as foreseen is not written again, which spares its index.
    _EMPTY.run(uow.connection, {"batch": batch.id, "lines": emptied})
    columns = ("values", "outcome", "reason")
    bulk.update_many(uow.connection, batch_row_table, columns, ("batch_id", "line"), otherwise)
