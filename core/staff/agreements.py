"""Confidentiality agreements: who signed which paper when, and until when it holds (P13).

Days are days in Finland.  A recorded agreement is never changed; it runs out on its last day or is ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from core.actor import Role
from core.errors import NotPermitted
from core.staff.changes import record_change
from core.staff.errors import (
    AdministratorPresent,
    AgreementWithoutDocument,
    BadAgreement,
    NoAgreementRecorded,
)
from core.staff.members import member
from core.staff.model import agreement_table
from core.staff.policy import (
    administrator_id,
    in_force_on,
    keep_an_administrator,
    today,
    working_administrators,
)
from core.text import clean_line

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from core.actor import Actor
    from core.database import UnitOfWork

_LONGEST_DOCUMENT: Final = 200


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """What a signed agreement says: where the paper is, when it was signed, the first and the last day."""

    document: str
    signed_on: date
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A recorded agreement; in force from `valid_from` to `valid_to` (both included) unless `ended_at` is set."""

    id: int
    staff_id: int
    document: str
    signed_on: date
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    recorded_by: int
    ended_at: datetime | None


def record_agreement(
    uow: UnitOfWork,
    actor: Actor,
    staff_id: int,
    *,
    signed_on: date,
    valid_from: date,
    valid_to: date | None = None,
    document: str,
) -> Agreement:
    """Record the agreement that a member has signed on paper; *document* says where the paper is.

    Raises:
        NotPermitted: the actor is no administrator.
        StaffNotFound: there is no such member.
        BadAgreement, AgreementWithoutDocument: dates or document are not as they should be.
    """
    administrator = administrator_id(actor)
    member(uow.connection, staff_id)
    terms = AgreementTerms(document, signed_on, valid_from, valid_to)
    return insert_agreement(uow, recorded_by=administrator, staff_id=staff_id, terms=terms)


def renew_for_administrator(uow: UnitOfWork, staff_id: int, terms: AgreementTerms) -> Agreement:
    """Record an administrator's own agreement when no administrator can sign in any more.

    Called by the command line on the register's own machine alone: when every administrator's agreement has run out,
    whoever may read the database and its keys there is the only one left who can act.  It is on record as such.

    Raises:
        AdministratorPresent: somebody can still sign in and record it.
        StaffNotFound, NotPermitted: there is no such member, or it is no enabled administrator.
        BadAgreement, AgreementWithoutDocument: dates or document are not as they should be.
    """
    working = working_administrators(uow.connection, uow.now)
    if working:
        raise AdministratorPresent(administrators=", ".join(working.values()))
    found = member(uow.connection, staff_id)
    if not found.enabled or Role.ADMINISTRATOR not in found.roles:
        raise NotPermitted(roles=str(Role.ADMINISTRATOR))
    record_change(uow, staff_id, staff_id, "agreement renewed on the machine")
    return insert_agreement(uow, recorded_by=staff_id, staff_id=staff_id, terms=terms)


def insert_agreement(uow: UnitOfWork, *, recorded_by: int, staff_id: int, terms: AgreementTerms) -> Agreement:
    """Check and store an agreement; the caller has made sure that *recorded_by* may.

    Raises:
        BadAgreement, AgreementWithoutDocument: dates or document are not as they should be.
    """
    document = clean_line(terms.document)
    if not document or len(document) > _LONGEST_DOCUMENT:
        raise AgreementWithoutDocument
    if (
        terms.signed_on > today(uow.now)
        or terms.valid_from < terms.signed_on
        or (terms.valid_to is not None and terms.valid_to < terms.valid_from)
    ):
        raise BadAgreement
    statement = insert(agreement_table).values(
        staff_id=staff_id,
        document=document,
        signed_on=terms.signed_on,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        recorded_at=uow.now,
        recorded_by=recorded_by,
    )
    agreement_id = uow.connection.execute(statement.returning(agreement_table.c.id)).scalar_one()
    record_change(uow, recorded_by, staff_id, "agreement", str(agreement_id))
    found = _all(uow.connection, _agreements().where(agreement_table.c.id == agreement_id))
    return found[0]


def agreement_in_force(connection: Connection, staff_id: int, day: date) -> Agreement | None:
    """The agreement that lets the member sign in on *day* (the one that holds longest), or None."""
    found = _all(connection, _agreements().where(agreement_table.c.staff_id == staff_id, in_force_on(day)))
    return max(found, key=lambda agreement: agreement.valid_to or date.max, default=None)


def agreements_of(connection: Connection, staff_id: int) -> list[Agreement]:
    """Every agreement recorded for a member, oldest first."""
    return _all(connection, _agreements().where(agreement_table.c.staff_id == staff_id))


def end_agreement(uow: UnitOfWork, actor: Actor, staff_id: int) -> None:
    """End the member's agreements in force now; open sessions end at their next check.

    Raises:
        NotPermitted, StaffNotFound: as they say.
        NoAgreementRecorded: none is in force.
        LastAdministrator: nobody could manage staff afterwards.
    """
    administrator = administrator_id(actor)
    found = member(uow.connection, staff_id)
    if agreement_in_force(uow.connection, staff_id, today(uow.now)) is None:
        raise NoAgreementRecorded(name=found.name)
    if Role.ADMINISTRATOR in found.roles:
        keep_an_administrator(uow, found.id, found.name)
    uow.connection.execute(
        update(agreement_table)
        .where(agreement_table.c.staff_id == staff_id, in_force_on(today(uow.now)))
        .values(ended_at=uow.now, ended_by=administrator)
    )
    record_change(uow, administrator, staff_id, "agreement ended")


def _agreements() -> Select[tuple[object, ...]]:
    table = agreement_table
    return select(
        table.c.id,
        table.c.staff_id,
        table.c.document,
        table.c.signed_on,
        table.c.valid_from,
        table.c.valid_to,
        table.c.recorded_at,
        table.c.recorded_by,
        table.c.ended_at,
    ).order_by(table.c.id)


def _all(connection: Connection, statement: Select[tuple[object, ...]]) -> list[Agreement]:
    return [Agreement(**row) for row in connection.execute(statement).mappings()]
