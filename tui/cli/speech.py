"""The command line's own words in the user's language: help texts of ours, and the library's.

Help is written in English beside each command; its Finnish stands in ``core/messages/fi/cli.po``.
"""

from __future__ import annotations

import gettext
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import core.messages
from core import environment
from core.messages import DEFAULT_LANGUAGE, LANGUAGES, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def spoken_language(arguments: Sequence[str]) -> str:
    """The language to speak before anything is parsed: ``--language``, else LC_ALL or LANG, else Finnish."""
    for index, argument in enumerate(arguments):
        chosen = (
            argument.removeprefix("--language=")
            if "=" in argument
            else "".join(arguments[index + 1 : index + 2])
        )
        if argument.startswith("--language") and chosen in LANGUAGES:
            return chosen
    chosen = (environment.LOCALE.value() or environment.LANG.value() or "")[:2]
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def teach_library(language: str) -> None:
    """Let click find its words: it asks gettext's default domain, in the language of the environment."""
    environment.of_this_process()["LANGUAGE"] = language
    gettext.bindtextdomain("click", str(Path(core.messages.__file__).parent))
    gettext.textdomain("click")


def _put(target: Any, attribute: str, language: str) -> None:
    # The English is kept beside it: in one process the same command may be shown in both languages.
    english = vars(target).setdefault(f"english_{attribute}", getattr(target, attribute))
    setattr(target, attribute, tr(inspect.cleandoc(english), language) if english else english)


def localise(command: click.Command, language: str) -> click.Command:
    """Put the help of *command*, of its options and of its sub-commands into *language*."""
    _put(command, "help", language)
    _put(command, "short_help", language)
    for parameter in command.params:
        if hasattr(parameter, "help"):
            _put(parameter, "help", language)
    for sub_command in getattr(command, "commands", {}).values():
        localise(sub_command, language)
    return command
