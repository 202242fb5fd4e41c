"""A person's statement on screen: what was disclosed, who has looked, whether that is everything; and handing it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.statement.service import statement_of
from core.disclosure.statement.words import Kind, Row, rows
from core.messages import LANGUAGES, N_
from tui.screens.base import BaseScreen
from tui.screens.form_screen import FormScreen
from tui.widgets.details import Details, ReadRow, blank, heading, labelled, paragraph
from tui.widgets.form import Field, Form, Note
from tui.widgets.paint import BOLD, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.customers.types import Customer
    from core.disclosure.statement.types import Statement
    from core.documents.handover import HandoverForm
    from tui.app import RegisterApp

TASK = "legal_obligation"
_VALUE_AT = 25
_VALUE_WIDTH = 53


class StatementScreen(BaseScreen):
    """Made when the screen opens, which is itself a look; F2 changes its language, F10 hands it over."""

    area = "statement"

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk)
        self.customer = customer
        self.language = desk.language
        self.details = Details()
        self.statement: Statement

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Statement"))

    @property
    def active(self) -> Details:
        """The statement scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """The statement."""
        yield self.details

    async def prepare(self) -> None:
        """Go through the log; the look is recorded before anything is read."""
        seat = self.desk.seat
        self.statement = await self.desk.hold(
            self.tr(N_("Going through the disclosure log…")),
            lambda: statement_of(seat.register, seat.actor, self.customer.id, task=TASK),
        )
        self._show()

    def _show(self) -> None:
        self.details.show([line for row in rows(self.statement, self.language) for line in _lines(row)])
        if self.statement.completeness.proved:
            words = N_("Disclosures: {count}; proved to be all of them.")
            self.say(self.tr(words, count=len(self.statement.disclosed)), "done")
        else:
            self.say(
                self.tr(N_("It CANNOT be promised that this is everything: see the beginning.")), "error"
            )

    async def do_change(self) -> None:
        """F2: the person's language."""
        self.language = LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)]
        self._show()

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def do_save(self) -> None:
        """F10: hand it over."""
        await self.desk.open(HandoverScreen(self.desk, self.statement, self.language))

    async def do_enter(self) -> None:
        """Enter: back."""
        await self.desk.back()


class HandoverScreen(FormScreen):
    """In which form, and how the person asked; nothing is filled in beforehand but the form."""

    area = "handover"

    def __init__(self, desk: RegisterApp, statement: Statement, language: str) -> None:
        super().__init__(desk)
        self.statement = statement
        self.language = language
        choices = (
            ("pdf", self.tr(N_("pages to print (PDF)"))),
            ("zip", self.tr(N_("text, data and receipts in one file (ZIP)"))),
            ("json", self.tr(N_("data with receipts (JSON)"))),
        )
        self.form = Form(
            [
                Field("asked", self.tr(N_("Asked and identified")), row=6, column=28, width=48, max_length=500),
                Field(
                    "form", self.tr(N_("As")), row=8, column=28, width=48, kind="choice", choices=choices,
                    help=self.tr(N_("Space goes through the choices.")),
                ),
            ],
            {"form": "pdf"},
            notes=[
                Note(1, f"{statement.number} {statement.name}"),
                Note(3, self.tr(N_("Write how the person asked and how you made sure who it is:"))),
                Note(4, self.tr(N_("for example: letter of 1 November, signed; driving licence seen."))),
                Note(10, self.tr(N_("It is a disclosure to the person, and stands in the log."))),
            ],
        )  # fmt: skip

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Handing over"))

    @property
    def unsaved(self) -> bool:
        """Something has been written."""
        return bool(self.form.values()["asked"])

    async def do_save(self) -> None:
        """F10: put it into the export folder, through the gate."""
        from core.documents.handover import hand_over
        from integrations.typesetter import Typst

        values = self.form.values()
        if not values["asked"].strip():
            self.form.focus_field("asked")
            self.say(self.tr(N_("Write how the person asked and was identified.")), "error")
            return
        seat = self.desk.seat
        form: HandoverForm = values["form"]  # type: ignore[assignment]
        given = await self.desk.hold(
            self.tr(N_("Putting it into the export folder…")),
            lambda: hand_over(
                seat.register,
                Typst(),
                seat.actor,
                self.statement,
                form=form,
                language=self.language,
                asked=values["asked"],
            ),
        )
        await self.desk.back("handed over")
        told = {"number": given.result.number, "name": given.name}
        if given.name is None:
            self.desk.current.say(self.tr(N_("Transfer {number}: there is no file."), **told), "error")
        else:
            words = N_("Transfer {number}: {name} is in the export folder.")
            self.desk.current.say(self.tr(words, **told), "done")


def _lines(row: Row) -> list[ReadRow]:
    """A row of the statement as rows of the screen."""
    match row.kind:
        case Kind.TITLE:
            return [heading(row.text)]
        case Kind.HEADING:
            return [blank(), heading(row.text)]
        case Kind.ENTRY:
            return [blank(), *paragraph(row.text, style=BOLD)]
        case Kind.PAIR:
            parts = list(wrap(row.text, _VALUE_WIDTH)) or [""]
            first = labelled(row.label, parts[0], at=_VALUE_AT)
            return [first, *(labelled("", part, at=_VALUE_AT) for part in parts[1:])]
        case Kind.WARNING:
            return paragraph(f"!! {row.text}", style=BOLD)
        case Kind.TEXT:
            return paragraph(row.text)
