"""Receipts (C2SP tlog-proof): an entry's place in a checkpoint, for whoever holds the entry.

The text proves nothing by itself: `verify` it with the entry's bytes and the log's key.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.disclosure.log.checkpoint import Checkpoint, open_checkpoint
from core.disclosure.log.errors import ReceiptInvalid
from core.disclosure.log.note import strict_base64
from core.disclosure.log.tree import HASH_BYTES, leaf_hash, verify_inclusion

if TYPE_CHECKING:
    from core.disclosure.log.note import VerifierKey

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,19})\Z")
_EXTRA: Final = "extra "
_LARGEST_INDEX: Final = 2**64 - 1
_MAX_HASHES: Final = 63
_MAX_BYTES: Final = 1_100_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """An inclusion proof with the signed checkpoint it leads to; ``extra`` is not authenticated by anything."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """The ``.tlog-proof`` file."""
        extra = "" if self.extra is None else f"{_EXTRA}{base64.b64encode(self.extra).decode()}\n"
        hashes = "".join(f"{base64.b64encode(value).decode()}\n" for value in self.path)
        return f"{_HEADER}\n{extra}index {self.index}\n{hashes}\n{self.checkpoint}"

    @classmethod
    def parse(cls, content: bytes) -> Receipt:
        """From the file.

        Raises:
            ReceiptInvalid: another header, a malformed line, a hash that has not 32 bytes, too many hashes.
        """
        try:
            head, separator, checkpoint = content[:_MAX_BYTES].decode().partition("\n\n")
        except UnicodeDecodeError as error:
            raise ReceiptInvalid from error
        lines = head.split("\n")
        if not separator or len(content) > _MAX_BYTES or lines.pop(0) != _HEADER:
            raise ReceiptInvalid
        extra = None
        if lines and lines[0].startswith(_EXTRA):
            extra = _decoded(lines.pop(0).removeprefix(_EXTRA))
        index = _INDEX.match(lines.pop(0)) if lines else None
        path = tuple(_decoded(line) for line in lines)
        if index is None or int(index[1]) > _LARGEST_INDEX or len(path) > _MAX_HASHES:
            raise ReceiptInvalid
        if any(len(value) != HASH_BYTES for value in path):
            raise ReceiptInvalid
        return cls(int(index[1]), path, checkpoint, extra)

    def verify(self, entry: bytes, key: VerifierKey) -> Checkpoint:
        """The checkpoint that contains *entry*, once signature and path are checked.

        Raises:
            FormatInvalid: one of its kinds says what does not hold.
        """
        checkpoint = open_checkpoint(self.checkpoint.encode(), key)
        verify_inclusion(self.index, checkpoint.size, leaf_hash(entry), self.path, checkpoint.root)
        return checkpoint


def _decoded(text: str) -> bytes:
    content = strict_base64(text)
    if content is None:
        raise ReceiptInvalid
    return content
