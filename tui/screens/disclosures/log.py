"""The disclosure log: every transfer, newest first, with filters, and the verification of the whole log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.service import by_number
from core.disclosure.purposes import PURPOSES
from core.disclosure.recipients import recipients
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_
from core.staff.access_log import Access
from tui.screens.base import BaseScreen
from tui.screens.disclosures.columns import Transfers, transfer_columns
from tui.screens.fetching import Fetcher
from tui.screens.words import end_of, parse_day, start_of
from tui.widgets.form import Field, Form
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.transfers import TransferRow
    from tui.app import RegisterApp
    from tui.widgets.rows import Rows

_FILTER_ROWS = 4
_TASK = "disclosure_review"


class LogScreen(BaseScreen):
    """Filters above, transfers below; F4 goes up, Enter applies and goes down."""

    area = "log"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.filters = self._filter_form()
        self.filters.styles.height = _FILTER_ROWS
        self.filters.awake = False
        fetcher: Fetcher[TransferRow] = Fetcher(self)
        self.table: RecordTable[TransferRow] = RecordTable(
            transfer_columns(desk.language),
            empty=self.tr(N_("No transfer matches the filters.")),
            wanted=fetcher.wanted,
        )
        fetcher.table = self.table

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Disclosure log"))

    @property
    def active(self) -> Rows:
        """The filters while they are being set, else the list."""
        return self.filters if self.filters.awake else self.table

    def body(self) -> Iterable[Widget]:
        """Filters and list."""
        yield self.filters
        yield self.table

    async def prepare(self) -> None:
        """Read the first page."""
        self._apply()

    # --- filters

    def _filter_form(self) -> Form:
        with self.desk.seat.reading() as connection:
            known = recipients(connection)
        any_one = ("", self.tr(N_("all")))
        return Form(
            [
                Field(
                    "recipient", self.tr(N_("Recipient")), row=0, column=17, width=20, kind="choice",
                    choices=(any_one, *((one.code, one.name) for one in known)),
                ),
                Field(
                    "purpose", self.tr(N_("Purpose")), row=0, column=60, width=20, label_column=43, kind="choice",
                    choices=(any_one, *((code, self.tr(one.name)) for code, one in PURPOSES.items())),
                ),
                Field(
                    "state", self.tr(N_("State")), row=1, column=17, width=20, kind="choice",
                    choices=(any_one, *((str(code), self.tr(name)) for code, name in STATE_NAMES.items())),
                ),
                Field(
                    "person", self.tr(N_("Customer no.")), row=1, column=60, width=12, label_column=43, max_length=20,
                    help=self.tr(N_("A customer number: shows the transfers that this customer was part of.")),
                ),
                Field("since", self.tr(N_("From")), row=2, column=17, width=12, max_length=10),
                Field("until", self.tr(N_("To")), row=2, column=60, width=12, label_column=43, max_length=10),
            ],
        )  # fmt: skip

    def _wanted(self) -> TransferFilter:
        values = self.filters.values()
        customer_id = None
        if values["person"]:
            with self.desk.seat.reading() as connection:
                customer_id = by_number(connection, values["person"]).id
            self.desk.seat.record_access(Access.LIST, customer_id, _TASK, "transfers")
        return TransferFilter(
            recipient=values["recipient"] or None,
            purpose=values["purpose"] or None,
            state=TransferState(values["state"]) if values["state"] else None,
            customer_id=customer_id,
            since=start_of(parse_day(values["since"], "since")) if values["since"] else None,
            until=end_of(parse_day(values["until"], "until")) if values["until"] else None,
        )

    def _apply(self, *, keep_place: bool = False) -> None:
        source = Transfers(self.desk.seat, self._wanted())
        cursor, top = (self.table.cursor, self.table.top) if keep_place else (0, 0)
        self.table.show(source, source.count(), cursor=cursor, top=top)
        self.table.chosen()
        self.say(self.tr(N_("{count} transfers."), count=self.table.total))

    def _wake_filters(self, *, awake: bool) -> None:
        self.filters.awake = awake
        self.filters.refresh()
        self.table.refresh()

    # --- keys

    async def do_send(self) -> None:
        """F8: recipients who hold an old value."""
        from tui.screens.notices.worklist import NoticeList

        await self.desk.open(NoticeList(self.desk))

    async def do_lookup(self) -> None:
        """F4: to the filters; there, through the choices."""
        if self.filters.awake:
            await super().do_lookup()
        else:
            self._wake_filters(awake=True)

    async def do_enter(self) -> None:
        """Enter: apply the filters, or open the transfer."""
        if self.filters.awake:
            self._apply()
            self._wake_filters(awake=False)
            return
        row = self.table.chosen()
        if row is not None:
            from tui.screens.disclosures.entry import TransferEntry

            await self.desk.open(TransferEntry(self.desk, row.id))

    async def do_next(self) -> None:
        """Tab: through the filters."""
        if self.filters.awake:
            self.filters.next()
        else:
            self._wake_filters(awake=True)

    async def do_cancel(self) -> None:
        """F12: from the filters to the list, from the list back."""
        if self.filters.awake:
            self._wake_filters(awake=False)
        else:
            await super().do_cancel()

    async def do_check(self) -> None:
        """F7: no filters."""
        for name in self.filters.values():
            self.filters.put(name, "")
        self._apply()

    async def do_refresh(self) -> None:
        """F5."""
        self._apply(keep_place=True)

    async def returned(self, result: object) -> None:
        """Back at the same row."""
        if result is not None:
            self._apply(keep_place=True)

    async def do_more(self) -> None:
        """F9: verify everything; it may take a while, so keys wait."""
        from tui.screens.disclosures.verification import VerificationScreen

        report = await self.desk.hold(self.tr(N_("Verifying the log…")), self.desk.seat.verify_log)
        await self.desk.open(VerificationScreen(self.desk, report))
