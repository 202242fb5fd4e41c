"""Exporting the signed log as a directory that any C2SP tlog-tiles tool reads.

    checkpoint      vkey (one line)      tile/<L>/<N>[.p/<W>]      tile/entries/<N>[.p/<W>]
    checkpoints/<size>                   checkpoints that others have cosigned
    lines/<transfer id>                      the lines of a transfer, when they were asked for
    README.txt  verify_log.py  verify-log.sh how to verify all this without the register
    keys/<key id>.tlog-proof             signed by a key that has ended: the entry that brought in the next one

Files appear whole (temporary file, fsync, rename) and the checkpoint last, so a directory whose checkpoint is there is
complete.  A path is never written again with other bytes, but for `checkpoint`, `vkey` when the key was changed, and
`checkpoints/…` when another has cosigned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.disclosure.log import signing, store
from core.disclosure.log.checkpoint import open_checkpoint
from core.disclosure.log.cosigned import cosigned_notes, with_cosignatures
from core.disclosure.log.entries import Intent
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
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.proofs import handovers
from core.disclosure.log.standalone import TOOL_NAMES, tools
from core.disclosure.log.tiles import TILE_WIDTH, TileName, TileStack, encode_bundle, encode_tile
from core.reasons import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from core.disclosure.log.checkpoint import Checkpoint
    from core.disclosure.log.keychain import KeyChain
    from core.disclosure.log.note import VerifierKey
    from core.disclosure.log.store import SignedCheckpoint
    from core.disclosure.log.verify import LinesOf

CHECKPOINT: Final = "checkpoint"
VKEY: Final = "vkey"
TILES: Final = "tile"
KEYS: Final = "keys"
COSIGNED: Final = "checkpoints"
LINES: Final = "lines"
_OURS: Final = frozenset({CHECKPOINT, VKEY, TILES, KEYS, COSIGNED, LINES, *TOOL_NAMES})


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote: the signed size and root, files new and files that were there already."""

    directory: Path
    size: int
    root: bytes
    written: int
    kept: int


def write_export(
    connection: Connection, key: VerifierKey, directory: Path, lines: LinesOf | None = None
) -> ExportReport:
    """Write the log up to its largest checkpoint into *directory*; see `DisclosureLog.export`.  *key*: the signer's."""
    chain = stored_chain(connection, key)
    signed = signing.latest(connection, chain)
    if signed is None:
        raise NothingSigned
    try:
        return _Export(connection, chain, directory, signed, lines).run()
    except OSError as error:
        raise ExportUnwritable(path=str(directory), reason=reason_of(error)) from error


def opened_by_any(content: bytes, chain: KeyChain) -> Checkpoint | None:
    """The checkpoint in *content*, signed by one of the chain's keys at a size where that key signs; else None."""
    for key in dict.fromkeys(key for era in chain.eras for key in era.keys):
        try:
            checkpoint = open_checkpoint(content, key)
        except FormatInvalid:
            continue
        if key in chain.at(checkpoint.size):
            return checkpoint
    return None


class _Export:
    def __init__(
        self,
        connection: Connection,
        chain: KeyChain,
        directory: Path,
        signed: SignedCheckpoint,
        lines: LinesOf | None,
    ) -> None:
        self.connection = connection
        self.chain = chain
        self.vkey = f"{chain.at(signed.size)[-1].vkey}\n".encode()
        self.directory = directory
        self.signed = signed
        self.lines = lines
        self.written = 0
        self.kept = 0
        self.touched: set[Path] = set()

    def run(self) -> ExportReport:
        self._enter()
        # The key first: it marks the directory as an export of this log if the work is interrupted.
        self._replace(VKEY, self.vkey)
        self._write_tiles()
        for name, content in handovers(self.connection, self.chain):
            self._place(f"{KEYS}/{name}", content)
        for size, note in cosigned_notes(self.connection):
            self._replace(f"{COSIGNED}/{size}", note.encode())
        for name, tool in tools():
            self._replace(name, tool)
        for directory in sorted(self.touched):
            sync_directory(directory)
        note = with_cosignatures(self.connection, self.signed)
        replace_file(self.directory / CHECKPOINT, note.encode())
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
        ours = {f"{key.vkey}\n".encode() for era in self.chain.eras for key in era.keys}
        if not names <= _OURS or not vkey.is_file() or vkey.read_bytes() not in ours:
            raise ExportRefused(path=str(self.directory))
        if CHECKPOINT in names:
            self._compare_earlier((self.directory / CHECKPOINT).read_bytes())

    def _compare_earlier(self, content: bytes) -> None:
        """The earlier export's checkpoint must be one that this log has grown from."""
        earlier = opened_by_any(content, self.chain)
        if earlier is None:
            raise FileChanged(path=CHECKPOINT)
        if earlier.size > self.signed.size:
            raise LogWentBack(size=self.signed.size, marked=earlier.size)
        if store.tile_tree(self.connection, self.signed.size).root(earlier.size) != earlier.root:
            raise SignedPastChanged(size=earlier.size)

    def _write_tiles(self) -> None:
        stack = TileStack()
        bodies: list[bytes] = []
        leaves: list[bytes] = []
        for row in store.read_rows(self.connection, 0, self.signed.size):
            if row[0] != stack.size + len(leaves):
                raise EntryMissing(index=stack.size + len(leaves))
            body = store.checked(row)
            if self.lines is not None and isinstance(body, Intent):
                self._place(f"{LINES}/{body.id}", self.lines(self.connection, body.id) or b"")
            bodies.append(row[2])
            leaves.append(row[3])
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
        for name, hashes, _ in stack.extend(leaves):
            self._place(name.path, encode_tile(hashes))

    def _replace(self, path: str, content: bytes) -> None:
        """Write one of the few files that may change."""
        target = self.directory / path
        if target.exists() and target.read_bytes() != content:
            self.touched.add(target.parent)
            replace_file(target, content)
            self.written += 1
        else:
            self._place(path, content)

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
