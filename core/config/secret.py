"""Secrets: a configuration holds where one is, never what it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from core import environment
from core.config.errors import SecretExposed, SecretMissing

_LIMIT: Final = 64 * 1024
FORMS: Final = ("file:", "env:", "credential:")


class Secret:
    """A reference: ``file:path`` (0600, ours), ``env:NAME`` or ``credential:NAME`` (systemd).

    The value is read each time it is asked for and kept nowhere, so nothing that prints a configuration can show it.
    ``base`` is the folder that a relative path counts from.
    """

    __slots__ = ("base", "reference")

    def __init__(self, reference: str, base: Path = Path()) -> None:
        self.reference = reference
        self.base = base

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self.reference, self.base) == (other.reference, other.base)

    def __hash__(self) -> int:
        return hash((self.reference, self.base))

    def __repr__(self) -> str:
        return f"Secret({self.reference!r})"

    def reveal(self) -> str:
        """The value, without the line end that editors add.

        Raises:
            SecretMissing: there is none where the reference says, or it is empty.
            SecretExposed: others on the machine may read or replace the file.
        """
        form, _, rest = self.reference.partition(":")
        if form == "env":
            value = environment.read(rest)
        elif form == "credential":
            value = _content(environment.credential(rest))
        else:
            value = _content(self.base / Path(rest).expanduser())
        if not value:
            raise SecretMissing(reference=self.reference)
        return value


def _content(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            content = stream.read(_LIMIT)
    except OSError as error:
        raise SecretMissing(reference=str(path)) from error
    mode = stat.S_IMODE(status.st_mode)
    if not environment.is_credential(path) and (mode & 0o077 or status.st_uid != os.geteuid()):
        raise SecretExposed(path=str(path), mode=f"{mode:04o}")
    return content.decode("utf-8", "replace").rstrip("\r\n")
