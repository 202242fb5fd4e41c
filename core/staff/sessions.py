"""Sessions: from sign-in to sign-out, with a lock when nobody is there and an end in any case.

The session's id is a 128-bit random token.  It is never shown and never accepted from outside: a process holds its
own `Session` and asks `check_session` before each act, so whatever happened to the account takes effect then.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from core.staff.errors import (
    SessionEnded,
    SessionExpired,
    SessionKeyRevoked,
    SessionLocked,
    SessionOfDisabledAccount,
    SessionPasswordChanged,
    SessionWithoutAgreement,
)
from core.staff.members import StaffMember, member
from core.staff.model import agreement_table, session_table, ssh_key_table, staff_member_table
from core.staff.policy import in_force_on, today

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.config.schema import StaffSettings
    from core.database import Database, UnitOfWork

# Noting that somebody is there costs a durable write, so it is done a few times within the idle limit only.
_NOTES_PER_IDLE_LIMIT: Final = 20


class EndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    HANG_UP = "hang_up"
    EXPIRED = "expired"
    DISABLED = "disabled"
    AGREEMENT_ENDED = "agreement_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word for the log
    KEY_REVOKED = "key_revoked"


_ERRORS: Final[dict[str, type[SessionEnded]]] = {
    EndReason.EXPIRED: SessionExpired,
    EndReason.DISABLED: SessionOfDisabledAccount,
    EndReason.AGREEMENT_ENDED: SessionWithoutAgreement,
    EndReason.PASSWORD_CHANGED: SessionPasswordChanged,
    EndReason.KEY_REVOKED: SessionKeyRevoked,
}


class Method(StrEnum):
    """How somebody showed who they are."""

    PASSWORD = "password"  # noqa: S105 - a word for the log
    KEY = "key"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session may stand idle before it locks, and how long it may last at all."""

    idle: timedelta = timedelta(minutes=10)
    absolute: timedelta = timedelta(hours=12)

    @classmethod
    def configured(cls, settings: StaffSettings) -> SessionLimits:
        """The limits that config.toml sets under [staff]."""
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody at work: who, from where, since when, and until when at the longest."""

    id: str
    actor: Actor
    origin: str
    started_at: datetime
    expires_at: datetime


def begin_session(
    uow: UnitOfWork,
    who: StaffMember,
    *,
    method: Method,
    origin: str,
    limits: SessionLimits,
    key_id: int | None = None,
) -> Session:
    """Open a session for a member who has just shown who they are."""
    token = secrets.token_hex(16)
    expires_at = uow.now + limits.absolute
    uow.connection.execute(
        insert(session_table).values(
            id=token,
            staff_id=who.id,
            method=method,
            key_id=key_id,
            origin=origin,
            started_at=uow.now,
            last_seen_at=uow.now,
            expires_at=expires_at,
            idle_seconds=int(limits.idle.total_seconds()),
        )
    )
    return Session(token, who.as_actor(token), origin, uow.now, expires_at)


def check_session(database: Database, session: Session, *, touch: bool = True) -> Session:
    """The session as it stands now, with the member's present roles; asked before each act.

    *touch* says that the person just did something; a screen that only looks whether it may stay open passes False.

    Raises:
        SessionEnded: it is over (a subclass says why: time, account, agreement, password, key).
        SessionLocked: nobody was there for the idle limit; `core.staff.sign_in.unlock` opens it.
    """
    with database.reading() as connection:
        now = database.clock.now()
        row = _row(connection, session.id)
        who = member(connection, row.staff_id)
        reason = row.end_reason or _reason_to_end(connection, row, now)
    if reason is not None:
        if row.ended_at is None:
            end_session(database, session, EndReason(reason))
        raise _ERRORS.get(reason, SessionEnded)
    seen_ago = now - row.last_seen_at
    if row.locked_at is not None or seen_ago >= timedelta(seconds=row.idle_seconds):
        if row.locked_at is None:
            _update_open(database, session.id, locked_at=now)
        raise SessionLocked
    if touch and seen_ago * _NOTES_PER_IDLE_LIMIT >= timedelta(seconds=row.idle_seconds):
        _update_open(database, session.id, last_seen_at=now)
    return Session(row.id, who.as_actor(row.id), row.origin, row.started_at, row.expires_at)


def lock_session(database: Database, session: Session) -> None:
    """Lock at once, as the person asked for; only the password opens it again."""
    _update_open(database, session.id, locked_at=database.clock.now())


def open_again(uow: UnitOfWork, session: Session) -> None:
    """Take the lock off; the caller has verified the password."""
    uow.connection.execute(
        update(session_table)
        .where(session_table.c.id == session.id, session_table.c.ended_at.is_(None))
        .values(locked_at=None, last_seen_at=uow.now)
    )


def end_session(database: Database, session: Session, reason: EndReason = EndReason.SIGNED_OUT) -> None:
    """End a session; one that has ended already keeps its first reason."""
    _update_open(database, session.id, ended_at=database.clock.now(), end_reason=reason)


def end_sessions_of(uow: UnitOfWork, staff_id: int, reason: EndReason, *, but: str | None = None) -> None:
    """End every open session of a member, except the one with the id *but*."""
    uow.connection.execute(
        update(session_table)
        .where(
            session_table.c.staff_id == staff_id,
            session_table.c.ended_at.is_(None),
            session_table.c.id != (but or ""),
        )
        .values(ended_at=uow.now, end_reason=reason)
    )


def end_sessions_with_key(uow: UnitOfWork, key_id: int, reason: EndReason) -> None:
    """End every open session that came in with the key."""
    uow.connection.execute(
        update(session_table)
        .where(session_table.c.key_id == key_id, session_table.c.ended_at.is_(None))
        .values(ended_at=uow.now, end_reason=reason)
    )


def _row(connection: Connection, session_id: str) -> Row[tuple[object, ...]]:
    row = connection.execute(select(session_table).where(session_table.c.id == session_id)).one_or_none()
    if row is None:
        raise SessionEnded
    return row


def _reason_to_end(connection: Connection, row: Row[tuple[object, ...]], now: datetime) -> EndReason | None:
    if now >= row.expires_at:
        return EndReason.EXPIRED
    disabled = select(staff_member_table.c.disabled_at).where(staff_member_table.c.id == row.staff_id)
    if connection.execute(disabled).scalar_one() is not None:
        return EndReason.DISABLED
    agreement = select(agreement_table.c.id).where(
        agreement_table.c.staff_id == row.staff_id, in_force_on(today(now))
    )
    if connection.execute(agreement).first() is None:
        return EndReason.AGREEMENT_ENDED
    if row.key_id is not None:
        revoked = select(ssh_key_table.c.revoked_at).where(ssh_key_table.c.id == row.key_id)
        if connection.execute(revoked).scalar_one() is not None:
            return EndReason.KEY_REVOKED
    return None


def _update_open(database: Database, session_id: str, **values: object) -> None:
    with database.unit_of_work() as uow:
        uow.connection.execute(
            update(session_table)
            .where(session_table.c.id == session_id, session_table.c.ended_at.is_(None))
            .values(**values)
        )
        uow.commit()
