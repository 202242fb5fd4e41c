"""The real adapters behind the real gate: orders, doubt and credit checks, from the register to the wire and the log."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.config import Recipient
from core.customers import credit, invoicing, orders, service
from core.customers.money import OrderLine
from core.customers.types import CustomerValues, Kind, Source, SourceKind
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.types import TransferState
from core.register import Register
from integrations.errors import CannotRender
from integrations.sandbox.faults import Fault
from tests.support import partners

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from integrations.sandbox.asiakastieto import AsiakastietoSandbox
    from integrations.sandbox.netvisor import NetvisorSandbox

STAFF = Source(SourceKind.STAFF)
LINE = OrderLine("OM", "Omena", Decimal(2), Decimal("6.9"), Decimal("25.5"))
ACCOUNTANT = Recipient(
    name="Tilitoimisto Esimerkki Oy",
    role="processor",
    agreement="DPA 1",
    agreement_from=date(2026, 1, 1),
    purposes=("invoicing",),
    categories=(
        "customer_number",
        "name",
        "organisation",
        "contact",
        "postal_address",
        "orders",
        "bank_details",
    ),
    adapter="netvisor",
)
BUREAU = Recipient(
    name="Suomen Asiakastieto Oy",
    role="controller",
    agreement="Sopimus 2",
    agreement_from=date(2026, 1, 1),
    purposes=("credit_check",),
    categories=("identity_code", "organisation"),
    adapter="asiakastieto",
)


@pytest.fixture
def register(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    netvisor: NetvisorSandbox,
    asiakastieto: AsiakastietoSandbox,
) -> Register:
    """A register whose partners are the sandboxes."""
    sandboxes = {
        "netvisor": partners.netvisor_partner(monkeypatch, netvisor.base_url),
        "asiakastieto": partners.asiakastieto_partner(monkeypatch, asiakastieto.base_url, company_qtype="SB"),
    }
    config = msgspec.structs.replace(
        partners.config(tmp_path, **sandboxes),
        recipients={"accountant": ACCOUNTANT, "bureau": BUREAU},
    )
    log = DisclosureLog(
        database, LogSigner.create(tmp_path / "log.key", "example.fi/test"), clock, tmp_path / "high-water"
    )
    log.create(policy="1", software="0.1.0")
    hub = partners.hub(tmp_path, clock, database, **sandboxes)
    made = Register(config, hub.exit, clock)
    made.__dict__.update(database=database, keyring=keyring, log=log)
    return made


def customer_id(register: Register, actor: Actor, **values: str | Kind) -> int:
    """A customer with everything that must not leave as well."""
    names: dict[str, str | Kind] = {"first_name": "Matti", "last_name": "Meikäläinen"}
    known: dict[str, str | Kind] = {
        "email": "matti@example.fi",
        "phone": "+358401234567",
        "street": "Katu 1 A 2",
    }
    with register.database.unit_of_work() as uow:
        made = service.add(uow, actor, CustomerValues(**known, **(values or names)), STAFF)  # type: ignore[arg-type]
        uow.commit()
    return made.id


def placed_order(register: Register, actor: Actor, line: OrderLine = LINE) -> int:
    """An order ready to be sent."""
    owner = customer_id(register, actor)
    with register.database.unit_of_work() as uow:
        order = orders.place(uow, actor, owner, [line], placed_on=date(2026, 11, 23), payment_term_days=14)
        uow.commit()
    return order.id


def test_order_reaches_accounting_and_the_log(
    register: Register, actor: Actor, netvisor: NetvisorSandbox
) -> None:
    """An order sent arrives once, with what invoicing needs and no e-mail or phone; the order is sent, the log signed."""
    order_id = placed_order(register, actor)
    result = invoicing.send_order(register, actor, order_id)
    assert result.state is TransferState.DELIVERED
    assert [invoice.number for invoice in netvisor.invoices.values()] == ["10001"]
    wire = b"".join(request.raw for request in netvisor.requests)
    assert b"Meik\xc3\xa4l\xc3\xa4inen" in wire
    assert b"Katu 1 A 2" in wire
    assert b"matti@example.fi" not in wire
    assert b"+358401234567" not in wire
    with register.database.reading() as connection:
        assert orders.get(connection, order_id).state == "sent"
    signed = register.log.latest()
    assert signed is not None
    assert signed.size >= 3


@pytest.mark.parametrize("fault", list(Fault))
def test_doubt_is_settled_and_nothing_is_doubled(
    register: Register, actor: Actor, netvisor: NetvisorSandbox, fault: Fault
) -> None:
    """Whatever goes wrong at the partner, asking and sending again ends with one customer and one invoice."""
    if fault is Fault.SLOW_DRIP:
        # The drip is slower than anybody waits; the time limit itself is tested where it is short.
        fault = Fault.DROP_REPLY
    order_id = placed_order(register, actor)
    netvisor.faults.add(fault, path="/salesinvoice.nv", seconds=0.01)
    result = invoicing.send_order(register, actor, order_id)
    if result.state is TransferState.IN_DOUBT:
        result = register.gate.settle(actor, result.transfer_id)
    if result.state is not TransferState.DELIVERED:
        result = invoicing.send_order(register, actor, order_id)
    assert result.state is TransferState.DELIVERED
    assert (len(netvisor.customers), len(netvisor.invoices)) == (1, 1)


def test_order_that_netvisor_cannot_be_given_stops_before_the_intent(
    register: Register, actor: Actor, netvisor: NetvisorSandbox
) -> None:
    """What cannot be rendered is refused before anything is written to the log or sent."""
    untaxed = OrderLine("OM", "Omena", Decimal(2), Decimal("6.9"), Decimal(0))
    order_id = placed_order(register, actor, untaxed)
    before = register.log.latest()
    with pytest.raises(CannotRender):
        invoicing.send_order(register, actor, order_id)
    assert register.log.latest() == before
    assert netvisor.requests == []


def test_credit_check_of_a_person(
    register: Register, actor: Actor, asiakastieto: AsiakastietoSandbox
) -> None:
    """The identity code goes once, is told with who asks, and the answer can be opened; the code is kept nowhere."""
    checked = credit.check(
        register,
        actor,
        customer_id(register, actor),
        identity_code="030388-927Y",
        payment_term_days=14,
        informed="Puhelimessa 23.11.2026",
    )
    assert asiakastieto.enquiries == [("tester", "41", "1")]
    with register.database.unit_of_work() as uow:
        opened = credit.opened(uow, register.keyring, actor, checked.id, task="credit check")
    assert opened.answer is not None
    assert opened.answer["payment_defaults"] == 2
    assert "030388" not in repr(checked) + repr(opened)


def test_credit_check_of_a_firm(register: Register, actor: Actor, asiakastieto: AsiakastietoSandbox) -> None:
    """A firm is asked about by its business id, with the contract's code."""
    firm = customer_id(
        register, actor, kind=Kind.ORGANISATION, organisation_name="Firma Oy", business_id="1967543-8"
    )
    credit.check(register, actor, firm, identity_code=None, payment_term_days=14, informed="Tarjouksessa")
    assert asiakastieto.enquiries == [("tester", "SB", "1")]


def test_lost_credit_answer_waits_for_a_person(
    register: Register, actor: Actor, asiakastieto: AsiakastietoSandbox
) -> None:
    """An enquiry whose answer was lost is in doubt and is not asked again by itself."""
    asiakastieto.faults.add(Fault.DROP_REPLY)
    checked = credit.check(
        register,
        actor,
        customer_id(register, actor),
        identity_code="030388-927Y",
        payment_term_days=14,
        informed="Puhelimessa",
    )
    assert str(checked.state) == "in_doubt"
    register.gate.settle_due(actor)
    assert len(asiakastieto.enquiries) == 1
