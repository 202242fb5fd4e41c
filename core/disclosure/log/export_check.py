"""Verifying an exported log: a directory and the key, no database."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.disclosure.log import entries
from core.disclosure.log.checkpoint import open_checkpoint
from core.disclosure.log.errors import (
    EntryChanged,
    EntryInvalid,
    FileChanged,
    FileMissing,
    FileUnexpected,
    FormatInvalid,
    LogWentBack,
    SignedPastChanged,
    TileInvalid,
)
from core.disclosure.log.export import CHECKPOINT, VKEY
from core.disclosure.log.findings import Findings, Story, VerifyReport
from core.disclosure.log.note import MAX_NOTE_BYTES, VerifierKey
from core.disclosure.log.tiles import (
    MAX_BUNDLE_BYTES,
    TileName,
    TileStack,
    TileTree,
    decode_bundle,
    decode_tile,
    encode_bundle,
    encode_tile,
    layout,
    tile_names,
)
from core.disclosure.log.tree import EMPTY_ROOT, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.disclosure.log.checkpoint import Checkpoint


def read_vkey(directory: Path) -> str:
    """The key that an export carries: good for looking at it, no proof of whose it is.

    Raises:
        FileMissing: there is none.
        KeyInvalid: it is no key.
    """
    content = _read(directory / VKEY, MAX_NOTE_BYTES)
    if content is None:
        raise FileMissing(path=VKEY)
    return VerifierKey.parse(content.decode(errors="replace").removesuffix("\n")).vkey


def verify_export(directory: Path, vkey: str, held: Sequence[bytes] = ()) -> VerifyReport:
    """Verify the log exported into *directory* with *vkey*; problems are in the report, nothing is raised for them.

    Every byte of every file counts: entries, tiles of all levels, checkpoint and key.  *held* are signed checkpoints
    that somebody kept from before: the log must still begin with what they say.

    Raises:
        KeyInvalid: *vkey* is no key.
        FormatInvalid: a held checkpoint is not one of this log's.
    """
    key = VerifierKey.parse(vkey)
    return _ExportCheck(directory, key, [open_checkpoint(content, key) for content in held]).run()


def _read(path: Path, limit: int) -> bytes | None:
    """A file's bytes; None when it is missing, no plain file, unreadable or larger than *limit*."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError:
        return None
    return content if len(content) <= limit else None


class _ExportCheck:
    def __init__(self, directory: Path, key: VerifierKey, held: Sequence[Checkpoint]) -> None:
        self.directory = directory
        self.key = key
        self.held = held
        self.findings = Findings()
        self.story = Story(key, self.findings)
        self.stack = TileStack()
        self.present: dict[tuple[int, int], set[int]] = defaultdict(set)

    def run(self) -> VerifyReport:
        if _read(self.directory / VKEY, MAX_NOTE_BYTES) != f"{self.key.vkey}\n".encode():
            self.findings.add(FileChanged(path=VKEY))
        checkpoint = self._checkpoint()
        if checkpoint is None:
            return self._report(0)
        self._list(checkpoint.size)
        for name in tile_names(checkpoint.size, -1):
            self._block(name)
        for name, hashes in self.stack.partial_tiles():
            self._compare_tile(name, hashes)
        if self.stack.root() != checkpoint.root:
            self.findings.add(FileChanged(path=CHECKPOINT))
        self._compare_held(checkpoint.size)
        return self._report(checkpoint.size)

    def _checkpoint(self) -> Checkpoint | None:
        content = _read(self.directory / CHECKPOINT, MAX_NOTE_BYTES)
        if content is None:
            self.findings.add(FileMissing(path=CHECKPOINT))
            return None
        try:
            return open_checkpoint(content, self.key)
        except FormatInvalid:
            self.findings.add(FileChanged(path=CHECKPOINT))
            return None

    def _list(self, size: int) -> None:
        """Which tiles there are; everything that the layout wants must be there, and nothing else."""
        for path in sorted(self.directory.rglob("*")):
            relative = path.relative_to(self.directory).as_posix()
            if relative in {VKEY, CHECKPOINT} or (path.is_dir() and not path.is_symlink()):
                continue
            try:
                name = TileName.parse(relative)
            except TileInvalid:
                name = None
            if name is None or not name.belongs_to(size):
                self.findings.add(FileUnexpected(path=relative))
            else:
                self.present[name.level, name.number].add(name.width)
        for name in layout(size):
            if name.width not in self.present[name.level, name.number]:
                self.findings.add(FileMissing(path=name.path))

    def _block(self, name: TileName) -> None:
        content = _read(self.directory / name.path, MAX_BUNDLE_BYTES)
        try:
            bodies = decode_bundle(content or b"", name.width)
        except TileInvalid:
            self.findings.add(FileChanged(path=name.path))
            leaves = self._leaves_of_tile(name)
        else:
            leaves = [leaf_hash(body) for body in bodies]
            if leaves != self._hashes(0, name.number, name.width):
                self.findings.add(FileChanged(path=name.path))
            for index, body in enumerate(bodies, self.stack.size):
                self._follow(index, body)
            for width in self.present[name.level, name.number] - {name.width}:
                self._compare(TileName(-1, name.number, width), encode_bundle(bodies[:width]))
        self._extend(leaves)

    def _leaves_of_tile(self, name: TileName) -> list[bytes]:
        """A bundle cannot be read: go on with what the tile of hashes says, to find out how far the fault reaches."""
        return self._hashes(0, name.number, name.width)

    def _follow(self, index: int, body: bytes) -> None:
        try:
            self.story.follow(index, entries.decode(body))
        except EntryInvalid:
            self.findings.add(EntryChanged(index=index))

    def _extend(self, leaves: list[bytes]) -> None:
        for name, hashes in self.stack.extend(leaves):
            self._compare_tile(name, hashes)

    def _compare_tile(self, name: TileName, hashes: list[bytes]) -> None:
        for width in self.present[name.level, name.number] | {name.width}:
            self._compare(TileName(name.level, name.number, width), encode_tile(hashes[:width]))

    def _compare_held(self, size: int) -> None:
        """The log must still begin with what the held checkpoints say."""
        tree = TileTree(size, self._hashes)
        for held in self.held:
            if held.size > size:
                self.findings.add(LogWentBack(size=size, marked=held.size))
            elif tree.root(held.size) != held.root:
                self.findings.add(SignedPastChanged(size=held.size))

    def _hashes(self, level: int, number: int, width: int) -> list[bytes]:
        content = _read(self.directory / TileName(level, number, width).path, MAX_BUNDLE_BYTES)
        try:
            return decode_tile(content or b"", width)
        except TileInvalid:
            return [EMPTY_ROOT] * width

    def _compare(self, name: TileName, expected: bytes) -> None:
        content = _read(self.directory / name.path, MAX_BUNDLE_BYTES)
        # A file that is missing was told of already; one that is there must be readable and hold these bytes.
        if name.width in self.present[name.level, name.number] and content != expected:
            self.findings.add(FileChanged(path=name.path))

    def _report(self, signed_size: int) -> VerifyReport:
        return VerifyReport(
            origin=self.key.name,
            vkey=self.key.vkey,
            size=self.stack.size,
            root=self.stack.root(),
            signed_size=signed_size,
            kinds=dict(self.story.kinds),
            checkpoints=1,
            open_intents=self.story.open_intents,
            doubtful=self.story.doubtful,
            problems=tuple(self.findings.problems),
            problem_count=self.findings.count,
        )
