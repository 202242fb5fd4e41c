"""A protected address (turvakielto), noted and lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import service
from core.customers.types import SourceKind
from core.messages import N_
from tui.screens.customers.standing_form import COLUMN, StandingForm
from tui.widgets.form import TICKED, Field, Form, Note

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tui.app import RegisterApp


class ProtectionForm(StandingForm):
    """One tick, and whose word it is."""

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk, customer)
        words = (
            N_("A protected address is hidden in lists and search, and left off what leaves;"),
            N_("the customer is left out of labels, lists and address updates."),
        )
        self.form = Form(
            [
                Field("protected_address", self.tr(N_("Protected address")), 4, COLUMN, kind="tick"),
                *self.source_fields(6),
            ],
            {"protected_address": TICKED if customer.protected_address else "", "source": SourceKind.SELF},
            notes=[self.whose(), *(Note(1 + row, self.tr(text)) for row, text in enumerate(words))],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Protected address"))

    @property
    def unsaved(self) -> bool:
        """The tick is not as it was, or something has been written."""
        changed = self.form.ticked("protected_address") != self.customer.protected_address
        return changed or bool(self.form.value("source_detail"))

    async def do_save(self) -> None:
        """F10."""
        protected = self.form.ticked("protected_address")
        if protected == self.customer.protected_address:
            self.say(self.tr(N_("Nothing was changed: the space bar ticks and clears.")), "warning")
            return
        self.required("source_detail")
        seat = self.desk.seat
        with seat.writing() as uow:
            service.protect_address(
                uow, seat.actor, self.customer.id, self.source(), protected=protected, version=self.customer.version
            )  # fmt: skip
        on, off = N_("The address is protected from now on."), N_("The address is protected no longer.")
        await self.done(self.tr(on if protected else off))
