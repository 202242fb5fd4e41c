"""Bank details and IP addresses: sealed under the customer's own data key, their history as well.

Shown masked; to see one whole is an event in the access log.  The key's context binds a sealed value to its customer
and field, so that one cannot be moved to another row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, select

from core.actor import Role, require
from core.customers.aliases import same_person
from core.customers.fields import clean_iban, clean_ip
from core.customers.history import recorded
from core.customers.model import customer_sealed_table
from core.customers.reading import require_usable
from core.customers.types import SealedField, Source, SourceKind
from core.id_lists import among
from core.notices.noting import note_field
from core.prepared import Prepared
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import DataKey, KeyRing

_table = customer_sealed_table
_DISCLOSED_AS = {"iban": "bank.iban", "ip": "ip"}
_PRESENT: Final = Prepared(
    select(_table.c.customer_id, _table.c.sealed).where(
        _table.c.id.in_(
            select(func.max(_table.c.id))
            .where(among(_table.c.customer_id, "ids"), _table.c.field == bindparam("wanted"))
            .group_by(_table.c.customer_id)
        ),
        _table.c.sealed.is_not(None),
    )
)
_CLEANERS = {"iban": clean_iban, "ip": clean_ip}
_SHOWN_AT_END = 3


@dataclass(frozen=True, slots=True)
class SealedChange:
    """One event in a sealed field's history, the value masked (None: taken away)."""

    recorded_at: datetime
    actor_name: str
    source: Source
    masked: str | None


def set_iban(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    customer_id: int,
    value: str | None,
    *,
    source: Source,
    batch_id: int | None = None,
) -> None:
    """Keep the customer's bank account number, or None for none.

    Raises:
        BadIban: its check digits do not match.
        CustomerErased, CustomerRestricted, CustomerNotFound: nothing may be stored about the customer.
    """
    _set(uow, keyring, actor, customer_id, ("iban", value), source=source, batch_id=batch_id)


def set_ip(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    customer_id: int,
    value: str | None,
    *,
    source: Source,
    batch_id: int | None = None,
) -> None:
    """Keep the IP address that the customer's own registration came from, or None for none.

    Raises:
        BadIp: it is not an address.
        CustomerErased, CustomerRestricted, CustomerNotFound: nothing may be stored about the customer.
    """
    _set(uow, keyring, actor, customer_id, ("ip", value), source=source, batch_id=batch_id)


def set_many(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    values: tuple[SealedField, Mapping[int, str]],
    *,
    source: Source,
    batch_id: int | None = None,
) -> None:
    """Keep a field (its name; customer id → value, cleaned already) of customers who have just been added."""
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    field, value_of = values
    if not value_of:
        return
    keys = keyring.data_keys(uow, list(value_of))
    same = recorded(uow, actor, source, batch_id, field=field)
    rows = [
        {**same, "customer_id": of, "sealed": _seal(keys[of], of, field, value)}
        for of, value in value_of.items()
    ]
    uow.connection.execute(_table.insert(), rows)


def values_of(
    connection: Connection, keyring: KeyRing, customer_ids: Sequence[int], field: SealedField
) -> Mapping[int, str]:
    """The present values of one field, whole: for the gate, which logs what leaves.  People use `reveal`."""
    rows = _PRESENT.rows(connection, {"ids": customer_ids, "wanted": field})
    keys = keyring.existing_data_keys(connection, [customer_id for customer_id, _ in rows]) if rows else {}
    return {
        customer_id: unsealed(keys[customer_id], customer_id, field, content)
        for customer_id, content in rows
        if customer_id in keys
    }


def masked(connection: Connection, keyring: KeyRing, customer_id: int, field: SealedField) -> str | None:
    """The present value as it is shown, ``FI21 **** … 785``; None when there is none."""
    value = values_of(connection, keyring, [customer_id], field).get(customer_id)
    return None if value is None else mask(field, value)


def iban_of(connection: Connection, keyring: KeyRing, customer_id: int) -> str | None:
    """The customer's bank account number as it is shown, masked."""
    return masked(connection, keyring, customer_id, "iban")


def ip_of(connection: Connection, keyring: KeyRing, customer_id: int) -> str | None:
    """The customer's IP address as it is shown, masked."""
    return masked(connection, keyring, customer_id, "ip")


def reveal(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, customer_id: int, field: SealedField, *, task: str
) -> str | None:
    """The present value, whole.  The caller commits before showing it: the access log then has the look.

    Raises:
        NotPermitted: the actor works neither with customers nor with their rights.
        TaskMissing: *task* does not say what for.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    record_access(uow, actor, action=Access.OPEN, customer_id=customer_id, task=task, detail=field)
    return values_of(uow.connection, keyring, [customer_id], field).get(customer_id)


def history_of(
    connection: Connection, keyring: KeyRing, customer_id: int, field: SealedField
) -> list[SealedChange]:
    """What the field has been, oldest first, masked; empty after erasure, which destroys the key."""
    ids = same_person(connection, customer_id)
    keys = keyring.existing_data_keys(connection, ids)
    chosen = select(_table).where(_table.c.customer_id.in_(keys), _table.c.field == field)
    return [
        SealedChange(
            recorded_at=row.recorded_at,
            actor_name=row.actor_name,
            source=Source(SourceKind(row.source_kind), row.source_detail),
            masked=None
            if row.sealed is None
            else mask(field, unsealed(keys[row.customer_id], row.customer_id, field, row.sealed)),
        )
        for row in connection.execute(chosen.order_by(_table.c.id))
    ]


def mask(field: SealedField, value: str) -> str:
    """The value with its middle hidden: ``FI21 **** … 785``, ``192.****``."""
    if field == "iban":
        return f"{value[:4]} **** … {value[-_SHOWN_AT_END:]}"
    separator = ":" if ":" in value else "."
    return value.split(separator, 1)[0] + separator + "****"


def _set(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    customer_id: int,
    wanted: tuple[SealedField, str | None],
    *,
    source: Source,
    batch_id: int | None,
) -> None:
    field, value = wanted
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    require_usable(uow, customer_id)
    new = _CLEANERS[field](value) if value else None
    if values_of(uow.connection, keyring, [customer_id], field).get(customer_id) == new:
        return
    sealed = None if new is None else _seal(keyring.data_key(uow, customer_id), customer_id, field, new)
    row = recorded(uow, actor, source, batch_id, customer_id=customer_id, field=field, sealed=sealed)
    uow.connection.execute(_table.insert().values(**row))
    note_field(uow, customer_id, _DISCLOSED_AS[field])


def _context(customer_id: int, field: str) -> bytes:
    return f"customer_sealed/{customer_id}/{field}".encode()


def _seal(key: DataKey, customer_id: int, field: str, value: str) -> bytes:
    return key.seal(value.encode(), _context(customer_id, field))


def unsealed(key: DataKey, customer_id: int, field: str, sealed: bytes) -> str:
    """A kept value, whole; whoever shows it has recorded the look.

    Raises:
        Unopenable: the key is another's or the bytes were changed.
    """
    return key.unseal(sealed, _context(customer_id, field)).decode()
