"""Backup keys: a public half that backups are encrypted to, a secret half that opens them and can lie in a safe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyrage

from core.backup.errors import BadBackupKey, BadRecipient, KeyLocked, NoBackupKey
from core.keys import read_secret_file, write_secret_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyrage.x25519 import Identity, Recipient

_SECRET_LINE: Final = re.compile(r"AGE-SECRET-KEY-1\w+")
_AGE_FILE: Final = b"age-encryption.org/v1\n"


def new_key(path: Path, passphrase: str | None = None) -> str:
    """Make a backup key in a new file (0600), under a passphrase when one is given; returns its public half.

    Raises:
        KeyFileExists: there is a file already.
        OSError: it cannot be written.
    """
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    content = f"# public key: {public}\n{made}\n".encode()
    write_secret_file(path, content if passphrase is None else pyrage.passphrase.encrypt(content, passphrase))
    return public


def read_key(path: Path, passphrase: str | None = None) -> list[Identity]:
    """The secret keys in a file, one a line, as `new_key` and ``age-keygen`` write it.

    Raises:
        KeyFileMissing, KeyFileExposed: the file is not there, or others may read it.
        BadBackupKey, KeyLocked: it holds no key, or is under a passphrase that was not given.
    """
    content = read_secret_file(path)
    if content.startswith(_AGE_FILE):
        try:
            content = pyrage.passphrase.decrypt(content, passphrase or "")
        except pyrage.DecryptError as error:
            raise KeyLocked(path=str(path)) from error
    try:
        lines = _SECRET_LINE.findall(content.decode("ascii"))
        found = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BadBackupKey(path=str(path)) from error
    if not found:
        raise BadBackupKey(path=str(path))
    return found


def read_recipients(lines: Sequence[str]) -> list[Recipient]:
    """The public keys that backups are encrypted to.

    Raises:
        NoBackupKey: there is none.
        BadRecipient: one of them is none.
    """
    if not lines:
        raise NoBackupKey
    found = []
    for line in lines:
        try:
            found.append(pyrage.x25519.Recipient.from_str(line))
        except pyrage.RecipientError as error:
            raise BadRecipient(recipient=line) from error
    return found
