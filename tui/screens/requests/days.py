"""Last days in words: how many are left, and what is late, said without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.messages import N_, tr
from core.rights.types import ENDED, CaseState
from tui.screens.words import day

if TYPE_CHECKING:
    from datetime import date

    from core.rights.types import Case
    from tui.session.seat import Seat


def today(seat: Seat) -> date:
    """The day in Finland."""
    return seat.register.clock.now().astimezone(HELSINKI).date()


def left(case: Case, now: date, language: str) -> str:
    """``12 days``, ``TODAY``, ``LATE 3 d``; or why no day is counted."""
    if case.state in ENDED:
        return "–"
    if case.answered_on is not None:
        return tr(N_("answered"), language)
    if case.state is CaseState.WAITING_IDENTITY:
        return tr(N_("clock stands"), language)
    count = (case.due_on - now).days
    if count < 0:
        return tr(N_("LATE {count} d"), language, count=-count)
    if count == 0:
        return tr(N_("TODAY"), language)
    return tr(N_("{count} days") if count > 1 else N_("{count} day"), language, count=count)


def standing(case: Case, now: date, language: str) -> tuple[str, bool]:
    """The first row of a case: its last day and what is left; whether that is something to mind."""
    due = day(case.due_on)
    if case.state in ENDED or case.answered_on is not None:
        return tr(
            N_("Answered: {day}."), language, day=day(case.answered_on) if case.answered_on else "–"
        ), False
    if case.state is CaseState.WAITING_IDENTITY:
        return tr(N_("The clock is stopped until the person's identity is known."), language), False
    count = (case.due_on - now).days
    if count < 0:
        return tr(
            N_("LATE: the last day was {day}, {count} d ago. Answer at once."),
            language,
            day=due,
            count=-count,
        ), True
    if count == 0:
        return tr(N_("The last day for the answer is TODAY."), language), True
    told = tr(N_("Last day for the answer {day}, {count} d left."), language, day=due, count=count)
    return told, count <= _MINDED_DAYS


_MINDED_DAYS = 7
