"""The document beside the structs: which keys mean something, which values fit, which are missing."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import msgspec

from core import environment
from core.config.errors import ConfigProblem, MissingSetting, MisspeltSetting, UnknownSetting, WrongValue
from core.config.rules import broken_in_table
from core.config.secret import FORMS, Secret
from core.messages import N_
from core.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Origin: TypeAlias = Literal["file", "default", "environment"]
Key: TypeAlias = tuple[str, ...]

_WORDS: Final[Mapping[type, str]] = {
    str: N_("text in quotes"),
    int: N_("a whole number"),
    bool: N_("true or false"),
    date: N_("a date such as 2026-11-23, without quotes"),
    Decimal: N_("a number such as 25.5"),
    Path: N_("a path in quotes"),
    Secret: N_("file:PATH, env:NAME or credential:NAME"),
    tuple: N_("a list of texts in brackets"),
    dict: N_("a table"),
}


@dataclass(slots=True)
class Walk:
    """One pass over a document; gathers problems and origins.

    ``file`` is what problems name; relative paths count from ``base``.  An origin that is already known (the
    environment's) is kept.
    """

    file: Path
    base: Path
    problems: list[ConfigProblem] = field(default_factory=list)
    origins: dict[Key, Origin] = field(default_factory=dict)

    def table(self, kind: type[msgspec.Struct], found: object, key: Key) -> Any:
        """The table as a struct of *kind*, or UNSET when it has problems of its own."""
        if not isinstance(found, dict):
            return self._wrong(key, _WORDS[dict], str(found))
        before = len(self.problems)
        fields = {each.name: each for each in msgspec.structs.fields(kind)}
        for name in found:
            if name not in fields:
                self._unknown(key, name, list(fields))
        values = {name: self._field(each, found, (*key, name)) for name, each in fields.items()}
        if len(self.problems) > before:
            return msgspec.UNSET
        made = kind(**values)
        self.problems += broken_in_table(made, ".".join(key), str(self.file))
        return made

    def _field(self, each: msgspec.structs.FieldInfo, found: dict[str, Any], key: Key) -> Any:
        if each.name in found:
            return self._value(each.type, found[each.name], key)
        if is_struct(bare(each.type)):
            # A table left out is read as an empty one, so that what is required inside it is named.
            return self._value(each.type, {}, key)
        if each.required:
            return self._problem(MissingSetting, key)
        default = each.default if each.default is not msgspec.NODEFAULT else each.default_factory()
        if not is_named_tables(bare(each.type)):
            self.origins.setdefault(key, "default")
        return self.base / default if isinstance(default, Path) else default

    def _value(self, declared: Any, found: object, key: Key) -> Any:
        kind = bare(declared)
        if is_struct(kind):
            return self.table(kind, found, key)
        if is_named_tables(kind) or is_secrets(kind):
            if not isinstance(found, dict):
                return self._wrong(key, _WORDS[dict], "***" if is_secrets(kind) else str(found))
            inner = get_args(kind)[1]
            return {name: self._value(inner, value, (*key, name)) for name, value in found.items()}
        self.origins.setdefault(key, "file")
        try:
            return msgspec.convert(found, declared, dec_hook=self._custom)
        except msgspec.ValidationError:
            expected, choices = expectation(declared)
            return self._wrong(key, expected, "***" if kind is Secret else _shown(found), choices)

    def _custom(self, kind: type, found: object) -> object:
        """Paths and references to secrets, which TOML has no types for."""
        if not isinstance(found, str) or not found or "\0" in found:
            raise ValueError
        if kind is Secret:
            if not found.startswith(FORMS) or found in FORMS:
                raise ValueError
            return Secret(found, self.base)
        if found.startswith("credential:"):
            return environment.credential(found.removeprefix("credential:"))
        return self.base / Path(found).expanduser()

    def _unknown(self, key: Key, name: str, known: list[str]) -> None:
        nearest = difflib.get_close_matches(name, known, n=1)
        if nearest:
            self._problem(MisspeltSetting, (*key, name), nearest=".".join((*key, nearest[0])))
        else:
            self._problem(UnknownSetting, (*key, name))

    def _wrong(self, key: Key, expected: str, found: str, choices: str = "") -> Any:
        return self._problem(WrongValue, key, expected=expected, found=shorten(found), choices=choices)

    def _problem(self, kind: type[ConfigProblem], key: Key, **data: str) -> Any:
        self.problems.append(kind(where=None, file=str(self.file), key=".".join(key), **data))
        return msgspec.UNSET


def _shown(found: object) -> str:
    """A value as TOML writes it, near enough for a person to recognise."""
    if isinstance(found, bool):
        return str(found).lower()
    return repr(found) if isinstance(found, str) else str(found)


def _layers(declared: Any) -> Iterator[Any]:
    """The notes of a type and the type itself, with ``Annotated`` and None peeled off."""
    if get_origin(declared) is Annotated:
        inner, *notes = get_args(declared)
        yield from notes
        yield from _layers(inner)
    elif get_origin(declared) in (Union, UnionType):
        for each in get_args(declared):
            yield from _layers(each)
    elif declared is not NoneType:
        yield declared


def bare(declared: Any) -> Any:
    """The type itself, without ``Annotated`` and without None."""
    return next(each for each in _layers(declared) if not isinstance(each, msgspec.Meta))


def notes(declared: Any) -> list[msgspec.Meta]:
    """What a setting's type says about it, the setting's own note first."""
    return [each for each in _layers(declared) if isinstance(each, msgspec.Meta)]


def is_struct(kind: Any) -> bool:
    """Whether a setting is a table of settings."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def is_named_tables(kind: Any) -> bool:
    """Whether a setting holds tables of settings under names that the user chooses."""
    return get_origin(kind) is dict and is_struct(bare(get_args(kind)[1]))


def is_secrets(kind: Any) -> bool:
    """Whether a setting holds references to secrets under names."""
    return get_origin(kind) is dict and bare(get_args(kind)[1]) is Secret


def expectation(declared: Any) -> tuple[str, str]:
    """What a setting should be, as a message id, and its choices if it has any."""
    for note in notes(declared):
        if note.extra:
            return str(note.extra["expected"]), ""
    kind = bare(declared)
    if get_origin(kind) is Literal:
        return N_("one of: {choices}"), ", ".join(get_args(kind))
    return _WORDS[get_origin(kind) or kind], ""
