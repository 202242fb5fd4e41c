"""Whose data an export takes: chosen by explicit criteria (never a score), sent through the gate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actor import require
from core.batches.model import batch_row_table
from core.clock import HELSINKI
from core.customers.model import customer_order_table, customer_table
from core.customers.orders import NOT_DEALT
from core.customers.types import Status
from core.disclosure.gate import SENDERS
from core.disclosure.purposes import purpose_of
from core.disclosure.recipients import recipient_of, recipients
from core.disclosure.types import Subject, TransferRequest
from core.documents import FILES
from core.documents.errors import NobodyFits, NoCriteria, NoFileRecipient, NotAFileRecipient
from core.documents.folder import new_selection
from core.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import Connection, Select

    from core.actor import Actor
    from core.customers.types import Kind
    from core.disclosure.recipients import Recipient
    from core.disclosure.types import Preview
    from core.register import Register

TASK: Final = "export"
_customer: Final = customer_table.c
_order: Final = customer_order_table.c
_row: Final = batch_row_table.c
_CHUNK: Final = 500


class Stage(StrEnum):
    """How far a preview has come; the number told with it is of customers.

    ``CHOSEN``: so many fit, and what forbids sending them is looked at.  ``PLANNED``: so many are sent, and the file
    is made.
    """

    CHOSEN = "chosen"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which customers: those that fit every criterion given.  ``everyone`` says that no criterion is meant.

    ``ordered_since`` is the first day of orders that count; ``run`` are the customers of an update run's rows, those with
    ``outcome`` alone where it is given; ``limit`` takes so many at most, the first by postcode.
    """

    numbers: tuple[str, ...] = ()
    postcode: str | None = None
    kind: Kind | None = None
    status: Status | None = None
    ordered_since: date | None = None
    run: int | None = None
    outcome: str | None = None
    limit: int | None = None
    everyone: bool = False

    @property
    def narrows(self) -> bool:
        """Whether any criterion is given."""
        return any(
            (self.numbers, self.postcode, self.kind, self.status, self.ordered_since, self.run is not None)
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported: in which ``form``, for which ``purpose``, to whom, and of which categories at most."""

    form: str
    purpose: str
    criteria: Criteria
    recipient: str | None = None
    categories: frozenset[str] | None = None
    reason: str | None = None


def _unwatched(_stage: Stage, _count: int) -> None:
    """For callers that show no progress."""


def plan_export(
    register: Register, actor: Actor, order: Order, *, progress: Callable[[Stage, int], None] = _unwatched
) -> Preview:
    """Exactly what would leave, and who is left out and why; nothing has left yet.  *progress* is told each stage.

    Raises:
        NoCriteria, NobodyFits: nobody is chosen.
        NoFileRecipient, NotAFileRecipient: there is nobody to send the file to.
        NoSuchForm, InvalidInput: the form is not there, or cannot hold a value.
        Refused: see `core.disclosure.gate`.
    """
    require(actor, *SENDERS)
    purpose_of(order.purpose)
    if not order.criteria.narrows and not order.criteria.everyone:
        raise NoCriteria
    gate = register.gate
    now = register.clock.now()
    with register.database.reading() as connection:
        recipient = file_recipient(
            connection, order.purpose, now.astimezone(HELSINKI).date(), order.recipient
        )
        chosen = _chosen(connection, order.criteria)
    if not chosen:
        raise NobodyFits
    progress(Stage.CHOSEN, len(chosen))
    selection = new_selection(now)
    subjects = tuple(Subject(who, f"{selection}/{place}") for place, who in enumerate(chosen, start=1))
    request = TransferRequest(
        recipient.code,
        order.purpose,
        subjects,
        TASK,
        reason=order.reason,
        form=order.form,
        only=order.categories,
    )
    plan = gate.plan(actor, request)
    progress(Stage.PLANNED, len(plan.items))
    return gate.preview(plan)


def file_recipient(connection: Connection, purpose: str, day: date, named: str | None = None) -> Recipient:
    """The recipient *named*, or else the only one that gets files for the purpose on *day*.

    Raises:
        UnknownRecipient, NotAFileRecipient: the one named gets no files.
        NoFileRecipient: none was named, and there is not exactly one.
    """
    if named is not None:
        recipient = recipient_of(connection, named)
        if recipient.adapter != FILES:
            raise NotAFileRecipient(recipient=recipient.name, adapter=recipient.adapter)
        return recipient
    found = [
        it
        for it in recipients(connection)
        if it.adapter == FILES and purpose in it.purposes and it.in_force(day)
    ]
    if len(found) != 1:
        raise NoFileRecipient(
            purpose=Words(purpose_of(purpose).name), recipients=", ".join(it.code for it in found) or "–"
        )
    return found[0]


def _chosen(connection: Connection, criteria: Criteria) -> list[int]:
    """The ids of those who fit, in the order of the post: postcode, street, id."""
    if not criteria.numbers:
        return [row.id for row in connection.execute(_query(criteria))]
    numbers = list(dict.fromkeys(criteria.numbers))
    rows = [
        row
        for start in range(0, len(numbers), _CHUNK)
        for row in connection.execute(
            _query(criteria).where(_customer.number.in_(numbers[start : start + _CHUNK]))
        )
    ]
    rows.sort(key=lambda row: (row.postcode or "", row.street or "", row.id))
    return [row.id for row in rows[: criteria.limit]]


def _query(criteria: Criteria) -> Select[tuple[int, str | None, str | None]]:
    query = (
        select(_customer.id, _customer.postcode, _customer.street)
        .where(_customer.status != Status.ERASED)
        .order_by(_customer.postcode, _customer.street, _customer.id)
        .limit(criteria.limit)
    )
    if criteria.postcode:
        query = query.where(_customer.postcode.startswith(criteria.postcode, autoescape=True))
    if criteria.kind:
        query = query.where(_customer.kind == criteria.kind)
    if criteria.status:
        query = query.where(_customer.status == criteria.status)
    if criteria.ordered_since:
        dealt = (
            select(_order.customer_id)
            .where(_order.placed_on >= criteria.ordered_since, _order.state.not_in(NOT_DEALT))
            .scalar_subquery()
        )
        query = query.where(_customer.id.in_(dealt))
    if criteria.run is not None:
        rows = select(_row.customer_id).where(_row.batch_id == criteria.run, _row.customer_id.is_not(None))
        if criteria.outcome:
            rows = rows.where(_row.outcome == criteria.outcome)
        query = query.where(_customer.id.in_(rows))
    return query
