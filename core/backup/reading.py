"""Reading a backup back: unsealed, unpacked, each record checked, counted, and the whole proved at its end."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import re
import zlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from core import migrations
from core.backup.content import FORMAT, KINDS, End, Head, Rows, decode, mac_of
from core.backup.errors import Forged, Miscounted, NewerBackup, NotABackup
from core.backup.sealing import read_sealed
from core.errors import Words
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyrage.x25519 import Identity

    from core.keys import KeyRing

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_UNPACK_AT_ONCE: Final = 1 << 20
# A record is some hundred kilobytes, or one row with an attachment.
_LONGEST_LINE: Final = 256 << 20


class Taker(Protocol):
    """What is done with the records, in their order; after `head` only tables that it names come."""

    def head(self, head: Head) -> None:
        """The first record."""
        ...

    def rows(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        """Some rows."""
        ...


class Reading:
    """One pass through a backup."""

    def __init__(self, path: Path, keyring: KeyRing, taker: Taker) -> None:
        self._path = path
        self._keyring = keyring
        self._taker = taker
        self._unpacker = zlib.decompressobj(31)
        self._digest = hashlib.sha256()
        self._line = bytearray()
        self._head: Head | None = None
        self._bytes_in: dict[str, list[int]] = {}
        self._ended = False
        self.counts: dict[str, int] = {}

    def run(self, identities: Sequence[Identity]) -> Head:
        """Read all of it.

        Raises:
            BackupUnreadable, NotABackup, OtherKey, Damaged, Forged, Miscounted, NewerBackup: it cannot be believed;
                whatever the taker was given has to be forgotten.
        """
        read_sealed(self._path, identities, self._take)
        if self._head is None or not self._ended or not self._unpacker.eof:
            raise self._not_one(N_("it has no end"))
        return self._head

    def _take(self, piece: bytes) -> None:
        try:
            while piece:
                self._split(self._unpacker.decompress(piece, _UNPACK_AT_ONCE))
                piece = self._unpacker.unconsumed_tail
        except zlib.error as error:
            raise self._not_one(N_("its content is not packed as it should be")) from error
        if self._unpacker.unused_data:
            raise self._not_one(N_("something follows its end"))

    def _split(self, content: bytes) -> None:
        *whole, rest = content.split(b"\n")
        for line in whole:
            self._line += line
            self._record(bytes(self._line))
            self._line.clear()
        self._line += rest
        if len(self._line) > _LONGEST_LINE:
            raise self._not_one(N_("a record of it is too long"))

    def _record(self, line: bytes) -> None:
        try:
            record = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._not_one(N_("a record of it cannot be read")) from error
        if self._ended or (self._head is None) != isinstance(record, Head):
            raise self._not_one(N_("its records are not in order"))
        if isinstance(record, End):
            self._end(record)
            return
        self._digest.update(line + b"\n")
        if isinstance(record, Head):
            self._begin(record)
        elif record.table in self.counts:
            self._rows(record)
        else:
            raise self._not_one(N_("a record of it cannot be read"))

    def _begin(self, head: Head) -> None:
        if head.format > FORMAT or head.shape > migrations.NEWEST:
            raise NewerBackup(found=head.shape, wanted=migrations.NEWEST)
        if head.master_key_id != self._keyring.master_key_id:
            raise self._forged(head)
        for name, columns in head.tables.items():
            # They become part of statements before the end has proved who wrote them.
            if not all(_NAME.fullmatch(it) for it in (name, *(column for column, _ in columns))):
                raise self._not_one(N_("a record of it cannot be read"))
            if not {kind for _, kind in columns} <= KINDS.keys():
                raise self._not_one(N_("a record of it cannot be read"))
        self._head = head
        self.counts = dict.fromkeys(head.tables, 0)
        for name, columns in head.tables.items():
            self._bytes_in[name] = [place for place, (_, kind) in enumerate(columns) if kind == "bytes"]
        self._taker.head(head)

    def _rows(self, record: Rows) -> None:
        assert self._head is not None
        columns = [name for name, _ in self._head.tables[record.table]]
        places = self._bytes_in[record.table]
        try:
            for row in record.rows:
                for place in places:
                    if row[place] is not None:
                        row[place] = base64.b64decode(row[place], validate=True)
        except (ValueError, IndexError, TypeError) as error:
            raise self._not_one(N_("a record of it cannot be read")) from error
        if any(len(row) != len(columns) for row in record.rows):
            raise self._not_one(N_("a record of it cannot be read"))
        self.counts[record.table] += len(record.rows)
        self._taker.rows(record.table, columns, [tuple(row) for row in record.rows])

    def _end(self, end: End) -> None:
        assert self._head is not None
        if not hmac.compare_digest(end.mac, mac_of(self._keyring, self._digest.digest())):
            raise self._forged(self._head)
        for table, found in self.counts.items():
            if end.counts.get(table) != found:
                raise Miscounted(
                    path=str(self._path), table=table, found=found, wanted=end.counts.get(table, 0)
                )
        self._ended = True

    def _forged(self, head: Head) -> Forged:
        return Forged(path=str(self._path), made=head.master_key_id, present=self._keyring.master_key_id)

    def _not_one(self, detail: str) -> NotABackup:
        return NotABackup(path=str(self._path), detail=Words(detail))


class _EnoughError(Exception):
    """The first record is there."""


def configuration_inside(path: Path, identities: Sequence[Identity]) -> str:
    """The configuration that a backup carries, for whoever has lost theirs; nothing else of the file is looked at.

    Raises:
        BackupUnreadable, NotABackup, OtherKey, Damaged: it cannot be read so far.
    """
    unpacker = zlib.decompressobj(31)
    begin = bytearray()

    def take(piece: bytes) -> None:
        begin.extend(unpacker.decompress(piece))
        if b"\n" in begin:
            raise _EnoughError

    with contextlib.suppress(_EnoughError):
        read_sealed(path, identities, take)
    try:
        head = decode(bytes(begin).partition(b"\n")[0])
    except (msgspec.DecodeError, UnicodeDecodeError):
        head = None
    if not isinstance(head, Head):
        raise NotABackup(path=str(path), detail=Words(N_("a record of it cannot be read")))
    return head.config
