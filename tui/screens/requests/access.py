"""The access package of a case: what goes into it, words that may tell of others read one by one, then handed over."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from core.messages import LANGUAGES, N_, tr
from core.personal_data.types import DATA_CLASS_NAMES, DataClass
from core.rights.access import service
from core.rights.access.types import REASON_NAMES, SUSPICION_NAMES, Flag
from tui.screens.digits import DigitBar
from tui.screens.requests.handed import handed_over
from tui.screens.requests.words import hold_rows, table_rows
from tui.screens.tabbed import TabbedScreen
from tui.widgets.details import Details, Piece, blank, heading, paragraph
from tui.widgets.paint import BOLD
from tui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.rights.access.types import Package
    from core.rights.handing import Form
    from core.rights.types import Case
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow

_PACKAGE, _WORDS = range(2)
_SHOWN: Final = "shown"
_WITHHELD: Final = "withheld"


class AccessScreen(TabbedScreen):
    """Making it is a look at the person; a text that may tell of others leaves only after somebody has read it."""

    area = "request_access"

    def __init__(self, desk: RegisterApp, case: Case) -> None:
        self.case = case
        self.language_written = case.language
        self.details = Details()
        # What the reader has decided about each text, by `Flag.id`.
        self.read: dict[str, str] = {}
        self.flags: tuple[Flag, ...] = ()
        self.table: RecordTable[Flag] = RecordTable(
            self._columns(desk.language),
            empty=tr(N_("No words that may tell of somebody else."), desk.language),
            moved=self._look,
        )
        self.table.styles.height = 10
        self.whole = Details()
        self.digits = DigitBar()
        super().__init__(
            desk,
            [
                (tr(N_("The package"), desk.language), self.details),
                (tr(N_("Words to read"), desk.language), self.table),
            ],
        )
        self.package: Package

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Access package"))

    def body(self) -> Iterable[Widget]:
        """The views; below the words to read the chosen one whole."""
        yield from super().body()
        yield self.whole
        yield self.digits

    def draw_frame(self) -> None:
        """What the digits do with the chosen words."""
        super().draw_frame()
        self.digits.show_offered(self)

    def _columns(self, language: str) -> list[Column[Flag]]:
        def decided(flag: Flag) -> str:
            names = {_SHOWN: N_("goes along"), _WITHHELD: N_("is kept back")}
            return tr(names.get(self.read.get(flag.id, ""), N_("to be read")), language)

        return [
            Column(tr(N_("Decision"), language), 10, decided),
            Column(tr(N_("Words"), language), 0, lambda it: " ".join(it.words.split())),
        ]

    # --- making

    async def prepare(self) -> None:
        """Make it."""
        await self._make()
        self.flags = self.package.flags
        await super().prepare()
        if self.flags:
            told = N_("{count} texts may tell of somebody else: read them (2).")
            self.say(self.tr(told, count=len(self.flags)), "warning")

    async def _make(self) -> None:
        seat = self.desk.seat
        withheld = [name for name, decided in self.read.items() if decided == _WITHHELD]
        self.package = await self.desk.hold(
            self.tr(N_("Gathering everything about the person…")),
            lambda: service.make(
                seat.register,
                seat.actor,
                self.case.number,
                language=self.language_written,
                withhold=withheld,
            ),
        )

    def load(self, index: int) -> None:
        """Show one view."""
        if index == _WORDS:
            self.table.show_rows(self.flags, keep_place=True)
            self._look()
        else:
            self.details.show(package_rows(self.package, self.desk.language))

    def show_view(self, index: int) -> None:
        """The chosen words are read whole below their list."""
        super().show_view(index)
        self.whole.display = index == _WORDS

    def _look(self) -> None:
        flag = self.table.chosen()
        if flag is None:
            self.whole.show([])
            return
        why = tr(SUSPICION_NAMES[flag.suspicion], self.desk.language)
        self.whole.show([blank(), *paragraph(why, style=BOLD), blank(), *paragraph(flag.words)])

    # --- reading

    def offers(self, verb: str) -> bool:
        """Words are decided on in their own view."""
        if verb in {"choose_3", "choose_4"} and (self.index != _WORDS or not self.flags):
            return False
        return super().offers(verb)

    def _decide(self, decision: str) -> None:
        flag = self.table.chosen()
        if flag is None:
            return
        self.read[flag.id] = decision
        self.table.show_rows(self.flags, keep_place=True)
        self.table.move_to(self.table.cursor + 1)
        left = sum(one.id not in self.read for one in self.flags)
        self.say(self.tr(N_("To be read: {count}."), count=left))

    async def do_choose_3(self) -> None:
        """3: it tells of nobody else."""
        self._decide(_SHOWN)

    async def do_choose_4(self) -> None:
        """4: it is kept back."""
        self._decide(_WITHHELD)

    async def do_choose_5(self) -> None:
        """There are two views."""

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        self.say(self.tr(N_("F10 hands it over as an encrypted file, F8 as pages to print; F12 goes back.")))

    # --- handing over

    async def do_change(self) -> None:
        """F2: the person's language."""
        self.language_written = LANGUAGES[(LANGUAGES.index(self.language_written) + 1) % len(LANGUAGES)]
        name = self.tr(N_("Finnish") if self.language_written == "fi" else N_("English"))
        self.say(self.tr(N_("The package will be in: {name}."), name=name))

    async def do_send(self) -> None:
        """F8: pages to print here."""
        await self._hand_over("pdf")

    async def do_save(self) -> None:
        """F10: one encrypted file."""
        await self._hand_over("zip")

    async def _hand_over(self, form: Form) -> None:
        from integrations.typesetter import Typst

        unread = [flag for flag in self.flags if flag.id not in self.read]
        if unread:
            self.show_view(_WORDS)
            self.say(self.tr(N_("To be read: {count}."), count=len(unread)), "error")
            return
        seat = self.desk.seat
        await self._make()
        given = await self.desk.hold(
            self.tr(N_("Making the package and putting it into the export folder…")),
            lambda: service.hand_over(
                seat.register,
                Typst(),
                seat.actor,
                self.package,
                form=form,
                read=[flag.id for flag in self.package.flags],
            ),
        )
        await handed_over(self.desk, given)


def package_rows(package: Package, language: str) -> list[ReadRow]:
    """Rows by table, what is withheld and why, disclosures, and what is kept for how long."""
    rows: list[ReadRow] = [blank(), heading(tr(N_("Rows about the person"), language))]
    rows += table_rows(package.counts, language)
    disclosed = tr(N_("Disclosures: {count}"), language, count=len(package.statement.disclosed))
    rows += [blank(), *paragraph(disclosed)]
    if package.withheld:
        rows += [blank(), heading(tr(N_("Not shown as it stands"), language))]
        reasons = Counter(dict.fromkeys(REASON_NAMES, 0))
        for one in package.withheld:
            reasons[one.reason] += one.count
        rows += [
            (Piece(1, f"{count:>7}", BOLD), Piece(10, tr(REASON_NAMES[reason], language)))
            for reason, count in reasons.items()
            if count
        ]
    rows += [blank(), heading(tr(N_("How long it is kept"), language))]
    for kept in package.kept:
        name = tr(DATA_CLASS_NAMES[DataClass(kept.data_class)], language)
        rows += paragraph(f"• {name}: {kept.rule}")
    return [*rows, blank(), *hold_rows(package.holds, language)]
