"""A large file that comes as it is or as the one member of a ZIP: read as a stream, never unpacked to disk.

Sizes in the archive's own directory are a claim; what is read is counted, and ends at a limit.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from core.errors import InvalidInput, Where, Words
from core.messages import N_
from core.reasons import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAGIC: Final = b"PK\x03\x04"
_EMPTY: Final = b"PK\x05\x06"
_ENCRYPTED: Final = 0x1
_BUFFER: Final = 1 << 18


class BadArchive(InvalidInput):
    """A ZIP that is broken, or not of the kind that is expected."""

    code = "archives.bad"
    sentence = N_("The file could not be unpacked: {reason}.")
    advice = N_("Fetch it again; a file that was cut off on the way looks like this.")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The content as a stream, and its size in bytes as far as the file's own word goes."""

    stream: BinaryIO
    size: int


@contextmanager
def opened(path: Path, max_bytes: int) -> Iterator[Unpacked]:
    """The content of the file at *path*, unpacked on the way when it is a ZIP of one file.

    Raises:
        BadArchive: broken, encrypted, several files, or more than *max_bytes* of content; also while it is read.
        OSError: it cannot be opened or read.
    """
    with open_file(path) as file:
        magic = file.read(len(_MAGIC))
        file.seek(0)
        if magic not in {_MAGIC, _EMPTY}:
            yield Unpacked(_buffered(file, max_bytes, path.name), path.stat().st_size)
            return
        try:
            with zipfile.ZipFile(file) as archive:
                member = _only(archive, path.name)
                with archive.open(member) as content:
                    yield Unpacked(_buffered(content, max_bytes, path.name), member.file_size)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise _bad(path.name, N_("it is broken, or packed in a way that is not known here")) from error


def _buffered(content: Any, max_bytes: int, name: str) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Counted(content, max_bytes, name), _BUFFER))


def _only(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise _bad(name, N_("it does not hold exactly one file"))
    if members[0].flag_bits & _ENCRYPTED:
        raise _bad(name, N_("it is encrypted"))
    return members[0]


def _bad(name: str, reason: str) -> BadArchive:
    return BadArchive(where=Where(file=name), reason=Words(reason))


class _Counted(io.RawIOBase):
    """Passes reading on; ends with a refusal at the limit, and where the packed data is broken."""

    def __init__(self, inner: Any, limit: int, name: str) -> None:
        self._inner = inner
        self._left = limit
        self._name = name

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes, as a raw stream gives them."""
        try:
            content: bytes = self._inner.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _bad(self._name, N_("it is broken, or packed in a way that is not known here")) from error
        self._left -= len(content)
        if self._left < 0:
            raise _bad(self._name, N_("its content is larger than such a file can be"))
        buffer[: len(content)] = content
        return len(content)
