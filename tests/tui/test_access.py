"""Every screen that shows a customer writes it down, with what it was for; nothing switches it off."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from core.config.example import example_text
from core.customers import orders
from core.customers.money import OrderLine
from core.customers.orders import OrderSettings
from core.staff.access_log import recent
from tests.support.screens import seated
from tests.tui.test_reviews import Clerk

if TYPE_CHECKING:
    from tests.support.office import Office


def looks(office: Office) -> list[tuple[str, int | None, str]]:
    """What the access log has, oldest first: action, customer, task."""
    with office.register.database.reading() as connection:
        return [(str(it.action), it.customer_id, it.task) for it in reversed(recent(connection))]


async def test_lists_searches_and_cards(office: Office) -> None:
    """The list, the search and the card, one line each."""
    async with seated(office, "en") as desk:
        await desk.press("1")
        await desk.type("maija")
        await desk.press("enter")
    assert looks(office) == [
        ("list", None, "customer_care"),
        ("search", None, "customer_care"),
        ("open", 3, "customer_care"),
    ]


async def test_orders_to_send_and_what_would_leave(office: Office) -> None:
    """A list of orders names customers, and a preview shows one's data."""
    clerk = Clerk(office)
    with office.register.database.unit_of_work() as uow:
        line = OrderLine("OM", "Omenapuu", Decimal(2), Decimal("34.90"), Decimal("25.5"))
        orders.place(
            uow, clerk.actor, 3, [line], placed_on=date(2026, 11, 20), payment_term_days=14, settings=OrderSettings(1, 1)
        )  # fmt: skip
        uow.commit()
    async with seated(office, "en") as desk:
        await desk.press("3")
        assert "Virtanen Maija" in desk.text
        await desk.press("f8")
        assert "Tilitoimisto" in desk.text
    assert ("list", None, "order_handling") in looks(office)
    assert looks(office)[-1] == ("open", 3, "invoicing")


async def test_whose_transfers_and_who_was_in_one(office: Office) -> None:
    """Filtering the log by a customer and reading a transfer's persons are looks at them."""
    clerk = Clerk(office)
    clerk.send(3)
    async with seated(office, "en") as desk:
        await desk.press("5", "f4", "tab", "tab", "tab")
        await desk.type("1003")
        await desk.press("enter")
        assert "1 transfers." in desk.message
        await desk.press("enter", "2")
    assert looks(office) == [("list", 3, "disclosure_review")] * 2


def test_no_setting_switches_it_off() -> None:
    """No setting of the example, which has every setting, is about whether looks are recorded."""
    names = [line for line in example_text().lower().splitlines() if "=" in line and "access" in line]
    assert names == []
