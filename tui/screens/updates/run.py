"""One address update: what it would change, applying it with a bar that moves, stopping it, the report, the undo.

Reading and applying go on in a thread while keys work, so that it can be stopped; stopping keeps what is applied.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.batches.types import BatchState
from core.messages import N_
from core.updates import report, service
from core.updates.types import Outcome
from tui.screens.base import BaseScreen
from tui.screens.updates.answers import answer_path
from tui.screens.updates.pace import Pace
from tui.screens.updates.report_file import write_report
from tui.session.background import in_thread
from tui.widgets.details import Details, Piece, ReadRow, blank, paragraph
from tui.widgets.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from core.batches.types import Progress as Done
    from core.updates.types import UpdateRun
    from tui.app import RegisterApp
    from tui.screens.updates.answers import Work


class UpdateRunScreen(BaseScreen):
    """An answer that is read now, or a run that there has been."""

    area = "update_run"

    def __init__(self, desk: RegisterApp, work: Work) -> None:
        super().__init__(desk)
        self.chosen_work = work
        self.progress = Progress()
        self.details = Details()
        self.result: UpdateRun | None = None
        self.busy = False
        self._stop = False
        self._pace = Pace(desk.language)
        self._asked_to_undo = False
        self._loop = asyncio.get_running_loop()

    def heading(self) -> str:
        """The file."""
        return f"{self.chosen_work.service}: {self.chosen_work.file}"

    @property
    def active(self) -> Details:
        """The report scrolls."""
        return self.details

    @property
    def unsaved(self) -> bool:
        """Work under way is not left by accident."""
        return self.busy

    def body(self) -> Iterable[Widget]:
        """Bar and report."""
        yield self.progress
        yield self.details

    async def prepare(self) -> None:
        """A run is shown as it is; an answer is read once the screen is open."""
        if self.chosen_work.run is not None:
            seat = self.desk.seat
            self._show(service.open_run(seat.register, seat.actor, self.chosen_work.run.id))
            self._say_state()

    def on_mount(self) -> None:
        """Begin to read an answer."""
        if self.chosen_work.run is None:
            self._begin(self.tr(N_("Reading the answer; nothing is changed yet…")), self._read)

    # --- work in a thread

    def _read(self) -> UpdateRun:
        seat = self.desk.seat
        with answer_path(seat, self.chosen_work) as path:
            return service.prepare(
                seat.register, seat.actor, self.chosen_work.service, path, progress=self._watch
            )

    def _apply(self) -> UpdateRun:
        seat = self.desk.seat
        assert self.result is not None
        return service.apply(seat.register, seat.actor, self.result.id, progress=self._watch)

    def _undo(self) -> UpdateRun:
        seat = self.desk.seat
        assert self.result is not None
        service.undo(seat.register, seat.actor, self.result.id, progress=self._watch)
        return service.open_run(seat.register, seat.actor, self.result.id)

    def _watch(self, done: Done, /) -> bool:
        """Called in the thread after each chunk; False stops."""
        note = self._pace.note(done)
        self._loop.call_soon_threadsafe(self.progress.show, done.done, done.total, note)
        return not self._stop

    def _begin(self, words: str, work: Callable[[], UpdateRun]) -> None:
        self.busy, self._stop, self._pace = True, False, Pace(self.desk.language)
        self.say(words)
        self.draw_frame()
        self.run_worker(self.desk.guarded(self._finish(work)), exit_on_error=False)

    async def _finish(self, work: Callable[[], UpdateRun]) -> None:
        try:
            self._show(await in_thread(work))
            self._say_state()
        finally:
            self.busy = False
            self.draw_frame()

    # --- the report

    def _show(self, result: UpdateRun) -> None:
        self.result = result
        rows: list[ReadRow] = [blank()]
        head, *lines = report.lines(result, self.desk.language)
        rows += [*paragraph(head), blank()]
        for line in lines:
            rows.append((Piece(1, line),))
        self.details.show([*rows, *self._undone(result)])

    def _undone(self, result: UpdateRun) -> list[ReadRow]:
        """What its undo took back, and what it spared."""
        seat = self.desk.seat
        with seat.reading() as connection:
            undo = service.undo_of(connection, result.id)
        if undo is None:
            return []
        rows: list[ReadRow] = [blank()]
        head, *lines = report.undo_lines(undo, self.desk.language)
        rows += [*paragraph(head), *((Piece(1, line),) for line in lines)]
        for spared in service.open_spared(seat.register, seat.actor, result.id):
            rows += paragraph(report.spared_in_words(spared, self.desk.language))
        return rows

    def _say_state(self) -> None:
        assert self.result is not None
        state = self.result.batch.state
        if state is BatchState.DONE:
            self.say(self.tr(N_("Applied. This is the report; F6 writes it as PDF.")), "done")
        elif state is BatchState.APPLYING:
            self.say(
                self.tr(N_("Stopped. What is applied stays applied; F10 goes on with the rest.")), "warning"
            )
        elif state is BatchState.UNDOING:
            self.say(self.tr(N_("The undo has stopped on the way; F9 goes on with it.")), "warning")
        elif state is BatchState.UNDONE:
            self.say(self.tr(N_("Undone. What was changed since has been left as it is.")), "done")
        elif state is BatchState.READY:
            self.say(self.tr(N_("This is what would change. F10 applies it; F12 leaves it for later.")))
        else:
            self.say(self.tr(N_("Its file was not read to the end; read the file again.")), "warning")

    # --- keys

    def offers(self, verb: str) -> bool:
        """Stop while it works, the rest while there is something to do it to."""
        state = None if self.busy or self.result is None else self.result.batch.state
        states = {
            "save": (BatchState.READY, BatchState.APPLYING),
            "more": (BatchState.APPLYING, BatchState.DONE, BatchState.UNDOING),
            "check": (BatchState.READY, BatchState.APPLYING, BatchState.DONE),
            "new": (BatchState.APPLYING, BatchState.DONE, BatchState.UNDOING, BatchState.UNDONE),
            "refresh": tuple(BatchState),
        }
        if verb == "send" and not self.busy:
            return False
        if verb in states and state not in states[verb]:
            return False
        return super().offers(verb)

    async def perform(self, verb: str) -> None:
        """Any other key takes the first F9 back."""
        if verb != "more":
            self._asked_to_undo = False
        await super().perform(verb)

    async def do_save(self) -> None:
        """F10."""
        self._begin(self.tr(N_("Applying…")), self._apply)

    async def do_send(self) -> None:
        """F8."""
        self._stop = True
        self.say(self.tr(N_("Stopping after the rows under way…")))

    async def do_new(self) -> None:
        """F6: the written report."""
        run, seat, language = self.chosen_run(), self.desk.seat, self.desk.language
        path = await self.desk.hold(
            self.tr(N_("Writing the report…")), lambda: write_report(seat, run, language)
        )
        self.say(self.tr(N_("Written: {path}. It names no customer."), path=path), "done")

    def chosen_run(self) -> int:
        """The number of the run that is shown."""
        assert self.result is not None
        return self.result.id

    async def do_refresh(self) -> None:
        """F5: as it is now."""
        seat = self.desk.seat
        assert self.result is not None
        self._show(service.open_run(seat.register, seat.actor, self.result.id))
        self._say_state()
        self.draw_frame()

    async def returned(self, result: object) -> None:
        """Back from the proposals: the counts are others."""
        await self.do_refresh()

    async def do_check(self) -> None:
        """F7: the run's proposals."""
        from tui.screens.updates.proposals import ProposalsScreen

        assert self.result is not None
        if not self.result.batch.count(Outcome.PROPOSED):
            self.say(self.tr(N_("No row of this run waits for a person.")))
            return
        await self.desk.open(ProposalsScreen(self.desk, self.result.id))

    async def do_more(self) -> None:
        """F9: undo the whole run, asked for twice."""
        if not self._asked_to_undo:
            self._asked_to_undo = True
            self.say(
                self.tr(N_("This takes back everything the run wrote. The same key again does it.")),
                "warning",
            )
            return
        self._asked_to_undo = False
        self._begin(self.tr(N_("Undoing…")), self._undo)

    async def do_enter(self) -> None:
        """Enter: say what can be done."""
        if self.result is not None and not self.busy:
            self._say_state()
