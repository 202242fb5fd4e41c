"""A run's report for the controller's own files, CSV and PDF: what became of how many rows, and why.

It names whoever applied and undid the run, and no customer: the rows themselves leave as an export does, through the
gate (``rekisteri export csv --run``).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from core.batches import service as batches
from core.batches.types import BatchKind
from core.disclosure.review.report import Report, Section, when
from core.messages import N_, tr
from core.updates.reads import spared_of
from core.updates.report import LEFT_NAMES, STATE_NAMES
from core.updates.types import (
    OUTCOME_NAMES,
    REASON_NAMES,
    SPARED_NAMES,
    UNDONE_NAMES,
    Outcome,
    Reason,
    Spared,
    Undone,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from core.batches.types import Batch
    from core.register import Register

_AT_ONCE: Final = 10_000
Why = TypeVar("Why", Reason, Spared)


def written_report(register: Register, connection: Connection, run_id: int, language: str) -> Report:
    """The report on run *run_id*, and on its undo where there is one.

    Raises:
        NoSuchBatch: there is no such run.
    """
    batch = batches.get(connection, run_id, BatchKind.UPDATE)
    undo = batches.undo_of(connection, run_id)
    sections = [_facts(batch, language), _outcomes(batch, language)]
    if undo is not None:
        sections += [_undo(undo, language), _spared(connection, undo, language)]
    return Report(
        title=tr(N_("Update run {number}"), language, number=run_id),
        publisher=register.config.register.controller.name,
        language=language,
        since=batch.started_at,
        made_at=register.clock.now(),
        sections=tuple(sections),
    )


def _section(language: str, heading: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Section:
    return Section(tr(heading, language), tuple(tr(column, language) for column in columns), tuple(rows))


def _facts(batch: Batch, language: str) -> Section:
    facts = [
        (N_("Service"), batch.name),
        (N_("File"), batch.file),
        (N_("SHA-256 of the file"), batch.digest),
        (N_("Begun"), when(batch.started_at)),
        (N_("Finished"), when(batch.finished_at) if batch.finished_at else "–"),
        (N_("By"), batch.actor_name),
        (N_("State"), tr(STATE_NAMES[batch.state], language)),
        (N_("Rows"), str(batch.rows)),
    ]
    rows = [(tr(name, language), value) for name, value in facts]
    return _section(language, N_("The run"), (N_("What"), ""), rows)


def _outcomes(batch: Batch, language: str) -> Section:
    rows = [
        (
            tr(OUTCOME_NAMES[outcome], language),
            tr(REASON_NAMES[reason], language) if reason else "",
            str(many),
        )
        for outcome in Outcome
        for reason, many in _by_reason(batch, outcome, Reason)
    ]
    return _section(language, N_("What became of the rows"), (N_("Outcome"), N_("Reason"), N_("Rows")), rows)


def _undo(undo: Batch, language: str) -> Section:
    rows = [
        (tr(UNDONE_NAMES[undone], language), tr(SPARED_NAMES[why], language) if why else "", str(many))
        for undone in Undone
        for why, many in _by_reason(undo, undone, Spared)
    ]
    heading = tr(N_("Undone {when}, {who}"), language, when=when(undo.started_at), who=undo.actor_name)
    columns = tuple(tr(column, language) for column in (N_("Outcome"), N_("Reason"), N_("Rows")))
    return Section(heading, columns, tuple(rows))


def _spared(connection: Connection, undo: Batch, language: str) -> Section:
    """Which values were left, and how many times: whose is a list for whoever works it."""
    many: Counter[tuple[str, Spared]] = Counter()
    offset = 0
    while rows := spared_of(connection, undo.id, offset=offset, limit=_AT_ONCE):
        many.update((field, row.reason) for row in rows for field in row.fields)
        offset += len(rows)
    told = [
        (tr(LEFT_NAMES.get(field, field), language), tr(SPARED_NAMES[why], language), str(count))
        for (field, why), count in sorted(many.items())
    ]
    return _section(language, N_("Values left as they are"), (N_("Field"), N_("Reason"), N_("Rows")), told)


def _by_reason(batch: Batch, outcome: str, reasons: type[Why]) -> list[tuple[Why | None, int]]:
    """How many rows came to *outcome*, by reason; those without one first."""
    found: list[tuple[Why | None, int]] = []
    for name, many in batch.counts.items():
        head, _, tail = name.partition(":")
        if head == outcome:
            found.append((reasons(tail) if tail else None, many))
    return sorted(found, key=lambda one: one[0] or "")
