"""The first step of a new order: whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.service import open_record
from core.messages import N_
from tui.screens.customers.list import CustomerChooser

if TYPE_CHECKING:
    from core.customers.types import CustomerRow

TASK = "order_handling"


class OrderCustomer(CustomerChooser):
    """Choosing a customer opens the order."""

    area = "picker"

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("New order: whose?"))

    def task_code(self) -> str:
        """Whoever is looked at here is about to order."""
        return TASK

    async def chosen(self, row: CustomerRow) -> None:
        """Record the look, then the order."""
        from tui.screens.orders.entry import OrderEntry

        seat = self.desk.seat
        with seat.writing() as uow:
            customer = open_record(uow, seat.actor, row.id, task=TASK)
        await self.desk.open(OrderEntry(self.desk, customer))

    async def returned(self, result: object) -> None:
        """An order that has been placed leads back to the menu, one that was given up stays here."""
        if result is not None:
            await self.desk.back(result)
