"""How many rows at a time: as many as are done while nobody minds waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# How long a chunk may hold SQLite's one write lock: others wait for it when they save.
HELD_SECONDS: Final = 0.1
# On PostgreSQL only who saves a customer of the chunk itself waits.
_ROWS_HELD_SECONDS: Final = 0.5
_FIRST: Final = 200
_LEAST: Final = 50
_GROWTH: Final = 2


@dataclass(slots=True)
class Pace:
    """The size of the next chunk, from how long the last one took; never more than `most`."""

    most: int
    seconds: float = HELD_SECONDS
    size: int = 0

    def __post_init__(self) -> None:
        """Begin carefully: how quick the machine is shows in a moment."""
        self.size = min(self.most, self.size or _FIRST)

    def took(self, rows: int, seconds: float) -> None:
        """The last chunk had *rows* and took *seconds*."""
        wanted = rows * self.seconds / max(seconds, 1e-6)
        self.size = max(min(_LEAST, self.most), min(self.most, int(wanted), self.size * _GROWTH))


def pace_on(dialect: str, most: int) -> Pace:
    """How a chunk that holds locks is paced on a database."""
    return Pace(most, HELD_SECONDS if dialect == "sqlite" else _ROWS_HELD_SECONDS)
