"""Frames: a terminal that gets only the differences shows the same as one that gets everything."""

from __future__ import annotations

import io

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.session.frames import Frames

CONSOLE = Console(file=io.StringIO(), force_terminal=True, color_system="256", width=20)
LOOKS = [
    Style(),
    Style(bold=True),
    Style(reverse=True),
    Style(color="red"),
    Style(bgcolor="blue", color="white"),
]
pieces = st.lists(
    st.tuples(st.text(st.sampled_from("ab äö漢…"), min_size=1, max_size=6), st.sampled_from(LOOKS)),
    max_size=4,
)


def strip(parts: list[tuple[str, Style]]) -> Strip:
    """A row of twenty cells."""
    return Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(20)


def seen(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """The cells of a screen with their looks."""
    return [
        [
            (cell.data, cell.fg, cell.bg, cell.bold, cell.reverse)
            for cell in (screen.buffer[y][x] for x in range(20))
        ]
        for y in range(3)
    ]


@given(st.lists(st.lists(pieces, min_size=3, max_size=3), min_size=1, max_size=5))
def test_differences_show_what_whole_frames_show(frames: list[list[list[tuple[str, Style]]]]) -> None:
    """After any sequence of frames, wide characters and colours included."""
    screen = pyte.Screen(20, 3)
    stream = pyte.Stream(screen)
    kept = Frames()
    for frame in frames:
        strips = [strip(row) for row in frame]
        stream.feed(kept.update(strips, CONSOLE))
        whole = pyte.Screen(20, 3)
        pyte.Stream(whole).feed(Frames().update(strips, CONSOLE))
        assert seen(whole) == seen(screen)


def test_an_unchanged_frame_costs_nothing() -> None:
    """Not a byte is written for what stands there already."""
    kept, strips = Frames(), [strip([("abc", Style())])]
    kept.update(strips, CONSOLE)
    assert kept.update(strips, CONSOLE) == ""


def test_a_typed_letter_costs_little() -> None:
    """One changed cell is a move and the cell."""
    kept = Frames()
    kept.update([strip([("abc", Style())])], CONSOLE)
    assert len(kept.update([strip([("abd", Style())])], CONSOLE)) < 10


def test_a_forgotten_frame_is_written_whole() -> None:
    """After a resize or noise on the line everything is drawn again."""
    kept, strips = Frames(), [strip([("abc", Style())])]
    first = kept.update(strips, CONSOLE)
    kept.forget()
    assert kept.update(strips, CONSOLE) == first
