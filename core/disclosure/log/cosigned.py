"""Cosignatures as they are kept: beside the checkpoint they stand under, each checked when it was added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from core.disclosure.log import store
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.cosignature import CosignerKey, cosignature_in
from core.disclosure.log.errors import SignatureInvalid
from core.disclosure.log.keeping_errors import CheckpointUnknown
from core.disclosure.log.model import log_checkpoint, log_cosignature
from core.disclosure.log.note import parse_note
from core.disclosure.log.proofs import note_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from core.database import UnitOfWork
    from core.disclosure.log.store import SignedCheckpoint


def add_cosignatures(uow: UnitOfWork, content: bytes, vkey: str) -> tuple[int, int]:
    """Keep what the holder of *vkey* has signed under one of our checkpoints; (size, POSIX seconds it says).

    Raises:
        FormatInvalid: *content* is no note, or carries no valid cosignature by that key.
        CheckpointUnknown: it stands under something that we did not sign.
    """
    key = CosignerKey.parse(vkey)
    note = parse_note(content)
    checkpoint = Checkpoint.parse(note.text)
    ours = (
        note_at(uow.connection, checkpoint.size)
        if checkpoint.size <= store.size_claimed(uow.connection)
        else ""
    )
    if not ours.startswith(note.text + "\n"):
        raise CheckpointUnknown(size=checkpoint.size)
    found = cosignature_in(note, key)
    if found is None:
        raise SignatureInvalid(key=key.name)
    line, seconds = found
    kept = uow.connection.execute(
        select(log_cosignature.c.line).where(
            log_cosignature.c.size == checkpoint.size,
            log_cosignature.c.key_name == key.name,
            log_cosignature.c.key_id == key.id.hex(),
        )
    ).scalar_one_or_none()
    if kept is None:
        uow.connection.execute(
            insert(log_cosignature).values(
                size=checkpoint.size,
                key_name=key.name,
                key_id=key.id.hex(),
                vkey=key.vkey,
                line=line,
                added_at=uow.now,
            )
        )
    return checkpoint.size, seconds


def lines_of(connection: Connection, size: int) -> list[str]:
    """The cosignature lines under the checkpoint of *size*, in the order of the keys' names."""
    statement = (
        select(log_cosignature.c.line)
        .where(log_cosignature.c.size == size)
        .order_by(log_cosignature.c.key_name, log_cosignature.c.key_id)
    )
    return list(connection.execute(statement).scalars())


def with_cosignatures(connection: Connection, signed: SignedCheckpoint) -> str:
    """The checkpoint's note with every cosignature under it."""
    return signed.note + "".join(lines_of(connection, signed.size))


def cosigned_notes(connection: Connection) -> Iterator[tuple[int, str]]:
    """Each cosigned checkpoint, smallest first: its size and its note with the cosignatures."""
    statement = (
        select(log_checkpoint.c.size, log_checkpoint.c.note)
        .where(log_checkpoint.c.size.in_(select(log_cosignature.c.size)))
        .order_by(log_checkpoint.c.size)
    )
    for row in connection.execute(statement).all():
        yield row.size, row.note + "".join(lines_of(connection, row.size))
