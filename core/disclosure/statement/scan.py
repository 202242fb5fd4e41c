"""The scan: the tag of the person's key, recomputed for every transfer in the log, against every stored line.

One pass over the log's entries from their stored bytes gives the root (compared with the signed one) and every
intent; the lines of each are read, put under their own root, and searched for the person's tag.  The index from
person to line is only compared: a line that bears the tag and is not in the index is found all the same, and said.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import bindparam, func, select

from core.disclosure.log import store
from core.disclosure.log.errors import LogFault
from core.disclosure.log.events import FORMAT
from core.disclosure.log.line_receipt import line_receipt
from core.disclosure.log.tiles import TILE_WIDTH, TileStack
from core.disclosure.log.tree import leaf_hash, root_of
from core.disclosure.model import transfer_line_table
from core.disclosure.statement.types import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from core.disclosure.log import DisclosureLog
    from core.disclosure.log.line_receipt import LineReceipt
    from core.disclosure.log.store import SignedCheckpoint
    from core.keys import DataKey

# A leaf of a lines tree as it is hashed: the byte 0, then the line (core.disclosure.log.lines).
_LEAF: Final = struct.Struct(">xBI16s32s32s")
_LINE_VERSION: Final = 1
_TAG: Final = slice(6, 22)
_TRANSFERS_AT_ONCE: Final = 500
_LINES_AT_ONCE: Final = 50_000
_ROWS_AT_ONCE: Final = 5_000
_line: Final = transfer_line_table.c
_LINES: Final = (
    select(_line.transfer_id, _line.number, _line.tag, _line.commitment, _line.digest, _line.customer_id)
    .where(_line.transfer_id.in_(bindparam("transfers", expanding=True)))
    .order_by(_line.transfer_id, _line.number)
    .execution_options(yield_per=_ROWS_AT_ONCE)
)


class LoggedIntent(msgspec.Struct, frozen=True):
    """What the scan needs of an entry; of entries that are no intents only ``t`` is filled."""

    t: str
    id: str = ""
    ts: int = 0
    purpose: str = ""
    basis: str = ""
    recipient: str = ""
    channel: str = ""
    country: str = ""
    categories: tuple[str, ...] = ()
    count: int = 0
    lines_root: str = ""


_DECODER: Final = msgspec.json.Decoder(LoggedIntent)
_INTENT: Final = f"{FORMAT}intent"


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of the person's: the intent at ``index`` of the log, the line's ``number``, and its way to `lines_root`."""

    index: int
    intent: LoggedIntent
    number: int
    receipt: LineReceipt


@dataclass(frozen=True, slots=True)
class Scan:
    """What was gone through and found; ``signed`` is None when nothing holds a signature."""

    transfers: int
    lines: int
    size: int
    root: bytes
    signed: SignedCheckpoint | None
    found: tuple[FoundLine, ...]
    doubts: tuple[Doubt, ...]


def scan(connection: Connection, log: DisclosureLog, key: DataKey, customer_id: int) -> Scan:
    """Every line of the person's in the whole log, as *connection* sees it; what does not hold is in ``doubts``."""
    return _Scanner(connection, log, key, customer_id).run()


class _Scanner:
    def __init__(self, connection: Connection, log: DisclosureLog, key: DataKey, customer_id: int) -> None:
        self._connection = connection
        self._log = log
        self._tag = key.tagger()
        self._customer_id = customer_id
        self._tree = TileStack()
        self._leaves: list[bytes] = []
        self._waiting: dict[str, tuple[int, LoggedIntent]] = {}
        self._waiting_lines = 0
        self._transfers = 0
        self._lines = 0
        self._found: list[FoundLine] = []
        self._doubts: list[Doubt] = []

    def run(self) -> Scan:
        signed = self._signed()
        size = self._size()
        covered = 0 if signed is None else min(signed.size, size)
        self._read(0, covered)
        root = self._root()
        if signed is not None and (signed.size, signed.root) != (covered, root):
            self._doubt("root")
        self._read(covered, size)
        self._flush()
        if signed is None:
            self._doubt("unsigned")
        elif size > covered:
            self._doubt("tail_unsigned", count=size - covered)
        self._compare_counts()
        found = tuple(sorted(self._found, key=lambda it: (it.index, it.number)))
        return Scan(self._transfers, self._lines, size, root, signed, found, tuple(self._doubts))

    def _doubt(self, code: str, **data: object) -> None:
        self._doubts.append(Doubt(code, data))

    def _signed(self) -> SignedCheckpoint | None:
        try:
            return self._log.latest_in(self._connection)
        except LogFault as fault:
            self._doubts.append(Doubt("log", cause=fault))
            return None

    def _size(self) -> int:
        try:
            return self._log.size_in(self._connection)
        except LogFault as fault:
            self._doubts.append(Doubt("log", cause=fault))
            return store.size_claimed(self._connection)

    # --- the entries

    def _read(self, start: int, end: int) -> None:
        for index, entry in enumerate(store.read_entries(self._connection, start, end), start):
            if entry.index != index:
                # The root differs too; what follows is read all the same, for what it says of the person.
                self._doubt("entry", index=index)
            self._leaves.append(leaf_hash(entry.body))
            if len(self._leaves) + self._tree.size % TILE_WIDTH == TILE_WIDTH:
                self._extend()
            self._entry(entry.index, entry.body)

    def _extend(self) -> None:
        self._tree.extend(self._leaves)
        self._leaves = []

    def _root(self) -> bytes:
        self._extend()
        return self._tree.root()

    def _entry(self, index: int, body: bytes) -> None:
        try:
            intent = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._doubt("entry", index=index)
            return
        if intent.t != _INTENT:
            return
        if intent.id in self._waiting:
            self._doubt("repeated", index=index)
            return
        self._waiting[intent.id] = (index, intent)
        self._waiting_lines += intent.count
        if len(self._waiting) == _TRANSFERS_AT_ONCE or self._waiting_lines >= _LINES_AT_ONCE:
            self._flush()

    # --- the lines

    def _flush(self) -> None:
        waiting, self._waiting, self._waiting_lines = self._waiting, {}, 0
        if not waiting:
            return
        rows = self._connection.execute(_LINES, {"transfers": list(waiting)})
        self._transfers += len(waiting)
        for transfer_id, lines in groupby(map(tuple, rows), key=itemgetter(0)):
            self._transfer(*waiting.pop(transfer_id), lines)
        for index, _ in waiting.values():
            self._doubt("lines_missing", transfer=index)

    def _transfer(self, index: int, intent: LoggedIntent, rows: Iterable[tuple[Any, ...]]) -> None:
        tag, leaves, mine = self._tag(intent.id.encode()), [], {}
        whole = True
        for place, (_, number, *parts, owner) in enumerate(rows):
            try:
                leaf = _LEAF.pack(_LINE_VERSION, number, *parts)
            except struct.error:
                whole = False
                continue
            leaves.append(leaf)
            # Of the bytes that are hashed, not of the column, which may be longer or shorter.
            if leaf[_TAG] == tag or owner == self._customer_id:
                mine[place] = (number, leaf[_TAG] == tag, owner == self._customer_id)
        self._lines += len(leaves)
        hashes = [sha256(leaf).digest() for leaf in leaves]
        if not whole or len(leaves) != intent.count or root_of(hashes).hex() != intent.lines_root:
            self._doubt("lines_changed", transfer=index)
        content = b"".join(leaf[1:] for leaf in leaves) if mine else b""
        for place, (number, tagged, indexed) in mine.items():
            if not tagged or not indexed:
                self._doubt("not_indexed" if tagged else "not_tagged", transfer=index)
            receipt = line_receipt(intent.id, content, place)
            self._found.append(FoundLine(index, intent, number, receipt))

    def _compare_counts(self) -> None:
        """Lines that no entry of the log covers are seen by their number, the person's own by the index."""
        total = self._connection.execute(select(func.count()).select_from(transfer_line_table)).scalar_one()
        if total != self._lines:
            self._doubt("not_logged", count=abs(total - self._lines))
        seen = {(it.intent.id, it.number) for it in self._found}
        own = self._connection.execute(
            select(_line.transfer_id, _line.number).where(_line.customer_id == self._customer_id)
        )
        for transfer_id, number in own:
            if (transfer_id, number) not in seen:
                self._doubt("mine_not_logged", transfer=transfer_id)
