"""The main menu: numbers, made from the table of actions, with what waits for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.actor import Role
from core.customers import orders
from core.customers.orders import OrderState
from core.disclosure import transfers
from core.disclosure.review.approvals import ApprovalState, approvals
from core.disclosure.review.findings import count_open
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import TransferState
from core.messages import N_
from core.rights.reminders import due_counts
from tui.actions import actions_in, shown_key
from tui.screens.base import BaseScreen
from tui.screens.requests import days
from tui.widgets.details import Details, Piece, ReadRow, blank, heading
from tui.widgets.paint import BOLD, KEY, QUIET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp


_COUNTED = 100


class MenuScreen(BaseScreen):
    """The lowest screen of a session."""

    area = "menu"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.details = Details()

    def heading(self) -> str:
        """Its name."""
        return self.desk.seat.register.config.register.name

    def task_code(self) -> str:
        """The one that the person has chosen."""
        return self.desk.seat.task

    @property
    def active(self) -> Details:
        """The list of choices."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The list of choices."""
        self.details.show(self._rows())
        yield self.details

    def _rows(self) -> list[ReadRow]:
        rows: list[ReadRow] = [blank(), heading(self.tr(N_("Main menu"))), blank()]
        for action in actions_in(self.area):
            if action.is_letter and action.allowed(self.desk.roles):
                pieces = [Piece(3, shown_key(action.keys[0]), KEY), Piece(6, self.tr(action.label), BOLD)]
                rows.append((*pieces, Piece(29, self.tr(action.words), QUIET)))
        return rows

    async def prepare(self) -> None:
        """See what waits for somebody."""
        self._tell_what_waits()

    async def returned(self, result: object) -> None:
        """Back here: in the language that is now spoken."""
        self.details.show(self._rows())
        self._tell_what_waits()

    def _tell_what_waits(self) -> None:
        """Transfers in doubt, unfinished orders, requests and findings, to those who may go on with them."""
        with self.desk.seat.reading() as connection:
            doubts = transfers.count(connection, TransferFilter(state=TransferState.IN_DOUBT))
            drafts = len(orders.recent(connection, _COUNTED, state=OrderState.DRAFT))
            requests = len(approvals(connection, ApprovalState.WAITING))
            found = count_open(connection)
            today, rights = days.today(self.desk.seat), self.desk.seat.register.config.rights
            due = due_counts(connection, rights, today)
        words = []
        if Role.CONTACT_PERSON in self.desk.roles:
            # Late ones first: the law's month is over.
            if due.overdue:
                words.append(self.tr(N_("OVERDUE requests: {count} (P)."), count=due.overdue))
            if due.near:
                words.append(self.tr(N_("Requests due soon: {count} (P)."), count=due.near))
        if doubts and self.offers("choose_6"):
            words.append(self.tr(N_("Transfers in doubt: {count} (6)."), count=doubts))
        if drafts and self.offers("choose_3"):
            words.append(self.tr(N_("Unfinished orders: {count} (3)."), count=drafts))
        if (requests or found) and self.offers("choose_7"):
            words.append(self.tr(N_("Requests and findings: {count} (7)."), count=requests + found))
        self.say(" ".join(words), "warning" if words else "info")

    async def do_cancel(self) -> None:
        """F12: this is the lowest screen."""
        self.say(self.tr(N_("This is the main menu. 9 signs you out.")))

    async def do_exit(self) -> None:
        """F3: as F12."""
        await self.do_cancel()

    async def do_enter(self) -> None:
        """Enter: say what is expected."""
        self.say(self.tr(N_("Choose with a number.")))

    async def do_choose_1(self) -> None:
        """Customers."""
        from tui.screens.customers.list import CustomerList

        await self.desk.open(CustomerList(self.desk))

    async def do_choose_2(self) -> None:
        """A new order: first, whose."""
        from tui.screens.orders.customer import OrderCustomer

        await self.desk.open(OrderCustomer(self.desk))

    async def do_new(self) -> None:
        """F6: the same."""
        await self.do_choose_2()

    async def do_choose_3(self) -> None:
        """Orders."""
        from tui.screens.orders.home import OrdersHome

        await self.desk.open(OrdersHome(self.desk))

    async def do_choose_4(self) -> None:
        """Address updates."""
        from tui.screens.updates.choose import ChooseUpdate

        await self.desk.open(ChooseUpdate(self.desk))

    async def do_choose_5(self) -> None:
        """The disclosure log."""
        from tui.screens.disclosures.log import LogScreen

        await self.desk.open(LogScreen(self.desk))

    async def do_choose_6(self) -> None:
        """Transfers in doubt."""
        from tui.screens.disclosures.doubt import DoubtScreen

        await self.desk.open(DoubtScreen(self.desk))

    async def do_choose_7(self) -> None:
        """Review."""
        from tui.screens.reviews.home import ReviewHome

        await self.desk.open(ReviewHome(self.desk))

    async def do_people(self) -> None:
        """P: people's requests; who only takes them in goes straight to the form."""
        from tui.screens.requests.receive import ReceiveRequest
        from tui.screens.requests.worklist import RequestList

        handles = Role.CONTACT_PERSON in self.desk.roles
        await self.desk.open(RequestList(self.desk) if handles else ReceiveRequest(self.desk))

    async def do_site(self) -> None:
        """W: registrations from the site."""
        from tui.screens.web.proposals import WebProposals

        await self.desk.open(WebProposals(self.desk))

    async def do_change(self) -> None:
        """F2: one's own password."""
        from tui.screens.password import PasswordScreen

        await self.desk.open(PasswordScreen(self.desk))

    async def do_lookup(self) -> None:
        """F4: the task that looks are recorded under."""
        from tui.screens.task import TaskScreen

        await self.desk.open(TaskScreen(self.desk))

    async def do_choose_8(self) -> None:
        """The other language, at once and for the next time."""
        self.desk.seat.change_language()
        self.details.show(self._rows())
        self.draw_frame()

    async def do_choose_9(self) -> None:
        """Sign out."""
        await self.desk.sign_out()

    async def do_choose_0(self) -> None:
        """Exports, labels, directories, letters."""
        from tui.screens.exports.choose import ExportScreen

        await self.desk.open(ExportScreen(self.desk))
