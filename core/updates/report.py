"""A run in words and as data: who read which file, and how many rows came to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.batches.types import BatchState
from core.clock import HELSINKI
from core.customers.words import FIELD_NAMES
from core.messages import N_, tr
from core.updates.types import (
    OUTCOME_NAMES,
    REASON_NAMES,
    SPARED_NAMES,
    UNDONE_NAMES,
    WITH_REASONS,
    Outcome,
    Reason,
    Spared,
    Undone,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.batches.types import Batch
    from core.updates.types import SparedRow, UpdateRow, UpdateRun

STATE_NAMES: Final[Mapping[BatchState, str]] = {
    BatchState.READING: N_("interrupted while being read"),
    BatchState.READY: N_("foreseen, nothing applied yet"),
    BatchState.APPLYING: N_("partly applied"),
    BatchState.DONE: N_("applied"),
    BatchState.UNDOING: N_("partly undone"),
    BatchState.UNDONE: N_("undone"),
}

# What an undo may leave as it is.
LEFT_NAMES: Final[Mapping[str, str]] = {**FIELD_NAMES, "ban": N_("update ban")}


def as_data(run: UpdateRun) -> dict[str, object]:
    """The run for ``--json``: counts by outcome, and by reason for the rows held back."""
    batch = run.batch
    return {
        "run": batch.id,
        "service": batch.name,
        "file": batch.file,
        "sha256": batch.digest,
        "state": str(batch.state),
        "rows": batch.rows,
        "started_at": batch.started_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "by": batch.actor_name,
        "outcomes": {str(outcome): batch.count(outcome) for outcome in Outcome},
        **{
            str(outcome): {str(reason): n for reason, n in _reasons(batch, outcome)}
            for outcome in WITH_REASONS
        },
        "quarantine_file": batch.quarantine_file,
        "sample": [row_as_data(row) for row in run.samples],
    }


def row_as_data(row: UpdateRow) -> dict[str, object]:
    """One row for ``--json``."""
    return {
        "row": row.line,
        "customer": row.number,
        "outcome": str(row.outcome),
        "reason": str(row.reason) if row.reason else None,
        "before": row.before,
        "after": row.after,
        "problem": dict(row.sentence) if row.sentence else None,
    }


def heading(batch: Batch, language: str) -> str:
    """The run in a line."""
    when = f"{batch.started_at.astimezone(HELSINKI):%d.%m.%Y %H.%M}"
    return tr(
        N_("Run {number}: {service}, file {file}, {rows} rows, {when}, {who}: {state}"),
        language,
        number=batch.id,
        service=batch.name,
        file=batch.file,
        rows=batch.rows,
        when=when,
        who=batch.actor_name,
        state=tr(STATE_NAMES[batch.state], language),
    )


def lines(run: UpdateRun, language: str) -> Iterator[str]:
    """The report in words: counts by outcome with their reasons, a few rows of each, the quarantine file."""
    batch = run.batch
    yield heading(batch, language)
    for outcome in Outcome:
        if not batch.count(outcome):
            continue
        yield f"{batch.count(outcome):>9}  {tr(OUTCOME_NAMES[outcome], language)}"
        for reason, count in _reasons(batch, outcome):
            yield f"{count:>13}  {tr(REASON_NAMES[reason], language)}"
        for row in run.samples:
            if row.outcome is outcome:
                yield " " * 15 + row_in_words(row, language)
    if batch.quarantine_file:
        yield tr(
            N_("Correct these rows and feed the file back: {file}"), language, file=batch.quarantine_file
        )


def undo_lines(undo: Batch, language: str) -> Iterator[str]:
    """What an undo took back and what it left, in words."""
    yield tr(
        N_("Undo of run {number}: {rows} rows, {who}: {state}"),
        language,
        number=undo.undoes or 0,
        rows=undo.rows,
        who=undo.actor_name,
        state=tr(STATE_NAMES[BatchState.UNDONE if undo.finished_at else BatchState.UNDOING], language),
    )
    for undone in Undone:
        if undo.count(undone):
            yield f"{undo.count(undone):>9}  {tr(UNDONE_NAMES[undone], language)}"
        for why in Spared:
            if many := undo.counts.get(f"{undone}:{why}"):
                yield f"{many:>13}  {tr(SPARED_NAMES[why], language)}"


def undo_as_data(undo: Batch) -> dict[str, object]:
    """An undo for ``--json``."""
    return {
        "undo": undo.id,
        "run": undo.undoes,
        "state": str(undo.state),
        "rows": undo.rows,
        "by": undo.actor_name,
        "started_at": undo.started_at.isoformat(),
        "finished_at": undo.finished_at.isoformat() if undo.finished_at else None,
        "outcomes": {str(undone): undo.count(undone) for undone in Undone},
        "spared": {str(why): undo.counts.get(f"{Undone.SPARED}:{why}", 0) for why in Spared},
    }


def spared_in_words(row: SparedRow, language: str) -> str:
    """One row of which something was left: who, which fields, and why."""
    who = f"{row.number} {row.display_name or ''}".strip() if row.number else "-"
    fields = ", ".join(tr(LEFT_NAMES.get(field, field), language) for field in row.fields)
    parts = (tr(N_("row {row}"), language, row=row.line), who, fields, tr(SPARED_NAMES[row.reason], language))
    return " · ".join(parts)


def spared_as_data(row: SparedRow) -> dict[str, object]:
    """One row of which something was left, for ``--json``."""
    return {
        "row": row.line,
        "customer": row.number,
        "fields": list(row.fields),
        "reason": str(row.reason),
    }


def row_in_words(row: UpdateRow, language: str) -> str:
    """One row: its number in the file, who, the address before and after or why not."""
    who = f"{row.number} {row.display_name}" if row.number else "-"
    parts = [tr(N_("row {row}"), language, row=row.line), who]
    if row.sentence:
        parts.append(row.sentence.get(language, ""))
    elif row.after:
        parts.append(f"{row.before or '-'} → {row.after}")
    if row.reason:
        parts.append(tr(REASON_NAMES[row.reason], language))
    return " · ".join(parts)


def _reasons(batch: Batch, outcome: Outcome) -> list[tuple[Reason, int]]:
    return [
        (reason, batch.counts[f"{outcome}:{reason}"])
        for reason in Reason
        if f"{outcome}:{reason}" in batch.counts
    ]
