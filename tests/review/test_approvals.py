"""Four eyes before: what needs a second person waits for one, and only what that person saw leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.disclosure.log.entries import decode
from core.disclosure.review import approvals, deciding
from core.disclosure.review.approvals import ApprovalState
from core.disclosure.review.errors import (
    ApprovalNotWaiting,
    ApprovalOutdated,
    ApprovalWaiting,
    NoSuchApproval,
    OwnRequest,
    ReasonMissing,
)
from core.disclosure.transfers import stored_lines
from core.disclosure.types import Subject, TransferState
from core.errors import NotPermitted
from core.staff.access_log import recent
from tests.support.gate_house import MATTI

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tests.support.review_house import ReviewHouse


def ask(house: ReviewHouse, *, count: int = 3) -> tuple[int, list[Customer]]:
    """Ask to send *count* persons; the request's number, and who they are."""
    people = [house.house.add(replace(MATTI, first_name=f"Matti {number}")) for number in range(count)]
    with pytest.raises(ApprovalWaiting) as waiting:
        house.send(*people)
    return int(str(waiting.value.data["number"])), people


def state_of(house: ReviewHouse, number: int) -> ApprovalState:
    """Where a request stands."""
    with house.database.reading() as connection:
        return approvals.approval_of(connection, number).state


def test_above_the_number_of_persons_it_waits(house: ReviewHouse) -> None:
    """Three persons wait where two may go; nothing is rendered to the partner, and two go at once."""
    house.rules(persons=2)
    number, people = ask(house)
    assert house.house.partner.records == {}
    assert state_of(house, number) is ApprovalState.WAITING
    assert house.send(*people[:2]).state is TransferState.DELIVERED


def test_the_same_request_waits_once(house: ReviewHouse) -> None:
    """Sending again before it is approved asks for nothing new."""
    house.rules(persons=2)
    number, people = ask(house)
    with pytest.raises(ApprovalWaiting) as again:
        house.send(*people)
    assert again.value.data["number"] == number
    assert f"request {number} waits" in str(again.value)


def test_a_second_person_sees_the_bytes_and_approves(house: ReviewHouse) -> None:
    """What the reviewer saw is what leaves; the intent names the approval, and the log verifies."""
    house.rules(persons=2)
    number, people = ask(house)
    seen = deciding.look(house.gate, house.reviewer, number)
    assert [payload.label for payload in seen.payloads] == ["record"] * 3
    approved = deciding.decide(house.gate, house.reviewer, number, approved=True)
    result = house.send(*people)
    assert set(house.house.partner.records.values()) == {payload.content for payload in seen.payloads}
    with house.database.reading() as connection:
        assert approved.log_index is not None
        entry = house.register.log.entry(connection, approved.log_index).decode()
        intent = decode(house.register.log.entry(connection, result.number).body)
        used = approvals.approval_of(connection, number)
    assert (entry.id, entry.decision, entry.count) == (approved.uuid, "approved", 3)  # type: ignore[union-attr]
    assert intent.approval == approved.uuid  # type: ignore[union-attr]
    assert (used.state, used.transfer_id) == (ApprovalState.USED, result.transfer_id)
    assert house.register.log.verify(stored_lines).verified


def test_the_look_is_itself_recorded(house: ReviewHouse) -> None:
    """The approver has seen persons, so the access log has it."""
    house.rules(persons=2)
    number, _ = ask(house)
    deciding.look(house.gate, house.reviewer, number)
    with house.database.reading() as connection:
        newest = recent(connection, staff_id=house.reviewer.staff_id)[0]
    assert (newest.action, newest.task, newest.detail) == ("list", "disclosure_review", "3 rows")


def test_an_approval_serves_once(house: ReviewHouse) -> None:
    """The same persons again need a new approval."""
    house.rules(persons=2)
    number, people = ask(house)
    deciding.decide(house.gate, house.reviewer, number, approved=True)
    house.send(*people)
    request = house.house.request(*people)
    anew = replace(request, subjects=tuple(Subject(it.customer_id, f"{it.key}-b") for it in request.subjects))
    with pytest.raises(ApprovalWaiting):
        house.gate.send(house.clerk, anew)


def test_nobody_approves_what_they_asked_for(house: ReviewHouse) -> None:
    """Every role does not make two persons of one."""
    house.rules(persons=2)
    people = [house.house.add(replace(MATTI, first_name=f"Matti {number}")) for number in range(3)]
    alone = Actor(house.clerk.staff_id, "kalle", "Kalle Klerkki", frozenset(Role))
    with pytest.raises(ApprovalWaiting):
        house.send(*people, actor=alone)
    with pytest.raises(OwnRequest):
        deciding.decide(house.gate, alone, 1, approved=True)
    with pytest.raises(NotPermitted):
        deciding.decide(house.gate, house.clerk, 1, approved=True)


def test_other_bytes_are_not_what_was_approved(house: ReviewHouse) -> None:
    """A change after the approval makes it worthless; the sending asks anew."""
    house.rules(persons=2)
    number, people = ask(house)
    deciding.decide(house.gate, house.reviewer, number, approved=True)
    house.house.partner.leak = "x"
    with pytest.raises(ApprovalWaiting) as again:
        house.send(*people)
    assert again.value.data["number"] != number


def test_a_request_that_has_changed_is_void(house: ReviewHouse) -> None:
    """The approver is not shown something else than was asked for."""
    house.rules(persons=2)
    number, _ = ask(house)
    house.house.partner.leak = "x"
    with pytest.raises(ApprovalOutdated):
        deciding.look(house.gate, house.reviewer, number)
    with pytest.raises(ApprovalNotWaiting):
        deciding.decide(house.gate, house.reviewer, number, approved=True)


def test_a_refusal_has_its_reason_in_words(house: ReviewHouse) -> None:
    """It stands in the log too, and nothing leaves."""
    house.rules(persons=2)
    number, people = ask(house)
    with pytest.raises(ReasonMissing):
        deciding.decide(house.gate, house.reviewer, number, approved=False)
    refused = deciding.decide(house.gate, house.reviewer, number, approved=False, reason="Liian monta.")
    assert (refused.state, refused.reason) == (ApprovalState.REFUSED, "Liian monta.")
    with pytest.raises(ApprovalWaiting) as again:
        house.send(*people)
    assert again.value.data["number"] != number


def test_the_first_use_of_a_record_waits(house: ReviewHouse) -> None:
    """A new recipient's first transfer waits, the second goes; a changed record is new again."""
    house.rules(first_use=True)
    one, two, three = (house.house.add() for _ in range(3))
    with pytest.raises(ApprovalWaiting) as first:
        house.send(one)
    with pytest.raises(ApprovalWaiting) as other:
        house.send(two)
    assert other.value.data["number"] == first.value.data["number"]
    deciding.decide(house.gate, house.reviewer, int(str(first.value.data["number"])), approved=True)
    assert house.send(one).state is TransferState.DELIVERED
    assert house.send(two).state is TransferState.DELIVERED
    house.house.record(agreement="DPA 2027-01")
    with pytest.raises(ApprovalWaiting):
        house.send(three)


def test_what_is_never_stored_is_not_stored_for_the_approver(house: ReviewHouse) -> None:
    """An identity code is masked for the second person, and given again when it is sent."""
    house.house.declare(may_use=frozenset({"identity_code"}))
    house.house.record(
        categories=("customer_number", "identity_code"), purposes=("credit_check",), role="controller"
    )
    house.rules(first_use=True)
    one = house.house.add()
    subject = Subject(one.id, "credit-1", {"identity_code": "131052-308T"})
    request = replace(house.house.request(one), purpose="credit_check", subjects=(subject,))
    with pytest.raises(ApprovalWaiting):
        house.gate.send(house.clerk, request)
    seen = deciding.look(house.gate, house.reviewer, 1)
    assert seen.payloads == ()
    assert seen.plan.items[0].fields["identity_code"] == "*"
    deciding.decide(house.gate, house.reviewer, 1, approved=True)
    assert house.gate.send(house.clerk, request).state is TransferState.DELIVERED


def test_an_approval_grows_old(house: ReviewHouse) -> None:
    """After a week it lets nothing through, and what it would have sent is forgotten."""
    house.rules(persons=2)
    number, people = ask(house)
    deciding.decide(house.gate, house.reviewer, number, approved=True)
    house.wait(days=8)
    with pytest.raises(ApprovalWaiting):
        house.send(*people)
    with house.database.unit_of_work() as uow:
        assert approvals.expire(uow) == 1
        uow.commit()
    assert state_of(house, number) is ApprovalState.VOID


def test_an_unknown_request_is_not_found(house: ReviewHouse) -> None:
    """Its number is named."""
    with pytest.raises(NoSuchApproval, match="99"):
        deciding.look(house.gate, house.reviewer, 99)
