"""What came of an export: its transfer, how many, and where the file lies until when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.disclosure.types import STATE_NAMES, TransferState
from core.documents.words import form_name
from core.messages import N_, tr
from integrations.words import in_words
from tui.screens.base import BaseScreen
from tui.screens.words import day
from tui.widgets.details import Details, blank, labelled, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.types import Preview, TransferResult
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow


class ExportResult(BaseScreen):
    """Read once; the log has it for good."""

    area = "export_result"

    def __init__(self, desk: RegisterApp, preview: Preview, result: TransferResult) -> None:
        super().__init__(desk)
        self.preview = preview
        self.result = result
        self.details = Details(self._rows())

    def heading(self) -> str:
        """The number of the transfer."""
        return self.tr(N_("Transfer {number}"), number=self.result.number)

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """What came of it."""
        yield self.details

    async def prepare(self) -> None:
        """Say in a word how it went."""
        delivered = self.result.state is TransferState.DELIVERED
        words = N_("Transfer {number}: {state}.")
        state = tr(STATE_NAMES[self.result.state], self.desk.language)
        self.say(self.tr(words, number=self.result.number, state=state), "done" if delivered else "warning")

    def _rows(self) -> list[ReadRow]:
        result, plan, language = self.result, self.preview.plan, self.desk.language
        rows: list[ReadRow] = [
            blank(),
            labelled(self.tr(N_("What")), form_name(plan.request.form or "", language)),
            labelled(self.tr(N_("Recipient")), plan.recipient.name),
            labelled(self.tr(N_("Purpose")), tr(plan.purpose.name, language)),
            labelled(self.tr(N_("State")), tr(STATE_NAMES[result.state], language)),
            labelled(self.tr(N_("Persons")), str(len(result.outcomes))),
            labelled(self.tr(N_("Left out")), str(len(result.left_out))),
            labelled(self.tr(N_("Place in the log")), str(result.number)),
        ]
        for code in sorted({one.code for one in result.outcomes.values() if one.code}):
            rows += paragraph(in_words(code, language))
        if not result.signed:
            words = N_(
                "The outcome is in the log, which could not be signed after it: see rekisteri log verify."
            )
            rows += [blank(), *paragraph(self.tr(words))]
        return [*rows, *self._file()]

    def _file(self) -> list[ReadRow]:
        names = sorted({one.reference for one in self.result.outcomes.values() if one.reference})
        if not names:
            return [blank(), *paragraph(self.tr(N_("There is no file.")))]
        files = self.desk.seat.register.config.files
        made = self.desk.seat.register.clock.now().astimezone(HELSINKI).date()
        removed = day(made + timedelta(days=files.export_days + 1))
        rows: list[ReadRow] = [blank(), labelled(self.tr(N_("Folder")), "")]
        rows += paragraph(str(files.export_directory))
        rows += [labelled(self.tr(N_("File")), name) for name in names]
        rows.append(labelled(self.tr(N_("Removed on")), removed))
        told = N_("Fetch the file from there. What is taken elsewhere is the recipient's to erase.")
        return [*rows, blank(), *paragraph(self.tr(told))]

    async def do_enter(self) -> None:
        """Enter: back to the form."""
        await self.desk.back()

    async def do_more(self) -> None:
        """F9: the transfer as the log has it."""
        from tui.screens.disclosures.entry import TransferEntry

        await self.desk.open(TransferEntry(self.desk, self.result.transfer_id))
