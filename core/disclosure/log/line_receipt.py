"""One person's receipt: the line stands in the transfer, beside the `.tlog-proof` that the transfer stands in the log.

Of a look likewise: ``transfer`` is then the id of the read entry that the look is a line of.

::

    disclosure-log/line-proof@v1
    transfer <id>
    line <base64 of the 85 bytes>
    <base64 hash>…                        the path from the line to the intent's lines_root (its index is in the line)

A person with several lines in a transfer has several such blocks, an empty line between them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.disclosure.log.errors import LineInvalid, ReceiptInvalid
from core.disclosure.log.lines import LINE_BYTES, Line, decode_line
from core.disclosure.log.note import strict_base64
from core.disclosure.log.tree import HASH_BYTES, inclusion_path, leaf_hash, root_of, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.disclosure.log.entries import Intent
    from core.disclosure.log.events import Read

_HEADER: Final = "disclosure-log/line-proof@v1"
_MAX_HASHES: Final = 32
_MAX_BYTES: Final = 1_000_000
_HEAD_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class LineReceipt:
    """A line (85 bytes) of the transfer with that id, and the path to its `lines_root`."""

    transfer: str
    line: bytes
    path: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """One block of the file."""
        hashes = "".join(f"{base64.b64encode(value).decode()}\n" for value in self.path)
        return f"{_HEADER}\ntransfer {self.transfer}\nline {base64.b64encode(self.line).decode()}\n{hashes}"

    def verify(self, intent: Intent | Read) -> Line:
        """The line, once it is shown to be one of *intent*'s, or of a read's.

        Raises:
            ReceiptInvalid: it is another transfer's.
            LineInvalid, ProofInvalid: it is no line, or the path does not lead to the root.
        """
        if intent.id != self.transfer:
            raise ReceiptInvalid
        line = decode_line(self.line)
        root = bytes.fromhex(intent.lines_root)
        verify_inclusion(line.number, intent.count, leaf_hash(self.line), self.path, root)
        return line


def line_receipt(transfer: str, content: bytes, number: int) -> LineReceipt:
    """The receipt of line *number* among a transfer's stored lines (85 bytes each).

    Raises:
        ProofInvalid: there is no such line.
    """
    lines = [content[at : at + LINE_BYTES] for at in range(0, len(content), LINE_BYTES)]
    leaves = [leaf_hash(line) for line in lines]
    path = inclusion_path(number, len(lines), lambda start, end: root_of(leaves[start:end]))
    return LineReceipt(transfer, lines[number], tuple(path))


def encode_line_receipts(receipts: Iterable[LineReceipt]) -> bytes:
    """The file."""
    return "\n".join(receipt.text for receipt in receipts).encode()


def parse_line_receipts(content: bytes) -> list[LineReceipt]:
    """From the file.

    Raises:
        ReceiptInvalid: it is none.
    """
    if len(content) > _MAX_BYTES:
        raise ReceiptInvalid
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ReceiptInvalid from error
    if not text.endswith("\n"):
        raise ReceiptInvalid
    return [_parse_block(block) for block in text[:-1].split("\n\n")]


def _parse_block(block: str) -> LineReceipt:
    lines = block.split("\n")
    if len(lines) < _HEAD_LINES or lines[0] != _HEADER or len(lines) > _HEAD_LINES + _MAX_HASHES:
        raise ReceiptInvalid
    word, _, transfer = lines[1].partition(" ")
    mark, _, encoded = lines[2].partition(" ")
    line = strict_base64(encoded)
    path = tuple(strict_base64(value) or b"" for value in lines[_HEAD_LINES:])
    if (
        (word, mark) != ("transfer", "line")
        or line is None
        or any(len(value) != HASH_BYTES for value in path)
    ):
        raise ReceiptInvalid
    try:
        decode_line(line)
    except LineInvalid as error:
        raise ReceiptInvalid from error
    return LineReceipt(transfer, line, path)
