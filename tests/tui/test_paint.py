"""The display boundary: nothing but plain cells, exactly as many as there is room for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.paint import Line, fit, wrap

HOSTILE = "\x1b]52;c;ZXZpbA==\x07 \x1b[31m \x9b31m \x9d0;x\x9c \x90q\x1b\\ \u202e\u2066 a\nb [/foo] [@click=app.quit]x[/]"


def test_no_control_character_passes() -> None:
    """OSC, CSI, C1, DCS, bidirectional overrides and line breaks become harmless characters."""
    text = Line(200).put(0, HOSTILE).strip().text
    assert not [char for char in text if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]
    assert "\u202e" not in text
    assert "\u2066" not in text


def test_markup_is_text() -> None:
    """What looks like markup is shown as it is written."""
    assert (
        Line(40)
        .put(0, "[/foo] [@click=app.quit]x[/]")
        .strip()
        .text.startswith("[/foo] [@click=app.quit]x[/]")
    )


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    """Wide, combining and hostile characters included."""
    assert cell_len(fit(text, width)) == width


@given(st.lists(st.tuples(st.integers(0, 90), st.text(max_size=30)), max_size=6))
def test_a_line_is_exactly_as_wide_as_the_screen(pieces: list[tuple[int, str]]) -> None:
    """Whatever is put where, the row has eighty cells."""
    line = Line(80)
    for column, text in pieces:
        line.put(column, text)
    assert line.strip().cell_length == 80


@given(st.text(max_size=200), st.integers(2, 40))
def test_wrapped_rows_fit(text: str, width: int) -> None:
    """No row of a paragraph is wider than asked."""
    assert all(cell_len(row) <= width for row in wrap(text, width))


@pytest.mark.parametrize(("align", "shown"), [("left", "12  "), ("right", "  12")])
def test_alignment(align: str, shown: str) -> None:
    """Numbers stand to the right, words to the left."""
    assert fit("12", 4, align) == shown  # type: ignore[arg-type]
