"""A finding: made, given to somebody, closed; always in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.review import findings
from core.disclosure.review.findings import FINDING_STATE_NAMES, FindingState
from core.messages import N_
from core.staff.members import members
from tui.screens.base import BaseScreen
from tui.screens.words import when
from tui.widgets.details import Details, Piece, ReadRow, paragraph
from tui.widgets.form import Field, Form, Note
from tui.widgets.paint import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.review.findings import Finding
    from tui.app import RegisterApp

_FORM_ROWS = 8


class _FindingForm(BaseScreen):
    """Words and an owner."""

    area = "finding"
    form: Form

    def owners(self) -> tuple[tuple[str, str], ...]:
        """Everybody who works here."""
        with self.desk.seat.reading() as connection:
            people = members(connection)
        return tuple((str(one.id), one.name) for one in people if one.disabled_at is None)

    def words_field(self, label: str, row: int) -> Field:
        """The words."""
        return Field("words", label, row=row, column=20, width=56, max_length=1000)

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    @property
    def unsaved(self) -> bool:
        """Words have been written."""
        return bool(self.form.value("words"))


class NewFindingScreen(_FindingForm):
    """What a reviewer has found."""

    def __init__(self, desk: RegisterApp, transfer_number: int | None = None) -> None:
        super().__init__(desk)
        own = str(desk.seat.actor.staff_id)
        self.form = Form(
            [
                self.words_field(self.tr(N_("What was found")), 3),
                Field("transfer", self.tr(N_("Transfer no.")), row=5, column=20, width=10, max_length=15),
                Field(
                    "owner", self.tr(N_("Owner")), row=7, column=20, width=40, kind="choice", choices=self.owners(),
                    help=self.tr(N_("Space goes through the choices.")),
                ),
            ],
            {"owner": own, "transfer": "" if transfer_number is None else str(transfer_number)},
            notes=[Note(1, self.tr(N_("Name no customer here: the transfer's number leads to whom it concerned.")))],
        )  # fmt: skip

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("New finding"))

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    async def do_save(self) -> None:
        """F10: make it."""
        seat, values = self.desk.seat, self.form.values()
        about = values["transfer"]
        number = int(about) if about.isascii() and about.isdigit() else None
        with seat.writing() as uow:
            made = findings.find(
                uow, seat.actor, values["words"], transfer_number=number, owner_id=int(values["owner"])
            )
        await self.desk.back("found")
        self.desk.current.say(self.tr(N_("Finding {number} is made."), number=made.id), "done")


class FindingScreen(_FindingForm):
    """A finding with its story; F10 records a step."""

    def __init__(self, desk: RegisterApp, finding: Finding) -> None:
        super().__init__(desk)
        self.finding = finding
        states = tuple((str(state), self.tr(name)) for state, name in FINDING_STATE_NAMES.items())
        self.form = Form(
            [
                Field(
                    "state", self.tr(N_("State")), row=1, column=20, width=30, kind="choice", choices=states,
                    help=self.tr(N_("Space goes through the choices.")),
                ),
                Field("owner", self.tr(N_("Owner")), row=3, column=20, width=40, kind="choice", choices=self.owners()),
                self.words_field(self.tr(N_("In words")), 5),
            ],
            {"state": str(finding.state), "owner": str(finding.owner_id or desk.seat.actor.staff_id)},
        )  # fmt: skip
        self.form.styles.height = _FORM_ROWS
        self.story = Details()

    def heading(self) -> str:
        """Its number."""
        return self.tr(N_("Finding {number}"), number=self.finding.id)

    def body(self) -> Iterable[Widget]:
        """The form, and what has happened so far."""
        yield self.form
        yield self.story

    async def prepare(self) -> None:
        """Read the story."""
        with self.desk.seat.reading() as connection:
            story = findings.story_of(connection, self.finding.id)
        rows: list[ReadRow] = []
        if self.finding.transfer_number is not None:
            rows += paragraph(self.tr(N_("Transfer {number}"), number=self.finding.transfer_number))
        for event in story:
            state, owner = self.tr(FINDING_STATE_NAMES[event.state]), event.owner_name or "–"
            rows.append((Piece(1, f"{when(event.at)}  {event.staff_name}: {state}, {owner}", QUIET),))
            rows += paragraph(event.words)
        self.story.show(rows)

    def take_key(self, key: str, character: str | None) -> None:
        """The page keys scroll the story."""
        if key in {"pageup", "pagedown"}:
            self.story.take_key(key, character)
        else:
            super().take_key(key, character)

    async def do_save(self) -> None:
        """F10: record the step."""
        seat, values = self.desk.seat, self.form.values()
        with seat.writing() as uow:
            findings.move(
                uow,
                seat.actor,
                self.finding.id,
                state=FindingState(values["state"]),
                owner_id=int(values["owner"]),
                words=values["words"],
            )
        await self.desk.back("moved")
        self.desk.current.say(self.tr(N_("Finding {number} is recorded."), number=self.finding.id), "done")
