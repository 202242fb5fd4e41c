"""The worklist by keyboard: look, print, acknowledge, dismiss; in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.customers import service
from core.customers.types import Source, SourceKind
from core.messages import LANGUAGES
from tests.support.collector import give_to_collector
from tests.support.screens import assert_screen, seated

if TYPE_CHECKING:
    from tests.support.office import Office


@pytest.fixture
def moved(office: Office) -> Office:
    """Two people whose old addresses the collector has."""
    give_to_collector(office, 1, 2)
    register = office.register
    for who in (1, 2):
        with register.database.unit_of_work() as uow:
            version = service.get(uow.connection, who).version
            changes = {"street": "Haapakuja 2"}
            service.change(uow, office.actor, who, changes, Source(SourceKind.STAFF), version=version)
            uow.commit()
    return office


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_worklist(moved: Office, language: str) -> None:
    """F8 in the disclosure log leads here; the list says who is to be told of whom, and by when."""
    async with seated(moved, language) as desk:
        await desk.press("5", "f8")
        assert_screen(f"notices.{language}", desk)


async def test_a_letter_is_printed_and_acknowledged(moved: Office) -> None:
    """F7 shows the letter, F10 makes it; F9 records the answer."""
    async with seated(moved, "en") as desk:
        await desk.press("5", "f8", "f7")
        assert "Perintä Oy" in desk.text
        await desk.press("f10")
        assert "To be printed and posted: notice-change-" in desk.message
        await desk.press("2")
        assert "collector" in desk.text
        await desk.press("f9")
        await desk.type("call, Pekka")
        await desk.press("f10")
        assert "Recorded." in desk.message
        await desk.press("4", "enter")
        assert "call, Pekka" in desk.text


async def test_not_needed_wants_a_reason(moved: Office) -> None:
    """An empty reason stays on the form."""
    async with seated(moved, "en") as desk:
        await desk.press("5", "f8", "f2", "f10")
        assert "It was not said how or why." in desk.message
        await desk.type("closed down")
        await desk.press("f10", "4")
        assert "not needed" in desk.text
