from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.actor import Role
from core.customers import bans, restrictions
from core.customers.bans import BanKind
from core.customers.errors import (
    BanInForce,
    CustomerNotFound,
    NoSuchBan,
    NoSuchRestriction,
    RestrictionInForce,
    TellFirst,
)
from core.customers.restrictions import Ground
from core.errors import NotPermitted

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database
    from tests.conftest import MakeActor
    from tests.customers.conftest import AddCustomer

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_a_ban_holds_until_lifted_and_is_never_forgotten(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """A ban has its day, origin and recorder; lifted and given again, both periods stand."""
    matti, other = add(), add()
    kind = BanKind.DIRECT_MARKETING
    with database.unit_of_work() as uow:
        bans.forbid(uow, actor, matti.id, kind, origin="letter", since=MONDAY)
        bans.forbid(uow, actor, matti.id, BanKind.PUBLICATION, origin="call", since=MONDAY)
        assert bans.bans_of_many(uow.connection, [matti.id, other.id]) == {
            matti.id: {kind, BanKind.PUBLICATION}
        }
        with pytest.raises(BanInForce, match="2026-11-23"):
            bans.forbid(uow, actor, matti.id, kind, origin="again", since=TUESDAY)
        bans.lift(uow, actor, matti.id, kind, lifted_on=TUESDAY, reason="wants the catalogue")
        assert bans.bans_of_many(uow.connection, [matti.id])[matti.id] == {BanKind.PUBLICATION}
        with pytest.raises(NoSuchBan):
            bans.lift(uow, actor, matti.id, kind, lifted_on=TUESDAY, reason="twice")
        bans.forbid(uow, actor, matti.id, kind, origin="e-mail", since=TUESDAY)
        first, _, again = bans.bans_of(uow.connection, matti.id)
    assert (first.origin, first.since, first.recorded_by) == ("letter", MONDAY, "Testi Tekijä")
    assert (first.lifted_on, first.lifted_by, first.lifted_reason) == (
        TUESDAY,
        "Testi Tekijä",
        "wants the catalogue",
    )
    assert (again.origin, again.lifted_on) == ("e-mail", None)


def test_bans_of_a_load_are_recorded_together(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Customers who come with bans have them from the first moment."""
    matti, other = add(), add()
    pairs = [(matti.id, BanKind.MARKET_RESEARCH), (other.id, BanKind.REGISTER_UPDATE)]
    with database.unit_of_work() as uow:
        bans.forbid_many(uow, actor, pairs, origin="customers.csv", since=MONDAY)
        bans.forbid_many(uow, actor, [], origin="customers.csv", since=MONDAY)
        assert bans.bans_of_many(uow.connection, [matti.id, other.id]) == {
            matti.id: {BanKind.MARKET_RESEARCH},
            other.id: {BanKind.REGISTER_UPDATE},
        }


def test_restrictions_of_a_load_are_recorded_together(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """Customers who come restricted are so from the first moment."""
    matti, other = add(), add()
    with database.unit_of_work() as uow:
        restrictions.restrict_many(uow, actor, [(matti.id, Ground.UNLAWFUL)], since=MONDAY, detail="file")
        restrictions.restrict_many(uow, actor, [], since=MONDAY, detail="file")
        assert restrictions.restricted_many(uow.connection, [matti.id, other.id]) == {matti.id}


def test_a_restriction_is_lifted_by_the_contact_person_alone(
    database: Database, actor: Actor, make_actor: MakeActor, add: AddCustomer
) -> None:
    """Any clerk may restrict at once; lifting is for whoever tells the customer before (Article 18(3))."""
    matti, other = add(), add()
    clerk = make_actor(Role.CLERK)
    ground = Ground.ACCURACY_CONTESTED
    with database.unit_of_work() as uow:
        restrictions.restrict(uow, clerk, matti.id, ground=ground, since=MONDAY, detail="old address?")
        assert restrictions.restricted_many(uow.connection, [matti.id, other.id]) == {matti.id}
        with pytest.raises(RestrictionInForce, match="2026-11-23"):
            restrictions.restrict(uow, clerk, matti.id, ground=ground, since=TUESDAY)
        with pytest.raises(NotPermitted):
            restrictions.lift(uow, clerk, matti.id, ground, lifted_on=TUESDAY, reason="-")
        told: dict[str, Any] = {"told_on": MONDAY, "how": "letter of 23 November"}
        with pytest.raises(TellFirst):
            restrictions.lift(uow, actor, matti.id, ground, lifted_on=TUESDAY, reason="address is right")
        for amiss in ({"how": " "}, {"told_on": TUESDAY}, {"told_on": MONDAY - timedelta(days=1)}):
            with pytest.raises(TellFirst):
                restrictions.told_of_lifting(uow, clerk, matti.id, ground, **{**told, **amiss})
        restrictions.told_of_lifting(uow, clerk, matti.id, ground, **told)
        early = MONDAY - timedelta(days=1)
        with pytest.raises(TellFirst):
            restrictions.lift(uow, actor, matti.id, ground, lifted_on=early, reason="address is right")
        assert restrictions.restricted_many(uow.connection, [matti.id]) == {matti.id}
        restrictions.lift(uow, actor, matti.id, ground, lifted_on=TUESDAY, reason="address is right")
        with pytest.raises(NoSuchRestriction):
            restrictions.lift(uow, actor, matti.id, ground, lifted_on=TUESDAY, reason="-")
        (known,) = restrictions.restrictions_of(uow.connection, matti.id)
        assert restrictions.restricted_many(uow.connection, [matti.id]) == set()
    assert (known.ground, known.detail, known.lifted_reason) == (ground, "old address?", "address is right")


def test_lifting_one_restriction_leaves_the_other(database: Database, actor: Actor, add: AddCustomer) -> None:
    """A customer restricted on two grounds stays restricted when one of them goes."""
    matti = add()
    with database.unit_of_work() as uow:
        for ground in (Ground.UNLAWFUL, Ground.LEGAL_CLAIM):
            restrictions.restrict(uow, actor, matti.id, ground=ground, since=MONDAY)
        restrictions.told_of_lifting(uow, actor, matti.id, Ground.UNLAWFUL, told_on=MONDAY, how="letter")
        restrictions.lift(uow, actor, matti.id, Ground.UNLAWFUL, lifted_on=TUESDAY, reason="-")
        assert restrictions.restricted_many(uow.connection, [matti.id]) == {matti.id}


def test_nobody_cannot_forbid(database: Database, actor: Actor) -> None:
    """A ban or restriction of a customer who does not exist is refused."""
    with database.unit_of_work() as uow:
        with pytest.raises(CustomerNotFound):
            bans.forbid(uow, actor, 99, BanKind.PUBLICATION, origin="-", since=MONDAY)
        with pytest.raises(CustomerNotFound):
            restrictions.restrict(uow, actor, 99, ground=Ground.UNLAWFUL, since=MONDAY)
