"""Who holds an old value is to be told: exactly those, by themselves, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from core.actor import Role
from core.customers import sealed, service
from core.disclosure.types import TransferState
from core.notices import due, holders
from core.notices.model import notice_check_table
from core.notices.rights import tell_recipients
from core.notices.types import Cause, NoticeState
from integrations.sandbox.faults import Fault
from tests.support.notice_house import STAFF

if TYPE_CHECKING:
    from tests.conftest import MakeActor
    from tests.support.notice_house import Notices


def waiting(house: Notices) -> int:
    """Changes that nobody has looked at."""
    with house.register.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(notice_check_table)).scalar_one())


def test_whoever_was_sent_the_old_address_is_to_be_told(house: Notices) -> None:
    """Accounting and the collector have it; our own office is no recipient, and the printer's agreement says no."""
    maija = house.add()
    house.invoice(maija.id)
    for recipient in ("collector", "printer", "office"):
        house.export(recipient, maija.id)
    house.change(maija.id, street="Haapakuja 2", postcode="90100", town="Oulu")
    found = house.all()
    assert [(it.recipient, it.told, it.way) for it in found] == [
        ("accountant", "yes", "adapter"),
        ("collector", "ask", "letter"),
    ]
    assert {it.fields for it in found} == {("address.postcode", "address.street", "address.town")}
    assert {it.state for it in found} == {NoticeState.DUE}
    assert [it.purpose for it in found] == ["invoicing", "legal_obligation"]


def test_who_was_not_sent_the_field_is_not_told_of_it(house: Notices) -> None:
    """The collector got a name and a telephone number: a new address is none of its business."""
    maija = house.add()
    house.export("collector", maija.id, only=frozenset({"customer_number", "name", "contact"}))
    house.change(maija.id, street="Haapakuja 2")
    assert house.all() == []
    house.change(maija.id, phone="+358405556667")
    assert [(it.recipient, it.fields) for it in house.all()] == [("collector", ("phone",))]


def test_nobody_who_was_never_sent_anything_costs_anything(house: Notices) -> None:
    """A change of a customer of whom nothing has left is not even noted."""
    maija = house.add()
    house.change_only(maija.id, street="Haapakuja 2")
    assert waiting(house) == 0


def test_what_was_proved_not_sent_is_held_by_nobody(house: Notices) -> None:
    """A partner that could not be reached has nothing; one whose answer was lost may have it."""
    maija, matti = house.add(), house.add(first_name="Matti")
    house.netvisor.faults.add(Fault.DROP_REPLY, path="/customer.nv")
    result = house.invoice(matti.id)
    assert result is not None
    assert result.state is TransferState.IN_DOUBT
    house.change(matti.id, street="Haapakuja 2")
    assert [it.recipient for it in house.all()] == ["accountant"]
    house.netvisor.stop()
    house.invoice(maija.id)
    house.change(maija.id, street="Haapakuja 2")
    assert len(house.all()) == 1


def test_who_has_been_sent_the_new_value_since_is_not_told(house: Notices) -> None:
    """An order sent after the move has told the accountant already."""
    maija = house.add()
    house.invoice(maija.id)
    house.change_only(maija.id, street="Haapakuja 2")
    house.invoice(maija.id)
    looked = due.catch_up(house.register, house.actor)
    assert (looked.checked, looked.made, waiting(house)) == (1, 0, 0)


def test_a_value_that_is_as_it_was_again_needs_no_notice(house: Notices) -> None:
    """A change taken back before anybody was told leaves nothing to tell."""
    maija = house.add()
    house.invoice(maija.id)
    house.change(maija.id, street="Haapakuja 2")
    house.change(maija.id, street="Koivukatu 1")
    assert [it.state for it in house.all()] == [NoticeState.NOT_NEEDED]


def test_several_changes_are_one_notice(house: Notices) -> None:
    """What waits grows; it is told once, as it is then."""
    maija = house.add()
    house.invoice(maija.id)
    house.change(maija.id, street="Haapakuja 2")
    house.change(maija.id, last_name="Niemi")
    assert [(it.state, it.fields) for it in house.all()] == [
        (NoticeState.DUE, ("address.street", "name.last"))
    ]


def test_looking_twice_finds_nothing_new(house: Notices) -> None:
    """Catching up is harmless when there is nothing to catch up with."""
    maija = house.add()
    house.invoice(maija.id)
    house.change(maija.id, street="Haapakuja 2")
    assert due.catch_up(house.register, house.actor).made == 0
    assert len(house.all()) == 1


def test_bank_details_are_looked_for_too(house: Notices) -> None:
    """A sealed field notes its change without saying what it was; here nobody was given it."""
    maija = house.add()
    house.invoice(maija.id)
    with house.register.database.unit_of_work() as uow:
        sealed.set_iban(
            uow, house.register.keyring, house.actor, maija.id, "FI21 1234 5600 0007 85", source=STAFF
        )
        uow.commit()
    assert waiting(house) == 1
    assert due.catch_up(house.register, house.actor).made == 0


def test_a_protected_address_is_told_to_nobody(house: Notices) -> None:
    """That somebody's address is protected is for a person to tell; the new one goes nowhere."""
    maija = house.add()
    house.invoice(maija.id)
    house.change_only(maija.id, street="Haapakuja 2")
    with house.register.database.unit_of_work() as uow:
        version = service.get(uow.connection, maija.id).version
        service.protect_address(uow, house.actor, maija.id, STAFF, protected=True, version=version)
        uow.commit()
    due.catch_up(house.register, house.actor)
    assert house.all() == []


def test_a_rectification_is_told_whatever_the_agreement_says(house: Notices) -> None:
    """GDPR 19: the printer, too; and a notice of the same change by agreement falls away."""
    maija = house.add()
    house.invoice(maija.id)
    house.export("printer", maija.id)
    house.change(maija.id, street="Haapakuja 2")
    with house.register.database.unit_of_work() as uow:
        tell_recipients(uow, house.register, house.actor, maija.id, Cause.RECTIFICATION, reference="case 7")
        uow.commit()
    found = house.all()
    assert [(it.recipient, it.cause, it.state) for it in found] == [
        ("accountant", Cause.CHANGE, NoticeState.NOT_NEEDED),
        ("accountant", Cause.RECTIFICATION, NoticeState.DUE),
        ("printer", Cause.RECTIFICATION, NoticeState.DUE),
    ]
    assert {it.purpose for it in found[1:]} == {"recipients_told"}
    house.change(maija.id, street="Haapakuja 4")
    assert len(house.all()) == 3


def test_an_erasure_is_told_to_everybody_who_was_given_anything(house: Notices) -> None:
    """Also to whoever has what is true today."""
    maija = house.add()
    house.invoice(maija.id)
    house.export("collector", maija.id)
    with house.register.database.unit_of_work() as uow:
        tell_recipients(uow, house.register, house.actor, maija.id, Cause.ERASURE, reference="case 8")
        uow.commit()
    assert [(it.recipient, it.way) for it in house.all()] == [
        ("accountant", "letter"),
        ("collector", "letter"),
    ]


def test_holders_are_shown_with_what_they_have(house: Notices, make_actor: MakeActor) -> None:
    """For each field the value that left, today's, and whether they differ; seeing it is a look."""
    maija = house.add()
    house.invoice(maija.id)
    house.change_only(maija.id, street="Haapakuja 2")
    with house.register.database.unit_of_work() as uow:
        (held,) = holders.open_holdings(
            uow, house.register.keyring, make_actor(Role.CLERK), maija.id, task="notices"
        )
        uow.commit()
    street = held.fields["address.street"]
    assert (street.value, street.present, street.stale) == ("Koivukatu 1", "Haapakuja 2", True)
    assert held.stale == ("address.street",)


@pytest.mark.parametrize("chunk", [1, 3])
def test_stopped_in_between_it_goes_on(house: Notices, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk is a transaction; the rest waits."""
    monkeypatch.setattr(due, "CHUNK", chunk)
    people = [house.add(first_name=f"Maija {n}") for n in range(4)]
    house.export("collector", *(it.id for it in people))
    for one in people:
        house.change_only(one.id, street="Haapakuja 2")
    first = due.catch_up(house.register, house.actor, limit=2)
    assert (first.checked, first.made, first.left) == (2, 2, 2)
    assert due.catch_up(house.register, house.actor).made == 2
    assert len({it.customer_id for it in house.all()}) == 4
