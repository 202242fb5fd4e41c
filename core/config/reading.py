"""From a TOML file to `Config`: every problem found in one pass, and where each value came from."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core import environment
from core.config.errors import (
    ConfigIsDirectory,
    ConfigNotFound,
    ConfigProblem,
    ConfigSyntax,
    ConfigUnreadable,
)
from core.config.rules import broken_references
from core.config.schema import Config
from core.config.walk import Key, Origin, Walk
from core.errors import Words
from core.messages import N_
from core.reasons import open_file, reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SYSTEM_WIDE: Final = Path("/etc/rekisteri/config.toml")

# Settings that a service manager or container sets from outside.
_OVERRIDES: Final = {
    ("database", "url"): environment.DATABASE_URL,
    ("register", "language"): environment.LANGUAGE,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the configuration, or the problems that prevent it; origins are by key."""

    file: Path
    config: Config | None
    problems: Sequence[ConfigProblem]
    origins: Mapping[Key, Origin]


def find_config(chosen: Path | None) -> Path:
    """The configuration file: *chosen*, else the first there is of the places in ``docs/operating.md``.

    Raises:
        ConfigNotFound: there is none anywhere.
    """
    named = chosen or _path(environment.CONFIG.value())
    if named is not None:
        return named
    home = _path(environment.CONFIG_HOME.value()) or Path.home() / ".config"
    places = [Path("config.toml"), home / "rekisteri" / "config.toml", SYSTEM_WIDE]
    for place in places:
        if place.exists():
            return place
    raise ConfigNotFound(places=", ".join(map(str, places)))


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def load_config(chosen: Path | None = None) -> Config:
    """The configuration in force.

    Raises:
        ConfigError: it is not there, not readable, or the first of its problems.
    """
    reading = read_config(find_config(chosen))
    if reading.config is None:
        raise reading.problems[0]
    return reading.config


def read_config(file: Path) -> Reading:
    """Read *file* and find every problem in it.

    Raises:
        ConfigUnreadable, ConfigIsDirectory, ConfigSyntax: nothing could be read at all.
    """
    try:
        with open_file(file) as stream:
            content = stream.read()
    except IsADirectoryError as error:
        raise ConfigIsDirectory(file=str(file)) from error
    except OSError as error:
        raise ConfigUnreadable(file=str(file), reason=reason_of(error)) from error
    return read_content(content, file)


def read_content(content: bytes, file: Path) -> Reading:
    """As `read_config`, for what is or will be in *file*: problems name it and relative paths count from its folder."""
    document = _parsed(content, file)
    base = file.absolute().parent
    walk = Walk(file, base)
    _override(document, walk.origins)
    config = walk.table(Config, document, ())
    walk.problems += broken_references(document, str(file))
    whole = isinstance(config, Config) and not walk.problems
    return Reading(file, _resolved(config, base) if whole else None, walk.problems, walk.origins)


def _parsed(content: bytes, file: Path) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigSyntax(file=str(file), line=line, reason="UTF-8") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # "Expected '=' after a key in a key/value pair (at line 3, column 9)", or "(at end of document)".
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        reason = str(error)[: found.start()] if found else str(error)
        raise ConfigSyntax(file=str(file), line=line, reason=reason) from error
    except (ValueError, RecursionError) as error:
        # The library names no line for these.
        endless = isinstance(error, RecursionError)
        reason = (
            N_("brackets within brackets without end") if endless else N_("a number of thousands of digits")
        )
        raise ConfigSyntax(file=str(file), line=1, reason=Words(reason)) from error


def _override(document: dict[str, Any], origins: dict[Key, Origin]) -> None:
    for (table, name), variable in _OVERRIDES.items():
        value = variable.value()
        target = document.setdefault(table, {}) if value is not None else None
        if isinstance(target, dict):
            target[name] = value
            origins[table, name] = "environment"


def _resolved(config: Config, base: Path) -> Config:
    """A relative SQLite path counts from the configuration file, like every other."""
    prefix = "sqlite:///"
    if not config.database.url.startswith(prefix):
        return config
    path = base / Path(config.database.url.removeprefix(prefix)).expanduser()
    database = msgspec.structs.replace(config.database, url=f"{prefix}{path}")
    return msgspec.structs.replace(config, database=database)
