"""A person decides on what waits: take it, take a part, make somebody new of it, or leave it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from core.actor import Role
from core.customers import restrictions, sealed, web_deciding, web_reads, web_visits
from core.customers.bans import BanKind, bans_of
from core.customers.errors import CustomerRestricted
from core.customers.history import provenance
from core.customers.restrictions import Ground
from core.customers.types import SourceKind
from core.customers.web_errors import (
    DecidedAlready,
    FieldNotGiven,
    NoSuchRegistration,
    ReasonMissing,
    WhoIsIt,
)
from core.customers.web_model import web_registration_table
from core.customers.web_types import WebState
from core.errors import NotPermitted
from tests.support.web_house import MAIJA, submission

if TYPE_CHECKING:
    from typing import Any

    from core.customers.types import Customer
    from tests.conftest import MakeActor
    from tests.support.web_house import Site


def accept(site: Site, number: int, **how: Any) -> Customer:
    """Accept a registration."""
    with site.register.database.unit_of_work() as uow:
        customer = web_deciding.accept(uow, site.register.keyring, site.actor, number, **how)
        uow.commit()
    return customer


def reject(site: Site, number: int, reason: str = "ei sama henkilö") -> None:
    """Reject one."""
    with site.register.database.unit_of_work() as uow:
        web_deciding.reject(uow, site.register.keyring, site.actor, number, reason=reason)
        uow.commit()


def test_what_is_accepted_has_the_form_as_its_source(site: Site) -> None:
    """The values are written, emptied from where they waited, and the trail is sealed under the customer's key."""
    maija = site.add()
    site.load(submission(person__street="Haapakuja 2"))
    (waiting,) = site.all()
    assert accept(site, waiting.id).values.street == "Haapakuja 2"
    (done,) = site.all()
    assert (done.state, done.values, done.candidates, done.customer_id) == (
        WebState.ACCEPTED,
        None,
        (),
        maija.id,
    )
    with site.register.database.reading() as connection:
        keyring = site.register.keyring
        assert provenance(connection, maija.id)["street"].source.kind is SourceKind.WEB_FORM
        assert sealed.ip_of(connection, keyring, maija.id) == "192.****"
        trail = web_visits.trail(connection, keyring, done.id)
        assert trail is not None
        assert len(trail.visits) == 2
        row = connection.exec_driver_sql("SELECT sealed FROM web_registration").scalar_one()
        key = keyring.existing_data_key(connection, maija.id)
        assert key is not None
        assert web_visits.opened_trail(key, done.submission, bytes(row)) == trail


def test_what_waits_is_sealed(site: Site) -> None:
    """What a registration says stands nowhere in the clear until somebody has decided; nor does what waited before."""
    site.add()
    site.load(submission(person__street="Haapakuja 2"))
    (waiting,) = site.all()
    assert waiting.values is not None
    assert waiting.values["street"] == "Haapakuja 2"
    table = web_registration_table
    with site.register.database.unit_of_work() as uow:
        assert "Haapakuja" not in str(uow.connection.execute(select(table)).all())
        before = {"values": {"street": "Haapakuja 2"}}
        uow.connection.execute(update(table).values(**before))
        uow.commit()
    assert site.all()[0].values == before["values"]
    site.load()
    with site.register.database.reading() as connection:
        assert "Haapakuja" not in str(connection.execute(select(table)).all())
    assert site.all()[0].values == before["values"]
    assert accept(site, waiting.id).values.street == "Haapakuja 2"


def test_a_part_can_be_taken(site: Site) -> None:
    """The telephone number, not the address."""
    maija = site.add()
    site.load(submission(person__street="Haapakuja 2", person__phone="040 555 6667"))
    customer = accept(site, 1, fields=["phone"])
    assert (customer.values.phone, customer.values.street) == ("+358405556667", maija.values.street)


def test_a_field_that_is_not_given_cannot_be_taken(site: Site) -> None:
    """It says which there are."""
    site.add()
    site.load(submission(person__street="Haapakuja 2"))
    with pytest.raises(FieldNotGiven):
        accept(site, 1, fields=["phone"])


def test_of_several_one_has_to_be_named(site: Site) -> None:
    """And the bans that were asked for are in force for that one."""
    site.add()
    matti = site.add(replace(MAIJA, first_name="Matti"))
    site.load(submission(person__first_name="M.", person__street="Haapakuja 2", bans=["direct_marketing"]))
    with pytest.raises(WhoIsIt):
        accept(site, 1)
    accept(site, 1, customer_id=matti.id, fields=["street"])
    with site.register.database.reading() as connection:
        assert [it.kind for it in bans_of(connection, matti.id)] == [BanKind.DIRECT_MARKETING]


def test_it_may_be_somebody_new_after_all(site: Site) -> None:
    """Two people at one e-mail address."""
    maija = site.add()
    site.load(submission(person__first_name="Matti"))
    customer = accept(site, 1, new=True)
    assert customer.id != maija.id
    assert customer.values.first_name == "Matti"


def test_what_is_rejected_is_forgotten(site: Site) -> None:
    """Nobody's visits are kept without a person they belong to (P15)."""
    site.add()
    site.load(submission(person__street="Haapakuja 2"))
    with pytest.raises(ReasonMissing):
        reject(site, 1, reason=" ")
    reject(site, 1)
    (done,) = site.all()
    assert (done.state, done.values, done.note) == (WebState.REJECTED, None, "ei sama henkilö")
    with site.register.database.reading() as connection:
        assert web_visits.trail(connection, site.register.keyring, 1) is None
    with pytest.raises(DecidedAlready):
        accept(site, 1)
    with pytest.raises(NoSuchRegistration):
        accept(site, 99)


def test_about_a_restricted_person_it_goes_on_waiting(site: Site) -> None:
    """Accepting is refused; the registration is as it was."""
    maija = site.add()
    site.load(submission(person__street="Haapakuja 2"))
    with site.register.database.unit_of_work() as uow:
        restrictions.restrict(
            uow, site.actor, maija.id, ground=Ground.UNLAWFUL, since=site.clock.now().date()
        )
        uow.commit()
    with pytest.raises(CustomerRestricted):
        accept(site, 1)
    with site.register.database.reading() as connection:
        assert web_reads.count(connection, WebState.PROPOSED) == 1


def test_importers_load_and_clerks_decide(site: Site, make_actor: MakeActor) -> None:
    """Who reads the file in does not decide about the person."""
    site.add()
    site.load(submission(person__street="Haapakuja 2"))
    site.actor = make_actor(Role.IMPORTER)
    with pytest.raises(NotPermitted):
        accept(site, 1)
    with pytest.raises(NotPermitted):
        reject(site, 1)
