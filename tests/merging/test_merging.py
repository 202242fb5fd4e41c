"""Merging: the old number leads on, values by what is known, the strictest of everything, both logs, and refusals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from core.customers import bans, history, restrictions, sealed, search, service
from core.customers.bans import BanKind
from core.customers.errors import CustomerErased, CustomerNotFound
from core.customers.model import customer_table
from core.customers.orders import orders_of
from core.customers.restrictions import Ground
from core.customers.types import CustomerRow, Kind, Source, SourceKind, Status
from core.disclosure.model import transfer_line_table
from core.disclosure.statement.service import statement_of
from core.merging import errors
from core.merging.service import merge
from core.merging.types import Part, Why
from core.notices import due
from core.retention import service as retention
from core.retention.types import HoldKind
from core.rights.erasure.service import carry_out, tell
from core.rights.reading import case as case_of
from core.rights.types import CaseKind
from core.staff.access_log import accesses_of
from core.updates.standing import standings
from core.updates.types import Group
from tests.merging.pairs import CALL, DAY, LOAD, MAIJA, WEB

if TYPE_CHECKING:
    from tests.erasure.conftest import House
    from tests.merging.pairs import Pairs

HOUR = 60 * 60


def test_the_old_number_leads_to_who_is_left_everywhere(house: House, pairs: Pairs) -> None:
    """By number, by many numbers, by search, by id on a screen; again after another change, and after a new index."""
    one, other = pairs.add(), pairs.add(last_name="Toinen", email=None)
    done = pairs.merge(one.id, other.id)
    assert (done.survivor.id, done.former_number) == (one.id, other.number)
    with house.register.database.unit_of_work() as uow:
        assert service.by_number(uow.connection, other.number).id == one.id
        assert service.ids_of_numbers(uow.connection, [one.number, other.number]) == {
            one.number: one.id,
            other.number: one.id,
        }
        assert service.open_record(uow, house.actor, other.id, task="test").id == one.id
        uow.commit()
    for word in (one.number, other.number):
        assert [row.id for row in _search(house, word)] == [one.id]
    house.notices.change(one.id, last_name="Uusinimi")
    assert [row.id for row in _search(house, other.number)] == [one.id]
    with house.register.database.unit_of_work() as uow:
        search.rebuild(uow)
        uow.commit()
    assert [row.id for row in _search(house, other.number)] == [one.id]
    assert _search(house, "Toinen") == []


def test_a_customer_merged_twice_is_one_person(house: House, pairs: Pairs) -> None:
    """Who was merged into somebody who is then merged leads to the last of them."""
    first, second, third = pairs.add(), pairs.add(), pairs.add()
    pairs.merge(second.id, first.id)
    pairs.merge(third.id, second.id)
    with house.register.database.reading() as connection:
        for number in (first.number, second.number, third.number):
            assert service.by_number(connection, number).id == third.id
    assert [row.id for row in _search(house, first.number)] == [third.id]


def test_values_stand_by_what_is_known_of_them(house: House, pairs: Pairs) -> None:
    """A newer notice beats an older, a notice a load; what only one has is kept; the rest stays in the history."""
    one = pairs.add(LOAD, phone="+358401111111", www=None)
    house.notices.clock.advance(24 * HOUR)
    other = pairs.add(
        CALL, street="Uusi tie 3", phone=None, www="https://maija.example", email="uusi@example.fi"
    )
    seen = pairs.preview(one.id, other.id)
    why = {it.part: (it.taken, it.why) for it in seen.choices}
    assert why == {
        Part.NAME: (False, Why.SAME),
        Part.ADDRESS: (True, Why.NEWER),
        Part.EMAIL: (True, Why.NEWER),
        Part.PHONE: (False, Why.ONLY_ONE),
        Part.WWW: (True, Why.ONLY_ONE),
    }
    values = pairs.merge(one.id, other.id, keep=[Part.EMAIL]).survivor.values
    assert (values.street, values.email) == ("Uusi tie 3", MAIJA["email"])
    assert (values.phone, values.www) == ("+358401111111", "https://maija.example")
    with house.register.database.reading() as connection:
        known = history.provenance(connection, one.id)
        assert known["street"].source == CALL
        assert known["email"].source == LOAD
        everything = [
            value
            for it in history.changes_of(connection, one.id)
            for pair in it.values.values()
            for value in pair
        ]
    assert "uusi@example.fi" in everything
    assert any("sama henkilö" in it.detail for it in _sources(house, one.id))


def test_what_was_taken_over_is_known_as_it_was(house: House, pairs: Pairs) -> None:
    """The day on which the other's value was given counts, not the day of the merging."""
    one = pairs.add(LOAD, email=None)
    other = pairs.add(WEB)
    house.notices.clock.advance(400 * 24 * HOUR)
    pairs.merge(one.id, other.id)
    with house.register.database.reading() as connection:
        known = standings(connection, [one.id])[one.id].known
    assert (known[Group.EMAIL].source, known[Group.EMAIL].day) == (SourceKind.WEB_FORM, DAY)


def test_the_strictest_of_both_holds(house: House, pairs: Pairs) -> None:
    """Bans since the earlier day, restrictions, a protected address, a hold whose words can still be read."""
    one, other = pairs.add(), pairs.add(protected=True)
    actor, keyring = house.actor, house.register.keyring
    with house.register.database.unit_of_work() as uow:
        for of, kind, since in (
            (one.id, BanKind.PUBLICATION, DAY),
            (other.id, BanKind.PUBLICATION, date(2020, 1, 1)),
            (other.id, BanKind.REGISTER_UPDATE, DAY),
        ):
            bans.forbid(uow, actor, of, kind, origin="letter", since=since)
        restrictions.restrict(uow, actor, other.id, ground=Ground.LEGAL_CLAIM, since=DAY, detail="riita")
        retention.place(
            uow,
            keyring,
            actor,
            other.id,
            HoldKind.DISPUTE,
            reason="riita laskusta",
            law="",
            review_on=date(2027, 1, 1),
        )
        uow.commit()
    seen = pairs.preview(one.id, other.id)
    assert seen.bans == {BanKind.PUBLICATION, BanKind.REGISTER_UPDATE}
    assert seen.restrictions == {Ground.LEGAL_CLAIM}
    done = pairs.merge(one.id, other.id)
    assert done.survivor.protected_address
    with house.register.database.reading() as connection:
        in_force = {it.kind: it.since for it in bans.bans_of(connection, one.id) if it.lifted_on is None}
        assert in_force == {BanKind.PUBLICATION: date(2020, 1, 1), BanKind.REGISTER_UPDATE: DAY}
        assert len(bans.bans_of(connection, one.id)) == 3
        assert restrictions.restricted_many(connection, [one.id]) == {one.id}
        (hold,) = retention.manual_holds_of(connection, keyring, one.id)
        assert hold.reason == "riita laskusta"


def test_nothing_is_written_of_somebody_whose_processing_is_restricted(house: House, pairs: Pairs) -> None:
    """Neither a gap filled nor a newer value: it all stays in the history."""
    one = pairs.add(LOAD, phone=None)
    other = pairs.add(CALL, phone="+358402222222", street="Uusi tie 3")
    with house.register.database.unit_of_work() as uow:
        restrictions.restrict(uow, house.actor, one.id, ground=Ground.ACCURACY_CONTESTED, since=DAY)
        uow.commit()
    done = pairs.merge(one.id, other.id, take=[Part.ADDRESS])
    assert done.taken == frozenset()
    assert (done.survivor.values.phone, done.survivor.values.street) == (None, MAIJA["street"])


def test_sealed_values_and_their_history_are_kept(house: House, pairs: Pairs) -> None:
    """A bank account that only the vanished one had is the survivor's, readable; its history opens with the old key."""
    one, other = pairs.add(), pairs.add()
    keyring = house.register.keyring
    with house.register.database.unit_of_work() as uow:
        sealed.set_iban(uow, keyring, house.actor, other.id, "FI2112345600000785", source=CALL)
        uow.commit()
    pairs.merge(one.id, other.id)
    with house.register.database.reading() as connection:
        assert sealed.iban_of(connection, keyring, one.id) == "FI21 **** … 785"
        assert len(sealed.history_of(connection, keyring, one.id, "iban")) == 2


def test_both_logs_are_the_survivors(house: House, pairs: Pairs) -> None:
    """The statement has the transfers and looks of both, without a doubt; whoever knows the old number is named."""
    one, other = pairs.add(), pairs.add(street="Toinen tie 2")
    house.notices.export("collector", one.id)
    house.notices.export("printer", other.id)
    done = pairs.merge(one.id, other.id)
    assert done.recipients == ["printer"]
    told = statement_of(house.register, house.actor, one.id, task="request")
    assert sorted(it.receiver.code for it in told.disclosed) == ["collector", "printer"]
    assert all(it.content is not None for it in told.disclosed)
    assert [it.code for it in told.completeness.doubts] == []
    with house.register.database.reading() as connection:
        looks = accesses_of(connection, one.id)
    assert {it.customer_id for it in looks} == {one.id, other.id}
    assert len(told.consultations) == len(looks)
    assert statement_of(house.register, house.actor, other.id, task="request").number == one.number


def test_whoever_has_the_vanished_ones_old_address_is_told(house: House, pairs: Pairs) -> None:
    """The accountant was sent it under the old number; the merged one has another."""
    one, other = pairs.add(), pairs.add(LOAD, street="Toinen tie 2")
    house.notices.invoice(other.id)
    pairs.merge(one.id, other.id)
    due.catch_up(house.register, house.actor)
    (notice,) = house.notices.all()
    assert (notice.customer_id, notice.recipient) == (one.id, "accountant")
    assert "address.street" in notice.fields


def test_an_erasure_of_the_survivor_erases_both(house: House, pairs: Pairs) -> None:
    """Both rows emptied, both keys destroyed, all recipients told, nothing of either found, neither comes back."""
    one, other = pairs.add(), pairs.add(first_name="Maija-Liisa", street="Toinen erikoistie 22", email=None)
    house.notices.export("collector", one.id)
    house.notices.export("printer", other.id)
    pairs.merge(one.id, other.id, keep=[Part.NAME, Part.ADDRESS])
    register, number = house.register, house.granted(one.id)
    tell(register, house.actor, number)
    assert {it.recipient for it in house.notices.all() if it.reference == f"case {number}"} == {
        "collector",
        "printer",
    }
    house.told(number)
    done = carry_out(register, house.actor, number)
    assert done.scan.found == ()
    with register.database.reading() as connection:
        assert register.keyring.existing_data_keys(connection, [one.id, other.id]) == {}
        left = connection.execute(select(customer_table.c.last_name, customer_table.c.street)).all()
        assert set(left) == {(None, None)}
        lines = connection.execute(select(transfer_line_table.c.customer_id)).scalars().all()
        assert set(lines) == {None}
        with pytest.raises(CustomerNotFound):
            service.by_number(connection, other.number)
    assert register.fence.holds({"number": other.number})
    assert register.fence.holds(
        {
            "first_name": "Maija-Liisa",
            "last_name": "Kaksoinen",
            "street": "Toinen erikoistie 22",
            "postcode": "00100",
        }
    )


def test_orders_and_cases_go_with_the_number(house: House, pairs: Pairs) -> None:
    """What is worked with from now on is the survivor's."""
    one, other = pairs.add(), pairs.add()
    house.notices.invoice(other.id)
    case = house.granted(other.id, kind=CaseKind.ACCESS)
    done = pairs.merge(one.id, other.id)
    assert done.moved["customer_order"] == 1
    assert done.moved["rights_case"] == 1
    with house.register.database.reading() as connection:
        assert len(orders_of(connection, one.id)) == 1
        assert case_of(connection, case).customer_id == one.id


def test_contact_persons_follow_their_organisation(house: House, pairs: Pairs) -> None:
    """Two rows of one firm; its contact person stands for the one that is left, and the history says so."""
    firm: dict[str, Any] = {
        "kind": Kind.ORGANISATION,
        "first_name": None,
        "last_name": None,
        "organisation_name": "Kaksoset Oy",
    }
    one, other = pairs.add(**firm), pairs.add(business_id="2077474-0", **firm)
    person = pairs.add(represents=other.id)
    done = pairs.merge(one.id, other.id)
    assert done.survivor.values.business_id == "2077474-0"
    assert pairs.get(person.id).values.represents == one.id
    with house.register.database.reading() as connection:
        assert history.changes_of(connection, person.id)[-1].values == {"represents": (other.id, one.id)}


def test_what_speaks_against_it_is_said_in_words(house: House, pairs: Pairs) -> None:
    """Each refusal names what is to be done first; nothing was changed."""
    one = pairs.add()
    firm: dict[str, Any] = {"kind": Kind.ORGANISATION, "first_name": None, "last_name": None}
    leipa = pairs.add(organisation_name="Leipä Oy", business_id="2077474-0", **firm)
    tori = pairs.add(organisation_name="Tori Oy", business_id="0737546-2", **firm)
    at_leipa, at_tori = pairs.add(represents=leipa.id), pairs.add(represents=tori.id)
    ended, asked = pairs.add(), pairs.add()
    with house.register.database.unit_of_work() as uow:
        service.end_relationship(uow, house.actor, ended.id, ended_on=DAY, source=CALL, version=1)
        uow.commit()
    number = house.granted(asked.id)
    cases = {
        (one.id, one.id): errors.SameCustomer,
        (one.id, leipa.id): errors.OtherKind,
        (leipa.id, tori.id): errors.TwoBusinessIds,
        (at_leipa.id, at_tori.id): errors.TwoOrganisations,
        (one.id, ended.id): errors.OneHasEnded,
        (one.id, asked.id): errors.ErasureOpen,
    }
    for (survivor, other), kind in cases.items():
        with pytest.raises(kind) as refused:
            pairs.merge(survivor, other)
        assert refused.value.explain("fi").advice
    assert str(number) in errors.ErasureOpen(number="1", case=number).explain("fi").sentence
    assert {pairs.get(it.id).version for it in (one, leipa, tori, at_leipa, at_tori, asked)} == {1}


def test_a_transfer_that_is_not_settled_comes_first(house: House, pairs: Pairs) -> None:
    """Nobody is merged while it isn't known what of them has left."""
    one, other = pairs.add(), pairs.add()
    house.notices.export("collector", other.id)
    with house.register.database.unit_of_work() as uow:
        uow.connection.execute(update(transfer_line_table).values(state="in_doubt"))
        uow.commit()
    with pytest.raises(errors.TransferUnfinished):
        pairs.merge(one.id, other.id)


def test_what_was_not_looked_at_is_not_merged(house: House, pairs: Pairs) -> None:
    """Changed since the preview, without a reason, or erased: nothing happens."""
    one, other = pairs.add(), pairs.add()
    seen = pairs.preview(one.id, other.id)
    house.notices.change(other.id, street="Uusi tie 9")
    database, register, actor = house.register.database, house.register, house.actor
    with database.unit_of_work() as uow, pytest.raises(errors.SeenOtherwise):
        merge(uow, register, actor, one.id, other.id, reason="sama", versions=seen.versions)
    with database.unit_of_work() as uow, pytest.raises(errors.WhyMissing):
        merge(uow, register, actor, one.id, other.id, reason=" ", versions=seen.versions)
    pairs.merge(one.id, other.id)
    assert pairs.get(other.id).status is Status.ERASED
    with pytest.raises(CustomerErased):
        pairs.preview(one.id, other.id)


def _search(house: House, typed: str) -> list[CustomerRow]:
    with house.register.database.reading() as connection:
        return search.search(connection, typed)


def _sources(house: House, customer_id: int) -> list[Source]:
    with house.register.database.reading() as connection:
        return [it.source for it in history.changes_of(connection, customer_id)]
