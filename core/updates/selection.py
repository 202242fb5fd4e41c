"""Who an update service is asked about: chosen by plain criteria, sent through the gate, which leaves out whom it must."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, exists, or_, select, type_coerce

from core.actor import Role, require
from core.batches.model import batch_row_table, batch_table
from core.clock import HELSINKI
from core.customers.model import customer_change_table, customer_order_table, customer_table
from core.customers.orders import NOT_DEALT
from core.customers.places import chunks
from core.customers.types import ADDRESS_FIELDS, Kind, Status
from core.disclosure.types import Subject, TransferRequest
from core.updates.errors import NobodySelected
from core.updates.mapping import service_of
from core.updates.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import ColumnElement, Connection

    from core.actor import Actor
    from core.customers.types import SourceKind
    from core.disclosure.types import Preview, TransferResult
    from core.register import Register

TASK = "address_update"
_customer = customer_table.c
_change = customer_change_table.c
_order = customer_order_table.c
_row = batch_row_table.c
# As the history writes a field's change; inside a value the quotation marks are escaped, so nothing else matches.
_TOUCHES_ADDRESS: Final = or_(
    *(type_coerce(_change.changes, Text).like(f'%"{part}": [%') for part in ADDRESS_FIELDS)
)
# What an answer said of an address that stands: it was so already, or became so.
_CONFIRMED: Final = (Outcome.UNCHANGED, Outcome.APPLIED, Outcome.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which persons: those that fit every criterion given, at most `limit`, the longest in the register first.

    `postcode` is how it begins. `confirmed_before`: whose address nobody has given or confirmed since that day, an
    earlier answer included. `sources`: who gave the present address. `no_orders_since`: who has placed no order since
    that day.

    Organisations are never asked about: their data comes from the business register. Whom the gate must leave out - the
    restricted, the protected, those who have forbidden updates or are gone - it leaves out and counts, whatever is
    chosen here.
    """

    numbers: tuple[str, ...] = ()
    postcode: str | None = None
    confirmed_before: date | None = None
    sources: tuple[SourceKind, ...] = ()
    no_orders_since: date | None = None
    limit: int | None = None


def plan_selection(register: Register, actor: Actor, service: str, criteria: Criteria) -> Preview:
    """Exactly what would leave, and who is left out and why; nothing has left yet.

    Raises:
        NobodySelected: no person fits the criteria.
        Refused: the recipient or the purpose is not allowed; see `core.disclosure.gate`.
    """
    require(actor, Role.IMPORTER)
    settings = service_of(register.config, service)
    with register.database.reading() as connection:
        chosen = _chosen(connection, criteria)
    if not chosen:
        raise NobodySelected
    # The items' keys share the selection's own, which becomes the file's name: one selection, one file.
    selection = f"{register.clock.now():%Y%m%d}-{secrets.token_hex(4)}"
    subjects = tuple(Subject(customer_id, f"{selection}/{number}") for customer_id, number in chosen)
    request = TransferRequest(settings.recipient, settings.purpose, subjects, TASK)
    return register.gate.preview(register.gate.plan(actor, request))


def send_selection(register: Register, actor: Actor, service: str, criteria: Criteria) -> TransferResult:
    """Plan, preview and release in one, for a caller that has no person to show the preview to.

    Raises:
        as `plan_selection`.
    """
    return register.gate.release(actor, plan_selection(register, actor, service, criteria))


def _chosen(connection: Connection, criteria: Criteria) -> list[tuple[int, str]]:
    chosen = (
        select(_customer.id, _customer.number)
        .where(_customer.kind == Kind.PERSON, _customer.status != Status.ERASED, *_conditions(criteria))
        .order_by(_customer.id)
        .limit(criteria.limit)
    )
    if not criteria.numbers:
        return [(row.id, row.number) for row in connection.execute(chosen)]
    found: dict[int, str] = {}
    for numbers in chunks(list(dict.fromkeys(criteria.numbers))):
        rows = connection.execute(chosen.where(_customer.number.in_(numbers)))
        found.update({row.id: row.number for row in rows})
    return sorted(found.items())[: criteria.limit]


def _conditions(criteria: Criteria) -> Iterator[ColumnElement[bool]]:
    if criteria.postcode:
        yield _customer.postcode.startswith(criteria.postcode, autoescape=True)
    if criteria.confirmed_before:
        since = datetime.combine(criteria.confirmed_before, time(), HELSINKI)
        yield ~exists().where(
            _change.customer_id == _customer.id, _TOUCHES_ADDRESS, _change.recorded_at >= since
        )
        yield ~exists().where(
            _row.customer_id == _customer.id,
            _row.outcome.in_(_CONFIRMED),
            _row.batch_id == batch_table.c.id,
            batch_table.c.started_at >= since,
        )
    if criteria.sources:
        latest = (
            select(_change.source_kind)
            .where(_change.customer_id == _customer.id, _TOUCHES_ADDRESS)
            .order_by(_change.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        yield latest.in_(criteria.sources)
    if criteria.no_orders_since:
        yield ~exists().where(
            _order.customer_id == _customer.id,
            _order.placed_on >= criteria.no_orders_since,
            _order.state.not_in(NOT_DEALT),
        )
