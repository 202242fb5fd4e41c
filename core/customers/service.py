"""Adding and changing customers.  Every write keeps history, source and search index in the one transaction."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from core.actor import require
from core.clock import HELSINKI
from core.customers import aliases, changing, places, sealed, search, series
from core.customers.contacts import OWN_WORDS
from core.customers.errors import (
    CustomerErased,
    CustomerRestricted,
    ErasedBefore,
    NumberTaken,
)
from core.customers.fields import checked, clean_changes, clean_iban, clean_number
from core.customers.history import recorded
from core.customers.listing import count
from core.customers.model import customer_change_table, customer_table
from core.customers.naming import search_text
from core.customers.reading import (
    by_number,
    changed_meanwhile,
    get,
    ids_of_numbers,
)
from core.customers.relationship import (
    EDITORS,
    end_in_batch,
    end_relationship,
    protect_address,
    resume_relationship,
)
from core.customers.restrictions import restricted_many
from core.customers.types import (
    VALUE_FIELDS,
    Customer,
    CustomerChange,
    CustomerValues,
    Kind,
    NewCustomer,
    Source,
    Status,
)
from core.notices.noting import note_changes
from core.staff.access_log import Access, record_access
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.restrictions import Use
    from core.database import UnitOfWork
    from core.keys import KeyRing

__all__ = [
    "add",
    "add_many",
    "by_number",
    "change",
    "change_many",
    "count",
    "end_in_batch",
    "end_relationship",
    "erased_among",
    "get",
    "ids_of_numbers",
    "open_record",
    "protect_address",
    "resume_relationship",
]

FIRST_NUMBER: Final = 1001
# More digits than this are somebody's code, not a place in the series.
_SERIAL_DIGITS: Final = 12


def open_record(uow: UnitOfWork, actor: Actor, customer_id: int, *, task: str) -> Customer:
    """The customer for a person to look at: the look goes into the access log.  The caller commits before showing it.

    Somebody who was merged into another is that other.

    Raises:
        CustomerNotFound: no such customer.
        TaskMissing: *task* does not say what for.
    """
    survivor = aliases.survivors(uow.connection, [customer_id]).get(customer_id, customer_id)
    customer = get(uow.connection, survivor)
    record_access(uow, actor, action=Access.OPEN, customer_id=survivor, task=task)
    return customer


def add(
    uow: UnitOfWork,
    actor: Actor,
    values: CustomerValues,
    source: Source,
    *,
    number: str | None = None,
    batch_id: int | None = None,
    protected_address: bool = False,
    returning: str | None = None,
) -> Customer:
    """Add one customer, active from today; *number* None takes the next free one.

    *returning* is why somebody who was erased may come back: only the person's own new wish is a reason.

    Raises:
        InvalidValue: a value is wrong; its ``problems`` are all of them.
        ErasedBefore: the person was erased, and *returning* gives no reason.
        NumberTaken: another customer has the number.
    """
    row = NewCustomer(values=values, number=number, protected_address=protected_address)
    if not returning:
        refuse_erased(uow, [row])
    else:
        source = Source(source.kind, clean_line(f"{source.detail} {returning}"))
    (customer_id,) = _add(uow, actor, [row], source, batch_id)
    return get(uow.connection, customer_id)


def add_many(
    uow: UnitOfWork,
    actor: Actor,
    rows: Sequence[NewCustomer],
    source: Source,
    batch_id: int | None = None,
    *,
    keyring: KeyRing | None = None,
) -> list[int]:
    """Add many customers set-based, with history and search index; returns their ids in the order of *rows*.

    Values that come from `fields.clean` are not checked again.  *keyring* is needed when a row has an IBAN.  A load of
    a million goes well in runs of 5,000 to 20,000 rows, a transaction each.

    Raises:
        InvalidValue: a value is wrong.
        ErasedBefore: one of them was erased; see `erased_among`.
        NumberTaken: a number is another customer's, or twice in *rows*.
    """
    refuse_erased(uow, rows)
    return _add(uow, actor, rows, source, batch_id, keyring=keyring)


def erased_among(uow: UnitOfWork, rows: Sequence[NewCustomer]) -> list[int]:
    """The places, from 0, of those of *rows* who were erased before and must not be brought back."""
    fence = uow.database.fence
    if fence is None:
        return []
    return fence.held_among([{"number": row.number, **_texts(row.values)} for row in rows])


def refuse_erased(uow: UnitOfWork, rows: Sequence[NewCustomer]) -> None:
    """Let *rows* through when nobody among them was erased.

    Raises:
        ErasedBefore: somebody was.
    """
    for place in erased_among(uow, rows):
        raise ErasedBefore.of("number", rows[place].number)


def _texts(values: CustomerValues) -> dict[str, str | None]:
    return {name: value for name, value in values.as_dict().items() if not isinstance(value, int)}


def _add(
    uow: UnitOfWork,
    actor: Actor,
    rows: Sequence[NewCustomer],
    source: Source,
    batch_id: int | None,
    *,
    keyring: KeyRing | None = None,
) -> list[int]:
    require(actor, *EDITORS)
    if not rows:
        return []
    connection = uow.connection
    places.lock(connection)
    all_values = [checked(row.values) for row in rows]
    ibans = {index: clean_iban(row.iban) for index, row in enumerate(rows) if row.iban}
    numbers = _numbers(uow, rows)
    today = uow.now.astimezone(HELSINKI).date()
    ids = series.next_ids(connection, customer_table, len(rows))
    columns = [
        {
            "id": customer_id,
            **values.as_dict(),
            "number": number,
            "status": Status.ACTIVE,
            "protected_address": row.protected_address,
            "started_on": row.started_on or today,
            "contact_on": today if source.kind in OWN_WORDS else row.started_on or today,
            "version": 1,
        }
        for customer_id, row, values, number in zip(ids, rows, all_values, numbers, strict=True)
    ]
    connection.execute(customer_table.insert(), columns)
    same = recorded(uow, actor, source, batch_id, article_18_use=None)
    history = [
        {**same, "customer_id": of, "changes": _first_change(row)}
        for of, row in zip(ids, columns, strict=True)
    ]
    connection.execute(customer_change_table.insert(), history)
    texts = {
        of: search_text(number, values, protected_address=row.protected_address)
        for of, number, values, row in zip(ids, numbers, all_values, rows, strict=True)
    }
    search.enter(connection, texts)
    if ibans:
        assert keyring is not None, "an IBAN needs the key ring"
        by_id = {ids[at]: iban for at, iban in ibans.items()}
        sealed.set_many(uow, keyring, actor, ("iban", by_id), source=source, batch_id=batch_id)
    return ids


def change(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: int,
    changes: Mapping[str, str | int | None],
    source: Source,
    *,
    version: int,
    batch_id: int | None = None,
    article_18_use: Use | None = None,
) -> Customer:
    """Change some fields of a customer; what is the same already leaves no trace.

    Raises:
        InvalidValue: a value is wrong.
        ChangedMeanwhile: *version* is not the present one.
        CustomerErased, CustomerRestricted, CustomerNotFound: the customer's data may not be changed; a restricted
            customer's may, by staff, on a ground of Article 18(2) given as *article_18_use*.
    """
    wanted = CustomerChange(customer_id, version, changes)
    changed = change_many(uow, actor, [wanted], source, batch_id=batch_id, article_18_use=article_18_use)
    # Whoever was sent the old value is to be told; a batch notes all its changes at its end.
    if changed and batch_id is None:
        note_changes(uow, changed)
    return get(uow.connection, customer_id)


def change_many(
    uow: UnitOfWork,
    actor: Actor,
    wanted: Sequence[CustomerChange],
    source: Source,
    *,
    batch_id: int | None = None,
    article_18_use: Use | None = None,
) -> list[int]:
    """Change many customers set-based, all or none; returns the ids of those whose values really changed.

    Raises:
        as `change`; a batch is never excused by Article 18(2).
    """
    require(actor, *EDITORS)
    if any(not changing.NAMES.isdisjoint(one.changes) for one in wanted):
        # Before the customers are held: two who wait for each other's customer and lock would wait for ever.
        places.lock(uow.connection)
    ids = [one.customer_id for one in wanted]
    held = changing.before_of(uow.connection, ids, hold=True)
    planned = plan_many(uow.connection, wanted, held, excused=article_18_use is not None and batch_id is None)
    return changing.write(uow, actor, planned, source, batch_id=batch_id, article_18_use=article_18_use)


def plan_many(
    connection: Connection,
    wanted: Sequence[CustomerChange],
    held: Mapping[int, changing.Before],
    *,
    excused: bool = False,
) -> changing.Planned:
    """What `change_many` would write, checked but for who may; *held* are the customers as they are.

    Raises:
        as `change_many`; *excused* is who changes a restricted customer on a ground of Article 18(2).
    """
    restricted = restricted_many(connection, list(held))
    if restricted and not excused:
        raise CustomerRestricted(number=held[min(restricted)]["number"])
    updates: dict[int, Mapping[str, object]] = {}
    for one in wanted:
        before = held[one.customer_id]
        if before["status"] == Status.ERASED:
            raise CustomerErased(number=before["number"])
        if before["version"] != one.version:
            raise changed_meanwhile(connection, one.customer_id)
        updates[one.customer_id] = one.changes if one.checked else _cleaned(before, one.changes)
    return changing.plan(connection, held, updates)


def _cleaned(before: changing.Before, changes: Mapping[str, object]) -> Mapping[str, object]:
    values: dict[str, Any] = {field: before[field] for field in VALUE_FIELDS}
    values["kind"] = Kind(values["kind"])
    return clean_changes(CustomerValues(**values), changes).as_dict()


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else str(value)


def _first_change(columns: Mapping[str, object]) -> dict[str, list[object]]:
    kept = (*VALUE_FIELDS, "number", "status", "started_on")
    first = {field: [None, _plain(columns[field])] for field in kept if columns[field] is not None}
    if columns["protected_address"]:
        first["protected_address"] = [False, True]
    return first


def _numbers(uow: UnitOfWork, rows: Sequence[NewCustomer]) -> list[str]:
    """Each row's number: its own, which must be free, or the next of the series."""
    given = [clean_number(row.number) for row in rows if row.number is not None]
    twice = {number for number, times in Counter(given).items() if times > 1}
    taken = twice or set(ids_of_numbers(uow.connection, given))
    if taken:
        raise NumberTaken(number=min(taken))
    serials = [int(number) for number in given if number.isdigit() and len(number) <= _SERIAL_DIGITS]
    if serials:
        series.move_past(uow.connection, series.CUSTOMERS, max(serials), FIRST_NUMBER)
    own = iter(given)
    missing = sum(1 for row in rows if row.number is None)
    fresh = (
        iter(series.take(uow.connection, series.CUSTOMERS, missing, FIRST_NUMBER)) if missing else iter(())
    )
    return [next(own) if row.number is not None else str(next(fresh)) for row in rows]
