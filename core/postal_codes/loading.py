"""A postal code file into the register, whole or not at all; the one before it gives way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select

from core.actor import Role, require
from core.batches.types import Progress
from core.errors import Where, Words
from core.messages import N_
from core.postal_codes.errors import DoubtfulPostalFile
from core.postal_codes.model import postal_code_table, postal_file_table, postal_street_table
from core.postal_codes.reader import CodeRecord, Layout, StreetRecord, open_postal_file
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from core.actor import Actor
    from core.batches.types import Watcher
    from core.database import UnitOfWork
    from core.postal_codes.reader import PostalFile
    from core.register import Register

_CHUNK: Final = 5_000
# Less than this share of what is there now is more likely half a file than half the postcodes gone.
_MUCH_SMALLER: Final = 0.8
_TABLES: Final[dict[Layout, Table]] = {Layout.PCF: postal_code_table, Layout.BAF: postal_street_table}


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file as it was loaded: Posti's run date, and how many postcodes or street stretches it gave."""

    layout: Layout
    file: str
    run_on: date
    rows: int
    loaded_at: datetime
    actor_name: str


def load(
    register: Register, actor: Actor, path: Path, *, anyway: bool = False, progress: Watcher | None = None
) -> LoadedFile:
    """Load PCF (postcodes and towns) or BAF (streets); which it is, the file itself says.

    Raises:
        BadPostalFile, Unreadable: nothing was changed.
        DoubtfulPostalFile: it is older or much smaller than the one loaded, and *anyway* does not say that this is meant.
    """
    require(actor, Role.IMPORTER, Role.ADMINISTRATOR)
    with open_postal_file(path) as file, register.database.unit_of_work() as uow:
        before = loaded_files(uow.connection).get(file.layout)
        if before is not None and file.run_on < before.run_on and not anyway:
            reason = N_("it is older than the one that is loaded")
            raise DoubtfulPostalFile(where=Where(file=path.name), reason=Words(reason))
        table = _TABLES[file.layout]
        uow.connection.execute(delete(table))
        rows = _insert(uow, table, _rows(file), path.stat().st_size, progress)
        few = rows == 0 or (before is not None and rows < before.rows * _MUCH_SMALLER)
        if few and not anyway:
            reason = N_("it holds much less than the one that is loaded, or nothing")
            raise DoubtfulPostalFile(where=Where(file=path.name), reason=Words(reason))
        _note(uow, actor, file, path.name, rows)
        uow.commit()
    with register.database.reading() as connection:
        return loaded_files(connection)[file.layout]


def loaded_files(connection: Connection) -> dict[Layout, LoadedFile]:
    """The files that are loaded now; none, and nothing is claimed of any address."""
    table = postal_file_table.c
    columns = (table.layout, table.file, table.run_on, table.rows, table.loaded_at, table.actor_name)
    found = [LoadedFile(Layout(row.layout), *row[1:]) for row in connection.execute(select(*columns))]
    return {file.layout: file for file in found}


def _rows(file: PostalFile) -> Iterator[dict[str, Any]]:
    if file.layout is Layout.BAF:
        for record in file.records():
            if isinstance(record, StreetRecord):
                yield _street_row(record)
        return
    # A postcode that changes stands twice, each with the day from which it is so; there are a few thousand of them.
    latest: dict[str, CodeRecord] = {}
    for record in file.records():
        assert isinstance(record, CodeRecord)
        if record.in_force_from is None or record.in_force_from <= file.run_on:
            held = latest.get(record.code)
            if held is None or (held.in_force_from or file.run_on) <= (record.in_force_from or file.run_on):
                latest[record.code] = record
    yield from (_code_row(record) for record in latest.values())


def _code_row(record: CodeRecord) -> dict[str, Any]:
    return {
        "code": record.code,
        "name_fi": record.name_fi,
        "name_sv": record.name_sv,
        "short_fi": record.short_fi,
        "short_sv": record.short_sv,
        "kind": record.kind,
        "municipality_fi": record.municipality_fi,
        "municipality_sv": record.municipality_sv,
        "folded_fi": fold(record.name_fi),
        "folded_sv": fold(record.name_sv),
    }


def _street_row(record: StreetRecord) -> dict[str, Any]:
    return {
        "code": record.code,
        "street_fi": record.street_fi,
        "street_sv": record.street_sv,
        "folded_fi": fold(record.street_fi),
        "folded_sv": fold(record.street_sv),
        "parity": record.parity,
        "lowest": record.lowest,
        "highest": record.highest,
    }


def _insert(
    uow: UnitOfWork, table: Table, rows: Iterable[dict[str, Any]], size: int, progress: Watcher | None
) -> int:
    iterator, count = iter(rows), 0
    while chunk := list(islice(iterator, _CHUNK)):
        uow.connection.execute(insert(table), chunk)
        count += len(chunk)
        if progress is not None:
            # How many records a packed file holds is known at its end; until then the bar only moves.
            progress(Progress(count, max(count, size // 256), {}))
    return count


def _note(uow: UnitOfWork, actor: Actor, file: PostalFile, name: str, rows: int) -> None:
    table = postal_file_table
    uow.connection.execute(delete(table).where(table.c.layout == file.layout))
    uow.connection.execute(
        insert(table).values(
            layout=file.layout,
            file=name,
            digest=file.digest,
            run_on=file.run_on,
            rows=rows,
            loaded_at=uow.now,
            actor_id=actor.staff_id,
            actor_name=actor.name,
        )
    )
