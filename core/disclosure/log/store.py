"""The log's rows: appending inside the caller's unit of work, reading back.

An entry's index is the size in the head row, locked for the transaction: never a sequence, which has gaps and is not
in the order of commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, bindparam, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from core.disclosure.log import entries
from core.disclosure.log.errors import (
    EntryChanged,
    EntryInvalid,
    HeadChanged,
    LogExists,
    LogNotCreated,
)
from core.disclosure.log.model import SINGLETON, log_checkpoint, log_entry, log_head, log_node, log_signed
from core.disclosure.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileTree
from core.disclosure.log.tree import HASH_BYTES, CompactRange, leaf_hash
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from core.disclosure.log.checkpoint import Checkpoint

# Index, kind, body, leaf hash, milliseconds.
EntryRow = tuple[int, str, bytes, bytes, int]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ROWS_AT_ONCE: Final = 4 * TILE_WIDTH

# Built once: a transfer pays for each of these.
_READ_HEAD: Final = select(log_head.c.size, log_head.c.frontier).where(log_head.c.id == SINGLETON)
_HEAD: Final = Prepared(_READ_HEAD)
_LOCKED_HEAD: Final = Prepared(_READ_HEAD.with_for_update())
_TIME: Final = Prepared(select(log_entry.c.recorded_at).where(log_entry.c.entry_index == bindparam("at")))
_INSERT_ENTRY: Final = Prepared(
    insert(log_entry), ("entry_index", "kind", "body", "leaf_hash", "recorded_at")
)
_INSERT_NODE: Final = Prepared(insert(log_node), ("level", "node_index", "hash"))
_MOVE_HEAD: Final = Prepared(
    update(log_head)
    .where(log_head.c.id == SINGLETON)
    .values(size=bindparam("grown"), frontier=bindparam("hashes"))
)
_ENTRIES: Final = Prepared(
    select(
        log_entry.c.entry_index,
        log_entry.c.kind,
        log_entry.c.body,
        log_entry.c.leaf_hash,
        # As the milliseconds that they are: a million need not become dates.
        type_coerce(log_entry.c.recorded_at, BigInteger),
    )
    .where(log_entry.c.entry_index >= bindparam("start"), log_entry.c.entry_index < bindparam("upto"))
    .order_by(log_entry.c.entry_index)
)
_LEAVES: Final = Prepared(
    select(log_entry.c.leaf_hash)
    .where(log_entry.c.entry_index >= bindparam("start"), log_entry.c.entry_index < bindparam("upto"))
    .order_by(log_entry.c.entry_index)
)
_NODES: Final = Prepared(
    select(log_node.c.hash)
    .where(
        log_node.c.level == bindparam("level"),
        log_node.c.node_index >= bindparam("start"),
        log_node.c.node_index < bindparam("upto"),
    )
    .order_by(log_node.c.node_index)
)
_AFTER: Final = Prepared(
    select(log_entry.c.entry_index).where(log_entry.c.entry_index >= bindparam("start")).limit(1)
)
_LATEST: Final = Prepared(select(log_checkpoint).order_by(log_checkpoint.c.size.desc()).limit(1))
_MOVE_SIGNED: Final = Prepared(
    update(log_signed)
    .where(log_signed.c.id == SINGLETON, log_signed.c.size == bindparam("before"))
    .values(size=bindparam("grown"))
)
_INSERT_CHECKPOINT: Final = Prepared(insert(log_checkpoint), ("size", "root", "note", "signed_at"))
_SIGNED: Final = Prepared(select(log_signed.c.size).where(log_signed.c.id == SINGLETON))


def milliseconds(instant: datetime) -> int:
    """An aware `datetime` as the whole milliseconds since 1970 that entries hold."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant(ts: int) -> datetime:
    """The aware UTC `datetime` of an entry's milliseconds."""
    return _EPOCH + timedelta(milliseconds=ts)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it lies in the database; ``body`` are the very bytes that were hashed."""

    index: int
    kind: str
    body: bytes
    recorded_at: datetime
    leaf_hash: bytes

    def decode(self) -> entries.Body:
        """Its typed body.

        Raises:
            EntryInvalid: the stored bytes are not an entry.
        """
        return entries.decode(self.body)

    def check(self) -> entries.Body:
        """Its typed body, once the hash, kind and time stored beside the bytes are found to be those of the bytes.

        Raises:
            EntryChanged: they are not, or the bytes are not an entry.
        """
        return checked((self.index, self.kind, self.body, self.leaf_hash, milliseconds(self.recorded_at)))


def checked(row: EntryRow) -> entries.Body:
    """As `StoredEntry.check`, for a row as it lies in the database."""
    index, kind, content, leaf, recorded = row
    try:
        body = entries.decode(content)
    except EntryInvalid as error:
        raise EntryChanged(index=index) from error
    if leaf != leaf_hash(content) or kind != entries.kind_of(body) or recorded != body.ts:
        raise EntryChanged(index=index)
    return body


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signed note, as stored."""

    checkpoint: Checkpoint
    note: str
    signed_at: datetime

    @property
    def size(self) -> int:
        """How many entries it covers."""
        return self.checkpoint.size

    @property
    def root(self) -> bytes:
        """The root over them."""
        return self.checkpoint.root


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A row of the checkpoints, unchecked."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The head row, unchecked: the size that it claims (0 when the row is gone) and the stack's bytes."""

    size: int
    frontier: bytes | None

    def stack(self) -> CompactRange:
        """The stack of subtree roots.

        Raises:
            HeadChanged: size and stack do not fit together, or the row is gone.
        """
        if self.frontier is None or len(self.frontier) != HASH_BYTES * self.size.bit_count():
            raise HeadChanged
        hashes = [self.frontier[at : at + HASH_BYTES] for at in range(0, len(self.frontier), HASH_BYTES)]
        return CompactRange(self.size, hashes)


def _head(row: tuple[Any, ...] | None) -> Head:
    return Head(0, None) if row is None else Head(row[0], row[1])


def head(connection: Connection) -> CompactRange:
    """The size and the stack of subtree roots, as stored.

    Raises:
        HeadChanged: they do not fit together.
    """
    return _head(_HEAD.row(connection)).stack()


def locked_head(connection: Connection) -> Head:
    """The head row, locked until the transaction ends: nobody else appends meanwhile."""
    return _head(_LOCKED_HEAD.row(connection))


def time_of(connection: Connection, index: int) -> datetime | None:
    """When the entry at *index* says that it was written; None when there is none."""
    row = _TIME.row(connection, {"at": index})
    return None if row is None else row[0]


def size_claimed(connection: Connection) -> int:
    """The size that the head row claims, whether or not the rest of it fits; 0 when the row is gone."""
    return _head(_HEAD.row(connection)).size


def append(connection: Connection, body: entries.Body, stack: CompactRange | None = None) -> int:
    """Add an entry in the transaction of *connection*; returns its index.

    *stack* is that of the locked head, where the caller has read it; it grows.

    Raises:
        EntryInvalid: the body is outside its schema.
        LogNotCreated, LogExists: the first entry is the genesis, and no other is.
        HeadChanged: the stored head does not fit the entries.
    """
    entry = entries.encode(body)
    if stack is None:
        stack = locked_head(connection).stack()
    index = stack.size
    continues = isinstance(body, entries.Genesis) and isinstance(body.predecessor, entries.Predecessor)
    if isinstance(body, entries.Genesis) != (index == 0) and not continues:
        raise LogExists(size=index) if index else LogNotCreated
    leaf = leaf_hash(entry)
    row = {
        "entry_index": index,
        "kind": entries.kind_of(body),
        "body": entry,
        "leaf_hash": leaf,
        "recorded_at": instant(body.ts),
    }
    try:
        _INSERT_ENTRY.run(connection, row)
        for height, node in stack.append(leaf):
            if height % TILE_HEIGHT == 0:
                place = {"level": height // TILE_HEIGHT, "node_index": index >> height, "hash": node}
                _INSERT_NODE.run(connection, place)
    except IntegrityError as error:
        raise HeadChanged from error
    _MOVE_HEAD.run(connection, {"grown": stack.size, "hashes": b"".join(stack.frontier)})
    return index


def read_entries(connection: Connection, start: int, end: int) -> Iterator[StoredEntry]:
    """The entries from *start* up to but not including *end*, in order, a few blocks in memory at a time."""
    for index, kind, body, leaf, recorded in read_rows(connection, start, end):
        yield StoredEntry(index, kind, body, instant(recorded), leaf)


def read_rows(connection: Connection, start: int, end: int) -> Iterator[EntryRow]:
    """As `read_entries`: index, kind, body, leaf hash and milliseconds of each, for reading by the million."""
    while start < end:
        upto = min(end, start - start % TILE_WIDTH + _ROWS_AT_ONCE)
        yield from _ENTRIES.rows(connection, {"start": start, "upto": upto})
        start = upto


def has_entry(connection: Connection, index: int) -> bool:
    """Whether there is a row at or after *index*, whatever the head says."""
    return _AFTER.row(connection, {"start": index}) is not None


def read_tile(connection: Connection, level: int, number: int, width: int) -> Sequence[bytes]:
    """The first *width* hashes of a stored tile.

    Raises:
        HeadChanged: one is missing or has another length.
    """
    first = number * TILE_WIDTH
    span = {"start": first, "upto": first + width}
    rows = _NODES.rows(connection, {**span, "level": level}) if level else _LEAVES.rows(connection, span)
    hashes = [value for (value,) in rows]
    if len(hashes) != width or any(len(value) != HASH_BYTES for value in hashes):
        raise HeadChanged
    return hashes


def tile_tree(connection: Connection, size: int) -> TileTree:
    """The tree of the first *size* entries over the stored hashes; reading a missing hash raises `HeadChanged`."""
    return TileTree(size, partial(read_tile, connection))


def nodes_of(connection: Connection) -> dict[tuple[int, int], bytes]:
    """Every stored node hash by (level, index)."""
    return {(row.level, row.node_index): row.hash for row in connection.execute(select(log_node))}


def checkpoints(connection: Connection) -> Iterator[StoredCheckpoint]:
    """The stored checkpoints, smallest first, unchecked."""
    statement = select(log_checkpoint).order_by(log_checkpoint.c.size)
    # On the statement: on the connection it would hold for whatever comes after, writing too.
    for row in connection.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE)):
        yield StoredCheckpoint(row.size, row.root, row.note, row.signed_at)


def latest_checkpoint(connection: Connection) -> StoredCheckpoint | None:
    """The largest stored checkpoint, unchecked."""
    row = _LATEST.row(connection)
    return None if row is None else StoredCheckpoint(*row)


def signed_size(connection: Connection) -> int | None:
    """The largest size that was signed, -1 for none; None when the row is gone."""
    row = _SIGNED.row(connection)
    return None if row is None else int(row[0])


def store_checkpoint(connection: Connection, before: int, signed: SignedCheckpoint) -> bool:
    """Store a checkpoint if the largest signed size is still *before*; says whether it was."""
    if _MOVE_SIGNED.run(connection, {"before": before, "grown": signed.size}) != 1:
        return False
    checkpoint = {
        "size": signed.size,
        "root": signed.root,
        "note": signed.note,
        "signed_at": signed.signed_at,
    }
    _INSERT_CHECKPOINT.run(connection, checkpoint)
    return True
