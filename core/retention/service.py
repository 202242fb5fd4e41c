"""Holds that a person makes: a dispute, a claim, an authority's order.  Each has an owner and a day of review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.reading import get, require_not_erased
from core.retention.errors import HoldReasonNeeded, NoSuchHold, NotMadeByAPerson, ReviewDayAmiss
from core.retention.model import hold_table
from core.retention.types import MANUAL, HoldKind
from core.staff.access_log import Access, record_access
from core.text import clean_block, clean_line

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.config.schema import RetentionSettings
    from core.database import UnitOfWork
    from core.keys import KeyRing

_KEEPERS: Final = (Role.CONTACT_PERSON,)
_h = hold_table.c
# What the sealed words of a hold are bound to.
REASON: Final = b"retention_hold/reason"
RELEASE: Final = b"retention_hold/release"


@dataclass(frozen=True, slots=True)
class ManualHold:
    """A hold made by a person; ``until`` is the last day on which it holds, None until somebody releases it.

    ``reason`` is None where the person's data key is gone.
    """

    id: int
    customer_id: int
    kind: HoldKind
    reason: str | None
    law: str
    since: date
    until: date | None
    review_on: date
    owner_name: str
    recorded_at: datetime
    recorded_by: str
    released_at: datetime | None
    released_by: str | None
    released_reason: str | None


def place(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    customer_id: int,
    kind: HoldKind,
    *,
    reason: str,
    law: str,
    review_on: date,
    until: date | None = None,
    owner: tuple[int | None, str] | None = None,
) -> int:
    """Hold a person's data, from today; *owner* is a member of staff's id and name, the actor when left out.

    Returns the hold's number.

    Raises:
        NotMadeByAPerson, HoldReasonNeeded, ReviewDayAmiss: what is wrong.
        CustomerNotFound, CustomerErased: there is nobody to hold.
    """
    require(actor, *_KEEPERS)
    if kind not in MANUAL:
        raise NotMadeByAPerson
    today = uow.now.astimezone(HELSINKI).date()
    if review_on <= today or (until is not None and review_on > until):
        raise ReviewDayAmiss(day=review_on.isoformat())
    words = _reason(reason)
    require_not_erased(get(uow.connection, customer_id))
    owner_id, owner_name = owner or (actor.staff_id, actor.name)
    number = uow.connection.execute(
        insert(hold_table)
        .values(
            customer_id=customer_id,
            kind=kind,
            reason=keyring.data_key(uow, customer_id).seal(words, REASON),
            law=clean_line(law),
            since=today,
            until=until,
            review_on=review_on,
            owner_id=owner_id,
            owner_name=owner_name,
            recorded_at=uow.now,
            recorded_by=actor.staff_id,
            recorded_by_name=actor.name,
        )
        .returning(_h.id)
    ).scalar_one()
    _look(uow, actor, customer_id, number)
    return int(number)


def release(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, reason: str) -> None:
    """End a hold, with the reason why it is no longer needed.

    Raises:
        NoSuchHold: it is not there or was released.
        HoldReasonNeeded: nothing is said.
    """
    require(actor, *_KEEPERS)
    words = _reason(reason)
    row = _in_force(uow, number)
    uow.connection.execute(
        update(hold_table)
        .where(_h.id == number)
        .values(
            released_at=uow.now,
            released_by=actor.staff_id,
            released_by_name=actor.name,
            released_reason=keyring.data_key(uow, row.customer_id).seal(words, RELEASE),
        )
    )
    _look(uow, actor, row.customer_id, number)


def review_again(uow: UnitOfWork, actor: Actor, number: int, *, on: date) -> None:
    """The hold was looked at and is still needed; it is looked at again *on* a day ahead.

    Raises:
        NoSuchHold: it is not there or was released.
        ReviewDayAmiss: the day isn't ahead, or lies past the hold's end.
    """
    require(actor, *_KEEPERS)
    row = _in_force(uow, number)
    if on <= uow.now.astimezone(HELSINKI).date() or (row.until is not None and on > row.until):
        raise ReviewDayAmiss(day=on.isoformat())
    uow.connection.execute(update(hold_table).where(_h.id == number).values(review_on=on))
    _look(uow, actor, row.customer_id, number)


def manual_holds_of(connection: Connection, keyring: KeyRing, customer_id: int) -> list[ManualHold]:
    """Every hold that a person has made on a customer's data, released ones too, oldest first."""
    rows = connection.execute(select(hold_table).where(_h.customer_id == customer_id).order_by(_h.id)).all()
    return [_opened(connection, keyring, row) for row in rows]


def to_review(connection: Connection, keyring: KeyRing, by: date) -> list[ManualHold]:
    """Holds in force whose review day is *by* that day or before, the oldest review first."""
    rows = connection.execute(
        select(hold_table)
        .where(_h.released_at.is_(None), _h.customer_id.is_not(None), _h.review_on <= by)
        .order_by(_h.review_on, _h.id)
    ).all()
    return [_opened(connection, keyring, row) for row in rows]


def due_for_review(
    connection: Connection, keyring: KeyRing, settings: RetentionSettings, today: date
) -> list[ManualHold]:
    """Holds whose review day is near by the settings, or over."""
    return to_review(connection, keyring, today + timedelta(days=settings.review_days))


def _in_force(uow: UnitOfWork, number: int) -> Row[Any]:
    row = uow.connection.execute(
        select(hold_table)
        .where(_h.id == number, _h.released_at.is_(None), _h.customer_id.is_not(None))
        .with_for_update()
    ).first()
    if row is None:
        raise NoSuchHold(number=number)
    return row


def _opened(connection: Connection, keyring: KeyRing, row: Row[Any]) -> ManualHold:
    key = keyring.existing_data_key(connection, row.customer_id)

    def words(sealed: bytes | None, context: bytes) -> str | None:
        return None if key is None or sealed is None else key.unseal(sealed, context).decode()

    return ManualHold(
        id=row.id,
        customer_id=row.customer_id,
        kind=HoldKind(row.kind),
        reason=words(row.reason, REASON),
        law=row.law,
        since=row.since,
        until=row.until,
        review_on=row.review_on,
        owner_name=row.owner_name,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by_name,
        released_at=row.released_at,
        released_by=row.released_by_name,
        released_reason=words(row.released_reason, RELEASE),
    )


def _reason(words: str) -> bytes:
    cleaned = clean_block(words)
    if not cleaned:
        raise HoldReasonNeeded
    return cleaned.encode()


def _look(uow: UnitOfWork, actor: Actor, customer_id: int, number: int) -> None:
    record_access(uow, actor, action=Access.CHANGE, customer_id=customer_id, task=f"retention_hold {number}")
