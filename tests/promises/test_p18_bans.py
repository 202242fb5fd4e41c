"""P18: five separate bans, and the ban on publication (P4), each enforced at the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.customers import bans, service
from core.customers.bans import BanKind
from core.disclosure.purposes import PURPOSES, RECIPIENTS_TOLD
from core.disclosure.types import LeftOutReason
from tests.support.gate_house import LETTER

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tests.support.gate_house import House

STOPPED = {kind.value: kind.value for kind in BanKind} | {"register_update": "address_update"}


def forbid(house: House, customer: Customer, kind: BanKind) -> None:
    """Record a ban."""
    with house.database.unit_of_work() as uow:
        bans.forbid(uow, house.actor, customer.id, kind, origin="letter", since=house.clock.now().date())
        uow.commit()


@pytest.mark.parametrize("kind", list(BanKind))
def test_each_ban_stops_its_own_purpose_and_no_other(house: House, kind: BanKind) -> None:
    """The person is left out of exactly the use that was forbidden, with the ban named; others are sent."""
    banned, other = house.add(), house.add()
    forbid(house, banned, kind)
    # What the law has recipients told reaches only those who were sent the data before, which nobody was here.
    for purpose in sorted(set(PURPOSES) - {"collection", RECIPIENTS_TOLD}):
        plan = house.gate.plan(house.actor, house.request(banned, other, purpose=purpose))
        if purpose == STOPPED[kind.value]:
            (left,) = plan.left_out
            assert (left.customer_id, left.reason, left.detail) == (
                banned.id,
                LeftOutReason.BAN,
                (kind.value,),
            )
            assert left.sentence("en").startswith("has forbidden this use: ")
            assert left.sentence("fi").startswith("on kieltänyt tämän käytön: ")
            assert [plan.subjects[item.id].customer_id for item in plan.items] == [other.id]
        else:
            assert plan.left_out == ()


def test_a_lifted_ban_no_longer_stops(house: House) -> None:
    """What a person allows again may be done again."""
    customer = house.add()
    forbid(house, customer, BanKind.DIRECT_MARKETING)
    with house.database.unit_of_work() as uow:
        today = house.clock.now().date()
        bans.lift(uow, house.actor, customer.id, BanKind.DIRECT_MARKETING, lifted_on=today, reason="call")
        uow.commit()
    plan = house.gate.plan(house.actor, house.request(customer, purpose="direct_marketing"))
    assert plan.left_out == ()


@pytest.mark.parametrize("purpose", ["invoicing", "customer_care", "legal_obligation"])
def test_a_protected_address_stays_here(house: House, purpose: str) -> None:
    """Whoever has a protected address (turvakielto) is sent without it, and the payload does not hold it."""
    customer = house.add(protected_address=True)
    plan = house.gate.plan(house.actor, house.request(customer, purpose=purpose))
    (item,) = plan.items
    assert not any(name.startswith("address.") for name in item.fields)
    assert plan.withheld[item.id] >= {"address.street", "address.postcode", "address.town"}
    house.gate.release(house.actor, house.gate.preview(plan))
    assert b"Mannerheimintie" not in house.partner.records["key-1001"]


@pytest.mark.parametrize("purpose", ["address_update", "direct_marketing", "publication"])
def test_with_a_protected_address_nobody_is_looked_for_or_written_to(house: House, purpose: str) -> None:
    """Where the purpose is the address, the person is left out."""
    plan = house.gate.plan(house.actor, house.request(house.add(protected_address=True), purpose=purpose))
    assert [left.reason for left in plan.left_out] == [LeftOutReason.PROTECTED_ADDRESS]


def test_an_exit_that_cannot_do_without_the_address_does_not_get_it(house: House) -> None:
    """A required address does not override the protection: the person is left out."""
    house.declare(requires=frozenset({"customer.number", "address.street"}))
    plan = house.gate.plan(house.actor, house.request(house.add(protected_address=True)))
    assert [left.reason for left in plan.left_out] == [LeftOutReason.PROTECTED_ADDRESS]


def test_somebody_whose_relationship_has_ended_has_no_basis(house: House) -> None:
    """Care, marketing and updates are for customers; invoicing what was ordered goes on."""
    customer = house.add()
    with house.database.unit_of_work() as uow:
        service.end_relationship(
            uow,
            house.actor,
            customer.id,
            ended_on=house.clock.now().date(),
            source=LETTER,
            version=customer.version,
        )
        uow.commit()
    for purpose, out in (
        ("customer_care", 1),
        ("address_update", 1),
        ("direct_marketing", 1),
        ("invoicing", 0),
    ):
        plan = house.gate.plan(house.actor, house.request(customer, purpose=purpose))
        assert [left.reason for left in plan.left_out] == [LeftOutReason.NO_BASIS] * out, purpose
