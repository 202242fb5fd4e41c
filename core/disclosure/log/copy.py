"""A copy of the log, mirror or export, read back to mend the log: nothing of it is believed but what is signed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from core.disclosure.log.errors import ReceiptInvalid, TileInvalid
from core.disclosure.log.export import CHECKPOINT, COSIGNED, KEYS, opened_by_any
from core.disclosure.log.keeping_errors import CopyDiffers, CopyTooShort
from core.disclosure.log.keychain import Era, KeyChain
from core.disclosure.log.note import MAX_NOTE_BYTES
from core.disclosure.log.receipt import Receipt
from core.disclosure.log.tiles import MAX_BUNDLE_BYTES, TILE_WIDTH, TileName, decode_bundle
from core.disclosure.log.tree import CompactRange, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from core.disclosure.log.checkpoint import Checkpoint
    from core.disclosure.log.note import VerifierKey


class Copy:
    """A directory in the form of an export."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def checkpoint(self, chain: KeyChain, own: Sequence[VerifierKey]) -> Checkpoint:
        """What the copy says it is a copy of; *own* keys may be newer than the restored entries know.

        Raises:
            CopyDiffers: its checkpoint is missing or not signed by a key of ours.
        """
        path = self.directory / CHECKPOINT
        try:
            content = path.read_bytes()[:MAX_NOTE_BYTES]
            found = opened_by_any(content, chain) or opened_by_any(content, KeyChain([Era(0, tuple(own))]))
        except OSError:
            found = None
        if found is None:
            raise CopyDiffers(path=str(self.directory), detail=CHECKPOINT)
        return found

    def notes(self) -> Iterator[bytes]:
        """Every signed checkpoint that the copy has, from handovers and cosignatures too; nothing is checked."""
        for path in sorted(self.directory.glob(f"{KEYS}/*.tlog-proof")):
            with suppress(ReceiptInvalid):
                yield Receipt.parse(path.read_bytes()).checkpoint.encode()
        for path in sorted(self.directory.glob(f"{COSIGNED}/*")):
            yield path.read_bytes()
        yield (self.directory / CHECKPOINT).read_bytes()

    def _bundle(self, number: int, width: int) -> list[bytes]:
        """The first *width* entries of a bundle: from the full one, or the shortest partial one that has them."""
        full = self.directory / TileName(-1, number, TILE_WIDTH).path
        partial = full.with_name(f"{full.name}.p")
        widths = sorted(int(path.name) for path in partial.glob("*") if path.name.isdigit())
        for wider in [TILE_WIDTH, *(one for one in widths if width <= one < TILE_WIDTH)]:
            path = self.directory / TileName(-1, number, wider).path
            if not path.is_file() or path.stat().st_size > MAX_BUNDLE_BYTES:
                continue
            try:
                return decode_bundle(path.read_bytes(), wider)[:width]
            except TileInvalid:
                continue
        raise CopyTooShort(
            path=str(self.directory), size=number * TILE_WIDTH, marked=number * TILE_WIDTH + width
        )

    def entries(self, size: int) -> Iterator[bytes]:
        """The first *size* entries, in order.

        Raises:
            CopyTooShort: one is not there or cannot be read.
        """
        for number in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
            yield from self._bundle(number, min(TILE_WIDTH, size - number * TILE_WIDTH))

    def continued(self, begun: CompactRange, promises: list[Checkpoint]) -> list[bytes]:
        """The entries that follow those of *begun*, up to the largest promise, once every root is the one promised.

        Raises:
            CopyTooShort: the copy does not reach that far.
            CopyDiffers: a root is another: the copy is another log's, or one of the two was changed.
        """
        target = max(promise.size for promise in promises)
        wanted = {promise.size: promise.root for promise in promises}
        tree = CompactRange()
        tail = []
        for index, entry in enumerate(self.entries(target)):
            if index >= begun.size:
                tail.append(entry)
            tree.append(leaf_hash(entry))
            if tree.size == begun.size and tree.root() != begun.root():
                raise CopyDiffers(path=str(self.directory), detail=f"0…{begun.size}")
            if tree.size in wanted and tree.root() != wanted[tree.size]:
                raise CopyDiffers(path=str(self.directory), detail=f"{tree.size}")
        return tail
