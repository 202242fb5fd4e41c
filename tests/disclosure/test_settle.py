"""Doubt ends: the partner is asked, or a person decides; nothing is sent twice on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actor import SYSTEM, Role
from core.disclosure import owner, transfers
from core.disclosure.errors import (
    BadDecision,
    KeyInUse,
    NeedsPerson,
    NoSuchTransfer,
    NotInDoubt,
    TooEarlyToSettle,
)
from core.disclosure.model import transfer_table
from core.disclosure.types import ItemState, TransferState
from core.errors import NotPermitted
from tests.support.gate_house import Stop

if TYPE_CHECKING:
    from core.disclosure.types import TransferResult
    from tests.conftest import MakeActor
    from tests.support.gate_house import House

A_DEAD_PROCESS = "00000000-0000-0000-0000-000000000000 pid:[1] 1 1"


def in_doubt(house: House, fault: str = "lost_reply") -> TransferResult:
    """A transfer whose answer was lost."""
    house.partner.fault = fault
    result = house.gate.send(house.actor, house.request(house.add()))
    house.partner.fault = ""
    assert result.state is TransferState.IN_DOUBT
    return result


@pytest.mark.parametrize(
    ("fault", "state"), [("lost_reply", TransferState.DELIVERED), ("lost_request", TransferState.REFUSED)]
)
def test_the_partner_says_what_became_of_it(house: House, fault: str, state: TransferState) -> None:
    """Found means delivered; not found means that it does not have it, not that no byte left."""
    result = in_doubt(house, fault)
    with pytest.raises(TooEarlyToSettle):
        house.gate.settle(house.actor, result.transfer_id)
    house.clock.advance(61)
    assert house.gate.settle(house.actor, result.transfer_id).state is state
    with pytest.raises(NotInDoubt):
        house.gate.settle(house.actor, result.transfer_id)
    with house.database.reading() as connection:
        found = transfers.detail(connection, result.transfer_id)
    assert [event.kind for event in found.events] == ["answer", "inquiry"]
    assert house.log.verify(transfers.stored_lines).verified


@pytest.mark.parametrize("inquiry", ["silent", "raise"])
def test_a_partner_that_does_not_know_leaves_the_doubt(house: House, inquiry: str) -> None:
    """No answer to an inquiry settles nothing, and the key stays held."""
    result = in_doubt(house)
    house.clock.advance(61)
    house.partner.inquiry = inquiry
    assert house.gate.settle(SYSTEM, result.transfer_id).state is TransferState.IN_DOUBT
    assert house.gate.settle_due(SYSTEM).waiting == (result.number,)
    house.partner.inquiry = "answer"
    assert house.gate.settle_due(SYSTEM).settled == (result.number,)
    assert house.gate.settle_due(SYSTEM).settled == ()


def test_a_batch_is_asked_about_item_by_item(house: House) -> None:
    """Of a batch only the items in doubt are asked about, and each gets its own end."""
    house.partner.fault = "partial"
    result = house.gate.send(house.actor, house.request(*(house.add() for _ in range(7))))
    house.clock.advance(61)
    after = house.gate.settle(house.actor, result.transfer_id)
    assert after.state is TransferState.PARTIAL
    assert [it.state for it in sorted(after.outcomes.values(), key=lambda it: it.item_id)] == [
        ItemState.DELIVERED,
        ItemState.REFUSED,
        ItemState.NOT_SENT,
        ItemState.NOT_SENT,
        ItemState.DELIVERED,
        ItemState.REFUSED,
        ItemState.NOT_SENT,
    ]


def test_where_nobody_can_ask_a_person_decides(house: House, make_actor: MakeActor) -> None:
    """An exit that cannot inquire waits for a person, whose decision stands in the log with the reason beside it."""
    house.declare(in_doubt="manual")
    result = in_doubt(house)
    house.clock.advance(61)
    with pytest.raises(NeedsPerson) as caught:
        house.gate.settle(house.actor, result.transfer_id)
    assert "Ask Tilitoimisto Esimerkki Oy whether “key-1001” arrived" in str(caught.value)
    assert house.gate.settle_due(SYSTEM).for_person == (result.number,)
    assert house.partner.inquiries == 0
    with pytest.raises(NotPermitted):
        house.gate.decide(make_actor(Role.REVIEWER), result.transfer_id, ItemState.DELIVERED, "called")
    for outcome, reason, actor in (
        (ItemState.IN_DOUBT, "called", house.actor),
        (ItemState.DELIVERED, " \n", house.actor),
        (ItemState.DELIVERED, "called", SYSTEM),
    ):
        with pytest.raises(BadDecision):
            house.gate.decide(actor, result.transfer_id, outcome, reason)
    done = house.gate.decide(house.actor, result.transfer_id, ItemState.DELIVERED, "Called; they have it.")
    assert done.state is TransferState.DELIVERED
    with house.database.reading() as connection:
        event = transfers.detail(connection, result.transfer_id).events[-1]
        entry = house.log.entry(connection, event.log_index)
    assert (event.kind, event.reason, event.staff_name) == ("person", "Called; they have it.", "Testi Tekijä")
    assert b'"by":"person"' in entry.body
    assert house.keyring.keyed_digest(b"staff", b"1").hex().encode() in entry.body
    assert b"Called" not in entry.body


def test_what_a_person_declares_not_sent_may_be_sent_again(house: House) -> None:
    """Until then the key is held."""
    house.declare(in_doubt="manual")
    house.partner.fault = "lost_request"
    request = house.request(house.add())
    result = house.gate.send(house.actor, request)
    house.partner.fault = ""
    with pytest.raises(KeyInUse):
        house.gate.send(house.actor, request)
    house.gate.decide(house.actor, result.transfer_id, ItemState.NOT_SENT, "They never got it.")
    assert house.gate.send(house.actor, request).state is TransferState.DELIVERED


def abandon(house: House, *, after_attempt: bool) -> str:
    """A transfer left open as a killed process leaves it."""
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(house.add())))
    real = house.partner.deliver

    def dying(*arguments: object) -> object:
        if after_attempt:
            arguments[-1]("POST record", b"")  # type: ignore[operator]
        raise Stop

    house.partner.deliver = dying  # type: ignore[method-assign,assignment]
    conclude = house.gate._conclude
    house.gate._conclude = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(Stop):
        house.gate.release(house.actor, preview)
    house.partner.deliver = real  # type: ignore[method-assign]
    house.gate._conclude = conclude  # type: ignore[method-assign]
    with house.database.reading() as connection:
        transfer_id: str = connection.execute(select(transfer_table.c.id)).scalar_one()
    return transfer_id


def owned_by(house: House, transfer_id: str, process: str) -> None:
    """Make the transfer another process's."""
    with house.database.unit_of_work() as uow:
        uow.connection.execute(
            transfer_table.update().where(transfer_table.c.id == transfer_id).values(owner=process)
        )
        uow.commit()


def test_an_intent_without_an_attempt_was_not_sent(house: House) -> None:
    """What a dead process left before its first attempt is proved not sent."""
    transfer_id = abandon(house, after_attempt=False)
    assert house.gate.recover().not_sent == (1,)
    with house.database.reading() as connection:
        assert transfers.detail(connection, transfer_id).row.state is TransferState.NOT_SENT


def test_an_attempt_without_an_outcome_is_in_doubt(house: House) -> None:
    """What a dead process left after an attempt is in doubt until somebody knows."""
    transfer_id = abandon(house, after_attempt=True)
    assert house.gate.recover().in_doubt == (1,)
    assert house.gate.recover() == type(house.gate.recover())()
    house.clock.advance(61)
    assert house.gate.settle(SYSTEM, transfer_id).state is TransferState.REFUSED
    assert house.log.verify(transfers.stored_lines).verified


def test_a_live_process_keeps_its_transfer(house: House) -> None:
    """Recovery leaves alone what this or another living process has in hand."""
    transfer_id = abandon(house, after_attempt=True)
    with owner.in_hand(transfer_id):
        assert house.gate.recover().in_doubt == ()
    parent = f"{owner._machine()} 1 {owner._started(1)}"
    owned_by(house, transfer_id, parent)
    assert house.gate.recover().in_doubt == ()
    owned_by(house, transfer_id, f"{owner._machine()} 1 0")
    assert house.gate.recover().in_doubt == (1,)


def test_another_machines_transfer_is_left_until_its_lease_is_over(house: House) -> None:
    """Whether a process of another host lives cannot be seen; its lease decides."""
    transfer_id = abandon(house, after_attempt=True)
    owned_by(house, transfer_id, A_DEAD_PROCESS)
    assert house.gate.recover().in_doubt == ()
    house.clock.advance(owner.LEASE.total_seconds() + 1)
    assert house.gate.recover().in_doubt == (1,)


def test_a_process_that_wakes_up_sends_nothing_that_was_given_up(house: House) -> None:
    """A transfer that recovery closed as not sent is fenced: its late process cannot attempt it."""
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(house.add())))
    real = house.partner.deliver

    def late(*arguments: object) -> object:
        with house.database.reading() as connection:
            transfer_id: str = connection.execute(select(transfer_table.c.id)).scalar_one()
        owned_by(house, transfer_id, f"{owner._machine()} 1 0")
        assert house.gate.recover().not_sent == (1,)
        return real(*arguments)  # type: ignore[arg-type]

    house.partner.deliver = late  # type: ignore[method-assign,assignment]
    result = house.gate.release(house.actor, preview)
    assert result.state is TransferState.NOT_SENT
    assert house.partner.arrivals == []


def test_a_late_answer_settles_the_doubt_that_a_lease_left(house: House) -> None:
    """A process found gone too early still reports what the partner told it; nothing definite is overturned."""
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(house.add())))
    real = house.partner.deliver

    def slow(*arguments: object) -> object:
        outcome = real(*arguments)  # type: ignore[arg-type]
        with house.database.reading() as connection:
            transfer_id: str = connection.execute(select(transfer_table.c.id)).scalar_one()
        owned_by(house, transfer_id, A_DEAD_PROCESS)
        house.clock.advance(owner.LEASE.total_seconds() + 1)
        assert house.gate.recover().in_doubt == (1,)
        return outcome

    house.partner.deliver = slow  # type: ignore[method-assign,assignment]
    result = house.gate.release(house.actor, preview)
    assert result.state is TransferState.DELIVERED
    with house.database.reading() as connection:
        found = transfers.detail(connection, result.transfer_id)
    assert [event.state for event in found.events] == [TransferState.IN_DOUBT, TransferState.DELIVERED]
    assert house.log.verify(transfers.stored_lines).verified


def test_a_transfer_is_found_by_its_number(house: House) -> None:
    """People call a transfer by its number; a name that is none is refused in words."""
    result = house.gate.send(house.actor, house.request(house.add()))
    with house.database.reading() as connection:
        assert transfers.find_id(connection, str(result.number)) == result.transfer_id
        assert transfers.find_id(connection, result.transfer_id) == result.transfer_id
        for name in ("0", "99999999999999999999999", "²", "x"):
            with pytest.raises(NoSuchTransfer):
                transfers.find_id(connection, name)
