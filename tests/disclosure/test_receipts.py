"""Receipts: a transfer stands in the log, and a person's line in the transfer, for whoever holds the files and the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.disclosure.log import LogFault
from core.disclosure.log.entries import Intent
from core.disclosure.log.errors import FormatInvalid, NothingSigned
from core.disclosure.log.keeping_errors import CustomerNotInTransfer, LogClosed
from core.disclosure.log.note import VerifierKey
from core.disclosure.log.reopening import reopen
from core.disclosure.model import transfer_table
from core.disclosure.receipts import IssuedReceipt, check_receipt, issue_receipt
from core.disclosure.transfers import stored_lines

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tests.support.gate_house import House


def _sent(house: House, count: int) -> tuple[int, list[Customer]]:
    """The number of a delivered transfer of *count* customers."""
    customers = [house.add() for _ in range(count)]
    return house.gate.send(house.actor, house.request(*customers)).number, customers


def _issued(house: House, number: int, customer: Customer | None = None) -> IssuedReceipt:
    with house.database.reading() as connection:
        return issue_receipt(connection, house.log, str(number), customer.id if customer else None)


def test_receipt_of_a_transfer_is_checked_without_the_register(house: House) -> None:
    """The file and the log's key are enough; it says what left for whom, and in which checkpoint."""
    first, _ = _sent(house, 2)
    _sent(house, 1)
    issued = _issued(house, first)
    assert issued.lines == b""
    checked = check_receipt(issued.proof, VerifierKey.parse(house.log.vkey))
    assert isinstance(checked.entry, Intent)
    assert (checked.index, checked.entry.count, checked.entry.recipient) == (first, 2, "accountant")
    assert checked.checkpoint.size == house.log.size()


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_each_person_has_a_receipt(house: House, count: int) -> None:
    """Everybody's line is proved to stand in the transfer, each another one; nobody else's name is in the files."""
    number, customers = _sent(house, count)
    key = VerifierKey.parse(house.log.vkey)
    seen = set()
    for customer in customers:
        issued = _issued(house, number, customer)
        (line,) = check_receipt(issued.proof, key, issued.lines).lines
        seen.add(line.number)
        data_key = house.keyring.existing_data_key
        with house.database.reading() as connection:
            own = data_key(connection, customer.id)
        assert own is not None
        intent = check_receipt(issued.proof, key).entry
        assert line.tag == own.tag(intent.id.encode())
    assert seen == set(range(count))


def test_every_changed_byte_of_a_receipt_is_refused(house: House) -> None:
    """Each byte of the line's proof and of the transfer's receipt counts."""
    number, customers = _sent(house, 3)
    issued = _issued(house, number, customers[0])
    key = VerifierKey.parse(house.log.vkey)
    for name in ("proof", "lines"):
        content = getattr(issued, name)
        for at in range(len(content)):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            files = {"proof": issued.proof, "lines": issued.lines} | {name: changed}
            with pytest.raises(FormatInvalid):
                check_receipt(files["proof"], key, files["lines"])
    other, _ = _sent(house, 3)
    with pytest.raises(FormatInvalid):
        check_receipt(_issued(house, other).proof, key, issued.lines)
    for lines in (b"", b"x", b"\xff", issued.lines[:-1], issued.lines + b"\n", issued.lines * 2):
        with pytest.raises(FormatInvalid):
            check_receipt(issued.proof, key, lines)


def test_receipt_needs_a_line_and_a_signature(house: House) -> None:
    """Somebody who was not in the transfer gets none; an entry that no checkpoint covers has none."""
    number, _ = _sent(house, 1)
    stranger = house.add()
    with pytest.raises(CustomerNotInTransfer):
        _issued(house, number, stranger)
    outcome = number + 1
    with house.database.unit_of_work() as uow:
        uow.connection.execute(transfer_table.update().values(number=outcome + 5))
        uow.commit()
    with pytest.raises(NothingSigned):
        _issued(house, outcome + 5)


def test_fault_while_sending_closes_the_way_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer that meets a fault is not sent, nor is any other until a person has opened the log; then they go on."""
    number, _ = _sent(house, 1)

    def faulty(*_arguments: object) -> None:
        raise LogFault

    with monkeypatch.context() as patch:
        patch.setattr("core.disclosure.log.signing.examine", faulty)
        with pytest.raises(LogFault):
            house.gate.send(house.actor, house.request(house.add()))
    before = list(house.partner.arrivals)
    size = house.log.size()
    for _ in range(2):
        with pytest.raises(LogClosed):
            house.gate.send(house.actor, house.request(house.add()))
    assert house.partner.arrivals == before
    assert house.log.size() == size, "a closed log takes no intents"
    with house.database.reading() as connection:
        states = (
            connection.execute(select(transfer_table.c.state).order_by(transfer_table.c.number))
            .scalars()
            .all()
        )
    assert states == ["delivered", "not_sent"]
    reopen(house.log, house.actor, "the disk was replaced", stored_lines)
    assert _sent(house, 1)[0] > number
    assert house.log.verify(stored_lines).verified
