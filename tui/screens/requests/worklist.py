"""People's requests by their last day: to be answered, waiting for a day, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.messages import N_, tr
from core.rights import reading
from core.rights.errors import CaseWordsGone
from core.rights.types import Case, CaseState
from core.staff.access_log import Access
from tui.screens.requests import days
from tui.screens.requests.words import SHORT_KINDS, SHORT_STATES
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import day
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from tui.app import RegisterApp

TASK: Final = "rights_case"
_AT_MOST: Final = 500
_TO_ANSWER, _WAITING, _ENDED = range(3)


@dataclass(frozen=True, slots=True)
class Line:
    """A case and whose it is, as the request has it."""

    case: Case
    name: str


class RequestList(TabbedScreen):
    """Enter opens the case under the cursor."""

    area = "requests"

    def __init__(self, desk: RegisterApp) -> None:
        names = (N_("To be answered"), N_("Waits for its day"), N_("Ended"))
        self.today = days.today(desk.seat)
        self.lists = [
            RecordTable(
                _columns(desk.language, self.today, waiting=place == _WAITING),
                empty=tr(N_("Nothing here. F6 receives a request."), desk.language),
            )
            for place in range(len(names))
        ]
        views = [(tr(name, desk.language), table) for name, table in zip(names, self.lists, strict=True)]
        super().__init__(desk, [*views])

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("People's requests"))

    @property
    def chosen(self) -> Line | None:
        """The case under the cursor."""
        return self.lists[self.index].chosen()

    async def prepare(self) -> None:
        """Read, and say how many are late."""
        await super().prepare()
        self._tell()

    def _tell(self) -> None:
        now = days.today(self.desk.seat)
        with self.desk.seat.reading() as connection:
            found = [one for one in reading.worklist(connection, limit=_AT_MOST) if _to_be_answered(one)]
        late = sum(one.due_on < now for one in found)
        if late:
            self.say(self.tr(N_("LATE: {count}. Answer them first."), count=late), "warning")

    def load(self, index: int) -> None:
        """Read one view; it names people, so reading it is a look."""
        seat = self.desk.seat
        with seat.reading() as connection:
            if index == _ENDED:
                cases = reading.ended(connection, limit=_AT_MOST)
            else:
                cases = [
                    one
                    for one in reading.worklist(connection, limit=_AT_MOST)
                    if (one.state is CaseState.WAITING_HOLD) == (index == _WAITING)
                ]
            lines = [Line(one, self._person(connection, one)) for one in cases]
        self.lists[index].show_rows(lines, keep_place=True)
        seat.record_access(Access.LIST, None, TASK, f"{len(lines)} rows")

    def _person(self, connection: Connection, case: Case) -> str:
        try:
            return reading.request_of(connection, self.desk.seat.register.keyring, case.number).name
        except CaseWordsGone:
            return self.tr(N_("(erased)"))

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        self.reload()
        self._tell()

    # --- acting

    async def do_enter(self) -> None:
        """Enter: the case."""
        from tui.screens.requests.case import RequestScreen

        line = self.chosen
        if line is not None:
            await self.desk.open(RequestScreen(self.desk, line.case.number))

    async def do_new(self) -> None:
        """F6: a request has come."""
        from tui.screens.requests.receive import ReceiveRequest

        await self.desk.open(ReceiveRequest(self.desk))

    async def do_check(self) -> None:
        """F7: whose period is over."""
        from tui.screens.requests.due_list import DueList

        await self.desk.open(DueList(self.desk))

    async def do_send(self) -> None:
        """F8: recipients to tell."""
        from tui.screens.notices.worklist import NoticeList

        await self.desk.open(NoticeList(self.desk))

    async def do_more(self) -> None:
        """F9: the index of papers."""
        from tui.screens.requests.paper_index import PaperIndex

        await self.desk.open(PaperIndex(self.desk))

    async def do_choose_4(self) -> None:
        """There are three views."""

    async def do_choose_5(self) -> None:
        """There are three views."""


def _to_be_answered(case: Case) -> bool:
    return case.answered_on is None and case.state not in (CaseState.WAITING_HOLD, CaseState.WAITING_IDENTITY)


def _columns(language: str, now: date, *, waiting: bool) -> list[Column[Line]]:
    def last_day(line: Line) -> str:
        if not waiting:
            return day(line.case.due_on)
        return day(line.case.due_by_itself_on) if line.case.due_by_itself_on else "–"

    return [
        Column(tr(N_("No."), language), 4, lambda it: str(it.case.number), "right"),
        Column(tr(N_("Its day") if waiting else N_("Last day"), language), 10, last_day),
        Column(tr(N_("Left"), language), 15, lambda it: days.left(it.case, now, language)),
        Column(tr(N_("Request"), language), 18, lambda it: tr(SHORT_KINDS[it.case.kind], language)),
        Column(tr(N_("Person"), language), 0, lambda it: it.name),
        Column(tr(N_("State"), language), 9, lambda it: tr(SHORT_STATES[it.case.state], language)),
    ]
