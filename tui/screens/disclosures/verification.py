"""What the verification of the log has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from tui.screens.base import BaseScreen
from tui.widgets.details import Details, blank, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.log.findings import VerifyReport
    from tui.app import RegisterApp


class VerificationScreen(BaseScreen):
    """The report in words, and the log's own key, by which outsiders verify the same."""

    area = "report"

    def __init__(self, desk: RegisterApp, report: VerifyReport) -> None:
        super().__init__(desk)
        rows = [blank()]
        for sentence in report.sentences(desk.language):
            rows += paragraph(sentence)
        rows += [
            blank(),
            *paragraph(self.tr(N_("Outsiders verify the same with this key: {vkey}"), vkey=report.vkey)),
        ]
        self.details = Details(rows)
        if report.verified:
            self.say(self.tr(N_("The log is verified.")), "done")
        else:
            self.say(
                self.tr(N_("The log does NOT verify. Nothing may leave until this is cleared up.")), "error"
            )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Verification"))

    @property
    def active(self) -> Details:
        """The report scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The report."""
        yield self.details

    async def do_enter(self) -> None:
        """Enter: back."""
        await self.desk.back()
