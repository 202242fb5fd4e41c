"""Prepare: read an answer and foresee what would become of each row. No customer is changed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core import bulk
from core.batches import quarantine, service
from core.batches.errors import AlreadyDone, SomebodyElse
from core.batches.model import batch_row_table
from core.batches.pace import Pace
from core.batches.types import BatchKind, BatchState, Origin, Progress
from core.clock import HELSINKI
from core.customers.types import SourceKind
from core.errors import Where
from core.postal_codes.knowledge import towns
from core.staff.access_log import Access, record_access
from core.tabular import Malformed, fingerprint
from core.updates.deciding import Asked, decided_of, rules_of
from core.updates.errors import NobodyAlike, TwiceInFile, UnknownCustomer
from core.updates.mapping import KEY, Understood
from core.updates.mappings import mapping_in_force
from core.updates.matching import match, seen_before
from core.updates.types import Answer, Decision, MatchedBy, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Batch, Problem, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.tabular import Row, Table
    from core.updates.errors import RowProblem
    from core.updates.mapping import AnswerMapping
    from core.updates.types import Match

CHUNK: Final = 2_000
# Matching by likeness takes a thousand times as long as by number; who watches is told about every second.
_CHUNK_SECONDS: Final = 1.0
_NOTHING_CAME: Final = (BatchState.READING, BatchState.READY)
_KEPT: Final = (
    "batch_id", "line", "key", "customer_id", "meaning", "answered_on", "values", "matched_by", "grade",
    "explanation", "outcome", "reason",
)  # fmt: skip


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
    with register.database.reading() as connection:
        mapping = mapping_in_force(connection, register.config, service_name)
        known_towns = towns(connection)
    table = mapping.open(path)
    reading = _Reading(register, actor, mapping, table, known_towns)
    known = fingerprint(path)
    batch = reading.begin(known.digest, again=again)
    if batch.state is not BatchState.READING:
        return batch
    rows = table.rows()
    pace = Pace(CHUNK, seconds=_CHUNK_SECONDS)
    while chunk := list(islice(rows, pace.size)):
        began = time.perf_counter()
        batch = reading.stage(batch, chunk)
        pace.took(len(chunk), time.perf_counter() - began)
        if progress is not None:
            progress(Progress(chunk[-1].line, known.lines, batch.counts))
    with register.database.unit_of_work() as uow:
        batch = service.enter(uow, batch, BatchState.READY)
        uow.commit()
    return batch


class Staged(Struct, frozen=True):
    """A row that was understood: whom it is about, how that is known, its answer, and what is foreseen for it."""

    line: int
    key: str | None
    customer_id: int | None
    answer: Answer
    decision: Decision
    matched_by: MatchedBy | None = MatchedBy.NUMBER
    grade: int = 100
    explanation: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    register: Register
    actor: Actor
    mapping: AnswerMapping
    table: Table
    towns: Mapping[str, str]

    def begin(self, digest: str, *, again: bool) -> Batch:
        """A new batch, or the one that this file has already begun to apply.

        Raises:
            AlreadyDone: the file has been applied before.
        """
        table = self.table
        origin = Origin(table.path.name, digest, table.size, tuple(table.headings), table.form.delimiter)
        return begin_reading(self.register, self.actor, self.mapping.service, origin, again=again)

    def stage(self, batch: Batch, chunk: Sequence[Row | Malformed]) -> Batch:
        """Read, match and foresee one chunk while others may write, then keep it in one short transaction."""
        today = self.register.clock.now().astimezone(HELSINKI).date()
        good: list[Understood] = []
        problems: list[Problem] = []
        for row in chunk:
            found = (
                row.error
                if isinstance(row, Malformed)
                else self.mapping.understand(self.table, row, today, self.towns)
            )
            if isinstance(found, Understood):
                good.append(found)
            else:
                problems.append(quarantine.problem_of(row.line, row.cells, found))
        cells = {row.line: row.cells for row in chunk}
        with self.register.database.reading() as connection:
            staged = self._foreseen(connection, batch, good, cells, problems)
        with self.register.database.unit_of_work() as uow:
            service.hold(uow, batch)
            counts = Counter(keep_rows(uow, batch, staged))
            counts[quarantine.QUARANTINED] += quarantine.keep(uow, batch, problems)
            batch = service.advance(uow, batch, position=chunk[-1].line, counts=+counts)
            uow.commit()
        return batch

    def _foreseen(
        self,
        connection: Connection,
        batch: Batch,
        good: Sequence[Understood],
        cells: Mapping[int, tuple[str, ...]],
        problems: list[Problem],
    ) -> list[Staged]:
        """The rows that mean somebody, with what is foreseen for each; the others become problems."""
        rules = rules_of(self.register.config, batch)
        matches = match(connection, [row.sought for row in good], line=rules.line)
        ids = {found.customer_id for found in matches if found.customer_id is not None}
        seen = dict(seen_before(connection, batch.id, ids))
        kept: list[tuple[Understood, Match]] = []
        for row, found in zip(good, matches, strict=True):
            error: RowProblem | None = None
            if found.nobody:
                error = (UnknownCustomer if row.number else NobodyAlike)(where=self._where(row))
            elif found.customer_id is not None and found.doubt is None:
                earlier = seen.setdefault(found.customer_id, row.line)
                error = TwiceInFile(where=self._where(row), earlier=earlier) if earlier != row.line else None
            if error is None:
                kept.append((row, found))
            else:
                problems.append(quarantine.problem_of(row.line, cells[row.line], error))
        asked = [Asked(row.line, found.customer_id, row.answer, found.doubt) for row, found in kept]
        decided = decided_of(connection, asked, rules)
        return [
            Staged(
                line=row.line,
                key=row.number or row.sought.business_id,
                customer_id=found.customer_id,
                answer=row.answer,
                decision=one.decision,
                matched_by=found.matched_by,
                grade=found.grade,
                explanation=found.explanation,
            )
            for (row, found), one in zip(kept, decided, strict=True)
        ]

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
        SomebodyElse: somebody else has begun to read the very same meanwhile.
    """
    with register.database.reading() as connection:
        earlier = service.of_file(connection, BatchKind.UPDATE, service_name, origin.digest)
    if earlier is not None and earlier.state in _NOTHING_CAME and not _decided_on(earlier):
        # What was foreseen then may be different now.
        service.discard(register.database, earlier)
    with register.database.unit_of_work() as uow:
        earlier = service.of_file(uow.connection, BatchKind.UPDATE, service_name, origin.digest)
        if earlier is not None and (earlier.state is BatchState.APPLYING or _decided_on(earlier)):
            return earlier
        if earlier is not None and earlier.state is BatchState.DONE and not again:
            raise AlreadyDone(number=earlier.id, day=_day(earlier), file=earlier.file)
        if earlier is not None and earlier.state in _NOTHING_CAME:
            raise SomebodyElse(number=earlier.id)
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


def _decided_on(batch: Batch) -> bool:
    """Whether persons have decided on proposals of a run that has not been applied yet."""
    decided = batch.count(Outcome.ACCEPTED) + batch.count(Outcome.REJECTED)
    return batch.state is BatchState.READY and decided > 0


def keep_rows(uow: UnitOfWork, batch: Batch, staged: Sequence[Staged]) -> list[str]:
    """Keep understood rows with what is foreseen for them; returns how each counts."""
    rows = [
        (
            batch.id,
            row.line,
            row.key,
            row.customer_id,
            str(row.answer.meaning),
            row.answer.dated,
            bulk.json_text(dict(row.answer.values)) if row.answer.values else None,
            row.matched_by and str(row.matched_by),
            row.grade,
            bulk.json_text(row.explanation) if row.explanation else None,
            str(row.decision.outcome),
            row.decision.reason and str(row.decision.reason),
        )
        for row in staged
    ]
    bulk.insert_many(uow.connection, batch_row_table, _KEPT, rows)
    return [row.decision.tally for row in staged]


def _day(batch: Batch) -> str:
    return f"{batch.started_at.astimezone(HELSINKI):%d.%m.%Y}"
