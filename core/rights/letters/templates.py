"""Where the letters' templates come from: the company's folder first, ours for what is not there."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from core.messages import LANGUAGES
from core.reasons import open_file, reason_of
from core.rights.letters.errors import TemplatesNotWritten, TemplatesThere, TemplatesUnreadable
from core.rights.letters.types import LetterKind

if TYPE_CHECKING:
    from pathlib import Path

SHARED: Final = ("layout.typ", *(f"{language}.typ" for language in LANGUAGES))
LARGEST: Final = 1_000_000


def template_name(kind: LetterKind, language: str) -> str:
    """The file that a letter is made of, ``receipt.fi.typ``."""
    return f"{kind}.{language}.typ"


def names() -> tuple[str, ...]:
    """Every file that the letters are made of."""
    return (*SHARED, *(template_name(kind, language) for kind in LetterKind for language in LANGUAGES))


def sources(folder: Path | None, kind: LetterKind, language: str) -> tuple[str, dict[str, str]]:
    """A letter's own template, and by name the parts that it may import.

    Raises:
        TemplatesUnreadable: a file of the company's cannot be read, or isn't UTF-8.
    """
    return _source(folder, template_name(kind, language)), {name: _source(folder, name) for name in SHARED}


def place_of(folder: Path | None, name: str) -> str:
    """The file as a person finds it: in the company's folder, or by its name alone where it is ours."""
    return str(folder / name) if folder is not None and (folder / name).is_file() else name


def export(folder: Path) -> tuple[str, ...]:
    """Copy our templates into *folder*, for the company to change; returns their names.

    Raises:
        TemplatesThere: one of them is there already; nothing was written.
        TemplatesNotWritten: the folder cannot be written to.
    """
    for name in names():
        if (folder / name).exists():
            raise TemplatesThere(file=str(folder / name))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names():
            (folder / name).write_text(_ours(name), encoding="utf-8")
    except OSError as error:
        raise TemplatesNotWritten(folder=str(folder), reason=reason_of(error)) from error
    return names()


def _source(folder: Path | None, name: str) -> str:
    if folder is None:
        return _ours(name)
    path = folder / name
    try:
        with open_file(path) as stream:
            return stream.read(LARGEST).decode()
    except FileNotFoundError:
        # A folder that isn't there is a mistake; a letter that isn't in it is ours.
        if folder.is_dir():
            return _ours(name)
        raise TemplatesUnreadable(file=str(folder), reason=reason_of(FileNotFoundError(2, ""))) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "UTF-8"
        raise TemplatesUnreadable(file=str(path), reason=reason) from error


def _ours(name: str) -> str:
    return files("core.documents").joinpath("templates", "rights", name).read_text(encoding="utf-8")
