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
from core.batches.types import BatchKind, BatchState, Progress
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from core.actor import Actor
    from core.batches.types import Batch, Problem, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.tabular import Row, Table
    from core.updates.errors import RowProblem
    from core.updates.mapping import AnswerMapping
    from core.updates.types import Decision

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
        with self.register.database.unit_of_work() as uow:
            earlier = service.of_file(uow.connection, BatchKind.UPDATE, self.mapping.service, digest)
            if earlier is not None and earlier.state is BatchState.APPLYING:
                return earlier
            if earlier is not None and earlier.state is BatchState.DONE and not again:
                raise AlreadyDone(number=earlier.id, day=_day(earlier), file=earlier.file)
            if earlier is not None and earlier.state in (BatchState.READING, BatchState.READY):
                # Nothing came of it; what was foreseen then may be different now.
                service.discard(uow, earlier)
            batch = service.begin(
                uow,
                self.actor,
                kind=BatchKind.UPDATE,
                name=self.mapping.service,
                table=self.table,
                digest=digest,
                state=BatchState.READING,
                source_kind=SourceKind.ADDRESS_SERVICE,
            )
            record_access(
                uow,
                self.actor,
                action=Access.LIST,
                customer_id=None,
                task=f"address update {batch.id}, preview",
                detail=self.mapping.service,
            )
            uow.commit()
        return batch

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
            counts = Counter(_keep(uow, batch, matched))
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
    ) -> list[tuple[Understood, int, Decision]]:
        ids = ids_of_numbers(uow.connection, [row.number for row in good])
        seen = dict(seen_before(uow.connection, batch.id, list(ids.values())))
        standing = standings(uow.connection, list(ids.values()))
        matched: list[tuple[Understood, int, Decision]] = []
        for row in good:
            customer_id = ids.get(row.number)
            if customer_id is None:
                error: RowProblem = UnknownCustomer(where=self._where(row))
            elif (earlier := seen.setdefault(customer_id, row.line)) != row.line:
                error = TwiceInFile(where=self._where(row), earlier=earlier)
            else:
                matched.append((row, customer_id, decide(row.answer, standing[customer_id])))
                continue
            problems.append(quarantine.problem_of(row.line, cells[row.line], error))
        return matched

    def _where(self, row: Understood) -> Where:
        return Where(
            file=self.table.path.name, row=row.line, field=self.table.heading_of(KEY), value=row.number
        )


def _keep(
    uow: UnitOfWork, batch: Batch, matched: Sequence[tuple[Understood, int, Decision]]
) -> Iterable[str]:
    """Keep the understood rows with what is foreseen for them; returns how each counts."""
    rows = [
        {
            "batch_id": batch.id,
            "line": row.line,
            "key": row.number,
            "customer_id": customer_id,
            "meaning": row.answer.meaning,
            "answered_on": row.answer.dated,
            "values": dict(row.answer.values) or None,
            "matched_by": "number",
            "grade": 100,
            "outcome": decision.outcome,
            "reason": decision.reason,
        }
        for row, customer_id, decision in matched
    ]
    if rows:
        uow.connection.execute(insert(batch_row_table), rows)
    return [decision.tally for _, _, decision in matched]


def _day(batch: Batch) -> str:
    return f"{batch.started_at.astimezone(HELSINKI):%d.%m.%Y}"
