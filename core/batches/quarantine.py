"""Rows that could not be used: kept with the batch until its end, then written to a file a person can correct.

The file has the columns of the original, so that it can be fed back as it is, and three more: row, field, reason.
"""

from __future__ import annotations

import codecs
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from core.batches import service
from core.batches.model import batch_row_table
from core.batches.types import Problem
from core.errors import Where
from core.messages import LANGUAGES, N_, tr
from core.reasons import open_file, reason_of
from core.tabular import CannotWrite, TableFile
from core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from sqlalchemy import Connection

    from core.batches.types import Batch
    from core.database import Database, UnitOfWork
    from core.errors import InvalidInput

QUARANTINED: Final = "quarantined"
_FORGOTTEN: Final = 5_000
_HEADINGS_LIMIT: Final = 1 << 20
EXTRA_HEADINGS: Final = (N_("Quarantine: row"), N_("Quarantine: field"), N_("Quarantine: reason"))


def problem_of(line: int, cells: tuple[str, ...], error: InvalidInput, heading: str | None = None) -> Problem:
    """A row's problem in every language; *heading* is the file's own name for the field."""
    sentences = {}
    for language in LANGUAGES:
        explanation = error.explain(language)
        sentences[language] = f"{explanation.sentence} {explanation.advice}".strip()
    return Problem(line, heading or error.where.field, sentences, cells)


def keep(uow: UnitOfWork, batch: Batch, problems: Iterable[Problem]) -> int:
    """Keep rows for the quarantine file; returns how many."""
    rows = [
        {
            "batch_id": batch.id,
            "line": problem.line,
            "outcome": QUARANTINED,
            "cells": [safe_text(cell) for cell in problem.cells],
            "problem": {"heading": problem.heading, **problem.sentences},
        }
        for problem in problems
    ]
    if rows:
        uow.connection.execute(insert(batch_row_table), rows)
    return len(rows)


def kept(connection: Connection, batch: Batch) -> Generator[Problem, None, None]:
    """The batch's quarantined rows in the order of the file, while their values are still kept."""
    rows = batch_row_table.c
    query = (
        select(rows.line, rows.cells, rows.problem)
        .where(rows.batch_id == batch.id, rows.outcome == QUARANTINED, rows.cells.is_not(None))
        .order_by(rows.line)
    )
    # Streamed, so that memory doesn't grow with the quarantine; closed however the caller leaves.
    streamed = connection.execution_options(yield_per=1_000)
    with streamed.execute(query) as result:
        for row in result:
            sentences = {language: row.problem[language] for language in LANGUAGES}
            yield Problem(row.line, row.problem["heading"], sentences, tuple(row.cells))


def write(connection: Connection, batch: Batch, directory: Path, language: str) -> Path | None:
    """Write the quarantine file, in *language*, into *directory*; None when no row is in quarantine.

    Raises:
        CannotWrite: the disk refused; the rows are still kept with the batch.
    """
    with closing(kept(connection, batch)) as problems:
        first = next(problems, None)
        if first is None:
            return None
        _make(directory)
        path = directory / f"{batch.kind}-{batch.id}-{batch.name}.csv"
        headings = [*batch.headings, *(tr(heading, language) for heading in EXTRA_HEADINGS)]
        with TableFile.create(path, headings, delimiter=batch.delimiter) as table:
            for problem in chain([first], problems):
                table.write(
                    [*problem.cells, str(problem.line), problem.heading or "", problem.sentences[language]]
                )
    return path


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(where=Where(file=str(directory)), reason=reason_of(error)) from error


def is_quarantine_file(path: Path) -> bool:
    """Whether the file at *path* was written by `write`, in whatever language; False when it cannot be read."""
    try:
        with open_file(path) as stream:
            first = stream.readline(_HEADINGS_LIMIT)
    except OSError:
        return False
    if not first.startswith(codecs.BOM_UTF8):
        return False
    told = first.decode("utf-8-sig", "replace")
    return any(tr(EXTRA_HEADINGS[0], language) in told for language in LANGUAGES)


def hand_over(database: Database, batch: Batch, directory: Path, language: str) -> Batch:
    """Write the batch's quarantine file, then forget what stands in it, little by little; the batch with the file's place.

    Interrupted, it goes on: the file is written again only while nothing has been forgotten.

    Raises:
        CannotWrite: the disk refused; the rows are still kept with the batch.
        SomebodyElse: the batch is no longer where *batch* says.
    """
    if batch.quarantine_file is None:
        with database.reading() as connection:
            path = write(connection, batch, directory, language)
        if path is None:
            return batch
        with database.unit_of_work() as uow:
            batch = service.set_quarantine_file(uow, batch, str(path))
            uow.commit()
    forgotten = True
    while forgotten:
        with database.unit_of_work() as uow:
            forgotten = _forget_some(uow, batch)
            uow.commit()
    return batch


def _forget_some(uow: UnitOfWork, batch: Batch) -> bool:
    """Empty the next kept rows: only that they were in quarantine, and why, remains. Whether there were any."""
    row = batch_row_table.c
    some = (
        select(row.line)
        .where(row.batch_id == batch.id, row.outcome == QUARANTINED, row.cells.is_not(None))
        .order_by(row.line)
        .limit(_FORGOTTEN)
    )
    done = uow.connection.execute(
        update(batch_row_table)
        .where(row.batch_id == batch.id, row.line.in_(some))
        .values({"cells": None, "key": None, "values": None})
    )
    return done.rowcount > 0
