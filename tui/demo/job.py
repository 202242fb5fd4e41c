"""The main job, from end to end, as the staff would do it: load, update addresses, invoice, check credit, verify.

Nobody decides here: the credit checks are left waiting for a person, as the law and the notice want (P16).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.customers import credit, first_load, invoicing, listing, orders
from core.customers.money import OrderLine
from core.customers.orders import OrderSettings
from core.customers.reading import ids_of_numbers
from core.disclosure.transfers import stored_lines
from core.updates import selection, service
from core.updates.selection import Criteria
from tui.demo.files import write_answer, write_register
from tui.demo.people import FIRST_NUMBER, identity_code, person
from tui.demo.setting import LOAD, UPDATE_SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from core.actor import Actor
    from core.batches.types import Batch
    from core.customers.credit import CreditCheck
    from core.customers.invoicing import SentOrder
    from core.disclosure.log.findings import VerifyReport
    from core.disclosure.types import TransferResult
    from core.register import Register
    from core.updates.types import UpdateRun
    from integrations.hub import Hub, InvoiceReading
    from tui.demo.setting import Folder, Partners

SEED: Final = 20_261_123
CUSTOMERS: Final = 10_000
BAD_ROWS: Final = 16
ANSWER_ROWS: Final = 2_000
STRANGERS: Final = 5
ORDERS: Final = 25
# Test persons whom the bureau publishes: with and without payment defaults.
TEST_PERSONS: Final = ("010690-9434", "030388-927Y")
CREDIT_CHECKS: Final = 5
_GOODS: Final = (
    ("HUOLTO", "Vuosihuolto", "185.00", "25.5"),
    ("TARVIKE", "Suodatinpaketti", "24.90", "25.5"),
    ("KIRJA", "Käyttöopas", "18.50", "13.5"),
    ("TYO", "Asennustyö, tunti", "62.00", "25.5"),
)


@dataclass(frozen=True, slots=True)
class Day:
    """What the day came to."""

    loaded: Batch
    asked: TransferResult
    updated: UpdateRun
    invoiced: Sequence[SentOrder]
    states: InvoiceReading
    checks: Sequence[CreditCheck]
    verified: VerifyReport


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the work is done: the register, its partners, who works, and whom to tell how far it has come."""

    register: Register
    hub: Hub
    partners: Partners
    folder: Folder
    actor: Actor
    tell: Callable[[str], None]

    @property
    def today(self) -> date:
        """The day in Finland."""
        return self.register.clock.now().astimezone(HELSINKI).date()


def do_the_job(desk: Desk, steps: Sequence[str]) -> Day:
    """Do everything in order; *steps* are the sentences told before each of the six parts."""
    told = iter(steps)
    desk.tell(next(told))
    loaded = _load(desk)
    desk.tell(next(told))
    asked, updated = _update_addresses(desk)
    desk.tell(next(told))
    invoiced = _invoice(desk)
    desk.tell(next(told))
    desk.partners.accountant.evolve()
    states = desk.hub.read_invoice_states(desk.actor)
    desk.tell(next(told))
    checks = _check_credit(desk)
    desk.tell(next(told))
    verified = desk.register.log.verify(stored_lines)
    desk.register.log.export(desk.folder.path / "log-export")
    return Day(loaded, asked, updated, invoiced, states, checks, verified)


def _load(desk: Desk) -> Batch:
    file = desk.folder.path / "asiakkaat.csv"
    write_register(file, seed=SEED, count=CUSTOMERS, flawed=BAD_ROWS)
    return first_load.load(desk.register, desk.actor, LOAD, file)


def _update_addresses(desk: Desk) -> tuple[TransferResult, UpdateRun]:
    """Ask the service about every person, through the gate; a while later its answer about some of them is there."""
    asked = selection.send_selection(desk.register, desk.actor, UPDATE_SERVICE, Criteria())
    answer = desk.folder.answers / "vastaus.csv"
    write_answer(
        answer,
        seed=SEED,
        count=CUSTOMERS,
        rows=ANSWER_ROWS - STRANGERS,
        answered_on=desk.today,
        unknown_customers=STRANGERS,
    )
    run = service.prepare(desk.register, desk.actor, UPDATE_SERVICE, answer)
    return asked, service.apply(desk.register, desk.actor, run.id)


def _invoice(desk: Desk) -> list[SentOrder]:
    rng = random.Random(SEED)
    placed = []
    for customer_id in _customers(desk, rng):
        lines = [_line(rng) for _ in range(rng.randrange(1, 4))]
        day = desk.today - timedelta(days=rng.randrange(0, 20))
        with desk.register.database.unit_of_work() as uow:
            order = orders.place(
                uow,
                desk.actor,
                customer_id,
                lines,
                placed_on=day,
                payment_term_days=desk.register.config.orders.payment_term_days,
                settings=OrderSettings(
                    desk.register.config.orders.first_number, desk.register.config.orders.first_invoice_number
                ),
            )
            uow.commit()
        placed.append(order.id)
    return invoicing.send_orders(desk.register, desk.actor, placed)


def _customers(desk: Desk, rng: random.Random) -> list[int]:
    """Customers from all over the list who may be invoiced."""
    with desk.register.database.reading() as connection:
        rows = listing.page(connection, rng.randrange(CUSTOMERS // 2), ORDERS * 8)
    fit = [row.id for row in rows if not row.flags]
    return sorted(rng.sample(fit, ORDERS))


def _line(rng: random.Random) -> OrderLine:
    product, description, price, vat = rng.choice(_GOODS)
    return OrderLine(
        product=product,
        description=description,
        quantity=Decimal(rng.randrange(1, 5)),
        unit_price=Decimal(price),
        vat_percent=Decimal(vat),
    )


def _check_credit(desk: Desk) -> list[CreditCheck]:
    """Applicants come to the counter with their identity codes, having been told that credit data is asked."""
    applicants = [
        index
        for index in range(200)
        if (found := person(SEED, index)).kind == "person" and not found.restricted
    ][:CREDIT_CHECKS]
    codes = [*TEST_PERSONS, *(identity_code(SEED, index) for index in applicants[len(TEST_PERSONS) :])]
    numbers = [str(FIRST_NUMBER + index) for index in applicants]
    with desk.register.database.reading() as connection:
        ids = ids_of_numbers(connection, numbers)
    return [
        credit.check(
            desk.register,
            desk.actor,
            ids[number],
            identity_code=code,
            payment_term_days=desk.register.config.orders.payment_term_days,
            informed="Kerrottu tiskillä, kirjallinen tiedote annettu",
        )
        for number, code in zip(numbers, codes, strict=True)
    ]
