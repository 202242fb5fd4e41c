"""Every sentence that users can read exists in Finnish, with the same places for values."""

from __future__ import annotations

import ast
import string
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import core

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

ROOT = Path(core.__file__).parent.parent
ROOMS = ("core", "integrations", "tui")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"N_": None, "tr": None, "ntr": (1, 2)}
CATALOGUES = sorted((ROOT / "core" / "messages" / "fi").glob("*.po"))


def catalogue(path: Path) -> Catalog:
    """One Finnish catalogue."""
    with path.open("rb") as stream:
        return read_po(stream, locale="fi", abort_invalid=True)


def sentences(path: Path) -> list[Message]:
    """The catalogue's messages without its header."""
    return [message for message in catalogue(path) if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A message's singular and plural, or its only form; an empty one when there is none."""
    if text is None:
        return ("",)
    return (text,) if isinstance(text, str) else tuple(text)


def in_code() -> dict[str, str]:
    """Every message id of the program, and where it first stands."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for name, line, message, _, _ in extract_from_dir(
            ROOT / room, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            for form in forms(message)[:1]:
                found.setdefault(form, f"{room}/{name}:{line}")
    return found


def places(text: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_each_sentence_of_the_program_is_in_finnish() -> None:
    """A message id in the code that no catalogue translates is named with its file and line."""
    translated = {
        forms(message.id)[0]
        for path in CATALOGUES
        for message in sentences(path)
        if all(forms(message.string))
    }
    missing = [f"{place}: {text}" for text, place in in_code().items() if text and text not in translated]
    assert not missing, "\n".join(["no Finnish for:", *missing])


def test_no_sentence_is_marked_that_the_extractor_cannot_read() -> None:
    """What is marked for translation is a literal, so that extraction sees each of them."""
    hidden = []
    for path in (each for room in ROOMS for each in sorted((ROOT / room).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
                argument = node.args[0]
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    hidden.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not hidden


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_catalogue_is_whole(path: Path) -> None:
    """A catalogue has no fuzzy, empty or left-over entries, and keeps every place for a value."""
    loaded = catalogue(path)
    assert not loaded.obsolete
    for message in sentences(path):
        where = f"{path.name}: {message.id!r}"
        assert not message.fuzzy, where
        assert all(forms(message.string)), where
        wanted = set().union(*(places(form) for form in forms(message.id)))
        for form in forms(message.string):
            assert places(form) <= wanted | {"count"}, where
        assert places(forms(message.string)[-1]) == places(forms(message.id)[-1]), where


def test_no_sentence_is_translated_twice_differently() -> None:
    """One English sentence has one Finnish sentence in all catalogues together."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for path in CATALOGUES:
        for message in sentences(path):
            found.setdefault(forms(message.id)[0], set()).add(forms(message.string))
    assert not {text: strings for text, strings in found.items() if len(strings) > 1}


def test_no_sentence_is_twice_in_one_catalogue() -> None:
    """A catalogue says each thing once (gettext tools refuse it otherwise)."""
    for path in CATALOGUES:
        ids = [
            line
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("msgid ") and line != 'msgid ""'
        ]
        assert [line for line, count in Counter(ids).items() if count > 1] == [], path.name
