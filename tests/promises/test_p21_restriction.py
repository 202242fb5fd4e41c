"""P21: a restricted person's data is used for nothing but what Article 18(2) allows; the gate stops at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.customers import restrictions
from core.customers.model import customer_restriction_table
from core.disclosure.errors import PlanOutdated
from core.disclosure.purposes import PURPOSES
from core.disclosure.types import LeftOutReason

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tests.support.gate_house import House


def restrict(house: House, customer: Customer) -> None:
    """Record a restriction."""
    with house.database.unit_of_work() as uow:
        restrictions.restrict(
            uow,
            house.actor,
            customer.id,
            ground=restrictions.Ground.ACCURACY_CONTESTED,
            since=house.clock.now().date(),
        )
        uow.commit()


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_a_restricted_person_is_left_out_of_every_purpose(house: House, purpose: str) -> None:
    """Nobody who is restricted is rendered for anything; collection (a legal claim) needs a person's own reason."""
    customer = house.add()
    restrict(house, customer)
    plan = house.gate.plan(house.actor, house.request(customer, purpose=purpose))
    assert [left.reason for left in plan.left_out] == [LeftOutReason.RESTRICTION]
    assert plan.items == ()


def test_a_legal_claim_needs_a_persons_reason_and_still_a_basis(house: House) -> None:
    """Article 18(2) allows pursuing a claim; without an open invoice there is none to pursue."""
    customer = house.add()
    restrict(house, customer)
    plan = house.gate.plan(house.actor, house.request(customer, purpose="collection", reason="disputed debt"))
    assert [left.reason for left in plan.left_out] == [LeftOutReason.NO_BASIS]


def test_a_restriction_between_preview_and_sending_stops_it(house: House) -> None:
    """Restrictions are read again in the transaction of the intent."""
    customer = house.add()
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(customer)))
    restrict(house, customer)
    with pytest.raises(PlanOutdated):
        house.gate.release(house.actor, preview)
    assert house.partner.arrivals == []
    with house.database.reading() as connection:
        assert len(connection.execute(select(customer_restriction_table)).all()) == 1
