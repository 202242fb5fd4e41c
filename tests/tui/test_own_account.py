"""The task that looks are recorded under, and one's own password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.messages import LANGUAGES
from core.staff import passwords, sign_in
from core.staff.access_log import accesses_of
from core.staff.changes import changes_of
from core.staff.errors import SessionPasswordChanged, WrongCredentials
from tests.support.office import PASSWORD, USER
from tests.support.screens import Desk, assert_screen, seated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.clock import FixedClock
    from tests.support.office import Office

NEW = "neljä sinistä vuorta"
MAIJA = 3


@pytest.fixture(autouse=True)
def _cheap_passwords() -> Iterator[None]:
    with passwords.cheap_for_tests():
        yield


def tasks(office: Office) -> list[str]:
    """Under which tasks Maija was opened, oldest first."""
    with office.register.database.reading() as connection:
        return [look.task for look in reversed(accesses_of(connection, MAIJA))]


async def change(desk: Desk, current: str, new: str, again: str | None = None) -> None:
    """From the menu: the form filled in and sent off."""
    for text in (current, new, new if again is None else again):
        await desk.paste(text)
        await desk.press("enter")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_looks(office: Office, language: str) -> None:
    """Both screens as they are kept in ``snapshots``."""
    async with seated(office, language) as desk:
        await desk.press("f4")
        assert_screen(f"task.{language}", desk)
        await desk.press("f12", "f2")
        assert_screen(f"password.{language}", desk)


class TestTask:
    """Chosen at sign-in, changed by a key, always seen."""

    async def test_chosen_at_sign_in(self, office: Office) -> None:
        """Tab from the password leads to it; looks are recorded under what was chosen."""
        async with seated(office, signed_in=False) as desk:
            await desk.paste(USER)
            await desk.press("enter")
            await desk.paste(PASSWORD)
            await desk.press("tab", "space", "space", "f10")
            assert "laskutus" in desk.rows()[0]
            await desk.press("1")
            await desk.paste("maija")
            await desk.press("enter")
        assert tasks(office) == ["invoicing"]

    async def test_changed_on_the_card(self, office: Office) -> None:
        """The customer who is seen is looked at again, under the new task; row 1 tells it on every screen of looks."""
        async with seated(office) as desk:
            await desk.press("1")
            await desk.paste("maija")
            await desk.press("enter", "f4", "5")
            assert "perintä" in desk.rows()[0]
            assert "perintä" in desk.message
            await desk.press("f4", "5", "f12")
            assert "perintä" in desk.rows()[0]
        assert tasks(office) == ["customer_care", "collection"], "the same again is no new look"

    async def test_an_order_s_own_task_goes_before(self, office: Office) -> None:
        """Choosing whose order it is records order handling, whatever was chosen."""
        async with seated(office) as desk:
            await desk.press("f4", "5", "f6")
            assert "tilausten käsittely" in desk.rows()[0]
            await desk.paste("maija")
            await desk.press("enter")
        assert tasks(office) == ["order_handling"]


class TestPassword:
    """F2 in the menu."""

    async def test_changed(self, office: Office) -> None:
        """The old one is out, another session has ended, this one goes on; nothing of it was ever seen."""
        other = sign_in.sign_in(office.register.database, USER, PASSWORD, origin="elsewhere")
        async with seated(office) as desk:
            await desk.press("f2")
            await desk.paste(PASSWORD)
            assert PASSWORD[:5] not in desk.text
            await desk.press("tab")
            await desk.paste(NEW)
            await desk.press("tab")
            await desk.paste(NEW)
            assert NEW[:5] not in desk.text
            await desk.press("f10")
            assert "✓" in desk.text
            await desk.press("1")
            assert "Aaltonen" in desk.text
        database = office.register.database
        with pytest.raises(SessionPasswordChanged):
            sign_in.check_session(database, other)
        with pytest.raises(WrongCredentials):
            sign_in.sign_in(database, USER, PASSWORD, origin="here")
        with database.reading() as connection:
            assert changes_of(connection, office.actor.staff_id or 0)[-1].change == "password"
            outcomes = [it.outcome for it in sign_in.sign_in_events(connection)]
        assert "confirmed" in outcomes

    async def test_a_passer_by_does_not_get_far(self, office: Office, clock: FixedClock) -> None:
        """A wrong present password is on record and makes the next attempt wait."""
        async with seated(office) as desk:
            await desk.press("f2")
            await change(desk, "arvaus", NEW)
            assert "väärin" in desk.message
            assert desk.app.current.active.current.name == "current"  # type: ignore[union-attr]
            await desk.paste(PASSWORD)
            await desk.press("f10")
            assert "odot" in desk.message.lower()
            clock.advance(60)
            await desk.paste(PASSWORD)
            await desk.press("f10")
            assert "✓" in desk.text

    async def test_a_bad_new_one_is_typed_again(self, office: Office) -> None:
        """Different, too short, of the register's own name: a sentence, and the present one need not be retyped."""
        async with seated(office) as desk:
            await desk.press("f2")
            await change(desk, PASSWORD, NEW, "jotain muuta")
            assert desk.app.current.active.current.name == "password"  # type: ignore[union-attr]
            for bad in ("lyhyt", "asiakasrekisteri on oma"):
                for _ in range(2):
                    await desk.paste(bad)
                    await desk.press("tab")
                await desk.press("f10")
                assert "!!" in desk.text
                assert desk.app.current.active.current.name == "password"  # type: ignore[union-attr]
            for _ in range(2):
                await desk.paste(NEW)
                await desk.press("tab")
            await desk.press("f10")
            assert "✓" in desk.text
