"""Keys: one master key, one data key for each data subject, sealed values.

The master key lives in a file (0600) or a systemd credential, never in the database.  Each subject's data key is
random and kept wrapped (AES key wrap, RFC 3394) under the master key, so that destroying the one row makes
everything sealed under it unreadable while hashes of the sealed bytes still verify.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Column, LargeBinary, String, Table, select, update

from core import environment
from core.bulk import insert_rows
from core.database import Identity, Instant, metadata, milliseconds
from core.errors import ConfigError, Fault, Refused
from core.id_lists import among
from core.messages import N_
from core.prepared import Prepared
from core.reasons import open_file, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from core.database import UnitOfWork

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_NO_SALT: Final = bytes(32)
_HMAC_BLOCK: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))

data_key_table: Final = Table(
    "data_key",
    metadata,
    Column("customer_id", Identity, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary),
    Column("master_key_id", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("shredded_at", Instant),
)

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


class KeyFileMissing(ConfigError):
    """There is no key file where the configuration says."""

    code = "keys.missing"
    sentence = N_("The key file {path} cannot be read: {reason}.")
    advice = N_(
        "Restore it from its backup. Without it nothing sealed can be opened; do not make a new one over it."
    )


class KeyFileExposed(ConfigError):
    """Somebody else on the machine may read the key file."""

    code = "keys.exposed"
    sentence = N_("The key file {path} may be read by others (mode {mode}).")
    advice = N_(
        "Run: chmod 600 {path} — and consider the key known to whoever has an account on this machine."
    )


class KeyFileBroken(ConfigError):
    """The key file does not hold a key."""

    code = "keys.broken"
    sentence = N_("The key file {path} does not hold a key.")
    advice = N_("Restore it from its backup.")


class KeyFileExists(Refused):
    """A new key would overwrite one in use."""

    code = "keys.exists"
    sentence = N_("There is already a key file {path}.")
    advice = N_("It is left as it was: a key is never overwritten.")


class KeyShredded(Refused):
    """The subject was erased: its key is gone and is never made anew."""

    code = "keys.shredded"
    sentence = N_("This customer's key was destroyed when the customer was erased.")
    advice = N_("Nothing can be sealed or opened for an erased customer.")


class Unopenable(Fault):
    """Sealed bytes do not open under the key they belong to."""

    code = "keys.unopenable"
    sentence = N_("A sealed value cannot be opened: the key or the value has changed.")
    advice = N_("Check that the master key belongs to this database, and look at the latest restore.")


def read_secret_file(path: Path) -> bytes:
    """The content of a secret file of ours.

    Raises:
        KeyFileMissing: it is not there or not readable.
        KeyFileExposed: group or others may read it.
    """
    try:
        with open_file(path) as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            content = stream.read(64 * 1024)
    except OSError as error:
        raise KeyFileMissing(path=str(path), reason=reason_of(error)) from error
    if mode & 0o077 and not environment.is_credential(path):
        raise KeyFileExposed(path=str(path), mode=f"{mode:04o}")
    return content


def write_secret_file(path: Path, content: bytes) -> None:
    """Write a new secret file, 0600, durable; never over another.

    Raises:
        KeyFileExists: there is one already.
        OSError: it cannot be written; nothing of it is left.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFileExists(path=str(path)) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        path.unlink()
        raise


def _hmac(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104) for keys of up to 64 bytes: as `hmac.digest`, which takes half as long again.

    Each line of a transfer needs five.
    """
    padded = key.ljust(_HMAC_BLOCK, b"\0")
    inner = hashlib.sha256(padded.translate(_INNER) + content).digest()
    return hashlib.sha256(padded.translate(_OUTER) + inner).digest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt, one block: spelt out, since each line of a transfer needs it."""
    return _hmac(_hmac(_NO_SALT, key), b"rekisteri/" + purpose + b"\x01")


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
        return _derived(self.secret, b"id").hex()[:32]

    def tag(self, transfer_id: bytes) -> bytes:
        """The 16 bytes that mark this subject's line in a transfer: noise to anyone without the key."""
        return self.tagger()(transfer_id)

    def tagger(self) -> Callable[[bytes], bytes]:
        """`tag` for many transfers in a row."""
        secret = _derived(self.secret, b"tag")
        return lambda transfer_id: _hmac(secret, transfer_id)[:16]

    def pseudonym(self, of: bytes) -> bytes:
        """32 bytes that stand for *of* towards this subject alone: those of another subject cannot be joined to them."""
        return _hmac(_derived(self.secret, b"pseudonym"), of)

    def commitment(self, nonce: bytes) -> bytes:
        """32 bytes that bind a sealed line to this very key (AES-GCM alone does not)."""
        return _hmac(self.secret, b"commit" + nonce)


class KeyRing:
    """The master key and what it unwraps."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self.master_key_id = hashlib.sha256(_derived(master, b"id")).hexdigest()[:16]

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """Make a new master key in a new file.

        Raises:
            KeyFileExists: there is one already.
        """
        write_secret_file(path, base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the master key.

        Raises:
            KeyFileMissing, KeyFileExposed, KeyFileBroken: what is wrong with the file.
        """
        try:
            master = base64.b64decode(read_secret_file(path).strip(), validate=True)
        except binascii.Error as error:
            raise KeyFileBroken(path=str(path)) from error
        if len(master) != _KEY_BYTES:
            raise KeyFileBroken(path=str(path))
        return cls(master)

    def keyed_digest(self, purpose: bytes, content: bytes) -> bytes:
        """HMAC-SHA-256 under a key of its own for *purpose*: a digest that cannot be guessed without the master key."""
        return _hmac(_derived(self._master, b"digest/" + purpose), content)

    def prove(self, connection: Connection) -> None:
        """Show that this master key is the register's own: it opens a person's key, when there is any yet.

        Raises:
            Unopenable: it is another register's.
        """
        some = select(data_key_table.c.wrapped).where(data_key_table.c.wrapped.is_not(None)).limit(1)
        wrapped = connection.execute(some).scalar()
        if wrapped is not None:
            self._unwrapped(wrapped)

    def new_key(self) -> tuple[DataKey, bytes]:
        """A key for one thing of its own, such as a case, and the wrapped form to keep beside it."""
        key = DataKey(secrets.token_bytes(_KEY_BYTES))
        return key, aes_key_wrap(self._master, key.secret)

    def opened(self, wrapped: bytes) -> DataKey:
        """The key that `new_key` made.

        Raises:
            Unopenable: it was wrapped under another master key, or changed.
        """
        return self._unwrapped(wrapped)

    def _unwrapped(self, wrapped: bytes) -> DataKey:
        try:
            return DataKey(aes_key_unwrap(self._master, wrapped))
        except InvalidUnwrap as error:
            raise Unopenable from error

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
            rows = (
                (customer_id, aes_key_wrap(self._master, key.secret), self.master_key_id, made_at)
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
