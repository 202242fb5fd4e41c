"""Ending a customer relationship (P11), and beginning an ended one anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers import orders, service
from core.customers.invoices import OPEN_STATES, invoices_of
from core.customers.orders import OrderState
from core.customers.types import SourceKind, Status
from core.messages import N_
from tui.screens.customers.standing_form import StandingForm
from tui.screens.words import day
from tui.widgets.form import Form, Note

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tui.app import RegisterApp

_UNDER_WAY: Final = frozenset({OrderState.DRAFT, OrderState.PLACED, OrderState.SENDING, OrderState.IN_DOUBT})


class EndingForm(StandingForm):
    """The day it ended, and where that came from; what is still open is told."""

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk, customer)
        self.ended = customer.status is Status.ENDED
        fields = self.source_fields(7)
        if not self.ended:
            fields = [self.day_field(5, self.tr(N_("Ended on"))), *fields]
        self._first = {"day": self.today_shown(), "source": SourceKind.SELF}
        self.form = Form(fields, self._first, notes=[self.whose(), *self._told()])

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Beginning anew")) if self.ended else self.tr(N_("Ending the relationship"))

    def _told(self) -> list[Note]:
        if self.customer.ended_on is not None:
            ended = self.tr(
                N_("The relationship ended {day}. F10 begins it anew."), day=day(self.customer.ended_on)
            )
            return [Note(2, ended)]
        with self.desk.seat.reading() as connection:
            found = orders.orders_of(connection, self.customer.id)
            under_way = sum(order.state in _UNDER_WAY for order in found)
            unpaid = sum(it.state in OPEN_STATES for it in invoices_of(connection, self.customer.id))
        kept = N_("How long the data is kept counts from this day; nothing is erased unseen.")
        still = N_("Orders not sent: {orders}. Invoices not paid: {invoices}.")
        return [Note(2, self.tr(kept)), Note(3, self.tr(still, orders=under_way, invoices=unpaid))]

    @property
    def unsaved(self) -> bool:
        """Something is not as the form opened."""
        values = self.form.values()
        return any(text != self._first.get(name, "") for name, text in values.items())

    async def do_save(self) -> None:
        """F10."""
        seat, customer = self.desk.seat, self.customer
        if self.ended:
            with seat.writing() as uow:
                service.resume_relationship(
                    uow, seat.actor, customer.id, source=self.source(), version=customer.version
                )
            await self.done(self.tr(N_("The relationship has begun anew.")))
            return
        ended_on = self.day_given()
        with seat.writing() as uow:
            service.end_relationship(
                uow,
                seat.actor,
                customer.id,
                ended_on=ended_on,
                source=self.source(),
                version=customer.version,
            )
        await self.done(self.tr(N_("The relationship ended {day}."), day=day(ended_on)))
