"""Asking an update service about a selection of customers: which, then exactly what would leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from core.updates.selection import Criteria, plan_selection
from tui.screens.base import BaseScreen
from tui.screens.disclosures.preview import TransferPreview
from tui.screens.words import parse_number
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.types import Preview, TransferResult
    from tui.app import RegisterApp

_COLUMN = 30


class ChooseSelection(BaseScreen):
    """Service and selection; who may not be asked about is left out by the gate."""

    area = "selection"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        services = tuple((name, name) for name in desk.seat.register.config.updates)
        self.form = Form(
            [
                Field("service", self.tr(N_("Service")), 3, _COLUMN, kind="choice", choices=services),
                Field("postcode", self.tr(N_("Postcode begins with")), 5, _COLUMN, 6, max_length=5),
                Field("limit", self.tr(N_("At most, persons")), 7, _COLUMN, 8, max_length=7),
            ],
            {"service": services[0][0] if services else ""},
            notes=[Note(1, self.tr(N_("Empty fields mean everybody whose address may be asked about.")))],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Ask about addresses"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    async def do_save(self) -> None:
        """F10: plan and render, then the preview."""
        values, seat = self.form.values(), self.desk.seat
        limit = int(parse_number(values["limit"], "limit")) if values["limit"] else None
        criteria = Criteria(postcode=values["postcode"] or None, limit=limit)
        preview = await self.desk.hold(
            self.tr(N_("Choosing…")),
            lambda: plan_selection(seat.register, seat.actor, values["service"], criteria),
        )
        await self.desk.open(SendSelection(self.desk, preview))

    async def returned(self, result: object) -> None:
        """What has been sent leads back to the list of answers."""
        if result is not None:
            await self.desk.back(result)


class SendSelection(TransferPreview):
    """The file that would leave."""

    def __init__(self, desk: RegisterApp, preview: Preview) -> None:
        super().__init__(desk)
        self.show_preview(preview)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Send to the service"))

    def release(self) -> TransferResult:
        """Let it leave."""
        seat = self.desk.seat
        return seat.register.gate.release(seat.actor, self.preview)
