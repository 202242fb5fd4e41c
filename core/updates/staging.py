"""Prepare: read an answer and foresee what would become of each row. No customer is changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert

from core.batches import quarantine, service
from core.batches.errors import AlreadyDone
from core.batches.model import batch_row_table
from core.batches.types import BatchKind, BatchState, Origin, Progress
from core.clock import HELSINKI
from core.customers.reading import ids_of_numbers
from core.customers.types import SourceKind
from core.errors import Where
from core.staff.access_log import Access, record_access
from core.tabular import Malformed, fingerprint
from core.updates.errors import TwiceInFile, UnknownCustomer
from core.updates.mapping import KEY, Understood, mapping_of
from core.updates.matching import seen_before
from core.updates.policy import decide
from core.updates.standing import standings
from core.updates.types import MatchedBy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.actor import Actor
    from core.batches.types import Batch, Problem, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.tabular import Row, Table
    from core.updates.errors import RowProblem
    from core.updates.mapping import AnswerMapping
    from core.updates.types import Answer, Decision

CHUNK: Final = 2_000


def stage(
    register: Register,
    actor: Actor,
    service_name: str,
    path: Path,
    *,
    again: bool = False,
    progress: Watcher | None = None,
) -> Batch:
    """Read the answer at *path* into a new batch, ready to be applied; see `core.updates.service.prepare`."""
    mapping = mapping_of(register.config, service_name)
    table = mapping.open(path)
    reading = _Reading(register, actor, mapping, table)
    known = fingerprint(path)
    batch = reading.begin(known.digest, again=again)
    if batch.state is not BatchState.READING:
        return batch
    rows = table.rows()
    while chunk := list(islice(rows, CHUNK)):
        batch = reading.stage(batch, chunk)
        if progress is not None:
            progress(Progress(chunk[-1].line, known.lines, batch.counts))
    with register.database.unit_of_work() as uow:
        batch = service.enter(uow, batch, BatchState.READY)
        uow.commit()
    return batch


@dataclass(frozen=True, slots=True)
class Staged:
    """A row that was understood: whom it is about, how that is known, its answer, and what is foreseen for it."""

    line: int
    key: str | None
    customer_id: int | None
    answer: Answer
    decision: Decision
    matched_by: MatchedBy = MatchedBy.NUMBER
    grade: int = 100


@dataclass(frozen=True, slots=True)
class _Reading:
    register: Register
    actor: Actor
    mapping: AnswerMapping
    table: Table

    def begin(self, digest: str, *, again: bool) -> Batch:
        """A new batch, or the one that this file has already begun to apply.

        Raises:
            AlreadyDone: the file has been applied before.
        """
        table = self.table
        origin = Origin(table.path.name, digest, table.size, tuple(table.headings), table.form.delimiter)
        return begin_reading(self.register, self.actor, self.mapping.service, origin, again=again)

    def stage(self, batch: Batch, chunk: Sequence[Row | Malformed]) -> Batch:
        """Read, match and foresee one chunk, in one transaction."""
        with self.register.database.unit_of_work() as uow:
            service.hold(uow, batch)
            today = uow.now.astimezone(HELSINKI).date()
            good: list[Understood] = []
            problems: list[Problem] = []
            for row in chunk:
                found = (
                    row.error
                    if isinstance(row, Malformed)
                    else self.mapping.understand(self.table, row, today)
                )
                if isinstance(found, Understood):
                    good.append(found)
                else:
                    problems.append(quarantine.problem_of(row.line, row.cells, found))
            cells = {row.line: row.cells for row in chunk}
            matched = self._matched(uow, batch, good, cells, problems)
            counts = Counter(keep_rows(uow, batch, matched))
            counts[quarantine.QUARANTINED] += quarantine.keep(uow, batch, problems)
            batch = service.advance(uow, batch, position=chunk[-1].line, counts=+counts)
            uow.commit()
        return batch

    def _matched(
        self,
        uow: UnitOfWork,
        batch: Batch,
        good: list[Understood],
        cells: dict[int, tuple[str, ...]],
        problems: list[Problem],
    ) -> list[Staged]:
        ids = ids_of_numbers(uow.connection, [row.number for row in good])
        seen = dict(seen_before(uow.connection, batch.id, list(ids.values())))
        standing = standings(uow.connection, list(ids.values()))
        matched: list[Staged] = []
        for row in good:
            customer_id = ids.get(row.number)
            if customer_id is None:
                error: RowProblem = UnknownCustomer(where=self._where(row))
            elif (earlier := seen.setdefault(customer_id, row.line)) != row.line:
                error = TwiceInFile(where=self._where(row), earlier=earlier)
            else:
                decision = decide(row.answer, standing[customer_id])
                matched.append(Staged(row.line, row.number, customer_id, row.answer, decision))
                continue
            problems.append(quarantine.problem_of(row.line, cells[row.line], error))
        return matched

    def _where(self, row: Understood) -> Where:
        return Where(
            file=self.table.path.name, row=row.line, field=self.table.heading_of(KEY), value=row.number
        )


def begin_reading(
    register: Register,
    actor: Actor,
    service_name: str,
    origin: Origin,
    *,
    again: bool,
    source_kind: SourceKind = SourceKind.ADDRESS_SERVICE,
) -> Batch:
    """A new batch for *origin*, or the one that has already begun to apply the very same.

    Raises:
        AlreadyDone: it has been applied before, and *again* doesn't say that this is meant.
    """
    with register.database.unit_of_work() as uow:
        earlier = service.of_file(uow.connection, BatchKind.UPDATE, service_name, origin.digest)
        if earlier is not None and earlier.state is BatchState.APPLYING:
            return earlier
        if earlier is not None and earlier.state is BatchState.DONE and not again:
            raise AlreadyDone(number=earlier.id, day=_day(earlier), file=earlier.file)
        if earlier is not None and earlier.state in (BatchState.READING, BatchState.READY):
            # Nothing came of it; what was foreseen then may be different now.
            service.discard(uow, earlier)
        batch = service.begin_from(
            uow,
            actor,
            kind=BatchKind.UPDATE,
            name=service_name,
            origin=origin,
            state=BatchState.READING,
            source_kind=source_kind,
        )
        task = f"address update {batch.id}, preview"
        record_access(uow, actor, action=Access.LIST, customer_id=None, task=task, detail=service_name)
        uow.commit()
    return batch


def keep_rows(uow: UnitOfWork, batch: Batch, staged: Sequence[Staged]) -> list[str]:
    """Keep understood rows with what is foreseen for them; returns how each counts."""
    rows = [
        {
            "batch_id": batch.id,
            "line": row.line,
            "key": row.key,
            "customer_id": row.customer_id,
            "meaning": row.answer.meaning,
            "answered_on": row.answer.dated,
            "values": dict(row.answer.values) or None,
            "matched_by": row.matched_by,
            "grade": row.grade,
            "outcome": row.decision.outcome,
            "reason": row.decision.reason,
        }
        for row in staged
    ]
    if rows:
        uow.connection.execute(insert(batch_row_table), rows)
    return [row.decision.tally for row in staged]


def _day(batch: Batch) -> str:
    return f"{batch.started_at.astimezone(HELSINKI):%d.%m.%Y}"
