"""The log's rows: appending inside the caller's unit of work, reading back.

An entry's index is the size in the head row, locked for the transaction: never a sequence, which has gaps and is not
in the order of commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Row

    from core.disclosure.log.checkpoint import Checkpoint

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ROWS_AT_ONCE: Final = 4 * TILE_WIDTH

# Built once: a transfer pays for each of these.
_HEAD: Final = select(log_head.c.size, log_head.c.frontier).where(log_head.c.id == SINGLETON)
_LOCKED_HEAD: Final = _HEAD.with_for_update()
_INSERT_ENTRY: Final = insert(log_entry)
_INSERT_NODE: Final = insert(log_node)
_MOVE_HEAD: Final = (
    update(log_head)
    .where(log_head.c.id == SINGLETON)
    .values(size=bindparam("grown"), frontier=bindparam("hashes"))
)
_ENTRIES: Final = (
    select(log_entry)
    .where(log_entry.c.entry_index >= bindparam("start"), log_entry.c.entry_index < bindparam("upto"))
    .order_by(log_entry.c.entry_index)
)
_LEAVES: Final = (
    select(log_entry.c.leaf_hash)
    .where(log_entry.c.entry_index >= bindparam("start"), log_entry.c.entry_index < bindparam("upto"))
    .order_by(log_entry.c.entry_index)
)
_NODES: Final = (
    select(log_node.c.hash)
    .where(
        log_node.c.level == bindparam("level"),
        log_node.c.node_index >= bindparam("start"),
        log_node.c.node_index < bindparam("upto"),
    )
    .order_by(log_node.c.node_index)
)
_AFTER: Final = select(log_entry.c.entry_index).where(log_entry.c.entry_index >= bindparam("start")).limit(1)
_LATEST: Final = select(log_checkpoint).order_by(log_checkpoint.c.size.desc()).limit(1)
_TIME: Final = select(log_entry.c.recorded_at).where(log_entry.c.entry_index == bindparam("at"))
_MOVE_SIGNED: Final = (
    update(log_signed)
    .where(log_signed.c.id == SINGLETON, log_signed.c.size == bindparam("before"))
    .values(size=bindparam("grown"))
)
_INSERT_CHECKPOINT: Final = insert(log_checkpoint)
_SIGNED: Final = select(log_signed.c.size).where(log_signed.c.id == SINGLETON)


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
        try:
            body = entries.decode(self.body)
        except EntryInvalid as error:
            raise EntryChanged(index=self.index) from error
        repeated = (leaf_hash(self.body), entries.kind_of(body), instant(body.ts))
        if repeated != (self.leaf_hash, self.kind, self.recorded_at):
            raise EntryChanged(index=self.index)
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


def _head(row: Row[Any, Any] | None) -> CompactRange:
    if row is None or len(row.frontier) != HASH_BYTES * row.size.bit_count():
        raise HeadChanged
    hashes = [row.frontier[at : at + HASH_BYTES] for at in range(0, len(row.frontier), HASH_BYTES)]
    return CompactRange(row.size, hashes)


def head(connection: Connection) -> CompactRange:
    """The size and the stack of subtree roots, as stored.

    Raises:
        HeadChanged: they do not fit together.
    """
    return _head(connection.execute(_HEAD).one_or_none())


def last_time(connection: Connection) -> datetime | None:
    """When the last entry says that it was written, None for an empty log; locks the head, so that it stays the last."""
    size = _head(connection.execute(_LOCKED_HEAD).one_or_none()).size
    return connection.execute(_TIME, {"at": size - 1}).scalar_one_or_none() if size else None


def size_claimed(connection: Connection) -> int:
    """The size that the head row claims, whether or not the rest of it fits; 0 when the row is gone."""
    row = connection.execute(_HEAD).one_or_none()
    return row.size if row is not None else 0


def append(connection: Connection, body: entries.Body) -> int:
    """Add an entry in the transaction of *connection*; returns its index.

    Raises:
        EntryInvalid: the body is outside its schema.
        LogNotCreated, LogExists: the first entry is the genesis, and no other is.
        HeadChanged: the stored head does not fit the entries.
    """
    entry = entries.encode(body)
    stack = _head(connection.execute(_LOCKED_HEAD).one_or_none())
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
    nodes = [
        {"level": height // TILE_HEIGHT, "node_index": index >> height, "hash": node}
        for height, node in stack.append(leaf)
        if height % TILE_HEIGHT == 0
    ]
    try:
        connection.execute(_INSERT_ENTRY, row)
        if nodes:
            connection.execute(_INSERT_NODE, nodes)
    except IntegrityError as error:
        raise HeadChanged from error
    connection.execute(_MOVE_HEAD, {"grown": stack.size, "hashes": b"".join(stack.frontier)})
    return index


def read_entries(connection: Connection, start: int, end: int) -> Iterator[StoredEntry]:
    """The entries from *start* up to but not including *end*, in order, a few blocks in memory at a time."""
    while start < end:
        upto = min(end, start - start % TILE_WIDTH + _ROWS_AT_ONCE)
        rows = connection.execute(_ENTRIES, {"start": start, "upto": upto}).all()
        for row in rows:
            yield StoredEntry(row.entry_index, row.kind, row.body, row.recorded_at, row.leaf_hash)
        start = upto


def has_entry(connection: Connection, index: int) -> bool:
    """Whether there is a row at or after *index*, whatever the head says."""
    return connection.execute(_AFTER, {"start": index}).first() is not None


def read_tile(connection: Connection, level: int, number: int, width: int) -> Sequence[bytes]:
    """The first *width* hashes of a stored tile.

    Raises:
        HeadChanged: one is missing or has another length.
    """
    first = number * TILE_WIDTH
    span = {"start": first, "upto": first + width}
    if level:
        rows = connection.execute(_NODES, {**span, "level": level}).scalars().all()
    else:
        rows = connection.execute(_LEAVES, span).scalars().all()
    if len(rows) != width or any(len(value) != HASH_BYTES for value in rows):
        raise HeadChanged
    return rows


def tile_tree(connection: Connection, size: int) -> TileTree:
    """The tree of the first *size* entries over the stored hashes; reading a missing hash raises `HeadChanged`."""
    return TileTree(size, partial(read_tile, connection))


def nodes_of(connection: Connection) -> dict[tuple[int, int], bytes]:
    """Every stored node hash by (level, index)."""
    return {(row.level, row.node_index): row.hash for row in connection.execute(select(log_node))}


def checkpoints(connection: Connection) -> Iterator[StoredCheckpoint]:
    """The stored checkpoints, smallest first, unchecked."""
    statement = select(log_checkpoint).order_by(log_checkpoint.c.size)
    for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement):
        yield StoredCheckpoint(row.size, row.root, row.note, row.signed_at)


def latest_checkpoint(connection: Connection) -> StoredCheckpoint | None:
    """The largest stored checkpoint, unchecked."""
    row = connection.execute(_LATEST).one_or_none()
    return None if row is None else StoredCheckpoint(row.size, row.root, row.note, row.signed_at)


def signed_size(connection: Connection) -> int | None:
    """The largest size that was signed, -1 for none; None when the row is gone."""
    return connection.execute(_SIGNED).scalar_one_or_none()


def store_checkpoint(connection: Connection, before: int, signed: SignedCheckpoint) -> bool:
    """Store a checkpoint if the largest signed size is still *before*; says whether it was."""
    moved = connection.execute(_MOVE_SIGNED, {"before": before, "grown": signed.size})
    if moved.rowcount != 1:
        return False
    connection.execute(
        _INSERT_CHECKPOINT,
        {"size": signed.size, "root": signed.root, "note": signed.note, "signed_at": signed.signed_at},
    )
    return True
