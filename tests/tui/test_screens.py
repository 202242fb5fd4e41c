"""What the screens show, in both languages, and that a day's work can be done with the keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.customers import orders
from core.customers.bans import BanKind, forbid
from core.customers.orders import OrderState
from core.customers.reading import get
from core.customers.restrictions import Ground, restrict
from core.messages import LANGUAGES
from core.staff.access_log import accesses_of
from tests.conftest import THE_MORNING
from tests.support.office import PASSWORD, USER, open_office
from tests.support.screens import assert_screen, seated

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.customers.types import Customer
    from tests.support.office import Office

TODAY = THE_MORNING.date()


def customer(office: Office, customer_id: int) -> Customer:
    """A customer as it stands."""
    with office.register.database.reading() as connection:
        return get(connection, customer_id)


@pytest.mark.parametrize("language", LANGUAGES)
class TestLooks:
    """Each screen as it is kept in ``snapshots``."""

    async def test_sign_in(self, office: Office, language: str) -> None:
        """The first screen says what register this is and that looking is recorded."""
        async with seated(office, language, signed_in=False) as desk:
            assert_screen(f"sign_in.{language}", desk)

    async def test_menu(self, office: Office, language: str) -> None:
        """The main menu is numbered."""
        async with seated(office, language) as desk:
            assert_screen(f"menu.{language}", desk)

    async def test_customers(self, office: Office, language: str) -> None:
        """Customers stand in Finnish name order; a protected address is a word."""
        async with seated(office, language) as desk:
            await desk.press("1")
            assert_screen(f"customers.{language}", desk)

    async def test_card(self, office: Office, language: str) -> None:
        """The card tells each value's source, bans and restriction in words."""
        with office.register.database.unit_of_work() as uow:
            forbid(uow, office.actor, 3, BanKind.DIRECT_MARKETING, origin="kirje", since=TODAY)
            restrict(uow, office.actor, 3, ground=Ground.ACCURACY_CONTESTED, since=TODAY)
            uow.commit()
        async with seated(office, language) as desk:
            await desk.press("1")
            await desk.type("maija")
            await desk.press("enter")
            assert_screen(f"card.{language}", desk)
            await desk.press("5")
            assert_screen(f"card_accesses.{language}", desk)

    async def test_order(self, office: Office, language: str) -> None:
        """Order lines stand in a table with their sums."""
        async with seated(office, language) as desk:
            await desk.press("f6")
            await desk.type("matti")
            await desk.press("enter")
            await desk.type("Huolto")
            await desk.press("tab", "tab", "2", "tab", "1", "2", "comma", "5", "0")
            assert_screen(f"order.{language}", desk)

    async def test_new_customer(self, office: Office, language: str) -> None:
        """A form has a field a row, in the order of an envelope."""
        async with seated(office, language) as desk:
            await desk.press("1", "f6")
            assert_screen(f"new_customer.{language}", desk)

    async def test_log(self, office: Office, language: str) -> None:
        """An empty log is a list with its filters."""
        async with seated(office, language) as desk:
            await desk.press("5")
            assert_screen(f"log.{language}", desk)

    async def test_doubt(self, office: Office, language: str) -> None:
        """Transfers in doubt come with what to do about them."""
        async with seated(office, language) as desk:
            await desk.press("6")
            assert_screen(f"doubt.{language}", desk)

    async def test_credit(self, office: Office, language: str) -> None:
        """The enquiry says that the person decides."""
        async with seated(office, language) as desk:
            await desk.press("1")
            await desk.type("maija")
            await desk.press("enter", "f7")
            assert_screen(f"credit.{language}", desk)

    async def test_help(self, office: Office, language: str) -> None:
        """F1 lists the keys of the screen."""
        async with seated(office, language) as desk:
            await desk.press("1", "f1")
            assert_screen(f"help.{language}", desk)

    async def test_lock(self, office: Office, language: str) -> None:
        """The lock shows nothing of what is below."""
        async with seated(office, language) as desk:
            await desk.press("1")
            await desk.app.lock()
            await desk.settle()
            assert_screen(f"lock.{language}", desk)


class TestSignIn:
    """Getting in, and not."""

    async def test_with_name_and_password(self, office: Office) -> None:
        """Enter after the password leads to the menu."""
        async with seated(office, signed_in=False) as desk:
            await desk.type(USER)
            await desk.press("enter")
            await desk.type(PASSWORD)
            assert PASSWORD not in desk.text
            await desk.press("enter")
            assert "Päävalikko" in desk.text

    async def test_a_wrong_password_leaves_the_name(self, office: Office) -> None:
        """The refusal is a sentence, the password field is empty again, the name is kept."""
        async with seated(office, signed_in=False) as desk:
            await desk.type(USER)
            await desk.press("tab", "x", "f10")
            assert "väärin" in desk.message or "wrong" in desk.message
            assert USER in desk.text
            assert desk.app.current.active is not None

    async def test_language_before_sign_in(self, office: Office) -> None:
        """F2 changes the language and keeps what is typed."""
        async with seated(office, signed_in=False) as desk:
            await desk.type(USER)
            await desk.press("f2")
            assert "Password" in desk.text
            assert USER in desk.text


class TestCustomers:
    """Finding, reading, changing."""

    async def test_search_shows_who_matches(self, office: Office) -> None:
        """A moment after the last letter only those who match are left."""
        async with seated(office) as desk:
            await desk.press("1")
            await desk.type("virtanen")
            await desk.pilot.pause(0.3)
            await desk.settle()
            assert "rivi 1 / 2" in desk.text
            assert "Aaltonen" not in desk.text

    async def test_enter_does_not_wait_for_the_search(self, office: Office) -> None:
        """Enter at once after the last letter opens the one who is meant."""
        async with seated(office) as desk:
            await desk.press("1")
            await desk.type("matti")
            await desk.press("enter")
            assert "Virtanen Matti" in desk.rows()[0]

    async def test_back_is_where_one_was(self, office: Office) -> None:
        """After the card the list stands as it stood."""
        async with seated(office) as desk:
            await desk.press("1", "down", "down", "enter")
            assert "1003 Virtanen Maija" in desk.rows()[0]
            await desk.press("f12")
            assert "rivi 3 / 6" in desk.text

    async def test_opening_is_recorded_with_its_task(self, office: Office) -> None:
        """The access log has who, whom and what for."""
        async with seated(office) as desk:
            await desk.press("1")
            await desk.type("maija")
            await desk.press("enter")
        with office.register.database.reading() as connection:
            (event,) = accesses_of(connection, 3)
        assert (event.staff_name, event.task) == ("Maija Meikäläinen", "customer_care")

    async def test_a_protected_address_is_not_shown(self, office: Office) -> None:
        """Neither list nor card shows it."""
        async with seated(office) as desk:
            await desk.press("1")
            await desk.type("öhman")
            await desk.press("enter")
            assert "Strandvägen" not in desk.text
            assert "(turvakielto)" in desk.text

    async def test_a_change_is_saved(self, office: Office) -> None:
        """Only the changed field is written, with its source."""
        async with seated(office) as desk:
            await desk.press("1")
            await desk.type("maija")
            await desk.press("enter", "f2")
            await desk.type("Marja")
            await desk.press("f10")
            assert customer(office, 3).values.first_name == "Marja"
            assert customer(office, 3).values.last_name == "Virtanen"
            assert "✓" in desk.text

    async def test_an_error_leads_to_its_field(self, office: Office) -> None:
        """The sentence stands on the message line, the cursor on the field, and nothing is retyped."""
        async with seated(office) as desk:
            await desk.press("1", "f6")
            await desk.type("Maija")
            await desk.press("tab")
            await desk.type("Uusi")
            await desk.press("tab", "tab", "1", "f10")
            assert "!!" in desk.text
            assert desk.app.current.active is not None
            assert desk.app.current.active.current.name == "business_id"  # type: ignore[attr-defined]
            assert "Uusi" in desk.text
            await desk.press("backspace", "f10")
            assert customer(office, 7).display_name == "Uusi Maija"

    async def test_unsaved_work_is_not_left_by_one_key(self, office: Office) -> None:
        """The first F12 warns, the second leaves."""
        async with seated(office) as desk:
            await desk.press("1", "f6", "x", "f12")
            assert "Tallentamatta" in desk.text
            await desk.press("f12")
            assert "Uusi asiakas" not in desk.rows()[0]

    async def test_help_over_unsaved_work_does_not_lose_it(self, office: Office) -> None:
        """F3 in the help goes no further than the form that holds something."""
        async with seated(office) as desk:
            await desk.press("1", "f6")
            await desk.type("Maija")
            await desk.press("f1", "f3")
            assert "Uusi asiakas" in desk.rows()[0]
            assert "Maija" in desk.text

    async def test_an_organisation_has_other_fields(self, office: Office) -> None:
        """Choosing the kind changes the form and keeps what both have."""
        async with seated(office) as desk:
            await desk.press("1", "f6", "shift+tab", "space")
            await desk.press("tab")
            await desk.type("Testi Oy")
            await desk.press("f10")
            assert customer(office, 7).display_name == "Testi Oy"


async def test_the_job_on_each_database(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    """Finding a customer, opening the card and taking an order work on SQLite and PostgreSQL alike."""
    office = open_office(tmp_path / "office", clock, {"database.url": database_url})
    office.add(("Virtanen", "Maija"), ("Aalto", "Liisa"))
    async with seated(office) as desk:
        await desk.press("1")
        await desk.type("virt")
        await desk.press("enter")
        assert "Virtanen Maija" in desk.rows()[0]
        await desk.press("f6", "x", "tab", "tab", "tab", "5", "f10")
        assert "1001" in desk.text
        await desk.press("5")
        assert "Maija Meikäläinen" in desk.text
    office.register.close()


class TestOrders:
    """Taking orders."""

    async def test_an_order_from_the_menu(self, office: Office) -> None:
        """Whose, what, saved, and back in the menu with a sentence about it."""
        async with seated(office) as desk:
            await desk.press("f6")
            await desk.type("matti")
            await desk.press("enter")
            await desk.type("Huolto")
            await desk.press("tab", "tab", "3", "tab", "1", "0", "f10")
            assert "Päävalikko" in desk.text
            assert "1001" in desk.message
        with office.register.database.reading() as connection:
            (order,) = orders.orders_of(connection, 4)
        assert (str(order.lines[0].quantity), str(order.total_gross)) == ("3.0000", "37.65")

    async def test_a_bad_price_is_found(self, office: Office) -> None:
        """The cursor goes to the price, the order is not placed."""
        async with seated(office) as desk:
            await desk.press("f6")
            await desk.type("matti")
            await desk.press("enter", "x", "tab", "tab", "tab", "z", "f10")
            assert "!!" in desk.text
            assert desk.app.current.active.current.name == "unit_price_1"  # type: ignore[union-attr]
        with office.register.database.reading() as connection:
            assert orders.orders_of(connection, 4) == []

    async def test_a_row_is_copied(self, office: Office) -> None:
        """F9 fills a row like the one above."""
        async with seated(office) as desk:
            await desk.press("f6")
            await desk.type("matti")
            await desk.press("enter", "x", "tab", "tab", "tab", "5", "down", "f9", "f10")
        with office.register.database.reading() as connection:
            (order,) = orders.orders_of(connection, 4)
        assert [line.product for line in order.lines] == ["x", "x"]

    async def test_a_hang_up_keeps_a_draft(self, office: Office) -> None:
        """What has been typed is a draft order, to be gone on with from the card."""
        async with seated(office) as desk:
            await desk.press("f6")
            await desk.type("matti")
            await desk.press("enter")
            await desk.type("Huolto")
            desk.app.current.keep_draft()
        with office.register.database.reading() as connection:
            (order,) = orders.orders_of(connection, 4)
        assert (order.state, order.lines[0].product) == (OrderState.DRAFT, "Huolto")
        async with seated(office) as desk:
            await desk.press("3", "enter")
            assert "Huolto" in desk.text
            await desk.press("tab", "tab", "tab", "9", "f10")
        with office.register.database.reading() as connection:
            (order,) = orders.orders_of(connection, 4)
        assert order.state is OrderState.PLACED


class TestSession:
    """Locking, ending, language."""

    async def test_an_idle_session_locks_and_the_password_opens_it(
        self, office: Office, clock: FixedClock
    ) -> None:
        """After ten minutes the next action finds the lock; what was below is there again afterwards."""
        async with seated(office) as desk:
            await desk.press("1")
            clock.advance(601)
            await desk.press("down", "enter")
            assert "Lukittu" in desk.rows()[0]
            assert "Aaltonen" not in desk.text
            await desk.press("f12", "f1")
            assert "Lukittu" in desk.rows()[0]
            await desk.type(PASSWORD)
            await desk.press("enter")
            assert "Aaltonen" in desk.text

    async def test_a_session_that_ended_elsewhere_leads_to_sign_in(
        self, office: Office, clock: FixedClock
    ) -> None:
        """After twelve hours the next action says so and asks to sign in."""
        async with seated(office) as desk:
            await desk.press("1")
            clock.advance(13 * 3600)
            await desk.press("f5")
            assert "Salasana" in desk.text
            assert "!!" in desk.text

    async def test_the_language_is_kept_for_the_next_time(self, office: Office) -> None:
        """8 in the menu changes it for this person."""
        async with seated(office) as desk:
            await desk.press("8")
            assert "Main menu" in desk.text
        with office.register.database.reading() as connection:
            from core.staff.members import members

            assert members(connection)[0].language == "en"

    async def test_sign_out(self, office: Office) -> None:
        """9 leads back to the first screen."""
        async with seated(office) as desk:
            await desk.press("9")
            assert "Salasana" in desk.text
            assert desk.app.seat.session is None

    async def test_a_fault_is_a_sentence(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        """An error that nobody foresaw becomes a number to quote; the session goes on."""

        def broken(*_: object) -> object:
            raise ValueError("Virtanen Maija")

        async with seated(office) as desk:
            await desk.press("1")
            monkeypatch.setattr("core.customers.service.get", broken)
            await desk.press("enter")
            assert "vika" in desk.message
            assert "Virtanen" not in desk.message
            monkeypatch.undo()
            await desk.press("enter")
            assert "Aaltonen Elli" in desk.rows()[0]
