"""Keys are made once, kept wrapped, and never made anew for an erased subject."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.keys import (
    DataKey,
    KeyFileBroken,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    KeyRing,
    KeyShredded,
    Unopenable,
    data_key_table,
)

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database

KEY = DataKey(bytes(range(32)))


def test_a_key_file_is_ours_alone_and_never_overwritten(tmp_path: Path) -> None:
    """0600 from the first byte; a second one in its place is refused."""
    path = tmp_path / "master.key"
    KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileExists):
        KeyRing.create(path)


def test_what_is_wrong_with_a_key_file_is_said(tmp_path: Path) -> None:
    """Missing, readable by others, not a key, a directory."""
    path = tmp_path / "master.key"
    with pytest.raises(KeyFileMissing):
        KeyRing.load(path)
    with pytest.raises(KeyFileMissing):
        KeyRing.load(tmp_path)
    KeyRing.create(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileExposed, match="0640"):
        KeyRing.load(path)
    path.chmod(0o600)
    for content in (b"", b"too short", b"AAAA"):
        path.write_bytes(content)
        with pytest.raises(KeyFileBroken):
            KeyRing.load(path)


def test_a_subjects_key_is_made_once_and_kept_wrapped(database: Database, keyring: KeyRing) -> None:
    """The same key each time; the database never holds its bytes."""
    with database.unit_of_work() as uow:
        first = keyring.data_keys(uow, [7, 8, 7])
        uow.commit()
    with database.unit_of_work() as uow:
        assert first == keyring.data_keys(uow, [8, 7])
    with database.reading() as connection:
        wrapped = connection.execute(select(data_key_table.c.wrapped)).scalars().all()
        assert first[7] == keyring.existing_data_key(connection, 7)
        assert keyring.existing_data_key(connection, 9) is None
    assert len(wrapped) == 2
    assert not any(first[7].secret in value for value in wrapped)


def test_an_erased_subject_never_gets_a_new_key(database: Database, keyring: KeyRing) -> None:
    """A shredded key stays shredded: sealing anything for the subject is refused."""
    with database.unit_of_work() as uow:
        keyring.data_key(uow, 7)
        uow.connection.execute(data_key_table.update().values(wrapped=None, shredded_at=uow.now))
        with pytest.raises(KeyShredded):
            keyring.data_key(uow, 7)


def test_another_master_key_opens_nothing(database: Database, keyring: KeyRing, tmp_path: Path) -> None:
    """A database with the wrong key file is a fault, not an empty value."""
    with database.unit_of_work() as uow:
        keyring.data_key(uow, 7)
        other = KeyRing.create(tmp_path / "other.key")
        with pytest.raises(Unopenable):
            other.data_key(uow, 7)


@given(st.binary(), st.binary())
def test_what_is_sealed_opens_only_in_its_context(plaintext: bytes, context: bytes) -> None:
    """Sealing hides, opening returns, and another context is refused."""
    sealed = KEY.seal(plaintext, context)
    assert plaintext == KEY.unseal(sealed, context)
    with pytest.raises(Unopenable):
        KEY.unseal(sealed, context + b"x")


@given(st.binary(max_size=40), st.data())
def test_a_changed_byte_is_found(plaintext: bytes, data: st.DataObject) -> None:
    """Flipping any bit of the sealed bytes is found on opening."""
    sealed = bytearray(KEY.seal(plaintext, b"c"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unopenable):
        KEY.unseal(bytes(sealed), b"c")


def test_a_key_is_never_shown() -> None:
    """Neither repr nor str of a key holds its bytes."""
    assert "\\x01" not in repr(KEY)
    assert "AQID" not in str(KEY)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_is_derived_is_what_the_standards_say(secret: bytes, content: bytes) -> None:
    """HMAC-SHA-256 as Python has it, HKDF-SHA-256 as `cryptography` has it."""
    key, ring = DataKey(secret), KeyRing(secret)

    def derived(purpose: bytes) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=b"rekisteri/" + purpose).derive(secret)

    assert key.commitment(content) == hmac.digest(secret, b"commit" + content, "sha256")
    assert key.tag(content) == hmac.digest(derived(b"tag"), content, "sha256")[:16]
    assert key.pseudonym(content) == hmac.digest(derived(b"pseudonym"), content, "sha256")
    assert ring.keyed_digest(b"x", content) == hmac.digest(derived(b"digest/x"), content, "sha256")
