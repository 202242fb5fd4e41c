"""Undo a whole run: values, bans, protection and endings go back, chunk by chunk, sparing what was changed since.

An undo is a batch of its own that names the run it takes back. What it gives back keeps the source it had before the
run (`customer_change.restores`), so that whose word stands above whose is as it was. Interrupted, it goes on; a run
that was applied in part can be undone too, and is never applied further.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, func, select, update

from core import bulk
from core.actor import Role, require
from core.batches import quarantine, service
from core.batches.errors import AlreadyUndone, NothingToUndo
from core.batches.model import batch_row_table
from core.batches.pace import pace_on
from core.batches.steps import chunks
from core.batches.types import BatchKind, BatchState, Progress
from core.customers import bans, changing, places
from core.customers.model import customer_change_table
from core.customers.restrictions import restricted_many
from core.customers.types import Source, SourceKind, Status
from core.id_lists import among
from core.messages import N_, tr
from core.notices.noting import note_batch
from core.prepared import Prepared
from core.staff.access_log import Access, record_access
from core.updates.taking_back import Line, taken_back
from core.updates.types import Outcome, Reason, Spared, Undone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.customers.changing import Before, Restored
    from core.database import UnitOfWork
    from core.register import Register
    from core.updates.taking_back import Return, TakenBack

CHUNK: Final = 1_000
_row = batch_row_table.c
_change = customer_change_table.c
_OF_RUN: Final = (_row.batch_id == bindparam("batch"), _row.outcome != str(Outcome.QUARANTINED))
_ROWS: Final = Prepared(
    select(_row.line, _row.customer_id, _row.outcome, _row.reason, _row.decision)
    .where(*_OF_RUN, _row.line > bindparam("after"))
    .order_by(_row.line)
    .limit(bindparam("most"))
)
_COUNT: Final = Prepared(select(func.count()).where(*_OF_RUN))
_HISTORIES: Final = Prepared(
    select(
        _change.id,
        _change.customer_id,
        _change.batch_id,
        _change.restores,
        _change.source_kind,
        _change.source_detail,
        _change.changes,
    )
    .where(among(_change.customer_id, "ids"))
    .order_by(_change.customer_id, _change.id)
)
_THESE: Final = (_row.batch_id == bindparam("batch"), among(_row.line, "lines"))
_REJECT: Final = Prepared(
    update(batch_row_table)
    .where(*_THESE)
    .values(
        {
            "key": None,
            "values": None,
            "outcome": str(Outcome.REJECTED),
            "decision": str(Outcome.REJECTED),
            "decided_at": bindparam("at"),
            "decided_by": bindparam("by"),
            "decided_by_name": bindparam("name"),
        }
    )
)
_PASS_OVER: Final = Prepared(
    update(batch_row_table)
    .where(*_THESE)
    .values(
        {
            "key": None,
            "values": None,
            "outcome": str(Outcome.HELD_BACK),
            "reason": str(Reason.NOT_REACHED),
        }
    )
)
_BAN: Final = "ban"
_SETTLED: Final = (str(Outcome.QUARANTINED), str(Outcome.ACCEPTED), str(Outcome.REJECTED))


class _Row(NamedTuple):
    line: int
    customer_id: int | None
    outcome: str
    reason: str | None
    decision: str | None


def undo(register: Register, actor: Actor, run_id: int, *, progress: Watcher | None = None) -> Batch:
    """Take back everything that run *run_id* wrote, or go on with that; the undo's own batch.

    *progress* is told after each chunk; when it answers False the undo stops there, to be gone on with later.

    Raises:
        NoSuchBatch, NothingToUndo, AlreadyUndone: there is nothing to undo.
        CannotWrite: the run's quarantine file could not be written; nothing has been undone yet.
    """
    require(actor, Role.IMPORTER)
    run, batch = _begin(register, actor, run_id)
    with register.database.reading() as connection:
        ((total,),) = _COUNT.rows(connection, {"batch": run.id})
    work, pace = _Undoing(actor, run), pace_on(register.database.dialect, CHUNK)
    for after in chunks(register.database, batch, work, pace):
        batch = after
        if progress is not None and progress(Progress(batch.rows, total, batch.counts)) is False:
            return batch
    with register.database.unit_of_work() as uow:
        batch = service.finish(uow, batch)
        service.turn(uow, service.get(uow.connection, run.id, BatchKind.UPDATE), BatchState.UNDONE)
        uow.commit()
    return batch


def _begin(register: Register, actor: Actor, run_id: int) -> tuple[Batch, Batch]:
    """The run, turned to be undone, and its undo."""
    with register.database.reading() as connection:
        run = service.get(connection, run_id, BatchKind.UPDATE)
    if run.state is BatchState.UNDONE:
        raise AlreadyUndone(number=run_id)
    accepted = run.count(Outcome.ACCEPTED)
    if run.state is BatchState.READING or (run.state is BatchState.READY and not accepted):
        raise NothingToUndo(number=run_id)
    if run.state is not BatchState.UNDOING:
        # Rows that nobody could use are somebody's work yet; they would be forgotten with the rest.
        directory = register.config.files.quarantine_directory
        run = quarantine.hand_over(register.database, run, directory, actor.language)
    with register.database.unit_of_work() as uow:
        if run.state is BatchState.UNDOING:
            begun = service.undo_of(uow.connection, run.id)
            assert begun is not None, "whoever turned the run began its undo in the same transaction"
            return run, begun
        if run.state is BatchState.READY:
            # What was foreseen of the others never comes to pass.
            run = service.recount(
                uow, run, {n: many for n, many in run.counts.items() if n.startswith(_SETTLED)}
            )
        run = service.turn(uow, run, BatchState.UNDOING)
        batch = service.begin_undo(uow, actor, run)
        task, detail = f"address update {run.id}, undo", f"{run.name}, {run.rows} rows"
        record_access(uow, actor, action=Access.CHANGE, customer_id=None, task=task, detail=detail)
        uow.commit()
    return run, batch


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A chunk worked out: its rows, what goes back of whom, and why somebody is spared."""

    rows: Sequence[_Row]
    back: Mapping[int, TakenBack]
    banned: frozenset[int]
    barred: Mapping[int, Spared]
    planned: changing.Planned
    restored: Sequence[Restored]
    watched: changing.Watched
    names: bool


@dataclass(frozen=True, slots=True)
class _Undoing:
    """What is done with each chunk of an undo."""

    actor: Actor
    run: Batch

    def work_out(self, connection: Connection, batch: Batch, size: int, *, hold: bool) -> _Ahead | None:
        """What of the next rows can be taken back."""
        found = _ROWS.rows(connection, {"batch": self.run.id, "after": batch.position, "most": size})
        if not found:
            return None
        rows = [_Row(*row) for row in found]
        ids = {row.customer_id for row in rows if row.customer_id is not None}
        watched = changing.watch(connection, ids)
        back = self._taken_back(connection, ids)
        names = any(not changing.NAMES.isdisjoint(one.returns) for one in back.values())
        if hold and names:
            places.lock(connection)
        held = changing.before_of(connection, ids, hold=hold)
        banned = bans.of_batch(connection, self.run.id, ids)
        barred = _barred(connection, held)
        new: dict[int, dict[str, object]] = {}
        restored: list[Restored] = []
        for of, one in back.items():
            if of not in barred and one.returns:
                new[of] = {field: _typed(field, found.value) for field, found in one.returns.items()}
                restored += _lines(of, held[of], one.returns, self._fallback)
        planned = changing.plan(connection, held, new)
        return _Ahead(rows, back, banned, barred, planned, restored, watched, names)

    def position(self, ahead: _Ahead) -> int:
        """The last line of what was worked out."""
        return ahead.rows[-1].line

    def still(self, connection: Connection, ahead: _Ahead) -> bool:
        """Hold the customers, and tell whether they, their bans and restrictions are as they were."""
        if ahead.names:
            places.lock(connection)
        ids = {row.customer_id for row in ahead.rows if row.customer_id is not None}
        return changing.watch(connection, ids, hold=True) == ahead.watched

    def _taken_back(self, connection: Connection, ids: set[int]) -> dict[int, TakenBack]:
        histories: dict[int, list[Line]] = {}
        mine: set[int] = set()
        for line in map(Line._make, _HISTORIES.rows(connection, {"ids": ids})):
            histories.setdefault(line.customer_id, []).append(line)
            if line.batch_id == self.run.id:
                mine.add(line.customer_id)
        return {of: taken_back(histories[of], self.run.id) for of in mine}

    @property
    def _fallback(self) -> Source:
        """Whose word it is that nothing is known, where nothing was."""
        return Source(self.run.source_kind, f"{self.run.name} {self.run.id}")

    def write(self, uow: UnitOfWork, batch: Batch, ahead: _Ahead) -> tuple[Batch, int]:
        """Take back, keep what is spared, and close the rows."""
        changed = changing.write(
            uow, self.actor, ahead.planned, self._fallback, batch_id=batch.id, restored=ahead.restored
        )
        # Whoever was told the values that are now taken back is to be told again.
        note_batch(uow, batch.id, changed)
        lifted = ahead.banned.difference(ahead.barred)
        reason = tr(N_("run {number} was undone"), self.actor.language, number=self.run.id)
        bans.lift_of_batch(uow, self.actor, self.run.id, lifted, reason=reason)
        counts: Counter[str] = Counter()
        spared: bulk.Rows = []
        for row in ahead.rows:
            undone, why, fields = _outcome(ahead, row.customer_id)
            counts[f"{undone}:{why}" if why else str(undone)] += 1
            if why is not None:
                told = bulk.json_text({"fields": fields})
                spared.append((batch.id, row.line, row.customer_id, str(undone), str(why), told))
        columns = ("batch_id", "line", "customer_id", "outcome", "reason", "explanation")
        bulk.insert_many(uow.connection, batch_row_table, columns, spared)
        self._close(uow, ahead.rows)
        return service.advance(uow, batch, position=ahead.rows[-1].line, counts=counts), len(ahead.rows)

    def _close(self, uow: UnitOfWork, rows: Sequence[_Row]) -> None:
        """Nobody decides on these rows any more, and the run never comes to those that it had not reached."""
        waiting = [row for row in rows if row.outcome == Outcome.PROPOSED and row.line <= self.run.position]
        ahead = [row for row in rows if row.line > self.run.position and row.decision is None]
        given = {"batch": self.run.id, "at": uow.now, "by": self.actor.staff_id, "name": self.actor.name}
        if waiting:
            _REJECT.run(uow.connection, {**given, "lines": [row.line for row in waiting]})
        if ahead:
            _PASS_OVER.run(uow.connection, {"batch": self.run.id, "lines": [row.line for row in ahead]})
        counts: Counter[str] = Counter()
        for row in waiting:
            tail = f":{row.reason}" if row.reason else ""
            counts[f"{Outcome.PROPOSED}{tail}"] -= 1
            counts[f"{Outcome.REJECTED}{tail}"] += 1
        counts[f"{Outcome.HELD_BACK}:{Reason.NOT_REACHED}"] += len(ahead)
        if waiting or ahead:
            service.tally(uow, self.run, counts)


def _outcome(ahead: _Ahead, customer_id: int | None) -> tuple[Undone, Spared | None, list[str]]:
    """What became of a row: how it is counted, why something was spared, and which fields."""
    back = None if customer_id is None else ahead.back.get(customer_id)
    banned = customer_id in ahead.banned
    if customer_id is None or (back is None and not banned):
        return Undone.UNTOUCHED, None, []
    fields = list(back.spared) if back else []
    why = ahead.barred.get(customer_id)
    if why is not None:
        return (
            Undone.SPARED,
            why,
            sorted([*fields, *(back.returns if back else ()), *([_BAN] if banned else [])]),
        )
    return (Undone.SPARED, Spared.CHANGED_SINCE, fields) if fields else (Undone.UNDONE, None, [])


def _barred(connection: Connection, held: Mapping[int, Before]) -> dict[int, Spared]:
    """Whose data may not be touched, even to give back what was."""
    barred = dict.fromkeys(restricted_many(connection, list(held)), Spared.RESTRICTED)
    erased = [of for of, before in held.items() if before["status"] == Status.ERASED]
    return barred | dict.fromkeys(erased, Spared.ERASED)


def _typed(field: str, value: object) -> object:
    return date.fromisoformat(value) if field == "ended_on" and isinstance(value, str) else value


def _lines(
    customer_id: int, before: Before, returns: Mapping[str, Return], unknown: Source
) -> Iterator[Restored]:
    """The history of what goes back: a line for each earlier line that had given it, under that one's source."""
    givers = {back.given_by.id if back.given_by else None: back.given_by for back in returns.values()}
    for number, giver in givers.items():
        pairs = {
            field: (before[field], back.value)
            for field, back in returns.items()
            if (back.given_by.id if back.given_by else None) == number
        }
        source = Source(SourceKind(giver.source_kind), giver.source_detail) if giver else unknown
        yield changing.Restored(customer_id, changing.changes_text(pairs), number, source)
