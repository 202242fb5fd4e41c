"""The hub: what is installed and configured, states read back, connection tests, files, and refusals in sentences."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from core.config import Partner, Recipient, UpdateAnswer, UpdateService
from core.customers import invoices, orders, service
from core.customers.invoices import State
from core.customers.money import OrderLine
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.exits import Accepted, Item, NotSent
from core.errors import NotPermitted
from integrations.errors import (
    NoSuchFile,
    PartnerSilent,
)
from integrations.hub import InvoiceReading
from integrations.sandbox.faults import Fault
from integrations.turns import taking_turns
from tests.support import partners
from tests.support.partners import deliver, invoicing_item

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from integrations.sandbox.asiakastieto import AsiakastietoSandbox
    from integrations.sandbox.netvisor import NetvisorSandbox
    from tests.conftest import MakeActor

LINE = OrderLine("OM", "Omena", Decimal(2), Decimal("6.9"), Decimal("25.5"))


def ordered(database: Database, actor: Actor, count: int) -> list[Item]:
    """*count* orders of one customer with invoice numbers, as items to send."""
    items = []
    with database.unit_of_work() as uow:
        values = CustomerValues(first_name="Matti", last_name="Meikäläinen")
        customer = service.add(uow, actor, values, Source(SourceKind.STAFF))
        for _ in range(count):
            order = orders.place(
                uow, actor, customer.id, [LINE], placed_on=date(2026, 11, 20), payment_term_days=14
            )
            number = orders.number_invoice(uow, actor, order.id)
            fields = orders.disclosure_fields(orders.get(uow.connection, order.id))
            names = {"customer.number": customer.number, "name.last": "Meikäläinen"}
            items.append(Item(f"item-{number}", str(number), {**fields, **names}))
        uow.commit()
    return items


def test_states_come_back_page_by_page(
    database: Database,
    actor: Actor,
    netvisor: NetvisorSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Orders sent are read back with their states over several pages; reading again changes nothing."""
    netvisor._page = 2
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    hub = partners.hub(tmp_path, clock, database, netvisor=partner)
    assert hub.read_invoice_states(actor) == InvoiceReading()
    assert netvisor.requests == []
    items = ordered(database, actor, 5)
    for item in items:
        assert isinstance(deliver(hub.exit("netvisor"), item), Accepted)
    netvisor.evolve()
    netvisor.requests.clear()
    assert hub.read_invoice_states(actor) == InvoiceReading(read=5, changed=5)
    assert (
        netvisor.requests[0].target
        == "/salesinvoicelist.nv?invoicesabovenetvisorkey=0&begininvoicedate=2026-11-20"
    )
    assert len(netvisor.requests) == 4
    with database.reading() as connection:
        known = {invoice.number: invoice for invoice in invoices.open_invoices(connection)}
        states = [known[int(item.key)].state if int(item.key) in known else None for item in items]
    assert states == [State.OPEN, State.OVERDUE, State.IN_COLLECTION, None, State.OPEN]
    clock.advance(60)
    assert hub.read_invoice_states(actor).changed == 0


def test_pages_before_a_failure_stand(
    database: Database,
    actor: Actor,
    netvisor: NetvisorSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When a later page fails, the earlier ones are kept and a sentence says what happened."""
    netvisor._page = 1
    hub = partners.hub(
        tmp_path, clock, database, netvisor=partners.netvisor_partner(monkeypatch, netvisor.base_url)
    )
    for item in ordered(database, actor, 3):
        deliver(hub.exit("netvisor"), item)
    netvisor.faults.add(Fault.GARBLE, path="/salesinvoicelist.nv", after=2)
    with pytest.raises(PartnerSilent) as failure:
        hub.read_invoice_states(actor)
    assert str(failure.value).startswith("netvisor could not be read. The answer could not be read.")
    assert (
        failure.value.explain("fi").sentence
        == "Kumppanin netvisor tietoja ei saatu luettua. Vastausta ei voitu lukea."
    )
    with database.reading() as connection:
        assert len(invoices.open_invoices(connection)) == 2


@pytest.mark.parametrize("fault", list(Fault))
def test_any_fault_while_reading_is_a_sentence(
    sqlite_url: str,
    actor: Actor,
    netvisor: NetvisorSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    """Whatever the partner does while states are read, the register says so and stays as it was, or has read them."""
    from core.database import Database

    database = Database.open(sqlite_url, clock)
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url, timeout_seconds=0.5)
    hub = partners.hub(tmp_path, clock, database, netvisor=partner)
    for item in ordered(database, actor, 1):
        deliver(hub.exit("netvisor"), item)
    netvisor.faults.add(fault, path="/salesinvoicelist.nv", seconds=0.05)
    if fault in {Fault.DELAY, Fault.DUPLICATE_REPLY}:
        assert hub.read_invoice_states(actor).read == 1
    else:
        with pytest.raises(PartnerSilent):
            hub.read_invoice_states(actor)
    database.close()


def test_partner_that_pages_in_circles(
    database: Database,
    actor: Actor,
    netvisor: NetvisorSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A partner that answers every page with the same rows is not asked for ever."""
    hub = partners.hub(
        tmp_path, clock, database, netvisor=partners.netvisor_partner(monkeypatch, netvisor.base_url)
    )
    for item in ordered(database, actor, 1):
        deliver(hub.exit("netvisor"), item)
    real = type(netvisor)._invoice_list
    monkeypatch.setattr(type(netvisor), "_invoice_list", lambda self, query: real(self, {}))
    with pytest.raises(PartnerSilent):
        hub.read_invoice_states(actor)


def test_reading_needs_a_role(make_actor: MakeActor, tmp_path: Path, clock: FixedClock) -> None:
    """Who may not read invoices cannot have them fetched."""
    from core.actor import Role

    with pytest.raises(NotPermitted):
        partners.hub(tmp_path, clock).read_invoice_states(make_actor(Role.REVIEWER))


def test_partners_listed(tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed adapters are listed with their environment, and what is wrong with them as configured."""
    netvisor = partners.netvisor_partner(monkeypatch, "http://127.0.0.1:8001", product_identifer="1")
    hub = partners.hub(tmp_path, clock, netvisor=netvisor)
    found = {partner.name: partner for partner in hub.partners()}
    assert set(found) == {"asiakastieto", "netvisor", "ytj"}
    asiakastieto, listed = found["asiakastieto"], found["netvisor"]
    assert (asiakastieto.environment, asiakastieto.problem) == (None, None)
    assert listed.environment == "sandbox"
    assert "did you mean product_identifier?" in str(listed.problem)


def test_connection_test(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test asks for tomorrow's empty list, names nobody, and reads a test customer's ä back when one is set."""
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    report = partners.hub(tmp_path, clock, netvisor=partner).check("netvisor")
    assert report.ok
    assert [request.target for request in netvisor.requests] == [
        "/salesinvoicelist.nv?begininvoicedate=2026-11-24"
    ]
    deliver(
        partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor"),
        invoicing_item(name__last="Möttönen"),
    )
    for expected, ok in (("Matti Möttönen", True), ("Matti M?tt?nen", False)):
        named = partners.netvisor_partner(
            monkeypatch, netvisor.base_url, check_customer="1234", check_customer_name=expected
        )
        report = partners.hub(tmp_path, clock, netvisor=named).check("netvisor")
        assert (report.ok, bool(report.sentences("fi"))) == (ok, True)


def test_mac_mismatch_is_diagnosed_without_keys(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the MAC does not agree, the test says which pieces Netvisor saw otherwise, and shows no key."""
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    monkeypatch.setenv("TEST_NETVISOR_PARTNER_KEY", "wrong-key-0123456789")
    report = partners.hub(tmp_path, clock, netvisor=partner).check("netvisor")
    told = "\n".join(report.sentences("en"))
    assert not report.ok
    assert "check customer_key and partner_key" in told
    assert "wrong-key" not in told
    assert netvisor.keys.customer_key not in told
    monkeypatch.setenv("TEST_NETVISOR_PARTNER_KEY", netvisor.keys.partner_key)
    monkeypatch.setattr(type(netvisor), "base_url", property(lambda _: "https://behind.a.proxy"))
    told = "\n".join(partners.hub(tmp_path, clock, netvisor=partner).check("netvisor").sentences("en"))
    assert "other values of: URL" in told


@pytest.mark.parametrize("fault", list(Fault))
def test_connection_test_survives_every_fault(
    netvisor: NetvisorSandbox,
    asiakastieto: AsiakastietoSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    """Whatever the partner does, the connection test reports it in a sentence of both languages."""
    hub = partners.hub(
        tmp_path,
        clock,
        netvisor=partners.netvisor_partner(monkeypatch, netvisor.base_url, timeout_seconds=0.5),
        asiakastieto=partners.asiakastieto_partner(monkeypatch, asiakastieto.base_url, timeout_seconds=1),
    )
    for sandbox, name in ((netvisor, "netvisor"), (asiakastieto, "asiakastieto")):
        sandbox.faults.add(fault, seconds=0.05)
        report = hub.check(name, "matti")
        assert report.ok or report.sentences("fi") != report.sentences("en")


def test_production_credit_bureau_is_not_asked_as_a_test(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In production the connection test of the credit bureau asks nobody about anybody."""
    sandbox = partners.asiakastieto_partner(monkeypatch, None)
    values = {name: getattr(sandbox, name) for name in sandbox.__struct_fields__} | {
        "environment": "production"
    }
    report = partners.hub(tmp_path, clock, asiakastieto=Partner(**values)).check("asiakastieto", "matti")
    assert report.ok
    assert "no enquiry is made" in report.sentences("en")[0]


def test_one_call_at_a_time(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process speaks with the partner we wait, and after long enough it is proved not sent."""
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url, timeout_seconds=0.1)
    exit_ = partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor")
    with taking_turns(tmp_path / "netvisor" / ".turn", 1):
        assert deliver(exit_, invoicing_item()) == NotSent("partner_busy")
    assert netvisor.requests == []
    overlapping = []
    real = type(netvisor).process
    busy = threading.Lock()

    def process(self: NetvisorSandbox, received: Any) -> Any:
        overlapping.append(not busy.acquire(blocking=False))
        try:
            return real(self, received)
        finally:
            busy.release()

    monkeypatch.setattr(type(netvisor), "process", process)
    patient = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    hub = partners.hub(tmp_path, clock, netvisor=patient)
    threads = [
        threading.Thread(target=deliver, args=(hub.exit("netvisor"), invoicing_item(str(number))))
        for number in range(10001, 10004)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(overlapping)
    assert len(netvisor.invoices) == 3


def test_answer_file_that_is_not_there(tmp_path: Path, clock: FixedClock) -> None:
    """A partner's folder that is empty lists nothing, and a missing file is named."""
    from importlib.metadata import EntryPoint

    from integrations.catalogue import GROUP, Catalogue
    from integrations.hub import Hub

    installed = Catalogue([EntryPoint("address_file", "integrations.address_file", GROUP)])
    settings = {"columns": {"customer.number": "Tunniste"}}
    configured = partners.config(tmp_path, address_file=Partner(settings=settings))
    service = UpdateService(recipient="addresses", answer=UpdateAnswer(key="Tunniste", columns={}))
    recipient = Recipient(
        name="Osoitepalvelu Oy",
        role="processor",
        agreement="DPA 1",
        agreement_from=date(2026, 1, 1),
        purposes=("address_update",),
        categories=("customer_number",),
        adapter="address_file",
    )
    configured = structs.replace(configured, updates={"posti": service}, recipients={"addresses": recipient})
    nothing: Any = None
    source = Hub(configured, nothing, clock, installed).source("posti")
    assert source.files() == ()
    with pytest.raises(NoSuchFile), source.taken("../../etc/passwd"):
        pass
    folder = tmp_path / "address_file" / "in"
    folder.mkdir(parents=True)
    (folder / "answer.csv").write_bytes(b"a;b\n")
    assert [found.name for found in source.files()] == ["answer.csv"]
    with source.taken("answer.csv") as path:
        assert path.read_bytes() == b"a;b\n"
    assert not path.exists()
