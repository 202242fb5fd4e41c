"""What exactly left of one person, opened from under the person's own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure import transfers
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.widgets.details import Details, ReadRow, blank, labelled, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from tui.app import RegisterApp


class ContentScreen(BaseScreen):
    """One line of one transfer."""

    area = "report"

    def __init__(self, desk: RegisterApp, transfer_id: str, number: int) -> None:
        super().__init__(desk)
        self.transfer_id = transfer_id
        self.number = number
        self.details = Details()

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("What left, row {number}"), number=self.number)

    @property
    def active(self) -> Details:
        """The content scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The content."""
        yield self.details

    async def prepare(self) -> None:
        """Open the content; the look is recorded before it is shown."""
        seat = self.desk.seat
        with seat.writing() as uow:
            content = transfers.content_of(
                uow,
                seat.register.keyring,
                seat.actor,
                self.transfer_id,
                self.number,
                task="disclosure_review",
            )
        if content is None:
            words = N_(
                "The content is gone: it was destroyed with the person's key when the person was erased."
            )
            self.details.show([blank(), *paragraph(self.tr(words))])
        else:
            self.details.show([blank(), *_rows(content)])

    async def do_enter(self) -> None:
        """Enter: back."""
        await self.desk.back()


def _rows(content: Mapping[str, object], indent: str = "") -> list[ReadRow]:
    rows: list[ReadRow] = []
    for name, value in content.items():
        if isinstance(value, dict):
            rows += [labelled(f"{indent}{name}", ""), *_rows(value, indent + "  ")]
        elif isinstance(value, list):
            for place, part in enumerate(value, 1):
                inner = part if isinstance(part, dict) else {"": part}
                rows += [labelled(f"{indent}{name} {place}", ""), *_rows(inner, indent + "  ")]
        else:
            rows.append(labelled(f"{indent}{name}", "" if value is None else str(value), at=30))
    return rows
