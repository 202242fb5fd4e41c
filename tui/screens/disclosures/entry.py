"""One transfer: what the log knows of it, whom it concerned, who was left out, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.reading import numbers_and_names
from core.disclosure import transfers
from core.disclosure.purposes import BASIS_NAMES
from core.disclosure.types import EVENT_NAMES, STATE_NAMES, TransferState
from core.messages import N_, tr
from core.staff.access_log import Access
from integrations.words import in_words
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import fields_in_words, named, purpose_name, when
from tui.widgets.details import Details, ReadRow, blank, labelled, paragraph
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from core.disclosure.transfers import TransferDetail, TransferEvent, TransferLine
    from core.disclosure.types import LeftOut
    from tui.app import RegisterApp

# In a long batch the key says who it is; only of short transfers the customers' numbers are looked up.
_NAMED = 200
_TASK = "disclosure_review"
_SUMMARY, _PERSONS, _LEFT_OUT, _EVENTS = range(4)


class TransferEntry(TabbedScreen):
    """Opened by a transfer's id."""

    area = "entry"

    def __init__(self, desk: RegisterApp, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        self._numbers: dict[int, str] = {}
        language = desk.language
        self.summary = Details()
        self.persons: RecordTable[TransferLine] = RecordTable(self._person_columns(language))
        self.left_out: RecordTable[LeftOut] = RecordTable(
            _left_out_columns(language), empty=tr(N_("Nobody was left out."), language)
        )
        self.events: RecordTable[TransferEvent] = RecordTable(_event_columns(language))
        super().__init__(
            desk,
            [
                (tr(N_("Transfer"), language), self.summary),
                (tr(N_("Persons"), language), self.persons),
                (tr(N_("Left out"), language), self.left_out),
                (tr(N_("Events"), language), self.events),
            ],
        )
        self.detail: TransferDetail

    def heading(self) -> str:
        """The number of the transfer, which is its place in the log."""
        return self.tr(N_("Transfer {number}"), number=self.detail.row.number)

    async def prepare(self) -> None:
        """Read the transfer."""
        self._read()
        await super().prepare()

    def _read(self) -> None:
        with self.desk.seat.reading() as connection:
            self.detail = transfers.detail(connection, self.transfer_id)
            known = {line.customer_id for line in self.detail.lines[:_NAMED] if line.customer_id is not None}
            named = numbers_and_names(connection, known)
            self._numbers = {customer_id: number for customer_id, (number, _) in named.items()}

    async def do_refresh(self) -> None:
        """F5."""
        self._read()
        await super().do_refresh()

    def load(self, index: int) -> None:
        """Show what has been read."""
        if index == _SUMMARY:
            self.summary.show(self._summary())
        elif index == _PERSONS:
            self.persons.show_rows(self.detail.lines)
            # The list says whom it concerned: looking at it is a look.
            lines = self.detail.lines
            alone = lines[0].customer_id if len(lines) == 1 else None
            self.desk.seat.record_access(Access.LIST, alone, _TASK, f"{len(lines)} rows")
        elif index == _LEFT_OUT:
            self.left_out.show_rows(self.detail.left_out)
        else:
            self.events.show_rows(self.detail.events)

    async def do_enter(self) -> None:
        """Enter on a person: what exactly left, which is itself recorded as a look."""
        if self.active is self.persons:
            line = self.persons.chosen()
            if line is not None:
                from tui.screens.disclosures.content import ContentScreen

                await self.desk.open(ContentScreen(self.desk, self.transfer_id, line.number))
        else:
            await self.do_choose_2()

    def _summary(self) -> list[ReadRow]:
        detail, row, language = self.detail, self.detail.row, self.desk.language
        rows: list[ReadRow] = [
            blank(),
            labelled(self.tr(N_("State")), tr(STATE_NAMES[row.state], language)),
            labelled(self.tr(N_("When")), when(row.created_at)),
            labelled(self.tr(N_("By")), row.staff_name),
            labelled(self.tr(N_("Recipient")), f"{row.recipient_name} ({row.country})"),
            labelled(self.tr(N_("Purpose")), purpose_name(row.purpose, language)),
            labelled(self.tr(N_("Legal basis")), named(BASIS_NAMES, row.basis, language)),
            labelled(self.tr(N_("Persons")), str(row.size)),
            labelled(self.tr(N_("Left out")), str(row.left_out)),
            labelled(
                self.tr(N_("Sent by way of")), f"{row.adapter} {detail.adapter_version} ({row.environment})"
            ),
            labelled(self.tr(N_("Place in the log")), str(row.number)),
        ]
        if detail.reason:
            rows.append(labelled(self.tr(N_("Reason")), detail.reason))
        rows += [
            blank(),
            *paragraph(self.tr(N_("Data: {fields}"), fields=fields_in_words(detail.fields, language))),
        ]
        rows += paragraph(
            self.tr(
                N_(
                    "The log itself holds no personal data; what left is kept sealed under each person's own key."
                )
            )
        )
        if row.state is TransferState.IN_DOUBT:
            rows += [
                blank(),
                *paragraph(self.tr(N_("In doubt: see Transfers in doubt in the main menu for what to do."))),
            ]
        return rows

    def _person_columns(self, language: str) -> list[Column[TransferLine]]:
        def state(line: TransferLine) -> str:
            return "" if line.state is None else tr(STATE_NAMES[TransferState(line.state.value)], language)

        def customer(line: TransferLine) -> str:
            return self._numbers.get(line.customer_id, "") if line.customer_id is not None else ""

        return [
            Column(tr(N_("Row"), language), 5, lambda line: str(line.number), "right"),
            Column(tr(N_("Customer"), language), 9, customer),
            Column(tr(N_("Key"), language), 14, lambda line: line.key or ""),
            Column(tr(N_("State"), language), 12, state),
            Column(tr(N_("Reference"), language), 12, lambda line: line.reference or ""),
            Column(
                tr(N_("Recipient's words"), language),
                0,
                lambda line: line.message or in_words(line.code, language),
            ),
        ]


def _left_out_columns(language: str) -> list[Column[LeftOut]]:
    return [
        Column(tr(N_("Customer"), language), 10, lambda one: one.number or ""),
        Column(tr(N_("Why"), language), 0, lambda one: one.sentence(language)),
    ]


def _event_columns(language: str) -> list[Column[TransferEvent]]:
    return [
        Column(tr(N_("When"), language), 16, lambda event: when(event.at)),
        Column(tr(N_("What"), language), 20, lambda event: named(EVENT_NAMES, event.kind, language)),
        Column(tr(N_("State"), language), 16, lambda event: tr(STATE_NAMES[event.state], language)),
        Column(tr(N_("By"), language), 0, lambda event: event.staff_name),
        Column(tr(N_("Reason"), language), 14, lambda event: event.reason or ""),
    ]
