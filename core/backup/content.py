"""What a backup holds: JSON Lines, the first of them a head, the last an end, rows by table between.

    {"kind":"head", …}                               shape, clock, tables with their columns, configuration
    {"kind":"rows","table":"customer","rows":[[…],…]}
    {"kind":"end","counts":{…},"mac":"…"}            HMAC under the master key over every byte before this line

Values are neutral: whole numbers (instants in milliseconds, money in cents), text, true and false, days as 2026-11-23,
bytes in base64.  What is worked out from customers (the search index) is left out and made anew.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

from core import migrations
from core.customers.model import customer_place_count_table, customer_search_table
from core.database import metadata, milliseconds
from core.disclosure.log import store as log_store
from core.personal_data.inventory import HOLDINGS, IMPERSONAL
from core.version import version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.keys import KeyRing

FORMAT: Final = 1
_MADE_ANEW: Final = frozenset({customer_search_table.name, customer_place_count_table.name})
_KEPT: Final = ({holding.name for holding in HOLDINGS} | IMPERSONAL.keys()) - _MADE_ANEW
_PIECE: Final = 256 * 1024
_ROWS: Final = 1000
KINDS: Final = {"int": BigInteger, "bool": Boolean, "day": Date, "bytes": LargeBinary, "text": Text}


class Head(msgspec.Struct, frozen=True, tag="head", tag_field="kind"):
    """How to read the rest.  ``tables`` maps names, in the order of loading, to columns and their kinds."""

    format: int
    shape: str
    software: str
    made_at: int
    database: str
    log_size: int
    master_key_id: str
    config: str
    tables: dict[str, list[tuple[str, str]]]


class Rows(msgspec.Struct, frozen=True, tag="rows", tag_field="kind"):
    """Some rows of a table, values in the order of its columns."""

    table: str
    rows: list[list[Any]]


class End(msgspec.Struct, frozen=True, tag="end", tag_field="kind"):
    """How many rows each table has, and the proof that all this was written by whoever had the master key."""

    counts: dict[str, int]
    mac: str


Record = Head | Rows | End
_encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(Record).decode


def mac_of(keyring: KeyRing, digest: bytes) -> str:
    """The proof for the SHA-256 of every byte before the last line."""
    return keyring.keyed_digest(b"backup", digest).hex()


class Written:
    """The records of one moment of a database, as pieces of a gzip file; `counts` grow as they are read."""

    def __init__(self, connection: Connection, keyring: KeyRing, now: datetime, config: str) -> None:
        self._connection = connection
        self._keyring = keyring
        self._now = now
        self._config = config
        self.counts: dict[str, int] = {}

    def pieces(self) -> Iterator[bytes]:
        """The file's content, a few hundred kilobytes at a time."""
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        digest = hashlib.sha256()
        for line in self._lines():
            digest.update(line)
            if packed := packer.compress(line):
                yield packed
        end = End(self.counts, mac_of(self._keyring, digest.digest()))
        yield packer.compress(_encode(end) + b"\n") + packer.flush()

    def _lines(self) -> Iterator[bytes]:
        tables = [table for table in metadata.sorted_tables if table.name in _KEPT]
        head = Head(
            format=FORMAT,
            shape=migrations.NEWEST,
            software=version(),
            made_at=milliseconds(self._now),
            database=self._connection.dialect.name,
            log_size=log_store.size_claimed(self._connection),
            master_key_id=self._keyring.master_key_id,
            config=self._config,
            tables={
                str(table.name): [(str(column.name), _kind(column)) for column in table.columns]
                for table in tables
            },
        )
        yield _encode(head) + b"\n"
        for table in tables:
            self.counts[str(table.name)] = 0
            yield from self._rows(table)

    def _rows(self, table: Table) -> Iterator[bytes]:
        begin = b'{"kind":"rows","table":' + _encode(str(table.name)) + b',"rows":['
        kept: list[bytes] = []
        size = 0
        for row in self._read(table):
            encoded = _encode(tuple(row))
            kept.append(encoded)
            size += len(encoded)
            if size >= _PIECE or len(kept) >= _ROWS:
                self.counts[table.name] += len(kept)
                yield begin + b",".join(kept) + b"]}\n"
                kept, size = [], 0
        if kept:
            self.counts[table.name] += len(kept)
            yield begin + b",".join(kept) + b"]}\n"

    def _read(self, table: Table) -> Iterable[Any]:
        columns = [
            type_coerce(column, _under(column)).label(column.name)
            if isinstance(column.type, TypeDecorator)
            else column
            for column in table.columns
        ]
        chosen = select(*columns).order_by(*table.primary_key.columns)
        return self._connection.execute(chosen.execution_options(yield_per=_ROWS))


def _under(column: Column[Any]) -> Any:
    kind = column.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _kind(column: Column[Any]) -> str:
    kind = _under(column)
    if isinstance(kind, Boolean):
        return "bool"
    if isinstance(kind, Date):
        return "day"
    if isinstance(kind, LargeBinary):
        return "bytes"
    return "int" if isinstance(kind, Integer) else "text"


def tables_of(head: Head) -> Mapping[str, Table]:
    """The tables as they were when the backup was made, which an older program may have shaped otherwise."""
    old = MetaData()
    return {
        name: Table(name, old, *(Column(column, KINDS[kind]) for column, kind in columns))
        for name, columns in head.tables.items()
    }
