"""Telling: by the accountant's own interface, or by a letter; acknowledged, chased, and never twice."""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.actor import SYSTEM, Role
from core.customers import restrictions
from core.customers import service as customers
from core.customers.restrictions import Ground
from core.disclosure.log import LogFault
from core.disclosure.purposes import RECIPIENTS_TOLD
from core.disclosure.recipients import sync_recipients
from core.disclosure.review.drift import drifts
from core.disclosure.types import ItemState, LeftOutReason, Subject, TransferRequest, TransferState
from core.documents.notices import notice_key
from core.errors import NotPermitted
from core.notices import routine, sending, service
from core.notices.errors import (
    CannotTellByAdapter,
    HowMissing,
    NoSuchNotice,
    NothingToTell,
    NoticeNotWaiting,
)
from core.notices.events import history_of
from core.notices.rights import tell_recipients
from core.notices.service import NoticeFilter
from core.notices.types import Cause, NoticeState
from integrations.sandbox.faults import Fault
from tests.support.notice_house import RECIPIENTS, STAFF

if TYPE_CHECKING:
    from pathlib import Path

    from core.notices.sending import Told
    from core.notices.types import Notice
    from tests.conftest import MakeActor
    from tests.support.notice_house import Notices

DUE = NoticeFilter(states=(NoticeState.DUE,))


def moved(house: Notices, *recipients: str, **changes: str) -> int:
    """Somebody whose old address the recipients have."""
    maija = house.add()
    for recipient in recipients:
        if recipient == "accountant":
            house.invoice(maija.id)
        else:
            house.export(recipient, maija.id)
    house.change(maija.id, **({"street": "Haapakuja 2"} | changes))
    return maija.id


def tell(house: Notices, wanted: NoticeFilter = DUE) -> list[Told]:
    """Tell what is to be told."""
    return [
        sending.release(house.register, house.actor, it)
        for it in sending.plan(house.register, house.actor, wanted)
    ]


def state(house: Notices) -> NoticeState:
    """Of the only notice."""
    (notice,) = house.all()
    return notice.state


def letter_of(house: Notices) -> str:
    """The words of the newest letter in the export folder."""
    path: Path = max(house.exports.glob("notice-*.pdf"), key=lambda it: it.stat().st_mtime_ns)
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


def test_the_accountant_is_told_by_its_own_interface(house: Notices) -> None:
    """The customer is edited, no invoice is made, and the accountant's answer is the acknowledgement."""
    moved(house, "accountant")
    invoices = len(house.netvisor.invoices)
    (told,) = tell(house)
    assert told.result.state is TransferState.DELIVERED
    (customer,) = house.netvisor.customers.values()
    assert customer.fields["streetaddress"] == "Haapakuja 2"
    assert len(house.netvisor.invoices) == invoices
    assert state(house) is NoticeState.ACKNOWLEDGED
    with house.register.database.reading() as connection:
        events = [it.state for it in history_of(connection, house.all()[0].id)]
    assert events == [NoticeState.SENDING, NoticeState.ACKNOWLEDGED]


def test_a_letter_names_the_customer_and_what_is_so_now(house: Notices) -> None:
    """It waits for an acknowledgement, which a person records."""
    moved(house, "collector", postcode="90100", town="Oulu")
    (told,) = tell(house)
    assert told.bundle.way == "letter"
    words = letter_of(house)
    assert "Perintä Oy" in words
    assert "Mäkelä" in words
    assert "Haapakuja 2" in words
    assert "Koivukatu" not in words
    assert "358401234567" not in words
    assert state(house) is NoticeState.PRINTED
    (notice,) = house.all()
    with house.register.database.unit_of_work() as uow:
        service.acknowledge(uow, house.actor, [notice.id], how="sähköposti 24.11., Pekka Perijä")
        uow.commit()
    assert state(house) is NoticeState.ACKNOWLEDGED


def test_what_is_no_longer_known_is_told_by_letter(house: Notices) -> None:
    """The accountant's interface cannot be told that there is nothing any more."""
    maija = house.add()
    house.invoice(maija.id)
    house.change(maija.id, postcode=None)
    (told,) = tell(house)
    assert told.bundle.way == "letter"
    assert "postinumero: ei enää tiedossa" in letter_of(house)


def test_the_adapter_when_it_cannot_is_refused(house: Notices) -> None:
    """Who asks for it by name is told that it cannot."""
    moved(house, "collector")
    with pytest.raises(CannotTellByAdapter):
        sending.plan(house.register, house.actor, DUE, way="adapter")


def test_nothing_is_told_twice(house: Notices) -> None:
    """Two who tell at once: the second sends nothing."""
    moved(house, "collector")
    first, second = (sending.plan(house.register, house.actor, DUE)[0] for _ in range(2))
    sending.release(house.register, house.actor, first)
    with pytest.raises(NoticeNotWaiting):
        sending.release(house.register, house.actor, second)
    assert len(list(house.exports.glob("*.pdf"))) == 1
    with pytest.raises(NothingToTell):
        sending.plan(house.register, house.actor, DUE)


def test_a_partner_that_is_down_leaves_it_due(house: Notices) -> None:
    """With the reason beside it; told again when it answers."""
    moved(house, "accountant")
    house.netvisor.stop()
    tell(house)
    (notice,) = house.all()
    assert (notice.state, notice.obstacle) == (NoticeState.DUE, "not_reached")


def test_what_is_in_doubt_may_be_told_again(house: Notices) -> None:
    """An edit that is made twice is the same edit: nobody has to find out first."""
    moved(house, "accountant")
    house.netvisor.faults.add(Fault.CLOSE, path="/customerlist.nv")
    tell(house)
    assert state(house) is NoticeState.IN_DOUBT
    tell(house, NoticeFilter())
    assert state(house) is NoticeState.ACKNOWLEDGED


def test_a_lost_answer_is_in_doubt_until_a_person_says(house: Notices) -> None:
    """The accountant cannot be asked whether it has an edit; what a person decides moves the notice."""
    moved(house, "accountant")
    house.netvisor.faults.add(Fault.DROP_REPLY, path="/customer.nv")
    (told,) = tell(house)
    assert state(house) is NoticeState.IN_DOUBT
    house.register.gate.decide(house.actor, told.result.transfer_id, ItemState.NOT_SENT, "puhelimessa")
    assert state(house) is NoticeState.DUE


def test_a_customer_that_the_accountant_does_not_have_needs_no_notice(house: Notices) -> None:
    """It is not made there by telling."""
    moved(house, "accountant")
    house.netvisor.customers.clear()
    tell(house)
    assert state(house) is NoticeState.NOT_NEEDED
    assert house.netvisor.customers == {}


def test_while_the_log_cannot_be_signed_nothing_is_told(
    house: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fail closed: the notice is due as before."""
    moved(house, "collector")
    (bundle,) = sending.plan(house.register, house.actor, DUE)

    def broken() -> None:
        raise LogFault

    with monkeypatch.context() as patch:
        patch.setattr(house.register.log, "sign", broken)
        with pytest.raises(LogFault):
            sending.release(house.register, house.actor, bundle)
    assert state(house) is NoticeState.DUE
    assert not list(house.exports.glob("*.pdf"))


def test_a_restricted_person_waits_and_the_reason_is_shown(house: Notices) -> None:
    """The gate leaves them out of what the agreement tells; what the law demands reaches the recipient."""
    maija = moved(house, "collector")
    with house.register.database.unit_of_work() as uow:
        restrictions.restrict(uow, house.actor, maija, ground=Ground.UNLAWFUL, since=house.clock.now().date())
        uow.commit()
    with pytest.raises(NothingToTell):
        sending.plan(house.register, house.actor, DUE)
    (notice,) = house.all()
    assert (notice.state, notice.obstacle) == (NoticeState.DUE, "restriction")
    with house.register.database.unit_of_work() as uow:
        tell_recipients(uow, house.register, house.actor, maija, Cause.RESTRICTION, reference="case 1")
        uow.commit()
    (told,) = tell(house, NoticeFilter(cause=Cause.RESTRICTION))
    assert told.result.state is TransferState.DELIVERED
    words = letter_of(house)
    assert "Mäkelä" in words
    assert "18 artiklan" in words
    assert "Haapakuja" not in words


def test_the_law_s_notices_are_no_drift(house: Notices) -> None:
    """No agreement names that purpose; the daily comparison with the notice knows that none has to."""
    maija = moved(house, "collector")
    with house.register.database.unit_of_work() as uow:
        tell_recipients(uow, house.register, house.actor, maija, Cause.ERASURE, reference="case 1")
        uow.commit()
    tell(house, NoticeFilter(cause=Cause.ERASURE))
    log, recipients = house.register.log, house.register.config.recipients
    with house.register.database.reading() as connection:
        assert list(drifts(connection, log, recipients, 0, log.size_in(connection))) == []


def test_the_law_s_notices_need_no_agreement_but_an_earlier_sending(house: Notices) -> None:
    """An agreement that has ended stops no erasure from being told; somebody the recipient never had is left out."""
    maija = moved(house, "collector")
    stranger = house.add(first_name="Matti")
    ended = msgspec.structs.replace(RECIPIENTS["collector"], agreement_to=date(2026, 11, 24))
    with house.register.database.unit_of_work() as uow:
        sync_recipients(uow, house.actor, {**RECIPIENTS, "collector": ended})
        uow.commit()
    house.clock.advance(5 * 86_400.0)
    subjects = tuple(
        Subject(who, notice_key("20261128-0123456789ab", "collector", (), who))
        for who in (maija, stranger.id)
    )
    request = TransferRequest(
        "collector", RECIPIENTS_TOLD, subjects, "notice", reason="GDPR 19", form="notice-erasure"
    )
    plan = house.register.gate.plan(house.actor, request)
    assert [plan.subjects[it.id].customer_id for it in plan.items] == [maija]
    assert [(it.customer_id, it.reason) for it in plan.left_out] == [(stranger.id, LeftOutReason.NO_BASIS)]


def test_who_does_not_answer_is_chased(house: Notices) -> None:
    """After the agreed days it stands at the top of the list, and a reminder can be printed; then again."""
    moved(house, "collector")
    tell(house)
    days = house.register.config.notices.answer_days
    assert chase(house) == 0
    house.clock.advance(timedelta(days=days).total_seconds())
    assert chase(house) == 1
    assert chase(house) == 0
    (notice,) = house.all()
    assert (notice.state, notice.chases) == (NoticeState.CHASED, 1)
    (told,) = tell(house, NoticeFilter())
    assert told.bundle.preview.plan.request.form == "notice-change-again"
    assert "Muistutus" in letter_of(house)
    assert state(house) is NoticeState.PRINTED


def chase(house: Notices) -> int:
    """As run-due does."""
    with house.register.database.unit_of_work() as uow:
        count = service.chase(uow, SYSTEM, answer_days=house.register.config.notices.answer_days)
        uow.commit()
    return count


def test_a_newer_change_supersedes_what_waits_for_an_answer(house: Notices) -> None:
    """The letter that nobody acknowledged is told anew, with what is so now."""
    maija = moved(house, "collector")
    tell(house)
    house.change(maija, street="Koivukatu 9")
    assert [it.state for it in house.all()] == [NoticeState.NOT_NEEDED, NoticeState.DUE]


def test_by_itself_only_what_the_agreement_says(house: Notices) -> None:
    """The accountant's agreement says yes; the collector waits for a person."""
    moved(house, "accountant", "collector")
    done = routine.do_what_is_due(house.register)
    assert (done.told, done.waiting, done.problems) == (1, 1, ())
    assert [it.state for it in house.all()] == [NoticeState.ACKNOWLEDGED, NoticeState.DUE]
    assert routine.do_what_is_due(house.register).told == 0
    assert routine.tell_due(house.register, limit=0) == ([], [])


def test_one_recipient_that_cannot_be_told_stops_nothing_else(
    house: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named; the rest of what is due is done."""
    moved(house, "accountant")
    house.register.__dict__.pop("gate")
    monkeypatch.delenv("TEST_NETVISOR_CUSTOMER_KEY")
    done = routine.do_what_is_due(house.register)
    assert done.told == 0
    assert [type(it).__name__ for it in done.problems] == ["SecretMissing"]
    assert (state(house), done.waiting) == (NoticeState.DUE, 1)


def test_many_customers_go_in_one_letter(house: Notices) -> None:
    """One transfer, a line each."""
    people = [house.add(first_name=f"Maija {n}").id for n in range(3)]
    house.export("collector", *people)
    for one in people:
        house.change(one, street="Haapakuja 2")
    (told,) = tell(house)
    assert len(told.bundle.notices) == 3
    assert letter_of(house).count("Haapakuja 2") == 3


def test_dismissing_needs_a_reason(house: Notices) -> None:
    """Nobody is left untold without a person's words."""
    moved(house, "collector")
    (notice,) = house.all()
    with house.register.database.unit_of_work() as uow:
        with pytest.raises(HowMissing):
            service.dismiss(uow, house.actor, [notice.id], reason=" ")
        with pytest.raises(NoSuchNotice):
            service.dismiss(uow, house.actor, [99], reason="virhe")
        service.dismiss(uow, house.actor, [notice.id], reason="toiminta päättynyt")
        with pytest.raises(NoticeNotWaiting):
            service.acknowledge(uow, house.actor, [notice.id], how="puhelin")
        uow.commit()
    assert state(house) is NoticeState.NOT_NEEDED


def test_reviewers_look_but_do_not_tell(house: Notices, make_actor: MakeActor) -> None:
    """Telling is for those who work with customers."""
    moved(house, "collector")
    with pytest.raises(NotPermitted):
        sending.plan(house.register, make_actor(Role.REVIEWER), DUE)


def test_what_left_in_a_letter_is_what_the_recipient_holds_now(house: Notices) -> None:
    """The next look finds that the collector has the new address: nothing is due until it changes again."""
    maija = moved(house, "collector")
    tell(house)
    with house.register.database.unit_of_work() as uow:
        version = customers.get(uow.connection, maija).version
        customers.change(uow, house.actor, maija, {"phone": "+358405556667"}, STAFF, version=version)
        uow.commit()
    from core.notices import due

    assert due.catch_up(house.register, house.actor).made == 1
    newest: Notice = house.all()[-1]
    assert newest.fields == ("phone",)
