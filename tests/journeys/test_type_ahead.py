"""Type-ahead: whatever is typed in one burst arrives, in order, in the right field, in the right screen."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from core.customers import orders
from core.customers.reading import by_number
from core.customers.types import CustomerValues, Kind, NewCustomer
from tests.support.sitting import SIGN_IN, sit_down

if TYPE_CHECKING:
    from core.customers.orders import Order
    from tests.support.office import Office

BURSTS = 100


def hire_customers(office: Office) -> list[int]:
    """A hundred customers, each found by a name of its own."""
    rows = [NewCustomer(CustomerValues(Kind.PERSON, f"Etu{n}", f"Suku{n:03}nen")) for n in range(BURSTS)]
    return office.add_rows(rows)


def order_keys(number: int) -> tuple[str, ...]:
    """Product, description, quantity, price, tax; a second line; save."""
    first = (
        f"Tuote {number}",
        "tab",
        f"ä{number}",
        "enter",
        str(number + 1),
        "tab",
        "1,50",
        "enter",
        "14",
        "enter",
    )
    return (*first, f"Toinen {number}", "tab", "tab", "tab", "2", "f10")


def orders_of(office: Office, customer_ids: list[int]) -> list[list[Order]]:
    """The orders of each customer."""
    with office.register.database.reading() as connection:
        return [orders.orders_of(connection, customer_id) for customer_id in customer_ids]


def has_order(office: Office, customer_id: int) -> bool:
    """Whether the customer has an order yet."""
    return bool(orders_of(office, [customer_id])[0])


def told(order: Order) -> list[tuple[str, str, str, str, str]]:
    """An order's lines as plain text."""
    return [
        (
            line.product,
            line.description,
            f"{line.quantity:f}",
            f"{line.unit_price:f}",
            f"{line.vat_percent:f}",
        )
        for line in order.lines
    ]


@pytest.mark.timeout(240)
def test_a_hundred_bursts_are_stored_correctly(office: Office) -> None:
    """F-key, search, Enter, order fields, save: each burst in one write, the first right after the password.

    In every third the search has been running for a moment when Enter comes.
    """
    people = hire_customers(office)
    with sit_down(office.file) as terminal:
        for number, customer_id in enumerate(people):
            before = SIGN_IN if number == 0 else ()
            search = f"suku{number:03}"
            if number % 3 == 2:
                terminal.send("f6", search)
                time.sleep(0.14)
                terminal.send("enter", *order_keys(number))
            else:
                terminal.send(*before, "f6", search, "enter", *order_keys(number))
            assert terminal.pump(partial(has_order, office, customer_id), 20), (
                f"burst {number} was not stored; on screen:\n{terminal.text()}"
            )
    for number, (order,) in enumerate(orders_of(office, people)):
        assert told(order) == [
            (f"Tuote {number}", f"ä{number}", f"{number + 1}.0000", "1.5000", "14.00"),
            (f"Toinen {number}", "", "1.0000", "2.0000", "25.50"),
        ]


@pytest.mark.timeout(120)
def test_twenty_orders_in_one_write_are_stored(office: Office) -> None:
    """Somebody far ahead of the screen, or a scanner, loses nothing either."""
    people = hire_customers(office)[:20]
    with sit_down(office.file) as terminal:
        everything = [key for n in range(20) for key in ("f6", f"suku{n:03}", "enter", *order_keys(n))]
        terminal.send(*SIGN_IN, *everything)
        stored = terminal.pump(lambda: all(orders_of(office, people)), 60)
        assert stored, terminal.text()
    assert [told(order)[0][0] for (order,) in orders_of(office, people)] == [f"Tuote {n}" for n in range(20)]


def test_a_new_customer_in_one_burst(office: Office) -> None:
    """F6 in the list, fields by Enter and Tab, F10."""
    with sit_down(office.file) as terminal:
        terminal.send(
            *SIGN_IN, "1", "f6", "Kaisa", "enter", "Burst", "tab", "tab", "tab", "kaisa@example.fi", "f10"
        )
        terminal.wait_for("1007")
        terminal.send("burst", "enter")
        terminal.wait_for("kaisa@example.fi")


def test_a_paste_is_one_line_in_one_field(office: Office) -> None:
    """A pasted line break does not become Enter, and what is typed after the paste comes after it."""
    with sit_down(office.file) as terminal:
        terminal.send(*SIGN_IN, "1", "f6")
        terminal.send("\x1b[200~Maija\r\nLiisa\x1b[201~", "a", "tab", "Paste", "f10")
        terminal.wait_for("1007")
    with office.register.database.reading() as connection:
        values = by_number(connection, "1007").values
    assert (values.first_name, values.last_name) == ("Maija Liisaa", "Paste")
