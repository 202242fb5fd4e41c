"""Cases: in force at once, in time, decided by a person with reasons, answered before they are closed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core.actor import Role
from core.customers.bans import BanKind, bans_of_many
from core.customers.restrictions import Ground, restrict, restricted_many, restrictions_of
from core.errors import NotPermitted
from core.rights import clock as case_clock
from core.rights import intake, reading, service
from core.rights.effects import MARKETING_BANS
from core.rights.errors import (
    CaseChanged,
    CaseEnded,
    CompletesItself,
    DecidedAlready,
    ExtendedAlready,
    IdentityFirst,
    IdentityKnown,
    NotAnswered,
    NotDecided,
    NotStopped,
    ReasonsNeeded,
    ReceivedLater,
    SomebodyNeeded,
    TooLateToExtend,
    TooLateToStop,
)
from core.rights.model import case_event_table, case_table
from core.rights.types import CaseDecision, CaseKind, CaseState, EventKind, Identity, Request
from tests.rights.conftest import MONDAY, SETTINGS

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.keys import KeyRing
    from tests.conftest import MakeActor
    from tests.rights.conftest import ReceiveCase

DAY = 24 * 60 * 60


def test_a_case_goes_from_letter_to_answer(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase
) -> None:
    """Received, decided, answered and closed; each step is an event, and the words come back as they were."""
    case = receive()
    assert (case.number, case.state, case.due_on) == (1, CaseState.OPEN, date(2026, 12, 23))
    with database.unit_of_work() as uow:
        case = service.hand_over(
            uow, keyring, actor, 1, owner_id=1, owner_name="Testi Tekijä", version=case.version
        )
        case = service.decide(uow, keyring, actor, 1, CaseDecision.GRANTED, reasons="", version=case.version)
        with pytest.raises(NotAnswered):
            service.close(uow, keyring, actor, 1, version=case.version)
        case = service.answered(uow, keyring, actor, 1, EventKind.PACKAGE, facts={"transfer": 12})
        case = service.close(uow, keyring, actor, 1, version=case.version)
        uow.commit()
    assert (case.state, case.answered_on, case.decision) == (
        CaseState.CLOSED,
        MONDAY,
        CaseDecision.GRANTED,
    )
    with database.reading() as connection:
        said = reading.request_of(connection, keyring, 1)
        happened = reading.events(connection, keyring, 1)
        assert reading.worklist(connection) == []
        assert reading.ended(connection) == [case]
    assert said.words == "Mitä tietoja minusta on?"
    kinds = [EventKind.RECEIVED, EventKind.IDENTIFIED, EventKind.OWNER, EventKind.DECIDED]
    assert [one.kind for one in happened] == [*kinds, EventKind.PACKAGE, EventKind.CLOSED]
    assert happened[1].words == "signature and address as in the register"
    with database.unit_of_work() as uow, pytest.raises(CaseEnded):
        service.withdraw(uow, keyring, actor, 1, how="letter", version=case.version)


def test_the_words_of_a_case_are_sealed(database: Database, keyring: KeyRing, receive: ReceiveCase) -> None:
    """Neither the request nor what staff write stands in the tables in clear."""
    receive(request=Request(name="Matti Meikäläinen", words="salainen toive"))
    with database.reading() as connection:
        for table in (case_table, case_event_table):
            rows = connection.execute(select(table)).all()
            assert rows
            assert not any(
                word in repr(row).encode() or word.decode() in repr(row)
                for row in rows
                for word in (b"salainen", b"Meik", b"signature")
            )


@pytest.mark.parametrize(
    ("kind", "request_of", "bans"),
    [
        (CaseKind.PUBLICATION_BAN, Request(name="Matti"), {BanKind.PUBLICATION}),
        (CaseKind.MARKETING_BAN, Request(name="Matti"), set(MARKETING_BANS)),
        (
            CaseKind.MARKETING_BAN,
            Request(name="Matti", bans=("market_research",)),
            {BanKind.MARKET_RESEARCH},
        ),
    ],
)
def test_bans_are_in_force_before_anybody_decides(
    database: Database,
    receive: ReceiveCase,
    matti: Customer,
    kind: CaseKind,
    request_of: Request,
    bans: set[BanKind],
) -> None:
    """A ban holds from its receipt, also while the case is open and the identity unclear (GDPR 21(3))."""
    receive(kind, request=request_of, identified_how="")
    receive(kind, request=request_of)
    with database.reading() as connection:
        assert bans_of_many(connection, [matti.id])[matti.id] == bans


@pytest.mark.parametrize(
    ("kind", "ground"),
    [(CaseKind.OBJECTION, ""), (CaseKind.RESTRICTION, Ground.ACCURACY_CONTESTED)],
)
def test_who_objects_is_restricted_meanwhile(
    database: Database, receive: ReceiveCase, matti: Customer, kind: CaseKind, ground: str
) -> None:
    """An objection and a request for restriction restrict processing at once (GDPR 18(1))."""
    receive(kind, request=Request(name="Matti", ground=ground))
    with database.reading() as connection:
        assert restricted_many(connection, [matti.id]) == {matti.id}


def test_other_requests_change_nothing_by_themselves(
    database: Database, receive: ReceiveCase, matti: Customer
) -> None:
    """Access, rectification, erasure and portability wait for a person's decision."""
    for kind in (CaseKind.ACCESS, CaseKind.RECTIFICATION, CaseKind.ERASURE, CaseKind.PORTABILITY):
        receive(kind)
    with database.reading() as connection:
        assert restricted_many(connection, [matti.id]) == set()
        assert bans_of_many(connection, [matti.id]) == {}


def test_the_clock_stands_still_while_identity_is_unclear(
    database: Database,
    actor: Actor,
    keyring: KeyRing,
    receive: ReceiveCase,
    matti: Customer,
    clock: FixedClock,
) -> None:
    """Days in which the person's proof is waited for aren't counted; with the proof the clock goes on."""
    case = receive(customer_id=None, identified_how="")
    assert case.identity is Identity.UNCLEAR
    with database.unit_of_work() as uow:
        with pytest.raises(IdentityFirst):
            service.decide(uow, keyring, actor, 1, CaseDecision.GRANTED, reasons="", version=1)
        with pytest.raises(NotStopped):
            case_clock.resume(uow, keyring, SETTINGS, actor, 1, version=1)
        with pytest.raises(ReasonsNeeded):
            case_clock.pause(uow, keyring, actor, 1, asked=" ", version=1)
        case = case_clock.pause(uow, keyring, actor, 1, asked="address before the move", version=1)
        uow.commit()
    assert case.state is CaseState.WAITING_IDENTITY
    clock.advance(5 * DAY)
    with database.unit_of_work() as uow:
        case = intake.identify(
            uow,
            keyring,
            SETTINGS,
            actor,
            1,
            customer_id=matti.id,
            how="old address as in the register",
            version=case.version,
        )
        with pytest.raises(IdentityKnown):
            case_clock.pause(uow, keyring, actor, 1, asked="more", version=case.version)
        uow.commit()
    assert (case.state, case.customer_id, case.due_on) == (CaseState.OPEN, matti.id, date(2026, 12, 28))


def test_a_stopped_clock_stops_the_extensions_day_and_no_late_case_stops(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase, clock: FixedClock
) -> None:
    """A month that stands still is not over; a month that is over cannot be made to stand still."""
    receive(customer_id=None, identified_how="")
    receive(customer_id=None, identified_how="")
    with database.unit_of_work() as uow:
        case_clock.pause(uow, keyring, actor, 1, asked="old address", version=1)
        uow.commit()
    clock.advance(40 * DAY)
    with database.unit_of_work() as uow:
        late = date(2027, 1, 2)
        case_clock.extend(uow, keyring, SETTINGS, actor, 1, told_on=late, reasons="archives", version=2)
        found = case_clock.resume(uow, keyring, SETTINGS, actor, 1, version=3)
        assert found.due_on == date(2027, 4, 5)
        with pytest.raises(TooLateToStop):
            case_clock.pause(uow, keyring, actor, 2, asked="old address", version=1)


def test_identity_brings_a_waiting_ban_into_force(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase, matti: Customer
) -> None:
    """Once it is known who asks, the ban of an unknown person is recorded for that person."""
    receive(CaseKind.PUBLICATION_BAN, customer_id=None, identified_how="")
    with database.unit_of_work() as uow:
        intake.identify(uow, keyring, SETTINGS, actor, 1, customer_id=matti.id, how="call back", version=1)
        assert bans_of_many(uow.connection, [matti.id])[matti.id] == {BanKind.PUBLICATION}


def test_time_is_extended_once_and_within_the_first_month(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase, clock: FixedClock
) -> None:
    """Three months from the receipt, with reasons, told before the first last day (GDPR 12(3))."""
    receive()
    receive()

    def extend(number: int, **values: Any) -> None:
        usual: dict[str, Any] = {"told_on": MONDAY, "reasons": "papers in three places", "version": 1}
        with database.unit_of_work() as uow:
            case_clock.extend(uow, keyring, SETTINGS, actor, number, **{**usual, **values})
            uow.commit()

    with pytest.raises(ReasonsNeeded):
        extend(1, reasons="")
    with pytest.raises(ReceivedLater):
        extend(1, told_on=date(2026, 11, 24))
    extend(1)
    with database.reading() as connection:
        assert reading.case(connection, 1).due_on == date(2027, 2, 23)
    with pytest.raises(ExtendedAlready):
        extend(1, version=2)
    clock.advance(31 * DAY)
    with pytest.raises(TooLateToExtend):
        extend(2, told_on=date(2026, 12, 24))


def test_a_refusal_has_reasons_and_a_decision_stands(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase
) -> None:
    """Who is refused is owed reasons (GDPR 12(4)); nobody decides twice, closes undecided, or answers undecided."""
    receive(CaseKind.ERASURE)
    with database.unit_of_work() as uow:
        with pytest.raises(NotDecided):
            service.close(uow, keyring, actor, 1, version=1)
        with pytest.raises(NotDecided):
            service.answered(uow, keyring, actor, 1, EventKind.LETTER, facts={})
        with pytest.raises(ReasonsNeeded):
            service.decide(uow, keyring, actor, 1, CaseDecision.REFUSED, reasons="", version=1)
        case = service.decide(
            uow,
            keyring,
            actor,
            1,
            CaseDecision.PARTLY,
            reasons="open invoice",
            version=1,
            due_by_itself_on=date(2033, 1, 1),
        )
        with pytest.raises(DecidedAlready):
            service.decide(uow, keyring, actor, 1, CaseDecision.GRANTED, reasons="", version=2)
        case = service.answered(uow, keyring, actor, 1, EventKind.LETTER, facts={"transfer": 3})
        case = service.close(uow, keyring, actor, 1, version=case.version)
        assert case.state is CaseState.WAITING_HOLD
        assert reading.worklist(uow.connection) == [case]
        with pytest.raises(CompletesItself):
            service.close(uow, keyring, actor, 1, version=case.version)


def test_an_erasure_that_is_taken_back_restricts_no_longer(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase, matti: Customer
) -> None:
    """What was restricted only for this erasure is free again; what the person restricted stays."""
    receive(CaseKind.ERASURE)
    with database.unit_of_work() as uow:
        restrict(uow, actor, matti.id, ground=Ground.LEGAL_CLAIM, since=MONDAY, detail="case 1")
        restrict(uow, actor, matti.id, ground=Ground.ACCURACY_CONTESTED, since=MONDAY, detail="case 7")
        service.withdraw(uow, keyring, actor, 1, how="by telephone", version=1)
        left = [it.ground for it in restrictions_of(uow.connection, matti.id) if it.lifted_on is None]
        assert left == [Ground.ACCURACY_CONTESTED]


def test_two_people_at_one_case_do_not_undo_each_other(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase
) -> None:
    """Who saw an older version is told, and changes nothing."""
    receive()
    with database.unit_of_work() as uow:
        service.hand_over(uow, keyring, actor, 1, owner_id=2, owner_name="Toinen", version=1)
        with pytest.raises(CaseChanged):
            service.decide(uow, keyring, actor, 1, CaseDecision.GRANTED, reasons="", version=1)


def test_attachments_and_comments_come_back(
    database: Database, actor: Actor, keyring: KeyRing, receive: ReceiveCase
) -> None:
    """A file's bytes are kept sealed with the case; comments may still be added after its end."""
    receive()
    content = bytes(range(256)) * 10
    with database.unit_of_work() as uow:
        file_id = intake.attach(uow, keyring, actor, 1, name="kirje.pdf", content=content)
        service.withdraw(uow, keyring, actor, 1, how="by telephone", version=1)
        intake.comment(uow, keyring, actor, 1, "called back, agreed")
        uow.commit()
    with database.reading() as connection:
        (file,) = reading.files(connection, keyring, 1)
        assert (file.id, file.name, file.size) == (file_id, "kirje.pdf", len(content))
        assert reading.file_content(connection, keyring, 1, file_id) == content
        assert reading.events(connection, keyring, 1)[-1].words == "called back, agreed"


def test_earlier_requests_are_recognised_and_the_list_is_by_last_day(
    database: Database, receive: ReceiveCase
) -> None:
    """The same person's earlier case of the same kind within the set days; what is due first stands first."""
    receive(received_on=date(2025, 6, 2))
    receive(received_on=date(2026, 9, 1))
    receive(CaseKind.ERASURE, received_on=date(2026, 9, 2))
    latest = receive()
    with database.reading() as connection:
        earlier = reading.repeated(connection, latest, days=365)
        assert [one.number for one in earlier] == [2]
        assert [one.number for one in reading.worklist(connection)] == [1, 2, 3, 4]
        assert reading.count_open(connection) == 4
        assert reading.count_open(connection, due_by=date(2026, 10, 1)) == 2


def test_a_request_is_refused_that_cannot_be(
    database: Database, keyring: KeyRing, receive: ReceiveCase, make_actor: MakeActor, matti: Customer
) -> None:
    """A day ahead, nobody's name; and an importer takes no requests in."""
    with pytest.raises(ReceivedLater):
        receive(received_on=date(2026, 11, 24))
    with pytest.raises(SomebodyNeeded):
        receive(request=Request(name=" "))
    clerk = make_actor(Role.CLERK)
    receive()
    with database.unit_of_work() as uow, pytest.raises(NotPermitted):
        service.decide(uow, keyring, clerk, 1, CaseDecision.GRANTED, reasons="", version=1)
