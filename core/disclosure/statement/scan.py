"""The scan: the tag of the person's key, recomputed for every transfer and look in the log, against every stored line.

One pass over the log's entries from their stored bytes gives the root (compared with the signed one), every intent and
every read; the lines of each are read, put under their own root, and searched for the person's tag.  The index from
person to line is only compared: a line that bears the tag and is not in the index is found all the same, and said.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
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
from core.disclosure.review.model import look_line_table
from core.disclosure.statement.types import Doubt
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Select

    from core.disclosure.log import DisclosureLog
    from core.disclosure.log.line_receipt import LineReceipt
    from core.disclosure.log.store import SignedCheckpoint
    from core.keys import DataKey

# A leaf of a lines tree as it is hashed: the byte 0, then the line (core.disclosure.log.lines).
_LEAF: Final = struct.Struct(">xBI16s32s32s")
_LINE_VERSION: Final = 1
_TAG: Final = slice(6, 22)
_ENTRIES_AT_ONCE: Final = 500
_LINES_AT_ONCE: Final = 50_000
_ROWS_AT_ONCE: Final = 5_000
_line: Final = transfer_line_table.c
_look: Final = look_line_table.c
# Both give: id, number, tag, commitment, digest, and whose line it is for all that the tables say.
_LINES: Final = (
    select(_line.transfer_id, _line.number, _line.tag, _line.commitment, _line.digest, _line.customer_id)
    .where(_line.transfer_id.in_(bindparam("ids", expanding=True)))
    .order_by(_line.transfer_id, _line.number)
    .execution_options(yield_per=_ROWS_AT_ONCE)
)
_LOOKS: Final = (
    select(
        _look.look_id,
        _look.number,
        _look.tag,
        _look.commitment,
        _look.digest,
        access_event_table.c.customer_id,
    )
    .outerjoin(access_event_table, access_event_table.c.id == _look.access_id)
    .where(_look.look_id.in_(bindparam("ids", expanding=True)))
    .order_by(_look.look_id, _look.number)
    .execution_options(yield_per=_ROWS_AT_ONCE)
)


class LoggedIntent(msgspec.Struct, frozen=True):
    """What the scan needs of an intent or a read; of other entries only ``t`` is filled.

    ``until`` and ``action`` are a read's own.
    """

    t: str
    id: str = ""
    ts: int = 0
    until: int = 0
    action: str = ""
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
_READ: Final = f"{FORMAT}read"


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of the person's: the intent or read at ``index`` of the log, the line's ``number``, and its way to `lines_root`.

    ``owner`` is the id under whose key it is: the person's, or one that was merged into it.
    """

    index: int
    intent: LoggedIntent
    number: int
    receipt: LineReceipt
    owner: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What was gone through and found; ``signed`` is None when nothing holds a signature.

    ``found`` are lines of transfers, ``seen`` those of looks; ``looks`` is how many looks at anybody there are.
    """

    transfers: int
    lines: int
    size: int
    root: bytes
    signed: SignedCheckpoint | None
    found: tuple[FoundLine, ...]
    looks: int
    seen: tuple[FoundLine, ...]
    doubts: tuple[Doubt, ...]


@dataclass(slots=True)
class _Gone:
    """What has been gone through of one kind of entry; ``doubt`` begins the codes of what does not hold."""

    query: Select[Any]
    doubt: str
    waiting: dict[str, tuple[int, LoggedIntent]] = field(default_factory=dict)
    waiting_lines: int = 0
    entries: int = 0
    lines: int = 0
    found: list[FoundLine] = field(default_factory=list)

    def in_order(self) -> tuple[FoundLine, ...]:
        """What was found, as the log has it."""
        return tuple(sorted(self.found, key=lambda it: (it.index, it.number)))


def scan(connection: Connection, log: DisclosureLog, keys: Mapping[int, DataKey]) -> Scan:
    """Every line of the person's in the whole log, as *connection* sees it; what does not hold is in ``doubts``.

    *keys* are those of every id that the person has had (`core.customers.aliases.same_person`).
    """
    return _Scanner(connection, log, keys).run()


class _Scanner:
    def __init__(self, connection: Connection, log: DisclosureLog, keys: Mapping[int, DataKey]) -> None:
        self._connection = connection
        self._log = log
        self._taggers = [(owner, key.tagger()) for owner, key in keys.items()]
        self._ids = list(keys)
        self._tree = TileStack()
        self._leaves: list[bytes] = []
        self._kinds = {_INTENT: _Gone(_LINES, ""), _READ: _Gone(_LOOKS, "look_")}
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
        for gone in self._kinds.values():
            self._flush(gone)
        if signed is None:
            self._doubt("unsigned")
        elif size > covered:
            self._doubt("tail_unsigned", count=size - covered)
        self._compare_counts()
        sent, looked = self._kinds[_INTENT], self._kinds[_READ]
        return Scan(
            transfers=sent.entries,
            lines=sent.lines,
            size=size,
            root=root,
            signed=signed,
            found=sent.in_order(),
            looks=looked.lines,
            seen=looked.in_order(),
            doubts=tuple(self._doubts),
        )

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
        gone = self._kinds.get(intent.t)
        if gone is None:
            return
        if intent.id in gone.waiting:
            self._doubt("repeated", index=index)
            return
        gone.waiting[intent.id] = (index, intent)
        gone.waiting_lines += intent.count
        if len(gone.waiting) == _ENTRIES_AT_ONCE or gone.waiting_lines >= _LINES_AT_ONCE:
            self._flush(gone)

    # --- the lines

    def _flush(self, gone: _Gone) -> None:
        waiting, gone.waiting, gone.waiting_lines = gone.waiting, {}, 0
        if not waiting:
            return
        rows = self._connection.execute(gone.query, {"ids": list(waiting)})
        gone.entries += len(waiting)
        for entry_id, lines in groupby(map(tuple, rows), key=itemgetter(0)):
            self._compare(gone, *waiting.pop(entry_id), lines)
        for index, _ in waiting.values():
            self._doubt(f"{gone.doubt}lines_missing", transfer=index)

    def _compare(
        self, gone: _Gone, index: int, intent: LoggedIntent, rows: Iterable[tuple[Any, ...]]
    ) -> None:
        tags = {tagger(intent.id.encode()): of for of, tagger in self._taggers}
        leaves: list[bytes] = []
        mine: dict[int, tuple[int, int | None, int | None]] = {}
        whole = True
        for place, (_, number, *parts, owner) in enumerate(rows):
            try:
                leaf = _LEAF.pack(_LINE_VERSION, number, *parts)
            except struct.error:
                whole = False
                continue
            leaves.append(leaf)
            # Of the bytes that are hashed, not of the column, which may be longer or shorter.
            tagged, indexed = tags.get(leaf[_TAG]), owner if owner in self._ids else None
            if tagged is not None or indexed is not None:
                mine[place] = (number, tagged, indexed)
        gone.lines += len(leaves)
        hashes = [sha256(leaf).digest() for leaf in leaves]
        if not whole or len(leaves) != intent.count or root_of(hashes).hex() != intent.lines_root:
            self._doubt(f"{gone.doubt}lines_changed", transfer=index)
        content = b"".join(leaf[1:] for leaf in leaves) if mine else b""
        for place, (number, tagged, indexed) in mine.items():
            if tagged != indexed:
                kind = "not_tagged" if tagged is None else "not_indexed"
                self._doubt(f"{gone.doubt}{kind}", transfer=index)
            receipt = line_receipt(intent.id, content, place)
            whose = tagged if tagged is not None else indexed
            assert whose is not None
            gone.found.append(FoundLine(index, intent, number, receipt, whose))

    def _compare_counts(self) -> None:
        """Lines that no entry of the log covers are seen by their number, the person's own by the index."""
        for gone, table in zip(self._kinds.values(), (transfer_line_table, look_line_table), strict=True):
            total = self._connection.execute(select(func.count()).select_from(table)).scalar_one()
            if total != gone.lines:
                self._doubt(f"{gone.doubt}not_logged", count=abs(total - gone.lines))
        seen = {(it.intent.id, it.number) for it in self._kinds[_INTENT].found}
        own = self._connection.execute(
            select(_line.transfer_id, _line.number).where(_line.customer_id.in_(self._ids))
        )
        for transfer_id, number in own:
            if (transfer_id, number) not in seen:
                self._doubt("mine_not_logged", transfer=transfer_id)
