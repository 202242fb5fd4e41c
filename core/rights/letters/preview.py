"""A letter as text: the words that the typesetter gives as HTML, wrapped to the width of a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from html.parser import HTMLParser
from typing import Final

from core.text import safe_text

WIDTH: Final = 80
_BLOCKS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "li", "div", "ul", "ol", "table", "blockquote", "body"}
)
_CELLS: Final = frozenset({"td", "th"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4"})
_GAP: Final = 2


def as_text(html: str, width: int = WIDTH) -> str:
    """The words of *html*, at most *width* columns wide; control characters cannot reach the terminal."""
    reader = _Reader(width)
    reader.feed(html)
    reader.close()
    return "\n".join(reader.lines()).strip("\n") + "\n"


class _Reader(HTMLParser):
    """Blocks of text with empty lines in between; tables in columns."""

    def __init__(self, width: int) -> None:
        super().__init__(convert_charrefs=True)
        self._width = width
        self._blocks: list[list[str]] = []
        self._words = ""
        self._rows: list[list[str]] | None = None
        self._in_body = False
        self._in_list = False
        self._item = False

    def lines(self) -> list[str]:
        """What was read."""
        self._end()
        return [line for block in self._blocks for line in (*block, "")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "br":
            self._words += "\n"
        elif tag in _CELLS and self._rows is not None:
            self._words = ""
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in _BLOCKS:
            self._end()
            self._in_body = self._in_body or tag == "body"
            self._item = tag == "li"
            if tag == "table":
                self._rows = []

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS and self._rows:
            self._rows[-1].append(_line(self._words))
            self._words = ""
        elif tag == "table" and self._rows is not None:
            self._blocks.append(_table(self._rows, self._width))
            self._rows = None
        elif tag in _HEADINGS:
            heading = _line(self._words)
            self._words = ""
            self._blocks.append(
                [*textwrap.wrap(heading, self._width), "-" * min(_columns(heading), self._width)]
            )
        elif tag in _BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if self._in_body:
            # A line's end in the source is a space; a break is an element of its own.
            self._words += data.replace("\n", " ")

    def _end(self) -> None:
        if self._rows is not None:
            return
        paragraphs = [_line(line) for line in self._words.split("\n")]
        self._words = ""
        if not any(paragraphs):
            return
        begins, goes_on = ("- ", "  ") if self._item else ("", "")
        block = [
            line
            for text in paragraphs
            for line in textwrap.wrap(text, self._width, initial_indent=begins, subsequent_indent=goes_on)
        ]
        # The lines of a list stand together.
        if self._item and self._blocks and self._blocks[-1][0].startswith("- "):
            self._blocks[-1] += block
        else:
            self._blocks.append(block)
        self._item = False


def _table(rows: list[list[str]], width: int) -> list[str]:
    """Columns as wide as they need; where that is too much, as wide as there is room for."""
    count = max(map(len, rows), default=0)
    if count == 0:
        return []
    wide = [max(_columns(row[at]) for row in rows if at < len(row)) for at in range(count)]
    room = width - _GAP * (count - 1)
    while sum(wide) > room:
        wide[wide.index(max(wide))] -= 1
    lines = []
    for row in rows:
        cells = [textwrap.wrap(cell, wide[at]) or [""] for at, cell in enumerate(row)]
        for place in range(max(map(len, cells))):
            parts = [cell[place] if place < len(cell) else "" for cell in cells]
            lines.append(
                (" " * _GAP)
                .join(part + " " * (wide[at] - _columns(part)) for at, part in enumerate(parts))
                .rstrip()
            )
    return lines


def _line(text: str) -> str:
    return " ".join(safe_text(text).split())


def _columns(text: str) -> int:
    """How many columns of a terminal it takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
