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
from core.disclosure.log.tiles import TILE_WIDTH, TileStack
from core.disclosure.log.tree import CompactRange, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from core.disclosure.log.entries import Body
    from core.disclosure.log.high_water import HighWaterMark
    from core.disclosure.log.signing import LogSigner
    from core.disclosure.log.store import StoredEntry

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

    def run(self, mark: HighWaterMark | None) -> VerifyReport:
        head = self._head()
        expected = self._signed_roots()
        upcoming = next(expected, None)
        known = dict(self._marked(mark))
        leaves: list[bytes] = []
        while upcoming is not None and upcoming[0] == 0:
            self._compare_root(*upcoming)
            upcoming = next(expected, None)
        for entry in self._entries(head.size):
            leaf = self._entry(entry)
            self.stack.append(leaf)
            leaves.append(leaf)
            if len(leaves) == TILE_WIDTH:
                self._block(leaves)
                leaves = []
            while upcoming is not None and upcoming[0] == self.stack.size:
                self._compare_root(*upcoming)
                upcoming = next(expected, None)
            if self.stack.size in known:
                self._compare_root(self.stack.size, known[self.stack.size])
        self.tiles.extend(leaves)
        while upcoming is not None:
            self.findings.add(LogWentBack(size=self.stack.size, marked=upcoming[0]))
            upcoming = next(expected, None)
        self._end(head)
        return self._report()

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
            try:
                yield stored.size, signing.check_stored(stored, self.chain.at(stored.size)).root
            except CheckpointChanged as problem:
                self.findings.add(problem)
        if store.signed_size(self.connection) != self.signed_size:
            self.findings.add(CheckpointChanged(size=store.signed_size(self.connection)))

    def _entries(self, size: int) -> Iterator[StoredEntry]:
        for entry in store.read_entries(self.connection, 0, size):
            if entry.index != self.stack.size:
                break
            yield entry
        # Past a gap no root can be computed: what follows is not read.
        if self.stack.size != size:
            self.findings.add(EntryMissing(index=self.stack.size))

    def _entry(self, entry: StoredEntry) -> bytes:
        """The entry's leaf hash, from its bytes."""
        try:
            body = entry.check()
        except EntryChanged as problem:
            self.findings.add(problem)
        else:
            self.story.follow(entry.index, body)
            self._lines_of(entry.index, body)
            return entry.leaf_hash
        return leaf_hash(entry.body)

    def _lines_of(self, index: int, body: Body) -> None:
        if self.lines is None or not isinstance(body, Intent):
            return
        content = self.lines(self.connection, body.id)
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

    def _block(self, leaves: list[bytes]) -> None:
        """A full block: each stored hash that it completes must be the one computed here."""
        for name, hashes in self.tiles.extend(leaves):
            level, number = name.level + 1, name.number
            if self.nodes.pop((level, number), None) != root_of(hashes):
                self.findings.add(NodeChanged(level=level, index=number))

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
