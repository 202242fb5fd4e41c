"""Sending orders to the accounting outsourcer: the order's state and its transfer always agree.

The invoice number, given once, is the idempotency key: however often sending is tried or interrupted, the accountant
gets the invoice once.  An order goes placed → sending → sent; back to placed when it was refused or provably not sent;
in doubt when nobody knows, until the partner or a person has said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actor import SYSTEM, Role, require
from core.customers import invoices, orders
from core.customers.errors import WrongOrderState
from core.customers.model import customer_order_table
from core.customers.orders import OrderSettings, OrderState
from core.disclosure.errors import PlanOutdated
from core.disclosure.types import ItemState, Subject, TransferRequest, TransferState
from core.errors import Fault, RegisterError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.actor import Actor
    from core.customers.orders import Order
    from core.database import UnitOfWork
    from core.disclosure.outcome import TransferFacts
    from core.disclosure.types import ItemOutcome, Preview, TransferResult
    from core.register import Register

    # Told after each order; answering False stops there.
    Watching = Callable[["SentOrder"], bool | None]

TASK: Final = "send_order"
PURPOSE: Final = "invoicing"
# After so many orders in a row that could not be sent, the partner is taken to be down.
_GIVE_UP_AFTER: Final = 3

_STATE_AFTER: Final[Mapping[ItemState, OrderState]] = {
    ItemState.DELIVERED: OrderState.SENT,
    ItemState.IN_DOUBT: OrderState.IN_DOUBT,
    ItemState.REFUSED: OrderState.PLACED,
    ItemState.NOT_SENT: OrderState.PLACED,
}


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """A placed order and exactly what would leave of it."""

    order: Order
    preview: Preview


@dataclass(frozen=True, slots=True)
class SentOrder:
    """What came of one order of a batch: a result, or the refusal that kept it back."""

    order_id: int
    number: int
    result: TransferResult | None
    refusal: RegisterError | None


def send_order(
    register: Register, actor: Actor, order_id: int, *, recipient: str | None = None
) -> TransferResult:
    """Send one placed order to the accounting outsourcer (*recipient*, or the only one for invoicing).

    Raises:
        WrongOrderState: the order is not placed (an order in doubt is settled first).
        PlanOutdated: somebody changed the order just now; nothing was sent.
        Refused, Conflict, LogFault, PartnerUnavailable, …: see `core.disclosure.gate.Gate.release`.
    """
    order, request = _prepared(register, actor, order_id, recipient)
    return register.gate.send(actor, request, before=_becomes_sending(actor, order))


def preview_order(
    register: Register, actor: Actor, order_id: int, *, recipient: str | None = None
) -> OrderPreview:
    """What exactly would leave if the order were sent now; `release_order` lets just that leave.

    Raises:
        WrongOrderState: the order is not placed.
        Refused, InvalidInput: see `core.disclosure.gate.Gate.plan` and `preview`.
    """
    order, request = _prepared(register, actor, order_id, recipient)
    return OrderPreview(order, register.gate.preview(register.gate.plan(actor, request)))


def release_order(register: Register, actor: Actor, shown: OrderPreview) -> TransferResult:
    """Send what has been shown.

    Raises:
        PlanOutdated: something changed since; nothing was sent.
        WrongOrderState, Refused, …: see `send_order`.
    """
    return register.gate.release(actor, shown.preview, before=_becomes_sending(actor, shown.order))


def _prepared(
    register: Register, actor: Actor, order_id: int, recipient: str | None
) -> tuple[Order, TransferRequest]:
    require(actor, Role.CLERK)
    accountant = register.gate.recipient_for(PURPOSE, recipient)
    with register.database.unit_of_work() as uow:
        order = orders.get(uow.connection, order_id)
        _require_placed(order)
        if order.invoice_number is None:
            orders.number_invoice(uow, actor, order_id, settings=_settings(register))
            order = orders.get(uow.connection, order_id)
            uow.commit()
    subject = Subject(order.customer_id, str(order.invoice_number), orders.disclosure_fields(order))
    return order, TransferRequest(accountant.code, PURPOSE, (subject,), TASK)


def _becomes_sending(actor: Actor, order: Order) -> Callable[[UnitOfWork], None]:
    def before(uow: UnitOfWork) -> None:
        now = orders.get(uow.connection, order.id)
        _require_placed(now)
        if now.version != order.version:
            raise PlanOutdated
        orders.mark(uow, actor, order.id, OrderState.SENDING)

    return before


def send_orders(
    register: Register,
    actor: Actor,
    order_ids: Sequence[int],
    *,
    recipient: str | None = None,
    progress: Watching | None = None,
) -> list[SentOrder]:
    """Send many orders, one transfer each; one that is refused does not keep back the next.

    Resumable: orders already sent or in doubt are refused as such, so the same list can be given again.  Stops early
    when the register cannot go on, when the partner cannot be reached several times in a row, or when *progress*,
    called after each order, answers False.
    """
    numbers = _numbers(register, order_ids)
    sending = partial(send_order, register, actor, recipient=recipient)
    return _one_by_one(numbers, sending, progress)


def preview_orders(
    register: Register, actor: Actor, order_ids: Sequence[int], *, recipient: str | None = None
) -> tuple[list[OrderPreview], list[SentOrder]]:
    """What exactly would leave of each order, and the orders that would be refused; nothing is sent.

    Raises:
        NotPermitted, NoRecipientForPurpose, Fault, Unavailable: what no order of any list would get past.
    """
    require(actor, Role.CLERK)
    register.gate.recipient_for(PURPOSE, recipient)
    shown: list[OrderPreview] = []
    refused: list[SentOrder] = []
    for order_id, number in _numbers(register, order_ids).items():
        try:
            shown.append(preview_order(register, actor, order_id, recipient=recipient))
        except (Fault, Unavailable):
            raise
        except RegisterError as refusal:
            refused.append(SentOrder(order_id, number, None, refusal))
    return shown, refused


def release_orders(
    register: Register, actor: Actor, shown: Sequence[OrderPreview], *, progress: Watching | None = None
) -> list[SentOrder]:
    """Send exactly what `preview_orders` has shown, as `send_orders` sends; what changed since is refused."""
    by_id = {one.order.id: one for one in shown}
    numbers = {order_id: one.order.number for order_id, one in by_id.items()}
    return _one_by_one(numbers, lambda order_id: release_order(register, actor, by_id[order_id]), progress)


def _numbers(register: Register, order_ids: Sequence[int]) -> dict[int, int]:
    with register.database.reading() as connection:
        return {order_id: orders.get(connection, order_id).number for order_id in order_ids}


def _one_by_one(
    numbers: Mapping[int, int], send: Callable[[int], TransferResult], progress: Watching | None
) -> list[SentOrder]:
    done: list[SentOrder] = []
    unreached = 0
    for order_id, number in numbers.items():
        try:
            sent = SentOrder(order_id, number, send(order_id), None)
        except (Fault, Unavailable):
            raise
        except RegisterError as refusal:
            sent = SentOrder(order_id, number, None, refusal)
        done.append(sent)
        if progress is not None and progress(sent) is False:
            break
        not_sent = sent.result is not None and sent.result.state is TransferState.NOT_SENT
        unreached = unreached + 1 if not_sent else 0
        if unreached == _GIVE_UP_AFTER:
            break
    return done


class OrderListener:
    """Keeps each order in step with the transfer that carries it."""

    def concluded(
        self, uow: UnitOfWork, actor: Actor, transfer: TransferFacts, outcomes: Mapping[str, ItemOutcome]
    ) -> None:
        """Move the orders on, and note the invoices that accounting now has."""
        if transfer.task != TASK:
            return
        # Who may settle a transfer was decided at the gate; a reviewer's decision must not stop at the order.
        acting = replace(actor, roles=SYSTEM.roles)
        for outcome in outcomes.values():
            order = _order_of_invoice(uow, outcome.key)
            if order is None or order.state not in (OrderState.SENDING, OrderState.IN_DOUBT):
                continue
            if order.state != _STATE_AFTER[outcome.state]:
                orders.mark(uow, acting, order.id, _STATE_AFTER[outcome.state])
            if outcome.state is ItemState.DELIVERED:
                invoices.record_states(uow, acting, [_invoice(order, outcome, uow)])


def _order_of_invoice(uow: UnitOfWork, key: str) -> Order | None:
    order_id = uow.connection.execute(
        select(customer_order_table.c.id).where(customer_order_table.c.invoice_number == int(key))
    ).scalar()
    return None if order_id is None else orders.get(uow.connection, order_id)


def _invoice(order: Order, outcome: ItemOutcome, uow: UnitOfWork) -> invoices.InvoiceState:
    """The invoice as it stands when accounting has just got it: nothing paid yet."""
    return invoices.InvoiceState(
        number=int(outcome.key),
        accounting_key=outcome.reference,
        date=order.placed_on,
        due_date=order.due_date,
        total=order.total_gross,
        open_total=order.total_gross,
        state=invoices.State.OPEN,
        read_at=uow.now,
    )


def _require_placed(order: Order) -> None:
    if order.state is not OrderState.PLACED:
        raise WrongOrderState(number=order.number, state_code=order.state)


def _settings(register: Register) -> OrderSettings:
    configured = register.config.orders
    return OrderSettings(configured.first_number, configured.first_invoice_number)
