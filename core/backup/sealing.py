"""The outermost layer: an age file, written and read as a stream.

age cuts the content into chunks of 64 KiB, each encrypted and authenticated with its number, the last one marked: a
byte that was changed, a chunk that is missing, doubled or in another place, and an end that is not the end are refused.
"""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING, Any, Final, cast

import pyrage

from core.backup.errors import BackupUnreadable, Damaged, NotABackup, OtherKey
from core.errors import Words
from core.messages import N_
from core.reasons import open_file, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from pyrage.x25519 import Identity, Recipient

_MAGIC: Final = b"age-encryption.org/v1\n"
_CHUNK: Final = 64 * 1024
_SEALED_CHUNK: Final = _CHUNK + 16
_NONCE: Final = 16
_LONGEST_HEADER: Final = 64 * 1024


class _Pulled(io.RawIOBase):
    """An iterator of bytes as a stream to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.raised: BaseException | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes; 0 at the end."""
        while not self._left:
            try:
                piece = next(self._pieces, None)
            except BaseException as error:
                self.raised = error
                raise
            if piece is None:
                return 0
            self._left = piece
        content = self._left[: len(buffer)]
        buffer[: len(content)] = content
        self._left = self._left[len(content) :]
        return len(content)


class _Pushed(io.BufferedIOBase):
    """A stream to write that hands everything to a function, and remembers what that raised."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self.passed = 0
        self.raised: BaseException | None = None

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: Any, /) -> int:
        """Hand it on."""
        piece = bytes(content)
        try:
            self._take(piece)
        except BaseException as error:
            self.raised = error
            raise
        self.passed += len(piece)
        return len(piece)


def write_sealed(path: Path, recipients: Sequence[Recipient], pieces: Iterator[bytes]) -> int:
    """Encrypt *pieces* into a new file at *path* (0600), there whole and durable or not at all; returns its size.

    Raises:
        BackupUnreadable: it cannot be written, or something of that name is there.
    """
    temporary = path.with_name(f".{path.name}.part")
    pulled = _Pulled(pieces)
    try:
        if os.path.lexists(path):
            raise FileExistsError(17, "", str(path))
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                pyrage.encrypt_io(io.BufferedReader(pulled, _CHUNK), stream, list(recipients))
                stream.flush()
                os.fsync(stream.fileno())
            size = temporary.stat().st_size
            os.link(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
        _sync_folder(path)
    except (pyrage.EncryptError, OSError) as error:
        if pulled.raised is not None:
            raise pulled.raised from None
        if isinstance(error, OSError):
            raise BackupUnreadable(path=str(path), reason=reason_of(error)) from error
        raise
    return size


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_sealed(path: Path, identities: Sequence[Identity], take: Callable[[bytes], None]) -> None:
    """Decrypt the file at *path*, piece by piece, into *take*; a piece that it gets is as it was written.

    Raises:
        BackupUnreadable: it cannot be read.
        NotABackup: it is no age file.
        OtherKey: no identity opens it.
        Damaged: a later part of it is not as it was written; *take* has had what stands before.
    """
    pushed = _Pushed(take)
    try:
        with open_file(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            payload = _payload_begins(stream, path)
            stream.seek(0)
            try:
                pyrage.decrypt_io(cast("io.BufferedReader", stream), pushed, list(identities))
            except (pyrage.DecryptError, OSError) as error:
                if pushed.raised is not None:
                    raise pushed.raised from None
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
                    raise OtherKey(path=str(path)) from error
                place = payload + pushed.passed // _CHUNK * _SEALED_CHUNK if pushed.passed else payload
                raise Damaged(path=str(path), place=min(place, size), size=size) from error
    except OSError as error:
        if pushed.raised is error:
            raise
        raise BackupUnreadable(path=str(path), reason=reason_of(error)) from error


def _payload_begins(stream: BinaryIO, path: Path) -> int:
    start = stream.read(_LONGEST_HEADER)
    if not start.startswith(_MAGIC):
        raise NotABackup(path=str(path), detail=Words(N_("it does not begin as an age file")))
    mac = start.find(b"\n--- ")
    end = start.find(b"\n", mac + 1)
    if mac < 0 or end < 0:
        return 0
    return end + 1 + _NONCE
