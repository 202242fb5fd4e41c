"""The first load of an existing register: a file of customers in, set-based, resumable, nothing silently lost.

Each chunk is one transaction that also moves the batch's position: after a crash the same command goes on where the
last chunk ended, and no row is loaded twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.batches import quarantine
from core.batches import service as batches
from core.batches.errors import AlreadyDone, FileChanged
from core.batches.types import BatchKind, BatchState, Progress
from core.clock import HELSINKI
from core.customers import places
from core.customers.bans import forbid_many
from core.customers.errors import ErasedBefore, InvalidValue
from core.customers.load_errors import NobodyRepresented, NumberInUse
from core.customers.load_rows import LoadRow, row_reader
from core.customers.reading import ids_of_numbers
from core.customers.restrictions import restrict_many
from core.customers.service import add_many, erased_among
from core.customers.types import Source, SourceKind
from core.staff.access_log import Access, record_access
from core.tabular import Malformed, fingerprint, open_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from core.actor import Actor
    from core.batches.types import Batch, Problem, Watcher
    from core.customers.load_rows import RowReader
    from core.database import UnitOfWork
    from core.register import Register
    from core.tabular import Fingerprint, Form, Row, Table

CHUNK: Final = 2_000
LOADED: Final = "loaded"
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class LoadPreview:
    """What a load would do: how the file is read, the first rows as understood, and how many have problems.

    `problems` counts each kind of fault by the sentence's code; `first_problems` holds the first few.
    """

    form: Form
    rows: int
    good: int
    first: tuple[LoadRow, ...]
    problems: Mapping[str, int]
    first_problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows to be loaded: how they are read, where they stand, the file's digest, and whose word its values are."""

    reader: RowReader
    table: Table
    known: Fingerprint
    source: SourceKind = SourceKind.FIRST_LOAD


def preview(
    register: Register, actor: Actor, name: str, path: Path, *, progress: Watcher | None = None
) -> LoadPreview:
    """Read the whole file and check every row as a load would, without writing anything.

    Raises:
        FileRefused, NoSuchMapping, ConfigError: it can't be read by this mapping.
    """
    return preview_of(register, actor, _opened(register, name, path), progress=progress)


def preview_of(
    register: Register, actor: Actor, incoming: Incoming, *, progress: Watcher | None = None
) -> LoadPreview:
    """As `preview`, of rows whose file was opened by whoever knows it.

    Raises:
        FileRefused: it can't be read.
    """
    require(actor, Role.IMPORTER)
    reader, table = incoming.reader, incoming.table
    first: list[LoadRow] = []
    problems: Counter[str] = Counter()
    shown: list[Problem] = []
    rows, lines = 0, incoming.known.lines
    for chunk in _chunks(table, 0):
        with register.database.reading() as connection:
            sorted_rows = _Sorted.of(reader, table, chunk)
            sorted_rows.refuse_numbers(set(ids_of_numbers(connection, sorted_rows.numbers)))
        rows += len(chunk)
        first += sorted_rows.good[: SHOWN - len(first)]
        problems.update(code for code, _ in sorted_rows.refused)
        shown += [problem for _, problem in sorted_rows.refused][: SHOWN - len(shown)]
        if progress is not None:
            progress(Progress(chunk[-1].line, lines, problems))
    good = rows - problems.total()
    return LoadPreview(table.form, rows, good, tuple(first), problems, tuple(shown))


def load(
    register: Register,
    actor: Actor,
    name: str,
    path: Path,
    *,
    again: bool = False,
    progress: Watcher | None = None,
) -> Batch:
    """Load the customers of a file by the mapping *name*; going on when an earlier load of it was interrupted.

    Raises:
        FileRefused, NoSuchMapping, ConfigError: it can't be read by this mapping; nothing was done.
        AlreadyDone: the same file has been loaded before, and *again* doesn't say that this is meant.
        FileChanged: another file's load by this mapping is unfinished (*again* leaves it so).
        CannotWrite: all is loaded but the quarantine file could not be written; run it again when there is room.
    """
    return load_of(register, actor, _opened(register, name, path), again=again, progress=progress)


def load_of(
    register: Register,
    actor: Actor,
    incoming: Incoming,
    *,
    again: bool = False,
    progress: Watcher | None = None,
) -> Batch:
    """As `load`, of rows whose file was opened by whoever knows it.

    Raises:
        AlreadyDone, FileChanged, CannotWrite: as `load`.
    """
    require(actor, Role.IMPORTER)
    reader, table, known = incoming.reader, incoming.table, incoming.known
    batch = _begin(register, actor, incoming, again=again)
    for chunk in _chunks(table, batch.position):
        with register.database.unit_of_work() as uow:
            batches.hold(uow, batch)
            counts = _Chunk(uow, register, actor, batch, table).load(reader, chunk)
            batch = batches.advance(uow, batch, position=chunk[-1].line, counts=counts)
            uow.commit()
        if progress is not None and progress(Progress(batch.position, known.lines, batch.counts)) is False:
            return batch
    return _finish(register, actor, batch)


def _opened(register: Register, name: str, path: Path) -> Incoming:
    reader = row_reader(register.config, name)
    settings = reader.settings
    table = open_table(path, settings.columns, encoding=settings.encoding, delimiter=settings.delimiter)
    return Incoming(reader, table, fingerprint(path))


def _chunks(table: Table, after_line: int) -> Iterator[list[Row | Malformed]]:
    rows = table.rows(after_line=after_line)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _begin(register: Register, actor: Actor, incoming: Incoming, *, again: bool) -> Batch:
    reader, table, digest = incoming.reader, incoming.table, incoming.known.digest
    with register.database.unit_of_work() as uow:
        earlier = batches.of_file(uow.connection, BatchKind.LOAD, reader.name, digest)
        if earlier is not None and earlier.state is BatchState.APPLYING:
            return earlier
        other = batches.unfinished(uow.connection, BatchKind.LOAD, reader.name)
        if not again and earlier is not None:
            day = f"{earlier.started_at.astimezone(HELSINKI):%d.%m.%Y}"
            raise AlreadyDone(number=earlier.id, day=day, file=earlier.file)
        if not again and other is not None:
            raise FileChanged(number=other.id, file=other.file)
        batch = batches.begin(
            uow,
            actor,
            kind=BatchKind.LOAD,
            name=reader.name,
            table=table,
            digest=digest,
            state=BatchState.APPLYING,
            source_kind=incoming.source,
        )
        task, detail = f"first load {batch.id}", f"{reader.name}, {table.path.name}"
        record_access(uow, actor, action=Access.CHANGE, customer_id=None, task=task, detail=detail)
        uow.commit()
    return batch


def _finish(register: Register, actor: Actor, batch: Batch) -> Batch:
    """Write the quarantine file, then forget what stands in it. Interrupted, both are simply gone on with."""
    directory = register.config.files.quarantine_directory
    batch = quarantine.hand_over(register.database, batch, directory, actor.language)
    with register.database.unit_of_work() as uow:
        batch = batches.finish(uow, batch)
        uow.commit()
    return batch


@dataclass(slots=True)
class _Sorted:
    """A chunk's rows: those understood, and those refused, with the code of their fault."""

    reader: RowReader
    table: Table
    rows: Mapping[int, Row | Malformed]
    good: list[LoadRow]
    refused: list[tuple[str, Problem]]

    @classmethod
    def of(cls, reader: RowReader, table: Table, chunk: Sequence[Row | Malformed]) -> _Sorted:
        """The chunk sorted by what each row says in itself."""
        found = cls(reader, table, {row.line: row for row in chunk}, [], [])
        for row in chunk:
            if isinstance(row, Malformed):
                found.refused.append((row.error.code, quarantine.problem_of(row.line, row.cells, row.error)))
                continue
            try:
                found.good.append(reader.understand(table, row))
            except InvalidValue as error:
                found.refuse(row.line, error)
        return found

    @property
    def numbers(self) -> list[str]:
        """The customer numbers that the good rows bring."""
        return [row.customer.number for row in self.good if row.customer.number is not None]

    def refuse_numbers(self, taken: set[str]) -> None:
        """Refuse rows whose number is another customer's, or an earlier row's of the chunk."""
        kept: list[LoadRow] = []
        for row in self.good:
            number = row.customer.number
            if number is not None and number in taken:
                self.refuse(row.line, NumberInUse.of("number", number))
            else:
                kept.append(row)
                taken |= {number} if number is not None else set()
        self.good = kept

    def refuse(self, line: int, error: InvalidValue) -> None:
        """Move a row to the refused."""
        row = self.rows[line]
        field = error.where.field or ""
        heading = self.table.heading_of(field) if field in self.table.columns else field
        self.refused.append((error.code, quarantine.problem_of(line, row.cells, error, heading)))
        self.good = [other for other in self.good if other.line != line]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One chunk in its transaction."""

    uow: UnitOfWork
    register: Register
    actor: Actor
    batch: Batch
    table: Table

    def load(self, reader: RowReader, chunk: Sequence[Row | Malformed]) -> Mapping[str, int]:
        """Add the chunk's customers and keep its bad rows; returns how many of each."""
        found = _Sorted.of(reader, self.table, chunk)
        # Before the numbers are looked at, so that nobody takes one in between.
        places.lock(self.uow.connection)
        found.refuse_numbers(set(ids_of_numbers(self.uow.connection, found.numbers)))
        erased = erased_among(self.uow, [row.customer for row in found.good])
        for row in [found.good[place] for place in erased]:
            found.refuse(row.line, ErasedBefore.of("number", row.customer.number))
        first = [row for row in found.good if row.represents is None]
        self._add(first)
        later = self._with_organisations(found)
        self._add(later)
        refused = quarantine.keep(self.uow, self.batch, (problem for _, problem in found.refused))
        return +Counter({LOADED: len(first) + len(later), quarantine.QUARANTINED: refused})

    def _with_organisations(self, found: _Sorted) -> list[LoadRow]:
        """The rows that represent an organisation, its id filled in; those whose organisation is missing refused."""
        wanting = [row for row in found.good if row.represents is not None]
        ids = ids_of_numbers(self.uow.connection, [row.represents for row in wanting if row.represents])
        known: list[LoadRow] = []
        for row in wanting:
            organisation = ids.get(row.represents or "")
            if organisation is None:
                found.refuse(row.line, NobodyRepresented.of("represents", row.represents))
            else:
                values = replace(row.customer.values, represents=organisation)
                known.append(replace(row, customer=replace(row.customer, values=values)))
        return known

    def _add(self, rows: Sequence[LoadRow]) -> None:
        if not rows:
            return
        source = Source(self.batch.source_kind, f"{self.batch.name}, {self.batch.file}")
        keyring = self.register.keyring if any(row.customer.iban for row in rows) else None
        ids = add_many(
            self.uow, self.actor, [row.customer for row in rows], source, self.batch.id, keyring=keyring
        )
        self._forbid(dict(zip(ids, rows, strict=True)), source)

    def _forbid(self, rows: Mapping[int, LoadRow], source: Source) -> None:
        today = self.uow.now.astimezone(HELSINKI).date()
        origin = f"{source.detail}, {self.batch.id}"
        days = {since or today for row in rows.values() for since in row.bans.values()}
        for day in sorted(days):
            bans = [
                (customer_id, kind)
                for customer_id, row in rows.items()
                for kind, since in row.bans.items()
                if (since or today) == day
            ]
            forbid_many(self.uow, self.actor, bans, origin=origin, since=day)
        restricted = [(of, row.restricted) for of, row in rows.items() if row.restricted is not None]
        restrict_many(self.uow, self.actor, restricted, since=today, detail=origin)
