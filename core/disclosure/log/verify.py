"""Verifying the stored log: every entry, hash, block, checkpoint and line, from the bytes up."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from core.disclosure.log import signing, store
from core.disclosure.log.entries import Intent
from core.disclosure.log.errors import (
    CheckpointChanged,
    EntryChanged,
    EntryMissing,
    HeadChanged,
    LineInvalid,
    LinesChanged,
    LogFault,
    LogWentBack,
    NodeChanged,
    SignedPastChanged,
)
from core.disclosure.log.findings import Findings, Story, VerifyReport
from core.disclosure.log.keeping_errors import WrongKey
from core.disclosure.log.keychain import Era, KeyChain, stored_chain
from core.disclosure.log.lines import LINE_BYTES, lines_root
from core.disclosure.log.model import NOTHING_SIGNED
from core.disclosure.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileStack
from core.disclosure.log.tree import CompactRange, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from core.disclosure.log.high_water import HighWaterMark
    from core.disclosure.log.signing import LogSigner
    from core.disclosure.log.store import EntryRow

    LinesOf = Callable[[Connection, str], bytes | None]


def verify_stored(
    connection: Connection, signer: LogSigner, mark: HighWaterMark | None, lines: LinesOf | None
) -> VerifyReport:
    """Verify what *connection* sees; problems are in the report, nothing is raised for them."""
    return _Verification(connection, signer, lines).run(mark)


class _Verification:
    def __init__(self, connection: Connection, signer: LogSigner, lines: LinesOf | None) -> None:
        self.connection = connection
        self.signer = signer
        self.lines = lines
        self.unexplained: dict[str, int] = {}
        self.findings = Findings()
        self.story = Story(self.findings)
        self.chain = self._chain()
        self.stack = CompactRange()
        self.tiles = TileStack()
        self.nodes = store.nodes_of(connection)
        self.checkpoints = 0
        self.signed_size = NOTHING_SIGNED
        self.past_holds = True
        self.expected: Iterator[tuple[int, bytes]] = iter(())
        self.upcoming: tuple[int, bytes] | None = None
        self.known: dict[int, bytes] = {}

    def run(self, mark: HighWaterMark | None) -> VerifyReport:
        head = self._head()
        self.expected = self._signed_roots()
        self.upcoming = next(self.expected, None)
        self.known = dict(self._marked(mark))
        self._compare_roots()
        for leaves in self._blocks(head.size):
            self._grow(leaves)
        while self.upcoming is not None:
            self.findings.add(LogWentBack(size=self.stack.size, marked=self.upcoming[0]))
            self.upcoming = next(self.expected, None)
        self._end(head)
        return self._report()

    def _grow(self, leaves: list[bytes]) -> None:
        """Add a block of leaf hashes, comparing each root that was signed on the way."""
        full = self.tiles.extend(leaves)
        end = self.stack.size + len(leaves)
        inside = self.upcoming is not None and self.upcoming[0] < end
        if full and not inside and not any(self.stack.size < size < end for size in self.known):
            self.stack.append(full[0].root, TILE_HEIGHT)
            self._compare_roots()
        else:
            for leaf in leaves:
                self.stack.append(leaf)
                self._compare_roots()
        for name, _, root in full:
            level, number = name.level + 1, name.number
            if self.nodes.pop((level, number), None) != root:
                self.findings.add(NodeChanged(level=level, index=number))

    def _chain(self) -> KeyChain:
        """The keys of each size; when the entries do not tell them, the signer's own."""
        try:
            return stored_chain(self.connection, self.signer.verifier)
        except LogFault as problem:
            self.findings.add(problem)
            return KeyChain([Era(0, (self.signer.verifier,))])

    def _head(self) -> CompactRange:
        try:
            return store.head(self.connection)
        except HeadChanged as problem:
            self.findings.add(problem)
            return CompactRange(store.size_claimed(self.connection))

    def _marked(self, mark: HighWaterMark | None) -> Iterator[tuple[int, bytes]]:
        if mark is None:
            return
        try:
            marked = mark.read()
        except LogFault as problem:
            self.findings.add(problem)
            return
        size = store.size_claimed(self.connection)
        if marked.size > size:
            self.findings.add(LogWentBack(size=size, marked=marked.size))
        yield marked.size, marked.root

    def _signed_roots(self) -> Iterator[tuple[int, bytes]]:
        """Each stored checkpoint's size and root, its signature checked on the way."""
        for stored in store.checkpoints(self.connection):
            self.checkpoints += 1
            self.signed_size = stored.size
            keys = self.chain.at(stored.size)
            try:
                if not self.signer.has_signed(stored, keys):
                    signing.check_stored(stored, keys)
                yield stored.size, stored.root
            except CheckpointChanged as problem:
                self.findings.add(problem)
        if store.signed_size(self.connection) != self.signed_size:
            self.findings.add(CheckpointChanged(size=store.signed_size(self.connection)))

    def _blocks(self, size: int) -> Iterator[list[bytes]]:
        """The leaf hashes of each block of 256, the last one shorter; each entry is checked on the way."""
        leaves: list[bytes] = []
        expected = 0
        for row in store.read_rows(self.connection, 0, size):
            if row[0] != expected:
                break
            expected += 1
            leaves.append(self._entry(row))
            if len(leaves) == TILE_WIDTH:
                yield leaves
                leaves = []
        # Past a gap no root can be computed: what follows is not read.
        if expected != size:
            self.findings.add(EntryMissing(index=expected))
        if leaves:
            yield leaves

    def _entry(self, row: EntryRow) -> bytes:
        """The entry's leaf hash, from its bytes."""
        try:
            body = store.checked(row)
        except EntryChanged as problem:
            self.findings.add(problem)
            return leaf_hash(row[2])
        self.story.follow(row[0], body)
        if self.lines is not None and type(body) is Intent:
            self._compare_lines(self.lines, row[0], body)
        return row[3]

    def _compare_lines(self, lines: LinesOf, index: int, body: Intent) -> None:
        content = lines(self.connection, body.id)
        try:
            held = (
                content is not None
                and len(content) == body.count * LINE_BYTES
                and lines_root(content).hex() == body.lines_root
            )
        except LineInvalid:
            held = False
        if not held and content is None:
            # After a restore the tables lack the transfers that were put back; the resume entry comes later.
            self.unexplained[body.id] = index
        elif not held:
            self.findings.add(LinesChanged(transfer=body.id, index=index))

    def _compare_roots(self) -> None:
        """What was signed of the size reached, and what the mark says of it."""
        size = self.stack.size
        while self.upcoming is not None and self.upcoming[0] == size:
            self._compare_root(*self.upcoming)
            self.upcoming = next(self.expected, None)
        if size in self.known:
            self._compare_root(size, self.known[size])

    def _compare_root(self, size: int, root: bytes) -> None:
        """Every later root differs too, so only the first that does is told."""
        if self.past_holds and self.stack.root() != root:
            self.past_holds = False
            self.findings.add(SignedPastChanged(size=size))

    def _end(self, head: CompactRange) -> None:
        for level, number in self.nodes:
            self.findings.add(NodeChanged(level=level, index=number))
        stands = (head.size, head.frontier) == (self.stack.size, self.stack.frontier)
        if (
            not stands
            or self.tiles.root() != self.stack.root()
            or store.has_entry(self.connection, head.size)
        ):
            self.findings.add(HeadChanged())
        if stands:
            with suppress(HeadChanged):
                self.story.compare_promises(store.tile_tree(self.connection, head.size).root)
        for transfer, index in self.unexplained.items():
            if not any(index in put_back for put_back in self.story.resumed):
                self.findings.add(LinesChanged(transfer=transfer, index=index))
        if self.stack.size and not set(self.chain.at(self.stack.size)) <= set(self.signer.verifiers):
            self.findings.add(WrongKey())

    def _report(self) -> VerifyReport:
        return VerifyReport(
            origin=self.signer.origin,
            vkey=self.signer.vkey,
            size=self.stack.size,
            root=self.stack.root(),
            signed_size=self.signed_size,
            kinds=dict(self.story.kinds),
            checkpoints=self.checkpoints,
            open_intents=self.story.open_intents,
            doubtful=self.story.doubtful,
            problems=tuple(self.findings.problems),
            problem_count=self.findings.count,
        )
