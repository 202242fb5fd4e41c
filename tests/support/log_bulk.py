"""A long log written straight into its tables: what appending one by one gives, in seconds for a million entries."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from core.disclosure.log import entries, store
from core.disclosure.log.model import log_head
from core.disclosure.log.tiles import TILE_HEIGHT
from core.disclosure.log.tree import leaf_hash
from tests.support.log_bodies import intent, outcome, transfer_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.disclosure.log import DisclosureLog
    from core.disclosure.log.tree import CompactRange

_ROWS = 10_000
_PLACE = "00000000-0000-7000-8000-000000000000"
_DIGEST = "0" * 64
_ENTRY = "INSERT INTO log_entry (entry_index, kind, body, leaf_hash, recorded_at) VALUES (?, ?, ?, ?, ?)"
_NODE = "INSERT INTO log_node (level, node_index, hash) VALUES (?, ?, ?)"


def bulk(log: DisclosureLog, size: int) -> None:
    """Make *log*, just begun and on SQLite, hold *size* entries: intents and their outcomes, one checkpoint over all.

    The bodies are made from two encoded ones by replacing what differs: each is what `entries.encode` would give.
    """
    with log.database.unit_of_work() as uow:
        cursor: Any = uow.connection.connection.cursor()
        stack = store.head(uow.connection)
        if stack.size >= size:
            return
        ts = store.milliseconds(uow.now)
        rows: list[tuple[object, ...]] = []
        nodes: list[tuple[object, ...]] = []
        for index, kind, body in _bodies(stack.size, size, ts):
            leaf = leaf_hash(body)
            rows.append((index, kind, body, leaf, ts))
            nodes += [
                (height // TILE_HEIGHT, index >> height, node)
                for height, node in stack.append(leaf)
                if height % TILE_HEIGHT == 0
            ]
            if len(rows) == _ROWS:
                cursor.executemany(_ENTRY, rows)
                rows.clear()
        cursor.executemany(_ENTRY, rows)
        cursor.executemany(_NODE, nodes)
        cursor.close()
        uow.connection.execute(log_head.update().values(size=stack.size, frontier=b"".join(stack.frontier)))
        uow.commit()
    _sign(log, stack)


def _bodies(start: int, size: int, ts: int) -> Iterator[tuple[int, str, bytes]]:
    shapes = {
        "intent": intent(0, ts=ts, id=_PLACE, lines_root=_DIGEST),
        "outcome": outcome(0, ts=ts, intent=_PLACE),
    }
    encoded = {
        kind: entries.encode(entries.body_of(kind, members)).decode() for kind, members in shapes.items()
    }
    for index in range(start, size):
        kind = "intent" if index % 2 else "outcome"
        number = (index + 1) // 2
        body = encoded[kind].replace(_PLACE, transfer_id(number), 1)
        if kind == "intent":
            body = body.replace(_DIGEST, hashlib.sha256(b"lines %d" % number).hexdigest(), 1)
        yield index, kind, body.encode()


def _sign(log: DisclosureLog, stack: CompactRange) -> None:
    """One checkpoint, without reading a million entries back: verifying them is what is tried."""
    before = log.latest()
    assert before is not None
    with log.database.unit_of_work() as uow:
        signed = log.signer.sign(stack.size, stack.root(), uow.now)
        assert store.store_checkpoint(uow.connection, before.size, signed)
        uow.commit()
