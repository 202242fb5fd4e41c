"""What an export would send, exactly: to whom and why, each person's share, who is left out and why, the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers.reading import numbers_and_names
from core.disclosure.looking import record_look
from core.disclosure.statement.words import field_name
from core.documents.addresses import address_lines, full_name, text_of
from core.documents.words import form_name
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.disclosures.shown import head_rows, payload_rows
from tui.screens.tabbed import TabbedScreen
from tui.screens.words import fields_in_words
from tui.widgets.details import Details, blank, labelled, paragraph
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from core.disclosure.exits import Item
    from core.disclosure.types import LeftOut, Preview
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow

_VALUE_AT: Final = 30
# Of a longer list the numbers say who it is.
_NAMED: Final = 1000
_SUMMARY, _PERSONS, _LEFT_OUT, _FILE = range(4)


class ExportPreview(TabbedScreen):
    """F10 lets just this leave."""

    area = "export_preview"

    def __init__(self, desk: RegisterApp, preview: Preview) -> None:
        self.preview = preview
        language = desk.language
        self.summary, self.file = Details(), Details()
        self.persons: RecordTable[Item] = RecordTable(_person_columns(language))
        with desk.seat.reading() as connection:
            names = numbers_and_names(connection, (it.customer_id for it in preview.plan.left_out[:_NAMED]))
        self.left_out: RecordTable[LeftOut] = RecordTable(
            _left_out_columns(language, names), empty=tr(N_("Nobody is left out."), language)
        )
        super().__init__(
            desk,
            [
                (tr(N_("What leaves"), language), self.summary),
                (tr(N_("Persons"), language), self.persons),
                (tr(N_("Left out"), language), self.left_out),
                (tr(N_("File"), language), self.file),
            ],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("What would leave"))

    async def prepare(self) -> None:
        """The look is recorded before anything is shown."""
        with self.desk.seat.writing() as uow:
            record_look(uow, self.desk.seat.actor, self.preview.plan)
        await super().prepare()
        self.say(self.tr(N_("Nothing has left yet. F10 lets exactly this leave; F12 goes back.")))

    def load(self, index: int) -> None:
        """Show one view of what there is."""
        plan, language = self.preview.plan, self.desk.language
        if index == _SUMMARY:
            form = form_name(plan.request.form or "", language)
            first = [blank(), labelled(self.tr(N_("What")), form)]
            self.summary.show([*first, *head_rows(plan, language)[1:], *self._where()])
        elif index == _PERSONS:
            self.persons.show_rows(plan.items)
        elif index == _LEFT_OUT:
            self.left_out.show_rows(plan.left_out)
        else:
            self.file.show(payload_rows(self.preview.payloads, language))

    def _where(self) -> list[ReadRow]:
        files = self.desk.seat.register.config.files
        words = N_("The file goes into {folder} and is removed after {days} days.")
        told = self.tr(words, folder=str(files.export_directory), days=files.export_days)
        return [blank(), *paragraph(told)]

    async def do_enter(self) -> None:
        """Enter: on a person, their share; on one left out, the whole reason; elsewhere nothing leaves by habit."""
        item = self.persons.chosen() if self.active is self.persons else None
        left = self.left_out.chosen() if self.active is self.left_out else None
        if item is not None:
            await self.desk.open(ShareScreen(self.desk, self.preview, item))
        elif left is not None:
            self.say(f"{left.number or ''} {left.sentence(self.desk.language)}.")
        else:
            self.say(self.tr(N_("F10 lets exactly this leave; F12 goes back and nothing leaves.")))

    async def do_save(self) -> None:
        """F10: let it leave; keys wait until it is in the log and the file is on the disk."""
        from tui.screens.exports.result import ExportResult

        seat, preview = self.desk.seat, self.preview
        words = N_("Into the log, signed, then into the folder: {count} customers…")
        result = await self.desk.hold(
            self.tr(words, count=len(preview.plan.items)),
            lambda: seat.register.gate.release(seat.actor, preview),
        )
        await self.desk.back("sent")
        await self.desk.open(ExportResult(self.desk, preview, result))


class ShareScreen(BaseScreen):
    """What would leave about one person, field by field."""

    area = "export_share"

    def __init__(self, desk: RegisterApp, preview: Preview, item: Item) -> None:
        super().__init__(desk)
        language = desk.language
        rows: list[ReadRow] = [blank()]
        rows += [
            labelled(field_name(name, language).capitalize(), str(value), at=_VALUE_AT)
            for name, value in item.fields.items()
        ]
        withheld = preview.plan.withheld.get(item.id, frozenset())
        if withheld:
            told = tr(N_("Kept back: {data}"), language, data=fields_in_words(withheld, language))
            rows += [blank(), *paragraph(told)]
        self.details = Details(rows)
        self._whose = full_name(item) or text_of(item, "customer.number") or item.id

    def heading(self) -> str:
        """Whose share."""
        return self._whose

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The fields."""
        yield self.details

    async def do_enter(self) -> None:
        """Enter: back to the list."""
        await self.desk.back()


def _person_columns(language: str) -> list[Column[Item]]:
    return [
        Column(tr(N_("Number"), language), 8, lambda item: text_of(item, "customer.number")),
        Column(tr(N_("Name"), language), 28, full_name),
        Column(tr(N_("Address"), language), 0, _address),
    ]


def _address(item: Item) -> str:
    """The address without the names; where none leaves, what else does."""
    named = {full_name(item), text_of(item, "organisation.name")}
    lines = [line for line in address_lines(item) if line not in named]
    reach = [text_of(item, name) for name in ("email", "phone", "www")]
    return ", ".join(lines or filter(None, reach))


def _left_out_columns(language: str, names: Mapping[int, tuple[str, str]]) -> list[Column[LeftOut]]:
    return [
        Column(tr(N_("Customer"), language), 9, lambda one: one.number or ""),
        Column(tr(N_("Name"), language), 26, lambda one: names.get(one.customer_id, ("", ""))[1]),
        Column(tr(N_("Why"), language), 0, lambda one: one.sentence(language)),
    ]
