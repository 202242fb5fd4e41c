"""The customer list: everyone in name order, or who matches what is typed.

Typing searches a moment after the last letter, in a thread.  Enter never waits for that: when what is shown is not yet
the answer to what is typed, the search is done there and then, so that the row that opens is the one meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.search import search
from core.messages import N_
from core.staff.access_log import Access
from tui.screens.base import BaseScreen
from tui.screens.customers.columns import Everyone, customer_columns
from tui.screens.fetching import Fetcher
from tui.session.background import in_thread
from tui.widgets.record_table import RecordTable
from tui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.timer import Timer
    from textual.widget import Widget

    from core.customers.types import CustomerRow
    from tui.app import RegisterApp

_PAUSE_SECONDS = 0.13
_AT_MOST = 100


class CustomerChooser(BaseScreen):
    """A searchable list of customers; what choosing one means is said by a subclass."""

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.search_line = SearchLine(self.tr(N_("Search:")))
        fetcher: Fetcher[CustomerRow] = Fetcher(self)
        self.table: RecordTable[CustomerRow] = RecordTable(
            customer_columns(desk.language),
            empty=self.tr(N_("Nobody matches. Every word must begin a word of the customer's details.")),
            wanted=fetcher.wanted,
            moved=self._show_place,
        )
        fetcher.table = self.table
        self._everyone = Everyone(desk.seat)
        self._answered = ""
        self._pause: Timer | None = None
        self._kept_place = (0, 0)

    async def chosen(self, row: CustomerRow) -> None:
        """Somebody has been chosen."""
        raise NotImplementedError

    @property
    def active(self) -> SearchLine:
        """Letters go to the search; movement is taken by the list first."""
        return self.search_line

    def task_code(self) -> str:
        """The one that the person has chosen, unless a subclass has its own."""
        return self.desk.seat.task

    async def prepare(self) -> None:
        """Read the number of customers and the first page; that the list was opened is recorded."""
        self._show_everyone()
        self.desk.seat.record_access(Access.LIST, None, self.task_code(), f"{self.table.total} rows")

    def body(self) -> Iterable[Widget]:
        """The search and the list."""
        yield self.search_line
        yield self.table

    # --- keys

    def take_key(self, key: str, character: str | None) -> None:
        """Movement goes to the list, everything else is typed into the search."""
        if self.table.take_key(key, character):
            self._show_place()
        elif self.search_line.take_key(key, character):
            self._typed()

    def take_paste(self, text: str) -> None:
        """Pasted text is searched for."""
        self.search_line.take_paste(text)
        self._typed()

    async def do_enter(self) -> None:
        """Enter: choose the row that what is typed leads to."""
        self._answer_now()
        row = self.table.chosen()
        if row is None:
            self.say(self.tr(N_("Nobody matches “{text}”."), text=self.search_line.text), "warning")
        else:
            await self.chosen(row)

    async def do_check(self) -> None:
        """F7: everyone again, where one was."""
        self.search_line.edit.clear()
        self._answer_now()

    async def do_refresh(self) -> None:
        """F5: read again, the cursor staying where it is."""
        if self._answered:
            self._answered = ""
            self._answer_now()
        else:
            self._show_everyone(self.table.cursor, self.table.top)

    async def do_next(self) -> None:
        """Tab: one row down, as in every list."""
        self.take_key("down", None)

    async def do_previous(self) -> None:
        """Shift+Tab: one row up."""
        self.take_key("up", None)

    async def returned(self, result: object) -> None:
        """Back at the same row; read again when something was changed."""
        if result is not None:
            await self.do_refresh()

    # --- searching

    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE_SECONDS, self._search_soon)

    def _search_soon(self) -> None:
        text = self.search_line.text
        if text.strip() != self._answered:
            self.run_worker(
                self.desk.guarded(self._search(text)), group="search", exclusive=True, exit_on_error=False
            )

    async def _search(self, text: str) -> None:
        rows = await in_thread(lambda: self._find(text)) if text.strip() else []
        if text == self.search_line.text:
            self._show_answer(text.strip(), rows)

    def _answer_now(self) -> None:
        text = self.search_line.text
        if text.strip() != self._answered:
            self._show_answer(text.strip(), self._find(text) if text.strip() else [])

    def _find(self, text: str) -> list[CustomerRow]:
        with self.desk.seat.reading() as connection:
            rows = search(connection, text, _AT_MOST)
        self.desk.seat.record_access(Access.SEARCH, None, self.task_code(), f"{len(rows)} rows")
        return rows

    def _show_answer(self, text: str, rows: list[CustomerRow]) -> None:
        if not self._answered:
            self._kept_place = (self.table.cursor, self.table.top)
        self._answered = text
        if text:
            self.table.show_rows(rows)
            self._show_place()
        else:
            self._show_everyone(*self._kept_place)

    def _show_everyone(self, cursor: int = 0, top: int = 0) -> None:
        self.table.show(self._everyone, self._everyone.count(), cursor=cursor, top=top)
        self.table.chosen()
        self._show_place()

    def _show_place(self) -> None:
        total = f"{self.table.total:,}".replace(",", " ")
        if self._answered and self.table.total >= _AT_MOST:
            total += "+"
        place = self.table.cursor + 1 if self.table.total else 0
        self.search_line.show_status(
            self.tr(N_("row {row} of {total}"), row=f"{place:,}".replace(",", " "), total=total)
        )


class CustomerList(CustomerChooser):
    """Choosing opens the card."""

    area = "customers"

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Customers"))

    async def chosen(self, row: CustomerRow) -> None:
        """The card."""
        from tui.screens.customers.card import CustomerCard

        await self.desk.open(CustomerCard(self.desk, row.id))

    async def do_lookup(self) -> None:
        """F4: the task that looks are recorded under."""
        from tui.screens.task import TaskScreen

        await self.desk.open(TaskScreen(self.desk))

    async def do_new(self) -> None:
        """F6: a new customer."""
        from tui.screens.customers.form import NewCustomerForm

        await self.desk.open(NewCustomerForm(self.desk))
