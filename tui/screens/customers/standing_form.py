"""What the small forms of the card share: whose it is, a day that has come, and back to the card with a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.customers.types import Source, SourceKind
from core.errors import InvalidInput, Where
from core.messages import N_
from tui.screens.customers.fields import source_fields
from tui.screens.form_screen import FormScreen
from tui.screens.words import day, parse_day
from tui.widgets.form import Field, Note
from tui.widgets.paint import BOLD

if TYPE_CHECKING:
    from datetime import date

    from core.customers.types import Customer
    from tui.app import RegisterApp

COLUMN = 24


class DayNotYet(InvalidInput):
    """A day that has not come yet."""

    code = "screen.day_not_yet"
    sentence = N_("This day has not come yet.")
    advice = N_("What is recorded holds at once: give today or an earlier day.")


class MissingOrigin(InvalidInput):
    """Where the wish came from was not said."""

    code = "screen.missing_origin"
    sentence = N_("How this reached us is missing.")
    advice = N_("Write which letter, call or visit it was: the customer may ask later.")


class StandingForm(FormScreen):
    """A form about one thing of one customer; subclasses make the fields and save."""

    area = "standing"

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk)
        self.customer = customer

    def task_code(self) -> str:
        """As on the card."""
        return self.desk.seat.task

    # --- parts of forms

    def whose(self) -> Note:
        """The customer, in the first row."""
        return Note(0, f"{self.customer.number}  {self.customer.display_name}", style=BOLD)

    def today(self) -> date:
        """The day in Finland."""
        return self.desk.seat.register.clock.now().astimezone(HELSINKI).date()

    def day_field(self, row: int, label: str) -> Field:
        """A day, with today in it."""
        return Field(
            "day", label, row, COLUMN, 12, max_length=10, help=self.tr(N_("For example 23.11.2026."))
        )

    def day_given(self) -> date:
        """The day in the field.

        Raises:
            NotADay, DayNotYet: it is none, or still to come.
        """
        text = self.form.value("day")
        given = parse_day(text, "day")
        if given > self.today():
            raise DayNotYet(where=Where(field="day", value=text))
        return given

    def today_shown(self) -> str:
        """Today as the field has it."""
        return day(self.today())

    def source_fields(self, row: int) -> list[Field]:
        """Where it came from (P7): kind and which letter or call."""
        return source_fields(self.desk.language, row)

    def source(self) -> Source:
        """What the fields of the source say."""
        return Source(SourceKind(self.form.value("source")), self.form.value("source_detail"))

    def required(self, name: str) -> str:
        """What stands in the field *name*.

        Raises:
            MissingOrigin: nothing does.
        """
        text = self.form.value(name)
        if not text:
            raise MissingOrigin(where=Where(field=name))
        return text

    async def do_save(self) -> None:
        """F10: check, save, and back to the card."""
        raise NotImplementedError

    async def done(self, sentence: str) -> None:
        """Back to the card, which says *sentence*."""
        await self.desk.back("changed")
        self.desk.current.say(sentence, "done")
