"""The reviewer's home: what is new, what waits, what the rules mark, findings, a sample; and signing off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure import transfers
from core.disclosure.recipients import recipients
from core.disclosure.review import findings, refusals, sampling
from core.disclosure.review.approvals import ApprovalState, approvals
from core.disclosure.review.due import do_what_is_due
from core.disclosure.review.news import news
from core.disclosure.review.weeks import weeks
from core.disclosure.transfers import TransferFilter
from core.messages import N_, tr
from core.staff.access_log import Access
from tui.screens.reviews.columns import (
    approval_columns,
    finding_columns,
    look_columns,
    refusal_columns,
    sample_columns,
)
from tui.screens.reviews.words import chart_rows, news_rows
from tui.screens.tabbed import TabbedScreen
from tui.session.background import in_thread
from tui.widgets.details import Details
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from core.disclosure.review.approvals import Approval
    from core.disclosure.review.findings import Finding
    from core.disclosure.review.news import News
    from core.disclosure.review.refusals import Refusal
    from core.disclosure.review.sampling import Sample
    from core.disclosure.review.snooping import LookMark
    from core.disclosure.transfers import TransferRow
    from tui.app import RegisterApp

TASK = "disclosure_review"
_NEWS, _REQUESTS, _REFUSALS, _LOOKS, _CHARTS, _FINDINGS, _SAMPLE = range(7)


class ReviewHome(TabbedScreen):
    """Opening it does what is due: drift is seen on the day that it happens."""

    area = "review"

    def __init__(self, desk: RegisterApp) -> None:
        language = desk.language
        self.summary = Details()
        self.requests: RecordTable[Approval] = RecordTable(
            approval_columns(language), empty=tr(N_("No request waits for a second person."), language)
        )
        self.refused: RecordTable[Refusal] = RecordTable(
            refusal_columns(language),
            empty=tr(N_("Nothing has been refused since the last review."), language),
        )
        self.looks: RecordTable[LookMark] = RecordTable(
            look_columns(language), empty=tr(N_("The rules mark no look since the last review."), language)
        )
        self.charts = Details()
        self.findings: RecordTable[Finding] = RecordTable(
            finding_columns(language), empty=tr(N_("No findings. F6 makes one."), language)
        )
        self.sample: RecordTable[TransferRow] = RecordTable(
            sample_columns(language, frozenset()),
            empty=tr(N_("No sample has been drawn since the last review. F9 draws one."), language),
        )
        super().__init__(
            desk,
            [
                (tr(N_("New"), language), self.summary),
                (tr(N_("Requests"), language), self.requests),
                (tr(N_("Refusals"), language), self.refused),
                (tr(N_("Looks"), language), self.looks),
                (tr(N_("Charts"), language), self.charts),
                (tr(N_("Findings"), language), self.findings),
                (tr(N_("Sample"), language), self.sample),
            ],
        )
        self.new: News
        self.drawn: Sample | None = None

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Review"))

    # --- reading

    async def prepare(self) -> None:
        """Do what is due, then read."""
        register = self.desk.seat.register
        due = await in_thread(lambda: do_what_is_due(register))
        await self._read()
        self.show_view(self.index)
        if due.findings:
            self.say(self.tr(N_("New findings of drift: {count} (6)."), count=due.findings), "warning")

    async def _read(self) -> None:
        register = self.desk.seat.register
        with self.desk.seat.reading() as connection:
            self.new = news(connection, register.log, register.config.review, register.clock.now())

    def load(self, index: int) -> None:
        """Read one view."""
        language, new = self.desk.language, self.new
        now = self.desk.seat.register.clock.now()
        if index == _NEWS:
            due = new.due_at is None or new.due_at <= now
            self.summary.show(news_rows(new, due, language))
            return
        if index == _LOOKS:
            self.looks.show_rows(new.look_marks, keep_place=True)
            # The list names customers: looking at it is a look.
            self.desk.seat.record_access(Access.LIST, None, TASK, f"{len(new.look_marks)} rows")
            return
        with self.desk.seat.reading() as connection:
            if index == _REQUESTS:
                self.requests.show_rows(approvals(connection, ApprovalState.WAITING), keep_place=True)
            elif index == _REFUSALS:
                self.refused.show_rows(refusals.refusals(connection, since=new.since), keep_place=True)
            elif index == _CHARTS:
                settings = self.desk.seat.register.config.review
                names = {one.code: one.name for one in recipients(connection)}
                self.charts.show(chart_rows(weeks(connection, settings, now), names, self._rule(), language))
            elif index == _FINDINGS:
                self.findings.show_rows(findings.findings(connection), keep_place=True)
            else:
                self.drawn = sampling.newest(connection)
                numbers = () if self.drawn is None else self.drawn.numbers
                rows = transfers.page(connection, TransferFilter(numbers=numbers), limit=len(numbers) or 1)
                looked = frozenset() if self.drawn is None else self.drawn.looked_at
                self.sample.columns = tuple(sample_columns(language, looked))
                self.sample.show_rows(rows, keep_place=True)

    def _rule(self) -> str:
        settings = self.desk.seat.register.config.review
        return self.tr(
            N_(
                "! marks a week of more than {times} times the median of the eight weeks before, from {persons} persons "
                "up (review.unusual_times, review.unusual_week_persons)."
            ),
            times=settings.unusual_times,
            persons=settings.unusual_week_persons,
        )

    async def do_refresh(self) -> None:
        """F5."""
        self._loaded.clear()
        await self.prepare()

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        if result is not None:
            self._loaded.clear()
            await self._read()
            self.show_view(self.index)

    # --- acting

    async def do_choose_6(self) -> None:
        """6."""
        self.show_view(_FINDINGS)

    async def do_choose_7(self) -> None:
        """7."""
        self.show_view(_SAMPLE)

    async def do_enter(self) -> None:
        """Enter: what the chosen row is about."""
        request = self.requests.chosen() if self.index == _REQUESTS else None
        look = self.looks.chosen() if self.index == _LOOKS else None
        finding = self.findings.chosen() if self.index == _FINDINGS else None
        transfer = self.sample.chosen() if self.index == _SAMPLE else None
        if request is not None:
            from tui.screens.reviews.approval import ApprovalScreen

            await self.desk.open(ApprovalScreen(self.desk, request))
        elif finding is not None:
            from tui.screens.reviews.finding import FindingScreen

            await self.desk.open(FindingScreen(self.desk, finding))
        elif transfer is not None:
            await self._look_at(transfer)
        elif look is not None:
            self.say(look.sentence(self.desk.language))
        elif self.index == _NEWS:
            await self.do_check()

    async def _look_at(self, transfer: TransferRow) -> None:
        from tui.screens.disclosures.entry import TransferEntry

        seat = self.desk.seat
        if self.drawn is not None:
            with seat.writing() as uow:
                sampling.look_at(uow, seat.actor, self.drawn, transfer.number)
            self._loaded.discard(_SAMPLE)
            self.load(_SAMPLE)
        await self.desk.open(TransferEntry(self.desk, transfer.id))

    async def do_new(self) -> None:
        """F6: a finding, about the transfer of the sample under the cursor when there is one."""
        from tui.screens.reviews.finding import NewFindingScreen

        transfer = self.sample.chosen() if self.index == _SAMPLE else None
        await self.desk.open(NewFindingScreen(self.desk, None if transfer is None else transfer.number))

    async def do_check(self) -> None:
        """F7: transfers with filters, those that the rules mark among them."""
        from tui.screens.reviews.transfers import ReviewedTransfers

        await self.desk.open(ReviewedTransfers(self.desk, self.new))

    async def do_more(self) -> None:
        """F9: a random sample; its seed is kept."""
        seat = self.desk.seat
        with seat.writing() as uow:
            drawn = sampling.draw(uow, seat.actor, seat.register.config.review.sample_size)
        self._loaded.discard(_SAMPLE)
        self.show_view(_SAMPLE)
        self.say(
            self.tr(N_("Drawn: {count} transfers, seed {seed}."), count=len(drawn.numbers), seed=drawn.seed)
        )

    async def do_save(self) -> None:
        """F10: sign off."""
        from tui.screens.reviews.sign_off import SignOffScreen

        await self.desk.open(SignOffScreen(self.desk, self.new))
