"""Proofs read from the stored hashes: receipts of entries, growth from one size to another, one key for the next."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.disclosure.log import store
from core.disclosure.log.errors import ProofInvalid
from core.disclosure.log.keeping_errors import CheckpointUnknown
from core.disclosure.log.model import log_checkpoint
from core.disclosure.log.note import strict_base64
from core.disclosure.log.receipt import Receipt
from core.disclosure.log.tree import HASH_BYTES, consistency_path, inclusion_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from core.disclosure.log.keychain import KeyChain
    from core.disclosure.log.note import VerifierKey
    from core.disclosure.log.tree import Subtree

_MAX_HASHES: Final = 63


def receipt_of(
    connection: Connection, index: int, note: str, size: int, subtree: Subtree | None = None
) -> Receipt:
    """The receipt of entry *index* under the checkpoint *note* of *size*; ``extra`` carries the entry's bytes.

    *subtree* gives the roots of the log's parts at *size* where many entries are proved, which share most of them.

    Raises:
        ProofInvalid: the checkpoint does not reach the entry.
        HeadChanged: a stored hash is missing.
    """
    path = inclusion_path(index, size, subtree or store.tile_tree(connection, size).subtree)
    (entry,) = store.read_entries(connection, index, index + 1)
    return Receipt(index, tuple(path), note, entry.body)


def consistency_of(connection: Connection, old: int, new: int) -> list[bytes]:
    """The proof that the log of *new* entries begins with that of *old*.

    Raises:
        ProofInvalid: *old* is the larger.
        CheckpointUnknown: the log does not hold *new* entries.
    """
    if new > store.head(connection).size:
        raise CheckpointUnknown(size=new)
    return consistency_path(old, new, store.tile_tree(connection, new).subtree)


def note_at(connection: Connection, size: int) -> str:
    """The checkpoint signed at *size*, as stored.

    Raises:
        CheckpointUnknown: there is none.
    """
    note = connection.execute(
        select(log_checkpoint.c.note).where(log_checkpoint.c.size == size)
    ).scalar_one_or_none()
    if note is None:
        raise CheckpointUnknown(size=size)
    return str(note)


def consistency_text(old: int, proof: list[bytes]) -> str:
    """A proof as a file: the head of a request to a witness (C2SP tlog-witness): ``old N`` and the hashes."""
    return f"old {old}\n" + "".join(f"{base64.b64encode(value).decode()}\n" for value in proof)


def parse_consistency(content: bytes) -> tuple[int, list[bytes]]:
    """The old size and the hashes of a proof file.

    Raises:
        ProofInvalid: it is none.
    """
    try:
        head, *lines, end = content.decode().split("\n")
    except (UnicodeDecodeError, ValueError) as error:
        raise ProofInvalid from error
    word, _, number = head.partition(" ")
    proof = [strict_base64(line) or b"" for line in lines]
    if word != "old" or not number.isdecimal() or end or len(proof) > _MAX_HASHES:
        raise ProofInvalid
    if any(len(value) != HASH_BYTES for value in proof):
        raise ProofInvalid
    return int(number), proof


def handover_name(key: VerifierKey) -> str:
    """The file in which *key*, which has ended, vouches for the next."""
    return f"{key.id.hex()}.tlog-proof"


def handovers(connection: Connection, chain: KeyChain) -> Iterator[tuple[str, bytes]]:
    """For each key that has ended: the entry that brought in the next, in a checkpoint that both have signed.

    Where the checkpoint was lost with a restore there is none: who holds that key alone cannot follow any more.
    """
    for handover in chain.handovers:
        statement = (
            select(log_checkpoint.c.size, log_checkpoint.c.note)
            .where(log_checkpoint.c.size > handover.index, log_checkpoint.c.size < handover.end)
            .order_by(log_checkpoint.c.size)
            .limit(1)
        )
        row = connection.execute(statement).one_or_none()
        if row is None:
            continue
        receipt = receipt_of(connection, handover.index, row.note, row.size)
        yield handover_name(handover.before), receipt.text.encode()
