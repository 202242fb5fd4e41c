"""Receipts of transfers and looks, for a recipient or a data subject: issued from the register, checked without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.customers.aliases import same_person
from core.disclosure.log import entries, proofs
from core.disclosure.log.cosigned import with_cosignatures
from core.disclosure.log.entries import Intent
from core.disclosure.log.errors import NothingSigned, ReceiptInvalid
from core.disclosure.log.events import Read
from core.disclosure.log.keeping_errors import CustomerNotInTransfer
from core.disclosure.log.line_receipt import (
    LineReceipt,
    encode_line_receipts,
    line_receipt,
    parse_line_receipts,
)
from core.disclosure.log.receipt import Receipt
from core.disclosure.transfers import detail, find_id, stored_lines

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.disclosure.log import DisclosureLog, Line
    from core.disclosure.log.checkpoint import Checkpoint
    from core.disclosure.log.note import VerifierKey


@dataclass(frozen=True, slots=True)
class IssuedReceipt:
    """The `.tlog-proof` of a transfer's intent, and with a customer the line proofs (empty without)."""

    proof: bytes
    lines: bytes


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a receipt proves: this entry stands at this place of that checkpoint, with these lines.

    ``entry`` is a transfer's intent, or the read that a person's look is a line of.
    """

    index: int
    entry: Intent | Read
    checkpoint: Checkpoint
    lines: tuple[Line, ...]


def issue_receipt(
    connection: Connection, log: DisclosureLog, transfer: str, customer_id: int | None = None
) -> IssuedReceipt:
    """The receipt of the transfer called *transfer* (number or id), and of one person's lines in it.

    Raises:
        NoSuchTransfer: there is no such transfer.
        CustomerNotInTransfer: it has no line of that customer.
        NothingSigned: no checkpoint reaches it yet.
    """
    transfer_id = find_id(connection, transfer)
    found = detail(connection, transfer_id)
    signed = log.latest_in(connection)
    if signed is None or signed.size <= found.row.number:
        raise NothingSigned
    note = with_cosignatures(connection, signed)
    receipt = proofs.receipt_of(connection, found.row.number, note, signed.size)
    if customer_id is None:
        return IssuedReceipt(receipt.text.encode(), b"")
    ids = same_person(connection, customer_id)
    numbers = [line.number for line in found.lines if line.customer_id in ids]
    content = stored_lines(connection, transfer_id)
    if not numbers or content is None:
        raise CustomerNotInTransfer(transfer=transfer, customer=customer_id)
    lines = [line_receipt(transfer_id, content, number) for number in numbers]
    return IssuedReceipt(receipt.text.encode(), encode_line_receipts(lines))


def check_receipt(content: bytes, key: VerifierKey, lines: bytes | None = None) -> CheckedReceipt:
    """What a receipt proves, under the log's *key*; needs nothing but the files.

    Raises:
        FormatInvalid: it proves nothing; its kinds say why.
    """
    receipt = Receipt.parse(content)
    # The entry travels in `extra`, which nothing authenticates; the path from its hash does.
    entry = receipt.extra or b""
    checkpoint = receipt.verify(entry, key)
    body = entries.decode(entry)
    if not isinstance(body, Intent | Read):
        raise ReceiptInvalid
    shown: list[LineReceipt] = parse_line_receipts(lines) if lines is not None else []
    return CheckedReceipt(receipt.index, body, checkpoint, tuple(one.verify(body) for one in shown))
