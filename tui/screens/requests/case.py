"""One request: what was asked, what has happened, what prevents erasure; each step by a digit that the bar shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers.reading import get
from core.messages import N_, tr
from core.retention.holds import holds_of
from core.rights import clock, intake, reading, service
from core.rights.errors import CaseWordsGone
from core.rights.types import ENDED, CaseDecision, CaseKind, CaseState, Identity
from tui.screens.digits import DigitBar
from tui.screens.requests import days
from tui.screens.requests.words import asked_rows, history_rows, hold_rows
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import day
from tui.widgets.details import Details, blank, paragraph
from tui.widgets.standing_line import StandingLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from core.rights.types import Case, Request
    from tui.app import RegisterApp
    from tui.screens.base import BaseScreen

_ASKED, _HAPPENED, _HOLDS = range(3)
_CARRIED_OUT: Final = frozenset({CaseKind.ACCESS, CaseKind.ERASURE, CaseKind.PORTABILITY})
_STEPS: Final = frozenset(f"choose_{digit}" for digit in (4, 5, 6, 7, 8, 9, 0))


class RequestScreen(TabbedScreen):
    """Opened by the case's number; the opening is recorded before anything is shown."""

    area = "request"

    def __init__(self, desk: RegisterApp, number: int) -> None:
        self.number = number
        self.standing = StandingLine()
        self.digits = DigitBar()
        self.details = [Details(), Details(), Details()]
        names = (N_("Request"), N_("What has happened"), N_("What prevents erasure"))
        views = [(tr(name, desk.language), view) for name, view in zip(names, self.details, strict=True)]
        super().__init__(desk, [*views])
        self.case: Case
        self.said: Request | None = None

    def heading(self) -> str:
        """Its number and whose it is."""
        name = f" {self.said.name}" if self.said else ""
        return self.tr(N_("Case {number}"), number=self.number) + name

    # --- drawing

    def head(self) -> Iterable[Widget]:
        """The last day, before anything else and whatever view is seen."""
        yield self.standing

    def body(self) -> Iterable[Widget]:
        """Last day, views, and the steps that can be taken now."""
        yield from super().body()
        yield self.digits

    def draw_frame(self) -> None:
        """The steps stand above the message, as keys stand below."""
        super().draw_frame()
        self.digits.show_offered(self)

    # --- reading

    async def prepare(self) -> None:
        """Record the look, then read."""
        self._open()
        await super().prepare()

    def _open(self) -> None:
        seat, language = self.desk.seat, self.desk.language
        try:
            with seat.writing() as uow:
                self.case, self.said = intake.open_case(uow, seat.register.keyring, seat.actor, self.number)
        except CaseWordsGone:
            with seat.reading() as connection:
                self.case, self.said = reading.case(connection, self.number), None
        words, minding = days.standing(self.case, days.today(seat), language)
        self.standing.show(words, minding=minding)

    def load(self, index: int) -> None:
        """Read one view."""
        seat, case, language = self.desk.seat, self.case, self.desk.language
        with seat.reading() as connection:
            if index == _ASKED:
                whose = self.tr(N_("not known in the register") if self.said else N_("(erased)"))
                if case.customer_id is not None:
                    customer = get(connection, case.customer_id)
                    whose = f"{customer.number} {customer.display_name}"
                rows = asked_rows(case, self.said, whose, language)
            elif index == _HAPPENED:
                keyring, within = seat.register.keyring, seat.register.config.rights.repeated_days
                rows = history_rows(
                    reading.events(connection, keyring, case.number),
                    reading.files(connection, keyring, case.number),
                    reading.repeated(connection, case, days=within),
                    language,
                )
            elif case.customer_id is None:
                rows = paragraph(self.tr(N_("It is not known yet who in the register is meant.")))
            else:
                settings, now = seat.register.config.retention, days.today(seat)
                holds = holds_of(connection, settings, case.customer_id, now, besides_case=case.number)
                rows = hold_rows(holds, language)
        self.details[index].show([blank(), *rows])

    async def returned(self, result: object) -> None:
        """Back: as it is now; nothing was recorded by who only looked."""
        with self.desk.seat.reading() as connection:
            now = reading.case(connection, self.number)
        if result is not None or now.version != self.case.version:
            self.read_again()
        else:
            self.reload()

    def read_again(self) -> None:
        """The case as it is now, in the view that is seen."""
        self._open()
        self.reload()

    async def do_refresh(self) -> None:
        """F5."""
        self.read_again()

    # --- what can be done now

    def offers(self, verb: str) -> bool:
        """Only the steps that the case can take."""
        return self._can(verb) and super().offers(verb)

    def _can(self, verb: str) -> bool:
        case = self.case
        if verb in {"check", "lookup"}:
            return case.customer_id is not None
        if case.state in ENDED:
            return verb not in _STEPS | {"more", "save"}
        undecided = case.decision is None
        allowed = {
            "choose_4": case.identity is Identity.UNCLEAR or (undecided and case.customer_id is None),
            "choose_5": undecided and case.identity is Identity.UNCLEAR,
            "choose_6": undecided and case.extended_on is None and days.today(self.desk.seat) <= case.due_on,
            "choose_7": undecided,
            "choose_8": case.kind in _CARRIED_OUT and case.customer_id is not None,
            "choose_0": case.answered_on is not None
            and case.state is CaseState.DECIDED
            and not _is_to_be_erased(case),
            "save": not undecided and case.answered_on is None,
        }
        return allowed.get(verb, True)

    async def do_enter(self) -> None:
        """Enter: record by record why the person's data can't go, and when it can."""
        from tui.screens.requests.why import WhyScreen

        if self.case.customer_id is not None and self.case.state not in ENDED:
            await self.desk.open(WhyScreen(self.desk, self.case.customer_id))

    async def do_choose_4(self) -> None:
        """4: who it is."""
        from tui.screens.requests.identity import IdentityForm

        await self.desk.open(IdentityForm(self.desk, self.case, self.said))

    async def do_choose_5(self) -> None:
        """5: stop the clock, with what was asked; or let it go on at once."""
        from tui.screens.requests.steps import PauseForm

        if self.case.state is not CaseState.WAITING_IDENTITY:
            await self.desk.open(PauseForm(self.desk, self.case))
            return
        seat = self.desk.seat
        with seat.writing() as uow:
            keyring, settings = seat.register.keyring, seat.register.config.rights
            changed = clock.resume(uow, keyring, settings, seat.actor, self.number, version=self.case.version)
        self.read_again()
        self.say(self.tr(N_("The clock goes on; last day {due}."), due=day(changed.due_on)), "done")

    async def do_choose_6(self) -> None:
        """6: more time."""
        from tui.screens.requests.steps import ExtendForm

        await self.desk.open(ExtendForm(self.desk, self.case))

    async def do_choose_7(self) -> None:
        """7: decide."""
        if self.case.kind is CaseKind.RECTIFICATION and self.case.customer_id is not None:
            from tui.screens.requests.rectify import RectifyForm

            await self.desk.open(RectifyForm(self.desk, self.case, self.said))
        else:
            from tui.screens.requests.decide import DecideForm

            await self.desk.open(DecideForm(self.desk, self.case))

    async def do_choose_8(self) -> None:
        """8: what the decision asks to be done."""
        from tui.screens.requests.access import AccessScreen
        from tui.screens.requests.erasure import ErasureScreen
        from tui.screens.requests.portability import PortabilityScreen

        made: dict[CaseKind, Callable[[], BaseScreen]] = {
            CaseKind.ERASURE: lambda: ErasureScreen(self.desk, self.number),
            CaseKind.ACCESS: lambda: AccessScreen(self.desk, self.case),
            CaseKind.PORTABILITY: lambda: PortabilityScreen(self.desk, self.case),
        }
        await self.desk.open(made[self.case.kind]())

    async def do_choose_9(self) -> None:
        """9: a letter to the person."""
        from tui.screens.requests.letter import LetterScreen

        await self.desk.open(LetterScreen(self.desk, self.case))

    async def do_choose_0(self) -> None:
        """0: close."""
        seat = self.desk.seat
        with seat.writing() as uow:
            closed = service.close(
                uow, seat.register.keyring, seat.actor, self.number, version=self.case.version
            )
        self.read_again()
        if closed.state is CaseState.CLOSED:
            self.say(self.tr(N_("Case {number} is closed."), number=self.number), "done")
        else:
            self.say(self.tr(N_("The rest is done by itself when nothing prevents it.")), "done")

    async def do_change(self) -> None:
        """F2: write something down."""
        from tui.screens.requests.steps import CommentForm

        await self.desk.open(CommentForm(self.desk, self.case))

    async def do_lookup(self) -> None:
        """F4: papers of the person, and what was done with each for this case."""
        from tui.screens.requests.papers import CasePapers

        await self.desk.open(CasePapers(self.desk, self.case))

    async def do_check(self) -> None:
        """F7: the customer's card."""
        from tui.screens.customers.card import CustomerCard

        if self.case.customer_id is not None:
            await self.desk.open(CustomerCard(self.desk, self.case.customer_id))

    async def do_send(self) -> None:
        """F8: recipients to tell."""
        from tui.screens.notices.worklist import NoticeList

        await self.desk.open(NoticeList(self.desk))

    async def do_more(self) -> None:
        """F9: the person takes it back."""
        from tui.screens.requests.steps import WithdrawForm

        await self.desk.open(WithdrawForm(self.desk, self.case))

    async def do_save(self) -> None:
        """F10: answered in another way than by a letter from here."""
        from tui.screens.requests.steps import AnsweredForm

        await self.desk.open(AnsweredForm(self.desk, self.case))


def _is_to_be_erased(case: Case) -> bool:
    """Such a case ends when the erasure is proved, not before."""
    return case.kind is CaseKind.ERASURE and case.decision in (CaseDecision.GRANTED, CaseDecision.PARTLY)
