"""The tables of postal codes: what Posti's files say, and which files were loaded."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from core.customers.model import Plain
from core.database import Identity, Instant, metadata

postal_code_table: Final = Table(
    "postal_code",
    metadata,
    Column("code", Plain, primary_key=True),
    Column("name_fi", Text, nullable=False),
    Column("name_sv", Text, nullable=False),
    Column("short_fi", Text, nullable=False),
    Column("short_sv", Text, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("municipality_fi", Text, nullable=False),
    Column("municipality_sv", Text, nullable=False),
    # The Finnish name folded for search: postcodes are looked up by town too.
    Column("folded_fi", Plain, nullable=False, index=True),
    Column("folded_sv", Plain, nullable=False, index=True),
)

postal_street_table: Final = Table(
    "postal_street",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("code", Plain, nullable=False),
    Column("street_fi", Text, nullable=False),
    Column("street_sv", Text, nullable=False),
    Column("folded_fi", Plain, nullable=False, index=True),
    Column("folded_sv", Plain, nullable=False, index=True),
    # 1 odd numbers, 2 even, 0 any.
    Column("parity", Integer, nullable=False),
    # NULL: the whole street.
    Column("lowest", Integer),
    Column("highest", Integer),
    Index("ix_postal_street_code", "code"),
)

postal_file_table: Final = Table(
    "postal_file",
    metadata,
    Column("layout", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("run_on", Date, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("actor_id", Identity),
    Column("actor_name", Text, nullable=False),
)
