"""Finding in the register whoever a request is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.errors import CustomerNotFound
from core.customers.reading import by_number
from core.errors import Where
from core.messages import N_
from tui.screens.customers.list import CustomerChooser

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.customers.types import CustomerRow
    from tui.app import RegisterApp

TASK = "legal_obligation"


def customer_numbered(connection: Connection, number: str, field: str = "customer") -> int | None:
    """The id of the customer with this number; None where none is given.

    Raises:
        CustomerNotFound: nobody has it; ``where.field`` is *field*.
    """
    try:
        return by_number(connection, number).id if number else None
    except CustomerNotFound as error:
        raise CustomerNotFound(number=number, where=Where(field=field, value=number)) from error


class WhoAsks(CustomerChooser):
    """Opens with the name of the request searched for; choosing goes back with the row."""

    area = "picker"

    def __init__(self, desk: RegisterApp, name: str) -> None:
        super().__init__(desk)
        self.name_asked = name

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Who asks?"))

    def task_code(self) -> str:
        """The law has us find the person."""
        return TASK

    async def prepare(self) -> None:
        """Everyone, or whoever bears the name."""
        await super().prepare()
        if self.name_asked:
            self.search_line.take_paste(self.name_asked)
            self._answer_now()

    async def chosen(self, row: CustomerRow) -> None:
        """This one."""
        await self.desk.back(row)
