"""Accepting proposals by a rule: counted first, then exactly as many accepted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.messages import N_
from core.updates.bulk_judging import IN_BULK, accept_fitting, count_fitting
from core.updates.proposals import Which
from core.updates.types import GROUP_NAMES, REASON_NAMES, Group, Reason
from tui.screens.base import BaseScreen
from tui.screens.updates.pace import Pace
from tui.screens.words import parse_number
from tui.widgets.form import Field, Form, Note
from tui.widgets.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.batches.types import Progress as Done
    from core.updates.bulk_judging import Accepted
    from tui.app import RegisterApp

_COLUMN = 22


class AcceptByRule(BaseScreen):
    """One reason, a likeness at least, one group of fields; changing the rule forgets the count."""

    area = "proposal_rule"

    def __init__(self, desk: RegisterApp, run: int | None, reason: Reason | None) -> None:
        super().__init__(desk)
        self.run = run
        self.counted: int | None = None
        self._pace = Pace(desk.language)
        self.progress = Progress()
        self._loop = asyncio.get_running_loop()
        reasons = tuple((str(each), self.tr(REASON_NAMES[each])) for each in IN_BULK)
        groups = (("", self.tr(N_("any fields"))), *((str(one), self.tr(GROUP_NAMES[one])) for one in Group))
        first = reason if reason in IN_BULK else IN_BULK[0]
        self.form = Form(
            [
                Field("reason", self.tr(N_("Waits because")), 3, _COLUMN, kind="choice", choices=reasons),
                Field("grade", self.tr(N_("Alike at least, %")), 5, _COLUMN, 4, max_length=3),
                Field("group", self.tr(N_("Only about")), 7, _COLUMN, kind="choice", choices=groups),
            ],
            {"reason": str(first), "grade": "0", "group": ""},
            notes=[
                Note(1, self.tr(N_("F10 counts what fits; F10 again accepts exactly as many."))),
                Note(9, self.tr(N_("Deaths, bans and protected addresses are never accepted by a rule."))),
            ],
            changed=self._changed,
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("By rule"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """Bar and form."""
        yield self.progress
        yield self.form

    def _changed(self, _: str) -> None:
        self.counted = None

    def _which(self) -> Which:
        values = self.form.values()
        return Which(
            run=self.run,
            reason=Reason(values["reason"]),
            least_grade=int(parse_number(values["grade"] or "0", "grade")),
            group=Group(values["group"]) if values["group"] else None,
        )

    async def do_save(self) -> None:
        """F10: count, then accept."""
        seat, which, counted = self.desk.seat, self._which(), self.counted
        if counted is None:
            with seat.reading() as connection:
                self.counted = count_fitting(connection, which)
            if not self.counted:
                self.counted = None
            self.say(
                self.tr(N_("{count} proposals fit. F10 again accepts them."), count=self.counted)
                if self.counted
                else self.tr(N_("No proposal fits."))
            )
            return
        self.counted, self._pace = None, Pace(self.desk.language)
        done = await self.desk.hold(self.tr(N_("Accepting…")), lambda: self._accept(which, counted))
        sentence = N_("Accepted {count} of {found}; {left} could not be and go on waiting.")
        await self.desk.back(self.tr(sentence, count=done.accepted, found=counted, left=len(done.left)))

    def _accept(self, which: Which, expected: int) -> Accepted:
        seat = self.desk.seat
        return accept_fitting(seat.register, seat.actor, which, expected=expected, progress=self._watch)

    def _watch(self, done: Done, /) -> None:
        note = self._pace.note(done)
        self._loop.call_soon_threadsafe(self.progress.show, done.done, done.total, note)
