"""Text from outside cannot command a terminal, and folds the same everywhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean_block, clean_line, fold, has_forbidden, safe_text, shorten, sort_key

HOSTILE = [
    "\x1b]52;c;aGVp\x07",
    "\x1b[31m",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x1bP1$r\x1b\\",
    "\u202eevil\u202c",
    "\u2066x\u2069",
    "zero\u200bwidth",
    "soft\u00adhyphen",
    "\x00\x08\x7f",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_cleaned_at_the_door(text: str) -> None:
    """No control, bidirectional or invisible character is stored."""
    assert has_forbidden(text)
    assert not has_forbidden(clean_line(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_shows_as_replacement_characters(text: str) -> None:
    """At the display boundary every such character is visible, and harmless."""
    shown = safe_text(text)
    assert len(text) == len(shown)
    assert not has_forbidden(shown.replace("\N{REPLACEMENT CHARACTER}", ""))


@given(st.text())
def test_nothing_below_a_space_ever_reaches_the_terminal(text: str) -> None:
    """Whatever comes in, no C0, DEL or C1 character goes out."""
    for cleaned in (clean_line(text), safe_text(text)):
        assert not [char for char in cleaned if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0]


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    """A cleaned line is already clean."""
    assert clean_line(text) == clean_line(clean_line(text))


def test_ordinary_finnish_text_is_left_alone() -> None:
    """Letters of names, quotation marks and dashes stay, in NFC."""
    name = "Åke Öhman-Määttä O’Neill “Näppi”"
    assert name == clean_line(unicodedata.normalize("NFD", name))


def test_white_space_is_one_space() -> None:
    """Tabs, newlines and no-break spaces become one space, none at the ends."""
    assert clean_line("  Matti\t\n\u00a0Meikäläinen ") == "Matti Meikäläinen"


def test_a_block_keeps_its_lines() -> None:
    """Line breaks of every kind are one kind; each line is cleaned."""
    assert clean_block("a\tb\r\nc\x1b\r") == "a b\nc"


def test_folding_ignores_case_and_accents() -> None:
    """A search without dots and rings finds the name with them."""
    assert fold("Åkerö ÄIJÄLÄ Özil Straße") == "akero aijala ozil strasse"


def test_finnish_order_puts_the_rings_and_dots_last() -> None:
    """Å, Ä and Ö come after Z, in that order, and case does not matter."""
    names = ["Öhman", "Zetterberg", "Ängeslevä", "Aalto", "Åkerman", "aaltonen"]
    assert sorted(names, key=sort_key) == ["Aalto", "aaltonen", "Zetterberg", "Åkerman", "Ängeslevä", "Öhman"]


def test_a_long_value_is_cut_with_an_ellipsis() -> None:
    """A cut value says that it is cut."""
    assert shorten("a" * 50) == "a" * 39 + "…"
    assert shorten("short") == "short"


@given(st.text(st.characters(max_codepoint=0x24F) | st.sampled_from("\u0301\u0308ﬁẞς"), max_size=8))
def test_letters_that_are_looked_up_fold_as_any_other(text: str) -> None:
    """What is known of Europe's letters beforehand is what decomposing them gives, beside whatever they stand."""
    slowly = fold(f"{text} ﬁ").removesuffix(" fi")
    assert fold(text) == slowly
    assert sort_key(f"{text} Ω").removesuffix(" ω") == sort_key(text)
