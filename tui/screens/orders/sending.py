"""Sending an order to accounting: exactly what would leave, to whom and on what basis; then that, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import invoicing
from core.disclosure.purposes import BASIS_NAMES
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_, tr
from core.text import safe_text
from tui.screens.base import BaseScreen
from tui.screens.words import fields_in_words, named
from tui.widgets.details import Details, Piece, ReadRow, blank, heading, labelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.customers.invoicing import OrderPreview
    from core.disclosure.exits import Payload
    from tui.app import RegisterApp
    from tui.widgets.message_line import Mood

_WIDTH = 76


class SendOrder(BaseScreen):
    """The preview of one order."""

    area = "preview"

    def __init__(self, desk: RegisterApp, order_id: int) -> None:
        super().__init__(desk)
        self.order_id = order_id
        self.details = Details()
        self.shown: OrderPreview

    def heading(self) -> str:
        """Which order, to whom."""
        plan = self.shown.preview.plan
        words = N_("Send order {number} to {recipient}")
        return self.tr(words, number=self.shown.order.number, recipient=plan.recipient.name)

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """What would leave."""
        yield self.details

    async def prepare(self) -> None:
        """Plan and render; refusals keep one where one was."""
        seat = self.desk.seat
        self.shown = invoicing.preview_order(seat.register, seat.actor, self.order_id)
        self.details.show(self._rows())

    def _rows(self) -> list[ReadRow]:
        preview, language = self.shown.preview, self.desk.language
        plan = preview.plan
        rows: list[ReadRow] = [
            blank(),
            labelled(self.tr(N_("Recipient")), f"{plan.recipient.name} ({plan.country})"),
            labelled(self.tr(N_("Purpose")), tr(plan.purpose.name, language)),
            labelled(self.tr(N_("Legal basis")), named(BASIS_NAMES, plan.basis, language)),
            labelled(self.tr(N_("Data")), fields_in_words(plan.fields, language)),
        ]
        for item_id, fields in plan.withheld.items():
            if fields:
                rows.append(labelled(self.tr(N_("Kept back")), f"{item_id}: {', '.join(sorted(fields))}"))
        for payload in preview.payloads:
            rows += [blank(), heading(f"{payload.label} ({payload.media_type}, {len(payload.content)} B)")]
            rows += _content(payload)
        return rows

    async def do_save(self) -> None:
        """F10: let it leave; keys wait until the answer is in the log."""
        seat = self.desk.seat
        recipient = self.shown.preview.plan.recipient.name
        result = await self.desk.hold(
            self.tr(N_("Sending to {recipient}…"), recipient=recipient),
            lambda: invoicing.release_order(seat.register, seat.actor, self.shown),
        )
        await self.desk.back("sent")
        state = tr(STATE_NAMES[result.state], self.desk.language)
        words = N_("Order {order}: {state}. Transfer {number} in the disclosure log.")
        mood: Mood = "done" if result.state is TransferState.DELIVERED else "warning"
        said = self.tr(words, order=self.shown.order.number, state=state, number=result.number)
        reasons = [outcome.message or outcome.code for outcome in result.outcomes.values() if outcome.message]
        self.desk.current.say(f"{said} {' '.join(reasons)}".rstrip(), mood)

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        self.say(self.tr(N_("F10 sends exactly this; F12 goes back and nothing leaves.")))


def _content(payload: Payload) -> list[ReadRow]:
    """The bytes as text, a row for each line, long ones broken."""
    rows: list[ReadRow] = []
    # A line break between tags is for the eyes alone; every character shown is one that leaves.
    text = payload.content.decode("utf-8", errors="replace").replace("><", ">\n<")
    for line in text.split("\n"):
        shown = safe_text(line.rstrip("\r").replace("\t", "  "))
        rows += [(Piece(1, shown[at : at + _WIDTH]),) for at in range(0, max(1, len(shown)), _WIDTH)]
    return rows
