"""The main job at eighty columns by the keyboard alone, with partners that answer on loopback."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.customers import credit
from core.customers.credit import CreditDecision
from core.customers.reading import by_number
from core.disclosure import transfers
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import TransferState
from core.staff.model import session_table
from integrations.sandbox.faults import Fault
from tests.support.site import SIGN_IN, Site, open_site
from tests.support.sitting import sit_down

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.terminal import Terminal


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A register among its partners."""
    with open_site(tmp_path / "site") as opened:
        yield opened


def order_placed(terminal: Terminal, number: str) -> None:
    """From the menu: an order of the customer *number*, seen from the card."""
    terminal.send("1", number, "enter", "f6", "Huolto", "tab", "syksy", "tab", "2", "tab", "49,90", "f10")
    terminal.wait_for("125,25")


@pytest.mark.timeout(120)
def test_a_day(site: Site) -> None:
    """Sign in, order, invoice, credit check and decision, address update, and all of it in the log that verifies."""
    customer, code = site.someone()
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        terminal.wait_for("Päävalikko")
        order_placed(terminal, customer.number)
        terminal.send("f8")
        terminal.wait_for(f"<internalidentifier>{customer.number}<")
        terminal.send("pagedown")
        terminal.wait_for("<salesinvoicenumber>10001<")
        terminal.send("f10")
        terminal.wait_for("toimitettu")

        terminal.send("f7", code, "tab", "space", "tab", "puhelimessa tänään", "f10")
        terminal.wait_for("Luottopäätös")
        assert code not in terminal.text()
        terminal.send("f10")
        terminal.wait_for("!!")
        terminal.send("space", "tab", "Tulot riittävät.", "f10")
        terminal.wait_for("kirjattu")

        site.answer_arrives(rows=200)
        terminal.send("f3", "4", "enter")
        terminal.wait_for("F10")
        terminal.wait_for("Tämän ajo muuttaisi")
        terminal.send("f10")
        terminal.wait_for("raportti")

        terminal.send("f3", "5")
        terminal.wait_for("luottohakemus")
        terminal.wait_for("laskutus")
        terminal.send("enter", "2", "enter")
        terminal.wait_for("identity_code")
        assert code not in terminal.text()
        terminal.send("f12", "f12", "f9")
        terminal.wait_for("✓")
        terminal.send("f3", "9")
        terminal.wait_for("Salasana")
        assert code.encode() not in terminal.written

    with site.register.database.reading() as connection:
        found = by_number(connection, customer.number)
        rows = transfers.of_customer(connection, found.id)
        (check,) = credit.credit_checks_of(connection, found.id)
    assert {row.purpose: row.state for row in rows} == {
        "invoicing": TransferState.DELIVERED,
        "credit_check": TransferState.DELIVERED,
    }
    assert (check.decision, check.decided_by) == (CreditDecision.GRANTED, "Demo Käyttäjä")
    assert [invoice.number for invoice in site.partners.accountant.invoices.values()] == ["10001"]


@pytest.mark.timeout(120)
def test_a_transfer_in_doubt_waits_for_a_person(site: Site) -> None:
    """An answer that is lost leaves a doubt; what the partner says on the telephone settles it."""
    customer, _ = site.someone()
    site.partners.accountant.faults.add(Fault.TRUNCATE, path="/salesinvoice.nv")
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        order_placed(terminal, customer.number)
        terminal.send("f8", "f10")
        terminal.wait_for("epäselvä")
        terminal.send("f3", "6")
        terminal.wait_for("Tilitoimisto")
        terminal.send("f9", "f10")
        terminal.wait_for("!!")
        terminal.send("space", "tab", "Liisa tilitoimistosta puhelimessa", "f10")
        terminal.wait_for("ratkaistu")
    with site.register.database.reading() as connection:
        (row,) = transfers.page(connection, TransferFilter())
    assert row.state is TransferState.DELIVERED


@pytest.mark.timeout(120)
def test_a_transfer_in_doubt_is_settled_by_asking(site: Site) -> None:
    """F7 asks the partner by the transfer's own key; the order is then sent."""
    customer, _ = site.someone()
    site.partners.accountant.faults.add(Fault.TRUNCATE, path="/salesinvoice.nv")
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        order_placed(terminal, customer.number)
        terminal.send("f8", "f10")
        terminal.wait_for("epäselvä")
        terminal.send("f3", "6", "f7")
        terminal.wait_for("Luovutus 1: toimitettu")
    assert len(site.partners.accountant.invoices) == 1


@pytest.mark.timeout(120)
def test_a_hang_up_while_sending_ends_within_a_second(site: Site) -> None:
    """The partner does not answer and the line drops: the program goes, the doubt stays to be recovered."""
    customer, _ = site.someone()
    site.partners.accountant.faults.add(Fault.DELAY, seconds=20)
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        order_placed(terminal, customer.number)
        terminal.send("f8", "f10")
        terminal.wait_for("Lähetetään")
        started = time.monotonic()
        terminal.signal(signal.SIGHUP)
        terminal.wait_for_end()
        assert time.monotonic() - started < 1.5
    with site.register.database.reading() as connection:
        reason = connection.execute(
            select(session_table.c.end_reason).order_by(session_table.c.started_at.desc())
        ).scalar()
    assert reason == "hang_up"
