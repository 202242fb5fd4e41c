"""A person says what became of a transfer in doubt, having asked the partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.types import STATE_NAMES, ItemState, TransferState
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.words import purpose_name, when
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.transfers import TransferRow
    from tui.app import RegisterApp

_OUTCOMES = (ItemState.DELIVERED, ItemState.REFUSED, ItemState.NOT_SENT)


class DecisionScreen(BaseScreen):
    """The outcome and the reason, both by the person; nothing is filled in beforehand."""

    area = "decision"

    def __init__(self, desk: RegisterApp, row: TransferRow) -> None:
        super().__init__(desk)
        self.row = row
        choices = tuple(
            (str(state), tr(STATE_NAMES[TransferState(state.value)], desk.language)) for state in _OUTCOMES
        )
        self.form = Form(
            [
                Field(
                    "outcome", self.tr(N_("What the partner says")), row=6, column=28, kind="choice", choices=choices,
                    help=self.tr(N_("Space goes through the choices.")),
                ),
                Field("reason", self.tr(N_("Who said so, when, how")), row=8, column=28, width=48, max_length=500),
            ],
            notes=[
                Note(1, self.tr(N_("Transfer {number}, {when}"), number=row.number, when=when(row.created_at))),
                Note(2, f"{row.recipient_name}, {purpose_name(row.purpose, desk.language)}"),
                Note(4, self.tr(N_("Ask the partner whether the transfer arrived, then record the answer here."))),
            ],
        )  # fmt: skip

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Decision"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    @property
    def unsaved(self) -> bool:
        """Something has been filled in."""
        return any(self.form.values().values())

    async def do_save(self) -> None:
        """F10: record it."""
        values = self.form.values()
        missing = next((name for name in ("outcome", "reason") if not values[name]), None)
        if missing is not None:
            self.form.focus_field(missing)
            self.say(
                self.tr(N_("Choose what the partner says, and write who said so, when and how.")), "error"
            )
            return
        seat = self.desk.seat
        await self.desk.hold(
            self.tr(N_("Recording…")),
            lambda: seat.register.gate.decide(
                seat.actor, self.row.id, ItemState(values["outcome"]), values["reason"]
            ),
        )
        await self.desk.back("decided")
        self.desk.current.say(self.tr(N_("Transfer {number} is decided."), number=self.row.number), "done")
