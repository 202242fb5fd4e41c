"""The log's tables.  Triggers (migration 0004) refuse to change or remove a row: a fence, the tree is the proof."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from core.database import Identity, Instant, metadata

SINGLETON: Final = 1
NOTHING_SIGNED: Final = -1

# One row an entry: the stored bytes are what is hashed; kind and time repeat what they say, to filter by.
log_entry: Final = Table(
    "log_entry",
    metadata,
    Column("entry_index", Identity, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index("ix_log_entry_kind_entry_index", "kind", "entry_index"),
    Index("ix_log_entry_recorded_at", "recorded_at"),
)

# The root over each full block of 256**level entries, level 1 and up.
log_node: Final = Table(
    "log_node",
    metadata,
    Column("level", BigInteger, primary_key=True, autoincrement=False),
    Column("node_index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

# One row: the size, and the roots of the perfect subtrees that make up the tree (32 bytes each, largest first).
log_head: Final = Table(
    "log_head",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)

# One row: the largest size that was signed (-1: none); signers move it by compare-and-swap.
log_signed: Final = Table(
    "log_signed",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
)

# Each signed checkpoint; a size is signed once.
log_checkpoint: Final = Table(
    "log_checkpoint",
    metadata,
    Column("size", Identity, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("signed_at", Instant, nullable=False),
)

# Lines that others have signed under a checkpoint, each checked when it was added.
log_cosignature: Final = Table(
    "log_cosignature",
    metadata,
    Column("size", Identity, ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False),
    Column("key_name", String(255), primary_key=True),
    Column("key_id", String(8), primary_key=True),
    Column("vkey", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
)

# A fault closes the log until a person opens it again; a row that is not cleared keeps it closed.
log_fault: Final = Table(
    "log_fault",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("code", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("cleared_at", Instant),
    Column("cleared_by", Identity),
    Column("reason", Text),
)
