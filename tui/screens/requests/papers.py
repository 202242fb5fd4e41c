"""Papers of a case: where each is, who may open it, and what was done with it for the case (P12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_, tr
from core.papers import handling
from core.papers.reading import papers_of
from core.papers.types import DESTRUCTION_NAMES, OUTCOME_NAMES, Destruction, Paper, PaperOutcome
from core.rights.types import CaseKind
from core.staff.access_log import Access
from tui.screens.base import BaseScreen
from tui.screens.requests.steps import COLUMN, StepForm
from tui.screens.words import day, parse_day
from tui.widgets.form import Field
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from core.database import UnitOfWork
    from core.rights.types import Case
    from tui.app import RegisterApp


class CasePapers(BaseScreen):
    """Enter writes down what was done with the chosen paper."""

    area = "request_papers"

    def __init__(self, desk: RegisterApp, case: Case) -> None:
        super().__init__(desk)
        self.case = case
        self.done: dict[int, PaperOutcome] = {}
        self.table: RecordTable[Paper] = RecordTable(
            self._columns(), empty=self.tr(N_("No papers of this person are in the index."))
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

    def _columns(self) -> list[Column[Paper]]:
        language = self.desk.language

        def state(paper: Paper) -> str:
            if paper.destroyed_on is not None:
                return tr(OUTCOME_NAMES[PaperOutcome.DESTROYED], language)
            if paper.number in self.done:
                return tr(OUTCOME_NAMES[self.done[paper.number]], language)
            return tr(N_("to be handled"), language)

        return [
            Column(self.tr(N_("No.")), 5, lambda it: str(it.number), "right"),
            Column(self.tr(N_("What about")), 0, lambda it: it.about or "–"),
            Column(self.tr(N_("Place")), 18, lambda it: it.place),
            Column(self.tr(N_("May be opened by")), 17, lambda it: ", ".join(it.openers)),
            Column(self.tr(N_("For this case")), 19, state),
        ]

    async def prepare(self) -> None:
        """Read them; a look at the person."""
        seat, customer_id = self.desk.seat, self.case.customer_id
        if customer_id is None:
            return
        with seat.reading() as connection:
            found = papers_of(connection, customer_id, seat.register.keyring)
            self.done = handling.handled_in(connection, self.case.number)
        seat.record_access(Access.OPEN, customer_id, f"rights_case {self.case.number}", "papers")
        self.table.show_rows(found, keep_place=True)

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        if result is not None:
            await self.prepare()

    async def do_enter(self) -> None:
        """Enter: what was done with it."""
        paper = self.table.chosen()
        if paper is not None and paper.destroyed_on is None:
            await self.desk.open(HandlePaper(self.desk, self.case, paper))


class HandlePaper(StepForm):
    """What was done with one paper, by whom it may be done."""

    def __init__(self, desk: RegisterApp, case: Case, paper: Paper) -> None:
        self.paper = paper
        super().__init__(desk, case)

    def heading(self) -> str:
        """Its number."""
        return self.tr(N_("Paper {number}"), number=self.paper.number)

    def fields(self) -> Sequence[Field]:
        """What was done."""
        outcomes = tuple((str(one), self.tr(OUTCOME_NAMES[one])) for one in PaperOutcome)
        ways = tuple((str(one), self.tr(DESTRUCTION_NAMES[one])) for one in Destruction)
        choose = self.tr(N_("Space goes through the choices."))
        return (
            Field(
                "outcome",
                self.tr(N_("What was done")),
                4,
                COLUMN,
                kind="choice",
                choices=outcomes,
                help=choose,
            ),
            Field("how", self.tr(N_("How destroyed")), 5, COLUMN, kind="choice", choices=ways, help=choose),
            Field("until", self.tr(N_("If kept, until")), 6, COLUMN, 12, max_length=10),
        )

    def filled_in(self) -> dict[str, str]:
        """What the case asks for."""
        usual = {
            CaseKind.RECTIFICATION: PaperOutcome.CORRECTED,
            CaseKind.ERASURE: PaperOutcome.DESTROYED,
        }
        outcome = usual.get(self.case.kind, PaperOutcome.SHOWN)
        return {"outcome": str(outcome), "how": str(Destruction.SHREDDED)}

    def told(self) -> Sequence[str]:
        """Where it is."""
        openers = self.tr(N_("May be opened by: {names}"), names=", ".join(self.paper.openers))
        return (f"{self.paper.about or ''}: {self.paper.place}, {day(self.paper.since)}", openers)

    def words_label(self) -> str:
        """Why, or what else."""
        return self.tr(N_("Why, or what else"))

    def record(self, uow: UnitOfWork) -> str:
        """Write it down."""
        seat, values = self.desk.seat, self.form.values()
        handling.handle(
            uow,
            seat.register.keyring,
            seat.actor,
            self.paper.number,
            case_number=self.case.number,
            outcome=PaperOutcome(values["outcome"]),
            words=values["words"],
            keep_until=parse_day(values["until"], "until") if values["until"] else None,
            destruction=Destruction(values["how"]),
        )
        return self.tr(N_("Written down."))
