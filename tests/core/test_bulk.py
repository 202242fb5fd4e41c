"""Rows by the thousand: they are what row by row gives, on each database."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.bulk import insert_rows
from core.keys import DataKey, data_key_table

if TYPE_CHECKING:
    from core.database import Database


def test_rows_are_written_as_given(database: Database) -> None:
    """Numbers, text, bytes and None arrive; times are whole milliseconds; no rows are no statement."""
    columns = ("customer_id", "wrapped", "master_key_id", "made_at", "shredded_at")
    with database.unit_of_work() as uow:
        insert_rows(uow.connection, data_key_table, columns, [])
        rows = [(number, b"key %d" % number, "ä%", 1_000 * number, None) for number in range(3000)]
        insert_rows(uow.connection, data_key_table, columns, rows)
        uow.commit()
    with database.reading() as connection:
        found = connection.execute(select(data_key_table).order_by(data_key_table.c.customer_id)).all()
    assert len(found) == 3000
    assert (found[7].wrapped, found[7].master_key_id, found[7].shredded_at) == (b"key 7", "ä%", None)
    assert found[7].made_at.timestamp() == 7


def test_tag_key_is_derived_by_hkdf() -> None:
    """The spelt-out derivation is RFC 5869 as another library does it."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret = bytes(range(32))
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rekisteri/tag").derive(secret)
    assert DataKey(secret).tag(b"transfer") == hmac.digest(derived, b"transfer", "sha256")[:16]
