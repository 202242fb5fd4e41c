"""Whoever holds the data is told: after a rectification, and before an erasure (Article 19), without leaving the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.reading import get
from core.customers.types import Status
from core.notices import service as notices
from core.notices.service import NoticeFilter
from core.notices.types import Cause, NoticeState
from core.rights.types import CaseKind, CaseState, Request
from tests.support.collector import give_to_collector
from tests.support.screens import seated
from tests.tui.test_requests import MAIJA, case, received

if TYPE_CHECKING:
    from tests.support.office import Office
    from tests.support.screens import Desk


async def printed(desk: Desk) -> None:
    """From the list of recipients: the collector's letter, looked at and made."""
    assert "collector" in desk.text
    await desk.press("f7")
    assert "Perintä Oy" in desk.text
    await desk.press("f10")
    assert "Tulostettava ja postitettava" in desk.message


def told(office: Office) -> list[tuple[Cause, NoticeState]]:
    """What the collector was told, and what it said."""
    with office.register.database.reading() as connection:
        found = notices.page(connection, NoticeFilter(states=None, customer_id=MAIJA))
    return [(one.cause, one.state) for one in found]


async def test_a_rectified_value_is_told_and_acknowledged(office: Office) -> None:
    """Decided, printed and acknowledged by the keys of the case and of the list that it leads to."""
    give_to_collector(office, MAIJA)
    received(
        office,
        CaseKind.RECTIFICATION,
        request=Request(name="Maija Virtanen", values={"street": "Uusikatu 2"}),
    )
    async with seated(office) as desk:
        await desk.press("p", "enter", "7", "f10")
        assert "ilmoituksia: 1 (F8)" in desk.message
        await desk.press("f8")
        await printed(desk)
        await desk.press("2", "f9")
        await desk.paste("puhelu 23.11., Pekka")
        await desk.press("f10", "f12", "2")
        assert "ilmoitukset 1" in desk.text
    assert told(office) == [(Cause.RECTIFICATION, NoticeState.ACKNOWLEDGED)]


async def test_nobody_is_erased_before_recipients_are_told(office: Office) -> None:
    """Refused naming whom; F7 makes the notice, F8 prints it, and the same keys then erase."""
    give_to_collector(office, MAIJA)
    received(office, CaseKind.ERASURE)
    async with seated(office) as desk:
        await desk.press("p", "enter", "7", "f10", "9", "f10", "8")
        assert "collector" in desk.text
        await desk.press("f10", "f10")
        assert "collector" in desk.message, "nobody has made the notices yet"
        await desk.press("f7")
        assert "Ilmoituksia tehty: 1." in desk.message
        await desk.press("f10", "f10")
        assert "!!" in desk.text
        assert "collector" in desk.message
        await desk.press("f8")
        await printed(desk)
        await desk.press("f12", "f10", "f10")
        assert "Poistettu ja tarkistettu" in desk.message
    assert case(office, 1).state is CaseState.CLOSED
    with office.register.database.reading() as connection:
        assert get(connection, MAIJA).status is Status.ERASED
