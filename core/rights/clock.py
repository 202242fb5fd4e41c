"""A case's clock: stopped while identity is unclear (GDPR 12(6)), extended once within the first month (GDPR 12(3))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from core.actor import Role, require
from core.rights.deadlines import EXTENDED_MONTHS
from core.rights.errors import (
    ExtendedAlready,
    IdentityKnown,
    NotStopped,
    ReceivedLater,
    TooLateToExtend,
    TooLateToStop,
)
from core.rights.model import case_pause_table
from core.rights.types import CaseState, EventKind, Identity
from core.rights.writing import (
    add_event,
    case_key,
    end_pause,
    for_change,
    last_day,
    reasons_in,
    require_undecided,
    today_of,
    write,
)

if TYPE_CHECKING:
    from datetime import date

    from core.actor import Actor
    from core.config.schema import RightsSettings
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.rights.types import Case

_HANDLERS: Final = (Role.CONTACT_PERSON,)


def pause(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, asked: str, version: int) -> Case:
    """Stop the clock while the person's answer about identity is waited for (GDPR 12(6)); *asked* is what was asked.

    Raises:
        IdentityKnown: there is nothing to wait for.
        TooLateToStop: the time is over already.
        ReasonsNeeded: *asked* says nothing.
        NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    if found.identity is Identity.CONFIRMED or found.state is not CaseState.OPEN:
        raise IdentityKnown(number=number)
    if today_of(uow) > found.due_on:
        raise TooLateToStop(number=number, due=found.due_on.isoformat())
    words = reasons_in(asked)
    place = uow.connection.execute(
        select(func.count()).where(case_pause_table.c.case_number == number)
    ).scalar_one()
    uow.connection.execute(
        insert(case_pause_table).values(case_number=number, place=place, since=today_of(uow))
    )
    changed = write(uow, found, version, {"state": CaseState.WAITING_IDENTITY})
    add_event(uow, actor, case_key(uow, keyring, number), number, EventKind.PAUSED, words=words)
    return changed


def resume(
    uow: UnitOfWork, keyring: KeyRing, settings: RightsSettings, actor: Actor, number: int, *, version: int
) -> Case:
    """Let the clock go on though identity stays unclear, for instance because the person has not answered.

    Raises:
        NotStopped: it isn't stopped.
        NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    if found.state is not CaseState.WAITING_IDENTITY:
        raise NotStopped(number=number)
    end_pause(uow, number)
    changed = write(uow, found, version, {"state": CaseState.OPEN, "due_on": last_day(uow, settings, found)})
    add_event(
        uow,
        actor,
        case_key(uow, keyring, number),
        number,
        EventKind.RESUMED,
        facts={"due_on": changed.due_on},
    )
    return changed


def extend(
    uow: UnitOfWork,
    keyring: KeyRing,
    settings: RightsSettings,
    actor: Actor,
    number: int,
    *,
    told_on: date,
    reasons: str,
    version: int,
) -> Case:
    """Extend the time by two months, once; the person was told on *told_on*, with *reasons* (GDPR 12(3)).

    Raises:
        ExtendedAlready, TooLateToExtend, ReasonsNeeded, DecidedAlready: why it can't be.
        NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    require_undecided(found)
    if found.extended_on is not None:
        raise ExtendedAlready(number=number, day=found.extended_on.isoformat(), due=found.due_on.isoformat())
    # While the clock is stopped the month is not over, whatever day it would have ended on.
    if told_on > found.due_on and found.state is not CaseState.WAITING_IDENTITY:
        raise TooLateToExtend(number=number, due=found.due_on.isoformat())
    if told_on > today_of(uow) or told_on < found.received_on:
        raise ReceivedLater(day=told_on.isoformat())
    words = reasons_in(reasons)
    due = last_day(uow, settings, found, months=EXTENDED_MONTHS)
    changed = write(uow, found, version, {"extended_on": told_on, "due_on": due})
    facts = {"told_on": told_on, "due_on": due}
    add_event(
        uow, actor, case_key(uow, keyring, number), number, EventKind.EXTENDED, words=words, facts=facts
    )
    return changed
