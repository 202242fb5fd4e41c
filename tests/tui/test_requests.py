"""The contact person's screens: worklist by last day, receiving, and the steps of a case by single keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.actor import Role
from core.customers import bans
from core.customers.bans import BanKind
from core.messages import LANGUAGES
from core.retention.service import place
from core.retention.types import HoldKind
from core.rights import intake, reading
from core.rights.types import CaseDecision, CaseKind, CaseState, Channel, Identity, Request
from core.staff.service import set_roles
from tests.conftest import THE_MORNING
from tests.support.screens import assert_screen, seated

if TYPE_CHECKING:
    from core.rights.types import Case
    from tests.support.office import Office

TODAY = THE_MORNING.date()
MAIJA, MATTI = 3, 4


def received(office: Office, kind: CaseKind = CaseKind.ACCESS, **values: Any) -> Case:
    """Maija's request of the given kind: a signed letter of today, her identity known."""
    usual: dict[str, Any] = {
        "received_on": TODAY,
        "channel": Channel.LETTER,
        "signed": True,
        "language": "fi",
        "request": Request(name="Maija Virtanen", words="Pyydän saada tietoni."),
        "customer_id": MAIJA,
        "identified_how": "allekirjoitus ja osoite",
    }
    register = office.register
    with register.database.unit_of_work() as uow:
        case = intake.receive(
            uow,
            register.keyring,
            register.config.rights,
            office.actor,
            kind=kind,
            **{**usual, **values},
        )
        uow.commit()
    return case


def unclear(office: Office) -> Case:
    """A request of somebody who is not known."""
    said = Request(name="Matti Virtanen")
    return received(office, request=said, customer_id=None, identified_how="")


def case(office: Office, number: int) -> Case:
    """The case as it is now."""
    with office.register.database.reading() as connection:
        return reading.case(connection, number)


def held(office: Office) -> None:
    """There is a dispute about Maija."""
    with office.register.database.unit_of_work() as uow:
        place(
            uow,
            office.register.keyring,
            office.actor,
            MAIJA,
            HoldKind.DISPUTE,
            reason="riita laskusta",
            law="",
            review_on=TODAY + timedelta(days=90),
        )
        uow.commit()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_looks(office: Office, language: str) -> None:
    """The screens as they are kept in ``snapshots``; nothing that is told is cut off."""
    received(office, received_on=TODAY - timedelta(days=40))
    received(office, CaseKind.ERASURE, received_on=TODAY - timedelta(days=3))
    unclear(office)
    held(office)
    async with seated(office, language) as desk:
        await desk.press("p")
        assert_screen(f"requests.{language}", desk)
        await desk.press("f6", "right", "right")
        assert_screen(f"requests_form.{language}", desk)
        await desk.press("left", "f12", "f12", "down", "enter")
        for key, name in (("", "case"), ("2", "happened"), ("3", "holds"), ("7", "decide")):
            await desk.press(*filter(None, [key]))
            assert_screen(f"requests_{name}.{language}", desk)
            assert not [row for row in desk.rows()[1:] if row.endswith("…")], "nothing is cut off"
        await desk.press("f12", "f12", "down", "enter", "6")
        assert_screen(f"requests_extend.{language}", desk)
        assert not [row for row in desk.rows()[1:] if row.endswith("…")], "nothing is cut off"


class TestWorklist:
    """P in the menu."""

    async def test_what_is_late_stands_first_and_is_said_in_words(self, office: Office) -> None:
        """Late, today, soon: by last day, without colour; the menu tells before anybody asks."""
        received(office, received_on=TODAY - timedelta(days=40))
        received(office)
        async with seated(office) as desk:
            assert "MYÖHÄSSÄ olevia pyyntöjä: 1 (P)." in desk.message
            await desk.press("p")
            late, other = desk.rows()[3:5]
            assert "MYÖHÄSSÄ" in late
            assert "30 päivää" in other
            assert "MYÖHÄSSÄ: 1." in desk.message
            await desk.press("enter")
            assert "! MYÖHÄSSÄ: viimeinen päivä oli" in desk.rows()[1]

    async def test_a_clerk_receives_and_sees_no_case(self, office: Office) -> None:
        """Anybody who serves customers takes a letter in (P17); what it says is the contact person's to read."""
        received(office)
        with office.register.database.unit_of_work() as uow:
            assert office.actor.staff_id is not None
            set_roles(uow, office.actor, office.actor.staff_id, {Role.CLERK, Role.ADMINISTRATOR})
            uow.commit()
        async with seated(office) as desk:
            await desk.press("p")
            assert desk.app.current.area == "request_form"
            await desk.press("tab", "tab", "tab", "tab")
            await desk.paste("Matti Virtanen")
            await desk.press("f10")
            assert desk.app.current.area == "menu"
            assert "Asia 2 on otettu vastaan" in desk.message
        assert case(office, 2).identity is Identity.UNCLEAR


class TestReceiving:
    """F6."""

    async def test_found_by_name_and_in_force_at_once(self, office: Office) -> None:
        """Two of five bans ticked: they hold before anybody has decided, and the case says so."""
        async with seated(office) as desk:
            await desk.press("p", "f6", "left", "left", "tab", "tab", "tab", "x", "tab")
            await desk.paste("Virtanen Matti")
            await desk.press("f4", "enter", "tab")
            await desk.paste("tuttu asiakas tiskillä")
            await desk.press(*["tab"] * 5, "space", "tab", "tab", "space", "f10")
            assert "Asia 1 on otettu vastaan; viimeinen päivä 23.12.2026." in desk.message
            await desk.press("2")
            assert "suoramainonta, suoramarkkinointi" in desk.text
        with office.register.database.reading() as connection:
            found = {ban.kind for ban in bans.bans_of(connection, MATTI)}
        assert found == {BanKind.DIRECT_ADVERTISING, BanKind.DIRECT_MARKETING}
        assert case(office, 1).signed

    async def test_what_is_typed_stays_when_the_kind_changes(self, office: Office) -> None:
        """The fields follow the kind; the name is still there, and the first key twice gives it up."""
        async with seated(office) as desk:
            await desk.press("p", "f6", "down", "down", "down")
            await desk.paste("Maija Virtanen")
            await desk.press("up", "up", "up", "space")
            assert "katuosoite" in desk.text
            assert "Maija Virtanen" in desk.text
            await desk.press("space")
            assert "katuosoite" not in desk.text
            await desk.press("f12")
            assert "Tallentamatta" in desk.message
            await desk.press("f12")
            assert desk.app.current.area == "requests"

    async def test_what_is_wrong_is_pointed_at(self, office: Office) -> None:
        """No such customer, a day to come, nobody named: a sentence each, nothing stored or lost."""
        async with seated(office) as desk:
            await desk.press("p", "f6", "f10")
            assert "!!" in desk.text
            await desk.press("down", "down", "down")
            await desk.paste("Maija")
            await desk.press("down")
            await desk.paste("9999")
            await desk.press("f10")
            assert desk.app.current.active.current.name == "customer"  # type: ignore[union-attr]
            await desk.press("ctrl+u", "up", "up", "up")
            await desk.paste("24.12.2026")
            await desk.press("f10")
            assert "!!" in desk.text
        with office.register.database.reading() as connection:
            assert reading.worklist(connection) == []

    async def test_values_to_be_rectified_are_named(self, office: Office) -> None:
        """What should stand in the register is part of the request."""
        async with seated(office) as desk:
            await desk.press("p", "f6", "space", "down", "down", "down")
            await desk.paste("Maija Virtanen")
            await desk.press(*["down"] * 9)
            await desk.paste("Uusikatu 2")
            await desk.press("f10")
            assert "katuosoite: Uusikatu 2" in desk.text


class TestSteps:
    """Digits on the case."""

    async def test_the_clock_stops_until_the_person_is_known(self, office: Office) -> None:
        """5 stops it with what was asked, 5 again lets it go on, 4 says who it is."""
        unclear(office)
        async with seated(office) as desk:
            await desk.press("p", "enter")
            assert "4 Henkilöllisyys  5 Aika  6 Lisäaika  7 Ratkaise" in desk.text
            await desk.press("5", "f10")
            assert "!!" in desk.text
            await desk.paste("Mikä osoitteesi oli viime vuonna?")
            await desk.press("f10")
            assert case(office, 1).state is CaseState.WAITING_IDENTITY
            assert "Aika on pysäytetty" in desk.rows()[1]
            await desk.press("5")
            assert "Aika jatkuu; viimeinen päivä 23.12.2026." in desk.message
            await desk.press("4", "f4", "enter")
            await desk.paste("vastasi oikein")
            await desk.press("f10")
            found = case(office, 1)
            assert (found.identity, found.customer_id) == (Identity.CONFIRMED, MATTI)
            assert "4 Henkilöllisyys" not in desk.text

    async def test_the_time_is_extended_once(self, office: Office) -> None:
        """6 is in the bar of a case that is due, and gone when it has been used; reasons are read whole."""
        received(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "6", "tab")
            reasons = "Tietoja on viidessä järjestelmässä, ja osa on paperilla vanhassa arkistossa Oulussa."
            await desk.paste(reasons)
            read = " ".join(row.strip() for row in desk.rows()[7:10])
            assert reasons in read
            await desk.press("f10")
            assert "viimeinen päivä 23.2.2027" in desk.message
            assert "6 Lisäaika" not in desk.text
        assert case(office, 1).extended_on == TODAY

    async def test_decided_answered_closed(self, office: Office) -> None:
        """A refusal needs reasons; nothing is closed unanswered; what has ended takes comments alone."""
        received(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "0", "f10")
            assert desk.app.current.area == "request", "neither is offered yet"
            await desk.press("7", "space", "space", "f10")
            assert "Perustelut puuttuvat." in desk.message
            await desk.press("tab")
            await desk.paste("Sama pyyntö kolmannen kerran tässä kuussa.")
            await desk.press("f10", "f10", "f10")
            assert "Kirjoita, miten" in desk.message
            await desk.paste("kirjeellä")
            await desk.press("f10", "0")
            assert "Asia 1 on suljettu." in desk.message
            await desk.press("f2")
            await desk.paste("kiitti soittamalla")
            await desk.press("f10", "2")
            assert "kiitti soittamalla" in desk.text
            await desk.press("f12", "3")
            assert "Maija Virtanen" in desk.text
        found = case(office, 1)
        assert (found.state, found.decision) == (CaseState.CLOSED, CaseDecision.REFUSED)

    async def test_withdrawn(self, office: Office) -> None:
        """The person takes it back; how we know is kept."""
        received(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "f9")
            await desk.paste("soitti itse")
            await desk.press("f10")
            assert "Asia 1 on peruttu." in desk.message
        assert case(office, 1).state is CaseState.WITHDRAWN

    async def test_nothing_is_held(self, office: Office) -> None:
        """Somebody whom the register does not know is answered too: that is what the form proposes."""
        unclear(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "7")
            assert "henkilöstä ei ole" in desk.text
            await desk.press("f10")
        assert case(office, 1).decision is CaseDecision.NOTHING_HELD

    async def test_somebody_was_quicker(self, office: Office) -> None:
        """What was decided on another version is refused; what was typed stays."""
        received(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "7")
            with office.register.database.unit_of_work() as uow:
                intake.identify(
                    uow,
                    office.register.keyring,
                    office.register.config.rights,
                    office.actor,
                    1,
                    customer_id=MAIJA,
                    how="soitti",
                    version=1,
                )
                uow.commit()
            await desk.press("f10")
            assert "!!" in desk.text
            assert desk.app.current.area == "request_step"

    async def test_what_prevents_erasure_is_told_before_deciding(self, office: Office) -> None:
        """The third view says why and until when; the form says that it is done by itself later."""
        received(office, CaseKind.ERASURE)
        held(office)
        async with seated(office) as desk:
            await desk.press("p", "enter", "3")
            assert "Estää kaiken" in desk.text
            assert "asiasta on riita" in desk.text
            await desk.press("7")
            assert "Jokin estää sen nyt (3)" in desk.text
            await desk.press("f10", "f10")
            await desk.paste("kirjeellä")
            await desk.press("f10")
            assert "0 Sulje" not in desk.text, "an erasure ends when it is proved"
        assert case(office, 1).decision is CaseDecision.GRANTED
