"""Each restriction is told to whoever holds the data, once, and its end to whoever was told (Article 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.restrictions import Ground, lift, restrict, told_of_lifting
from core.notices import sending
from core.notices.rights import tell_recipients
from core.notices.service import NoticeFilter
from core.notices.types import Cause, NoticeState
from core.rights.announcing import Announced, announce

if TYPE_CHECKING:
    from tests.support.notice_house import Notices

NOTHING = Announced(0, 0, 0)


def restricted(house: Notices, customer_id: int, ground: Ground, detail: str = "") -> None:
    """Restrict somebody on a ground."""
    today = house.clock.now().date()
    with house.register.database.unit_of_work() as uow:
        restrict(uow, house.actor, customer_id, ground=ground, since=today, detail=detail)
        uow.commit()


def lifted(house: Notices, customer_id: int, ground: Ground) -> None:
    """Lift it, the person having been told."""
    today = house.clock.now().date()
    with house.register.database.unit_of_work() as uow:
        told_of_lifting(uow, house.actor, customer_id, ground, told_on=today, how="letter")
        lift(uow, house.actor, customer_id, ground, lifted_on=today, reason="settled")
        uow.commit()


def send(house: Notices, cause: Cause) -> None:
    """Print or send what is due of a cause."""
    for bundle in sending.plan(house.register, house.actor, NoticeFilter(cause=cause)):
        sending.release(house.register, house.actor, bundle)


def run(house: Notices) -> Announced:
    """The routine, some time later."""
    house.clock.advance(3600)
    return announce(house.register, house.actor)


def test_who_holds_the_data_hears_of_it_and_of_its_end(house: Notices) -> None:
    """Once for any number of grounds; the end only when the last of them is lifted."""
    maija, nobody = house.add(), house.add(first_name="Muu")
    house.export("collector", maija.id)
    assert run(house) == NOTHING
    for who in (maija.id, nobody.id):
        restricted(house, who, Ground.UNLAWFUL, "case 4")
    assert run(house) == Announced(1, 0, 0)
    (notice,) = house.all(cause=Cause.RESTRICTION)
    assert (notice.recipient, notice.reference) == ("collector", "case 4")
    restricted(house, maija.id, Ground.LEGAL_CLAIM)
    assert run(house) == NOTHING
    send(house, Cause.RESTRICTION)
    lifted(house, maija.id, Ground.UNLAWFUL)
    assert run(house) == NOTHING
    lifted(house, maija.id, Ground.LEGAL_CLAIM)
    assert run(house) == Announced(0, 1, 0)
    assert run(house) == NOTHING
    send(house, Cause.RESTRICTION_LIFTED)
    restricted(house, maija.id, Ground.UNLAWFUL)
    assert run(house) == Announced(1, 0, 0)


def test_what_was_never_told_needs_no_end(house: Notices) -> None:
    """Lifted before anybody was told: the notice falls away."""
    maija = house.add()
    house.export("collector", maija.id)
    restricted(house, maija.id, Ground.UNLAWFUL)
    assert run(house) == Announced(1, 0, 0)
    lifted(house, maija.id, Ground.UNLAWFUL)
    assert run(house) == Announced(0, 0, 1)
    (notice,) = house.all(cause=Cause.RESTRICTION)
    assert notice.state is NoticeState.NOT_NEEDED
    assert run(house) == NOTHING


def test_an_erasure_tells_of_itself(house: Notices) -> None:
    """What is restricted only until it is erased is not announced as a restriction besides."""
    maija = house.add()
    house.export("collector", maija.id)
    restricted(house, maija.id, Ground.LEGAL_CLAIM, "case 9")
    with house.register.database.unit_of_work() as uow:
        tell_recipients(uow, house.register, house.actor, maija.id, Cause.ERASURE, reference="case 9")
        uow.commit()
    assert run(house) == NOTHING
