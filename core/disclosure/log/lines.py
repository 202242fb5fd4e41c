"""The lines of a transfer: one a data subject, fixed width, under a tree of their own.

A transfer of any number of persons is one intent entry that names the root of this tree (`lines_root`), so a batch
is disclosed, and logged, wholly or not at all.  A line says nothing to anyone without the subject's key::

    version 1 || number u32 || tag 16 || key commitment 32 || SHA-256(ciphertext) 32        = 85 bytes, big-endian

`tag` and `commitment` are `core.keys.DataKey.tag` and `.commitment`.  Lines are numbered from 0 in the order in which
they are stored; shuffle the subjects first, since the order of a list can tell who stands in it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from core.disclosure.log.errors import LineInvalid
from core.disclosure.log.tree import leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable

LINE_BYTES: Final = 85
_VERSION: Final = 1
_LAYOUT: Final = struct.Struct(">BI16s32s32s")
_TAG_BYTES: Final = 16
_HASH_BYTES: Final = 32
_LARGEST_NUMBER: Final = 2**32 - 1


class Line(NamedTuple):
    """One subject's line: ``number`` from 0; ``tag`` 16 bytes; ``commitment`` and ``digest`` 32 bytes."""

    number: int
    tag: bytes
    commitment: bytes
    digest: bytes
    version: int = _VERSION

    def encode(self) -> bytes:
        """The 85 bytes.

        Raises:
            LineInvalid: a part has another length, or the number does not fit.
        """
        if self.version != _VERSION or not 0 <= self.number <= _LARGEST_NUMBER:
            raise LineInvalid(detail=f"version {self.version}, number {self.number}")
        if (len(self.tag), len(self.commitment), len(self.digest)) != (_TAG_BYTES, _HASH_BYTES, _HASH_BYTES):
            raise LineInvalid(detail="a tag, commitment or digest has another length")
        return _LAYOUT.pack(self.version, self.number, self.tag, self.commitment, self.digest)


def decode_line(content: bytes) -> Line:
    """A line from its 85 bytes.

    Raises:
        LineInvalid: another length or version.
    """
    if len(content) != LINE_BYTES:
        raise LineInvalid(detail=f"{len(content)} bytes")
    version, number, tag, commitment, digest = _LAYOUT.unpack(content)
    if version != _VERSION:
        raise LineInvalid(detail=f"version {version}")
    return Line(number=number, tag=tag, commitment=commitment, digest=digest, version=version)


def encode_lines(lines: Iterable[Line]) -> bytes:
    """All lines of a transfer one after another, 85 bytes each: the form in which they are stored.

    Raises:
        LineInvalid: a line is malformed, or they are not numbered 0, 1, 2, …
    """
    encoded = []
    for expected, line in enumerate(lines):
        if line.number != expected:
            raise LineInvalid(detail=f"number {line.number} in place {expected}")
        encoded.append(line.encode())
    return b"".join(encoded)


def decode_lines(content: bytes) -> tuple[Line, ...]:
    """The lines of a transfer from their stored form.

    Raises:
        LineInvalid: a line is malformed, or they are not numbered 0, 1, 2, …
    """
    if len(content) % LINE_BYTES:
        raise LineInvalid(detail=f"{len(content)} bytes")
    lines = tuple(
        decode_line(content[start : start + LINE_BYTES]) for start in range(0, len(content), LINE_BYTES)
    )
    if any(line.number != expected for expected, line in enumerate(lines)):
        raise LineInvalid(detail="numbers with gaps")
    return lines


def lines_root(lines: Iterable[Line] | bytes) -> bytes:
    """The RFC 6962 root (32 bytes) over *lines*, or over their stored form; write ``.hex()`` of it into the intent.

    Raises:
        LineInvalid: as `encode_lines`; stored bytes that are no multiple of 85.
    """
    content = lines if isinstance(lines, bytes) else encode_lines(lines)
    if len(content) % LINE_BYTES:
        raise LineInvalid(detail=f"{len(content)} bytes")
    return root_of(
        [leaf_hash(content[start : start + LINE_BYTES]) for start in range(0, len(content), LINE_BYTES)]
    )
