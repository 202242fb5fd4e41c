"""The index is kept: papers come in, move, are opened by named persons, are destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.reading import get, require_not_erased
from core.papers.errors import NotAnOpener, PaperDayAmiss, PaperDestroyed, PaperIncomplete
from core.papers.model import paper_customer_table, paper_opener_table, paper_table
from core.papers.reading import context, paper
from core.staff.access_log import Access, record_access
from core.staff.members import member
from core.text import clean_block, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.papers.types import Destruction, Paper

_TAKERS: Final = (Role.CLERK, Role.CONTACT_PERSON)
_KEEPERS: Final = (Role.CONTACT_PERSON,)
_p, _o = paper_table.c, paper_opener_table.c


def add(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    *,
    about: str,
    customer_ids: Sequence[int],
    place: str,
    openers: Sequence[int],
    since: date,
) -> Paper:
    """Enter a paper into the index: *about* what, which customers, its locked *place*, the staff who may open it.

    Raises:
        PaperIncomplete: one of these is missing.
        PaperDayAmiss: *since* lies ahead.
        CustomerNotFound, CustomerErased, StaffNotFound: somebody is nobody.
    """
    require(actor, *_TAKERS)
    words, locked = clean_block(about), clean_line(place)
    if not (words and locked and customer_ids and openers):
        raise PaperIncomplete
    if since > _today(uow):
        raise PaperDayAmiss(day=since.isoformat(), number="–")
    for customer_id in customer_ids:
        require_not_erased(get(uow.connection, customer_id))
    number: int = uow.connection.execute(
        insert(paper_table)
        .values(
            place=locked,
            since=since,
            recorded_at=uow.now,
            recorded_by=actor.staff_id,
            recorded_by_name=actor.name,
        )
        .returning(_p.number)
    ).scalar_one()
    for customer_id, key in keyring.data_keys(uow, list(dict.fromkeys(customer_ids))).items():
        sealed = key.seal(words.encode(), context(number))
        uow.connection.execute(
            insert(paper_customer_table).values(paper_number=number, customer_id=customer_id, about=sealed)
        )
        _look(uow, actor, Access.CHANGE, customer_id, number)
    _name(uow, number, openers)
    return paper(uow.connection, number, keyring)


def move(uow: UnitOfWork, actor: Actor, number: int, *, place: str) -> None:
    """The paper is in another locked place now.

    Raises:
        PaperIncomplete: no place is named.
        NoSuchPaper, PaperDestroyed.
    """
    require(actor, *_TAKERS)
    found = _there(uow, number)
    locked = clean_line(place)
    if not locked:
        raise PaperIncomplete
    uow.connection.execute(update(paper_table).where(_p.number == number).values(place=locked))
    _look_at_all(uow, actor, Access.CHANGE, found)


def name_openers(uow: UnitOfWork, actor: Actor, number: int, openers: Sequence[int]) -> None:
    """Name those who may open the paper from today on; whoever is not named any more may not.

    Raises:
        PaperIncomplete: nobody is named.
        NoSuchPaper, PaperDestroyed, StaffNotFound.
    """
    require(actor, *_KEEPERS)
    found = _there(uow, number)
    if not openers:
        raise PaperIncomplete
    in_force = (_o.paper_number == number, _o.until.is_(None))
    uow.connection.execute(
        update(paper_opener_table).where(*in_force, _o.staff_id.not_in(openers)).values(until=_today(uow))
    )
    there = set(uow.connection.execute(select(_o.staff_id).where(*in_force)).scalars())
    _name(uow, number, [one for one in openers if one not in there])
    _look_at_all(uow, actor, Access.CHANGE, found)


def taken_out(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, task: str) -> Paper:
    """The actor opens the paper for *task*: a look into the data of everybody it concerns.

    Raises:
        NotAnOpener: the actor is not among the named persons.
        NoSuchPaper, PaperDestroyed, TaskMissing.
    """
    found = _there(uow, number)
    _require_opener(uow, actor, found)
    for customer_id in found.customer_ids:
        record_access(
            uow, actor, action=Access.OPEN, customer_id=customer_id, task=task, detail=f"paper {number}"
        )
    return paper(uow.connection, number, keyring)


def destroy(uow: UnitOfWork, actor: Actor, number: int, *, on: date, how: Destruction) -> Paper:
    """The paper was destroyed by the actor, one of the named persons; its line in the index says so from now on.

    Raises:
        NotAnOpener: the actor is not among the named persons.
        PaperDayAmiss: *on* lies ahead, or before the paper came in.
        NoSuchPaper, PaperDestroyed.
    """
    found = _there(uow, number)
    _require_opener(uow, actor, found)
    if not found.since <= on <= _today(uow):
        raise PaperDayAmiss(day=on.isoformat(), number=number)
    uow.connection.execute(
        update(paper_table)
        .where(_p.number == number)
        .values(
            destroyed_on=on,
            destroyed_by_name=actor.name,
            destroyed_how=how,
            destroyed_at=uow.now,
            destroyed_recorded_by=actor.staff_id,
        )
    )
    _look_at_all(uow, actor, Access.CHANGE, found)
    return paper(uow.connection, number)


def keep(uow: UnitOfWork, number: int, *, until: date) -> None:
    """The law wants the paper kept through the day *until*; a later day named before stands.

    Raises:
        PaperDayAmiss: the day is not ahead.
        NoSuchPaper, PaperDestroyed.
    """
    found = _there(uow, number)
    if until <= _today(uow):
        raise PaperDayAmiss(day=until.isoformat(), number=number)
    latest = max(until, found.keep_until or until)
    uow.connection.execute(update(paper_table).where(_p.number == number).values(keep_until=latest))


def _there(uow: UnitOfWork, number: int) -> Paper:
    uow.connection.execute(select(_p.number).where(_p.number == number).with_for_update())
    found = paper(uow.connection, number)
    if found.destroyed_on is not None:
        raise PaperDestroyed(number=number, day=found.destroyed_on.isoformat(), name=found.destroyed_by)
    return found


def _require_opener(uow: UnitOfWork, actor: Actor, found: Paper) -> None:
    named = uow.connection.execute(
        select(_o.id).where(
            _o.paper_number == found.number, _o.staff_id == actor.staff_id, _o.until.is_(None)
        )
    ).first()
    if named is None:
        raise NotAnOpener(number=found.number, name=actor.name, names=", ".join(found.openers))


def _name(uow: UnitOfWork, number: int, openers: Iterable[int]) -> None:
    for staff_id in dict.fromkeys(openers):
        uow.connection.execute(
            insert(paper_opener_table).values(
                paper_number=number,
                staff_id=staff_id,
                staff_name=member(uow.connection, staff_id).name,
                since=_today(uow),
            )
        )


def _look_at_all(uow: UnitOfWork, actor: Actor, action: Access, found: Paper) -> None:
    for customer_id in found.customer_ids:
        _look(uow, actor, action, customer_id, found.number)


def _look(uow: UnitOfWork, actor: Actor, action: Access, customer_id: int, number: int) -> None:
    record_access(uow, actor, action=action, customer_id=customer_id, task=f"paper {number}")


def _today(uow: UnitOfWork) -> date:
    return uow.now.astimezone(HELSINKI).date()
