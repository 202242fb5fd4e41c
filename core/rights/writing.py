"""What every step of a case is made of: the case held and written once, its events, its key, its last day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from core.clock import HELSINKI
from core.rights.deadlines import ANSWER_MONTHS, EXTENDED_MONTHS, due_after_pauses
from core.rights.errors import CaseChanged, CaseEnded, CaseWordsGone, DecidedAlready, ReasonsNeeded
from core.rights.model import case_event_table, case_pause_table, case_table
from core.rights.reading import WORDS, case, context, key_of, pauses
from core.rights.types import ENDED, EventKind
from core.staff.access_log import Access, record_access
from core.text import clean_block

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from core.actor import Actor
    from core.config.schema import RightsSettings
    from core.database import UnitOfWork
    from core.keys import DataKey, KeyRing
    from core.rights.types import Case

_c = case_table.c


def for_change(uow: UnitOfWork, number: int) -> Case:
    """The case, held until the unit of work ends.

    Raises:
        NoSuchCase, CaseEnded.
    """
    uow.connection.execute(select(_c.number).where(_c.number == number).with_for_update())
    found = case(uow.connection, number)
    if found.state in ENDED:
        raise CaseEnded(number=number)
    return found


def write(uow: UnitOfWork, found: Case, version: int, values: Mapping[str, Any]) -> Case:
    """Write *values* to the case as it stood at *version*.

    Raises:
        CaseChanged: somebody else wrote first.
    """
    written = uow.connection.execute(
        update(case_table)
        .where(_c.number == found.number, _c.version == version)
        .values(**values, version=version + 1)
    )
    if written.rowcount != 1:
        raise CaseChanged(number=found.number)
    return case(uow.connection, found.number)


def add_event(
    uow: UnitOfWork,
    actor: Actor,
    key: DataKey | None,
    number: int,
    kind: EventKind,
    *,
    words: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """One row of the case's events; *facts* must hold no personal data, *words* are sealed under the case's *key*."""
    plain = {
        name: value if isinstance(value, int | list) else _plain(value)
        for name, value in (facts or {}).items()
    }
    uow.connection.execute(
        insert(case_event_table).values(
            case_number=number,
            at=uow.now,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            kind=kind,
            words=None if words is None or key is None else key.seal(words.encode(), context(number, WORDS)),
            facts=plain,
        )
    )


def case_key(uow: UnitOfWork, keyring: KeyRing, number: int) -> DataKey:
    """The case's own key.

    Raises:
        NoSuchCase, CaseWordsGone.
    """
    key = key_of(uow.connection, keyring, number)
    if key is None:
        raise CaseWordsGone(number=number)
    return key


def last_day(uow: UnitOfWork, settings: RightsSettings, found: Case, *, months: int | None = None) -> date:
    """The last day for the answer, with every ended pause and the extension counted in."""
    ended = [(since, until) for since, until in pauses(uow.connection, found.number) if until is not None]
    counted = months or (EXTENDED_MONTHS if found.extended_on else ANSWER_MONTHS)
    return due_after_pauses(found.received_on, ended, months=counted, eves_are_free=settings.eves_are_free)


def end_pause(uow: UnitOfWork, number: int) -> None:
    """Let the clock go on from today."""
    pause_columns = case_pause_table.c
    uow.connection.execute(
        update(case_pause_table)
        .where(pause_columns.case_number == number, pause_columns.until.is_(None))
        .values(until=today_of(uow))
    )


def require_undecided(found: Case) -> None:
    """Let an undecided case through.

    Raises:
        DecidedAlready.
    """
    if found.decided_at is not None:
        day = found.decided_at.astimezone(HELSINKI).date().isoformat()
        raise DecidedAlready(number=found.number, day=day, name=found.decided_by or "")


def reasons_in(words: str) -> str:
    """The words, cleaned.

    Raises:
        ReasonsNeeded: there are none.
    """
    cleaned = clean_block(words)
    if not cleaned:
        raise ReasonsNeeded
    return cleaned


def today_of(uow: UnitOfWork) -> date:
    """Today in Helsinki."""
    return uow.now.astimezone(HELSINKI).date()


def record_look(uow: UnitOfWork, actor: Actor, number: int, customer_id: int | None, action: Access) -> None:
    """The case was opened or changed: into the access log."""
    record_access(uow, actor, action=action, customer_id=customer_id, task=f"rights_case {number}")


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
