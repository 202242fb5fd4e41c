"""What an erasure meets: holds with why and until when, recipients to be told first, every row; then the erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_, tr
from core.rights.erasure import service
from core.rights.erasure.errors import Held
from core.rights.types import CaseDecision, CaseKind
from tui.screens.read_screen import ReadScreen
from tui.screens.requests.words import hold_rows, table_rows
from tui.screens.words import day
from tui.widgets.details import blank, heading, paragraph

if TYPE_CHECKING:
    from core.rights.erasure.proving import Erased
    from core.rights.erasure.service import DryRun
    from core.rights.types import Case
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow


class ErasureScreen(ReadScreen):
    """Nothing is changed by looking; F10 twice erases, or lets the case wait where something prevents it."""

    area = "request_erasure"

    def __init__(self, desk: RegisterApp, number: int) -> None:
        super().__init__(desk)
        self.number = number
        self.sure = False
        self.found: DryRun

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Erasure"))

    async def prepare(self) -> None:
        """A dry run."""
        seat = self.desk.seat
        self.found = await self.desk.hold(
            self.tr(N_("Looking for every row…")),
            lambda: service.dry_run(seat.register, seat.actor, self.number),
        )
        self.details.show(dry_run_rows(self.found, self.desk.language))

    async def returned(self, result: object) -> None:
        """Recipients may have been told meanwhile."""
        await self.prepare()

    async def perform(self, verb: str) -> None:
        """Any other key takes the first F10 back."""
        self.sure = self.sure and verb == "save"
        await super().perform(verb)

    def offers(self, verb: str) -> bool:
        """Only what was granted is carried out."""
        if verb in {"save", "check"} and not is_granted(self.found.case):
            return False
        return super().offers(verb)

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def do_check(self) -> None:
        """F7: notices to whoever holds the data; nothing else is done with it meanwhile."""
        seat = self.desk.seat
        made = await self.desk.hold(
            self.tr(N_("Looking…")), lambda: service.tell(seat.register, seat.actor, self.number)
        )
        await self.prepare()
        self.say(self.tr(N_("Notices made: {count}. F8 sends or prints them."), count=len(made)), "done")

    async def do_send(self) -> None:
        """F8: recipients to tell."""
        from tui.screens.notices.worklist import NoticeList

        await self.desk.open(NoticeList(self.desk))

    async def do_enter(self) -> None:
        """Enter: nothing is erased by habit."""
        self.say(self.tr(N_("Nothing has been changed. F10 erases; F12 goes back.")))

    async def do_save(self) -> None:
        """F10: twice, since nothing brings the person back."""
        if not self.found.blocked and self.found.case.answered_on is None:
            self.say(
                self.tr(N_("Answer first (9 on the case): afterwards nobody knows where to write.")), "error"
            )
            return
        if not self.sure:
            self.sure = True
            blocked = N_(
                "Something prevents it: F10 again lets the case wait, and it is done by itself later."
            )
            free = N_("This cannot be undone. F10 again erases the person.")
            self.say(self.tr(blocked if self.found.blocked else free), "warning")
            return
        self.sure = False
        seat = self.desk.seat
        try:
            done = await self.desk.hold(
                self.tr(N_("Erasing, and reading everything back…")),
                lambda: service.carry_out(seat.register, seat.actor, self.number),
            )
        except Held:
            await self.prepare()
            raise
        await self.desk.back("erased")
        self.desk.current.say(erased_words(done, self.desk.language), "done")


def is_granted(case: Case) -> bool:
    """Whether the case is an erasure that somebody has granted, wholly or in part."""
    return case.kind is CaseKind.ERASURE and case.decision in (CaseDecision.GRANTED, CaseDecision.PARTLY)


def dry_run_rows(found: DryRun, language: str) -> list[ReadRow]:
    """Holds, recipients, rows by table."""
    rows = [blank(), *hold_rows(found.holds, language), blank()]
    rows.append(heading(tr(N_("Told first"), language)))
    rows += paragraph(", ".join(found.recipients) or tr(N_("Nobody has been given anything."), language))
    rows += [blank(), heading(tr(N_("What would be erased or emptied"), language))]
    rows += table_rows(found.rows, language)
    return rows


def erased_words(done: Erased, language: str) -> str:
    """What was done, and that it was read back."""
    if done.kept_until is not None:
        kept = N_(
            "Erased and read back: {values} values in {files} files, none found. Vouchers are kept until {day}."
        )
        return tr(kept, language, values=done.values, files=done.scan.files, day=day(done.kept_until))
    words = N_("Erased and read back: {values} values in {files} files, none found. The case is closed.")
    return tr(words, language, values=done.values, files=done.scan.files)
