"""Papers: a locked place, named persons, and no case that forgets one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core.actor import Actor, Role
from core.errors import NotPermitted
from core.papers import handling, reading, service
from core.papers.errors import (
    KeepDayNeeded,
    NoSuchPaper,
    NotAnOpener,
    NotOfTheCase,
    OthersConcerned,
    PaperDayAmiss,
    PaperDestroyed,
    PaperIncomplete,
    PapersFirst,
)
from core.papers.model import paper_customer_table
from core.papers.types import Destruction, PaperOutcome
from core.personal_data.erasing import erase_rows
from core.rights import reading as case_reading
from core.rights import service as cases
from core.rights.errors import ReasonsNeeded
from core.rights.types import CaseDecision, CaseKind, CaseState, EventKind
from core.staff.access_log import accesses_of
from tests.papers.conftest import IN
from tests.retention.test_holds import add
from tests.rights.conftest import MONDAY, ReceiveCase, matti, receive

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.database import Database, UnitOfWork
    from core.keys import KeyRing
    from core.papers.types import Paper
    from tests.conftest import MakeActor

__all__ = ["matti", "receive"]


def enter(uow: UnitOfWork, keyring: KeyRing, keeper: Actor, *people: Customer, **values: Any) -> Paper:
    """A paper about *people* in the cabinet."""
    usual: dict[str, Any] = {"about": "tilauslomake, allekirjoitettu", "place": "arkisto, kaappi 2"}
    usual |= {"openers": [keeper.staff_id], "since": IN, "customer_ids": [one.id for one in people]}
    return service.add(uow, keyring, keeper, **{**usual, **values})


def test_a_paper_has_a_place_and_named_persons(
    database: Database, keyring: KeyRing, keeper: Actor, matti: Customer
) -> None:
    """What it is about comes back, stands sealed in the table, and each step is a look into the person's data."""
    with database.unit_of_work() as uow:
        entered = enter(uow, keyring, keeper, matti)
        (listed,) = reading.papers_of(uow.connection, matti.id, keyring)
        assert listed == entered
        assert (listed.about, listed.openers) == ("tilauslomake, allekirjoitettu", ("Liisa Lukko",))
        assert reading.papers_of(uow.connection, matti.id)[0].about is None
        service.move(uow, keeper, 1, place="kellari, holvi")
        assert service.taken_out(uow, keyring, keeper, 1, task="case 7").place == "kellari, holvi"
        assert [it.task for it in accesses_of(uow.connection, matti.id)] == ["case 7", "paper 1", "paper 1"]
        assert b"tilaus" not in uow.connection.execute(select(paper_customer_table.c.about)).scalar_one()
        gone = service.destroy(uow, keeper, 1, on=MONDAY, how=Destruction.SHREDDED)
        assert (gone.destroyed_by, gone.destroyed_on) == ("Liisa Lukko", MONDAY)
        assert reading.papers(uow.connection) == []
        with pytest.raises(PaperDestroyed):
            service.move(uow, keeper, 1, place="elsewhere")


def test_only_named_persons_open_and_destroy(
    database: Database, keyring: KeyRing, keeper: Actor, actor: Actor, matti: Customer
) -> None:
    """Who is not named opens nothing, whatever the role; who was named before does not either."""
    other = Actor(77, "other", "Toinen Tekijä", frozenset(Role))
    with database.unit_of_work() as uow:
        enter(uow, keyring, keeper, matti)
        with pytest.raises(NotAnOpener):
            service.taken_out(uow, keyring, other, 1, task="case 7")
        with pytest.raises(NotAnOpener):
            service.destroy(uow, other, 1, on=MONDAY, how=Destruction.BURNT)
        with pytest.raises(PaperIncomplete):
            service.name_openers(uow, keeper, 1, [])
        service.name_openers(uow, keeper, 1, [keeper.staff_id or 0])
        assert reading.paper(uow.connection, 1).openers == ("Liisa Lukko",)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"about": " "}, PaperIncomplete),
        ({"place": ""}, PaperIncomplete),
        ({"openers": []}, PaperIncomplete),
        ({"customer_ids": []}, PaperIncomplete),
        ({"since": date(2026, 11, 24)}, PaperDayAmiss),
    ],
)
def test_a_line_that_would_guard_nothing_is_refused(
    database: Database,
    keyring: KeyRing,
    keeper: Actor,
    matti: Customer,
    values: dict[str, Any],
    error: type[Exception],
) -> None:
    """Without words, a place, named persons or anybody concerned it is no index."""
    with database.unit_of_work() as uow, pytest.raises(error):
        enter(uow, keyring, keeper, matti, **values)


def test_days_that_cannot_be_are_refused(
    database: Database, keyring: KeyRing, keeper: Actor, matti: Customer, make_actor: MakeActor
) -> None:
    """Nothing is destroyed tomorrow or before it came, nor kept until yesterday; an importer enters nothing."""
    with database.unit_of_work() as uow:
        enter(uow, keyring, keeper, matti)
        for day in (date(2026, 11, 24), date(2019, 5, 1)):
            with pytest.raises(PaperDayAmiss):
                service.destroy(uow, keeper, 1, on=day, how=Destruction.BURNT)
        with pytest.raises(PaperDayAmiss):
            service.keep(uow, 1, until=MONDAY)
        with pytest.raises(NoSuchPaper):
            reading.paper(uow.connection, 2)
        with pytest.raises(NotPermitted):
            enter(uow, keyring, make_actor(Role.IMPORTER), matti)


def test_a_case_handles_each_paper_of_its_person(
    database: Database, keyring: KeyRing, keeper: Actor, matti: Customer, receive: ReceiveCase
) -> None:
    """Until each is handled the case names what is left; what was done is an event without the person's words."""
    receive(CaseKind.ERASURE)
    receive(CaseKind.MARKETING_BAN)
    with database.unit_of_work() as uow:
        other = add(uow, keeper)
        for people in ([matti], [matti], [matti, other], [other]):
            enter(uow, keyring, keeper, *people)

        def handle(number: int, outcome: PaperOutcome, words: str = "", **values: Any) -> None:
            handling.handle(
                uow, keyring, keeper, number, case_number=1, outcome=outcome, words=words, **values
            )

        assert handling.papers_to_handle(uow.connection, 2) == []
        for number in (1, 2):
            found = cases.decide(uow, keyring, keeper, number, CaseDecision.GRANTED, reasons="", version=1)
            cases.answered(uow, keyring, keeper, number, EventKind.LETTER, facts={})
        with pytest.raises(PapersFirst, match="1, 2, 3"):
            cases.close(uow, keyring, keeper, 1, version=found.version + 1)
        assert cases.close(uow, keyring, keeper, 2, version=found.version + 1).state is CaseState.CLOSED
        with pytest.raises(NotOfTheCase):
            handle(4, PaperOutcome.SHOWN)
        with pytest.raises(OthersConcerned):
            handle(3, PaperOutcome.DESTROYED)
        with pytest.raises(ReasonsNeeded):
            handle(2, PaperOutcome.KEPT)
        with pytest.raises(KeepDayNeeded):
            handle(2, PaperOutcome.KEPT, "tosite")
        handle(1, PaperOutcome.DESTROYED, destruction=Destruction.BURNT)
        handle(2, PaperOutcome.KEPT, "tosite", keep_until=date(2032, 12, 31))
        handle(3, PaperOutcome.CORRECTED)
        handling.require_handled(uow.connection, 1)
        assert handling.handled_in(uow.connection, 1) == {
            1: PaperOutcome.DESTROYED,
            2: PaperOutcome.KEPT,
            3: PaperOutcome.CORRECTED,
        }
        assert reading.paper(uow.connection, 1).destroyed_how is Destruction.BURNT
        uow.commit()
    with database.reading() as connection:
        assert reading.to_destroy(connection, date(2032, 12, 31)) == []
        assert [it.number for it in reading.to_destroy(connection, date(2033, 1, 1))] == [2]


def test_erasing_one_person_leaves_the_others_paper(
    database: Database, keyring: KeyRing, keeper: Actor, matti: Customer
) -> None:
    """What the paper is about goes with the one, and stays readable for the other."""
    with database.unit_of_work() as uow:
        other = add(uow, keeper)
        enter(uow, keyring, keeper, matti, other)
        erase_rows(uow, [matti.id])
        keyring.shred(uow, [matti.id])
        assert reading.papers_of(uow.connection, matti.id, keyring) == []
        (left,) = reading.papers_of(uow.connection, other.id, keyring)
        assert (left.about, left.customer_ids) == ("tilauslomake, allekirjoitettu", (other.id,))


def test_paper_events_stand_in_the_case(
    database: Database, keyring: KeyRing, keeper: Actor, matti: Customer, receive: ReceiveCase
) -> None:
    """An access case shows the paper, and says so among its events."""
    receive(CaseKind.ACCESS)
    with database.unit_of_work() as uow:
        enter(uow, keyring, keeper, matti)
        handling.handle(
            uow, keyring, keeper, 1, case_number=1, outcome=PaperOutcome.SHOWN, words="kopio kirjeen mukana"
        )
        uow.commit()
    with database.reading() as connection:
        last = case_reading.events(connection, keyring, 1)[-1]
    assert (last.kind, last.words, last.facts["outcome"]) == (
        EventKind.PAPER,
        "kopio kirjeen mukana",
        "shown",
    )
