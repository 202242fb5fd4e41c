"""Typing into one field."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.line_edit import LineEdit


def typed(edit: LineEdit, *keys: str) -> LineEdit:
    """*edit* after *keys*; a key of one letter types that letter."""
    for key in keys:
        edit.take_key(key, key if len(key) == 1 else None)
    return edit


def test_letters_stand_where_the_cursor_is() -> None:
    """Typing in the middle pushes the rest on."""
    assert typed(LineEdit("Vtanen"), "home", "right", "i", "r").text == "Virtanen"


def test_a_field_that_is_entered_is_replaced_by_what_is_typed() -> None:
    """After Tab the first letter replaces what stood there, as clerks expect of a form."""
    edit = LineEdit("25,5")
    edit.enter()
    assert typed(edit, "1", "0").text == "10"


def test_moving_keeps_what_stood_there() -> None:
    """An arrow key after Tab means that the text is to be changed, not replaced."""
    edit = LineEdit("Virtane")
    edit.enter()
    assert typed(edit, "end", "n").text == "Virtanen"


def test_home_and_end_have_twins() -> None:
    """Ctrl+A and Ctrl+E do the same in terminals that send other sequences for Home and End."""
    assert typed(LineEdit("b"), "ctrl+a", "a", "ctrl+e", "c").text == "abc"


def test_backspace_delete_and_clear() -> None:
    """The usual keys remove before, under, and everything."""
    assert typed(LineEdit("abc"), "backspace").text == "ab"
    assert typed(LineEdit("abc"), "home", "delete").text == "bc"
    assert typed(LineEdit("abc"), "ctrl+u").text == ""


def test_nothing_beyond_the_longest_is_taken() -> None:
    """A field that is full takes no more."""
    assert typed(LineEdit("1234", max_length=5), "5", "6").text == "12345"


def test_pasted_text_becomes_one_clean_line() -> None:
    """Line breaks and control characters do not come in by paste."""
    edit = LineEdit()
    edit.paste("Virtanen\r\nMaija\x1b]52;c;AAAA\x07")
    assert edit.text == "Virtanen Maija]52;c;AAAA"


@given(st.lists(st.sampled_from(["a", "ä", "left", "right", "home", "end", "backspace", "delete", "ctrl+u"])))
def test_the_cursor_never_leaves_the_text(keys: list[str]) -> None:
    """Whatever is pressed, the cursor stays in the text and its cell in the window."""
    edit = typed(LineEdit("Åkerlund"), *keys)
    assert 0 <= edit.cursor <= len(edit.text)
    assert edit.window(5)[1] < 5
