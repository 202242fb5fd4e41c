"""Exporting the signed log as a directory that any C2SP tlog-tiles tool reads.

    checkpoint      vkey (one line)      tile/<L>/<N>[.p/<W>]      tile/entries/<N>[.p/<W>]

Files appear whole (temporary file, fsync, rename) and the checkpoint last, so a directory whose checkpoint is there is
complete.  A path is never written again with other bytes, but for `checkpoint`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.disclosure.log import signing, store
from core.disclosure.log.checkpoint import open_checkpoint
from core.disclosure.log.errors import (
    EntryMissing,
    ExportRefused,
    ExportUnwritable,
    FileChanged,
    FormatInvalid,
    LogWentBack,
    NothingSigned,
    RootMismatch,
    SignedPastChanged,
)
from core.disclosure.log.high_water import replace_file, sync_directory
from core.disclosure.log.tiles import TILE_WIDTH, TileName, TileStack, encode_bundle, encode_tile
from core.reasons import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from core.disclosure.log.note import VerifierKey
    from core.disclosure.log.store import SignedCheckpoint

CHECKPOINT: Final = "checkpoint"
VKEY: Final = "vkey"
TILES: Final = "tile"
_OURS: Final = frozenset({CHECKPOINT, VKEY, TILES})


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote: the signed size and root, files new and files that were there already."""

    directory: Path
    size: int
    root: bytes
    written: int
    kept: int


def write_export(connection: Connection, key: VerifierKey, directory: Path) -> ExportReport:
    """Write the log up to its largest checkpoint into *directory*; see `DisclosureLog.export`."""
    signed = signing.latest(connection, key)
    if signed is None:
        raise NothingSigned
    try:
        return _Export(connection, key, directory, signed).run()
    except OSError as error:
        raise ExportUnwritable(path=str(directory), reason=reason_of(error)) from error


class _Export:
    def __init__(
        self, connection: Connection, key: VerifierKey, directory: Path, signed: SignedCheckpoint
    ) -> None:
        self.connection = connection
        self.key = key
        self.directory = directory
        self.signed = signed
        self.written = 0
        self.kept = 0
        self.touched: set[Path] = set()

    def run(self) -> ExportReport:
        self._enter()
        # The key first: it marks the directory as an export of this log if the work is interrupted.
        self._place(VKEY, f"{self.key.vkey}\n".encode())
        self._write_tiles()
        for directory in sorted(self.touched):
            sync_directory(directory)
        replace_file(self.directory / CHECKPOINT, self.signed.note.encode())
        sync_directory(self.directory)
        return ExportReport(self.directory, self.signed.size, self.signed.root, self.written, self.kept)

    def _enter(self) -> None:
        """Make the directory, or make sure that it is an earlier export of this log."""
        if self.directory.exists() and not self.directory.is_dir():
            raise ExportRefused(path=str(self.directory))
        self.directory.mkdir(exist_ok=True)
        for leftover in self.directory.rglob(".*.tmp"):
            leftover.unlink()
        names = {path.name for path in self.directory.iterdir()}
        if not names:
            return
        vkey = self.directory / VKEY
        if not names <= _OURS or not vkey.is_file() or vkey.read_bytes() != f"{self.key.vkey}\n".encode():
            raise ExportRefused(path=str(self.directory))
        if CHECKPOINT in names:
            self._compare_earlier((self.directory / CHECKPOINT).read_bytes())

    def _compare_earlier(self, content: bytes) -> None:
        """The earlier export's checkpoint must be one that this log has grown from."""
        try:
            earlier = open_checkpoint(content, self.key)
        except FormatInvalid as error:
            raise FileChanged(path=CHECKPOINT) from error
        if earlier.size > self.signed.size:
            raise LogWentBack(size=self.signed.size, marked=earlier.size)
        if store.tile_tree(self.connection, self.signed.size).root(earlier.size) != earlier.root:
            raise SignedPastChanged(size=earlier.size)

    def _write_tiles(self) -> None:
        stack = TileStack()
        bodies: list[bytes] = []
        leaves: list[bytes] = []
        for entry in store.read_entries(self.connection, 0, self.signed.size):
            if entry.index != stack.size + len(leaves):
                raise EntryMissing(index=stack.size + len(leaves))
            entry.check()
            bodies.append(entry.body)
            leaves.append(entry.leaf_hash)
            if len(leaves) == TILE_WIDTH:
                self._write_block(stack, bodies, leaves)
                bodies, leaves = [], []
        if leaves:
            self._write_block(stack, bodies, leaves)
        if stack.size != self.signed.size:
            raise EntryMissing(index=stack.size)
        for name, hashes in stack.partial_tiles():
            self._place(name.path, encode_tile(hashes))
        if stack.root() != self.signed.root:
            raise RootMismatch(size=self.signed.size)

    def _write_block(self, stack: TileStack, bodies: list[bytes], leaves: list[bytes]) -> None:
        bundle = TileName(-1, stack.size // TILE_WIDTH, len(bodies))
        self._place(bundle.path, encode_bundle(bodies))
        for name, hashes in stack.extend(leaves):
            self._place(name.path, encode_tile(hashes))

    def _place(self, path: str, content: bytes) -> None:
        """Write a file that is not there; one that is there must hold these very bytes."""
        target = self.directory / path
        if target.exists():
            if target.read_bytes() != content:
                raise FileChanged(path=path)
            self.kept += 1
            return
        self.touched.add(target.parent)
        missing = target.parent
        while not missing.exists():
            missing = missing.parent
            self.touched.add(missing)
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, content)
        self.written += 1
