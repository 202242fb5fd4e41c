"""What users read, in Finnish and English.

The English sentence is the message id; ``fi/<room>.po`` holds the Finnish.  Placeholders are ``{name}``.
Each room has a catalogue of its own; all are read as one.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("fi", "en")
DEFAULT_LANGUAGE: Final = "fi"


def N_(msgid: str) -> str:  # noqa: N802 - the conventional gettext name for "mark, translate later"
    """Mark a sentence for translation and return it unchanged."""
    return msgid


@cache
def _translations(language: str) -> gettext.NullTranslations:
    translations = gettext.NullTranslations()
    for path in sorted((Path(__file__).parent / language).glob("*.mo")):
        with path.open("rb") as stream:
            translations.add_fallback(gettext.GNUTranslations(stream))
    return translations


def _filled(sentence: str, data: dict[str, object]) -> str:
    return sentence.format(**data) if data else sentence


def tr(msgid: str, language: str, **data: object) -> str:
    """The sentence in *language* (``fi`` or ``en``; anything else reads as English), placeholders filled."""
    return _filled(_translations(language).gettext(msgid) if msgid else "", data)


def ntr(singular: str, plural: str, count: int, language: str, **data: object) -> str:
    """The sentence in its singular or plural form; ``{count}`` is filled as well."""
    return _filled(_translations(language).ngettext(singular, plural, count), {"count": count, **data})
