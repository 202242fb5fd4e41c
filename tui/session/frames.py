"""What stands on the terminal, cell by cell, and the fewest bytes that turn it into what should stand there.

Textual writes every cell of a changed region again.  Over a slow line bytes are time, so a frame is compared with
the one before: an unchanged row costs nothing, a changed one costs the cells from its first difference to its last,
and blanks at the end of a row are erased, not written.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

Cell = tuple[str, Style]
_NOTHING: Final = Style()
_BLANK: Final[Cell] = (" ", _NOTHING)
_ERASE_TO_END: Final = "\x1b[K"
# Erasing is worth its three bytes from here on.
_WORTH_ERASING: Final = 4


def cells_of(strip: Iterable[Segment]) -> list[Cell]:
    """The cells of a row; a wide character is followed by an empty cell, a combining one joins the cell before it."""
    cells: list[Cell] = []
    for text, style, _ in strip:
        look = _plain(style)
        if text.isascii():
            cells.extend((char, look) for char in text)
            continue
        for char in text:
            width = cell_len(char)
            if width == 0 and cells:
                cells[-1] = (cells[-1][0] + char, cells[-1][1])
            else:
                cells.append((char, look))
                cells.extend([("", look)] * (width - 1))
    return cells


@lru_cache(maxsize=256)
def _plain(style: Style | None) -> Style:
    """The look alone, without saying of a colour that it is the terminal's usual one."""
    if style is None:
        return _NOTHING
    foreground, background = style.color, style.bgcolor
    return style.without_color + Style.from_color(
        foreground if foreground is not None and not foreground.is_default else None,
        background if background is not None and not background.is_default else None,
    )


class Frames:
    """Remembers the frame on the terminal."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []

    def forget(self) -> None:
        """The terminal no longer shows what was written (a resize, noise on the line): the next frame is whole."""
        self._rows = []

    def update(self, strips: Sequence[Strip], console: Console) -> str:
        """The control sequences that show *strips*; empty when they are shown already."""
        rows = [cells_of(strip) for strip in strips]
        known = self._rows if len(self._rows) == len(rows) else [[] for _ in rows]
        self._rows = rows
        return "".join(
            _row_update(y, before, after, console)
            for y, (before, after) in enumerate(zip(known, rows, strict=True))
            if before != after
        )


def _row_update(y: int, before: list[Cell], after: list[Cell], console: Console) -> str:
    start, end = _difference(before, after)
    content_end = len(after)
    while content_end > start and after[content_end - 1] == _BLANK:
        content_end -= 1
    erase = end - max(content_end, start) >= _WORTH_ERASING
    shown = after[start : content_end if erase else end]
    moved = f"\x1b[{y + 1};{start + 1}H"
    return moved + _rendered(shown, console) + (_ERASE_TO_END if erase else "")


def _difference(before: list[Cell], after: list[Cell]) -> tuple[int, int]:
    """The first cell that differs and the one after the last; the whole row when its width has changed."""
    if len(before) != len(after):
        return 0, len(after)
    start = next(index for index, cell in enumerate(after) if cell != before[index])
    end = next(index for index in range(len(after), 0, -1) if after[index - 1] != before[index - 1])
    # Half of a wide character cannot be written.
    while start and (after[start][0] == "" or before[start][0] == ""):
        start -= 1
    while end < len(after) and (after[end][0] == "" or before[end][0] == ""):
        end += 1
    return start, end


def _rendered(cells: list[Cell], console: Console) -> str:
    segments: list[Segment] = []
    text, look = "", _NOTHING
    for char, style in cells:
        if style != look:
            segments.append(Segment(text, look))
            text, look = "", style
        text += char
    segments.append(Segment(text, look))
    return Strip([segment for segment in segments if segment.text]).render(console)
