"""Orders with lines: placed, changed, sent to invoicing, archived or cancelled (P2), each change in a history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import series
from core.customers.contacts import contact
from core.customers.errors import ChangedMeanwhile, OrderNotFound, RelationshipEnded, WrongOrderState
from core.customers.history import recorded
from core.customers.model import customer_order_table, order_change_table, order_line_table
from core.customers.money import OrderLine, totals_of
from core.customers.order_lines import checked_lines, checked_reference, plain_line
from core.customers.places import chunks
from core.customers.reading import require_usable
from core.customers.types import Source, SourceKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.database import UnitOfWork

    FieldValue = str | tuple[Mapping[str, str], ...]

_order: Final = customer_order_table
_line: Final = order_line_table
STAFF: Final = Source(SourceKind.STAFF)


class OrderState(StrEnum):
    """Where an order stands."""

    DRAFT = "draft"
    PLACED = "placed"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


# An order that was not gone through with is no dealing with the customer.
NOT_DEALT: Final = (OrderState.DRAFT, OrderState.CANCELLED)

# From a state to those it may become.  Whoever sends orders marks sending, sent, in doubt and back to placed.
NEXT: Final[Mapping[OrderState, frozenset[OrderState]]] = {
    OrderState.DRAFT: frozenset({OrderState.PLACED, OrderState.CANCELLED}),
    OrderState.PLACED: frozenset({OrderState.SENDING, OrderState.CANCELLED, OrderState.ARCHIVED}),
    OrderState.SENDING: frozenset({OrderState.SENT, OrderState.IN_DOUBT, OrderState.PLACED}),
    OrderState.IN_DOUBT: frozenset({OrderState.SENT, OrderState.PLACED}),
    OrderState.SENT: frozenset({OrderState.ARCHIVED}),
    OrderState.ARCHIVED: frozenset(),
    OrderState.CANCELLED: frozenset({OrderState.ARCHIVED}),
}


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """Where the series of numbers begin (``[orders]`` in the configuration)."""

    first_number: int = 1001
    first_invoice_number: int = 10001


@dataclass(frozen=True, slots=True)
class Order:
    """One order; totals in euros.  ``version`` goes back into a change."""

    id: int
    number: int
    customer_id: int
    state: OrderState
    placed_on: date
    due_date: date
    lines: tuple[OrderLine, ...]
    reference: str | None
    currency: str
    invoice_number: int | None
    version: int
    total_net: Decimal
    total_vat: Decimal

    @property
    def total_gross(self) -> Decimal:
        """With tax: what is to be paid."""
        return self.total_net + self.total_vat


def place(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: int,
    lines: Sequence[OrderLine],
    *,
    placed_on: date,
    payment_term_days: int,
    reference: str | None = None,
    draft: bool = False,
    settings: OrderSettings | None = None,
) -> Order:
    """Take an order; it gets the next order number.

    Raises:
        OrderWithoutLines, BadOrderLine: the lines cannot be invoiced.
        RelationshipEnded, CustomerRestricted, CustomerErased, CustomerNotFound: no order can be taken.
    """
    require(actor, Role.CLERK)
    customer = require_usable(uow, customer_id)
    if customer.status is Status.ENDED:
        raise RelationshipEnded(number=customer.number)
    clean = checked_lines(lines)
    totals = totals_of(clean)
    (number,) = series.take(uow.connection, series.ORDERS, 1, (settings or OrderSettings()).first_number)
    columns = {
        "number": number,
        "customer_id": customer_id,
        "state": OrderState.DRAFT if draft else OrderState.PLACED,
        "placed_on": placed_on,
        "due_date": placed_on + timedelta(days=payment_term_days),
        "reference": checked_reference(reference),
        "currency": "EUR",
        "total_net": totals.net,
        "total_vat": totals.vat,
        "version": 1,
    }
    order_id: int = uow.connection.execute(
        _order.insert().values(**columns).returning(_order.c.id)
    ).scalar_one()
    _write_lines(uow, order_id, clean)
    contact(uow, [customer_id], placed_on)
    first = {
        name: [None, _plain(value)]
        for name, value in columns.items()
        if value is not None and name != "version"
    }
    _record(uow, actor, order_id, {**first, "lines": [None, [plain_line(line) for line in clean]]})
    return get(uow.connection, order_id)


def change(
    uow: UnitOfWork,
    actor: Actor,
    order_id: int,
    *,
    version: int,
    lines: Sequence[OrderLine],
    reference: str | None,
    due_date: date,
) -> Order:
    """Change an order that has not been sent.

    Raises:
        ChangedMeanwhile: *version* is not the present one.
        WrongOrderState: it is no longer a draft or placed.
        OrderWithoutLines, BadOrderLine: the lines cannot be invoiced.
    """
    require(actor, Role.CLERK)
    order = _hold(uow, order_id)
    require_usable(uow, order.customer_id)
    _require_version(uow.connection, order, version)
    if order.state not in {OrderState.DRAFT, OrderState.PLACED}:
        raise WrongOrderState(number=order.number, state_code=order.state)
    clean = checked_lines(lines)
    totals = totals_of(clean)
    new = {
        "reference": checked_reference(reference),
        "due_date": due_date,
        "total_net": totals.net,
        "total_vat": totals.vat,
    }
    changes = {
        name: [_plain(getattr(order, name)), _plain(value)]
        for name, value in new.items()
        if getattr(order, name) != value
    }
    if clean != order.lines:
        changes["lines"] = [[plain_line(line) for line in order.lines], [plain_line(line) for line in clean]]
        uow.connection.execute(_line.delete().where(_line.c.order_id == order_id))
        _write_lines(uow, order_id, clean)
    if changes:
        _update(uow, actor, order, new, changes)
    return get(uow.connection, order_id)


def archive(uow: UnitOfWork, actor: Actor, order_id: int, *, version: int) -> Order:
    """Put an order away: it stays, and no longer stands among the work to do.

    Raises:
        ChangedMeanwhile, WrongOrderState, OrderNotFound: why not.
    """
    return _move(uow, actor, order_id, OrderState.ARCHIVED, version=version)


def cancel(uow: UnitOfWork, actor: Actor, order_id: int, *, version: int) -> Order:
    """Cancel an order that has not been sent; its number stays used.

    Raises:
        ChangedMeanwhile, WrongOrderState, OrderNotFound: why not.
    """
    return _move(uow, actor, order_id, OrderState.CANCELLED, version=version)


def mark(uow: UnitOfWork, actor: Actor, order_id: int, state: OrderState) -> Order:
    """Note where sending the order has come to.

    Raises:
        WrongOrderState: an order in its state cannot become that.
        OrderNotFound: no such order.
    """
    return _move(uow, actor, order_id, state, version=None)


def number_invoice(
    uow: UnitOfWork, actor: Actor, order_id: int, *, settings: OrderSettings | None = None
) -> int:
    """The order's invoice number, the next of the series when it has none; kept however often sending is tried.

    Raises:
        OrderNotFound: no such order.
    """
    require(actor, Role.CLERK)
    order = _hold(uow, order_id)
    if order.invoice_number is not None:
        return order.invoice_number
    first = (settings or OrderSettings()).first_invoice_number
    (number,) = series.take(uow.connection, series.INVOICES, 1, first)
    _update(uow, actor, order, {"invoice_number": number}, {"invoice_number": [None, number]})
    return number


def get(connection: Connection, order_id: int) -> Order:
    """One order.

    Raises:
        OrderNotFound: no such order.
    """
    return _one(connection, _order.c.id == order_id, f"#{order_id}")


def by_number(connection: Connection, number: int) -> Order:
    """The order with this order number.

    Raises:
        OrderNotFound: no such order.
    """
    return _one(connection, _order.c.number == number, str(number))


def orders_of(connection: Connection, customer_id: int) -> list[Order]:
    """A customer's orders, newest first, archived ones too."""
    chosen = select(_order).where(_order.c.customer_id == customer_id).order_by(_order.c.number.desc())
    return _orders(connection, connection.execute(chosen).all())


def unsent(connection: Connection, limit: int) -> list[Order]:
    """Placed orders that wait to be sent to invoicing, oldest first."""
    chosen = select(_order).where(_order.c.state == OrderState.PLACED).order_by(_order.c.number).limit(limit)
    return _orders(connection, connection.execute(chosen).all())


def recent(connection: Connection, limit: int, *, state: OrderState | None = None) -> list[Order]:
    """The newest orders, in one state when asked for."""
    chosen = select(_order).order_by(_order.c.number.desc()).limit(limit)
    if state is not None:
        chosen = chosen.where(_order.c.state == state)
    return _orders(connection, connection.execute(chosen).all())


def disclosure_fields(order: Order) -> Mapping[str, FieldValue]:
    """The order as the gate takes it along (``Subject.extra``): every ``order.*`` field that has a value."""
    fields: dict[str, FieldValue | None] = {
        "order.number": str(order.number),
        "order.invoice_number": None if order.invoice_number is None else str(order.invoice_number),
        "order.date": order.placed_on.isoformat(),
        "order.due_date": order.due_date.isoformat(),
        "order.reference": order.reference,
        "order.currency": order.currency,
        "order.lines": tuple(plain_line(line) for line in order.lines),
    }
    return {field: value for field, value in fields.items() if value is not None}


def _one(connection: Connection, condition: Any, number: str) -> Order:
    rows = connection.execute(select(_order).where(condition)).all()
    if not rows:
        raise OrderNotFound(number=number)
    return _orders(connection, rows)[0]


def _orders(connection: Connection, rows: Sequence[Row[Any]]) -> list[Order]:
    lines: dict[int, list[OrderLine]] = {row.id: [] for row in rows}
    for ids in chunks(list(lines)):
        chosen = select(_line).where(_line.c.order_id.in_(ids)).order_by(_line.c.order_id, _line.c.position)
        for row in connection.execute(chosen):
            lines[row.order_id].append(
                OrderLine(row.product, row.description, row.quantity, row.unit_price, row.vat_percent)
            )
    return [
        Order(
            id=row.id,
            number=row.number,
            customer_id=row.customer_id,
            state=OrderState(row.state),
            placed_on=row.placed_on,
            due_date=row.due_date,
            lines=tuple(lines[row.id]),
            reference=row.reference,
            currency=row.currency,
            invoice_number=row.invoice_number,
            version=row.version,
            total_net=row.total_net,
            total_vat=row.total_vat,
        )
        for row in rows
    ]


def _hold(uow: UnitOfWork, order_id: int) -> Order:
    uow.connection.execute(select(_order.c.id).where(_order.c.id == order_id).with_for_update())
    return get(uow.connection, order_id)


def _move(uow: UnitOfWork, actor: Actor, order_id: int, state: OrderState, *, version: int | None) -> Order:
    require(actor, Role.CLERK)
    order = _hold(uow, order_id)
    if version is not None:
        _require_version(uow.connection, order, version)
    if state not in NEXT[order.state]:
        raise WrongOrderState(number=order.number, state_code=order.state)
    _update(uow, actor, order, {"state": state}, {"state": [order.state, state]})
    return get(uow.connection, order_id)


def _require_version(connection: Connection, order: Order, version: int) -> None:
    if order.version == version:
        return
    changed = order_change_table
    latest = connection.execute(
        select(changed.c.actor_name, changed.c.recorded_at)
        .where(changed.c.order_id == order.id)
        .order_by(changed.c.id.desc())
        .limit(1)
    ).one()
    when = latest.recorded_at.astimezone(HELSINKI)
    raise ChangedMeanwhile(who=latest.actor_name, when=f"{when:%d.%m.%Y %H.%M}")


def _update(
    uow: UnitOfWork, actor: Actor, order: Order, new: Mapping[str, object], changes: Mapping[str, object]
) -> None:
    statement = update(_order).where(_order.c.id == order.id).values(version=order.version + 1, **new)
    uow.connection.execute(statement)
    _record(uow, actor, order.id, changes)


def _record(uow: UnitOfWork, actor: Actor, order_id: int, changes: Mapping[str, object]) -> None:
    row = recorded(uow, actor, STAFF, None, order_id=order_id, changes=changes)
    uow.connection.execute(order_change_table.insert().values(**row))


def _write_lines(uow: UnitOfWork, order_id: int, lines: Iterable[OrderLine]) -> None:
    rows = [
        {
            "order_id": order_id,
            "position": position,
            "product": line.product,
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "vat_percent": line.vat_percent,
        }
        for position, line in enumerate(lines, start=1)
    ]
    uow.connection.execute(_line.insert(), rows)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else str(value)
