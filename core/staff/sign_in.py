"""Signing in: a personal user name and password, and a confidentiality agreement in force (P13).

Every attempt is logged with its outcome and origin.  What was typed as a user name is never logged: when nobody has
it, it may be a password in the wrong field.  A wrong name costs the same work as a wrong password and gets the same
answer; what is wrong with an account is said only to who knows its password.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from core.staff import passwords
from core.staff.agreements import agreement_in_force
from core.staff.delays import (
    account_subject,
    charge,
    forgive,
    nobody_subject,
    origin_subject,
    seconds_to_wait,
)
from core.staff.errors import (
    AccountDisabled,
    KeyNotAccepted,
    KeyOfAnother,
    NoAgreement,
    SessionEnded,
    SignInDelayed,
    SignInRefused,
    WrongCredentials,
    WrongPresentPassword,
)
from core.staff.members import administrators_to_ask, member, user_name_key
from core.staff.model import sign_in_event_table, ssh_key_table, staff_member_table
from core.staff.policy import today
from core.staff.sessions import (
    EndReason,
    Method,
    Session,
    SessionLimits,
    begin_session,
    check_session,
    end_session,
    lock_session,
    open_again,
)
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from core.database import Database, UnitOfWork

__all__ = [
    "EndReason",
    "KeyHolder",
    "Session",
    "SessionLimits",
    "SignInEvent",
    "check_session",
    "confirm_password",
    "end_session",
    "lock_session",
    "may_enter",
    "sign_in",
    "sign_in_events",
    "sign_in_with_key",
    "unlock",
]


class Outcome(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    UNLOCKED = "unlocked"
    CONFIRMED = "confirmed"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a word for the log
    UNKNOWN_USER = "unknown_user"
    DELAYED = "delayed"
    DISABLED = "disabled"
    NO_AGREEMENT = "no_agreement"
    KEY_NOT_ACCEPTED = "key_not_accepted"


@dataclass(frozen=True, slots=True)
class SignInEvent:
    """One attempt; `staff_id` is None when nobody has the user name that was typed."""

    recorded_at: datetime
    staff_id: int | None
    method: str
    outcome: str
    origin: str
    session_id: str | None


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whose SSH key a connection came in with, as the forced command says."""

    staff_id: int
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A password to be checked, already charged against its account."""

    staff_id: int | None
    stored_hash: str
    account: str
    origin: str
    session_id: str | None = None


def sign_in(
    database: Database,
    user_name: str,
    password: str,
    *,
    origin: str,
    limits: SessionLimits | None = None,
    key: KeyHolder | None = None,
) -> Session:
    """Open a session for who knows the password; *origin* says from where (``192.0.2.7``, ``local anna``).

    Over SSH *key* says whose key the connection came in with: only that member can sign in, and the session ends
    with the key.

    Raises:
        KeyOfAnother, KeyNotAccepted: the name is not that of the key's owner, or the key is revoked.
        WrongCredentials: the user name or the password is wrong.
        SignInDelayed: too soon after failures; nothing was checked.
        AccountDisabled, NoAgreement: the password is right, the person may not enter.
    """
    staff_id = _find(database, user_name)
    if key is not None and staff_id != key.staff_id:
        with database.reading() as connection:
            raise KeyOfAnother(user_name=member(connection, key.staff_id).user_name)
    key_id = None if key is None else key.key_id
    attempt = _begin(database, staff_id, user_name_key(user_name), _clean_origin(origin))
    right = passwords.verify(attempt.stored_hash, password)
    with database.unit_of_work() as uow:
        if not right or not _still(uow.connection, attempt):
            raise _failed(uow, attempt)
        staff_id = _settled(uow, attempt)
        refusal = _refusal(uow.connection, staff_id, uow.now, key_id)
        if refusal is not None:
            _refuse(uow, staff_id, Method.PASSWORD, attempt.origin, refusal)
            raise refusal
        if passwords.needs_rehash(attempt.stored_hash):
            _store_hash(uow, staff_id, passwords.hash_password(password))
        session = begin_session(
            uow,
            member(uow.connection, staff_id),
            method=Method.PASSWORD,
            origin=attempt.origin,
            limits=limits or SessionLimits(),
            key_id=key_id,
        )
        _log(uow, staff_id, Outcome.ACCEPTED, attempt.origin, session_id=session.id)
        uow.commit()
    return session


def sign_in_with_key(
    database: Database,
    staff_id: int,
    *,
    origin: str,
    key_id: int | None = None,
    limits: SessionLimits | None = None,
) -> Session:
    """Open a session without a terminal for who came in with a registered SSH key: sshd has verified the key.

    Raises:
        StaffNotFound: there is no such member.
        KeyNotAccepted: the key is revoked or somebody else's.
        AccountDisabled, NoAgreement: the person may not enter.
    """
    origin = _clean_origin(origin)
    with database.unit_of_work() as uow:
        who = member(uow.connection, staff_id)
        refusal = _refusal(uow.connection, staff_id, uow.now, key_id)
        if refusal is not None:
            _refuse(uow, staff_id, Method.KEY, origin, refusal)
            raise refusal
        session = begin_session(
            uow, who, method=Method.KEY, origin=origin, limits=limits or SessionLimits(), key_id=key_id
        )
        _log(uow, staff_id, Outcome.ACCEPTED, origin, method=Method.KEY, session_id=session.id)
        uow.commit()
    return session


def may_enter(database: Database, staff_id: int, *, key_id: int | None = None) -> None:
    """Make sure that a sign-in screen is worth showing to who came in with a key.

    Raises:
        StaffNotFound, KeyNotAccepted, AccountDisabled, NoAgreement: as they say.
    """
    with database.reading() as connection:
        member(connection, staff_id)
        refusal = _refusal(connection, staff_id, database.clock.now(), key_id)
    if refusal is not None:
        raise refusal


def unlock(database: Database, session: Session, password: str) -> None:
    """Open a locked session again for its own member; wrong passwords count as failed sign-ins.

    Raises:
        WrongCredentials, SignInDelayed: as at sign-in.
        SessionEnded: it is over, for whatever reason.
    """
    _ask_again(database, session, password, Outcome.UNLOCKED)
    check_session(database, session)


def confirm_password(database: Database, session: Session, password: str) -> None:
    """Make sure that who sits at an open session is its member, before what a passer-by must not do.

    Raises:
        WrongPresentPassword, SignInDelayed: wrong passwords count as failed sign-ins.
        SessionEnded: it is over, for whatever reason.
    """
    try:
        _ask_again(database, session, password, Outcome.CONFIRMED)
    except WrongCredentials:
        raise WrongPresentPassword from None


def _ask_again(database: Database, session: Session, password: str, outcome: Outcome) -> None:
    staff_id = session.actor.staff_id
    if staff_id is None:
        raise SessionEnded
    attempt = _begin(database, staff_id, "", session.origin, session.id)
    right = passwords.verify(attempt.stored_hash, password)
    with database.unit_of_work() as uow:
        if not right or not _still(uow.connection, attempt):
            raise _failed(uow, attempt)
        _settled(uow, attempt)
        if outcome is Outcome.UNLOCKED:
            open_again(uow, session)
        _log(uow, staff_id, outcome, session.origin, session_id=session.id)
        uow.commit()


def sign_in_events(
    connection: Connection, *, staff_id: int | None = None, limit: int = 100
) -> list[SignInEvent]:
    """The latest attempts, newest first; of one member when *staff_id* is given."""
    table = sign_in_event_table
    statement = (
        select(
            table.c.recorded_at,
            table.c.staff_id,
            table.c.method,
            table.c.outcome,
            table.c.origin,
            table.c.session_id,
        )
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    if staff_id is not None:
        statement = statement.where(table.c.staff_id == staff_id)
    return [SignInEvent(*row) for row in connection.execute(statement)]


def _find(database: Database, user_name: str) -> int | None:
    table = staff_member_table
    with database.reading() as connection:
        return connection.execute(
            select(table.c.id).where(table.c.user_name_key == user_name_key(user_name))
        ).scalar_one_or_none()


def _begin(
    database: Database, staff_id: int | None, name_key: str, origin: str, session_id: str | None = None
) -> _Attempt:
    """Refuse while a wait lasts; otherwise charge the attempt and say what to verify the password against."""
    account = nobody_subject(name_key) if staff_id is None else account_subject(staff_id)
    with database.unit_of_work() as uow:
        seconds = seconds_to_wait(uow, [account, origin_subject(origin)])
        if seconds:
            _log(uow, staff_id, Outcome.DELAYED, origin, session_id=session_id)
            uow.commit()
            raise SignInDelayed(seconds=seconds)
        charge(uow, account)
        stored_hash = _stored_hash(uow.connection, staff_id)
        uow.commit()
    return _Attempt(staff_id, stored_hash or passwords.dummy_hash(), account, origin, session_id)


def _failed(uow: UnitOfWork, attempt: _Attempt) -> WrongCredentials:
    """Charge the origin too and log; the account was charged before the password was looked at."""
    charge(uow, origin_subject(attempt.origin))
    outcome = Outcome.UNKNOWN_USER if attempt.staff_id is None else Outcome.WRONG_PASSWORD
    _log(uow, attempt.staff_id, outcome, attempt.origin, session_id=attempt.session_id)
    uow.commit()
    return WrongCredentials()


def _still(connection: Connection, attempt: _Attempt) -> bool:
    """Whether the verified hash is the account's own, and still is: not the dummy, not changed meanwhile."""
    return attempt.staff_id is not None and _stored_hash(connection, attempt.staff_id) == attempt.stored_hash


def _settled(uow: UnitOfWork, attempt: _Attempt) -> int:
    """Take the charge back; returns who it is."""
    if attempt.staff_id is None:
        raise WrongCredentials
    forgive(uow, attempt.account, origin_subject(attempt.origin))
    return attempt.staff_id


def _refusal(
    connection: Connection, staff_id: int, now: datetime, key_id: int | None = None
) -> SignInRefused | None:
    """Why a member who has shown who they are may not enter, or None."""
    ask = administrators_to_ask(connection)
    if key_id is not None:
        found = select(ssh_key_table.c.id).where(
            ssh_key_table.c.id == key_id,
            ssh_key_table.c.staff_id == staff_id,
            ssh_key_table.c.revoked_at.is_(None),
        )
        if connection.execute(found).first() is None:
            return KeyNotAccepted(administrators=ask)
    if not member(connection, staff_id).enabled:
        return AccountDisabled(administrators=ask)
    if agreement_in_force(connection, staff_id, today(now)) is None:
        return NoAgreement(administrators=ask)
    return None


def _refuse(uow: UnitOfWork, staff_id: int, method: Method, origin: str, refusal: SignInRefused) -> None:
    outcomes: dict[type[SignInRefused], Outcome] = {
        AccountDisabled: Outcome.DISABLED,
        NoAgreement: Outcome.NO_AGREEMENT,
        KeyNotAccepted: Outcome.KEY_NOT_ACCEPTED,
    }
    _log(uow, staff_id, outcomes[type(refusal)], origin, method=method)
    uow.commit()


def _log(
    uow: UnitOfWork,
    staff_id: int | None,
    outcome: Outcome,
    origin: str,
    *,
    method: Method = Method.PASSWORD,
    session_id: str | None = None,
) -> None:
    uow.connection.execute(
        insert(sign_in_event_table).values(
            recorded_at=uow.now,
            staff_id=staff_id,
            method=method,
            outcome=outcome,
            origin=origin,
            session_id=session_id,
        )
    )


def _clean_origin(origin: str) -> str:
    return shorten(clean_line(origin), 100) or "?"


def _stored_hash(connection: Connection, staff_id: int | None) -> str | None:
    table = staff_member_table
    return connection.execute(
        select(table.c.password_hash).where(table.c.id == staff_id)
    ).scalar_one_or_none()


def _store_hash(uow: UnitOfWork, staff_id: int, password_hash: str) -> None:
    table = staff_member_table
    uow.connection.execute(update(table).where(table.c.id == staff_id).values(password_hash=password_hash))
