"""The small forms of a case: a field or two, the words that the case keeps, and back to the case with a sentence."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from core.messages import N_
from core.rights import clock, intake, service
from core.rights.types import EventKind
from tui.screens.base import BaseScreen
from tui.screens.requests import days
from tui.screens.words import day, parse_day
from tui.widgets.details import Details, paragraph
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from core.database import UnitOfWork
    from core.rights.types import Case
    from tui.app import RegisterApp

COLUMN: Final = 24
WIDE: Final = 52
_WORDS_ROW: Final = 4


class WordsForm(BaseScreen):
    """A few fields and words, which are read whole below the field while they are typed."""

    area = "request_step"
    # Rows from the last field to the words.
    gap: ClassVar[int] = 1

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        fields = [*self.fields(), self._words_field()]
        notes = [Note(place, row) for place, row in enumerate(self.told(), 1)]
        self.first = self.filled_in()
        self.form = Form(fields, self.first, notes=notes, changed=self.changed)
        self.form.styles.height = max(item.row for item in fields) + 2
        self.reader = Details()
        self.read_words()

    # --- what a subclass says

    def fields(self) -> Sequence[Field]:
        """Fields before the words."""
        return ()

    def filled_in(self) -> dict[str, str]:
        """What stands in the fields at first."""
        return {}

    @abstractmethod
    def told(self) -> Sequence[str]:
        """Two or three rows on what the step means."""

    @abstractmethod
    def words_label(self) -> str:
        """What the words are."""

    # --- the form

    def _words_field(self) -> Field:
        row = max((item.row for item in self.fields()), default=_WORDS_ROW - self.gap) + self.gap
        return Field("words", self.words_label(), row, COLUMN, WIDE, max_length=4000)

    def changed(self, name: str) -> None:
        """A field has changed."""
        if name == "words":
            self.read_words()

    def read_words(self) -> None:
        """The words as they will be read."""
        self.reader.show(paragraph(self.form.value("words")))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form, and the words below it."""
        yield self.form
        yield self.reader

    @property
    def unsaved(self) -> bool:
        """Something is not as the form opened."""
        return any(text != self.first.get(name, "") for name, text in self.form.values().items())

    async def do_save(self) -> None:
        """F10: take what is written."""
        raise NotImplementedError


class StepForm(WordsForm):
    """A step of a case: recorded, and back to the case with a sentence."""

    def __init__(self, desk: RegisterApp, case: Case) -> None:
        self.case = case
        super().__init__(desk)

    @abstractmethod
    def record(self, uow: UnitOfWork) -> str:
        """Do it; the sentence that tells so."""

    async def do_save(self) -> None:
        """F10: record it."""
        with self.desk.seat.writing() as uow:
            told = self.record(uow)
        await self.desk.back("recorded")
        self.desk.current.say(told, "done")


class PauseForm(StepForm):
    """The clock stops while proof of identity is waited for (GDPR 12(6))."""

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Stopping the clock"))

    def told(self) -> Sequence[str]:
        """Why and what."""
        return (
            self.tr(N_("The clock stands still while the person shows who they are (GDPR 12(6)).")),
            self.tr(N_("Ask no more than is needed: often a signature or one known fact is enough.")),
        )

    def words_label(self) -> str:
        """What was asked."""
        return self.tr(N_("What was asked"))

    def record(self, uow: UnitOfWork) -> str:
        """Stop it."""
        seat, case = self.desk.seat, self.case
        clock.pause(
            uow,
            seat.register.keyring,
            seat.actor,
            case.number,
            asked=self.form.value("words"),
            version=case.version,
        )
        return self.tr(N_("The clock is stopped. 5 lets it go on."))


class ExtendForm(StepForm):
    """Two months more, once, told within the first month (GDPR 12(3))."""

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Extending the time"))

    def fields(self) -> Sequence[Field]:
        """The day on which the person was told."""
        return (Field("told_on", self.tr(N_("Told to the person on")), 4, COLUMN, 12, max_length=10),)

    def filled_in(self) -> dict[str, str]:
        """Today."""
        return {"told_on": day(days.today(self.desk.seat))}

    def told(self) -> Sequence[str]:
        """The law, and until when."""
        until = self.tr(
            N_("The person has to be told by {due}, with the reasons."), due=day(self.case.due_on)
        )
        return (self.tr(N_("Two months more, once, when the request is complex (GDPR 12(3)).")), until)

    def words_label(self) -> str:
        """The reasons."""
        return self.tr(N_("Reasons"))

    def record(self, uow: UnitOfWork) -> str:
        """Extend it."""
        seat, case = self.desk.seat, self.case
        changed = clock.extend(
            uow,
            seat.register.keyring,
            seat.register.config.rights,
            seat.actor,
            case.number,
            told_on=parse_day(self.form.value("told_on"), "told_on"),
            reasons=self.form.value("words"),
            version=case.version,
        )
        return self.tr(N_("Extended; last day {due}."), due=day(changed.due_on))


class CommentForm(StepForm):
    """Something to remember, sealed with the case."""

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Comment"))

    def told(self) -> Sequence[str]:
        """Who reads it."""
        return (self.tr(N_("The comment is sealed with the case; the person may ask to read it.")),)

    def words_label(self) -> str:
        """The comment."""
        return self.tr(N_("Comment"))

    def record(self, uow: UnitOfWork) -> str:
        """Write it down."""
        seat = self.desk.seat
        intake.comment(uow, seat.register.keyring, seat.actor, self.case.number, self.form.value("words"))
        return self.tr(N_("Written down."))


class WithdrawForm(StepForm):
    """The person takes the request back."""

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Withdrawn"))

    def told(self) -> Sequence[str]:
        """What follows."""
        return (self.tr(N_("The case ends. A ban or restriction in force stays until it is lifted.")),)

    def words_label(self) -> str:
        """How we know."""
        return self.tr(N_("How we know"))

    def record(self, uow: UnitOfWork) -> str:
        """End it."""
        seat, case = self.desk.seat, self.case
        service.withdraw(
            uow,
            seat.register.keyring,
            seat.actor,
            case.number,
            how=self.form.value("words"),
            version=case.version,
        )
        return self.tr(N_("Case {number} is withdrawn."), number=case.number)


class AnsweredForm(StepForm):
    """The person has been answered in another way than by a letter from here."""

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Answered"))

    def told(self) -> Sequence[str]:
        """When this is used."""
        return (self.tr(N_("For an answer that was not made here: a letter of your own, a call, a visit.")),)

    def words_label(self) -> str:
        """How."""
        return self.tr(N_("How it was answered"))

    async def do_save(self) -> None:
        """F10: with words alone."""
        if not self.form.value("words"):
            self.say(self.tr(N_("Write how the person was answered.")), "error")
            return
        await super().do_save()

    def record(self, uow: UnitOfWork) -> str:
        """Write it down as today's answer."""
        seat, words = self.desk.seat, self.form.value("words")
        service.answered(
            uow, seat.register.keyring, seat.actor, self.case.number, EventKind.LETTER, words=words, facts={}
        )
        return self.tr(N_("Answered today. 0 closes the case."))
