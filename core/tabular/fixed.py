"""Cells by place: each line a row, each column from its first place to its last, counted in characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.tabular.errors import ControlCharacter, LongLine, ShortLine, TooLong
from core.tabular.lines import Lines, opened_text
from core.tabular.rows import CELL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.tabular.errors import RowRefused
    from core.tabular.rows import Frame, Malformed, Row


def rows_of(frame: Frame) -> Iterator[Row | Malformed]:
    """The lines after the heading lines; blank ones are passed over.

    Raises:
        Unreadable: the disk failed on the way.
    """
    places = list(frame.shape.fixed.values())
    last_begins, end = max(first for first, _ in places), max(last for _, last in places)
    needed = 0 if frame.shape.short_lines else last_begins
    with opened_text(frame.path, frame.form.encoding) as stream:
        lines = Lines(stream)
        for line in _each(lines):
            if lines.number <= frame.shape.heading_lines or not line.strip():
                continue
            cells = [line[first - 1 : last].strip() for first, last in places]
            error = _fault_of(frame, lines, line, needed, end)
            if error is None:
                yield frame.checked(lines.number, cells)
            else:
                yield frame.malformed(lines.number, cells, error)


def _each(lines: Lines) -> Iterator[str]:
    lines.start()
    for line in lines:
        yield line.rstrip("\r\n")
        lines.start()


def _fault_of(frame: Frame, lines: Lines, line: str, needed: int, end: int) -> RowRefused | None:
    where = frame.where(lines.number)
    if lines.was_cut:
        return TooLong(where=where, limit=CELL_LIMIT)
    # A tab is as wide as whoever shows it wants: behind it no place is certain.
    if "\t" in line:
        return ControlCharacter(where=where, character="U+0009", encoding=frame.form.encoding)
    if len(line) < needed:
        return ShortLine(where=where, length=len(line), needed=needed)
    if line[end:].strip():
        return LongLine(where=where, length=len(line.rstrip()), end=end)
    return None
