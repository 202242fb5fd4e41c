"""The index of papers (P12): where each lies locked, who may open it, until when it is kept; entered and destroyed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers.reading import numbers_and_names
from core.messages import N_
from core.papers import reading, service
from core.papers.types import DESTRUCTION_NAMES, Destruction, Paper
from core.staff.access_log import Access
from core.staff.members import by_user_name
from tui.screens.base import BaseScreen
from tui.screens.form_screen import FormScreen
from tui.screens.requests import days
from tui.screens.requests.steps import COLUMN, WIDE
from tui.screens.requests.who import customer_numbered
from tui.screens.words import day, parse_day
from tui.widgets.form import Field, Form, Note
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from tui.app import RegisterApp

TASK: Final = "papers"
_AT_MOST: Final = 500


class PaperIndex(BaseScreen):
    """Whose day is over stands first; what a paper is about is told in a case, or to who takes it out."""

    area = "papers"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.whose: Mapping[int, tuple[str, str]] = {}
        self.table: RecordTable[Paper] = RecordTable(
            [
                Column(self.tr(N_("No.")), 5, lambda it: str(it.number), "right"),
                Column(self.tr(N_("Customer")), 0, self._customers),
                Column(self.tr(N_("Place")), 16, lambda it: it.place),
                Column(self.tr(N_("May be opened by")), 16, lambda it: ", ".join(it.openers)),
                Column(self.tr(N_("Kept until")), 14, self._kept),
            ],
            empty=self.tr(N_("The index is empty. F6 enters a paper.")),
            moved=self.draw_frame,
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Papers"))

    @property
    def active(self) -> RecordTable[Paper]:
        """The list."""
        return self.table

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.table

    def _customers(self, paper: Paper) -> str:
        found = [self.whose[one] for one in paper.customer_ids if one in self.whose]
        return ", ".join(f"{number} {name}" for number, name in found) or "–"

    def _kept(self, paper: Paper) -> str:
        if paper.keep_until is None:
            return ""
        over = paper.keep_until < days.today(self.desk.seat)
        return self.tr(N_("OVER {day}"), day=day(paper.keep_until)) if over else day(paper.keep_until)

    async def prepare(self) -> None:
        """Read it; it names people, so reading it is a look."""
        seat = self.desk.seat
        with seat.reading() as connection:
            over = reading.to_destroy(connection, days.today(seat))
            first = {it.number for it in over}
            found = [it for it in reading.papers(connection, limit=_AT_MOST) if it.number not in first]
            ids = sorted({one for it in (*over, *found) for one in it.customer_ids})
            self.whose = numbers_and_names(connection, ids)
        seat.record_access(Access.LIST, None, TASK, f"{len(over) + len(found)} rows")
        self.table.show_rows([*over, *found], keep_place=True)

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        if result is not None:
            await self.prepare()

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def do_new(self) -> None:
        """F6: a paper has come."""
        await self.desk.open(EnterPaper(self.desk))

    async def do_more(self) -> None:
        """F9: it was destroyed."""
        paper = self.table.chosen()
        if paper is not None:
            await self.desk.open(DestroyPaper(self.desk, paper))


class EnterPaper(FormScreen):
    """What it is about, whom it concerns, its locked place, who may open it: each is needed."""

    area = "request_step"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        several = self.tr(N_("Several with commas between."))
        self.first = {
            "openers": desk.seat.actor.user_name,
            "since": day(days.today(desk.seat)),
        }
        self.form = Form(
            [
                Field("about", self.tr(N_("What it is about")), 4, COLUMN, WIDE, max_length=500),
                Field("customers", self.tr(N_("Customer numbers")), 5, COLUMN, WIDE, help=several),
                Field("place", self.tr(N_("Locked place")), 6, COLUMN, WIDE),
                Field("openers", self.tr(N_("May open it (users)")), 7, COLUMN, WIDE, help=several),
                Field("since", self.tr(N_("Came on")), 8, COLUMN, 12, max_length=10),
            ],
            self.first,
            notes=[
                Note(
                    1,
                    self.tr(N_("Papers are kept in a locked place, and only named persons open them (P12).")),
                ),
                Note(2, self.tr(N_("What it is about is sealed under the key of each customer."))),
            ],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("A paper into the index"))

    @property
    def unsaved(self) -> bool:
        """Something is not as the form opened."""
        return any(text != self.first.get(name, "") for name, text in self.form.values().items())

    async def do_save(self) -> None:
        """F10: enter it."""
        seat, values = self.desk.seat, self.form.values()
        since = parse_day(values["since"], "since")
        with seat.writing() as uow:
            numbers = [part.strip() for part in values["customers"].split(",") if part.strip()]
            ids = [customer_numbered(uow.connection, number, "customers") for number in numbers]
            names = [part.strip() for part in values["openers"].split(",") if part.strip()]
            paper = service.add(
                uow,
                seat.register.keyring,
                seat.actor,
                about=values["about"],
                customer_ids=[one for one in ids if one is not None],
                place=values["place"],
                openers=[by_user_name(uow.connection, name).id for name in names],
                since=since,
            )
        await self.desk.back("entered")
        self.desk.current.say(self.tr(N_("Paper {number} is in the index."), number=paper.number), "done")


class DestroyPaper(FormScreen):
    """By one of the named persons; its line stays, and says when and how."""

    area = "request_step"

    def __init__(self, desk: RegisterApp, paper: Paper) -> None:
        super().__init__(desk)
        self.paper = paper
        ways = tuple((str(one), self.tr(DESTRUCTION_NAMES[one])) for one in Destruction)
        self.form = Form(
            [
                Field("on", self.tr(N_("Destroyed on")), 4, COLUMN, 12, max_length=10),
                Field("how", self.tr(N_("How destroyed")), 5, COLUMN, kind="choice", choices=ways),
            ],
            {"on": day(days.today(desk.seat)), "how": str(Destruction.SHREDDED)},
            notes=[
                Note(1, f"{self.tr(N_('Paper {number}'), number=paper.number)}: {paper.place}"),
                Note(2, self.tr(N_("May be opened by: {names}"), names=", ".join(paper.openers))),
            ],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Paper destroyed"))

    async def do_save(self) -> None:
        """F10: record it."""
        seat, values = self.desk.seat, self.form.values()
        on = parse_day(values["on"], "on")
        with seat.writing() as uow:
            service.destroy(uow, seat.actor, self.paper.number, on=on, how=Destruction(values["how"]))
        await self.desk.back("destroyed")
        self.desk.current.say(self.tr(N_("Recorded.")), "done")
