"""7 on the card: a restriction is cleared once when the customer was told, and again to lift it (Article 18(3))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import restrictions
from core.customers.restrictions import Ground
from tests.conftest import THE_MORNING
from tests.support.screens import seated
from tests.tui.test_standing import MAIJA, card

if TYPE_CHECKING:
    from tests.support.office import Office

TODAY = THE_MORNING.date()


async def test_it_is_told_first(office: Office) -> None:
    """The first clearing writes down how the customer was told and lifts nothing; the second lifts."""
    with office.register.database.unit_of_work() as uow:
        restrictions.restrict(
            uow, office.actor, MAIJA, ground=Ground.ACCURACY_CONTESTED, since=TODAY, detail="osoite"
        )
        uow.commit()
    async with seated(office) as desk:
        await card(desk, "7", "space", "shift+tab")
        await desk.paste("kirje 23.11.")
        await desk.press("f10")
        assert "Etukäteen ilmoittaminen kirjattu" in desk.message
        assert "RAJOITETTU" in desk.rows()[1]
        await desk.press("7", "space", "shift+tab")
        await desk.paste("osoite oli oikein")
        await desk.press("f10")
        assert "RAJOITETTU" not in desk.rows()[1]
    with office.register.database.reading() as connection:
        (known,) = restrictions.restrictions_of(connection, MAIJA)
    assert (known.told_on, known.lifted_on, known.lifted_reason) == (TODAY, TODAY, "osoite oli oikein")
