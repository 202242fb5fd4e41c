"""The due list on its screen: looked at, why and when, picked by single keys, approved with reasons."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from core.customers.model import customer_table
from core.customers.reading import get
from core.customers.types import Status
from core.messages import LANGUAGES
from core.rights import reading
from core.rights.erasure.service import complete_due
from core.rights.types import CaseKind, CaseState, Channel
from tests.support.screens import assert_screen, seated
from tests.tui.test_requests import held, received

if TYPE_CHECKING:
    from tests.support.office import Office

LONG_AGO = date(2024, 5, 17)
LASSE, ELLI, MAIJA = 1, 2, 3


def silent(office: Office) -> None:
    """Nobody has heard of Lasse, Elli and Maija for years; there is a dispute with Maija."""
    table = customer_table
    with office.register.database.unit_of_work() as uow:
        chosen = update(table).where(table.c.id.in_([LASSE, ELLI, MAIJA]))
        uow.connection.execute(chosen.values(contact_on=LONG_AGO))
        uow.commit()
    held(office)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_looks(office: Office, language: str) -> None:
    """The screens as they are kept in ``snapshots``; nothing that is told is cut off."""
    silent(office)
    async with seated(office, language) as desk:
        await desk.press("p", "f7")
        assert_screen(f"due_list.{language}", desk)
        await desk.press("end", "enter")
        assert_screen(f"due_why.{language}", desk)
        await desk.press("enter", "2", "f10")
        assert_screen(f"due_approve.{language}", desk)
        assert not [row for row in desk.rows()[1:] if row.endswith("…")]


async def test_picked_approved_and_gone(office: Office) -> None:
    """One is picked and put back, everybody whom nothing holds is picked; without reasons nothing is approved."""
    silent(office)
    async with seated(office) as desk:
        await desk.press("p", "f7", "f10")
        assert "Valitse ensin" in desk.message
        await desk.press("1", "up", "1")
        assert "Valittu: 0." in desk.message
        await desk.press("2")
        assert "Valittu: 2." in desk.message
        await desk.press("f10", "f10")
        assert "!!" in desk.text
        await desk.press("tab")
        await desk.paste("Käyty läpi 23.11., seloste kohta 11.")
        await desk.press("f10")
        assert "Hyväksytty: 2. Jää: 0." in desk.message
        assert "riita" in desk.text
        await desk.press("f12", "2")
        assert "poisto" in desk.text
    with office.register.database.reading() as connection:
        waiting = reading.worklist(connection)
    assert {(one.state, one.channel) for one in waiting} == {(CaseState.WAITING_HOLD, Channel.PERIOD)}
    complete_due(office.register, office.actor)
    with office.register.database.reading() as connection:
        gone = {who: get(connection, who).status is Status.ERASED for who in (LASSE, ELLI, MAIJA)}
    assert gone == {LASSE: True, ELLI: True, MAIJA: False}


async def test_a_hold_is_placed_and_released(office: Office) -> None:
    """Enter on a case says why record by record; F6 holds with reasons, F9 releases; the case sees both."""
    received(office, CaseKind.ERASURE)
    async with seated(office) as desk:
        await desk.press("p", "enter", "enter", "f9")
        assert "Kukaan ei ole asettanut" in desk.message
        await desk.press("f6", "f10")
        assert "!!" in desk.text
        await desk.press("tab", "tab", "tab", "tab")
        await desk.paste("riita kirjan kunnosta")
        await desk.press("f10")
        assert "Pidätys 1 on voimassa." in desk.message
        assert "asiasta on riita" in desk.text
        await desk.press("f12", "3")
        assert "asiasta on riita" in desk.text
        await desk.press("enter", "f9", "tab")
        await desk.paste("sovittu")
        await desk.press("f10", "f12")
        assert "Mikään ei estä poistamista." in desk.text
