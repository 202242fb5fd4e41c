"""The mirror: the signed log as an export that is kept up to date at each signing, on another disk if possible.

Tiles are staged before the high-water mark moves and the checkpoint is published after it is committed, so whatever was
signed can be read back from the mirror, whenever the machine stopped.  A file is written whole (temporary file, fsync,
rename, fsync of the directory), read back, and never written again with other bytes; the checkpoint only grows.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from core.disclosure.log import store
from core.disclosure.log.cosigned import cosigned_notes
from core.disclosure.log.errors import CheckpointInvalid, EntryMissing, NoteInvalid
from core.disclosure.log.export import CHECKPOINT, COSIGNED, KEYS, VKEY, opened_by_any
from core.disclosure.log.high_water import replace_file, sync_directory
from core.disclosure.log.keeping_errors import MirrorConflict, MirrorUnwritable
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.proofs import handovers
from core.disclosure.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileName, encode_bundle, encode_tile
from core.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from core.disclosure.log.store import SignedCheckpoint

_NOTHING: Final = -1


class Mirror:
    """The mirror in a directory; ``required``: nothing is signed, and so nothing leaves, while it cannot be written."""

    def __init__(self, directory: Path, *, required: bool = False) -> None:
        self.directory = directory
        self.required = required
        self.published = _NOTHING

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, over all processes; the lock lies beside the mirror, which holds the log alone.

        Raises:
            MirrorUnwritable: a file cannot be written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with self.directory.with_name(f".{self.directory.name}.lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise MirrorUnwritable(path=str(self.directory), reason=reason_of(error)) from error

    def stage(self, connection: Connection, size: int) -> None:
        """Write every tile of a log of *size* entries that is not there yet; the checkpoint stays as it was.

        Raises:
            MirrorUnwritable: a file cannot be written.
            MirrorConflict: a file holds other bytes, or the mirror's checkpoint is not this log's.
        """
        if self.published == size:
            return
        with self._locked():
            start = self._published_size(connection)
            if start > size:
                return
            touched: set[Path] = set()
            for name in _missing(start, size):
                self._place(name, _content(connection, name), touched)
            for directory in sorted(touched):
                sync_directory(directory)
            self._drop_partials(start, size)

    def publish(self, connection: Connection, signed: SignedCheckpoint) -> None:
        """Let the mirror's checkpoint follow, unless another process was further.

        Raises:
            MirrorUnwritable, MirrorConflict: as `stage`.
        """
        if self.published == signed.size or not signed.size:
            return
        with self._locked():
            if self._published_size(connection) < signed.size:
                chain = stored_chain(connection)
                self._replace(VKEY, f"{chain.at(signed.size)[-1].vkey}\n".encode())
                self._follow(handovers(connection, chain), KEYS)
                notes = ((str(size), note.encode()) for size, note in cosigned_notes(connection))
                self._follow(notes, COSIGNED)
                self._replace(CHECKPOINT, signed.note.encode())
                sync_directory(self.directory)
            self.published = signed.size

    def _follow(self, files: Iterator[tuple[str, bytes]], folder: str) -> None:
        """The few files beside the tiles: keys that have ended, checkpoints that others have cosigned."""
        for name, content in files:
            target = self.directory / folder / name
            if target.exists() and target.read_bytes() == content:
                continue
            target.parent.mkdir(exist_ok=True)
            self._replace(f"{folder}/{name}", content)
            sync_directory(target.parent)

    def _published_size(self, connection: Connection) -> int:
        """How far the mirror's checkpoint goes; 0 for a new mirror."""
        path = self.directory / CHECKPOINT
        if not path.exists():
            return 0
        try:
            found = opened_by_any(path.read_bytes(), stored_chain(connection))
        except (NoteInvalid, CheckpointInvalid):
            found = None
        if found is None:
            raise MirrorConflict(path=str(self.directory), detail=CHECKPOINT)
        size = store.head(connection).size
        # Another process may be ahead of what this transaction sees; what both know must agree.
        if found.size <= size and store.tile_tree(connection, size).root(found.size) != found.root:
            raise MirrorConflict(path=str(self.directory), detail=CHECKPOINT)
        return found.size

    def _place(self, name: TileName, content: bytes, touched: set[Path]) -> None:
        target = self.directory / name.path
        if target.exists():
            if target.read_bytes() != content:
                raise MirrorConflict(path=str(self.directory), detail=name.path)
            return
        touched.add(target.parent)
        missing = target.parent
        while not missing.exists():
            missing = missing.parent
            touched.add(missing)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._replace(name.path, content)

    def _replace(self, path: str, content: bytes) -> None:
        replace_file(self.directory / path, content)
        # A late write of a process that was thought dead must not go unnoticed.
        if (self.directory / path).read_bytes() != content:
            raise MirrorConflict(path=str(self.directory), detail=path)

    def _drop_partials(self, start: int, size: int) -> None:
        """A full tile stands for every shorter form of it (tlog-tiles lets those go, and readers fall back)."""
        for level in _levels(size):
            height = TILE_HEIGHT * (max(level, 0) + 1)
            for number in range(start >> height, size >> height):
                full = self.directory / TileName(level, number, TILE_WIDTH).path
                partial = full.with_name(f"{full.name}.p")
                if partial.is_dir():
                    for shorter in partial.iterdir():
                        shorter.unlink()
                    partial.rmdir()


def _levels(size: int) -> Iterator[int]:
    """-1 for the entries, then each level of hashes that a log of *size* entries has."""
    yield -1
    level = 0
    while size >> TILE_HEIGHT * level:
        yield level
        level += 1


def _missing(start: int, size: int) -> Iterator[TileName]:
    """The tiles of a log of *size* entries that a mirror of *start* entries may lack."""
    for level in _levels(size):
        height = TILE_HEIGHT * max(level, 0)
        full, rest = divmod(size >> height, TILE_WIDTH)
        for number in range((start >> height) // TILE_WIDTH, full):
            yield TileName(level, number, TILE_WIDTH)
        if rest:
            yield TileName(level, full, rest)


def _content(connection: Connection, name: TileName) -> bytes:
    first = name.number * TILE_WIDTH
    if name.level < 0:
        bodies = [entry.body for entry in store.read_entries(connection, first, first + name.width)]
        if len(bodies) != name.width:
            raise EntryMissing(index=first + len(bodies))
        return encode_bundle(bodies)
    return encode_tile(store.read_tile(connection, name.level, name.number, name.width))
