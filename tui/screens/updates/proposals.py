"""Proposals worked in a list by single keys: above what waits, below the chosen one, before and after side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from core.updates import judging, proposals
from core.updates.proposals import Which
from tui.screens.decided import DecidedByDigits
from tui.screens.updates.proposal_words import proposal_columns, proposal_rows
from tui.screens.updates.waiting import WaitingList
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.database import UnitOfWork
    from core.updates.proposals import Proposal, ProposalLine
    from tui.app import RegisterApp


class ProposalsScreen(DecidedByDigits["ProposalLine"]):
    """A digit decides on the row under the cursor, whole, before the next key; all of a run or of every run."""

    area = "proposals"

    def __init__(self, desk: RegisterApp, run: int | None) -> None:
        super().__init__(desk)
        self.run = run
        self.table: RecordTable[ProposalLine] = RecordTable(
            proposal_columns(desk.language),
            empty=self.tr(N_("Nothing waits for a person.")),
            wanted=self._fetch,
            moved=self._look,
        )
        self.waiting: WaitingList
        self.shown: Proposal | None = None

    def heading(self) -> str:
        """Its name."""
        if self.run is None:
            return self.tr(N_("Proposals"))
        return self.tr(N_("Proposals of run {number}"), number=self.run)

    # --- reading

    async def prepare(self) -> None:
        """Read what waits."""
        await self._read()

    async def _read(self) -> None:
        seat, which = self.desk.seat, Which(run=self.run)

        def read() -> WaitingList:
            found = WaitingList(seat, which)
            found.page(0, 1)
            return found

        self.waiting = await self.desk.hold(self.tr(N_("Reading what waits…")), read)
        self._show(0, 0)

    def _show(self, cursor: int, top: int) -> None:
        self.table.show(self.waiting, self.waiting.count(), cursor=cursor, top=top)
        self._look()

    def _fetch(self, missing: list[int]) -> None:
        pages = self.table.pages
        for number in missing:
            self.table.arrived(pages, number, pages.load(number))

    def _look(self) -> None:
        """See the proposal under the cursor; the look at the customer is recorded."""
        line, seat = self.table.chosen(), self.desk.seat
        self.shown = None
        if line is not None:
            with seat.writing() as uow:
                self.shown = proposals.open_one(uow, seat.actor, line.run, line.line)
        rows = [] if self.shown is None else list(proposal_rows(self.shown, self.desk.language))
        self.details.show(rows)

    # --- deciding

    async def _decide(self, decide: Callable[[UnitOfWork, ProposalLine], object], words: str) -> None:
        """Decide on the proposal that is seen, and go to the next."""
        if self.shown is None:
            self.say(self.tr(N_("Nothing waits for a person.")))
            return
        seat, line = self.desk.seat, self.shown.line

        def work() -> None:
            with seat.writing() as uow:
                decide(uow, line)

        await self.desk.hold(self.tr(N_("Writing…")), work)
        self.waiting.take_out(self.table.cursor)
        self._show(self.table.cursor, self.table.top)
        row = f"{line.run}/{line.line}"
        self.say(self.tr(words, row=row, count=self.waiting.count()), "done")

    async def do_choose_1(self) -> None:
        """1: accept."""
        if self.shown is not None and self.shown.line.customer_id is None:
            self.say(self.tr(N_("Several customers may be meant: 3 chooses among them.")), "warning")
            return
        actor = self.desk.seat.actor
        await self._decide(
            lambda uow, line: judging.accept(uow, actor, line.run, line.line),
            N_("{row} accepted. Still waiting: {count}."),
        )

    async def do_choose_2(self) -> None:
        """2: reject."""
        actor = self.desk.seat.actor
        await self._decide(
            lambda uow, line: judging.reject(uow, actor, line.run, line.line),
            N_("{row} rejected. Still waiting: {count}."),
        )

    async def do_choose_3(self) -> None:
        """3: the next candidate is meant."""
        if self.shown is None:
            return
        line, seat = self.shown.line, self.desk.seat
        ids = [one.customer.id for one in self.shown.candidates]
        place = ids.index(line.customer_id) if line.customer_id in ids else -1
        following = ids[(place + 1) % len(ids)] if ids else None
        if following is None or following == line.customer_id:
            self.say(self.tr(N_("There is no other candidate.")))
            return
        with seat.writing() as uow:
            judging.choose(uow, seat.actor, line.run, line.line, following)
        self._look()
        assert self.shown is not None
        self.waiting.put(self.table.cursor, self.shown.line)
        self.table.show(self.waiting, self.waiting.count(), cursor=self.table.cursor, top=self.table.top)

    async def do_choose_5(self) -> None:
        """5: many by a rule."""
        from tui.screens.updates.rule import AcceptByRule

        reason = None if self.shown is None else self.shown.line.reason
        await self.desk.open(AcceptByRule(self.desk, self.run, reason))

    async def returned(self, result: object) -> None:
        """Back from the rule."""
        await self._read()
        if isinstance(result, str):
            self.say(result, "done")

    # --- moving

    async def do_refresh(self) -> None:
        """F5."""
        await self._read()

    async def do_enter(self) -> None:
        """Enter: say what the digits do."""
        self.say(self.tr(N_("1 accepts, 2 rejects, 3 takes the other candidate, 4 leaves it waiting.")))
