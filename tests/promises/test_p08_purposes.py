"""P8: data is disclosed for a credit application, collection, invoicing or an obligation in law, and logged before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.disclosure import transfers
from core.disclosure.errors import (
    BasisNotAllowed,
    ExitLacksPurpose,
    PurposeNotForDisclosure,
    UnknownPurpose,
)
from core.disclosure.purposes import PURPOSES
from core.disclosure.types import TransferState

if TYPE_CHECKING:
    from tests.support.gate_house import House

# Telling whoever was given data what became of it is an obligation in law (GDPR 19).
DISCLOSURES = {"credit_check", "collection", "invoicing", "legal_obligation", "recipients_told"}


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_another_controller_gets_data_for_four_purposes_only(house: House, purpose: str) -> None:
    """Every purpose of the notice is tried towards an independent controller."""
    house.record(role="controller")
    request = house.request(house.add(), purpose=purpose)
    if purpose in DISCLOSURES:
        house.gate.plan(house.actor, request)
    else:
        with pytest.raises(PurposeNotForDisclosure):
            house.gate.plan(house.actor, request)


def test_a_purpose_outside_the_notice_is_refused(house: House) -> None:
    """There is no way to send for a purpose that nobody was told of."""
    with pytest.raises(UnknownPurpose):
        house.gate.plan(house.actor, house.request(house.add(), purpose="training_models"))
    assert house.partner.rendered == 0


def test_a_purpose_that_the_adapter_does_not_declare_is_refused(house: House) -> None:
    """An adapter is used for what it was made for, before anything is rendered."""
    house.declare(purposes=frozenset({"credit_check"}))
    with pytest.raises(ExitLacksPurpose):
        house.gate.plan(house.actor, house.request(house.add()))
    assert house.partner.rendered == 0


def test_a_basis_that_does_not_carry_the_purpose_is_refused(house: House) -> None:
    """Every purpose has its legal bases; another one is refused, the usual one is taken when none is named."""
    customer = house.add()
    with pytest.raises(BasisNotAllowed):
        house.gate.plan(house.actor, house.request(customer, basis="consent"))
    assert house.gate.plan(house.actor, house.request(customer)).basis == "contract"


def test_each_transfer_is_logged_before_it_leaves(house: House) -> None:
    """When the partner gets the bytes, the signed log already covers the intent."""
    signed: list[int] = []
    real = house.partner.deliver

    def watched(*arguments: object) -> object:
        latest = house.log.latest()
        signed.append(0 if latest is None else latest.size)
        return real(*arguments)  # type: ignore[arg-type]

    house.partner.deliver = watched  # type: ignore[method-assign,assignment]
    result = house.gate.send(house.actor, house.request(house.add()))
    assert result.state is TransferState.DELIVERED
    assert signed == [result.number + 1]
    with house.database.reading() as connection:
        (event,) = transfers.detail(connection, result.transfer_id).events
    assert (event.kind, event.state) == ("answer", TransferState.DELIVERED)
