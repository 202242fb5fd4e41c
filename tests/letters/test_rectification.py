"""Rectification: what is proposed, decided and refused; the certificate; sources that are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from core.config.schema import UpdateAnswer, UpdateService
from core.customers import service as customers
from core.customers.errors import InvalidValue
from core.customers.restrictions import Ground, restrict
from core.customers.sealed import values_of
from core.customers.types import Source, SourceKind
from core.disclosure.recipients import sync_recipients
from core.disclosure.types import TransferState
from core.notices import sending
from core.notices import service as notices
from core.notices.errors import NothingToTell
from core.notices.rights import notices_of_case
from core.notices.service import NoticeFilter
from core.notices.types import NoticeState
from core.notices.words import obstacle_in_words, recipient_name
from core.rights.errors import DecidedAlready, ReasonsNeeded, RectifiedByValue
from core.rights.letters.service import preview_text
from core.rights.letters.types import LetterKind, answer_of
from core.rights.rectification.errors import (
    NoSuchEvidence,
    NotAField,
    NotARectification,
    NothingProposed,
    NotProposed,
    SameAlready,
    ValueMoved,
)
from core.rights.rectification.origins import origins
from core.rights.rectification.reading import proposals
from core.rights.rectification.service import decide, propose
from core.rights.types import CaseDecision, CaseKind, Request
from tests.erasure.test_reach import run_of_a_service
from tests.letters.conftest import MONDAY

if TYPE_CHECKING:
    from core.notices.types import Notice
    from core.rights.rectification.types import Proposal, Rectified
    from core.rights.types import Case
    from tests.letters.conftest import Desk

IBAN = "FI2112345600000785"


def proposed(desk: Desk, case: Case, values: dict[str, str | None] | None, **more: Any) -> list[Proposal]:
    """What was proposed."""
    with desk.register.database.unit_of_work() as uow:
        found = propose(uow, desk.register.keyring, desk.actor, case.number, values, **more)
        uow.commit()
    return found


def decided(desk: Desk, case: Case, *granted: str, reasons: str = "") -> Rectified:
    """The decision."""
    with desk.register.database.unit_of_work() as uow:
        done = decide(
            uow, desk.register, desk.actor, case.number, granted, reasons=reasons, version=case.version
        )
        uow.commit()
    return done


def change(desk: Desk, case: Case, source: Source, batch_id: int | None = None, **values: str) -> None:
    """Somebody changes the person's values."""
    assert case.customer_id is not None
    with desk.register.database.unit_of_work() as uow:
        version = customers.get(uow.connection, case.customer_id).version
        customers.change(
            uow, desk.actor, case.customer_id, values, source, version=version, batch_id=batch_id
        )
        uow.commit()


def told(desk: Desk, case: Case) -> list[Notice]:
    """The case's notices."""
    with desk.register.database.reading() as connection:
        return notices_of_case(connection, case)


def test_what_the_request_asked_for_is_proposed(desk: Desk) -> None:
    """As the register would write it, with what it says now beside it; proposing changes nothing."""
    asked = Request(name="Maija", values={"postcode": "90100", "email": "MAIJA@example.fi"})
    case = desk.known(CaseKind.RECTIFICATION, request=asked)
    found = {it.field: (it.old, it.new) for it in proposed(desk, case, None)}
    assert found["postcode"] == ("00100", "90100")
    assert found["email"][0] is None
    proposed(desk, case, {"postcode": "90120"})
    assert len(proposed(desk, case, {"town": "Oulu"})) == 3
    with desk.register.database.reading() as connection:
        assert customers.get(connection, case.customer_id or 0).values.postcode == "00100"


def test_what_cannot_be_proposed(desk: Desk) -> None:
    """Nothing, an unknown field, a value that no customer can have, one that is so already, evidence of another case."""
    case = desk.known(CaseKind.RECTIFICATION)
    wrong: list[tuple[dict[str, str | None] | None, type[Exception]]] = [
        (None, NothingProposed),
        ({"shoe_size": "42"}, NotAField),
        ({"postcode": "9"}, InvalidValue),
        ({"street": "Koivukatu 1"}, SameAlready),
    ]
    for values, refusal in wrong:
        with pytest.raises(refusal):
            proposed(desk, case, values)
    with pytest.raises(NoSuchEvidence):
        proposed(desk, case, {"street": "Haapakuja 2"}, evidence=99)
    with pytest.raises(NotARectification):
        proposed(desk, desk.receive(CaseKind.ACCESS), {"street": "Haapakuja 2"})
    with pytest.raises(NothingProposed):
        decided(desk, case, "street")


def test_a_refusal_is_certified_with_its_reasons(desk: Desk) -> None:
    """Nothing is changed, nobody is told; the certificate has both values, reasons, authority and court."""
    case = desk.known(CaseKind.RECTIFICATION)
    proposed(desk, case, {"last_name": "Mäkelä-Virtanen"})
    with pytest.raises(ReasonsNeeded):
        decided(desk, case)
    done = decided(desk, case, reasons="Nimi on väestötietojärjestelmässä Mäkelä.")
    assert (done.case.decision, done.changed, done.notices) == (CaseDecision.REFUSED, (), ())
    assert answer_of(done.case) is LetterKind.RECTIFICATION_REFUSED
    shown = preview_text(
        desk.register, desk.typesetter, desk.actor, case.number, LetterKind.RECTIFICATION_REFUSED
    )
    words = " ".join(shown.split())
    for said in (
        "Todistus: tietoja ei ole oikaistu",
        "Mäkelä-Virtanen",
        "Nimi on väestötietojärjestelmässä Mäkelä.",
        "Tietosuojavaltuutetun toimisto",
        "käräjäoikeus",
    ):
        assert said in words
    with pytest.raises(DecidedAlready):
        decided(desk, done.case, "last_name")


def test_granting_without_changing_anything_is_refused(desk: Desk) -> None:
    """A letter would otherwise say that it was rectified; refusing as a whole stays possible without values."""
    case = desk.known(CaseKind.RECTIFICATION)
    with pytest.raises(RectifiedByValue):
        desk.decide(case, CaseDecision.GRANTED)
    assert (
        desk.decide(case, CaseDecision.REFUSED, "Pyyntö ei yksilöi tietoa.").decision is CaseDecision.REFUSED
    )
    shown = preview_text(
        desk.register, desk.typesetter, desk.actor, case.number, LetterKind.RECTIFICATION_REFUSED
    )
    assert "Emme ole oikaisseet tietoja." in shown


def test_a_part_is_rectified_and_the_rest_certified(desk: Desk) -> None:
    """Also the bank account, and also of somebody whose processing is restricted because the value is contested."""
    case = desk.known(CaseKind.RECTIFICATION)
    proposed(desk, case, {"street": "Haapakuja 2", "last_name": "Virtanen"})
    with desk.register.database.unit_of_work() as uow:
        restrict(uow, desk.actor, case.customer_id or 0, ground=Ground.ACCURACY_CONTESTED, since=MONDAY)
        uow.commit()
    with pytest.raises(NotProposed):
        decided(desk, case, "town")
    done = decided(desk, case, "street", reasons="Nimi on oikein.")
    assert done.case.decision is CaseDecision.PARTLY
    with desk.register.database.reading() as connection:
        values = customers.get(connection, case.customer_id or 0).values
        now = {it.field: it.decision for it in proposals(connection, desk.register.keyring, case.number)}
    assert (values.street, values.last_name) == ("Haapakuja 2", "Mäkelä")
    assert now == {"street": "granted", "last_name": "refused"}
    shown = preview_text(
        desk.register, desk.typesetter, desk.actor, case.number, LetterKind.RECTIFICATION_REFUSED
    )
    assert "kaikkia tietoja ei ole oikaistu" in shown


def test_a_bank_account_is_rectified(desk: Desk) -> None:
    """Sealed before and after."""
    case = desk.known(CaseKind.RECTIFICATION)
    proposed(desk, case, {"iban": "FI21 1234 5600 0007 85"})
    assert decided(desk, case, "iban").changed == ("iban",)
    with desk.register.database.reading() as connection:
        kept = values_of(connection, desk.register.keyring, [case.customer_id or 0], "iban")
    assert kept == {case.customer_id: IBAN}


def test_a_value_that_has_moved_is_not_written_over(desk: Desk) -> None:
    """Somebody has changed it since it was proposed; the decision is undone with it."""
    case = desk.known(CaseKind.RECTIFICATION)
    proposed(desk, case, {"street": "Haapakuja 2"})
    change(desk, case, Source(SourceKind.STAFF, "telephone"), street="Lehtikuja 3")
    with pytest.raises(ValueMoved):
        decided(desk, case, "street")
    proposed(desk, case, {"street": "Haapakuja 2"})
    assert decided(desk, case, "street").changed == ("street",)


def test_a_source_that_is_no_recipient_is_told_by_a_person(desk: Desk) -> None:
    """A subcontractor gave the wrong value: no data is sent to it, a notice waits until somebody has told it."""
    case = desk.known(CaseKind.RECTIFICATION)
    change(desk, case, Source(SourceKind.SUBCONTRACTOR, "Asennus Oy"), street="Väärätie 9")
    proposed(desk, case, {"street": "Haapakuja 2"})
    done = decided(desk, case, "street")
    (notice,) = told(desk, case)
    assert (notice.id, notice.recipient, notice.state) == (
        done.notices[0],
        "source:subcontractor",
        NoticeState.DUE,
    )
    assert recipient_name({}, notice.recipient, "fi") == "alihankkija"
    assert "itse" in obstacle_in_words(notice.obstacle or "", "fi")
    with pytest.raises(NothingToTell):
        sending.plan(desk.register, desk.actor, NoticeFilter())
    with desk.register.database.unit_of_work() as uow:
        notices.acknowledge(uow, desk.actor, [notice.id], how="telephone 23.11., Aku Asentaja")
        uow.commit()
    assert told(desk, case)[0].state is NoticeState.ACKNOWLEDGED
    shown = preview_text(desk.register, desk.typesetter, desk.actor, case.number, LetterKind.RECTIFIED)
    assert "Väärän tiedon lähde oli alihankkija" in shown
    assert "source:" not in shown


def by_a_service(desk: Desk, case: Case) -> None:
    """The collector's service of address updates brings a wrong address."""
    service = UpdateService(recipient="collector", answer=UpdateAnswer(key="N", columns={"street": "A"}))
    desk.register.config = msgspec.structs.replace(desk.register.config, updates={"posti": service})
    with desk.register.database.unit_of_work() as uow:
        sync_recipients(uow, desk.actor, desk.register.config.recipients)
        run_of_a_service(uow, 1)
        uow.commit()
    change(desk, case, Source(SourceKind.ADDRESS_SERVICE, "posti"), batch_id=1, street="Väärätie 9")


def test_a_service_that_gave_the_value_and_has_it_is_told_once(desk: Desk) -> None:
    """As a holder and as the source: one notice, by letter, with what is so now."""
    case = desk.known(CaseKind.RECTIFICATION)
    by_a_service(desk, case)
    desk.house.export("collector", case.customer_id or 0)
    proposed(desk, case, {"street": "Haapakuja 2"})
    decided(desk, case, "street")
    assert [it.recipient for it in told(desk, case)] == ["collector"]
    (bundle,) = sending.plan(desk.register, desk.actor, NoticeFilter())
    assert sending.release(desk.register, desk.actor, bundle).result.state is TransferState.DELIVERED
    shown = preview_text(desk.register, desk.typesetter, desk.actor, case.number, LetterKind.RECTIFIED)
    assert "Väärän tiedon lähde oli Perintä Oy" in shown


def test_a_service_that_was_given_nothing_is_not_sent_anything_now(desk: Desk) -> None:
    """The gate sends it nothing about somebody it was never given; a person tells it, and writes down how."""
    case = desk.known(CaseKind.RECTIFICATION)
    by_a_service(desk, case)
    proposed(desk, case, {"street": "Haapakuja 2"})
    decided(desk, case, "street")
    with pytest.raises(NothingToTell):
        sending.plan(desk.register, desk.actor, NoticeFilter())
    (notice,) = told(desk, case)
    assert (notice.recipient, notice.state, notice.obstacle) == ("collector", NoticeState.DUE, "no_basis")


def test_where_values_came_from(desk: Desk) -> None:
    """The person and our staff are nobody to be told."""
    case = desk.known(CaseKind.RECTIFICATION)
    change(desk, case, Source(SourceKind.SELF, "letter"), street="Haapakuja 2")
    change(desk, case, Source(SourceKind.WEB_FORM, "form 1"), postcode="90100")
    with desk.register.database.reading() as connection:
        found = origins(
            connection, desk.register.config, case.customer_id or 0, ["street", "postcode", "phone", "www"]
        )
    assert found == {"postcode": "source:web_form"}
