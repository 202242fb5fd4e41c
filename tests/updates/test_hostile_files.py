"""Hostile files: each ends in rows with an outcome or one clear refusal, and the counts add up to the file's rows.

The suite reads a few hundred; REKISTERI_HOSTILE_FILES=2000 reads as many (docs/operating.md).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from sqlalchemy import func, select

from core import environment
from core.batches.model import batch_row_table, batch_table
from core.batches.types import BatchState
from core.tabular import FileRefused
from core.updates import service
from core.updates.mapping import mapping_from
from core.updates.types import Outcome
from tests.support.hostile_files import FORMATS, HostileFile, hostile_file
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from core.actor import Actor
    from core.register import Register
    from tests.updates.conftest import Add

HOW_MANY = int(environment.HOSTILE_FILES.value() or 200)
# PostgreSQL reads a part: the files are read by the same code, only their rows are kept elsewhere.
SHARE_OF_POSTGRESQL = 6


def run_of(register: Register, importer: Actor, folder: Path, hostile: HostileFile) -> Counter[str]:
    """Read and apply one file, and make sure that its rows are all accounted for; the counts by outcome."""
    configured = structs.replace(register.config.updates[SERVICE], answer=hostile.answer)
    register.config = structs.replace(register.config, updates={SERVICE: configured})
    path = folder / hostile.name
    path.write_bytes(hostile.content)
    try:
        run = service.prepare(register, importer, SERVICE, path, again=True)
    except FileRefused as refusal:
        for language in ("fi", "en"):
            told = refusal.explain(language)
            assert told.sentence
            assert told.advice
        with register.database.reading() as connection:
            left = connection.execute(
                select(batch_table.c.id).where(batch_table.c.file == hostile.name)
            ).scalar_one_or_none()
        assert left is None, f"{hostile.name} was refused, and something of it was kept"
        return Counter(refused=1)
    in_file = list(mapping_from(SERVICE, hostile.answer).open(path).rows())
    assert run.batch.state is BatchState.READY
    assert run.batch.rows == len(in_file)
    if hostile.rows is not None:
        assert len(in_file) == hostile.rows, hostile.name
    done = service.apply(register, importer, run.id)
    assert done.batch.state is BatchState.DONE
    assert done.batch.rows == len(in_file)
    return _accounted(register, done.id, [row.line for row in in_file])


def _accounted(register: Register, run: int, lines: list[int]) -> Counter[str]:
    """Every line of the file stands once with the run, and its counts are those of its lines."""
    row = batch_row_table.c
    with register.database.reading() as connection:
        kept = connection.execute(select(row.line, row.outcome).where(row.batch_id == run)).all()
        counted = connection.execute(
            select(row.outcome, func.count()).where(row.batch_id == run).group_by(row.outcome)
        ).all()
        batch = service.run(connection, run).batch
    assert sorted(each.line for each in kept) == lines
    outcomes = Counter({str(each[0]): each[1] for each in counted})
    assert outcomes == Counter({str(each): batch.count(each) for each in Outcome if batch.count(each)})
    if outcomes[Outcome.QUARANTINED]:
        assert batch.quarantine_file is not None
        written = Path(batch.quarantine_file).read_text(encoding="utf-8-sig")
        assert written.count("\n") > outcomes[Outcome.QUARANTINED]
    return outcomes


@pytest.mark.timeout(3600)
def test_hostile_files_end_in_rows_or_a_refusal(
    register: Register, importer: Actor, add: Add, tmp_path: Path
) -> None:
    """Nothing is lost, nothing is counted twice, nothing ends in a traceback; a file fed back is understood."""
    for number in range(1, 61):
        add(str(number))
    share = 1 if _is_sqlite(register) else SHARE_OF_POSTGRESQL
    ends: Counter[str] = Counter()
    for number in range(HOW_MANY // share):
        ends += run_of(register, importer, tmp_path, hostile_file(number))
    print(f"{HOW_MANY // share} files: {dict(ends)}")
    assert ends["refused"] > HOW_MANY // share // 20
    assert ends[Outcome.QUARANTINED] > HOW_MANY // share
    assert ends[Outcome.NO_HIT] > HOW_MANY // share // 4


def _is_sqlite(register: Register) -> bool:
    with register.database.reading() as connection:
        return connection.dialect.name == "sqlite"


@pytest.mark.parametrize("file_format", FORMATS)
def test_what_was_quarantined_can_be_fed_back(
    register: Register, importer: Actor, add: Add, tmp_path: Path, file_format: str
) -> None:
    """Whatever the format was, the quarantine file is read by the same mapping, though it is a CSV of its own."""
    add("1")
    number = next(
        number
        for number in range(FORMATS.index(file_format), 400, len(FORMATS))
        if (hostile_file(number).rows or 0) > 5
    )
    hostile = hostile_file(number)
    run_of(register, importer, tmp_path, hostile)
    with register.database.reading() as connection:
        first = service.runs(connection)[0]
    assert first.quarantine_file is not None
    again = service.prepare(register, importer, SERVICE, Path(first.quarantine_file))
    assert again.batch.rows == first.count(Outcome.QUARANTINED)
