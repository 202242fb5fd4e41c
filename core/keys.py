"""Keys: one master key, one data key for each data subject, sealed values.

The master key lives in a file (0600) or a systemd credential, never in the database.  Each subject's data key is
random and kept wrapped (AES key wrap, RFC 3394) under the master key, so that destroying the one row makes
everything sealed under it unreadable while hashes of the sealed bytes still verify.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Column, LargeBinary, String, Table, select, update

from core.bulk import insert_rows
from core.database import Identity, Instant, metadata, milliseconds
from core.errors import ConfigError, Fault, Refused
from core.id_lists import among
from core.key_derivation import derived, hmac_sha256
from core.key_files import (
    KeyFileBroken,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    read_secret_file,
    write_secret_file,
)
from core.messages import N_
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from core.database import UnitOfWork

# Handed on besides what is defined here: rooms that keep secrets take both from one place.
__all__ = [
    "KeyFileBroken",
    "KeyFileExists",
    "KeyFileExposed",
    "KeyFileMissing",
    "read_secret_file",
    "write_secret_file",
]
# What the disclosure log and the site's files have digests of stays the same when the master key is changed.
CARRIED: Final = (b"payload", b"staff", b"transfer-key", b"web-submission", b"web-registration")
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12

data_key_table: Final = Table(
    "data_key",
    metadata,
    Column("customer_id", Identity, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary),
    Column("master_key_id", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("shredded_at", Instant),
)

# One row: which master key new keys are wrapped under (NULL: the one that the register was founded with), since when it
# has been brought in, and when the one before it was destroyed (`core.master_key`).
master_key_table: Final = Table(
    "master_key",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=False),
    Column("key_id", String(16)),
    Column("begun_at", Instant),
    Column("done_at", Instant),
)
_IN_FORCE: Final = select(master_key_table.c.key_id).with_for_update(read=True)

_WRAPPED: Final = Prepared(
    select(data_key_table.c.customer_id, data_key_table.c.wrapped).where(
        among(data_key_table.c.customer_id, "ids"), data_key_table.c.wrapped.is_not(None)
    )
)
_SHREDDED: Final = Prepared(
    select(data_key_table.c.customer_id).where(among(data_key_table.c.customer_id, "ids")).limit(1)
)
_KEY_COLUMNS: Final = ("customer_id", "wrapped", "master_key_id", "made_at")
_ROWS: Final = 5000


class KeyShredded(Refused):
    """The subject was erased: its key is gone and is never made anew."""

    code = "keys.shredded"
    sentence = N_("This customer's key was destroyed when the customer was erased.")
    advice = N_("Nothing can be sealed or opened for an erased customer.")


class KeyTurned(ConfigError):
    """The master key has been changed and this program has the one before it, or another register's."""

    code = "keys.turned"
    sentence = N_("The register's master key is another one than the one in {path}.")
    advice = N_(
        "Restore the key file that was made when the key was last changed, or start the program anew."
    )


class Unopenable(Fault):
    """Sealed bytes do not open under the key they belong to."""

    code = "keys.unopenable"
    sentence = N_("A sealed value cannot be opened: the key or the value has changed.")
    advice = N_("Check that the master key belongs to this database, and look at the latest restore.")


def next_master_file(path: Path) -> Path:
    """Where the next master key lies while keys are being wrapped anew under it."""
    return path.with_name(f"{path.name}.next")


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """One subject's key; everything of the subject's that is sealed is sealed under it."""

    secret: bytes

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """Encrypt and authenticate (AES-256-GCM, random 96-bit nonce in front); opens only with the same *context*."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, plaintext, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """The plaintext of what `seal` made.

        Raises:
            Unopenable: the bytes, the key or the context differ.
        """
        try:
            return AESGCM(self.secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise Unopenable from error

    @property
    def key_id(self) -> str:
        """32 hex digits that name the key in the log: random to anyone, and to everybody once the key is gone."""
        return derived(self.secret, b"id").hex()[:32]

    def tag(self, transfer_id: bytes) -> bytes:
        """The 16 bytes that mark this subject's line in a transfer: noise to anyone without the key."""
        return self.tagger()(transfer_id)

    def tagger(self) -> Callable[[bytes], bytes]:
        """`tag` for many transfers in a row."""
        secret = derived(self.secret, b"tag")
        return lambda transfer_id: hmac_sha256(secret, transfer_id)[:16]

    def pseudonym(self, of: bytes) -> bytes:
        """32 bytes that stand for *of* towards this subject alone: those of another subject cannot be joined to them."""
        return hmac_sha256(derived(self.secret, b"pseudonym"), of)

    def commitment(self, nonce: bytes) -> bytes:
        """32 bytes that bind a sealed line to this very key (AES-GCM alone does not)."""
        return hmac_sha256(self.secret, b"commit" + nonce)


class KeyRing:
    """The master key and what it unwraps."""

    def __init__(self, master: bytes, carried: Mapping[bytes, bytes] | None = None) -> None:
        self._master = master
        self._carried = dict(carried or {})
        self._following: KeyRing | None = None
        self._path: Path | None = None
        # Random to anyone: for the log, and its beginning for the database.
        self.public_id = hashlib.sha256(derived(master, b"id")).hexdigest()[:32]
        self.master_key_id = self.public_id[:16]

    @classmethod
    def create(cls, path: Path, before: KeyRing | None = None) -> KeyRing:
        """Make a new master key in a new file; it gives the same keyed digests as the one *before* it (`CARRIED`).

        Raises:
            KeyFileExists: there is one already.
        """
        lines = [base64.b64encode(secrets.token_bytes(_KEY_BYTES))]
        if before is not None:
            lines += [name + b" " + base64.b64encode(before.digest_key(name)) for name in CARRIED]
        write_secret_file(path, b"\n".join(lines) + b"\n")
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the master key, and the next one while it is being changed.

        Raises:
            KeyFileMissing, KeyFileExposed, KeyFileBroken: what is wrong with the file.
        """
        first, *rest = read_secret_file(path).strip().split(b"\n")
        try:
            master = base64.b64decode(first, validate=True)
            carried = {
                name: base64.b64decode(key) for name, _, key in (line.partition(b" ") for line in rest)
            }
        except binascii.Error as error:
            raise KeyFileBroken(path=str(path)) from error
        if any(len(key) != _KEY_BYTES for key in (master, *carried.values())):
            raise KeyFileBroken(path=str(path))
        ring = cls(master, carried)
        ring._path = path
        following = next_master_file(path)
        if following.exists():
            ring._following = cls.load(following)
        return ring

    @property
    def following(self) -> KeyRing | None:
        """The next key, while keys are being wrapped anew under it."""
        return self._following

    def reload(self) -> bool:
        """Read the file again, in place; says whether it holds something else than before.

        Raises:
            as `load`.
        """
        if self._path is None:
            return False
        found = KeyRing.load(self._path)
        if [it and it.master_key_id for it in (found, found.following)] == [
            it and it.master_key_id for it in (self, self.following)
        ]:
            return False
        self.__dict__.update(found.__dict__)
        return True

    def digest_key(self, purpose: bytes) -> bytes:
        """The key of `keyed_digest` for *purpose*."""
        return self._carried.get(purpose) or derived(self._master, b"digest/" + purpose)

    def keyed_digest(self, purpose: bytes, content: bytes) -> bytes:
        """HMAC-SHA-256 under a key of its own for *purpose*: a digest that cannot be guessed without the master key."""
        return hmac_sha256(self.digest_key(purpose), content)

    def prove(self, connection: Connection) -> None:
        """Show that this master key is the register's own: it opens a person's key, when there is any yet.

        Raises:
            Unopenable: it is another register's.
        """
        some = select(data_key_table.c.wrapped).where(data_key_table.c.wrapped.is_not(None)).limit(1)
        wrapped = connection.execute(some).scalar()
        if wrapped is not None:
            self._unwrapped(wrapped)

    def new_key(self, uow: UnitOfWork) -> tuple[DataKey, bytes]:
        """A key for one thing of its own, such as a case, and the wrapped form to keep beside it.

        Raises:
            KeyTurned: this is not the register's master key any more.
        """
        key = DataKey(secrets.token_bytes(_KEY_BYTES))
        return key, self.in_force(uow).wrap(key)

    def wrap(self, key: DataKey) -> bytes:
        """*key* under this master key, to be kept only where `in_force` says that it is the register's."""
        return aes_key_wrap(self._master, key.secret)

    def in_force(self, uow: UnitOfWork) -> KeyRing:
        """The ring whose master key wraps new keys, held so until the unit of work ends.

        Raises:
            KeyTurned: it is neither this one nor the next.
        """
        key_id = uow.connection.execute(_IN_FORCE).scalar()
        while True:
            for ring in (self, self._following):
                if ring is not None and key_id in (None, ring.master_key_id):
                    return ring
            if not self.reload():
                raise KeyTurned(path=str(self._path))

    def opened(self, wrapped: bytes) -> DataKey:
        """The key that `new_key` made.

        Raises:
            Unopenable: it was wrapped under another master key, or changed.
        """
        return self._unwrapped(wrapped)

    def _unwrapped(self, wrapped: bytes) -> DataKey:
        while True:
            for ring in (self, self._following):
                if ring is not None and (key := ring.tried(wrapped)) is not None:
                    return key
            # Another program may have changed the key since this one read it.
            if not self.reload():
                raise Unopenable

    def tried(self, wrapped: bytes) -> DataKey | None:
        """The key, if it is wrapped under this very master key."""
        try:
            return DataKey(aes_key_unwrap(self._master, wrapped))
        except InvalidUnwrap:
            return None

    def existing_data_keys(
        self, connection: Connection, customer_ids: Sequence[int]
    ) -> Mapping[int, DataKey]:
        """The data keys that exist among *customer_ids*; shredded ones are left out."""
        return {
            customer_id: self._unwrapped(wrapped)
            for customer_id, wrapped in _WRAPPED.stream(connection, {"ids": customer_ids})
        }

    def existing_data_key(self, connection: Connection, customer_id: int) -> DataKey | None:
        """The customer's data key, or None when it has none or it was shredded."""
        return self.existing_data_keys(connection, [customer_id]).get(customer_id)

    def data_keys(self, uow: UnitOfWork, customer_ids: Sequence[int]) -> Mapping[int, DataKey]:
        """The customers' data keys, made where missing.

        Raises:
            KeyShredded: one of them was erased; a key is never made anew for it.
        """
        found = dict(self.existing_data_keys(uow.connection, customer_ids))
        missing = [customer_id for customer_id in dict.fromkeys(customer_ids) if customer_id not in found]
        if missing:
            if _SHREDDED.row(uow.connection, {"ids": missing}) is not None:
                raise KeyShredded
            made = {customer_id: DataKey(secrets.token_bytes(_KEY_BYTES)) for customer_id in missing}
            made_at = milliseconds(uow.now)
            ring = self.in_force(uow)
            rows = (
                (customer_id, ring.wrap(key), ring.master_key_id, made_at)
                for customer_id, key in made.items()
            )
            while some := list(islice(rows, _ROWS)):
                insert_rows(uow.connection, data_key_table, _KEY_COLUMNS, some)
            found.update(made)
        return found

    def wrapped(self, connection: Connection, customer_id: int) -> bytes | None:
        """The customer's data key as it is stored; None when there is none or it was shredded."""
        chosen = select(data_key_table.c.wrapped).where(data_key_table.c.customer_id == customer_id)
        found: bytes | None = connection.execute(chosen).scalar()
        return found

    def shred(self, uow: UnitOfWork, customer_ids: Sequence[int]) -> list[str]:
        """Destroy these customers' data keys for ever; returns the ids of those that there were, sorted.

        What is sealed under them can't be opened again, and no new key is ever made for the same customer.
        """
        keys = self.existing_data_keys(uow.connection, customer_ids)
        without = [customer_id for customer_id in customer_ids if customer_id not in keys]
        for start in range(0, len(customer_ids), 500):
            some = customer_ids[start : start + 500]
            uow.connection.execute(
                update(data_key_table)
                .where(data_key_table.c.customer_id.in_(some), data_key_table.c.shredded_at.is_(None))
                .values(wrapped=None, shredded_at=uow.now)
            )
            known = set(
                uow.connection.execute(
                    select(data_key_table.c.customer_id).where(data_key_table.c.customer_id.in_(some))
                ).scalars()
            )
            barred = [
                customer_id for customer_id in without if customer_id in some and customer_id not in known
            ]
            if barred:
                uow.connection.execute(
                    data_key_table.insert(),
                    [
                        {
                            "customer_id": customer_id,
                            "wrapped": None,
                            "master_key_id": self.master_key_id,
                            "made_at": uow.now,
                            "shredded_at": uow.now,
                        }
                        for customer_id in barred
                    ],
                )
        return sorted(key.key_id for key in keys.values())

    def data_key(self, uow: UnitOfWork, customer_id: int) -> DataKey:
        """The customer's data key, made when missing.

        Raises:
            KeyShredded: the customer was erased.
        """
        return self.data_keys(uow, [customer_id])[customer_id]
