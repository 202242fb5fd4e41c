"""The voucher copy: what the Bookkeeping Act wants kept of a person who is otherwise erased.

A voucher must stay as it was (kirjanpitolaki 1336/1997 2:10), so its data is copied before the rows are emptied, sealed
under the person's data key: no search, list, export or adapter can reach it, by construction.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select

from core.actor import Role, require
from core.customers.invoices import invoices_of
from core.customers.orders import orders_of
from core.customers.reading import get
from core.keys import Unopenable
from core.rights.erasure.model import voucher_table
from core.rights.types import EventKind
from core.rights.writing import add_event, case_key, reasons_in
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import DataKey, KeyRing

_v = voucher_table.c
TABLE: Final = voucher_table.name
_CONTEXT: Final = b"retention_voucher/1"
_FIELDS: Final = (
    *("kind", "first_name", "last_name", "organisation_name", "business_id"),
    *("street", "postcode", "town", "country"),
)


def keep(uow: UnitOfWork, keyring: KeyRing, customer_id: int, *, case_number: int, until: date) -> None:
    """Seal the copy, to be kept through the day *until*."""
    content = json.dumps(_content(uow.connection, customer_id), ensure_ascii=False, default=str).encode()
    uow.connection.execute(
        insert(voucher_table).values(
            customer_id=customer_id,
            case_number=case_number,
            made_at=uow.now,
            kept_until=until,
            sealed=keyring.data_key(uow, customer_id).seal(content, _CONTEXT),
        )
    )


def kept_until(connection: Connection, case_number: int) -> date | None:
    """The last day of the copy that a case has left; None when there is none."""
    chosen = select(_v.kept_until).where(_v.case_number == case_number)
    found: date | None = connection.execute(chosen).scalar()
    return found


def person_of(connection: Connection, case_number: int) -> int | None:
    """The id under which the copy of a case is kept."""
    found: int | None = connection.execute(
        select(_v.customer_id).where(_v.case_number == case_number)
    ).scalar()
    return found


def open_copy(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, customer_id: int, *, reason: str
) -> dict[str, Any] | None:
    """The copy, for an audit of the books: the look goes into the access log, the *reason* into the case, sealed.

    None when there is none.

    Raises:
        ReasonsNeeded: no reason is given.
    """
    require(actor, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    words = reasons_in(reason)
    row = uow.connection.execute(
        select(_v.sealed, _v.case_number).where(_v.customer_id == customer_id)
    ).first()
    if row is None:
        return None
    record_access(
        uow, actor, action=Access.OPEN, customer_id=customer_id, task=f"voucher case {row.case_number}"
    )
    key = case_key(uow, keyring, row.case_number)
    add_event(uow, actor, key, row.case_number, EventKind.COMMENT, words=words)
    return opened(keyring.data_key(uow, customer_id), row.sealed)


def opened(key: DataKey, sealed: bytes) -> dict[str, Any]:
    """What a copy holds; whoever shows it has recorded the look.

    Raises:
        Unopenable: the key is another's or the bytes were changed.
    """
    content: dict[str, Any] = json.loads(key.unseal(sealed, _CONTEXT))
    return content


def content_of(connection: Connection, keyring: KeyRing, customer_id: int) -> dict[str, Any]:
    """What the copy of a person holds, for the program's own reading back.

    Raises:
        Unopenable.
    """
    sealed = connection.execute(select(_v.sealed).where(_v.customer_id == customer_id)).scalar_one()
    key = keyring.existing_data_key(connection, customer_id)
    if key is None:
        raise Unopenable
    return opened(key, sealed)


def drop(uow: UnitOfWork, case_number: int) -> None:
    """The period is over: the copy goes."""
    uow.connection.execute(delete(voucher_table).where(_v.case_number == case_number))


def _content(connection: Connection, customer_id: int) -> dict[str, Any]:
    customer = get(connection, customer_id)
    return {
        "number": customer.number,
        **{name: getattr(customer.values, name) for name in _FIELDS},
        "orders": [
            {
                "number": order.number,
                "placed_on": order.placed_on,
                "invoice_number": order.invoice_number,
                "total_net": order.total_net,
                "lines": [
                    [line.product, line.description, line.quantity, line.unit_price, line.vat_percent]
                    for line in order.lines
                ],
            }
            for order in orders_of(connection, customer_id)
        ],
        "invoices": [
            {"number": it.number, "date": it.date, "total": it.total, "state": it.state}
            for it in invoices_of(connection, customer_id)
        ],
    }
