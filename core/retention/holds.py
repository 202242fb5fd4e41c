"""What prevents that a person's data goes now: asked by erasure, by the due list, and by whoever wants to know why."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, or_, select

from core.customers.invoices import OPEN_STATES, State
from core.customers.model import customer_order_table, customer_table, invoice_table
from core.customers.orders import OrderState
from core.customers.places import chunks
from core.customers.types import Status
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.types import ItemState
from core.retention.model import hold_table
from core.retention.periods import YearEnd, vouchers_kept_until
from core.retention.types import Hold, HoldKind
from core.rights.reading import open_cases_of_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from core.config.schema import RetentionSettings

_order, _invoice, _customer = customer_order_table.c, invoice_table.c, customer_table.c
_line, _hold = transfer_line_table.c, hold_table.c
_UNFINISHED: Final = (OrderState.PLACED, OrderState.SENDING, OrderState.IN_DOUBT)


def holds_of(
    connection: Connection,
    settings: RetentionSettings,
    customer_id: int,
    today: date,
    *,
    besides_case: int | None = None,
) -> list[Hold]:
    """Every hold on one person's data; *besides_case* is the case that asks, which is no hold on itself."""
    found = holds_of_many(connection, settings, [customer_id], today)
    return [
        hold
        for hold in found.get(customer_id, ())
        if hold.kind is not HoldKind.OPEN_CASE or hold.key != str(besides_case)
    ]


def holds_of_many(
    connection: Connection, settings: RetentionSettings, customer_ids: Sequence[int], today: date
) -> Mapping[int, list[Hold]]:
    """The holds of each of *customer_ids*, what blocks everything first; those without any are absent."""
    found: defaultdict[int, list[Hold]] = defaultdict(list)
    for ids in chunks(customer_ids):
        for hold in _holds(connection, settings, ids, today):
            found[hold.customer_id].append(hold)
    for holds in found.values():
        holds.sort(key=lambda hold: (not hold.blocks_everything, hold.kind, hold.key))
    return found


def _holds(
    connection: Connection, settings: RetentionSettings, ids: Sequence[int], today: date
) -> Iterator[Hold]:
    yield from _of_orders(connection, ids)
    yield from _of_invoices(connection, settings, ids, today)
    yield from _of_contact_persons(connection, ids)
    yield from _of_doubt(connection, ids)
    for customer_id, numbers in open_cases_of_many(connection, ids).items():
        for number in numbers:
            yield Hold(HoldKind.OPEN_CASE, customer_id, "rights_case", str(number))
    yield from _made_by_a_person(connection, ids, today)


def _of_orders(connection: Connection, ids: Sequence[int]) -> Iterator[Hold]:
    sent_uninvoiced = and_(_order.state == OrderState.SENT, _invoice.number.is_(None))
    rows = connection.execute(
        select(_order.customer_id, _order.number)
        .outerjoin_from(customer_order_table, invoice_table, _invoice.order_id == _order.id)
        .where(_order.customer_id.in_(ids), or_(_order.state.in_(_UNFINISHED), sent_uninvoiced))
    )
    for row in rows:
        yield Hold(HoldKind.OPEN_ORDER, row.customer_id, "customer_order", str(row.number))


def _of_invoices(
    connection: Connection, settings: RetentionSettings, ids: Sequence[int], today: date
) -> Iterator[Hold]:
    month, day = settings.financial_year_ends.split("-")
    year_end = YearEnd(int(month), int(day))
    rows = connection.execute(
        select(_invoice.customer_id, _invoice.number, _invoice.state, _invoice.date).where(
            _invoice.customer_id.in_(ids), _invoice.state != State.REJECTED
        )
    )
    for row in rows:
        key = str(row.number)
        if row.state in OPEN_STATES:
            kind = HoldKind.COLLECTION if row.state == State.IN_COLLECTION else HoldKind.OPEN_INVOICE
            yield Hold(kind, row.customer_id, "invoice", key)
        until = vouchers_kept_until(year_end.of(row.date), years=settings.voucher_years)
        if today <= until:
            yield Hold(HoldKind.BOOKKEEPING, row.customer_id, "invoice", key, until, settings.voucher_source)


def _of_contact_persons(connection: Connection, ids: Sequence[int]) -> Iterator[Hold]:
    organisation = customer_table.alias("organisation")
    rows = connection.execute(
        select(_customer.id, organisation.c.number)
        .join_from(customer_table, organisation, _customer.represents == organisation.c.id)
        .where(_customer.id.in_(ids), organisation.c.status == Status.ACTIVE)
    )
    for row in rows:
        yield Hold(HoldKind.CONTACT_PERSON, row.id, "customer", row.number)


def _of_doubt(connection: Connection, ids: Sequence[int]) -> Iterator[Hold]:
    rows = connection.execute(
        select(_line.customer_id, transfer_table.c.number)
        .join_from(transfer_line_table, transfer_table, _line.transfer_id == transfer_table.c.id)
        .where(
            _line.customer_id.in_(ids),
            or_(_line.state == ItemState.IN_DOUBT, _line.state.is_(None), _line.pending),
        )
        .distinct()
    )
    for row in rows:
        yield Hold(HoldKind.TRANSFER_IN_DOUBT, row.customer_id, "transfer", str(row.number))


def _made_by_a_person(connection: Connection, ids: Sequence[int], today: date) -> Iterator[Hold]:
    rows = connection.execute(
        select(_hold.customer_id, _hold.id, _hold.kind, _hold.until, _hold.law).where(
            _hold.customer_id.in_(ids),
            _hold.released_at.is_(None),
            or_(_hold.until.is_(None), _hold.until >= today),
        )
    )
    for row in rows:
        kind = HoldKind(row.kind)
        yield Hold(kind, row.customer_id, "retention_hold", str(row.id), row.until, row.law)
