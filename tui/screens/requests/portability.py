"""What a person has given us, for another controller's program (Article 20): read here, then handed over as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.words import FIELD_NAMES, SOURCE_NAMES
from core.messages import N_, tr
from core.rights.portability import service
from tui.screens.read_screen import ReadScreen
from tui.screens.requests.handed import handed_over
from tui.screens.words import named
from tui.widgets.details import blank, heading, labelled, paragraph

if TYPE_CHECKING:
    from core.rights.portability.form import Portable
    from core.rights.portability.service import Carried
    from core.rights.types import Case
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow


class PortabilityScreen(ReadScreen):
    """Making it is a look at the person; F10 hands over exactly what is shown."""

    area = "request_portability"

    def __init__(self, desk: RegisterApp, case: Case) -> None:
        super().__init__(desk)
        self.case = case
        self.carried: Carried

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Data to be moved"))

    async def prepare(self) -> None:
        """Make it."""
        seat = self.desk.seat
        self.carried = await self.desk.hold(
            self.tr(N_("Gathering everything about the person…")),
            lambda: service.make(seat.register, seat.actor, self.case.number),
        )
        self.details.show(portable_rows(self.carried.portable, self.desk.language))

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        self.say(self.tr(N_("F10 hands over exactly this; F12 goes back and nothing leaves.")))

    async def do_save(self) -> None:
        """F10: one encrypted file."""
        from integrations.typesetter import Typst

        seat = self.desk.seat
        given = await self.desk.hold(
            self.tr(N_("Making the package and putting it into the export folder…")),
            lambda: service.hand_over(seat.register, Typst(), seat.actor, self.carried),
        )
        await handed_over(self.desk, given)


def portable_rows(found: Portable, language: str) -> list[ReadRow]:
    """Each value that the person has given, how many orders, and what was not given and stays here."""
    rows: list[ReadRow] = [blank(), heading(tr(N_("Given by the person"), language))]
    for name in found.given:
        value = getattr(found.customer, name, None)
        rows.append(labelled(named(FIELD_NAMES, name, language), str(value or "–"), at=24))
    lines = sum(len(order.lines) for order in found.orders)
    words = tr(N_("{orders} orders with {rows} rows"), language, orders=len(found.orders), rows=lines)
    rows += [blank(), *paragraph(words)]
    if found.left_out:
        rows += [blank(), heading(tr(N_("Left out: not given by the person"), language))]
        for left in found.left_out:
            source = named(SOURCE_NAMES, left.source, language)
            rows.append(labelled(named(FIELD_NAMES, left.field, language), source, at=24))
    return rows
