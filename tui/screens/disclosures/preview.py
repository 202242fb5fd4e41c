"""What would leave, exactly: to whom, why, on what basis, who is left out; then that, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.looking import record_look
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.disclosures.shown import head_rows, payload_rows
from tui.widgets.details import Details

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.types import Preview, TransferResult
    from tui.app import RegisterApp
    from tui.widgets.message_line import Mood


class TransferPreview(BaseScreen):
    """A preview that is looked at; `release` lets just that leave."""

    area = "preview"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.details = Details()
        self.preview: Preview

    def release(self) -> TransferResult:
        """Let it leave; called in a thread."""
        raise NotImplementedError

    def sent(self, result: TransferResult) -> str:
        """The sentence that tells what came of it."""
        words = N_("Transfer {number}: {state}.")
        return self.tr(words, number=result.number, state=tr(STATE_NAMES[result.state], self.desk.language))

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """What would leave."""
        yield self.details

    def show_preview(self, preview: Preview) -> None:
        """Show *preview*, which is what F10 sends."""
        self.preview = preview
        self.looked(preview)
        language = self.desk.language
        self.details.show([*head_rows(preview.plan, language), *payload_rows(preview.payloads, language)])

    def looked(self, preview: Preview) -> None:
        """Record the look at those whose data is shown, with the purpose that it is for."""
        with self.desk.seat.writing() as uow:
            record_look(uow, self.desk.seat.actor, preview.plan)

    async def do_save(self) -> None:
        """F10: let it leave; keys wait until the answer is in the log."""
        words = self.tr(N_("Sending to {recipient}…"), recipient=self.preview.plan.recipient.name)
        result = await self.desk.hold(words, self.release)
        await self.desk.back("sent")
        mood: Mood = "done" if result.state is TransferState.DELIVERED else "warning"
        reasons = sorted({outcome.message for outcome in result.outcomes.values() if outcome.message})
        self.desk.current.say(" ".join([self.sent(result), *reasons[:1]]), mood)

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        self.say(self.tr(N_("F10 sends exactly this; F12 goes back and nothing leaves.")))
