"""Physical lines for the csv module: numbered, bounded, and given again when a record turns out to be broken."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from core.errors import Where
from core.reasons import reason_of
from core.tabular.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

LINE_LIMIT: Final = 1 << 20
RECORD_LINES: Final = 64
RECORD_CHARACTERS: Final = 1 << 20


@contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file's text, lines as they end, a broken byte as a lone surrogate (in UTF-16 as U+FFFD).

    Raises:
        Unreadable: the disk failed.
    """
    # UTF-16 has no way to carry a broken byte on; the replacement character marks it just as well.
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    try:
        with path.open("r", encoding=encoding, errors=errors, newline="") as stream:
            yield stream
    except OSError as error:
        raise Unreadable(where=Where(file=path.name), reason=reason_of(error)) from error


class RecordTooLong(Exception):
    """The record would not end within its limits: most often a quotation mark that nobody closed."""


class Lines:
    """Lines of a text stream; those taken since `start` can be put back, all but the first."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[tuple[str, bool]] = deque()
        self._pending_newline = False
        self.taken: list[tuple[str, bool]] = []
        self._size = 0
        self.number = 0

    def start(self) -> None:
        """A new record begins with the next line."""
        self.taken.clear()
        self._size = 0

    @property
    def first_number(self) -> int:
        """Number of the record's first line, from 1."""
        return self.number - len(self.taken) + 1

    @property
    def was_cut(self) -> bool:
        """Whether the record has a line too long to be held whole."""
        return any(cut for _, cut in self.taken)

    def put_back_all_but_first(self) -> None:
        """Let the lines after the record's first be read anew: they may be good rows."""
        rest = self.taken[1:]
        self._waiting.extendleft(reversed(rest))
        self.number -= len(rest)
        del self.taken[1:]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.taken and (
            len(self.taken) >= RECORD_LINES or self._size >= RECORD_CHARACTERS or self.taken[-1][1]
        ):
            raise RecordTooLong
        line, cut = self._waiting.popleft() if self._waiting else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self._size += len(line)
        self.taken.append((line, cut))
        return line

    def _read(self) -> tuple[str, bool]:
        line = self._stream.readline(LINE_LIMIT)
        if len(line) < LINE_LIMIT or line.endswith("\n"):
            return line, False
        self._skip_rest(line)
        return line, True

    def _skip_rest(self, line: str) -> None:
        """Read past the rest of an overlong line, a piece at a time."""
        piece = line
        while piece and not piece.endswith(("\n", "\r")):
            piece = self._stream.readline(LINE_LIMIT)
