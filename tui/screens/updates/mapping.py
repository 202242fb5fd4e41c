"""The mapping assistant: which column holds what, what each code means, and the first rows as understood by that."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from core.customers.words import FIELD_NAMES
from core.messages import N_
from core.updates import assistant, mappings
from core.updates.mapping import CODE, DATE, KEY
from core.updates.types import MEANING_NAMES, Meaning
from tui.screens.tabbed import TabbedScreen
from tui.screens.updates.answers import answer_path
from tui.screens.updates.pick import Choice, PickScreen
from tui.screens.words import day
from tui.widgets.details import Details, blank, heading, paragraph
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.config import UpdateAnswer
    from core.updates.assistant import Proposal, SampleRow, Understanding
    from tui.app import RegisterApp
    from tui.screens.updates.answers import Work
    from tui.widgets.details import ReadRow

_OLD: Final = "old_"
_COLUMNS, _CODES, _ROWS = range(3)
_SHOWN: Final = 20
_BELOW: Final = 9
FileColumn = assistant.Column


class MappingScreen(TabbedScreen):
    """Columns and codes are corrected one by one; what that makes of the first rows stands below at once."""

    area = "update_mapping"

    def __init__(self, desk: RegisterApp, work: Work) -> None:
        self.columns: RecordTable[FileColumn] = RecordTable(())
        self.codes: RecordTable[tuple[str, int]] = RecordTable(())
        self.understood = Details()
        self.columns.empty = self.codes.empty = ""
        super().__init__(desk, [("", self.columns), ("", self.codes), ("", self.understood)])
        self.tabs.names = [
            self.tr(N_("Columns")), self.tr(N_("Codes")), self.tr(N_("First rows as understood"))
        ]  # fmt: skip
        self.columns.columns = (
            Column(self.tr(N_("Column of the file")), 24, lambda column: column.heading),
            Column(self.tr(N_("Is read into")), 24, lambda column: self.field_of(column.heading)),
            Column(self.tr(N_("First values")), 0, lambda column: " | ".join(column.values)),
        )
        self.codes.columns = (
            Column(self.tr(N_("Code in the file")), 20, lambda code: code[0] or "-"),
            Column(self.tr(N_("Rows")), 8, lambda code: str(code[1]), "right"),
            Column(self.tr(N_("Means")), 0, self._meaning),
        )
        self.codes.empty = self.tr(N_("No column says what happened, so there are no codes."))
        self.work = work
        self.path: Path
        self.proposal: Proposal
        self.answer: UpdateAnswer
        self.found: Understanding
        self.changed = False
        self._open = ExitStack()

    def heading(self) -> str:
        """The file."""
        return self.tr(N_("Mapping of {file}"), file=self.work.file)

    @property
    def unsaved(self) -> bool:
        """Whether corrections would be lost."""
        return self.changed

    # --- reading

    async def prepare(self) -> None:
        """Fetch the file and look at it."""
        self.path = await self.desk.hold(
            self.tr(N_("Fetching the file…")),
            lambda: self._open.enter_context(answer_path(self.desk.seat, self.work)),
        )
        await self._propose(anew=False)
        self.show_view(_COLUMNS)

    def on_unmount(self) -> None:
        """What was fetched is forgotten."""
        self._open.close()

    async def _propose(self, *, anew: bool) -> None:
        seat = self.desk.seat
        self.proposal = await self.desk.hold(
            self.tr(N_("Looking at the file…")),
            lambda: assistant.propose(seat.register, seat.actor, self.work.service, self.path, anew=anew),
        )
        await self._take(self.proposal.answer)

    async def _take(self, answer: UpdateAnswer) -> None:
        """See the file by *answer*."""
        seat = self.desk.seat
        self.found = await self.desk.hold(
            self.tr(N_("Reading the first rows…")),
            lambda: assistant.understand(seat.register, self.work.service, self.path, answer, shown=_SHOWN),
        )
        self.answer = answer
        self.columns.show_rows(self.proposal.columns, keep_place=True)
        self.codes.show_rows(sorted(self.found.codes.items()), keep_place=True)
        self.understood.show(list(self._understood()))

    def load(self, index: int) -> None:
        """All three are read together."""

    def show_view(self, index: int) -> None:
        """Below columns and codes stands what they make of the first rows."""
        super().show_view(index)
        self.understood.display = True
        self.understood.styles.height = "1fr" if index == _ROWS else _BELOW

    # --- words

    def field_of(self, title: str) -> str:
        """What the column *title* is read into, in words."""
        code = self._field(title)
        return self._field_name(code) if code else "-"

    def _field(self, title: str) -> str:
        if title == self.answer.key:
            return KEY
        if title == self.answer.code_column:
            return CODE
        return next((field for field, of in self.answer.columns.items() if of == title), "")

    def _field_name(self, field: str) -> str:
        if field == CODE:
            return self.tr(N_("what happened (code)"))
        if field == DATE:
            return self.tr(N_("date of the change"))
        if field.startswith(_OLD):
            return self.tr(N_("asked about: {field}"), field=self.tr(FIELD_NAMES[field.removeprefix(_OLD)]))
        return self.tr(FIELD_NAMES[field])

    def _meaning(self, code: tuple[str, int]) -> str:
        meaning = self.answer.codes.get(code[0])
        return self.tr(MEANING_NAMES[Meaning(meaning)]) if meaning else self.tr(N_("? – to quarantine"))

    def _understood(self) -> Iterator[ReadRow]:
        told = [
            f"{self.tr(MEANING_NAMES[meaning])} {count}" for meaning, count in self.found.meanings.items()
        ]
        if self.found.quarantined:
            told.append(self.tr(N_("to quarantine {count}"), count=self.found.quarantined))
        looked = self.tr(N_("Of the first {count} rows:"), count=self.found.looked)
        yield from paragraph(f"{looked} {', '.join(told)}")
        for remark in self.found.remarks:
            yield from paragraph(f"! {remark.sentence(self.desk.language)}")
        yield blank()
        yield heading(self.tr(N_("First rows as understood")))
        for row in self.found.rows:
            yield from paragraph(self._row(row))

    def _row(self, row: SampleRow) -> str:
        if row.problem is not None:
            return f"{row.line:>4}  ✗ {row.problem.explain(self.desk.language).sentence}"
        assert row.understood is not None
        answer, sought = row.understood.answer, row.understood.sought
        who = sought.number or sought.business_id or f"{sought.first_name or ''} {sought.last_name or ''}"
        if sought.number and not row.known:
            who += self.tr(N_(" (not in the register)"))
        values = ", ".join(value for value in answer.values.values() if value)
        parts = (
            who.strip(),
            self.tr(MEANING_NAMES[answer.meaning]),
            values,
            day(answer.dated) if answer.dated else "",
        )
        return f"{row.line:>4}  " + " · ".join(part for part in parts if part)

    # --- keys

    async def do_enter(self) -> None:
        """Enter: the same as F4."""
        await self.do_lookup()

    async def do_lookup(self) -> None:
        """F4: choose what the column holds or the code means."""
        column, code = self.columns.chosen(), self.codes.chosen()
        if self.index == _COLUMNS and column is not None:
            read_from = {self._field(each.heading): each.heading for each in self.proposal.columns}
            choices = [Choice("", self.tr(N_("nothing: is not read")))]
            choices += [
                Choice(field, self._field_name(field), read_from.get(field, "")) for field in assistant.FIELDS
            ]
            await self._pick(column.heading, choices, self._field(column.heading))
        elif self.index == _CODES and code is not None:
            choices = [Choice("", self.tr(N_("? – to quarantine")))]
            choices += [Choice(str(meaning), self.tr(MEANING_NAMES[meaning])) for meaning in Meaning]
            await self._pick(code[0] or "-", choices, self.answer.codes.get(code[0], ""))

    async def _pick(self, name: str, choices: list[Choice], now: str) -> None:
        await self.desk.open(PickScreen(self.desk, name, choices, now))

    async def returned(self, result: object) -> None:
        """Something was chosen."""
        column, code = self.columns.chosen(), self.codes.chosen()
        if not isinstance(result, Choice):
            return
        if self.index == _COLUMNS and column is not None:
            await self._read_into(column.heading, result.code)
        elif self.index == _CODES and code is not None:
            await self._take(assistant.with_code(self.answer, code[0], result.code or None))
            self.changed = True

    async def _read_into(self, title: str, field: str) -> None:
        before, answer = self._field(title), self.answer
        if before and before != field:
            answer = assistant.with_field(answer, before, None)
        if field:
            answer = assistant.with_field(answer, field, title)
        await self._take(answer)
        self.changed = True

    async def do_check(self) -> None:
        """F7: forget the mapping in force."""
        await self._propose(anew=True)
        self.changed = True
        self.say(self.tr(N_("Guessed from the file; nothing is saved yet.")))

    async def do_save(self) -> None:
        """F10: save, then the preview."""
        seat = self.desk.seat
        if self.changed or not self.proposal.is_in_force:
            mappings.save(seat.register, seat.actor, self.work.service, self.answer)
        await self.desk.back(self.work)
