"""The task that looks at customers are recorded under: chosen when signing in, changed here by a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.words import purpose_name
from tui.widgets.details import Details, Piece, ReadRow, blank, heading, paragraph
from tui.widgets.paint import BOLD, KEY, PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp

TASKS: Final = (
    "customer_care",
    "order_handling",
    "invoicing",
    "credit_check",
    "collection",
    "legal_obligation",
    "address_update",
)
"""What a card may be opened for: purposes of the notice that a person works on by hand; the first is the usual one."""


class TaskScreen(BaseScreen):
    """A digit chooses and goes back; whoever is looked at again is recorded under the new task."""

    area = "task"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.details = Details(self._rows())

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Task"))

    @property
    def active(self) -> Details:
        """The list of tasks."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The list of tasks."""
        yield self.details

    def task_code(self) -> str:
        """The one chosen now."""
        return self.desk.seat.task

    def _rows(self) -> list[ReadRow]:
        words = N_(
            "What are you working on? Each look at a customer is recorded with your name and this task, and the "
            "customer may ask for it."
        )
        rows: list[ReadRow] = [blank(), heading(self.tr(N_("Task"))), *paragraph(self.tr(words)), blank()]
        for number, code in enumerate(TASKS, 1):
            here = code == self.desk.seat.task
            name = purpose_name(code, self.desk.language)
            rows.append(
                (
                    Piece(1, "›" if here else ""),
                    Piece(3, str(number), KEY),
                    Piece(6, name, BOLD if here else PLAIN),
                )
            )
        return rows

    async def _choose(self, place: int) -> None:
        seat = self.desk.seat
        changed, seat.task = seat.task != TASKS[place], TASKS[place]
        await self.desk.back("task" if changed else None)
        self.desk.current.draw_frame()
        name = purpose_name(seat.task, self.desk.language)
        self.desk.current.say(self.tr(N_("Looks are now recorded under: {task}."), task=name), "done")

    async def do_enter(self) -> None:
        """Enter: say what is expected."""
        self.say(self.tr(N_("Choose with a number.")))

    async def do_choose_1(self) -> None:
        """1."""
        await self._choose(0)

    async def do_choose_2(self) -> None:
        """2."""
        await self._choose(1)

    async def do_choose_3(self) -> None:
        """3."""
        await self._choose(2)

    async def do_choose_4(self) -> None:
        """4."""
        await self._choose(3)

    async def do_choose_5(self) -> None:
        """5."""
        await self._choose(4)

    async def do_choose_6(self) -> None:
        """6."""
        await self._choose(5)

    async def do_choose_7(self) -> None:
        """7."""
        await self._choose(6)
