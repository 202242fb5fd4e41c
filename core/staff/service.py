"""Accounts: personal, with roles; only administrators manage them, and never the last administrator away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from core.actor import Actor, Role
from core.errors import NotPermitted
from core.messages import DEFAULT_LANGUAGE, LANGUAGES
from core.staff import passwords
from core.staff.agreements import AgreementTerms, insert_agreement
from core.staff.changes import record_change
from core.staff.delays import account_subject, forgive, origin_subject
from core.staff.errors import (
    BadName,
    BadUserName,
    NoRoles,
    RecoveryReasonMissing,
    StaffExists,
    UnknownLanguage,
    UserNameTaken,
    WrongPresentPassword,
)
from core.staff.members import (
    StaffMember,
    administrators_to_ask,
    by_user_name,
    member,
    members,
    user_name_key,
)
from core.staff.model import staff_member_table, staff_role_table
from core.staff.policy import administrator_id, keep_an_administrator
from core.staff.sessions import EndReason, end_sessions_of
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

    from core.database import UnitOfWork
    from core.keys import KeyRing

__all__ = [
    "StaffMember",
    "add_member",
    "administrators_to_ask",
    "by_user_name",
    "change_password",
    "disable",
    "enable",
    "first_administrator",
    "member",
    "members",
    "recover_administrator",
    "set_language",
    "set_roles",
]

# Latin letters once accents are off: a Cyrillic “а” would make two accounts that look the same.
_USER_NAME_KEY: Final = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_LONGEST_USER_NAME: Final = 40
_LONGEST_NAME: Final = 120
_LONGEST_REASON: Final = 200


def first_administrator(
    uow: UnitOfWork,
    *,
    user_name: str,
    name: str,
    password: str,
    agreement: AgreementTerms,
    language: str = DEFAULT_LANGUAGE,
    roles: Collection[Role] = (Role.ADMINISTRATOR,),
    context: Iterable[str] = (),
) -> StaffMember:
    """Make the account that makes all others, with its own confidentiality agreement, when there is no staff yet.

    Raises:
        StaffExists: there is staff.
        InvalidInput: user name, name, password, language or agreement are not as they should be.
    """
    if uow.connection.execute(select(staff_member_table.c.id).limit(1)).first() is not None:
        raise StaffExists
    staff_id = _insert(
        uow,
        added_by=None,
        user_name=user_name,
        name=name,
        password=password,
        roles={Role.ADMINISTRATOR, *roles},
        language=language,
        context=context,
    )
    insert_agreement(uow, recorded_by=staff_id, staff_id=staff_id, terms=agreement)
    return member(uow.connection, staff_id)


def add_member(
    uow: UnitOfWork,
    actor: Actor,
    *,
    user_name: str,
    name: str,
    password: str,
    roles: Collection[Role],
    language: str = DEFAULT_LANGUAGE,
    context: Iterable[str] = (),
) -> StaffMember:
    """Add a member; no sign-in before an agreement is recorded.  *context*: words the password may not hold
    (company, register).

    Raises:
        NotPermitted: the actor is no administrator.
        InvalidInput: user name, name, roles, language or password are not as they should be.
        UserNameTaken: somebody has the user name.
    """
    administrator = administrator_id(actor)
    staff_id = _insert(
        uow,
        added_by=administrator,
        user_name=user_name,
        name=name,
        password=password,
        roles=roles,
        language=language,
        context=context,
    )
    return member(uow.connection, staff_id)


def change_password(
    uow: UnitOfWork,
    actor: Actor,
    staff_id: int,
    *,
    password: str,
    current: str | None = None,
    context: Iterable[str] = (),
) -> None:
    """Change one's own password (*current* is asked for) or, as an administrator, another's.

    Every other session of the member ends.

    Raises:
        WrongPresentPassword: *current* is not the actor's password.
        NotPermitted: another's password, and the actor is no administrator.
        BadPassword: the policy refuses it.
    """
    found = member(uow.connection, staff_id)
    if actor.staff_id != staff_id:
        administrator_id(actor)
    elif current is None or not passwords.verify(_password_hash(uow.connection, staff_id), current):
        raise WrongPresentPassword
    _set_password(uow, found, password, context)
    end_sessions_of(uow, staff_id, EndReason.PASSWORD_CHANGED, but=actor.session_id)
    record_change(uow, actor.staff_id or staff_id, staff_id, "password")


def recover_administrator(
    uow: UnitOfWork,
    keyring: KeyRing,
    staff_id: int,
    *,
    password: str,
    reason: str,
    origin: str,
    context: Iterable[str] = (),
) -> None:
    """Set an administrator's forgotten password without the old one, for whoever holds the register's master key.

    Called by the command line on the register's own machine alone.  Who can read key and database there needs no
    account to read the register, so this gives nobody more than they have; it is on record with *origin* and *reason*.
    Every session of the account ends, and its wait after wrong passwords is forgotten.

    Raises:
        Unopenable: the key is not this register's.
        StaffNotFound, NotPermitted: there is no such member, or it is no enabled administrator.
        RecoveryReasonMissing, BadPassword: reason or password are not as they should be.
    """
    keyring.prove(uow.connection)
    found = member(uow.connection, staff_id)
    if not found.enabled or Role.ADMINISTRATOR not in found.roles:
        raise NotPermitted(roles=str(Role.ADMINISTRATOR))
    reason = clean_line(reason)
    if not reason or len(reason) > _LONGEST_REASON:
        raise RecoveryReasonMissing
    _set_password(uow, found, password, context)
    end_sessions_of(uow, staff_id, EndReason.PASSWORD_CHANGED)
    forgive(uow, account_subject(staff_id), origin_subject(origin))
    record_change(uow, staff_id, staff_id, "password recovered on the machine", f"{origin}: {reason}")


def _set_password(uow: UnitOfWork, of: StaffMember, password: str, context: Iterable[str]) -> None:
    passwords.check_policy(password, [of.user_name, of.name, *context])
    _update(uow, of.id, password_hash=passwords.hash_password(password), password_changed_at=uow.now)


def set_roles(uow: UnitOfWork, actor: Actor, staff_id: int, roles: Collection[Role]) -> StaffMember:
    """Give a member exactly *roles*; open sessions follow at their next check.

    Raises:
        NotPermitted, StaffNotFound, NoRoles: as they say.
        LastAdministrator: nobody could manage staff afterwards.
    """
    administrator = administrator_id(actor)
    found = member(uow.connection, staff_id)
    if Role.ADMINISTRATOR in found.roles and Role.ADMINISTRATOR not in roles:
        keep_an_administrator(uow, found.id, found.name)
    _replace_roles(uow, staff_id, roles)
    record_change(uow, administrator, staff_id, "roles", ",".join(sorted(roles)))
    return member(uow.connection, staff_id)


def set_language(uow: UnitOfWork, actor: Actor, staff_id: int, language: str) -> StaffMember:
    """Set the language that a member's interface speaks; one's own, or anybody's as an administrator.

    Raises:
        NotPermitted, StaffNotFound, UnknownLanguage: as they say.
    """
    if actor.staff_id != staff_id:
        administrator_id(actor)
    member(uow.connection, staff_id)
    _check_language(language)
    _update(uow, staff_id, language=language)
    return member(uow.connection, staff_id)


def disable(uow: UnitOfWork, actor: Actor, staff_id: int) -> StaffMember:
    """Close an account: no sign-in, and open sessions end at once.

    Raises:
        NotPermitted, StaffNotFound: as they say.
        LastAdministrator: nobody could manage staff afterwards.
    """
    administrator = administrator_id(actor)
    found = member(uow.connection, staff_id)
    if Role.ADMINISTRATOR in found.roles:
        keep_an_administrator(uow, found.id, found.name)
    if found.enabled:
        _update(uow, staff_id, disabled_at=uow.now)
        end_sessions_of(uow, staff_id, EndReason.DISABLED)
        record_change(uow, administrator, staff_id, "disabled")
    return member(uow.connection, staff_id)


def enable(uow: UnitOfWork, actor: Actor, staff_id: int) -> StaffMember:
    """Open a closed account again; the agreement is asked for as ever.

    Raises:
        NotPermitted, StaffNotFound: as they say.
    """
    administrator = administrator_id(actor)
    if not member(uow.connection, staff_id).enabled:
        _update(uow, staff_id, disabled_at=None)
        record_change(uow, administrator, staff_id, "enabled")
    return member(uow.connection, staff_id)


def _insert(
    uow: UnitOfWork,
    *,
    added_by: int | None,
    user_name: str,
    name: str,
    password: str,
    roles: Collection[Role],
    language: str,
    context: Iterable[str],
) -> int:
    user_name, name, key = clean_line(user_name), clean_line(name), user_name_key(user_name)
    if not _USER_NAME_KEY.fullmatch(key) or len(user_name) > _LONGEST_USER_NAME:
        raise BadUserName
    if not name or len(name) > _LONGEST_NAME:
        raise BadName
    _check_language(language)
    passwords.check_policy(password, [user_name, name, *context])
    taken = select(staff_member_table.c.id).where(staff_member_table.c.user_name_key == key)
    if uow.connection.execute(taken).first() is not None:
        raise UserNameTaken(user_name=user_name)
    statement = insert(staff_member_table).values(
        user_name=user_name,
        user_name_key=key,
        name=name,
        language=language,
        password_hash=passwords.hash_password(password),
        password_changed_at=uow.now,
        added_at=uow.now,
        added_by=added_by,
    )
    staff_id: int = uow.connection.execute(statement.returning(staff_member_table.c.id)).scalar_one()
    _replace_roles(uow, staff_id, roles)
    record_change(uow, added_by or staff_id, staff_id, "added", ",".join(sorted(roles)))
    return staff_id


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UnknownLanguage(languages=", ".join(LANGUAGES))


def _replace_roles(uow: UnitOfWork, staff_id: int, roles: Collection[Role]) -> None:
    if not roles:
        raise NoRoles(roles=", ".join(Role))
    uow.connection.execute(delete(staff_role_table).where(staff_role_table.c.staff_id == staff_id))
    uow.connection.execute(
        insert(staff_role_table), [{"staff_id": staff_id, "role": str(Role(role))} for role in set(roles)]
    )


def _update(uow: UnitOfWork, staff_id: int, **values: object) -> None:
    uow.connection.execute(
        update(staff_member_table).where(staff_member_table.c.id == staff_id).values(**values)
    )


def _password_hash(connection: Connection, staff_id: int) -> str:
    statement = select(staff_member_table.c.password_hash).where(staff_member_table.c.id == staff_id)
    return str(connection.execute(statement).scalar_one())
