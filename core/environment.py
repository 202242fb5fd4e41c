"""Every environment variable that the program reads, in one place.

A variable is read when it is asked for, never kept, so that a test or a service manager decides by setting it.
`docs/operating.md` lists these; a test compares, and ruff refuses ``os.environ`` anywhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its name, and what it does, in a sentence for the operating guide."""

    name: str
    meaning: str

    def value(self) -> str | None:
        """What it is set to; None when it is not set or is empty."""
        return os.environ.get(self.name) or None


CONFIG: Final = Variable("REKISTERI_CONFIG", "The configuration file, unless --config names one.")
DATABASE_URL: Final = Variable("REKISTERI_DATABASE_URL", "Overrides database.url.")
LANGUAGE: Final = Variable("REKISTERI_LANGUAGE", "Overrides register.language (fi or en).")
CREDENTIALS_DIRECTORY: Final = Variable(
    "CREDENTIALS_DIRECTORY",
    "Set by systemd; where key files and secrets written as credential:NAME are read.",
)
CONFIG_HOME: Final = Variable(
    "XDG_CONFIG_HOME", "Where a person's own configuration is looked for; ~/.config when not set."
)
STATE_HOME: Final = Variable(
    "XDG_STATE_HOME", "Where faults.log is written, in the folder rekisteri; ~/.local/state when not set."
)
PASSWORD_FILE: Final = Variable(
    "REKISTERI_PASSWORD_FILE",
    "A file of ours (0600) whose first line is the password of who acts with --user; for timers and scripts.",
)
SSH_CONNECTION: Final = Variable(
    "SSH_CONNECTION", "Set by sshd; the client's address stands in the log of sign-ins."
)
SSH_ORIGINAL_COMMAND: Final = Variable(
    "SSH_ORIGINAL_COMMAND", "Set by sshd; what rekisteri session is asked to do (docs/ssh.md)."
)
LOCALE: Final = Variable("LC_ALL", "The language of messages before the configuration is read.")
LANG: Final = Variable("LANG", "As LC_ALL, when that is not set.")
HOSTILE_FILES: Final = Variable(
    "REKISTERI_HOSTILE_FILES", "Tests alone: how many hostile answer files are read instead of a few hundred."
)
ERASURES: Final = Variable(
    "REKISTERI_ERASURES",
    "Tests alone: how many persons the campaigns of erasures and of restores erase instead of a few.",
)

ACCESS_HISTORIES: Final = Variable(
    "REKISTERI_ACCESS_HISTORIES",
    "Tests alone: how many random histories are compared with their access packages instead of a few.",
)

_DECLARED: Final = (
    CONFIG,
    DATABASE_URL,
    LANGUAGE,
    CREDENTIALS_DIRECTORY,
    CONFIG_HOME,
    STATE_HOME,
    PASSWORD_FILE,
    SSH_CONNECTION,
    SSH_ORIGINAL_COMMAND,
    LOCALE,
    LANG,
    HOSTILE_FILES,
    ERASURES,
    ACCESS_HISTORIES,
)
VARIABLES: Final = {variable.name: variable for variable in _DECLARED}


def read(name: str) -> str | None:
    """A variable of the shell that a configuration refers to as ``env:NAME``; None when not set or empty."""
    return os.environ.get(name) or None


def credential(name: str) -> Path:
    """Where systemd put the credential *name*; a path that is not there when the service manager gave none."""
    return Path(CREDENTIALS_DIRECTORY.value() or "/run/credentials/none") / name


def is_credential(path: Path) -> bool:
    """Whether *path* is one of systemd's credentials: it guards the folder, and shows the files' mode as 0440."""
    directory = CREDENTIALS_DIRECTORY.value()
    return directory is not None and path.parent == Path(directory)


def of_this_process() -> MutableMapping[str, str]:
    """The environment itself, for what must be set in it before a library reads it."""
    return os.environ
