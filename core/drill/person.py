"""The invented person of a drill, and what happens to them in the copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.customers import invoices, orders, sealed, service
from core.customers.invoices import InvoiceState, State
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.types import Subject, TransferRequest
from core.documents.folder import new_selection
from core.drill.copy import RECIPIENT

if TYPE_CHECKING:
    from core.actor import Actor
    from core.customers.types import Customer
    from core.database import UnitOfWork
    from core.register import Register

VALUES: Final = CustomerValues(
    first_name="Harri Paloharjoitus",
    last_name="Keksitynniminen",
    email="harri.keksitynniminen@example.fi",
    phone="+358401234567",
    street="Paloharjoituskuja 112 B 9",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
ORDERS: Final = 3
LOOKS: Final = 2
_IBAN: Final = "FI2112345600000785"
_TASK: Final = "fire drill"
# So long ago that no voucher has to be kept any more, whatever the company's period (voucher_years) is.
_MARGIN_YEARS: Final = 3
_DAYS_A_YEAR: Final = 366


@dataclass(frozen=True, slots=True)
class Invented:
    """The person, and the number of the invoice that is still open."""

    customer: Customer
    open_invoice: int


def live(copy: Register, actor: Actor) -> Invented:
    """Give the person a life: values that change, bank details, orders, invoices, looks, a disclosure."""
    source = Source(SourceKind.STAFF, _TASK)
    with copy.database.unit_of_work() as uow:
        one = service.add(uow, actor, VALUES, source)
        changed = service.change(
            uow, actor, one.id, {"street": "Sammutuspolku 113 C 10"}, source, version=one.version
        )
        sealed.set_iban(uow, copy.keyring, actor, one.id, _IBAN, source=source)
        numbers = [_invoiced(copy, uow, actor, one.id) for _ in range(ORDERS)]
        for _ in range(LOOKS):
            service.open_record(uow, actor, one.id, task=_TASK)
        uow.commit()
    states(copy, actor, numbers[:-1], State.PAID)
    states(copy, actor, numbers[-1:], State.OPEN)
    selection = new_selection(copy.clock.now())
    copy.gate.send(
        actor,
        TransferRequest(
            RECIPIENT, "customer_care", (Subject(one.id, f"{selection}/0"),), "export", form="csv"
        ),
    )
    return Invented(changed, numbers[-1])


def _invoiced(copy: Register, uow: UnitOfWork, actor: Actor, customer_id: int) -> int:
    """An order from years ago, invoiced; returns the invoice's number."""
    line = OrderLine("H1", "Paloharjoituksen tuote", Decimal(2), Decimal("10.50"), Decimal("25.5"))
    years = copy.config.retention.voucher_years + _MARGIN_YEARS
    day = copy.clock.now().astimezone(HELSINKI).date() - timedelta(days=years * _DAYS_A_YEAR)
    placed = orders.place(uow, actor, customer_id, [line], placed_on=day, payment_term_days=14)
    number = orders.number_invoice(uow, actor, placed.id)
    orders.mark(uow, actor, placed.id, OrderState.SENDING)
    orders.mark(uow, actor, placed.id, OrderState.SENT)
    return number


def states(copy: Register, actor: Actor, numbers: list[int], state: State) -> None:
    """What accounting would say of invoices."""
    now = copy.clock.now()
    years = copy.config.retention.voucher_years + _MARGIN_YEARS
    day = now.astimezone(HELSINKI).date() - timedelta(days=years * _DAYS_A_YEAR)
    total = Decimal("26.36")
    said = [
        InvoiceState(
            number=number,
            accounting_key=None,
            date=day,
            due_date=day + timedelta(days=14),
            total=total,
            open_total=total if state is State.OPEN else Decimal(0),
            state=state,
            # After what was said before, which the clock of a test does not tell apart.
            read_at=now + timedelta(milliseconds=state is State.PAID),
        )
        for number in numbers
    ]
    with copy.database.unit_of_work() as uow:
        invoices.record_states(uow, actor, said)
        uow.commit()
