"""A letter to the person: read as text before it is handed over, in either language, with words of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import LANGUAGES, N_
from core.rights.letters import service
from core.rights.letters.errors import WordsNeeded
from core.rights.letters.types import LETTER_NAMES, NOTHING_MORE, Also, LetterKind, letters_for
from core.rights.types import CaseState
from tui.screens.base import BaseScreen
from tui.screens.requests.steps import COLUMN, WIDE, WordsForm
from tui.screens.words import day, parse_day
from tui.widgets.details import Details, Piece, blank, paragraph
from tui.widgets.form import Field
from tui.widgets.standing_line import StandingLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from core.rights.types import Case
    from tui.app import RegisterApp

_WIDTH: Final = 77


class LetterScreen(BaseScreen):
    """F4 goes through the letters that fit the case; F10 hands over exactly what is read."""

    area = "request_letter"

    def __init__(self, desk: RegisterApp, case: Case) -> None:
        super().__init__(desk)
        self.case = case
        self.kinds = letters_for(case)
        # What waits for its day is answered with why, and until when.
        waits = case.state is CaseState.WAITING_HOLD and LetterKind.ERASURE_POSTPONED in self.kinds
        self.place = self.kinds.index(LetterKind.ERASURE_POSTPONED) if waits else 0
        self.language_written = case.language
        self.also: Also = NOTHING_MORE
        self.which = StandingLine()
        self.details = Details()

    def heading(self) -> str:
        """What it is."""
        return self.tr(N_("Letter"))

    @property
    def active(self) -> Details:
        """The letter scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """Which letter it is, and the letter."""
        yield self.which
        yield self.details

    async def prepare(self) -> None:
        """Set the likeliest letter; the look is recorded."""
        await self._set()

    async def _set(self) -> None:
        from integrations.typesetter import Typst

        seat, kind = self.desk.seat, self.kinds[self.place]
        told = {"place": self.place + 1, "count": len(self.kinds), "name": self.tr(LETTER_NAMES[kind])}
        self.which.show(self.tr(N_("Letter {place}/{count}: {name}"), **told), minding=False)
        try:
            text = await self.desk.hold(
                self.tr(N_("Setting the letter…")),
                lambda: service.preview_text(
                    seat.register,
                    Typst(),
                    seat.actor,
                    self.case.number,
                    kind,
                    language=self.language_written,
                    also=self.also,
                    width=_WIDTH,
                ),
            )
        except WordsNeeded as needed:
            self.say("")
            words = f"{needed.explain(self.desk.language).sentence} {self.tr(N_('F6 writes them.'))}"
            self.details.show([blank(), *paragraph(words)])
            return
        self.details.show([blank(), *((Piece(1, line),) for line in text.split("\n"))])

    async def do_change(self) -> None:
        """F2: the person's language."""
        self.language_written = LANGUAGES[(LANGUAGES.index(self.language_written) + 1) % len(LANGUAGES)]
        await self._set()

    async def do_lookup(self) -> None:
        """F4: another letter."""
        self.place = (self.place + 1) % len(self.kinds)
        await self._set()

    async def do_new(self) -> None:
        """F6: words of one's own."""
        await self.desk.open(LetterWords(self.desk, self.also))

    async def returned(self, result: object) -> None:
        """Back with words."""
        if isinstance(result, Also):
            self.also = result
            await self._set()

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        self.say(self.tr(N_("F10 hands over exactly this; F12 goes back and nothing leaves.")))

    async def do_save(self) -> None:
        """F10: into the export folder, and into the case."""
        from integrations.typesetter import Typst

        seat, kind = self.desk.seat, self.kinds[self.place]
        handed = await self.desk.hold(
            self.tr(N_("Putting it into the export folder…")),
            lambda: service.hand_over(
                seat.register,
                Typst(),
                seat.actor,
                self.case.number,
                kind,
                language=self.language_written,
                also=self.also,
            ),
        )
        await self.desk.back("handed over")
        if handed.transfer is None:
            told = self.tr(N_("To be printed and posted: {name}"), name=handed.name)
        else:
            words = N_("Transfer {number}. To be printed and posted: {file}")
            told = self.tr(words, number=handed.transfer, file=handed.name)
        self.desk.current.say(told, "done")


class LetterWords(WordsForm):
    """What the handler adds to one letter."""

    def __init__(self, desk: RegisterApp, also: Also) -> None:
        self.also = also
        super().__init__(desk)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Words"))

    def fields(self) -> Sequence[Field]:
        """What is enclosed, and a last day."""
        several = self.tr(N_("Several with semicolons between."))
        return (
            Field("enclosed", self.tr(N_("Enclosed")), 4, COLUMN, WIDE, max_length=500, help=several),
            Field("until", self.tr(N_("Answer by, or from")), 5, COLUMN, 12, max_length=10),
        )

    def filled_in(self) -> dict[str, str]:
        """What was added before."""
        until = "" if self.also.until is None else day(self.also.until)
        return {"enclosed": "; ".join(self.also.enclosures), "until": until, "words": self.also.words}

    def told(self) -> Sequence[str]:
        """For what."""
        return (
            self.tr(N_("The words stand in this letter alone, as the person reads them.")),
            self.tr(N_("A day is needed only by a letter that names one.")),
        )

    def words_label(self) -> str:
        """The words."""
        return self.tr(N_("Words"))

    async def do_save(self) -> None:
        """F10: into the letter."""
        values = self.form.values()
        until = parse_day(values["until"], "until") if values["until"] else None
        enclosures = tuple(part.strip() for part in values["enclosed"].split(";") if part.strip())
        await self.desk.back(Also(values["words"], enclosures, until))
