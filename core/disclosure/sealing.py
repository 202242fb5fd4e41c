"""What exactly left, sealed per person: erasing a person destroys it, and the log still verifies.

A line of the log says nothing without the person's data key: its tag finds the person's lines while the key lives, its
commitment binds the sealed bytes to that key, its digest is of the ciphertext.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from core.disclosure.log.lines import Line
from core.keys import DataKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.database import UnitOfWork
    from core.disclosure.exits import FieldValue
    from core.disclosure.types import Plan
    from core.keys import KeyRing

# Used once and never stored, not even sealed; the content says only that it was there.
TRANSIENT_FIELDS: Final = frozenset({"identity_code"})
TRANSIENT_MARK: Final = "*"
_SMALLEST: Final = 256
_ENCODER: Final = msgspec.json.Encoder(order="sorted", enc_hook=dict)


class SealedLine(NamedTuple):
    """One person's line of a transfer, its 85 bytes, and the ciphertext that its digest is of."""

    item_id: str
    customer_id: int
    key: str
    line: bytes
    sealed: bytes


def new_transfer_id(now: datetime) -> str:
    """A UUID version 7 (RFC 9562): sorted by time, the rest random."""
    value = int(now.timestamp() * 1000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    text = f"{value | secrets.randbits(62):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def sealed_lines(keys: Mapping[int, DataKey], transfer_id: str, plan: Plan) -> list[SealedLine]:
    """The lines of a transfer in their stored order, which is drawn by lot: a list's order can tell who is in it."""
    transfer = transfer_id.encode()
    numbers = _drawn(len(plan.items))
    lines: dict[int, SealedLine] = {}
    # In the order in which they lie in memory, which for 100,000 is twice as fast as in that of their numbers.
    for number, item in zip(numbers, plan.items, strict=True):
        customer_id = plan.subjects[item.id].customer_id
        key = keys[customer_id]
        context = _context(transfer_id, number)
        sealed = key.seal(_padded(_shown(item.fields)), context)
        line = Line(number, key.tag(transfer), key.commitment(context), hashlib.sha256(sealed).digest())
        lines[number] = SealedLine(item.id, customer_id, item.key, line.encode(), sealed)
    return [lines[number] for number in range(len(numbers))]


def _drawn(count: int) -> list[int]:
    """The numbers 0 to *count* in an order drawn by lot: sorted by 64 random bits each."""
    lots = struct.unpack(f"{count}Q", secrets.token_bytes(8 * count))
    return sorted(range(count), key=lots.__getitem__)


def opened_line(key: DataKey, transfer_id: str, number: int, sealed: bytes) -> dict[str, Any]:
    """Field name to the value that left.

    Raises:
        Unopenable: the key is another's or the bytes were changed.
    """
    fields: dict[str, Any] = json.loads(key.unseal(sealed, _context(transfer_id, number)))
    return fields


def binds(key: DataKey, transfer_id: str, number: int, commitment: bytes) -> bool:
    """Whether a line's *commitment* is to this very key (AES-GCM alone would open under another made for it)."""
    return hmac.compare_digest(key.commitment(_context(transfer_id, number)), commitment)


def transfer_key(keyring: KeyRing, transfer_id: str) -> DataKey:
    """The key of the transfer's own sealed part (who sent, to whom in full, why): no data subject's data is in it."""
    return DataKey(keyring.keyed_digest(b"transfer-key", transfer_id.encode()))


def blinding_key(
    keyring: KeyRing, keys: Mapping[int, DataKey], transfer_id: str, customer_ids: Sequence[int]
) -> bytes:
    """The key for digests of payloads: nobody can test a guess of the bytes once any subject's key is destroyed."""
    nonce = b"payload" + transfer_id.encode()
    shares = b"".join([keys[customer_id].commitment(nonce) for customer_id in customer_ids])
    return keyring.keyed_digest(b"payload", shares)


def blinded(blinding: bytes, digest: bytes) -> bytes:
    """A digest of bytes that hold personal data, as it may be stored and logged."""
    return hmac.digest(blinding, digest, "sha256")


def data_keys(uow: UnitOfWork, keyring: KeyRing, plan: Plan) -> Mapping[int, DataKey]:
    """The data keys of everyone in the plan, made where missing."""
    return keyring.data_keys(uow, [subject.customer_id for subject in plan.subjects.values()])


def _shown(fields: Mapping[str, FieldValue]) -> Mapping[str, FieldValue]:
    if TRANSIENT_FIELDS.isdisjoint(fields):
        return fields
    return {name: TRANSIENT_MARK if name in TRANSIENT_FIELDS else value for name, value in fields.items()}


def _padded(fields: Mapping[str, FieldValue]) -> bytes:
    """JSON with spaces behind it up to a power of two, since a length can tell which fields there are."""
    content = _ENCODER.encode(fields if type(fields) is dict else dict(fields))
    return content.ljust(max(_SMALLEST, 1 << (len(content) - 1).bit_length()))


def _context(transfer_id: str, number: int) -> bytes:
    return f"transfer-line/1/{transfer_id}/{number}".encode()
