"""What a decided case leads to: letters read as text and handed over, erasure looked at first, papers handled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.customers import service as customers
from core.customers.invoices import State
from core.customers.reading import get
from core.customers.types import Source, SourceKind, Status
from core.messages import LANGUAGES
from core.papers import service as papers
from core.papers.handling import handled_in
from core.papers.types import PaperOutcome
from core.retention.service import manual_holds_of, release
from core.rights import service
from core.rights.erasure.service import complete_due
from core.rights.types import CaseDecision, CaseKind, CaseState, Request
from tests.support.invoicing import lay_invoice
from tests.support.screens import assert_screen, seated
from tests.tui.test_requests import MAIJA, TODAY, case, held, received, unclear

if TYPE_CHECKING:
    from tests.support.office import Office

LASSE = 1


def decided(office: Office, number: int, decision: CaseDecision = CaseDecision.GRANTED) -> None:
    """The contact person has decided."""
    found = case(office, number)
    reasons = "" if decision is CaseDecision.GRANTED else "Laki estää."
    with office.register.database.unit_of_work() as uow:
        keyring = office.register.keyring
        service.decide(uow, keyring, office.actor, number, decision, reasons=reasons, version=found.version)
        uow.commit()


def files(office: Office) -> list[str]:
    """What lies in the export folder."""
    folder = office.register.config.files.export_directory
    return sorted(file.name for file in folder.glob("*.pdf")) if folder.exists() else []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_looks(office: Office, language: str) -> None:
    """The screens as they are kept in ``snapshots``."""
    received(office, CaseKind.ERASURE)
    decided(office, 1)
    held(office)
    paper(office)
    async with seated(office, language) as desk:
        await desk.press("p", "enter", "9")
        assert_screen(f"requests_letter.{language}", desk)
        await desk.press("f12", "8")
        assert_screen(f"requests_erasure.{language}", desk)
        await desk.press("f12", "f4")
        assert_screen(f"requests_papers.{language}", desk)
        await desk.press("enter")
        assert_screen(f"requests_paper.{language}", desk)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_made_looks(office: Office, language: str) -> None:
    """Words to be read before they leave, and values to be rectified."""
    told = Request(name="Maija Virtanen", words="Naapuri Kalle, kalle@example.fi, kertoi.")
    received(office, request=told)
    asked = Request(name="Maija Virtanen", values={"street": "Uusikatu 2", "town": "Rovaniemi"})
    received(office, CaseKind.RECTIFICATION, request=asked)
    async with seated(office, language) as desk:
        await desk.press("p", "enter", "8", "2")
        assert_screen(f"requests_words.{language}", desk)
        await desk.press("f12", "f12", "down", "enter", "7")
        assert_screen(f"requests_rectify.{language}", desk)


def paper(office: Office) -> None:
    """A folder about Maija, which the office's only member may open."""
    assert office.actor.staff_id is not None
    with office.register.database.unit_of_work() as uow:
        papers.add(
            uow,
            office.register.keyring,
            office.actor,
            about="tilauslomake",
            customer_ids=[MAIJA],
            place="kaappi 2, mappi 7",
            openers=[office.actor.staff_id],
            since=TODAY,
        )
        uow.commit()


class TestLetters:
    """9."""

    async def test_read_then_handed_over(self, office: Office) -> None:
        """Looking makes no file; F10 makes one, in the log, and the case is answered and can be closed."""
        received(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "9")
            assert "Olemme saaneet pyyntönne" in desk.text
            await desk.press("f12", "7", "f10", "9")
            assert "Koulukatu 19" in desk.text
            await desk.press("f2")
            assert "Dear Maija Virtanen," in desk.text
            await desk.press("enter")
            assert files(office) == []
            await desk.press("f2", "f10")
            assert "Tulostettava ja postitettava: reply-pdf-" in desk.message
            assert case(office, 1).answered_on == TODAY
            await desk.press("0")
        assert case(office, 1).state is CaseState.CLOSED
        (name,) = files(office)
        assert name.startswith("reply-pdf-")

    async def test_words_where_a_letter_needs_them(self, office: Office) -> None:
        """Who asks has to be known: the letter says what is missing until somebody writes it; nobody is answered by it."""
        unclear(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "9", "f4")
            assert "F6" in desk.rows()[4]
            await desk.press("f10")
            assert "!!" in desk.text
            assert files(office) == []
            await desk.press("f6", "tab", "tab")
            await desk.paste("Kertokaa, missä osoitteessa asuitte vuonna 2024.")
            await desk.press("f10", "pagedown")
            assert "missä osoitteessa asuitte" in desk.text
            await desk.press("f10")
            assert "Tulosta ja postita: " in desk.message, "nothing of the register's is in it: no transfer"
        assert case(office, 1).answered_on is None
        assert len(files(office)) == 1


class TestErasure:
    """8."""

    async def test_looked_at_answered_erased(self, office: Office) -> None:
        """Answered first, since nobody knows afterwards where to write; then twice F10; read back, closed."""
        received(office, CaseKind.ERASURE, customer_id=LASSE, request=Request(name="Lasse Åkerlund"))
        async with seated(office) as desk:
            await desk.press("p", "enter", "8", "f10")
            assert desk.app.current.area == "request_erasure", "nothing has been granted yet"
            await desk.press("f12", "7", "f10", "8", "f10", "f10")
            assert "Vastaa ensin" in desk.message
            await desk.press("f12", "9", "f10", "8", "f10")
            assert "Tätä ei voi perua" in desk.message
            await desk.press("enter", "f10")
            assert "Tätä ei voi perua" in desk.message, "any other key takes the first F10 back"
            await desk.press("f10")
            assert "Poistettu ja tarkistettu" in desk.message
            assert "Lasse" not in desk.text
            await desk.press("f12", "3")
            assert "(poistettu)" in desk.text
        with office.register.database.reading() as connection:
            assert get(connection, LASSE).status is Status.ERASED
        assert case(office, 1).state is CaseState.CLOSED

    async def test_what_prevents_it_is_named_and_it_completes_by_itself(self, office: Office) -> None:
        """A dispute: F10 twice lets the case wait, the letter says why; when the dispute is over it is done."""
        received(office, CaseKind.ERASURE)
        held(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "7", "f10", "8", "f10")
            assert "jättää asian odottamaan" in desk.message
            await desk.press("f10")
            assert "asiasta on riita" in desk.message
            assert case(office, 1).state is CaseState.WAITING_HOLD
            await desk.press("f12", "9", "pagedown")
            assert "riita" in desk.text
            await desk.press("f10", "f12", "2")
            assert "Maija Virtanen" in desk.text
        register = office.register
        with register.database.unit_of_work() as uow:
            (one,) = manual_holds_of(uow.connection, register.keyring, MAIJA)
            release(uow, register.keyring, office.actor, one.id, reason="sovittu")
            uow.commit()
        (done,) = complete_due(register, office.actor)
        assert done.case.state is CaseState.CLOSED


class TestPapers:
    """F4."""

    async def test_a_case_is_not_closed_before_its_papers_are_handled(self, office: Office) -> None:
        """Enter writes down what was done with a paper; until then closing is refused in words."""
        received(office)
        paper(office)
        decided(office, 1)
        async with seated(office) as desk:
            await desk.press("p", "enter", "f10")
            await desk.paste("kirjeellä")
            await desk.press("f10", "0")
            assert "!!" in desk.text
            await desk.press("f4")
            assert "käsiteltävä" in desk.text
            await desk.press("enter", "f10")
            assert "käsiteltävä" not in desk.text
            await desk.press("f12", "0")
            assert "Asia 1 on suljettu." in desk.message
        with office.register.database.reading() as connection:
            assert handled_in(connection, 1) == {1: PaperOutcome.SHOWN}

    async def test_the_index(self, office: Office) -> None:
        """A paper is entered with its place and who may open it, and its line goes when it is destroyed."""
        async with seated(office) as desk:
            await desk.press("p", "f9", "f6", "f10")
            assert "!!" in desk.text
            await desk.paste("tilauslomake 2024")
            await desk.press("tab")
            await desk.paste("1003, 9999")
            await desk.press("tab")
            await desk.paste("kaappi 2")
            await desk.press("f10")
            assert desk.app.current.active.current.name == "customers"  # type: ignore[union-attr]
            await desk.press("ctrl+u")
            await desk.paste("1003, 1004")
            await desk.press("f10")
            assert "1003 Virtanen Maija" in desk.text
            assert "kaappi 2" in desk.text
            await desk.press("f9", "f10")
            assert "kaappi 2" not in desk.text


class TestAccess:
    """8 on a request for access."""

    async def test_words_of_others_are_read_before_they_leave(self, office: Office) -> None:
        """A text that may tell of somebody else stops the hand-over until it goes along or is kept back."""
        words = "Naapurini Kalle Korhonen, kalle.korhonen@example.fi, kertoi teistä."
        received(office, request=Request(name="Maija Virtanen", words=words))
        async with seated(office) as desk:
            await desk.press("p", "enter", "8")
            assert "Rivejä henkilöstä" in desk.text
            assert "lue ne (2)" in desk.message
            await desk.press("f10")
            assert "Lukematta: 1." in desk.message
            assert "kalle.korhonen@example.fi" in desk.text
            assert "3 Lähtee mukaan  4 Jätä pois" in desk.text
            await desk.press("4", "f10")
            assert "Salalause" in desk.message
            await desk.press("2")
            assert "myönnetty osittain" in desk.text
        found = case(office, 1)
        assert (found.decision, found.answered_on) == (CaseDecision.PARTLY, TODAY)
        folder = office.register.config.files.export_directory
        (file,) = folder.glob("access-zip-*.zip")
        assert b"kalle.korhonen" not in file.read_bytes()

    async def test_pages_to_print(self, office: Office) -> None:
        """F8: on paper, without a passphrase, in the person's language."""
        received(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "8", "f2")
            assert "Paketin kieli: englanti." in desk.message
            await desk.press("enter")
            assert files(office) == []
            await desk.press("f8")
            assert "Tulostettava ja postitettava: access-pdf-" in desk.message
        assert case(office, 1).decision is CaseDecision.GRANTED


class TestRectification:
    """7 on a request for rectification."""

    async def test_value_by_value(self, office: Office) -> None:
        """What is asked stands beside what the register says; the tick taken away needs a reason; the rest is changed."""
        wanted = {"street": "Uusikatu 2", "town": "Rovaniemi"}
        said = Request(name="Maija Virtanen", values=wanted)
        received(office, CaseKind.RECTIFICATION, request=said)
        async with seated(office) as desk:
            await desk.press("p", "enter", "7")
            assert "nyt: Koulukatu 19" in desk.text
            assert "Uusikatu 2" in desk.text
            await desk.press("tab", "tab", "tab", "space", "f10")
            assert "Perustelut puuttuvat." in desk.message
            await desk.press("tab")
            await desk.paste("Postinumero 74120 on Iisalmea.")
            await desk.press("f10")
            assert "Muutettu: katuosoite." in desk.message
            await desk.press("9")
            assert "todistus" in desk.text.casefold() or "oikais" in desk.text.casefold()
        with office.register.database.reading() as connection:
            values = get(connection, MAIJA).values
        assert (values.street, values.town) == ("Uusikatu 2", "Iisalmi")
        assert case(office, 1).decision is CaseDecision.PARTLY

    async def test_asked_in_words_alone(self, office: Office) -> None:
        """The handler says which value the words mean; nothing said is nothing decided."""
        received(office, CaseKind.RECTIFICATION)
        async with seated(office) as desk:
            await desk.press("p", "enter", "7", "f10")
            assert "!!" in desk.text
            await desk.press("tab", "tab", "tab", "tab")
            await desk.paste("Uusikatu 2")
            await desk.press("tab", "space", "f10")
            assert "Muutettu: katuosoite." in desk.message
        with office.register.database.reading() as connection:
            assert get(connection, MAIJA).values.street == "Uusikatu 2"


async def test_what_the_person_gave_is_carried_elsewhere(office: Office) -> None:
    """8 on a request for portability: read first, then one encrypted file with its passphrase."""
    with office.register.database.unit_of_work() as uow:
        source = Source(SourceKind.SELF, "kirje")
        changed = customers.change(uow, office.actor, MAIJA, {"street": "Uusikatu 2"}, source, version=1)
        source = Source(SourceKind.AUTHORITY, "ilmoitus")
        customers.change(uow, office.actor, MAIJA, {"town": "Lahti"}, source, version=changed.version)
        uow.commit()
    received(office, CaseKind.PORTABILITY)
    async with seated(office) as desk:
        await desk.press("p", "enter", "8")
        assert "Uusikatu 2" in desk.text
        assert "Jää pois: ei henkilön itse antama" in desk.text
        assert "Lahti" not in desk.text
        await desk.press("enter")
        assert "F10 luovuttaa juuri tämän" in desk.message
        await desk.press("f10")
        assert "Salalause" in desk.message
    assert case(office, 1).decision is CaseDecision.GRANTED


async def test_what_stays_for_bookkeeping_is_a_sealed_copy_and_the_case_says_so(office: Office) -> None:
    """Erased but for the vouchers: the case waits for its day without a word, and every key of it has an answer."""
    lay_invoice(office, MAIJA, state=State.PAID)
    received(office, CaseKind.ERASURE)
    decided(office, 1)
    async with seated(office) as desk:
        await desk.press("p", "enter", "9", "f10", "8")
        assert "Jää sinetöitynä kopiona" in desk.text
        await desk.press("f10", "f10")
        assert "Tositteet säilytetään 31.12.2032 asti" in desk.message
        assert "Maija" not in desk.rows()[0]
        for key in ("2", "3", "f4", "f12", "f7", "f12", "8", "f12", "9"):
            await desk.press(key)
            assert "odottamatonta" not in desk.message, key
        assert "on poistettu henkilön tietojen mukana" in desk.message
        await desk.press("f12", "2")
        assert "31.12.2032" in desk.text
    assert case(office, 1).state is CaseState.WAITING_HOLD
