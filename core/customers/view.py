"""What the gate reads: the permitted fields and no other column, and how each person stands.

This is the one place where the notice's dotted field names (`core.disclosure.categories`) meet the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, or_, select

from core.customers import bans, sealed
from core.customers.invoices import OPEN_STATES
from core.customers.model import (
    customer_restriction_table,
    customer_table,
    invoice_table,
)
from core.customers.types import SealedField, Status
from core.id_lists import among
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Connection

    from core.customers.bans import BanKind
    from core.keys import KeyRing

_own: Final = customer_table
_restriction: Final = customer_restriction_table
_invoice: Final = invoice_table
_firm: Final = customer_table.alias("represented")
# Field to the columns it is read from: the first that has a value.
_COLUMNS: Final[Mapping[str, tuple[ColumnElement[str], ...]]] = {
    "customer.number": (_own.c.number,),
    "name.first": (_own.c.first_name,),
    "name.last": (_own.c.last_name,),
    "organisation.name": (_own.c.organisation_name, _firm.c.organisation_name),
    "organisation.business_id": (_own.c.business_id, _firm.c.business_id),
    "email": (_own.c.email,),
    "phone": (_own.c.phone,),
    "www": (_own.c.www,),
    "address.street": (_own.c.street,),
    "address.postcode": (_own.c.postcode,),
    "address.town": (_own.c.town,),
    "address.country": (_own.c.country,),
}
_STANDINGS: Final = Prepared(
    select(
        _own.c.id,
        _own.c.status,
        _own.c.protected_address,
        _own.c.ended_on,
        exists().where(_restriction.c.customer_id == _own.c.id, _restriction.c.lifted_at.is_(None)),
        exists().where(
            _invoice.c.customer_id == _own.c.id, or_(*(_invoice.c.state == state for state in OPEN_STATES))
        ),
    ).where(among(_own.c.id, "ids"))
)
_NO_BANS: Final[frozenset[BanKind]] = frozenset()
_SEALED: Final[Mapping[str, SealedField]] = {"bank.iban": "iban", "ip": "ip"}
FIELDS: Final = frozenset(_COLUMNS) | frozenset(_SEALED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands: what the policy decides by."""

    status: Status
    bans: frozenset[BanKind]
    restricted: bool
    protected_address: bool
    ended_on: date | None
    has_open_invoice: bool


def disclosure_view(
    connection: Connection, keyring: KeyRing, customer_ids: Sequence[int], fields: frozenset[str]
) -> Mapping[int, Mapping[str, str]]:
    """The values of *fields* that each customer has; a field without a value is absent.

    Only the columns of *fields* are read.  ``order.*`` fields come from `orders.disclosure_fields`.

    Raises:
        ValueError: a field is not a customer's own (a programming error).
    """
    unknown = fields - FIELDS
    if unknown:
        raise ValueError(f"not fields of a customer: {', '.join(sorted(unknown))}")
    found: dict[int, dict[str, str]] = {customer_id: {} for customer_id in customer_ids}
    plain = sorted(fields & _COLUMNS.keys())
    if plain:
        # One text for all who share it: a name, a town.
        same: dict[str, str] = {}
        for customer_id, *values in _reads(tuple(plain)).stream(connection, {"ids": customer_ids}):
            found[customer_id] = {
                field: same.setdefault(value, value)
                for field, value in zip(plain, values, strict=True)
                if value is not None
            }
    for field in sorted(fields & _SEALED.keys()):
        for customer_id, value in sealed.values_of(connection, keyring, customer_ids, _SEALED[field]).items():
            found[customer_id][field] = value
    return found


@cache
def _reads(fields: tuple[str, ...]) -> Prepared:
    """The statement that reads the columns of *fields*, and no other."""
    columns = [
        func.coalesce(*_COLUMNS[field]) if len(_COLUMNS[field]) > 1 else _COLUMNS[field][0]
        for field in fields
    ]
    statement = select(_own.c.id, *columns)
    if any(len(_COLUMNS[field]) > 1 for field in fields):
        statement = statement.outerjoin_from(_own, _firm, _firm.c.id == _own.c.represents)
    return Prepared(statement.where(among(_own.c.id, "ids")))


def standing(connection: Connection, customer_ids: Sequence[int]) -> Mapping[int, Standing]:
    """How each of *customer_ids* stands; those not in the register are absent."""
    forbidden = bans.bans_of_many(connection, customer_ids)
    # Most people stand alike: each way to stand is made once.
    made: dict[tuple[Any, ...], Standing] = {}
    found: dict[int, Standing] = {}
    for customer_id, *how in _STANDINGS.stream(connection, {"ids": customer_ids}):
        key = (*how, forbidden.get(customer_id, _NO_BANS))
        if key not in made:
            status, protected, ended_on, restricted, owing, banned = key
            made[key] = Standing(
                status=Status(status),
                bans=banned,
                restricted=restricted,
                protected_address=protected,
                ended_on=ended_on,
                has_open_invoice=owing,
            )
        found[customer_id] = made[key]
    return found
