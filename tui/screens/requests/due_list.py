"""The due list (P11): whose period is over.  Nothing goes before somebody has picked and approved it, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import N_, tr
from core.retention import due
from core.retention.approving import approve
from core.retention.types import HOLD_NAMES
from core.staff.access_log import Access
from tui.screens.base import BaseScreen
from tui.screens.digits import DigitBar
from tui.screens.requests import days
from tui.screens.requests.steps import COLUMN, WordsForm
from tui.screens.requests.why import TASK, WhyScreen
from tui.screens.words import day
from tui.widgets.form import TICKED, Field
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from core.retention.due import DuePerson
    from tui.app import RegisterApp

_AT_MOST: Final = 200


class DueList(BaseScreen):
    """The longest silent first, so many at a time as somebody can look at; Enter says why and when, record by record."""

    area = "due_list"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.picked: dict[int, DuePerson] = {}
        self.digits = DigitBar()
        self.table: RecordTable[DuePerson] = RecordTable(
            self._columns(), empty=self.tr(N_("Nobody's period is over."))
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Due to go"))

    @property
    def active(self) -> RecordTable[DuePerson]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list, and what the digits do."""
        yield self.table
        yield self.digits

    def draw_frame(self) -> None:
        """The digits stand above the message."""
        super().draw_frame()
        self.digits.show_offered(self)

    def _columns(self) -> list[Column[DuePerson]]:
        language = self.desk.language

        def stays(person: DuePerson) -> str:
            if person.restricted:
                return tr(N_("processing is restricted"), language)
            blocking = [hold for hold in person.holds if hold.blocks_everything]
            return tr(HOLD_NAMES[blocking[0].kind], language) if blocking else ""

        return [
            Column("", 3, lambda it: "[x]" if it.customer_id in self.picked else "[ ]"),
            Column(self.tr(N_("Number")), 8, lambda it: it.number),
            Column(self.tr(N_("Name")), 0, lambda it: it.name),
            Column(self.tr(N_("Last contact")), 11, lambda it: day(it.contact_on)),
            Column(self.tr(N_("Kept until")), 11, lambda it: day(it.kept_until)),
            Column(self.tr(N_("Stays, because")), 22, stays),
        ]

    # --- reading

    async def prepare(self) -> None:
        """Read the list; it names people, so reading it is a look."""
        seat = self.desk.seat
        settings, now = seat.register.config.retention, days.today(seat)
        with seat.reading() as connection:
            total = due.count_due(connection, settings, now)
            rows = due.due(connection, settings, now, limit=_AT_MOST)
        seat.record_access(Access.LIST, None, TASK, f"{len(rows)} rows")
        self.picked = {}
        self.table.show_rows(rows, keep_place=True)
        self.say(
            self.tr(N_("Due: {count}, shown: {shown}. Nothing goes unseen."), count=total, shown=len(rows))
        )

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        if result is not None:
            told = self.message_line.text
            await self.prepare()
            self.say(told, "done")

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def do_enter(self) -> None:
        """Enter: why this person can't go, or when."""
        person = self.table.chosen()
        if person is not None:
            await self.desk.open(WhyScreen(self.desk, person.customer_id))

    # --- picking

    async def do_choose_1(self) -> None:
        """1: pick the person under the cursor, or put back."""
        person = self.table.chosen()
        if person is None:
            return
        if self.picked.pop(person.customer_id, None) is None:
            self.picked[person.customer_id] = person
        self.table.move_to(self.table.cursor + 1)
        self._tell()

    async def do_choose_2(self) -> None:
        """2: pick everybody shown whom nothing holds."""
        self.picked = {one.customer_id: one for one in self.table.all_rows() if not one.conflict}
        self._tell()

    def _tell(self) -> None:
        self.table.refresh()
        self.say(self.tr(N_("Picked: {count}. F10 approves that they go."), count=len(self.picked)))

    async def do_save(self) -> None:
        """F10: with reasons."""
        if not self.picked:
            self.say(
                self.tr(N_("Pick somebody first: 1 the chosen one, 2 everybody whom nothing holds.")), "error"
            )
            return
        await self.desk.open(ApproveDue(self.desk, list(self.picked.values())))


class ApproveDue(WordsForm):
    """A named person approves that exactly these go."""

    def __init__(self, desk: RegisterApp, people: Sequence[DuePerson]) -> None:
        self.people = people
        super().__init__(desk)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Approving"))

    def fields(self) -> Sequence[Field]:
        """Whether who is held may wait."""
        label = self.tr(N_("Held: wait, then go"))
        return (Field("wait", label, 4, COLUMN, kind="tick"),)

    def told(self) -> Sequence[str]:
        """How many, and what follows."""
        words = N_("{count} people are erased by themselves (run-due), each as a case of its own.")
        told = N_("Their recipients are told first; who is in contact again meanwhile stays.")
        return (self.tr(words, count=len(self.people)), self.tr(told))

    def words_label(self) -> str:
        """The reasons."""
        return self.tr(N_("Reasons"))

    async def do_save(self) -> None:
        """F10: approve."""
        seat, ids = self.desk.seat, [one.customer_id for one in self.people]
        reason, wait = self.form.value("words"), self.form.value("wait") == TICKED
        done = await self.desk.hold(
            self.tr(N_("Approving…")),
            lambda: approve(seat.register, seat.actor, ids, reason=reason, wait=wait),
        )
        told = self.tr(
            N_("Approved: {count}. Stay: {stay}. F8 on the requests tells recipients."),
            count=len(done.cases),
            stay=len(done.conflicts) + len(done.not_due),
        )
        list_below = self.desk.screens_open()[-2]
        list_below.say(told, "done")
        await self.desk.back("approved")
