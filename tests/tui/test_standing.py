"""What may be done with a customer, by single keys on the card; and that the card says it first of all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from core.actor import Role
from core.customers import bans, restrictions, service
from core.customers.bans import BanKind
from core.customers.reading import get
from core.customers.restrictions import Ground
from core.customers.sealed import set_iban, values_of
from core.customers.types import Source, SourceKind, Status
from core.messages import LANGUAGES
from core.staff.access_log import accesses_of
from core.staff.service import set_roles
from tests.conftest import THE_MORNING
from tests.support.screens import Desk, assert_screen, seated
from tui.screens.customers.details import Facts, read_facts
from tui.screens.customers.standing import standing_words

if TYPE_CHECKING:
    from tests.support.office import Office

TODAY = THE_MORNING.date()
MAIJA = 3
IBAN = "FI2112345600000785"


async def card(desk: Desk, *keys: str) -> None:
    """Maija's card, and *keys* on it."""
    await desk.press("1")
    await desk.type("maija")
    await desk.press("enter", *keys)


def banned(office: Office) -> dict[BanKind, str]:
    """Maija's bans in force and their origins."""
    with office.register.database.reading() as connection:
        found = bans.bans_of(connection, MAIJA)
    return {ban.kind: ban.origin for ban in found if ban.lifted_on is None}


def give_account(office: Office) -> None:
    """Maija has a bank account."""
    with office.register.database.unit_of_work() as uow:
        source = Source(SourceKind.SELF, "kirje")
        set_iban(uow, office.register.keyring, office.actor, MAIJA, IBAN, source=source)
        uow.commit()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_looks(office: Office, language: str) -> None:
    """The small forms as they are kept in ``snapshots``."""
    give_account(office)
    with office.register.database.unit_of_work() as uow:
        origin = "kirje 20.11."
        bans.forbid(uow, office.actor, MAIJA, BanKind.DIRECT_MARKETING, origin=origin, since=TODAY)
        restrictions.restrict(uow, office.actor, MAIJA, ground=Ground.LEGAL_CLAIM, since=TODAY)
        uow.commit()
    async with seated(office, language) as desk:
        await card(desk)
        for key, name in (
            ("6", "bans"),
            ("7", "restriction"),
            ("8", "protection"),
            ("9", "account"),
            ("0", "ending"),
        ):
            await desk.press(key)
            assert_screen(f"standing_{name}.{language}", desk)
            assert not [row for row in desk.rows()[1:] if row.endswith("…")], "nothing is cut off"
            await desk.press("f12")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_row_has_room_for_everything_at_once(office: Office, language: str) -> None:
    """Restricted, protected, ended, every ban: seen whole in eighty columns; one ban is named."""
    seat_facts = _facts(office)
    words = standing_words(seat_facts, language)
    assert cell_len(words) <= 77
    for told in {
        "fi": ("RAJOITETTU", "TURVAKIELTO", "PÄÄTTYNYT", "7"),
        "en": ("RESTRICTED", "PROTECTED", "ENDED", "7"),
    }[language]:
        assert told in words


def _facts(office: Office) -> Facts:
    from dataclasses import replace

    from tui.session.seat import Seat

    with office.register.database.unit_of_work() as uow:
        for kind in BanKind:
            bans.forbid(uow, office.actor, MAIJA, kind, origin="kirje", since=TODAY)
        restrictions.restrict(uow, office.actor, MAIJA, ground=Ground.UNLAWFUL, since=TODAY)
        customer = get(uow.connection, MAIJA)
        uow.commit()
    customer = replace(customer, protected_address=True, status=Status.ENDED, ended_on=TODAY)
    return read_facts(Seat(office.register, origin="test"), customer)


class TestBans:
    """6."""

    async def test_set_together_and_lifted_singly(self, office: Office) -> None:
        """Two ticks, one origin; the card says both first of all; clearing one lifts that one alone."""
        async with seated(office) as desk:
            await card(desk, "6", "space", "down", "down", "down", "space", "shift+tab")
            await desk.press(*["tab"] * 6)
            await desk.paste("kirje 20.11.")
            await desk.press("f10")
            assert "ON KIELTÄNYT: julkaiseminen luetteloissa, suoramarkkinointi" in desk.rows()[1]
            assert "✓" in desk.text
            assert banned(office) == dict.fromkeys(
                (BanKind.PUBLICATION, BanKind.DIRECT_MARKETING), "kirje 20.11."
            )
            await desk.press("6", "space", "shift+tab")
            await desk.paste("soitti, saa taas")
            await desk.press("f10")
        assert list(banned(office)) == [BanKind.DIRECT_MARKETING]
        with office.register.database.reading() as connection:
            lifted = next(ban for ban in bans.bans_of(connection, MAIJA) if ban.lifted_on)
        assert (lifted.lifted_reason, lifted.lifted_by) == ("soitti, saa taas", "Maija Meikäläinen")

    async def test_what_is_missing_is_pointed_at(self, office: Office) -> None:
        """No tick, no origin, a day to come: a sentence each, the cursor on the field, nothing stored or lost."""
        async with seated(office) as desk:
            await card(desk, "6", "f10")
            assert "välilyönti" in desk.message
            await desk.press("space", "f10")
            assert desk.app.current.active.current.name == "detail"  # type: ignore[union-attr]
            await desk.paste("kirje")
            await desk.press("shift+tab", "ctrl+u")
            tomorrow = TODAY + timedelta(days=1)
            await desk.paste(f"{tomorrow.day}.{tomorrow.month}.{tomorrow.year}")
            await desk.press("f10")
            assert desk.app.current.active.current.name == "day"  # type: ignore[union-attr]
            assert banned(office) == {}
            await desk.press("f12")
            assert "Tallentamatta" in desk.message
            await desk.press("ctrl+u")
            await desk.paste("1.11.2026")
            await desk.press("f10")
        with office.register.database.reading() as connection:
            (ban,) = bans.bans_of(connection, MAIJA)
        assert (ban.since, ban.origin) == (date(2026, 11, 1), "kirje")

    async def test_a_ban_set_meanwhile_is_not_set_twice(self, office: Office) -> None:
        """A colleague was quicker: a sentence says since when, and what was typed stays."""
        async with seated(office) as desk:
            await card(desk, "6", "space", "shift+tab")
            await desk.paste("kirje")
            with office.register.database.unit_of_work() as uow:
                bans.forbid(uow, office.actor, MAIJA, BanKind.PUBLICATION, origin="x", since=TODAY)
                uow.commit()
            await desk.press("f10")
            assert "!!" in desk.text
            assert "kirje" in desk.text


class TestRestriction:
    """7."""

    async def test_restricted_and_lifted(self, office: Office) -> None:
        """The ground and what is contested are on the card; lifting says how the customer was told."""
        async with seated(office) as desk:
            await card(desk, "7", "space", "shift+tab")
            await desk.paste("osoite")
            await desk.press("f10")
            assert "KÄSITTELY RAJOITETTU" in desk.rows()[1]
            assert "tietojen paikkansapitävyys kiistetty: osoite" in desk.text
            await desk.press("5")
            assert "KÄSITTELY RAJOITETTU" in desk.rows()[1], "whatever view is seen"
            await desk.press("7", "space", "shift+tab")
            await desk.paste("kirjeellä 23.11.")
            await desk.press("f10")
            assert "KÄSITTELY RAJOITETTU" in desk.rows()[1], "telling the customer comes first"
            await desk.press("7", "space", "shift+tab")
            await desk.paste("osoite oli oikein")
            await desk.press("f10")
            assert "Ei kieltoja" in desk.rows()[1]

    async def test_lifting_is_for_the_contact_person(self, office: Office) -> None:
        """A clerk restricts; to lift is refused in words, and the form stays as it was."""
        with office.register.database.unit_of_work() as uow:
            assert office.actor.staff_id is not None
            set_roles(uow, office.actor, office.actor.staff_id, {Role.CLERK, Role.ADMINISTRATOR})
            restrictions.restrict(uow, office.actor, MAIJA, ground=Ground.ACCURACY_CONTESTED, since=TODAY)
            uow.commit()
        async with seated(office) as desk:
            await card(desk, "7", "space", "shift+tab")
            await desk.paste("soitettu")
            await desk.press("f10", "7", "space", "shift+tab")
            await desk.paste("osoite oli oikein")
            await desk.press("f10")
            assert "!!" in desk.text
            assert "osoite oli oikein" in desk.text
        with office.register.database.reading() as connection:
            assert restrictions.restricted_many(connection, [MAIJA]) == {MAIJA}

    async def test_a_reviewer_is_offered_none_of_it(self, office: Office) -> None:
        """Who may not change a customer does not see the digits, and they do nothing."""
        with office.register.database.unit_of_work() as uow:
            assert office.actor.staff_id is not None
            set_roles(uow, office.actor, office.actor.staff_id, {Role.REVIEWER, Role.ADMINISTRATOR})
            uow.commit()
        async with seated(office) as desk:
            await card(desk)
            assert "6 Kiellot" not in desk.text
            await desk.press("6", "7", "8", "9", "0")
            assert "Virtanen Maija" in desk.rows()[0]
            assert desk.app.current.area == "card"


class TestProtection:
    """8."""

    async def test_on_and_off(self, office: Office) -> None:
        """The address disappears from the card and comes back; whose word it was is in the history."""
        async with seated(office) as desk:
            await card(desk)
            assert "Koulukatu 19" in desk.text
            await desk.press("8", "space", "tab", "space", "space", "tab")
            await desk.paste("viranomaisen päätös 5")
            await desk.press("f10")
            assert "TURVAKIELTO" in desk.rows()[1]
            assert "Koulukatu 19" not in desk.text
            await desk.press("8", "space", "f10")
            assert desk.app.current.active.current.name == "source_detail"  # type: ignore[union-attr]
            await desk.paste("päättynyt")
            await desk.press("f10")
            assert "Koulukatu 19" in desk.text


class TestBankAccount:
    """9."""

    async def test_shown_whole_only_by_a_recorded_look(self, office: Office) -> None:
        """Masked until F7; then the access log has the look with its task before a character is seen."""
        give_account(office)
        async with seated(office) as desk:
            await card(desk, "9")
            assert IBAN not in desk.text
            await desk.press("f7")
            assert IBAN in desk.text
            with office.register.database.reading() as connection:
                look = accesses_of(connection, MAIJA)[0]
            assert (look.task, look.detail) == ("customer_care", "iban")
            await desk.press("f7")
            assert IBAN not in desk.text
            await desk.press("f12")
            assert IBAN not in desk.text

    async def test_set_and_taken_away(self, office: Office) -> None:
        """A wrong one goes to its field; a right one is masked on the card; taking away needs its tick."""
        async with seated(office) as desk:
            await card(desk, "9", "f10")
            assert "!!" in desk.text
            await desk.paste("FI21 1234 5600 0007 86")
            await desk.press("f10")
            assert desk.app.current.active.current.name == "iban"  # type: ignore[union-attr]
            await desk.press("ctrl+u")
            await desk.paste("FI21 1234 5600 0007 85")
            await desk.press("f10")
            assert "FI21 **** … 785" in desk.text
            await desk.press("9", "tab", "space", "f10")
            assert "FI21" not in desk.text
        with office.register.database.reading() as connection:
            assert values_of(connection, office.register.keyring, [MAIJA], "iban").get(MAIJA) is None


class TestEnding:
    """0."""

    async def test_ended_and_begun_anew(self, office: Office) -> None:
        """The card says it first; no order is taken; the same key begins it anew."""
        async with seated(office) as desk:
            await card(desk, "0", "f10")
            assert "ASIAKKUUS PÄÄTTYNYT" in desk.rows()[1]
            with office.register.database.reading() as connection:
                ended = get(connection, MAIJA)
            assert (ended.status, ended.ended_on) == (Status.ENDED, TODAY)
            await desk.press("f6")
            await desk.paste("x")
            await desk.press("tab", "tab", "tab", "5", "f10")
            assert "!!" in desk.text
            await desk.press("f12", "f12", "0")
            assert "päättyi 23.11.2026" in desk.text
            await desk.press("f10")
            assert "Ei kieltoja" in desk.rows()[1]

    async def test_somebody_changed_the_customer_meanwhile(self, office: Office) -> None:
        """What was decided on another version is refused, and says who."""
        async with seated(office) as desk:
            await card(desk, "0")
            with office.register.database.unit_of_work() as uow:
                service.change(
                    uow, office.actor, MAIJA, {"town": "Kemi"}, Source(SourceKind.STAFF), version=1
                )
                uow.commit()
            await desk.press("f10")
            assert "Maija Meikäläinen" in desk.message


async def test_a_long_origin_is_read_whole(office: Office) -> None:
    """How a ban reached us goes on in the rows below; nothing of it or of the ban's name is cut off."""
    origin = "kirje 20. marraskuuta, allekirjoitettu, asiakirjakansio 4 sivu 17"
    with office.register.database.unit_of_work() as uow:
        bans.forbid(uow, office.actor, MAIJA, BanKind.PUBLICATION, origin=origin, since=TODAY)
        uow.commit()
    async with seated(office) as desk:
        await card(desk)
        assert "julkaiseminen luetteloissa" in desk.text
        assert origin in " ".join(row[40:].strip() for row in desk.rows()[3:7]).replace("  ", " ")
