"""Reading customers, and holding them for a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.clock import HELSINKI
from core.customers import aliases
from core.customers.errors import ChangedMeanwhile, CustomerErased, CustomerNotFound, CustomerRestricted
from core.customers.model import customer_change_table, customer_table
from core.customers.naming import display_name, name_of
from core.customers.places import chunks
from core.customers.restrictions import restricted_many
from core.customers.types import VALUE_FIELDS, Customer, CustomerValues, Kind, Status
from core.id_lists import among
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from core.database import UnitOfWork

_customer = customer_table
_OF_NUMBERS: Final = Prepared(
    select(_customer.c.number, _customer.c.id).where(among(_customer.c.number, "numbers"))
)


def get(connection: Connection, customer_id: int) -> Customer:
    """The customer as it stands now.  Whoever shows it to a person uses `service.open_record`.

    Raises:
        CustomerNotFound: no such customer.
    """
    row = connection.execute(select(_customer).where(_customer.c.id == customer_id)).first()
    if row is None:
        raise CustomerNotFound(number=f"#{customer_id}")
    return customer_of(row)


def by_number(connection: Connection, number: str) -> Customer:
    """The customer with this customer number, or the one who stands for it since two were merged.

    Raises:
        CustomerNotFound: no such customer.
    """
    row = connection.execute(select(_customer).where(_customer.c.number == number)).first()
    if row is not None:
        return customer_of(row)
    survivor = aliases.by_old_numbers(connection, [number]).get(number)
    if survivor is None:
        raise CustomerNotFound(number=number)
    return get(connection, survivor)


def ids_of_numbers(connection: Connection, numbers: Collection[str]) -> dict[str, int]:
    """The customer ids of those of *numbers* that exist; a number that vanished in a merging leads to who is left."""
    found = dict(_OF_NUMBERS.rows(connection, {"numbers": numbers}))
    unknown = [number for number in numbers if number not in found]
    return found | aliases.by_old_numbers(connection, unknown) if unknown else found


def numbers_and_names(connection: Connection, customer_ids: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    """Customer id to number and display name; whoever is not in the register any more is not there.

    Somebody who was merged into another goes by the other's.
    """
    wanted = set(customer_ids)
    moved = aliases.survivors(connection, wanted)
    found: dict[int, tuple[str, str]] = {}
    for some in chunks(sorted(wanted | set(moved.values()))):
        column = _customer.c
        rows = connection.execute(
            select(
                column.id, column.number, column.first_name, column.last_name, column.organisation_name
            ).where(column.id.in_(some))
        )
        found |= {row.id: (row.number, display_name(*row[2:])) for row in rows}
    found |= {former: found[survivor] for former, survivor in moved.items()}
    return {customer_id: found[customer_id] for customer_id in wanted if customer_id in found}


def customer_of(row: Row[Any]) -> Customer:
    """The customer that a whole row stands for."""
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    values = CustomerValues(**{**{name: fields[name] for name in VALUE_FIELDS}, "kind": Kind(row.kind)})
    return Customer(
        id=row.id,
        number=row.number,
        values=values,
        status=Status(row.status),
        version=row.version,
        display_name=name_of(values),
        started_on=row.started_on,
        ended_on=row.ended_on,
        protected_address=row.protected_address,
    )


def hold(uow: UnitOfWork, customer_ids: Sequence[int]) -> dict[int, Customer]:
    """The customers, held as they are until the transaction ends.

    Raises:
        CustomerNotFound: one of them does not exist.
    """
    found: dict[int, Customer] = {}
    for ids in chunks(sorted(customer_ids)):
        statement = (
            select(_customer).where(_customer.c.id.in_(ids)).order_by(_customer.c.id).with_for_update()
        )
        found.update({row.id: customer_of(row) for row in uow.connection.execute(statement)})
    for customer_id in customer_ids:
        if customer_id not in found:
            raise CustomerNotFound(number=f"#{customer_id}")
    return found


def require_usable(uow: UnitOfWork, customer_id: int) -> Customer:
    """The customer, held, when its data may be changed and used.

    Raises:
        CustomerNotFound, CustomerErased, CustomerRestricted: why not.
    """
    customer = hold(uow, [customer_id])[customer_id]
    require_not_erased(customer)
    if restricted_many(uow.connection, [customer_id]):
        raise CustomerRestricted(number=customer.number)
    return customer


def require_not_erased(customer: Customer) -> None:
    """Refuse an erased customer.

    Raises:
        CustomerErased: it is.
    """
    if customer.status is Status.ERASED:
        raise CustomerErased(number=customer.number)


def require_version(connection: Connection, customer: Customer, version: int) -> None:
    """Refuse a change decided on another version of the customer.

    Raises:
        ChangedMeanwhile: names who changed it, and when.
    """
    if customer.version != version:
        raise changed_meanwhile(connection, customer.id)


def changed_meanwhile(connection: Connection, customer_id: int) -> ChangedMeanwhile:
    """The refusal that names who changed the customer last, and when."""
    change = customer_change_table
    latest = connection.execute(
        select(change.c.actor_name, change.c.recorded_at)
        .where(change.c.customer_id == customer_id)
        .order_by(change.c.id.desc())
        .limit(1)
    ).one()
    when = latest.recorded_at.astimezone(HELSINKI)
    return ChangedMeanwhile(who=latest.actor_name, when=f"{when:%d.%m.%Y %H.%M}")
