"""What a batch is, to whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.customers.types import SourceKind


class BatchKind(StrEnum):
    """What a batch does."""

    LOAD = "load"
    UPDATE = "update"
    UNDO = "undo"


class BatchState(StrEnum):
    """Where a batch stands: being read, read and waiting for a go-ahead, being applied, done, being taken back."""

    READING = "reading"
    READY = "ready"
    APPLYING = "applying"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch. `counts` maps an outcome (``held_back:restricted`` for one with a reason) to a number of rows.

    `source_kind` says whose word its values are; `undoes` is the number of the batch that an undo takes back.
    """

    id: int
    kind: BatchKind
    name: str
    file: str
    digest: str
    size: int
    delimiter: str
    headings: tuple[str, ...]
    state: BatchState
    position: int
    counts: Mapping[str, int]
    started_at: datetime
    finished_at: datetime | None
    actor_name: str
    quarantine_file: str | None
    source_kind: SourceKind
    undoes: int | None = None

    @property
    def rows(self) -> int:
        """How many rows have an outcome."""
        return sum(self.counts.values())

    def count(self, outcome: str) -> int:
        """How many rows had *outcome*, whatever the reason."""
        return sum(n for name, n in self.counts.items() if name.partition(":")[0] == outcome)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a batch was read from: a file, or the answers of one asking; ``digest`` tells the same from another.

    ``headings`` and ``delimiter`` are those of its quarantine file.
    """

    name: str
    digest: str
    size: int
    headings: tuple[str, ...]
    delimiter: str = ";"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row went to quarantine: the file's line and heading, and the sentence in each language."""

    line: int
    heading: str | None
    sentences: Mapping[str, str]
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch has come; in lines of the file while it is read, in rows while they are applied."""

    done: int
    total: int
    counts: Mapping[str, int]


class Watcher(Protocol):
    """Told after each chunk; answering False stops the batch there, to be gone on with later."""

    def __call__(self, progress: Progress, /) -> bool | None:
        """How far the batch has come."""
        ...
