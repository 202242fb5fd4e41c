"""What the program does about notices by itself, when ``run-due`` comes by: look, tell where agreed, chase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.actor import SYSTEM
from core.errors import RegisterError
from core.notices import due, service
from core.notices.errors import NothingToTell
from core.notices.sending import plan, release
from core.notices.service import NoticeFilter
from core.notices.types import OPEN, Looked, NoticeState

if TYPE_CHECKING:
    from core.notices.sending import Told
    from core.register import Register


@dataclass(frozen=True, slots=True)
class Routine:
    """What was looked at, told and chased; ``waiting`` need a person, ``problems`` kept a recipient from being told."""

    looked: Looked
    told: int
    chased: int
    waiting: int
    problems: tuple[RegisterError, ...] = ()


def do_what_is_due(register: Register) -> Routine:
    """Look for holders of what has changed, tell those whose agreement says so, mark who has not acknowledged in time."""
    looked = due.catch_up(register, SYSTEM, limit=due.AT_THE_END)
    told, problems = tell_due(register, limit=register.config.notices.at_once)
    with register.database.unit_of_work() as uow:
        chased = service.chase(uow, SYSTEM, answer_days=register.config.notices.answer_days)
        uow.commit()
    with register.database.reading() as connection:
        waiting = service.count(connection, NoticeFilter(states=(*OPEN[:3], NoticeState.CHASED)))
    return Routine(looked, sum(len(it.result.outcomes) for it in told), chased, waiting, tuple(problems))


def tell_due(register: Register, *, limit: int) -> tuple[list[Told], list[RegisterError]]:
    """Tell recipients with ``told_of_changes`` = yes, *limit* notices at most; one that cannot be told stops no other."""
    told: list[Told] = []
    problems: list[RegisterError] = []
    with register.database.reading() as connection:
        wanted = NoticeFilter(states=(NoticeState.DUE,), told="yes")
        recipients = (
            {it.recipient for it in service.page(connection, wanted, limit=limit)} if limit else set()
        )
    for recipient in sorted(recipients):
        left = limit - sum(len(it.bundle.notices) for it in told)
        if left <= 0:
            break
        try:
            wanted = NoticeFilter(states=(NoticeState.DUE,), told="yes", recipient=recipient)
            told += [release(register, SYSTEM, it) for it in plan(register, SYSTEM, wanted, limit=left)]
        except NothingToTell:
            continue
        except RegisterError as error:
            problems.append(error)
    return told, problems
