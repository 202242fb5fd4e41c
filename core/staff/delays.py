"""Growing delays instead of a lock: guessing becomes hopeless, and nobody can shut another person out for good.

Each failure doubles the wait, from 1 s to 15 min, for the account and for the origin; a wait is never extended by
trying during it, and is forgotten a day after the last failure.  An attempt is charged to the account *before* the
password is checked and taken back when it was right, so attempts made at the same moment cannot slip past each
other.  A user name that nobody has waits just the same, under one of 4,096 buckets: what was typed is not kept
(it may be a password in the wrong field) and cannot be found again from 12 bits.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, text, update

from core.staff.model import sign_in_delay_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.database import UnitOfWork

LONGEST: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
_DOUBLINGS: Final = 10
_NOBODY_BITS: Final = 12

_ENSURE: Final = text(
    "INSERT INTO sign_in_delay (subject, failures, last_failure_at, allowed_at) VALUES (:subject, 0, 0, 0) "
    "ON CONFLICT (subject) DO NOTHING"
)


def delay_after(failures: int) -> timedelta:
    """The wait after so many failures in a row: none, 1 s, 2 s, 4 s … 15 min."""
    if failures <= 0:
        return timedelta(0)
    if failures > _DOUBLINGS:
        return LONGEST
    return min(timedelta(seconds=2 ** (failures - 1)), LONGEST)


def account_subject(staff_id: int) -> str:
    """Where an account's failures are counted."""
    return f"account:{staff_id}"


def nobody_subject(user_name_key: str) -> str:
    """Where failures under a user name that nobody has are counted."""
    digest = hashlib.sha256(b"nobody:" + user_name_key.encode()).digest()
    return f"nobody:{int.from_bytes(digest[:2], 'big') >> (16 - _NOBODY_BITS)}"


def origin_subject(origin: str) -> str:
    """Where an origin's failures are counted."""
    return f"origin:{origin}"


def seconds_to_wait(uow: UnitOfWork, subjects: Sequence[str]) -> int:
    """Whole seconds until every one of *subjects* may try, 0 when now."""
    table = sign_in_delay_table
    # Rows are made and locked in one order, so that two attempts at once queue instead of deadlocking.
    for subject in sorted(subjects):
        uow.connection.execute(_ENSURE, {"subject": subject})
        uow.connection.execute(select(table.c.subject).where(table.c.subject == subject).with_for_update())
    rows = uow.connection.execute(
        select(table.c.allowed_at).where(
            table.c.subject.in_(subjects), table.c.last_failure_at > uow.now - FORGOTTEN_AFTER
        )
    )
    waits = [row.allowed_at - uow.now for row in rows if row.allowed_at > uow.now]
    longest = max(waits, default=timedelta(0))
    return -(-longest // timedelta(seconds=1))


def charge(uow: UnitOfWork, subject: str) -> None:
    """Count one failure of *subject* and set its next wait; what a day has passed over is cleared away."""
    table = sign_in_delay_table
    uow.connection.execute(delete(table).where(table.c.last_failure_at <= uow.now - FORGOTTEN_AFTER))
    uow.connection.execute(_ENSURE, {"subject": subject})
    row = uow.connection.execute(
        select(table.c.failures).where(table.c.subject == subject).with_for_update()
    ).one()
    failures = min(row.failures + 1, 1_000_000)
    uow.connection.execute(
        update(table)
        .where(table.c.subject == subject)
        .values(failures=failures, last_failure_at=uow.now, allowed_at=uow.now + delay_after(failures))
    )


def forgive(uow: UnitOfWork, account: str, origin: str) -> None:
    """The password was right: forget the account's failures, and take as many off its origin.

    Not all of the origin's: whoever has one good account must not wash away guesses at others.
    """
    table = sign_in_delay_table
    failures = (
        uow.connection.execute(select(table.c.failures).where(table.c.subject == account)).scalar() or 0
    )
    uow.connection.execute(delete(table).where(table.c.subject == account))
    # One of the account's is this very attempt, which was never charged to the origin.
    own = max(failures - 1, 0)
    uow.connection.execute(
        update(table).where(table.c.subject == origin).values(failures=table.c.failures - own)
    )
    uow.connection.execute(delete(table).where(table.c.subject == origin, table.c.failures <= 0))
