"""What a recipient would be told, exactly; then that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from core.notices import sending
from tui.screens.disclosures.preview import TransferPreview

if TYPE_CHECKING:
    from core.disclosure.types import TransferResult
    from core.notices.sending import Bundle
    from tui.app import RegisterApp


class TellRecipient(TransferPreview):
    """F10 sends, or makes the letter."""

    def __init__(self, desk: RegisterApp, bundle: Bundle) -> None:
        super().__init__(desk)
        self.bundle = bundle
        self.show_preview(bundle.preview)

    def heading(self) -> str:
        """How they are told."""
        return self.tr(N_("Letter") if self.bundle.way == "letter" else N_("Tell the recipient"))

    def release(self) -> TransferResult:
        """Let it leave."""
        seat = self.desk.seat
        return sending.release(seat.register, seat.actor, self.bundle).result

    def sent(self, result: TransferResult) -> str:
        """What became of it, and for a letter which file is to be printed."""
        names = sorted({it.reference for it in result.outcomes.values() if it.reference})
        if self.bundle.way != "letter" or not names:
            return super().sent(result)
        words = N_("Transfer {number}. To be printed and posted: {file}")
        return self.tr(words, number=result.number, file=names[0])
