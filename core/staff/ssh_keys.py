"""SSH keys: which key is whose, and the lines by which sshd lets each one do one thing only.

A key belongs to one person, is checked before it is stored, and once revoked is never taken back.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from sqlalchemy import insert, select, update

from core.staff.changes import record_change
from core.staff.errors import BadKey, KeyHasOptions, KeyInUse, KeyNotFound, KeyTooWeak, PrivateKeyGiven
from core.staff.members import member
from core.staff.model import ssh_key_table, staff_member_table
from core.staff.policy import administrator_id
from core.staff.sessions import EndReason, end_sessions_with_key
from core.text import clean_line, has_forbidden, shorten

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from core.actor import Actor
    from core.database import UnitOfWork

LEAST_RSA_BITS: Final = 3072
_LONGEST_LINE: Final = 4096
_ACCEPTED: Final = frozenset(
    {
        "ssh-ed25519",
        "sk-ssh-ed25519@openssh.com",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "ssh-rsa",
    }
)
_TYPE_PREFIXES: Final = ("ssh-", "ecdsa-", "sk-", "rsa-")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key line that was looked at: type, the base64 blob, comment, and the fingerprint as OpenSSH prints it."""

    key_type: str
    blob: str
    comment: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SshKey:
    """A registered key; `revoked_at` is None while it is in use."""

    id: int
    staff_id: int
    user_name: str
    key_type: str
    public_key: str
    fingerprint: str
    comment: str
    added_at: datetime
    revoked_at: datetime | None


def parse_public_key(line: str) -> PublicKey:
    """Look at one line of a ``.pub`` file.

    Raises:
        BadKey: it is none, is private (`PrivateKeyGiven`), has options (`KeyHasOptions`), or is weak (`KeyTooWeak`).
    """
    line = line.strip()
    if "PRIVATE KEY" in line:
        raise PrivateKeyGiven
    if "\n" in line or "\r" in line or len(line) > _LONGEST_LINE or has_forbidden(line):
        raise BadKey
    key_type, _, rest = line.partition(" ")
    if not key_type.startswith(_TYPE_PREFIXES):
        raise KeyHasOptions if any(f" {name} " in f" {line}" for name in _ACCEPTED) else BadKey
    if key_type not in _ACCEPTED:
        raise KeyTooWeak(kind=key_type)
    blob, _, comment = rest.strip().partition(" ")
    try:
        key = load_ssh_public_key(f"{key_type} {blob}".encode())
        raw = base64.b64decode(blob, validate=True)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey from error
    if isinstance(key, RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        raise KeyTooWeak(kind=f"RSA {key.key_size}")
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
    return PublicKey(
        key_type, base64.b64encode(raw).decode(), shorten(clean_line(comment), 100), f"SHA256:{digest}"
    )


def add_key(uow: UnitOfWork, actor: Actor, staff_id: int, public_key: str) -> SshKey:
    """Register a member's key from the line of its ``.pub`` file.

    Raises:
        NotPermitted, StaffNotFound: as they say.
        BadKey: the line is no usable key.
        KeyInUse: the key is known already, in use or revoked.
    """
    administrator = administrator_id(actor)
    member(uow.connection, staff_id)
    key = parse_public_key(public_key)
    known = uow.connection.execute(
        _keys().where(ssh_key_table.c.fingerprint == key.fingerprint)
    ).one_or_none()
    if known is not None:
        raise KeyInUse(user_name=known.user_name)
    statement = insert(ssh_key_table).values(
        staff_id=staff_id,
        key_type=key.key_type,
        public_key=key.blob,
        fingerprint=key.fingerprint,
        comment=key.comment,
        added_at=uow.now,
        added_by=administrator,
    )
    uow.connection.execute(statement)
    record_change(uow, administrator, staff_id, "ssh key added", key.fingerprint)
    return _one(uow.connection, key.fingerprint)


def revoke_key(uow: UnitOfWork, actor: Actor, key: int | str) -> SshKey:
    """Take a key (its number or fingerprint) out of use for good; sessions that came in with it end.

    Raises:
        NotPermitted: the actor is no administrator.
        KeyNotFound: no such key is in use.
    """
    administrator = administrator_id(actor)
    found = _one(uow.connection, key)
    if found.revoked_at is not None:
        raise KeyNotFound(key=key)
    uow.connection.execute(
        update(ssh_key_table)
        .where(ssh_key_table.c.id == found.id)
        .values(revoked_at=uow.now, revoked_by=administrator)
    )
    end_sessions_with_key(uow, found.id, EndReason.KEY_REVOKED)
    record_change(uow, administrator, found.staff_id, "ssh key revoked", found.fingerprint)
    return _one(uow.connection, found.id)


def keys(connection: Connection) -> list[SshKey]:
    """Every key ever registered, revoked ones included, oldest first."""
    return [SshKey(**row) for row in connection.execute(_keys()).mappings()]


def authorized_keys(
    connection: Connection, command: str, *, fingerprint: str | None = None, blob: str | None = None
) -> str:
    """The lines for sshd: each key in use of an enabled member may run *command*, told whose key it is, and no more.

    *command* is how the program is called, quoted for the shell that sshd hands it to.  *fingerprint* and *blob*
    (sshd's ``%f`` and ``%k``) leave only the key that was offered.  Empty when there is none.
    """
    statement = _keys().where(
        ssh_key_table.c.revoked_at.is_(None), staff_member_table.c.disabled_at.is_(None)
    )
    if fingerprint is not None:
        statement = statement.where(ssh_key_table.c.fingerprint == fingerprint)
    if blob is not None:
        statement = statement.where(ssh_key_table.c.public_key == blob)
    return "".join(_line(SshKey(**row), command) for row in connection.execute(statement).mappings())


def _line(key: SshKey, command: str) -> str:
    forced = f"{command} session --staff {key.staff_id} --key {key.id}".replace('"', '\\"')
    return f'restrict,pty,command="{forced}" {key.key_type} {key.public_key} {key.user_name}\n'


def _one(connection: Connection, key: int | str) -> SshKey:
    column = ssh_key_table.c.id if isinstance(key, int) else ssh_key_table.c.fingerprint
    row = connection.execute(_keys().where(column == key)).mappings().one_or_none()
    if row is None:
        raise KeyNotFound(key=key)
    return SshKey(**row)


def _keys() -> Select[Any]:
    table = ssh_key_table
    return (
        select(
            table.c.id,
            table.c.staff_id,
            staff_member_table.c.user_name,
            table.c.key_type,
            table.c.public_key,
            table.c.fingerprint,
            table.c.comment,
            table.c.added_at,
            table.c.revoked_at,
        )
        .join(staff_member_table, staff_member_table.c.id == table.c.staff_id)
        .order_by(table.c.id)
    )
