"""Changing the log's key: both keys sign for a while, then the old one is destroyed.

The log itself says which key signs when (`keychain`).  A key's last duty is a checkpoint, signed by both, that covers
the entry in which the next key begins: so whoever was given the old key can follow to the new one, and once the old one
is destroyed nobody can sign another past with it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.disclosure.log.errors import NothingSigned
from core.disclosure.log.events import KeyChange
from core.disclosure.log.high_water import sync_directory
from core.disclosure.log.keeping_errors import FileUnwritable, NoRotation, RotationUnfinished
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.note import SignerKey
from core.disclosure.log.signing import next_key_file, read_key
from core.disclosure.log.store import milliseconds
from core.keys import write_secret_file
from core.reasons import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.disclosure.log.keychain import KeyChain
    from core.disclosure.log.service import DisclosureLog
    from core.disclosure.log.store import SignedCheckpoint


def begin_rotation(log: DisclosureLog, *, compromised: bool = False) -> SignedCheckpoint:
    """Bring in a new key; from here on both sign.

    Raises:
        RotationUnfinished: two keys sign already.
        FileUnwritable: the new key cannot be written beside the old one.
        LogFault: the log cannot be signed.
    """
    path = _key_path(log)
    log.sign()
    chain = _chain(log)
    if len(chain.eras[-1].keys) > 1:
        raise RotationUnfinished(index=chain.eras[-1].first - 1)
    following = _next_key(path, log.origin)
    with log.database.unit_of_work() as uow:
        change = KeyChange(
            ts=milliseconds(uow.now),
            event="begun",
            vkey=following.verifier.vkey,
            reason="compromise" if compromised else "rotation",
        )
        log.append(uow, "key", change)
        uow.commit()
    log.signer = log.signer.reloaded()
    return log.sign()


def finish_rotation(log: DisclosureLog, *, compromised: bool = False) -> SignedCheckpoint:
    """End the old key: a last checkpoint by both, the entry that ends it, a first checkpoint by the new one alone.

    May be called again when the machine stopped half-way.

    Raises:
        NoRotation: only one key signs.
        FileUnwritable: the key files cannot be changed.
        LogFault: the log cannot be signed.
    """
    path = _key_path(log)
    log.signer = log.signer.reloaded()
    present = _chain(log).eras[-1].keys
    if len(present) > 1:
        # The next key is vouched for by a checkpoint that both have signed.
        log.sign()
        with log.database.unit_of_work() as uow:
            change = KeyChange(
                ts=milliseconds(uow.now),
                event="ended",
                vkey=present[0].vkey,
                reason="compromise" if compromised else "rotation",
            )
            log.append(uow, "key", change)
            uow.commit()
    elif len(log.signer.verifiers) == 1:
        raise NoRotation
    signed = log.sign()
    install(next_key_file(path), path)
    log.signer = log.signer.reloaded()
    return signed


def _key_path(log: DisclosureLog) -> Path:
    if log.signer.path is None:
        raise FileUnwritable(path="–", reason="–")
    return log.signer.path


def _chain(log: DisclosureLog) -> KeyChain:
    with log.database.reading() as connection:
        chain = stored_chain(connection)
    if not chain.eras:
        raise NothingSigned
    return chain


def _next_key(path: Path, origin: str) -> SignerKey:
    """A new key in its file; one that a stopped rotation left there is taken up again."""
    following = next_key_file(path)
    if following.exists():
        return read_key(following)
    key = SignerKey.create(origin)
    try:
        write_secret_file(following, key.skey.encode() + b"\n")
        sync_directory(following.parent)
    except OSError as error:
        raise FileUnwritable(path=str(following), reason=reason_of(error)) from error
    return key


def install(new: Path, path: Path) -> None:
    """Put the key file *new* in the place of *path*, and destroy what was there.

    Raises:
        FileUnwritable: the files cannot be changed.
    """
    try:
        with path.open("r+b") as old:
            size = os.fstat(old.fileno()).st_size
            new.replace(path)
            sync_directory(path.parent)
            # The old file has no name any more; its bytes are overwritten where the file system does that in place.
            old.write(b"\0" * size)
            old.flush()
            os.fsync(old.fileno())
    except OSError as error:
        raise FileUnwritable(path=str(path), reason=reason_of(error)) from error
