"""A day at the desk in a real terminal by keys alone: what a customer forbids, and orders to accounting and put away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.customers import bans, orders, restrictions
from core.customers.bans import BanKind
from core.customers.orders import OrderState
from core.customers.reading import by_number
from core.disclosure.transfers import stored_lines
from core.staff.access_log import accesses_of
from tests.support.site import SIGN_IN, Site, open_site
from tests.support.sitting import sit_down

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.terminal import Terminal


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A register among its partners."""
    with open_site(tmp_path / "site", size=60) as opened:
        yield opened


def standing(terminal: Terminal, number: str) -> None:
    """From the menu: bans, restriction, protected address, bank account and end of one customer, typed ahead."""
    terminal.send("f4", "6", "1", number, "enter")
    terminal.wait_for("6 Kiellot")
    terminal.send(
        "6", "space", "down", "down", "down", "space", "shift+tab", *["tab"] * 6, "kirje 20.11.", "f10"
    )
    terminal.wait_for("Kielletty: julkaiseminen luetteloissa, suoramarkkinointi")
    terminal.send("6", "space", "shift+tab", "soitti, saa taas", "f10")
    terminal.wait_for("Taas sallittu: julkaiseminen luetteloissa")
    terminal.send("7", "space", "shift+tab", "osoite kiistetty", "f10")
    terminal.wait_for("KÄSITTELY RAJOITETTU")
    terminal.send("7", "space", "shift+tab", "kerrottu kirjeellä", "f10")
    terminal.wait_for("Etukäteen ilmoittaminen kirjattu")
    terminal.send("7", "space", "shift+tab", "osoite oli oikein", "f10")
    terminal.wait_for("Rajoitus on poistettu")
    terminal.send("9", "FI21 1234 5600 0007 85", "f10")
    terminal.wait_for("FI21 **** … 785")
    terminal.send("9", "f7")
    terminal.wait_for("FI2112345600000785")
    terminal.send("f12", "8", "space", "tab", "tab", "viranomainen", "f10", "0", "f10")
    terminal.wait_for("ASIAKKUUS PÄÄTTYNYT")
    assert "TURVAKIELTO · ASIAKKUUS PÄÄTTYNYT · ON KIELTÄNYT: suoramarkkinointi" in terminal.row(2)
    terminal.send("8", "space", "tab", "tab", "lakannut", "f10", "0", "f10")
    terminal.wait_for("alkanut uudelleen")


def orders_away(terminal: Terminal, number: str) -> None:
    """From the card: four orders; three sent together, one cancelled, the states read, those sent archived."""
    for place in range(4):
        terminal.send("f6", f"Huolto{place}", "tab", "tab", "2", "tab", "49,90", "f10")
        terminal.wait_for(f"Tilaus {1001 + place},")
    terminal.send("f3", "3", "end", "f7", "space", "f10")
    terminal.wait_for("Tilaukset 1004: peruttu.")
    terminal.send("f4", "f8")
    terminal.wait_for("375,75 EUR")
    assert number not in terminal.row(1)
    terminal.send("f10")
    terminal.wait_for("Lähetetty 3 tilausta.")
    terminal.wait_for("100%")
    terminal.send("f12", "f9")
    terminal.wait_for("Luettiin 3 laskua")
    terminal.send("2")
    terminal.wait_for("Avoimia laskuja: 3, 375,75 EUR.")
    terminal.send("3", "down", "space", "space", "space", "f7", "f10")
    terminal.wait_for("Tilaukset 1003, 1002, 1001: arkistoitu.")


@pytest.mark.timeout(120)
def test_a_day_at_the_desk(site: Site) -> None:
    """Everything typed ahead lands where it was meant; register, accountant, access log and disclosure log agree."""
    customer, _ = site.someone()
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        terminal.wait_for("Päävalikko")
        standing(terminal, customer.number)
        orders_away(terminal, customer.number)
        terminal.send("f3", "9")
        terminal.wait_for("Salasana")

    with site.register.database.reading() as connection:
        found = by_number(connection, customer.number)
        (marketing,) = [ban for ban in bans.bans_of(connection, found.id) if ban.lifted_on is None]
        assert (marketing.kind, marketing.origin) == (BanKind.DIRECT_MARKETING, "kirje 20.11.")
        (restriction,) = restrictions.restrictions_of(connection, found.id)
        assert (restriction.detail, restriction.lifted_reason) == ("osoite kiistetty", "osoite oli oikein")
        states = [order.state for order in orders.orders_of(connection, found.id)]
        assert states == [OrderState.CANCELLED, *[OrderState.ARCHIVED] * 3]
        looks = accesses_of(connection, found.id)
    assert {"legal_obligation", "invoicing"} == {look.task for look in looks}
    assert [look.task for look in looks if look.detail == "iban"] == ["legal_obligation"]
    arrived = [invoice.number for invoice in site.partners.accountant.invoices.values()]
    assert arrived == ["10001", "10002", "10003"]
    assert site.register.log.verify(stored_lines).verified
