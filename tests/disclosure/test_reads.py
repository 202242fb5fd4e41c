"""Reading transfers: lists with filters, the detail, a customer's own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.customers import restrictions
from core.disclosure import transfers
from core.disclosure.errors import NoSuchTransfer
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import LeftOutReason, TransferState
from core.staff.access_log import accesses_of

if TYPE_CHECKING:
    from tests.support.gate_house import House


def test_each_filter_narrows_the_list(house: House) -> None:
    """Recipient, purpose, state, staff, customer and time each leave what fits; the newest comes first."""
    first, second, third = house.add(), house.add(), house.add()
    one = house.gate.send(house.actor, house.request(first))
    house.clock.advance(3600)
    house.partner.fault = "refuse"
    two = house.gate.send(house.actor, house.request(third, second, purpose="customer_care"))
    now = house.clock.now()
    for wanted, expected in (
        (TransferFilter(), [two, one]),
        (TransferFilter(recipient="accountant"), [two, one]),
        (TransferFilter(recipient="other"), []),
        (TransferFilter(purpose="invoicing"), [one]),
        (TransferFilter(state=TransferState.REFUSED), [two]),
        (TransferFilter(staff_id=1), [two, one]),
        (TransferFilter(staff_id=2), []),
        (TransferFilter(customer_id=second.id), [two]),
        (TransferFilter(since=now), [two]),
        (TransferFilter(until=now), [one]),
        (TransferFilter(since=now - timedelta(hours=1), until=now), [one]),
    ):
        with house.database.reading() as connection:
            found = transfers.page(connection, wanted)
            assert transfers.count(connection, wanted) == len(expected)
        assert [row.id for row in found] == [it.transfer_id for it in expected], wanted
    with house.database.reading() as connection:
        (row,) = transfers.of_customer(connection, second.id)
    assert (row.size, row.recipient_name, row.staff_name) == (2, "Tilitoimisto Esimerkki Oy", "Testi Tekijä")


def test_the_detail_tells_who_was_left_out_and_why(house: House) -> None:
    """Lines, attempts, events and those left out are all there."""
    sent, out = house.add(), house.add()
    with house.database.unit_of_work() as uow:
        restrictions.restrict(
            uow,
            house.actor,
            out.id,
            ground=restrictions.Ground.UNLAWFUL,
            since=house.clock.now().date(),
        )
        uow.commit()
    result = house.gate.send(house.actor, house.request(sent, out))
    with house.database.reading() as connection:
        found = transfers.detail(connection, result.transfer_id)
    assert [(it.customer_id, it.reference) for it in found.lines] == [(sent.id, "ref-1")]
    assert [(it.customer_id, it.number, it.reason) for it in found.left_out] == [
        (out.id, out.number, LeftOutReason.RESTRICTION)
    ]
    assert [it.description for it in found.attempts] == ["POST record"]
    assert found.row.left_out == 1
    with house.database.reading() as connection, pytest.raises(NoSuchTransfer):
        transfers.detail(connection, "none")


def test_opening_the_content_is_an_access(house: House) -> None:
    """Who looks at what left is in the access log, also when the transfer has no such line."""
    customer = house.add()
    result = house.gate.send(house.actor, house.request(customer))
    with house.database.unit_of_work() as uow:
        transfers.content_of(uow, house.keyring, house.actor, result.transfer_id, 0, task="statement")
        uow.commit()
    with house.database.reading() as connection:
        (event,) = accesses_of(connection, customer.id, 10)
    assert (event.task, event.detail) == ("statement", result.transfer_id)
    with house.database.unit_of_work() as uow, pytest.raises(NoSuchTransfer):
        transfers.content_of(uow, house.keyring, house.actor, result.transfer_id, 1, task="statement")
