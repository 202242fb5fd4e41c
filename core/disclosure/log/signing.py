"""Signing: after the commit, on another connection, only what was read back and computed twice.

First path: the stack in the head row, grown by each append.  Second path: hashes of the entries' stored bytes, read
again, folded with the stored hashes of finished blocks.  Nothing is signed unless both agree, the log still begins
with what was signed before and with the high-water mark outside the database, and no other signer was faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.disclosure.log import store
from core.disclosure.log.checkpoint import Checkpoint, checkpoint_text, open_checkpoint
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
from core.disclosure.log.keeping_errors import WrongKey
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.model import NOTHING_SIGNED
from core.disclosure.log.note import SignerKey, sign_note
from core.disclosure.log.tiles import TILE_HEIGHT, TILE_WIDTH
from core.disclosure.log.tree import root_of
from core.keys import KeyFileBroken, read_secret_file, write_secret_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from core.disclosure.log.keychain import KeyChain
    from core.disclosure.log.note import VerifierKey
    from core.disclosure.log.store import SignedCheckpoint, StoredCheckpoint
    from core.disclosure.log.tiles import TileTree


def next_key_file(path: Path) -> Path:
    """Where the new key lies while keys change."""
    return path.with_name(f"{path.name}.next")


class LogSigner:
    """The log's own Ed25519 key, and the next one while keys change; its name is the log's origin."""

    def __init__(self, key: SignerKey, path: Path | None = None, following: SignerKey | None = None) -> None:
        self._keys = [key] if following is None else [key, following]
        self.path = path
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
        return cls(key, path)

    @classmethod
    def load(cls, path: Path) -> LogSigner:
        """Read the key, and the next one when there is one.

        Raises:
            KeyFileMissing, KeyFileExposed, KeyFileBroken: what is wrong with the file.
        """
        following = next_key_file(path)
        return cls(read_key(path), path, read_key(following) if following.exists() else None)

    def reloaded(self) -> LogSigner:
        """As the files are now: another process may have changed keys."""
        return self if self.path is None else LogSigner.load(self.path)

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The public halves of every key at hand, older first."""
        return tuple(key.verifier for key in self._keys)

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The one line that others verify with."""
        return self.verifier.vkey

    def sign(
        self, size: int, root: bytes, now: datetime, keys: Sequence[VerifierKey] | None = None
    ) -> SignedCheckpoint:
        """The signed checkpoint; call it for what `examine` has returned and for nothing else.

        *keys* are those that sign at this size; without them, the older one alone.
        """
        checkpoint = Checkpoint(self.origin, size, root)
        wanted = (self.verifier,) if keys is None else keys
        signers = [key for key in self._keys if key.verifier in wanted]
        return store.SignedCheckpoint(checkpoint, sign_note(checkpoint.text, signers), now)

    def has_signed(self, stored: StoredCheckpoint, keys: Sequence[VerifierKey]) -> bool:
        """Whether the stored note is, byte for byte, what *keys* sign for its columns; False says only that it may not.

        Ed25519 signs one text in one way, so a note that signing anew gives again was signed by the key.  What is made
        here is compared and forgotten.
        """
        signers = [key for key in self._keys if key.verifier in keys]
        if not keys or len(signers) != len(keys) or len({key.name for key in keys}) != 1:
            return False
        text = checkpoint_text(signers[0].name, stored.size, stored.root)
        return stored.note == sign_note(text, signers)


def read_key(path: Path) -> SignerKey:
    """A signing key from its file.

    Raises:
        KeyFileMissing, KeyFileExposed, KeyFileBroken: what is wrong with the file.
    """
    try:
        return SignerKey.parse(read_secret_file(path).decode().removesuffix("\n"))
    except (FormatInvalid, UnicodeDecodeError) as error:
        raise KeyFileBroken(path=str(path)) from error


@dataclass(frozen=True, slots=True)
class Examined:
    """What may be signed: the size and root that both paths agree on, the checkpoint before it, the keys that sign."""

    size: int
    root: bytes
    before: SignedCheckpoint | None
    keys: tuple[VerifierKey, ...]


def check_stored(stored: StoredCheckpoint, keys: Sequence[VerifierKey]) -> SignedCheckpoint:
    """A stored checkpoint, its columns and the signature of each of *keys* checked.

    Raises:
        CheckpointChanged: they do not hold.
    """
    try:
        opened = {open_checkpoint(stored.note.encode(), key) for key in keys}
    except FormatInvalid as error:
        raise CheckpointChanged(size=stored.size) from error
    for checkpoint in opened:
        if (checkpoint.size, checkpoint.root) == (stored.size, stored.root) and not checkpoint.extensions:
            return store.SignedCheckpoint(checkpoint, stored.note, stored.signed_at)
    raise CheckpointChanged(size=stored.size)


def latest(
    connection: Connection, chain: KeyChain, checked: SignedCheckpoint | None = None
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
    return check_stored(stored, chain.at(stored.size))


def keys_in_force(chain: KeyChain, signer: LogSigner, size: int) -> tuple[VerifierKey, ...]:
    """The keys that sign at *size*.

    Raises:
        WrongKey: the signer has not all of them.
    """
    keys = chain.at(size)
    if not set(keys) <= set(signer.verifiers):
        raise WrongKey
    return keys


def examine(
    connection: Connection,
    signer: LogSigner,
    mark: Checkpoint | None,
    checked: SignedCheckpoint | None = None,
) -> Examined:
    """Compute the root by both paths and compare everything that must hold before it is signed.

    Reads the entries since the last checkpoint and a few tiles: the cost does not grow with the log.

    Raises:
        LogFault: one of its kinds says what does not hold.
    """
    chain = stored_chain(connection, signer.verifier)
    before = latest(connection, chain, checked)
    stack = store.head(connection)
    keys = keys_in_force(chain, signer, stack.size)
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
    return Examined(stack.size, root, before, keys)


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
