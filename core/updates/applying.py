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
from core.clock import HELSINKI
from core.customers import places
from core.customers.bans import BanKind, forbid_many
from core.customers.service import change_many, protect_address
from core.customers.types import CustomerChange, Source, SourceKind
from core.staff.access_log import Access, record_access
from core.updates.policy import decide
from core.updates.standing import standings
from core.updates.types import OPEN_TO_DECISION, Address, Answer, Meaning, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Row

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.updates.types import Decision, Standing

CHUNK: Final = 1_000
_row = batch_row_table.c
_ADDRESS: Final = ("street", "postcode", "town", "country")


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
    columns = [_row[name] for name in ("line", "customer_id", "meaning", "answered_on", *_ADDRESS)]
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
        decided = [(row, decide(_answer(row), standing[row.customer_id])) for row in rows]
        self._write(decided, standing)
        self._keep(decided)
        return Counter(decision.tally for _, decision in decided)

    def _write(self, decided: Sequence[tuple[Row[Any], Decision]], standing: Mapping[int, Standing]) -> None:
        source = Source(SourceKind.ADDRESS_SERVICE, self.batch.name)
        changes = [
            CustomerChange(row.customer_id, standing[row.customer_id].version, decision.changes)
            for row, decision in decided
            if decision.changes
        ]
        change_many(self.uow, self.actor, changes, source, batch_id=self.batch.id)
        self._record_bans(decided)
        for row, decision in decided:
            if decision.outcome is Outcome.PROTECTED:
                protect_address(
                    self.uow,
                    self.actor,
                    row.customer_id,
                    source,
                    protected=True,
                    version=standing[row.customer_id].version,
                    batch_id=self.batch.id,
                )

    def _record_bans(self, decided: Sequence[tuple[Row[Any], Decision]]) -> None:
        today = self.uow.now.astimezone(HELSINKI).date()
        since: defaultdict[date, list[tuple[int, BanKind]]] = defaultdict(list)
        for row, decision in decided:
            if decision.outcome is Outcome.BAN_RECORDED:
                # A ban holds from when we learn of it; the service's date says when it was made.
                day = min(row.answered_on or today, today)
                since[day].append((row.customer_id, BanKind.REGISTER_UPDATE))
        for day, bans in since.items():
            forbid_many(self.uow, self.actor, bans, origin=f"{self.batch.name}, {self.batch.file}", since=day)

    def _keep(self, decided: Sequence[tuple[Row[Any], Decision]]) -> None:
        """Write down what became of each row, and empty the values that nobody has to decide on."""
        lines: defaultdict[tuple[object, object], list[int]] = defaultdict(list)
        for row, decision in decided:
            lines[decision.outcome, decision.reason].append(row.line)
        for (outcome, reason), some in lines.items():
            emptied = {} if reason in OPEN_TO_DECISION else dict.fromkeys(_ADDRESS)
            self.uow.connection.execute(
                update(batch_row_table)
                .where(_row.batch_id == self.batch.id, _row.line.in_(some))
                .values(outcome=outcome, reason=reason, key=None, **emptied)
            )


def _answer(row: Row[Any]) -> Answer:
    meaning = Meaning(row.meaning)
    address = Address(row.street, row.postcode, row.town, row.country) if meaning is Meaning.MOVED else None
    return Answer(meaning, address, row.answered_on)
