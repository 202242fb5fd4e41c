"""A request is taken in, its person identified, its papers kept, its words opened.

Any member of staff who serves customers may take a request in; the register's contact person handles it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, update

from core.actor import Role, require
from core.customers.contacts import contact
from core.customers.reading import get, require_not_erased
from core.rights.deadlines import due_on
from core.rights.effects import take_effect
from core.rights.errors import ReasonsNeeded, ReceivedLater, SomebodyNeeded
from core.rights.model import case_file_table, case_table
from core.rights.reading import CONTENT, NAME, REQUEST, case, context, request_of
from core.rights.types import CaseState, Channel, EventKind, Identity, Request
from core.rights.writing import (
    add_event,
    case_key,
    end_pause,
    for_change,
    last_day,
    reasons_in,
    record_look,
    today_of,
    write,
)
from core.staff.access_log import Access
from core.text import clean_block, clean_line

if TYPE_CHECKING:
    from datetime import date

    from core.actor import Actor
    from core.config.schema import RightsSettings
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.rights.types import Case, CaseKind

_HANDLERS: Final = (Role.CONTACT_PERSON,)
_TAKERS: Final = (Role.CLERK, Role.CONTACT_PERSON)
_c = case_table.c


def receive(
    uow: UnitOfWork,
    keyring: KeyRing,
    settings: RightsSettings,
    actor: Actor,
    *,
    kind: CaseKind,
    received_on: date,
    channel: Channel,
    signed: bool,
    language: str,
    request: Request,
    customer_id: int | None = None,
    identified_how: str = "",
) -> Case:
    """Take a request in; what protects the person (a ban, an objection) is in force at once.

    *received_on* is the day on which the request reached the company; the month runs from it.  *identified_how* says
    how the identity is known, in proportion to what is asked; empty while it is unclear.

    Raises:
        ReceivedLater, SomebodyNeeded: what is wrong with the request.
        CustomerNotFound, CustomerErased: *customer_id* is nobody's.
    """
    require(actor, *_TAKERS)
    if received_on > today_of(uow):
        raise ReceivedLater(day=received_on.isoformat())
    said = _cleaned(request)
    if not said.name:
        raise SomebodyNeeded
    if customer_id is not None:
        require_not_erased(get(uow.connection, customer_id))
    key, wrapped = keyring.new_key(uow)
    how = clean_line(identified_how)
    identity = Identity.CONFIRMED if how and customer_id is not None else Identity.UNCLEAR
    number = uow.connection.execute(
        insert(case_table)
        .values(
            kind=kind,
            state=CaseState.OPEN,
            customer_id=customer_id,
            received_on=received_on,
            recorded_at=uow.now,
            recorded_by=actor.staff_id,
            recorded_by_name=actor.name,
            channel=channel,
            signed=signed,
            language=language,
            identity=identity,
            due_on=due_on(received_on, eves_are_free=settings.eves_are_free),
            wrapped_key=wrapped,
            version=1,
        )
        .returning(_c.number)
    ).scalar_one()
    sealed = key.seal(json.dumps(asdict(said), ensure_ascii=False).encode(), context(number, REQUEST))
    uow.connection.execute(update(case_table).where(_c.number == number).values(request=sealed))
    add_event(uow, actor, key, number, EventKind.RECEIVED, facts={"channel": channel, "signed": signed})
    if identity is Identity.CONFIRMED:
        add_event(uow, actor, key, number, EventKind.IDENTIFIED, words=how)
    record_look(uow, actor, number, customer_id, Access.CHANGE)
    return _protect(uow, keyring, actor, case(uow.connection, number))


def identify(
    uow: UnitOfWork,
    keyring: KeyRing,
    settings: RightsSettings,
    actor: Actor,
    number: int,
    *,
    customer_id: int | None,
    how: str,
    version: int,
) -> Case:
    """It is known who asks: *customer_id* of the register, or None for somebody about whom nothing is held.

    A stopped clock goes on from today.

    Raises:
        ReasonsNeeded: *how* doesn't say how the identity is known.
        NoSuchCase, CaseEnded, CaseChanged, CustomerNotFound, CustomerErased.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    known = clean_line(how)
    if not known:
        raise ReasonsNeeded
    if customer_id is not None:
        require_not_erased(get(uow.connection, customer_id))
    if found.state is CaseState.WAITING_IDENTITY:
        end_pause(uow, number)
    state = CaseState.OPEN if found.state is CaseState.WAITING_IDENTITY else found.state
    due = last_day(uow, settings, found)
    changed = write(
        uow,
        found,
        version,
        {"customer_id": customer_id, "identity": Identity.CONFIRMED, "state": state, "due_on": due},
    )
    add_event(uow, actor, case_key(uow, keyring, number), number, EventKind.IDENTIFIED, words=known)
    return _protect(uow, keyring, actor, changed)


def open_case(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int) -> tuple[Case, Request]:
    """The case and its words for a person to look at: the look goes into the access log.

    Raises:
        NoSuchCase, CaseWordsGone.
    """
    require(actor, *_TAKERS, Role.REVIEWER)
    found = case(uow.connection, number)
    record_look(uow, actor, number, found.customer_id, Access.OPEN)
    return found, request_of(uow.connection, keyring, number)


def comment(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, words: str) -> None:
    """Write something down, also in a case that has ended.

    Raises:
        ReasonsNeeded: there are no words.
        NoSuchCase, CaseWordsGone.
    """
    require(actor, *_TAKERS)
    words = reasons_in(words)
    add_event(uow, actor, case_key(uow, keyring, number), number, EventKind.COMMENT, words=words)


def attach(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, name: str, content: bytes) -> int:
    """Keep a file with the case, sealed; returns its id.

    Raises:
        NoSuchCase, CaseEnded, CaseWordsGone.
    """
    require(actor, *_TAKERS)
    for_change(uow, number)
    key = case_key(uow, keyring, number)
    file_id = uow.connection.execute(
        insert(case_file_table)
        .values(
            case_number=number,
            at=uow.now,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            name=key.seal(clean_line(name).encode(), context(number, NAME)),
            content=key.seal(content, context(number, CONTENT)),
            size=len(content),
        )
        .returning(case_file_table.c.id)
    ).scalar_one()
    add_event(uow, actor, key, number, EventKind.ATTACHMENT, facts={"file": file_id, "size": len(content)})
    return int(file_id)


def _protect(uow: UnitOfWork, keyring: KeyRing, actor: Actor, found: Case) -> Case:
    if found.customer_id is not None and found.channel is not Channel.PERIOD:
        contact(uow, [found.customer_id], found.received_on)
    done = take_effect(uow, actor, found, request_of(uow.connection, keyring, found.number))
    if done:
        key = case_key(uow, keyring, found.number)
        add_event(uow, actor, key, found.number, EventKind.IN_FORCE, facts={"in_force": sorted(done)})
    return found


def _cleaned(request: Request) -> Request:
    return Request(
        name=clean_line(request.name),
        words=clean_block(request.words),
        address=clean_block(request.address),
        email=clean_line(request.email),
        ground=request.ground,
        bans=request.bans,
        values={name: None if value is None else clean_line(value) for name, value in request.values.items()},
    )
