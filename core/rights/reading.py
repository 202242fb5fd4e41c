"""Cases as they stand: one, the worklist by last day, what happened, what was attached, earlier ones of the same person."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy import case as sql_case

from core.rights.errors import CaseWordsGone, NoSuchCase
from core.rights.model import case_event_table, case_file_table, case_pause_table, case_table
from core.rights.types import (
    ENDED,
    Case,
    CaseDecision,
    CaseEvent,
    CaseFile,
    CaseKind,
    CaseState,
    Channel,
    EventKind,
    Identity,
    Request,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection, Row, Select

    from core.keys import DataKey, KeyRing

REQUEST: Final = "request"
WORDS: Final = "words"
NAME: Final = "name"
CONTENT: Final = "content"
_c = case_table.c
# The person waits for the answer, and the month runs.
TO_BE_ANSWERED: Final = and_(_c.state.not_in((*ENDED, CaseState.WAITING_IDENTITY)), _c.answered_on.is_(None))


def case(connection: Connection, number: int) -> Case:
    """Case *number*.

    Raises:
        NoSuchCase: there is none.
    """
    row = connection.execute(select(case_table).where(_c.number == number)).first()
    if row is None:
        raise NoSuchCase(number=number)
    return _case(row)


def worklist(connection: Connection, *, offset: int = 0, limit: int = 50) -> list[Case]:
    """Cases that have not ended: to be answered by last day, overdue ones so on top; those already answered after them."""
    return _cases(
        connection,
        select(case_table)
        .where(_c.state.not_in(ENDED))
        .order_by(sql_case((TO_BE_ANSWERED, 0), else_=1), _c.due_on, _c.number)
        .offset(offset)
        .limit(limit),
    )


def ended(connection: Connection, *, offset: int = 0, limit: int = 50) -> list[Case]:
    """Cases that have ended, newest first."""
    return _cases(
        connection,
        select(case_table).where(_c.state.in_(ENDED)).order_by(_c.number.desc()).offset(offset).limit(limit),
    )


def count_open(connection: Connection, *, due_by: date | None = None) -> int:
    """How many cases have not ended, or how many are to be answered by a day (a stopped clock has none)."""
    counted = select(func.count()).where(_c.state.not_in(ENDED))
    if due_by is not None:
        counted = counted.where(TO_BE_ANSWERED, _c.due_on <= due_by)
    return int(connection.execute(counted).scalar_one())


def cases_of(connection: Connection, customer_id: int, *, limit: int | None = None) -> list[Case]:
    """Every case of a person, newest first."""
    found = select(case_table).where(_c.customer_id == customer_id).order_by(_c.number.desc())
    return _cases(connection, found if limit is None else found.limit(limit))


def open_cases_of_many(connection: Connection, customer_ids: Sequence[int]) -> dict[int, list[int]]:
    """The numbers of the cases of each of *customer_ids* that have not ended; those without any are absent."""
    found: dict[int, list[int]] = {}
    rows = connection.execute(
        select(_c.customer_id, _c.number)
        .where(_c.customer_id.in_(customer_ids), _c.state.not_in(ENDED))
        .order_by(_c.number)
    )
    for customer_id, number in rows:
        found.setdefault(customer_id, []).append(number)
    return found


def repeated(connection: Connection, one: Case, *, days: int) -> list[Case]:
    """Earlier cases of the same person and kind, received within *days* before *one*, newest first."""
    if one.customer_id is None:
        return []
    return _cases(
        connection,
        select(case_table)
        .where(
            _c.customer_id == one.customer_id,
            _c.kind == one.kind,
            _c.number < one.number,
            _c.received_on >= one.received_on - timedelta(days=days),
        )
        .order_by(_c.number.desc()),
    )


def pauses(connection: Connection, number: int) -> list[tuple[date, date | None]]:
    """The times in which the clock of a case stood still; the last may have no end yet."""
    pause = case_pause_table.c
    rows = connection.execute(
        select(pause.since, pause.until).where(pause.case_number == number).order_by(pause.place)
    )
    return [(row.since, row.until) for row in rows]


def request_of(connection: Connection, keyring: KeyRing, number: int) -> Request:
    """What the person said.

    Raises:
        NoSuchCase: there is none.
        CaseWordsGone: it was erased with the person.
    """
    key = key_of(connection, keyring, number)
    sealed = connection.execute(select(_c.request).where(_c.number == number)).scalar()
    if key is None or sealed is None:
        raise CaseWordsGone(number=number)
    said = json.loads(key.unseal(sealed, context(number, REQUEST)))
    return Request(**{**said, "bans": tuple(said["bans"])})


def events(connection: Connection, keyring: KeyRing, number: int) -> list[CaseEvent]:
    """What happened, in order; ``words`` is None where nothing was written or the words were erased."""
    key = key_of(connection, keyring, number)
    rows = connection.execute(
        select(case_event_table)
        .where(case_event_table.c.case_number == number)
        .order_by(case_event_table.c.id)
    )
    return [
        CaseEvent(
            id=row.id,
            at=row.at,
            staff_name=row.staff_name,
            kind=EventKind(row.kind),
            words=_opened(key, number, WORDS, row.words),
            facts=row.facts,
        )
        for row in rows
    ]


def files(connection: Connection, keyring: KeyRing, number: int) -> list[CaseFile]:
    """The attachments, without their content."""
    key = key_of(connection, keyring, number)
    file = case_file_table.c
    rows = connection.execute(
        select(file.id, file.at, file.staff_name, file.name, file.size)
        .where(file.case_number == number, file.name.is_not(None))
        .order_by(file.id)
    )
    return [
        CaseFile(row.id, row.at, row.staff_name, _opened(key, number, NAME, row.name) or "", row.size)
        for row in rows
    ]


def file_content(connection: Connection, keyring: KeyRing, number: int, file_id: int) -> bytes:
    """An attachment's bytes.

    Raises:
        NoSuchCase: there is no such case.
        CaseWordsGone: the file was erased, or never was.
    """
    key = key_of(connection, keyring, number)
    file = case_file_table.c
    sealed = connection.execute(
        select(file.content).where(file.case_number == number, file.id == file_id)
    ).scalar()
    if key is None or sealed is None:
        raise CaseWordsGone(number=number)
    return key.unseal(sealed, context(number, CONTENT))


def key_of(connection: Connection, keyring: KeyRing, number: int) -> DataKey | None:
    """The case's own key, or None when it was destroyed.

    Raises:
        NoSuchCase: there is no such case.
    """
    row = connection.execute(select(_c.wrapped_key).where(_c.number == number)).first()
    if row is None:
        raise NoSuchCase(number=number)
    return None if row.wrapped_key is None else keyring.opened(row.wrapped_key)


def context(number: int, what: str) -> bytes:
    """What sealed bytes of a case are bound to, so that none can be put in another's place."""
    return f"rights_case/{number}/{what}".encode()


def _opened(key: DataKey | None, number: int, what: str, sealed: bytes | None) -> str | None:
    return None if key is None or sealed is None else key.unseal(sealed, context(number, what)).decode()


def _cases(connection: Connection, chosen: Select[Any]) -> list[Case]:
    return [_case(row) for row in connection.execute(chosen)]


def _case(row: Row[Any]) -> Case:
    return Case(
        number=row.number,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        customer_id=row.customer_id,
        received_on=row.received_on,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by_name,
        channel=Channel(row.channel),
        signed=row.signed,
        language=row.language,
        identity=Identity(row.identity),
        due_on=row.due_on,
        extended_on=row.extended_on,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        decision=None if row.decision is None else CaseDecision(row.decision),
        decided_at=row.decided_at,
        decided_by=row.decided_by_name,
        due_by_itself_on=row.due_by_itself_on,
        answered_on=row.answered_on,
        closed_at=row.closed_at,
        version=row.version,
    )
