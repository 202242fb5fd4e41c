"""The statement on the screen: one key on the card, both languages, handing over by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.disclosure.gate import Gate
from core.disclosure.model import transfer_line_table
from core.disclosure.recipients import sync_recipients
from core.disclosure.types import Subject, TransferRequest
from core.messages import LANGUAGES
from core.staff.access_log import accesses_of
from tests.support.gate_house import ACCOUNTANT, Partner
from tests.support.screens import seated

if TYPE_CHECKING:
    from tests.support.office import Office

MAIJA = 3


@pytest.fixture
def disclosed(office: Office) -> Office:
    """An office that has sent Maija Virtanen to the accountant."""
    register = office.register
    with register.database.unit_of_work() as uow:
        sync_recipients(uow, office.actor, {"accountant": ACCOUNTANT})
        uow.commit()
    gate = Gate(register.database, register.keyring, register.log, {"partner": Partner()}.__getitem__)
    request = TransferRequest("accountant", "invoicing", (Subject(MAIJA, "1"),), "test")
    gate.send(office.actor, request)
    register.__dict__["gate"] = gate
    return office


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_key_on_the_card(disclosed: Office, language: str) -> None:
    """F9: the whole statement, its completeness first; F2 shows it in the other language."""
    async with seated(disclosed, language) as desk:
        await desk.press("1")
        await desk.type("maija")
        await desk.press("enter", "f9")
        first, other = {
            "fi": ("Onko tässä kaikki?", "Is this everything?"),
            "en": ("Is this everything?", "Onko tässä kaikki?"),
        }[language]
        assert first in desk.text
        assert "✓" in desk.text
        await desk.press("f2")
        assert other in desk.text
        assert "Tilitoimisto Esimerkki Oy" in desk.text
        await desk.press("f2", "pagedown")
        assert "Koulukatu 19" in desk.text
        await desk.press("end")
        assert "rekisteri@example.fi" in desk.text
        assert max(map(len, desk.rows())) <= 80
    with disclosed.register.database.reading() as connection:
        assert accesses_of(connection, MAIJA)[0].detail == "statement"


async def test_it_is_handed_over_by_keyboard(disclosed: Office) -> None:
    """F10 asks how the person asked, F10 again puts the file into the export folder."""
    folder = disclosed.register.config.files.export_directory
    async with seated(disclosed) as desk:
        await desk.press("1")
        await desk.type("maija")
        await desk.press("enter", "f9", "f10", "f10")
        assert "!!" in desk.text
        assert not list(folder.glob("*"))
        await desk.type("kirje")
        await desk.press("tab", "space", "f10")
        (file,) = folder.iterdir()
        assert file.name in desk.message


async def test_what_does_not_hold_is_said_first(disclosed: Office) -> None:
    """The message line and the beginning of the statement say that it cannot be promised to be everything."""
    with disclosed.register.database.unit_of_work() as uow:
        uow.connection.execute(transfer_line_table.update().values(customer_id=None))
        uow.commit()
    async with seated(disclosed, "en") as desk:
        await desk.press("1")
        await desk.type("maija")
        await desk.press("enter", "f9")
        assert "CANNOT be promised" in desk.message
        assert "bears your mark" in desk.text
