"""The erasure fence: a file outside the database by which no import, restore or form brings an erased person back.

It holds keyed fingerprints (HMAC-SHA-256 under a key of the file's own) of what named the person: the customer number,
a business id, the name with the e-mail address, with the telephone and with the street and postcode.  The name is part
of all but the first two, so that a household's shared telephone or address keeps nobody else out.  Without the file the
fingerprints are noise; with it a guess can be tried, so it is kept like a key (0600, backed up apart from the database).

Lines are only ever added, each synced before the erasure that it belongs to is committed.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hmac
import os
import secrets
from typing import TYPE_CHECKING, Final

from core.errors import ConfigError, Unavailable, Words
from core.keys import write_secret_file
from core.messages import N_
from core.reasons import open_file, reason_of
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_HEADER: Final = b"rekisteri-fence/1 "
_KEY_BYTES: Final = 32
_DIGEST_BYTES: Final = 16
_LINE: Final = _DIGEST_BYTES * 2 + 1


class FenceUnusable(ConfigError):
    """The fence cannot be read, or is not one."""

    code = "fence.unusable"
    sentence = N_("The erasure fence {path} cannot be used: {reason}.")
    advice = N_(
        "Restore it from its backup. Until then nobody can be added: the file says who must not be brought back."
    )


class FenceUnwritable(Unavailable):
    """The disk is full, or the file may not be written to."""

    code = "fence.unwritable"
    sentence = N_("{path} cannot be written: {reason}.")
    advice = N_(
        "Nothing of this was stored. Make room on the disk or correct the rights, then do the same again."
    )


class Fence:
    """The fence in its file, read once and followed as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key = b""
        self._held: set[bytes] = set()
        self._read_to = 0

    @classmethod
    def create(cls, path: Path) -> Fence:
        """A new fence in a new file.

        Raises:
            KeyFileExists: there is one already.
            OSError: it cannot be written.
        """
        key = base64.b64encode(secrets.token_bytes(_KEY_BYTES))
        write_secret_file(path, _HEADER + key + b"\n")
        return cls(path)

    def holds(self, values: Mapping[str, str | None]) -> bool:
        """Whether *values* (``number`` and fields of `CustomerValues`) name somebody who was erased.

        Raises:
            FenceUnusable: the file cannot be read.
        """
        return bool(self.held_among([values]))

    def held_among(self, several: Sequence[Mapping[str, str | None]]) -> list[int]:
        """The places, from 0, of those of *several* who were erased; for loads, which ask about thousands at once.

        Raises:
            FenceUnusable: the file cannot be read.
        """
        self._follow()
        if not self._held:
            return []
        return [
            place
            for place, values in enumerate(several)
            if not self._held.isdisjoint(self._fingerprints(values))
        ]

    def add(self, several: Iterable[Mapping[str, str | None]]) -> int:
        """Fence out whoever any of *several* values names; durable on return.  Returns how many lines were new.

        Raises:
            FenceUnusable: the file cannot be read.
            FenceUnwritable: there is no room, or no right to write.
        """
        try:
            with self.path.open("r+b") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                self._follow()
                found = {mark for values in several for mark in self._fingerprints(values)}
                new = sorted(found - self._held)
                # A line that a crash cut short is written over, so that the next one begins where a line begins.
                stream.seek(self._read_to)
                stream.truncate()
                stream.write(b"".join(mark.hex().encode() + b"\n" for mark in new))
                stream.flush()
                os.fsync(stream.fileno())
        except FileNotFoundError as error:
            raise FenceUnusable(path=str(self.path), reason=reason_of(error)) from error
        except OSError as error:
            raise FenceUnwritable(path=str(self.path), reason=reason_of(error)) from error
        self._follow()
        return len(new)

    def mark(self, purpose: str, text: str) -> bytes:
        """16 bytes that stand for *text* to whoever has this fence, and are noise to everybody else.

        Raises:
            FenceUnusable: the file cannot be read.
        """
        self._follow()
        return hmac.digest(self._key, f"{purpose}\x1f{text}".encode(), "sha256")[:_DIGEST_BYTES]

    def _follow(self) -> None:
        try:
            with open_file(self.path) as stream:
                size = os.fstat(stream.fileno()).st_size
                if size == self._read_to:
                    return
                if size < self._read_to:
                    raise FenceUnusable(path=str(self.path), reason=Words(N_("it has become shorter")))
                stream.seek(self._read_to)
                content = stream.read()
        except OSError as error:
            raise FenceUnusable(path=str(self.path), reason=reason_of(error)) from error
        if not self._read_to:
            content = self._opened(content)
        whole = len(content) // _LINE * _LINE
        for start in range(0, whole, _LINE):
            self._held.add(self._mark(content[start : start + _LINE]))
        self._read_to += whole

    def _opened(self, content: bytes) -> bytes:
        header, end, rest = content.partition(b"\n")
        try:
            self._key = base64.b64decode(header.removeprefix(_HEADER), validate=True)
        except binascii.Error:
            self._key = b""
        if not end or not header.startswith(_HEADER) or len(self._key) != _KEY_BYTES:
            raise FenceUnusable(path=str(self.path), reason=Words(N_("it is not a fence")))
        self._read_to = len(header) + 1
        return rest

    def _mark(self, line: bytes) -> bytes:
        try:
            return bytes.fromhex(line[:-1].decode("ascii"))
        except ValueError as error:
            raise FenceUnusable(
                path=str(self.path), reason=Words(N_("a line of it has been changed"))
            ) from error

    def _fingerprints(self, values: Mapping[str, str | None]) -> set[bytes]:
        return {
            hmac.digest(self._key, "\x1f".join(parts).encode(), "sha256")[:_DIGEST_BYTES]
            for parts in _named_by(values)
        }


def _named_by(values: Mapping[str, str | None]) -> Iterable[tuple[str, ...]]:
    """The combinations of values that name one person, folded so that spelling and order of names don't matter."""
    for alone in ("number", "business_id"):
        if values.get(alone):
            yield alone, _folded(values[alone])
    name = " ".join(sorted(f"{_folded(values.get('first_name'))} {_folded(values.get('last_name'))}".split()))
    if not name:
        return
    if values.get("email"):
        yield "email", name, _folded(values["email"])
    if values.get("phone"):
        yield "phone", name, _folded(values["phone"])
    if values.get("street") and values.get("postcode"):
        yield "address", name, _folded(values["street"]), _folded(values["postcode"])


def _folded(text: str | None) -> str:
    return " ".join(fold(text or "").split())
