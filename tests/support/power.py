"""A disk that loses power: every write of the real program is recorded, and replayed up to any moment.

The program runs on APSW's SQLite with a file system of ours below it, which passes everything on and takes notes.  At a
cut, each file is what its last sync made durable, and of what was written since, any subset of 512-byte sectors: the
model of SQLite's own crash tests (test6.c).  Names in directories are taken to be durable at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import apsw

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

SECTOR: Final = 512


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written to a file at an offset."""

    file: str
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file cut to a length."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file made durable."""

    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    """A file removed."""

    file: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the program told its caller, or put outside the database, at this moment."""

    what: str
    size: int


Step = Write | Truncate | Sync | Delete | Told


class RecordingVFS(apsw.VFS):
    """Passes on to the machine's file system, and notes what changes."""

    def __init__(self, name: str, steps: list[Step]) -> None:
        super().__init__(name=name, base="")
        self.steps = steps

    def xOpen(self, name: Any, flags: list[int]) -> RecordingFile:  # noqa: N802 - SQLite's name
        """A file whose changes are noted."""
        return RecordingFile(self.steps, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name and order
        """Note the removal."""
        self.steps.append(Delete(Path(filename).name))
        super().xDelete(filename, syncdir)


class RecordingFile(apsw.VFSFile):
    """One file."""

    def __init__(self, steps: list[Step], name: Any, flags: list[int]) -> None:
        self.steps = steps
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.file = Path(path).name if path else ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        """Note the write."""
        self.steps.append(Write(self.file, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        """Note the cut."""
        self.steps.append(Truncate(self.file, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        """Note the sync; the disk of the test need not be waited for."""
        self.steps.append(Sync(self.file))


class Cursor:
    """As much of the standard library's cursor as SQLAlchemy uses, over APSW."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._cursor.exec_trace = self._traced
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid = None
        self.arraysize = 1

    def _traced(self, cursor: apsw.Cursor, _statement: str, _bindings: Any) -> bool:
        # Before the first row: afterwards, a statement without rows has no description any more.
        self.description = tuple((name, *[None] * 6) for name, *_ in cursor.get_description()) or None
        return True

    def execute(self, statement: str, parameters: Any = ()) -> Cursor:
        """Run one statement to its end."""
        self.description = None
        self._rows = list(self._cursor.execute(statement, parameters))
        self.rowcount = -1 if self.description else self._connection.changes()
        return self

    def executemany(self, statement: str, parameters: Sequence[Any]) -> Cursor:
        """Run one statement for each set of parameters."""
        for one in parameters:
            self.execute(statement, one)
        return self

    def fetchone(self) -> Any:
        """The next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        taken, self._rows = self._rows[: size or 1], self._rows[size or 1 :]
        return taken

    def fetchall(self) -> list[Any]:
        """The rest."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Let it go."""
        self._cursor.close()


class Driver:
    """As much of the standard library's connection as SQLAlchemy uses, over APSW."""

    def __init__(self, path: str, vfs: str) -> None:
        self.connection = apsw.Connection(path, vfs=vfs)
        self.isolation_level: str | None = None

    def cursor(self) -> Cursor:
        """A cursor."""
        return Cursor(self.connection)

    def create_function(self, *_arguments: Any, **_named: Any) -> None:
        """SQLAlchemy offers a regular expression function; the log uses none."""

    @property
    def in_transaction(self) -> bool:
        """Whether one is open."""
        return self.connection.in_transaction

    def commit(self) -> None:
        """End it."""
        if self.in_transaction:
            self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo it."""
        if self.in_transaction:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let it go."""
        self.connection.close()


@dataclass(slots=True)
class Disk:
    """The disk while the steps go by: what is durable of each file, and what was written since."""

    durable: dict[str, bytearray]
    pending: dict[str, list[Write | Truncate]] = field(default_factory=dict)

    def go(self, step: Step) -> None:
        """One step further."""
        match step:
            case Write() | Truncate():
                self.durable.setdefault(step.file, bytearray())
                self.pending.setdefault(step.file, []).append(step)
            case Sync():
                for change in self.pending.pop(step.file, []):
                    _apply(self.durable[step.file], change)
            case Delete():
                self.durable.pop(step.file, None)
                self.pending.pop(step.file, None)
            case Told():
                pass

    def cut(self, chance: random.Random) -> dict[str, bytes]:
        """What is found after the power comes back."""
        found = {}
        survival = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for name, durable in self.durable.items():
            image = bytearray(durable) if self.pending.get(name) else durable
            for change in self.pending.get(name, ()):
                for part in _sectors(change):
                    if chance.random() < survival:
                        _apply(image, part)
            found[name] = bytes(image)
        return found


def _sectors(change: Write | Truncate) -> Iterator[Write | Truncate]:
    if isinstance(change, Truncate):
        yield change
        return
    at = change.offset
    end = change.offset + len(change.content)
    while at < end:
        upto = min(end, at - at % SECTOR + SECTOR)
        yield Write(change.file, at, change.content[at - change.offset : upto - change.offset])
        at = upto


def _apply(image: bytearray, change: Write | Truncate) -> None:
    if isinstance(change, Truncate):
        del image[change.size :]
        return
    end = change.offset + len(change.content)
    if len(image) < end:
        image.extend(bytes(end - len(image)))
    image[change.offset : end] = change.content
