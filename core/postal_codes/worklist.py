"""The register's addresses that Posti's files contradict: for a person to look at, one by one. Nothing is corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from core.batches.types import Progress
from core.customers.listing import count
from core.customers.model import customer_table
from core.customers.naming import display_name
from core.customers.restrictions import restricted_many
from core.customers.types import Status
from core.postal_codes.judging import HOME, address_doubt
from core.postal_codes.knowledge import knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from core.batches.types import Watcher
    from core.postal_codes.judging import Doubt

_CHUNK: Final = 1_000
_customer = customer_table.c


@dataclass(frozen=True, slots=True)
class Suspect:
    """A customer whose address is doubted; the address stands in the doubt."""

    customer_id: int
    number: str
    display_name: str
    doubt: Doubt


def suspects(
    connection: Connection, *, streets: bool = True, progress: Watcher | None = None
) -> Iterator[Suspect]:
    """Active customers with a doubtful Finnish address, in the order they came to the register.

    Left out: who is restricted (their data is kept and not used) and whose address is protected. Without postcodes
    loaded nobody is suspect. Memory does not grow with the register.
    """
    columns = (
        _customer.id,
        _customer.number,
        _customer.first_name,
        _customer.last_name,
        _customer.organisation_name,
        _customer.street,
        _customer.postcode,
        _customer.town,
        _customer.country,
    )
    chosen = (
        select(*columns)
        .where(
            _customer.status == Status.ACTIVE,
            _customer.protected_address.is_(False),
            _customer.postcode.is_not(None),
            or_(_customer.country.is_(None), _customer.country == HOME),
        )
        .order_by(_customer.id)
        .limit(_CHUNK)
    )
    total, done, last = count(connection), 0, 0
    while rows := connection.execute(chosen.where(_customer.id > last)).all():
        last, done = rows[-1].id, done + len(rows)
        restricted = restricted_many(connection, [row.id for row in rows])
        known = knowledge(connection, rows, streets=streets)
        for row in rows:
            doubt = None if row.id in restricted else address_doubt(row, known)
            if doubt is not None:
                name = display_name(row.first_name, row.last_name, row.organisation_name)
                yield Suspect(row.id, row.number, name, doubt)
        if progress is not None:
            progress(Progress(done, max(total, done), {}))
