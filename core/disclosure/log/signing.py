"""Signing: after the commit, on another connection, only what was read back and computed twice.

First path: the stack in the head row, grown by each append.  Second path: hashes of the entries' stored bytes, read
again, folded with the stored hashes of finished blocks.  Nothing is signed unless both agree, the log still begins
with what was signed before and with the high-water mark outside the database, and no other signer was faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.disclosure.log import store
from core.disclosure.log.checkpoint import Checkpoint, open_checkpoint
from core.disclosure.log.errors import (
    CheckpointChanged,
    EntryMissing,
    FormatInvalid,
    HeadChanged,
    LogWentBack,
    NodeChanged,
    RootMismatch,
    SignedPastChanged,
)
from core.disclosure.log.model import NOTHING_SIGNED
from core.disclosure.log.note import SignerKey, sign_note
from core.disclosure.log.tiles import TILE_HEIGHT, TILE_WIDTH
from core.disclosure.log.tree import root_of
from core.keys import KeyFileBroken, read_secret_file, write_secret_file

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from core.disclosure.log.note import VerifierKey
    from core.disclosure.log.store import SignedCheckpoint, StoredCheckpoint
    from core.disclosure.log.tiles import TileTree


class LogSigner:
    """The log's own Ed25519 key; its name is the log's origin."""

    def __init__(self, key: SignerKey) -> None:
        self._key = key
        self.verifier: VerifierKey = key.verifier

    @classmethod
    def create(cls, path: Path, origin: str) -> LogSigner:
        """Make a new key in a new file (0600, one line, the form that Go's tools use).

        Raises:
            KeyFileExists: there is one already.
            KeyInvalid: *origin* cannot name a key (no spaces, no plus sign).
        """
        key = SignerKey.create(origin)
        write_secret_file(path, key.skey.encode() + b"\n")
        return cls(key)

    @classmethod
    def load(cls, path: Path) -> LogSigner:
        """Read the key.

        Raises:
            KeyFileMissing, KeyFileExposed, KeyFileBroken: what is wrong with the file.
        """
        try:
            return cls(SignerKey.parse(read_secret_file(path).decode().removesuffix("\n")))
        except (FormatInvalid, UnicodeDecodeError) as error:
            raise KeyFileBroken(path=str(path)) from error

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The one line that others verify with."""
        return self.verifier.vkey

    def sign(self, size: int, root: bytes, now: datetime) -> SignedCheckpoint:
        """The signed checkpoint; call it for what `examine` has returned and for nothing else."""
        checkpoint = Checkpoint(self.origin, size, root)
        return store.SignedCheckpoint(checkpoint, sign_note(checkpoint.text, [self._key]), now)


@dataclass(frozen=True, slots=True)
class Examined:
    """What may be signed: the size and root that both paths agree on, and the checkpoint before it."""

    size: int
    root: bytes
    before: SignedCheckpoint | None


def check_stored(stored: StoredCheckpoint, key: VerifierKey) -> SignedCheckpoint:
    """A stored checkpoint, its signature and columns checked.

    Raises:
        CheckpointChanged: they do not hold.
    """
    try:
        checkpoint = open_checkpoint(stored.note.encode(), key)
    except FormatInvalid as error:
        raise CheckpointChanged(size=stored.size) from error
    if (checkpoint.size, checkpoint.root) != (stored.size, stored.root) or checkpoint.extensions:
        raise CheckpointChanged(size=stored.size)
    return store.SignedCheckpoint(checkpoint, stored.note, stored.signed_at)


def latest(
    connection: Connection, key: VerifierKey, checked: SignedCheckpoint | None = None
) -> SignedCheckpoint | None:
    """The largest stored checkpoint, checked; None when nothing was signed.

    *checked* is one that was checked before: the same text is not checked again.

    Raises:
        CheckpointChanged: it was changed, or larger ones were removed.
    """
    stored = store.latest_checkpoint(connection)
    if store.signed_size(connection) != (NOTHING_SIGNED if stored is None else stored.size):
        raise CheckpointChanged(size=store.signed_size(connection))
    if stored is None:
        return None
    if checked and (stored.size, stored.root, stored.note) == (checked.size, checked.root, checked.note):
        return checked
    return check_stored(stored, key)


def examine(
    connection: Connection,
    key: VerifierKey,
    mark: Checkpoint | None,
    checked: SignedCheckpoint | None = None,
) -> Examined:
    """Compute the root by both paths and compare everything that must hold before it is signed.

    Reads the entries since the last checkpoint and a few tiles: the cost does not grow with the log.

    Raises:
        LogFault: one of its kinds says what does not hold.
    """
    before = latest(connection, key, checked)
    stack = store.head(connection)
    known = {signed for signed in (before and before.checkpoint, mark) if signed}
    for signed in known:
        if stack.size < signed.size:
            raise LogWentBack(size=stack.size, marked=signed.size)
    tree = store.tile_tree(connection, stack.size)
    start = before.size if before else 0
    _reread(connection, tree, start)
    root = tree.root(stack.size)
    if root != stack.root():
        raise RootMismatch(size=stack.size)
    for signed in known:
        if tree.root(signed.size) != signed.root:
            raise SignedPastChanged(size=signed.size)
    return Examined(stack.size, root, before)


def _reread(connection: Connection, tree: TileTree, start: int) -> None:
    """Read the entries from *start* again: their bytes must give the stored hashes, and those the blocks' roots."""
    expected = start
    # One further than the head says: there must be nothing.
    for entry in store.read_entries(connection, start, tree.size + 1):
        if entry.index == tree.size:
            raise HeadChanged
        if entry.index != expected:
            raise EntryMissing(index=expected)
        entry.check()
        expected += 1
    if expected != tree.size:
        raise EntryMissing(index=expected)
    level = 0
    while tree.size >> TILE_HEIGHT * (level + 1):
        height = TILE_HEIGHT * (level + 1)
        for number in range(start >> height, tree.size >> height):
            stored = tree.hashes(level + 1, number // TILE_WIDTH)[number % TILE_WIDTH]
            if root_of(tree.hashes(level, number)) != stored:
                raise NodeChanged(level=level + 1, index=number)
        level += 1
