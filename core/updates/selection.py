"""Who an update service is asked about: chosen by plain criteria, sent through the gate, which leaves out whom it must."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.actor import Role, require
from core.customers.model import customer_table
from core.customers.types import Kind, Status
from core.disclosure.types import Subject, TransferRequest
from core.updates.errors import NobodySelected
from core.updates.mapping import service_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.disclosure.types import Preview, TransferResult
    from core.register import Register

TASK = "address_update"
_customer = customer_table.c


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which persons: all of them, or those with these customer numbers, or whose postcode begins so; `limit` at most.

    Organisations are never asked about: their data comes from the business register.
    """

    numbers: tuple[str, ...] = ()
    postcode: str | None = None
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
        .where(_customer.kind == Kind.PERSON, _customer.status != Status.ERASED)
        .order_by(_customer.id)
        .limit(criteria.limit)
    )
    if criteria.numbers:
        chosen = chosen.where(_customer.number.in_(criteria.numbers))
    if criteria.postcode:
        chosen = chosen.where(_customer.postcode.startswith(criteria.postcode, autoescape=True))
    return [(row.id, row.number) for row in connection.execute(chosen)]
