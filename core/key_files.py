"""Files that hold a secret of ours: mode 0600, written once and durably, read only when nobody else may."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from core import environment
from core.errors import ConfigError, Refused
from core.messages import N_
from core.reasons import open_file, reason_of

if TYPE_CHECKING:
    from pathlib import Path


class KeyFileMissing(ConfigError):
    """There is no key file where the configuration says."""

    code = "keys.missing"
    sentence = N_("The key file {path} cannot be read: {reason}.")
    advice = N_(
        "Restore it from its backup. Without it nothing sealed can be opened; do not make a new one over it."
    )


class KeyFileExposed(ConfigError):
    """Somebody else on the machine may read the key file."""

    code = "keys.exposed"
    sentence = N_("The key file {path} may be read by others (mode {mode}).")
    advice = N_(
        "Run: chmod 600 {path} — and consider the key known to whoever has an account on this machine."
    )


class KeyFileBroken(ConfigError):
    """The key file does not hold a key."""

    code = "keys.broken"
    sentence = N_("The key file {path} does not hold a key.")
    advice = N_("Restore it from its backup.")


class KeyFileExists(Refused):
    """A new key would overwrite one in use."""

    code = "keys.exists"
    sentence = N_("There is already a key file {path}.")
    advice = N_("It is left as it was: a key is never overwritten.")


def read_secret_file(path: Path) -> bytes:
    """The content of a secret file of ours.

    Raises:
        KeyFileMissing: it is not there or not readable.
        KeyFileExposed: group or others may read it.
    """
    try:
        with open_file(path) as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            content = stream.read(64 * 1024)
    except OSError as error:
        raise KeyFileMissing(path=str(path), reason=reason_of(error)) from error
    if mode & 0o077 and not environment.is_credential(path):
        raise KeyFileExposed(path=str(path), mode=f"{mode:04o}")
    return content


def write_secret_file(path: Path, content: bytes) -> None:
    """Write a new secret file, 0600, durable; never over another.

    Raises:
        KeyFileExists: there is one already.
        OSError: it cannot be written; nothing of it is left.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFileExists(path=str(path)) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        path.unlink()
        raise
