"""Invoices as accounting knows them: states read back, the newest reading standing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.actor import Role, require
from core.customers.history import recorded
from core.customers.model import customer_order_table, invoice_change_table, invoice_table
from core.customers.places import chunks
from core.customers.types import Source, SourceKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from sqlalchemy import Connection, Select

    from core.actor import Actor
    from core.database import UnitOfWork

_invoice: Final = invoice_table
ACCOUNTING: Final = Source(SourceKind.ACCOUNTING)


class State(StrEnum):
    """Where an invoice stands in accounting."""

    OPEN = "open"
    OVERDUE = "overdue"
    IN_COLLECTION = "in_collection"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    REJECTED = "rejected"


# Money is still owed: a hold against erasure (P10).
OPEN_STATES: Final = (State.OPEN, State.OVERDUE, State.IN_COLLECTION)


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """What accounting said of one invoice at ``read_at``; sums in euros."""

    number: int
    accounting_key: str | None
    date: dt.date
    due_date: dt.date
    total: Decimal
    open_total: Decimal
    state: State
    read_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice of an order of ours, as last read."""

    number: int
    order_id: int
    customer_id: int
    accounting_key: str | None
    date: dt.date
    due_date: dt.date
    total: Decimal
    open_total: Decimal
    state: State
    read_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many states were new or changed, the same as before, older than what is known, and of no order of ours."""

    changed: int = 0
    unchanged: int = 0
    older: int = 0
    unknown: int = 0


_READ: Final = ("accounting_key", "date", "due_date", "total", "open_total", "state")


def record_states(uow: UnitOfWork, actor: Actor, states: Sequence[InvoiceState]) -> Recorded:
    """Keep what accounting said; reading the same again changes nothing, an older reading never undoes a newer one."""
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    counts = {"changed": 0, "unchanged": 0, "older": 0, "unknown": 0}
    for some in chunks(list(range(len(states)))):
        part = [states[index] for index in some]
        numbers = [state.number for state in part]
        owners = _owners(uow, numbers)
        known = {
            invoice.number: invoice
            for invoice in _read(
                uow.connection, select(_invoice).where(_invoice.c.number.in_(numbers)).with_for_update()
            )
        }
        for state in part:
            fate = _record(uow, actor, state, owners.get(state.number), known)
            counts[fate] += 1
    return Recorded(**counts)


def invoices_of(connection: Connection, customer_id: int) -> list[Invoice]:
    """A customer's invoices, newest first."""
    chosen = select(_invoice).where(_invoice.c.customer_id == customer_id).order_by(_invoice.c.number.desc())
    return list(_read(connection, chosen))


def open_invoices(connection: Connection, limit: int = 1000) -> list[Invoice]:
    """Invoices that somebody still owes, first due first."""
    chosen = select(_invoice).where(_invoice.c.state.in_(OPEN_STATES))
    return list(_read(connection, chosen.order_by(_invoice.c.due_date, _invoice.c.number).limit(limit)))


def _owners(uow: UnitOfWork, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
    order = customer_order_table
    rows = uow.connection.execute(
        select(order.c.invoice_number, order.c.id, order.c.customer_id).where(
            order.c.invoice_number.in_(numbers)
        )
    )
    return {row.invoice_number: (row.id, row.customer_id) for row in rows}


def _record(
    uow: UnitOfWork,
    actor: Actor,
    state: InvoiceState,
    owner: tuple[int, int] | None,
    known: dict[int, Invoice],
) -> str:
    if owner is None:
        return "unknown"
    before = known.get(state.number)
    if before is not None and state.read_at < before.read_at:
        return "older"
    new = {field: getattr(state, field) for field in _READ}
    changes = {
        field: [None if before is None else _plain(getattr(before, field)), _plain(value)]
        for field, value in new.items()
        if before is None or getattr(before, field) != value
    }
    order_id, customer_id = owner
    if before is None:
        row = {"number": state.number, "order_id": order_id, "customer_id": customer_id}
        uow.connection.execute(_invoice.insert().values(**row, **new, read_at=state.read_at))
    else:
        again = update(_invoice).where(_invoice.c.number == state.number)
        uow.connection.execute(again.values(**new, read_at=state.read_at))
    known[state.number] = Invoice(state.number, order_id, customer_id, **new, read_at=state.read_at)
    if not changes:
        return "unchanged"
    history = recorded(
        uow, actor, ACCOUNTING, None, invoice_number=state.number, read_at=state.read_at, changes=changes
    )
    uow.connection.execute(invoice_change_table.insert().values(**history))
    return "changed"


def _read(connection: Connection, chosen: Select[Any]) -> Iterator[Invoice]:
    for row in connection.execute(chosen):
        yield Invoice(
            number=row.number,
            order_id=row.order_id,
            customer_id=row.customer_id,
            accounting_key=row.accounting_key,
            date=row.date,
            due_date=row.due_date,
            total=row.total,
            open_total=row.open_total,
            state=State(row.state),
            read_at=row.read_at,
        )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else str(value)
