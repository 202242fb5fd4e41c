"""Every error is a sentence, a place and an advice, in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import string

import pytest

import core
import integrations
import tui
from core.actor import Actor, Role, require
from core.errors import NotPermitted, RegisterError, Where
from core.messages import LANGUAGES, tr


def _all_errors() -> list[type[RegisterError]]:
    for package in (core, integrations, tui):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.endswith("errors"):
                importlib.import_module(module.name)
    found: list[type[RegisterError]] = []
    waiting = [RegisterError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return found


def test_codes_are_unique() -> None:
    """An error's code names one error."""
    names = {
        f"{error.__module__}.{error.__qualname__}": error.code
        for error in _all_errors()
        if "code" in vars(error)
    }
    assert sorted(names.values()) == sorted(set(names.values()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_speaks_each_language(language: str) -> None:
    """Sentence and advice take the same placeholders in each language, and a sentence says something."""
    for error in _all_errors():
        for text in (error.sentence, error.advice):
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            said = tr(text, language, **dict.fromkeys(names, "x"))
            assert "{" not in said, error.code
        assert error.sentence, error.code


def test_the_place_is_told_with_the_value_shortened_and_cleaned() -> None:
    """File, row, field and value, none of which can command the terminal."""
    where = Where(file="asiakkaat.csv", row=12, field="postinumero", value="\x1b[31m" + "9" * 60)
    expected = (
        "file asiakkaat.csv, row 12, field postinumero, value “\N{REPLACEMENT CHARACTER}[31m"
        + "9" * 34
        + "…”"
    )
    assert expected == where.describe("en")
    assert where.describe("fi").startswith("tiedosto asiakkaat.csv, rivi 12, kenttä postinumero, arvo ")


def test_data_in_a_sentence_is_cleaned() -> None:
    """A role or a path that holds an escape sequence shows it, harmless."""
    explanation = NotPermitted(roles="\x1b]52;c;x\x07").explain("en")
    assert "\x1b" not in explanation.advice
    assert "\x07" not in explanation.advice


def test_a_role_lets_through_or_says_which_would() -> None:
    """The refusal names the roles that may."""
    clerk = Actor(staff_id=1, user_name="a", name="A", roles=frozenset({Role.CLERK}))
    require(clerk, Role.CLERK, Role.IMPORTER)
    with pytest.raises(NotPermitted) as refusal:
        require(clerk, Role.REVIEWER)
    assert "reviewer" in refusal.value.explain("en").advice
