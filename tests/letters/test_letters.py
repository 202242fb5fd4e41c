"""Letters: what they say, whom they may say it to, and that handing one over is a transfer written down in the case."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from core.actor import Role
from core.customers.bans import BanKind
from core.disclosure.recipients import SUBJECT
from core.disclosure.transfers import of_customer
from core.errors import NotPermitted
from core.rights import clock as case_clock
from core.rights import reading, service
from core.rights.letters.errors import LetterDoesNotFit, WordsNeeded
from core.rights.letters.service import hand_over, make_pdf, preview_text
from core.rights.letters.types import Also, LetterKind, answer_of, letters_for
from core.rights.types import CaseDecision, CaseKind, EventKind, Request
from tests.support.pdf_ua import problems

if TYPE_CHECKING:
    from core.rights.letters.types import HandedLetter
    from core.rights.types import Case, CaseEvent
    from tests.conftest import MakeActor
    from tests.letters.conftest import Desk


def text(desk: Desk, case: Case, kind: LetterKind, **more: Any) -> str:
    """The preview, its lines joined so that a sentence is found wherever it was wrapped."""
    shown = preview_text(desk.register, desk.typesetter, desk.actor, case.number, kind, **more)
    assert all(len(line) <= 80 for line in shown.splitlines())
    return " ".join(shown.split())


def handed(desk: Desk, case: Case, kind: LetterKind, **more: Any) -> HandedLetter:
    """The letter, handed over."""
    return hand_over(desk.register, desk.typesetter, desk.actor, case.number, kind, **more)


def letters_in(desk: Desk, case: Case) -> list[CaseEvent]:
    """What the case says of letters."""
    with desk.register.database.reading() as connection:
        happened = reading.events(connection, desk.register.keyring, case.number)
    return [it for it in happened if it.kind is EventKind.LETTER]


def test_a_receipt_says_by_when_the_answer_comes(desk: Desk) -> None:
    """Reference, what is asked, the last day, in the case's language or in another."""
    case = desk.known()
    finnish = text(desk, case, LetterKind.RECEIPT)
    assert "Asianumero 1" in finnish
    assert "Saimme 23.11.2026 kirjeenne" in finnish
    assert "viimeistään 23.12.2026" in finnish
    assert "We will answer you by 23 December 2026" in text(desk, case, LetterKind.RECEIPT, language="en")


def test_until_it_is_known_who_asks_a_letter_says_what_the_person_wrote_alone(desk: Desk) -> None:
    """The register's address is not told to whoever calls themself Maija; nothing is disclosed, so there is no transfer."""
    maija = desk.house.add(street="Salakatu 9")
    case = desk.receive(customer_id=maija.id)
    told = text(desk, case, LetterKind.RECEIPT)
    assert "Salakatu" not in told
    assert "Koivukatu 1" in told
    given = handed(desk, case, LetterKind.IDENTITY, also=Also("Kertokaa asiakasnumeronne."))
    assert given.transfer is None
    assert (desk.house.exports / given.name).read_bytes().startswith(b"%PDF-")
    assert [it.facts for it in letters_in(desk, case)] == [{"letter": "identity", "transfer": None}]


def test_an_answer_is_a_transfer_to_the_person_and_answers_the_case(desk: Desk) -> None:
    """The gate logs it, the case names the transfer, and the case can be closed."""
    case = desk.decide(desk.known(), CaseDecision.GRANTED)
    given = handed(desk, case, LetterKind.ACCESS, also=Also(enclosures=("Tietonne (PDF)",)))
    assert given.case.answered_on == date(2026, 11, 23)
    assert given.transfer is not None
    assert [it.facts for it in letters_in(desk, case)] == [{"letter": "access", "transfer": given.transfer}]
    with desk.register.database.reading() as connection:
        (logged,) = of_customer(connection, given.case.customer_id or 0)
    assert (logged.number, logged.recipient, logged.task) == (given.transfer, SUBJECT, "reply")
    words = subprocess.run(
        ["pdftotext", "-layout", desk.house.exports / given.name, "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Tietonne (PDF)" in words
    assert "Tietosuojavaltuutetun toimisto" in words


def test_a_refusal_names_reasons_authority_and_court(desk: Desk) -> None:
    """Article 12(4): why, whom to complain to, which court."""
    case = desk.decide(desk.known(), CaseDecision.REFUSED, "Pyyntö on kohtuuton.\n\nSe on jo viides.")
    told = text(desk, case, LetterKind.REFUSAL)
    for words in ("kohtuuton.", "Se on jo viides.", "PL 800, 00531 Helsinki", "käräjäoikeus"):
        assert words in told


def test_an_extension_says_why_and_until_when(desk: Desk) -> None:
    """Before it is written down in the handler's words, afterwards in those of the case."""
    case = desk.known()
    with pytest.raises(WordsNeeded):
        text(desk, case, LetterKind.EXTENSION)
    assert "23.2.2027" in text(desk, case, LetterKind.EXTENSION, also=Also("Pyyntöjä on paljon."))
    with desk.register.database.unit_of_work() as uow:
        case_clock.extend(
            uow,
            desk.register.keyring,
            desk.register.config.rights,
            desk.actor,
            case.number,
            told_on=date(2026, 11, 23),
            reasons="Aineisto on laaja.",
            version=case.version,
        )
        uow.commit()
    assert "Aineisto on laaja." in text(desk, case, LetterKind.EXTENSION)


def test_an_erasure_that_waits_says_for_what(desk: Desk) -> None:
    """An open order: the hold in words, and that nobody has to ask again."""
    maija = desk.house.add()
    desk.house.invoice(maija.id)
    case = desk.receive(CaseKind.ERASURE, customer_id=maija.id, identified_how="signature")
    case = desk.decide(case, CaseDecision.GRANTED)
    told = text(desk, case, LetterKind.ERASURE_POSTPONED)
    assert "Lasku on avoin (" in told
    assert "Este poistuu, kun lasku on maksettu" in told
    assert "Teidän ei tarvitse pyytää uudelleen" in told
    refused = desk.receive(CaseKind.ERASURE, customer_id=maija.id, identified_how="signature")
    refused = desk.decide(refused, CaseDecision.REFUSED, "Tilaus on kesken.")
    assert "Emme voi poistaa tietojanne" in text(desk, refused, LetterKind.ERASURE_REFUSED)


def test_a_ban_and_a_restriction_say_what_is_in_force(desk: Desk) -> None:
    """In force since the day of receipt."""
    maija = desk.house.add()
    bans = (BanKind.DIRECT_MARKETING, BanKind.MARKET_RESEARCH)
    ban = desk.receive(
        CaseKind.MARKETING_BAN,
        customer_id=maija.id,
        identified_how="signature",
        request=Request(name="Maija", bans=bans),
    )
    told = text(desk, desk.decide(ban, CaseDecision.GRANTED), LetterKind.BAN)
    assert "suoramarkkinointi" in told
    assert "markkinatutkimus" in told
    assert "suoramainonta" not in told
    ground = Request(name="Maija", ground="accuracy_contested")
    restriction = desk.receive(
        CaseKind.RESTRICTION, customer_id=maija.id, identified_how="signature", request=ground
    )
    restriction = desk.decide(restriction, CaseDecision.GRANTED)
    assert "kiistetty" in text(desk, restriction, LetterKind.RESTRICTED)
    ends = Also("Osoite on tarkistettu.", until=date(2026, 12, 1))
    assert "päättyy 1.12.2026" in text(desk, restriction, LetterKind.RESTRICTION_ENDS, also=ends)


def test_only_letters_that_are_true_can_be_sent(desk: Desk, make_actor: MakeActor) -> None:
    """Nothing decided, no answer; and only the contact person tells a decision."""
    case = desk.known()
    with pytest.raises(LetterDoesNotFit):
        text(desk, case, LetterKind.ACCESS)
    assert letters_for(case) == (LetterKind.RECEIPT, LetterKind.EXTENSION)
    case = desk.decide(case, CaseDecision.GRANTED)
    assert answer_of(case) is LetterKind.ACCESS
    clerk = make_actor(Role.CLERK)
    with pytest.raises(NotPermitted):
        hand_over(desk.register, desk.typesetter, clerk, case.number, LetterKind.ACCESS)
    assert letters_in(desk, case) == []


def test_a_letter_tells_of_nothing_that_is_not_so(desk: Desk) -> None:
    """No restriction that could end, no hold that an erasure waits for, no ban in force."""
    case = desk.known(CaseKind.RESTRICTION)
    with pytest.raises(LetterDoesNotFit):
        text(desk, case, LetterKind.RESTRICTION_ENDS, also=Also("Asia on selvitetty."))
    erasure = desk.receive(CaseKind.ERASURE, customer_id=case.customer_id, identified_how="signature")
    with desk.register.database.unit_of_work() as uow:
        service.withdraw(
            uow, desk.register.keyring, desk.actor, case.number, how="telephone", version=case.version
        )
        uow.commit()
    erasure = desk.decide(erasure, CaseDecision.GRANTED)
    with pytest.raises(LetterDoesNotFit):
        text(desk, erasure, LetterKind.ERASURE_POSTPONED)
    assert "Poistamme tietonne" in text(desk, erasure, LetterKind.ERASED)


def test_the_pdf_keeps_what_pdf_ua_asks(desk: Desk) -> None:
    """Tagged, titled, in its language."""
    case = desk.known()
    for language, title in (("fi", "Olemme saaneet pyyntönne"), ("en", "We have received your request")):
        made = make_pdf(
            desk.register, desk.typesetter, desk.actor, case.number, LetterKind.RECEIPT, language=language
        )
        assert problems(made, language=language, title=title) == []


def test_what_a_person_writes_is_text_and_never_markup(desk: Desk) -> None:
    """Typst's own signs come out as they were written, on paper and in the preview."""
    case = desk.decide(desk.known(), CaseDecision.REFUSED, '#panic("x") *lihava* $x$ <a> & \\ @viite')
    assert '#panic("x") *lihava* $x$ <a> & \\ @viite' in text(desk, case, LetterKind.REFUSAL)
