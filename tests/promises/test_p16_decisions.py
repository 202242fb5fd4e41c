"""P16: a credit report never decides; a named person does, and the identity code is used once and never stored."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from sqlalchemy import func, select

from core.actor import SYSTEM, Role
from core.customers import credit
from core.customers.credit import CreditDecision, CreditListener
from core.customers.credit_errors import (
    ApplicantNotInformed,
    CashOrder,
    IdentityCodeInvalid,
    IdentityCodeNeeded,
    IdentityCodeNotForFirms,
    NothingToDecide,
    ReasonsMissing,
    UnknownCreditPurpose,
)
from core.customers.errors import CustomerRestricted
from core.customers.restrictions import Ground, restrict
from core.customers.types import CustomerValues, Kind
from core.database import metadata
from core.disclosure import transfers
from core.disclosure.errors import NeedsPerson, NobodyToSend
from core.disclosure.model import credit_check_table
from core.disclosure.types import ItemState
from core.errors import NotPermitted
from core.staff.access_log import accesses_of
from tests.support.gate_house import House, open_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.credit import CreditCheck
    from core.database import Database
    from core.errors import RegisterError
    from core.keys import KeyRing
    from core.register import Register
    from tests.conftest import MakeActor

# A person who exists only in the bureau's published test data.
CODE = "010690-9434"
TOLD = "Told by phone on 23 November, before the order."
FIRM = CustomerValues(kind=Kind.ORGANISATION, organisation_name="Åkerin Leipä Oy", business_id="2077474-0")


@pytest.fixture
def house(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> House:
    """A register with a credit bureau, an independent controller that cannot be asked twice."""
    listeners = (CreditListener(keyring, answer_days=30),)
    house = open_house(database, keyring, clock, actor, tmp_path, listeners)
    house.record(role="controller", purposes=("credit_check",), categories=("identity_code", "organisation"))
    house.declare(
        in_doubt="manual",
        requires=frozenset(),
        may_use=frozenset({"identity_code", "organisation.business_id"}),
    )
    house.partner.answer = {"kind": "consumer", "payment_defaults": 2, "text": "Maksuhäiriöitä"}
    return house


def register(house: House) -> Register:
    """As much of the register as a credit check needs."""
    parts = SimpleNamespace(
        database=house.database, gate=house.gate, clock=house.clock, exits=house.gate.exits
    )
    return cast("Register", parts)


def ask(house: House, **changes: object) -> CreditCheck:
    """A check of a new customer, told and on credit, unless *changes* say otherwise."""
    customer_id = changes.pop("customer_id", None) or house.add().id
    given: dict[str, object] = {"identity_code": CODE, "payment_term_days": 14, "informed": TOLD}
    return credit.check(
        register(house),
        house.actor,
        cast("int", customer_id),
        **(given | changes),  # type: ignore[arg-type]
    )


def decide(
    house: House, check: CreditCheck, actor: Actor | None = None, reasons: str = "Defaults"
) -> CreditCheck:
    """A refusal by a person."""
    with house.database.unit_of_work() as uow:
        done = credit.record_decision(
            uow,
            house.keyring,
            actor or house.actor,
            check.id,
            decision=CreditDecision.REFUSED,
            reasons=reasons,
        )
        uow.commit()
    return done


def test_an_answer_decides_nothing(house: House) -> None:
    """However bad the report, the check stands undecided until a named person decides and says why."""
    check = ask(house)
    assert (check.state, check.has_answer, check.decision) == ("delivered", True, None)
    done = decide(house, check)
    assert (done.decision, done.decided_by) == (CreditDecision.REFUSED, "Testi Tekijä")
    with pytest.raises(NothingToDecide):
        decide(house, check)
    with house.database.unit_of_work() as uow:
        opened = credit.opened(uow, house.keyring, house.actor, check.id, task="credit_check")
        uow.commit()
    assert opened.answer is not None
    assert (opened.answer["payment_defaults"], opened.reasons) == (2, "Defaults")
    with house.database.reading() as connection:
        assert check.customer_id is not None
        assert [it.detail for it in accesses_of(connection, check.customer_id, 10)] == ["credit_check"]


def test_the_program_itself_never_decides(house: House, make_actor: MakeActor) -> None:
    """Neither the program nor a role that does not decide, nor a person without reasons, records a decision."""
    check = ask(house)
    with pytest.raises(ReasonsMissing):
        decide(house, check, SYSTEM)
    with pytest.raises(ReasonsMissing):
        decide(house, check, reasons="  ")
    with pytest.raises(NotPermitted):
        decide(house, check, make_actor(Role.REVIEWER))


def test_the_identity_code_is_nowhere_afterwards(house: House, tmp_path: Path) -> None:
    """It reaches the bureau, and no table, sealed line, log entry or file of ours holds it."""
    house.partner.answer["text"] = "no defaults"
    ask(house)
    ((_, content),) = house.partner.records.items()
    assert CODE.encode() in content
    for table in metadata.sorted_tables:
        with house.database.reading() as connection:
            for row in connection.execute(select(table)):
                assert CODE not in repr(tuple(row)), table.name
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert CODE.encode() not in path.read_bytes(), path.name
    with house.database.reading() as connection:
        (found,) = transfers.page(connection, transfers.TransferFilter())
    with house.database.unit_of_work() as uow:
        sealed = transfers.content_of(uow, house.keyring, house.actor, found.id, 0, task="test")
    assert sealed == {"identity_code": "*"}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"payment_term_days": 0}, CashOrder),
        ({"informed": " "}, ApplicantNotInformed),
        ({"purpose": "recruiting"}, UnknownCreditPurpose),
        ({"identity_code": None}, IdentityCodeNeeded),
        ({"identity_code": "010690-9435"}, IdentityCodeInvalid),
        ({"identity_code": "hunter2"}, IdentityCodeInvalid),
    ],
)
def test_the_law_is_asked_first(
    house: House, changes: dict[str, object], refusal: type[RegisterError]
) -> None:
    """A cash order, an applicant who was not told, another purpose or a wrong code: nothing is sent or recorded."""
    with pytest.raises(refusal) as caught:
        ask(house, **changes)
    assert str(changes.get("identity_code") or CODE) not in str(caught.value)
    assert house.partner.arrivals == []
    with house.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(credit_check_table)).scalar() == 0


def test_test_persons_are_for_test_services_only(house: House) -> None:
    """A code of the test series (900 to 999) never goes to the production service."""
    house.declare(environment="production")
    with pytest.raises(IdentityCodeInvalid):
        ask(house)
    assert ask(house, identity_code="131052-308T").state == "delivered"


def test_a_firm_is_asked_about_by_its_business_id(house: House) -> None:
    """An identity code has no place in a company's check."""
    firm = house.add(FIRM)
    with pytest.raises(IdentityCodeNotForFirms):
        ask(house, customer_id=firm.id)
    assert ask(house, customer_id=firm.id, identity_code=None).kind is Kind.ORGANISATION
    assert b"2077474-0" in next(iter(house.partner.records.values()))


def test_a_lost_enquiry_waits_for_a_person_and_is_not_repeated(house: House) -> None:
    """A credit enquiry leaves a trace at the bureau: the program never asks again by itself."""
    house.partner.fault = "lost_reply"
    check = ask(house)
    assert check.state == ItemState.IN_DOUBT
    house.clock.advance(3600)
    with pytest.raises(NeedsPerson):
        house.gate.settle(SYSTEM, check.transfer_id)
    assert house.gate.settle_due(SYSTEM).for_person == (check.transfer,)
    assert len(house.partner.arrivals) == 1
    with pytest.raises(NothingToDecide):
        decide(house, check)
    house.gate.decide(house.actor, check.transfer_id, ItemState.DELIVERED, "The bureau shows the enquiry.")
    with house.database.reading() as connection:
        assert credit.credit_check(connection, check.id).state == "delivered"


def test_the_answer_goes_and_the_decision_stays(house: House) -> None:
    """After its days the answer is purged; the fact and the decision with its reasons remain."""
    check = ask(house)
    decide(house, check)
    house.clock.advance(30 * 86400 - 1)
    with house.database.unit_of_work() as uow:
        assert credit.purge_answers(uow) == 0
    house.clock.advance(1)
    with house.database.unit_of_work() as uow:
        assert credit.purge_answers(uow) == 1
        assert credit.purge_answers(uow) == 0
        uow.commit()
    with house.database.unit_of_work() as uow:
        opened = credit.opened(uow, house.keyring, house.actor, check.id, task="credit_check")
    assert (opened.answer, opened.reasons) == (None, "Defaults")
    with house.database.reading() as connection:
        assert check.customer_id is not None
        (found,) = credit.credit_checks_of(connection, check.customer_id)
    assert (found.has_answer, found.decision) == (False, CreditDecision.REFUSED)


def test_who_may_not_be_sent_is_not_asked_about(house: House) -> None:
    """A check of somebody who is no longer a customer is refused at the gate, and leaves no record of a check."""
    from core.customers import service
    from tests.support.gate_house import LETTER

    customer = house.add()
    with house.database.unit_of_work() as uow:
        service.end_relationship(
            uow, house.actor, customer.id, ended_on=date(2026, 11, 1), source=LETTER, version=1
        )
        uow.commit()
    with pytest.raises(NobodyToSend):
        ask(house, customer_id=customer.id)
    with house.database.reading() as connection:
        assert credit.credit_checks_of(connection, customer.id) == []


def test_nothing_is_decided_from_the_data_of_the_restricted(house: House, clock: FixedClock) -> None:
    """While processing is restricted no decision is taken (Article 18), and the answer isn't purged meanwhile."""
    check = ask(house)
    with house.database.unit_of_work() as uow:
        restrict(uow, house.actor, check.customer_id or 0, ground=Ground.UNLAWFUL, since=date(2026, 11, 23))
        uow.commit()
    with pytest.raises(CustomerRestricted):
        decide(house, check)
    clock.advance(40 * 86_400.0)
    with house.database.unit_of_work() as uow:
        assert credit.purge_answers(uow) == 0
