"""Every verb and option explains itself in both languages."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING

import click
import pytest

from core.messages import LANGUAGES, tr
from tui.cli.main import VERBS, command, main

if TYPE_CHECKING:
    from collections.abc import Iterator


def _commands(one: click.Command) -> Iterator[click.Command]:
    yield one
    for sub_command in getattr(one, "commands", {}).values():
        yield from _commands(sub_command)


def _english(target: object, attribute: str) -> str | None:
    # What `tui.cli.speech.localise` has put aside, when another test has shown the command in Finnish.
    found: str | None = vars(target).get(f"english_{attribute}", getattr(target, attribute, None))
    return found


def _helps(verb: click.Command) -> Iterator[tuple[str, str | None]]:
    for one in _commands(verb):
        yield str(one.name), _english(one, "help")
        for parameter in one.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                yield f"{one.name} {parameter.opts[0]}", _english(parameter, "help")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_help_text_has_its_finnish(verb: str) -> None:
    """Commands and options have a help text, and its translation."""
    found = importlib.import_module(f"tui.cli.{VERBS[verb]}").command
    for name, english in _helps(found):
        assert english, f"{name} has no help"
        assert tr(inspect.cleandoc(english), "fi") != inspect.cleandoc(english), f"{name}: {english}"


def test_the_programs_own_help_has_its_finnish() -> None:
    """The same for what stands before the verb."""
    for name, english in _helps(command):
        assert english, f"{name} has no help"
        assert tr(inspect.cleandoc(english), "fi") != inspect.cleandoc(english), f"{name}: {english}"


@pytest.mark.parametrize(("language", "word"), [("fi", "Käyttö:"), ("en", "Usage:")])
def test_help_speaks_the_language_asked_for(
    language: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--language` changes the library's own words too, and an earlier run in this process does not stick."""
    assert language in LANGUAGES
    with pytest.raises(SystemExit) as ended:
        main(["--language", language, "demo", "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(word)


def test_an_unknown_verb_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and a sentence on standard error."""
    with pytest.raises(SystemExit) as ended:
        main(["--language", "fi", "nonsense"])
    assert ended.value.code == 2
    assert "nonsense" in capsys.readouterr().err
