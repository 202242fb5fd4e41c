"""It is known who asks: how, and who in the register that is; or that nothing is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.reading import get
from core.customers.types import CustomerRow
from core.messages import N_
from core.rights import intake
from tui.screens.requests.steps import COLUMN, StepForm
from tui.screens.requests.who import WhoAsks, customer_numbered
from tui.widgets.form import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.database import UnitOfWork
    from core.rights.types import Case, Request
    from tui.app import RegisterApp


class IdentityForm(StepForm):
    """F4 finds the customer by the name of the request."""

    def __init__(self, desk: RegisterApp, case: Case, said: Request | None) -> None:
        self.name_given = said.name if said else ""
        super().__init__(desk, case)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Identity"))

    def fields(self) -> Sequence[Field]:
        """Who it is."""
        find = self.tr(N_("F4 finds the customer by name; empty when nothing is held about the person."))
        return (Field("customer", self.tr(N_("Customer number")), 4, COLUMN, 12, max_length=40, help=find),)

    def filled_in(self) -> dict[str, str]:
        """Who was meant from the beginning."""
        if self.case.customer_id is None:
            return {}
        with self.desk.seat.reading() as connection:
            return {"customer": get(connection, self.case.customer_id).number}

    def told(self) -> Sequence[str]:
        """What is asked, and what not."""
        return (
            self.tr(
                N_("F4 finds {name} in the register. Empty: nothing is held about the person."),
                name=self.name_given,
            ),
            self.tr(N_("How it is known, in proportion to what is asked; copies of papers are not kept.")),
        )

    def words_label(self) -> str:
        """How it is known."""
        return self.tr(N_("Identity known by"))

    async def do_lookup(self) -> None:
        """F4: by name."""
        await self.desk.open(WhoAsks(self.desk, self.name_given))

    async def returned(self, result: object) -> None:
        """Somebody was chosen."""
        if isinstance(result, CustomerRow):
            self.form.put("customer", result.number)
            self.form.focus_field("words")
            self.say(f"{result.number} {result.display_name}")

    def record(self, uow: UnitOfWork) -> str:
        """It is known."""
        seat, case = self.desk.seat, self.case
        intake.identify(
            uow,
            seat.register.keyring,
            seat.register.config.rights,
            seat.actor,
            case.number,
            customer_id=customer_numbered(uow.connection, self.form.value("customer")),
            how=self.form.value("words"),
            version=case.version,
        )
        return self.tr(N_("The identity is confirmed."))
