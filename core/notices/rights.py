"""Notices that the law demands (GDPR 19): after a rectification, before an erasure, with a restriction.

The agreement with a recipient cannot take these away; the purpose is one of the law's own, so one that has ended
cannot either.  Called in the transaction of the decision; a case names itself as *reference*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, or_, select

from core.actor import Role, require
from core.customers.aliases import of_person
from core.customers.reading import get
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.purposes import RECIPIENTS_TOLD
from core.disclosure.recipients import recipients
from core.disclosure.types import ItemState
from core.notices.due import SUPERSEDED, close, new_notice
from core.notices.holders import COMPARED, holdings, not_recipients
from core.notices.model import notice_table
from core.notices.service import NoticeFilter, page
from core.notices.types import WITH_VALUES, Cause, Holding, NoticeState
from core.rights.types import reference as reference_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.notices.types import Notice
    from core.register import Register
    from core.rights.types import Case

DECIDERS: Final = (Role.CLERK, Role.CONTACT_PERSON)
_notice: Final = notice_table.c
_line: Final = transfer_line_table.c
_transfer: Final = transfer_table.c


def tell_recipients(
    uow: UnitOfWork,
    register: Register,
    actor: Actor,
    customer_id: int,
    cause: Cause,
    *,
    reference: str,
    fields: frozenset[str] | None = None,
) -> list[int]:
    """Make a notice to each recipient that holds a customer's data; returns their ids.

    For a rectification, call it after the change: whoever holds another value of *fields* (None: of any) is told.  For
    the other causes everybody who was given anything is told, and *fields* says of what (None: of all they have).

    Raises:
        NotPermitted: the actor's role does not decide on people's rights.
        CustomerNotFound: no such customer.
        ValueError: the cause is not one of the law's (a programming error).
    """
    require(actor, *DECIDERS)
    if cause is Cause.CHANGE:
        raise ValueError("a change is told by the agreement, not by law")
    get(uow.connection, customer_id)
    held = _held(uow, register, customer_id, COMPARED if fields is None else fields & COMPARED)
    chosen = [(it, it.stale if cause in WITH_VALUES else tuple(it.fields)) for it in held]
    chosen = [(it, names) for it, names in chosen if names or cause not in WITH_VALUES]
    _supersede(uow, actor, customer_id, cause, [it.recipient for it, _ in chosen])
    parties = {it.code: it for it in recipients(uow.connection)}
    made = []
    for holding, names in chosen:
        party = parties.get(holding.recipient)
        by_itself = cause is Cause.RECTIFICATION and party is not None and party.told_of_changes == "yes"
        row = new_notice(
            uow,
            register,
            holding,
            cause=cause,
            purpose=RECIPIENTS_TOLD,
            fields=names,
            told="yes" if by_itself else "ask",
            # What to do with data is said in words; only a value can be told by an adapter.
            way=party.told_by if party is not None and cause in WITH_VALUES else "letter",
            reference=reference,
        )
        made.append(
            uow.connection.execute(insert(notice_table).values(**row).returning(_notice.id)).scalar_one()
        )
    return made


def notices_of_case(connection: Connection, one: Case) -> list[Notice]:
    """Every notice that was made for a case, the oldest first, those that are over among them."""
    chosen = select(_notice.id).where(_notice.reference == reference_of(one.number))
    numbers = tuple(connection.execute(chosen).scalars())
    if not numbers:
        return []
    found = page(connection, NoticeFilter(states=None, numbers=numbers), limit=len(numbers))
    return sorted(found, key=lambda it: it.id)


def _held(uow: UnitOfWork, register: Register, customer_id: int, fields: frozenset[str]) -> list[Holding]:
    """What each recipient holds, those among them who were sent only what is not a value of the register's."""
    connection = uow.connection
    without = not_recipients(connection)
    found = {
        it.recipient: it
        for it in holdings(connection, register.keyring, {customer_id: fields}, without=without)
    }
    rows = connection.execute(
        select(_transfer.recipient_code, func.max(_transfer.number).label("number"))
        .join(transfer_line_table, _line.transfer_id == _transfer.id)
        .where(
            of_person(_line.customer_id, customer_id),
            or_(_line.state.is_(None), _line.state != ItemState.NOT_SENT),
        )
        .group_by(_transfer.recipient_code)
    )
    for row in rows.all():
        if row.recipient_code not in without and row.recipient_code not in found:
            found[row.recipient_code] = Holding(
                customer_id, row.recipient_code, row.number, uow.now, RECIPIENTS_TOLD, {}
            )
    return sorted(found.values(), key=lambda it: it.recipient)


def _supersede(uow: UnitOfWork, actor: Actor, customer_id: int, cause: Cause, told: Sequence[str]) -> None:
    """What these recipients were to be told of a change, or of the same cause before, they are told by these."""
    same = [cause, Cause.CHANGE] if cause in (*WITH_VALUES, Cause.ERASURE) else [cause]
    ids = uow.connection.execute(
        select(_notice.id).where(
            _notice.customer_id == customer_id,
            _notice.recipient_code.in_(told),
            _notice.cause.in_(same),
            _notice.state == NoticeState.DUE,
        )
    ).scalars()
    close(uow, actor, list(ids), NoticeState.NOT_NEEDED, SUPERSEDED)
