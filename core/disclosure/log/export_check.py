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
    LineInvalid,
    LogWentBack,
    SignedPastChanged,
    StoryBroken,
    TileInvalid,
)
from core.disclosure.log.events import KeyChange
from core.disclosure.log.export import CHECKPOINT, COSIGNED, KEYS, LINES, VKEY, opened_by_any
from core.disclosure.log.findings import Findings, Story, VerifyReport
from core.disclosure.log.lines import LINE_BYTES, decode_lines, lines_root
from core.disclosure.log.note import MAX_NOTE_BYTES, VerifierKey
from core.disclosure.log.proofs import handover_name
from core.disclosure.log.receipt import Receipt
from core.disclosure.log.standalone import TOOL_NAMES
from core.disclosure.log.tiles import (
    MAX_BUNDLE_BYTES,
    TILE_WIDTH,
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
    return _ExportCheck(directory, VerifierKey.parse(vkey), held).run()


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
    def __init__(self, directory: Path, key: VerifierKey, held: Sequence[bytes]) -> None:
        self.directory = directory
        self.key = key
        self.held = held
        self.findings = Findings()
        self.story = Story(self.findings)
        self.trusted = [key]
        self.handed: dict[int, bytes] = {}
        self.cosigned: list[str] = []
        self.lines: list[str] = []
        self.lines_roots: dict[str, tuple[int, str]] = {}
        self.stack = TileStack()
        self.present: dict[tuple[int, int], set[int]] = defaultdict(set)

    def run(self) -> VerifyReport:
        self._follow_handovers()
        checkpoint = self._checkpoint()
        if checkpoint is None:
            self._compare_vkey(self.key)
            self._opened_held()
            return self._report(0)
        self._list(checkpoint.size)
        for name in tile_names(checkpoint.size, -1):
            self._block(name)
        for name, hashes in self.stack.partial_tiles():
            self._compare_tile(name, hashes)
        if self.stack.root() != checkpoint.root:
            self.findings.add(FileChanged(path=CHECKPOINT))
        self._compare_keys(checkpoint)
        self._compare_lines()
        self._compare_held(checkpoint.size)
        return self._report(checkpoint.size)

    def _follow_handovers(self) -> None:
        """From the key that was given on: each ended key has vouched for the next."""
        while content := _read(self._handover(self.trusted[-1]), MAX_NOTE_BYTES):
            before = self.trusted[-1]
            try:
                receipt = Receipt.parse(content)
                entry = receipt.extra or b""
                receipt.verify(entry, before)
                body = entries.decode(entry)
                after = VerifierKey.parse(body.vkey) if isinstance(body, KeyChange) else before
                # The checkpoint of the overlap bears both signatures.
                receipt.verify(entry, after)
            except FormatInvalid:
                after = before
            if after in self.trusted:
                self.findings.add(FileChanged(path=f"{KEYS}/{handover_name(before)}"))
                return
            self.handed[receipt.index] = leaf_hash(entry)
            self.trusted.append(after)

    def _handover(self, key: VerifierKey) -> Path:
        return self.directory / KEYS / handover_name(key)

    def _compare_vkey(self, key: VerifierKey) -> None:
        if _read(self.directory / VKEY, MAX_NOTE_BYTES) != f"{key.vkey}\n".encode():
            self.findings.add(FileChanged(path=VKEY))

    def _compare_keys(self, checkpoint: Checkpoint) -> None:
        """The keys that the entries name are those that have signed; the key that was given is one of the log's."""
        chain = self.story.chain
        present = chain.at(checkpoint.size) or (self.key,)
        self._compare_vkey(present[-1])
        if checkpoint.size and self.key not in chain:
            self.findings.add(StoryBroken(index=0))
        content = _read(self.directory / CHECKPOINT, MAX_NOTE_BYTES) or b""
        try:
            for key in present:
                open_checkpoint(content, key)
        except FormatInvalid:
            self.findings.add(FileChanged(path=CHECKPOINT))
        tree = TileTree(checkpoint.size, self._hashes)
        self.story.compare_promises(tree.root)
        for index, leaf in self.handed.items():
            stands = (
                index < checkpoint.size and tree.hashes(0, index // TILE_WIDTH)[index % TILE_WIDTH] == leaf
            )
            if not stands:
                self.findings.add(StoryBroken(index=index))

    def _compare_lines(self) -> None:
        """The lines of a transfer are those that its intent names."""
        for path in self.lines:
            count, root = self.lines_roots.get(path, (0, ""))
            content = _read(self.directory / path, count * LINE_BYTES) or b""
            try:
                lines = decode_lines(content)
            except LineInvalid:
                lines = ()
            if len(lines) != count or lines_root(content).hex() != root:
                self.findings.add(FileChanged(path=path))

    def _checkpoint(self) -> Checkpoint | None:
        content = _read(self.directory / CHECKPOINT, MAX_NOTE_BYTES)
        if content is None:
            self.findings.add(FileMissing(path=CHECKPOINT))
            return None
        for key in reversed(self.trusted):
            try:
                return open_checkpoint(content, key)
            except FormatInvalid:
                continue
        self.findings.add(FileChanged(path=CHECKPOINT))
        return None

    def _list(self, size: int) -> None:
        """Which tiles there are; everything that the layout wants must be there, and nothing else."""
        for path in sorted(self.directory.rglob("*")):
            relative = path.relative_to(self.directory).as_posix()
            if relative in {VKEY, CHECKPOINT, *TOOL_NAMES} or (path.is_dir() and not path.is_symlink()):
                continue
            if relative.startswith(f"{COSIGNED}/") and path.name.isdigit():
                self.cosigned.append(relative)
                continue
            if relative.startswith(f"{KEYS}/"):
                continue
            if relative.startswith(f"{LINES}/"):
                self.lines.append(relative)
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
            entry = entries.decode(body)
            self.story.follow(index, entry)
            if self.lines and isinstance(entry, entries.Intent):
                self.lines_roots[f"{LINES}/{entry.id}"] = (entry.count, entry.lines_root)
        except EntryInvalid:
            self.findings.add(EntryChanged(index=index))

    def _extend(self, leaves: list[bytes]) -> None:
        for name, hashes, _ in self.stack.extend(leaves):
            self._compare_tile(name, hashes)

    def _compare_tile(self, name: TileName, hashes: list[bytes]) -> None:
        for width in self.present[name.level, name.number] | {name.width}:
            self._compare(TileName(name.level, name.number, width), encode_tile(hashes[:width]))

    def _compare_held(self, size: int) -> None:
        """The log must still begin with what the held checkpoints say."""
        tree = TileTree(size, self._hashes)
        for path in self.cosigned:
            content = _read(self.directory / path, MAX_NOTE_BYTES) or b""
            cosigned = opened_by_any(content, self.story.chain)
            good = cosigned and cosigned.size <= size and tree.root(cosigned.size) == cosigned.root
            if cosigned is None or not good or path != f"{COSIGNED}/{cosigned.size}":
                self.findings.add(FileChanged(path=path))
        for held in self._opened_held():
            # A log that was lost and continued by a successor ended where the successor begins.
            end = self._end_of(held.origin, size)
            if held.size > end:
                self.findings.add(LogWentBack(size=end, marked=held.size))
            elif tree.root(held.size) != held.root:
                self.findings.add(SignedPastChanged(size=held.size))

    def _opened_held(self) -> list[Checkpoint]:
        """The held checkpoints; each must be signed by a key that this log had.

        Raises:
            FormatInvalid: one is not this log's.
        """
        keys = [*self.trusted, *(key for era in self.story.chain.eras for key in era.keys)]
        opened = []
        for content in self.held:
            for key in keys:
                try:
                    opened.append(open_checkpoint(content, key))
                    break
                except FormatInvalid:
                    continue
            else:
                # Say why not, in the words for the key that was given.
                opened.append(open_checkpoint(content, self.key))
        return opened

    def _end_of(self, origin: str, size: int) -> int:
        """How far the log called *origin* reaches in this export."""
        eras = self.story.chain.eras
        later = [era.first - 1 for era in eras if era.keys[0].name != origin]
        ours = [era.first for era in eras if era.keys[0].name == origin]
        return min([first for first in later if ours and first >= ours[-1]], default=size)

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
