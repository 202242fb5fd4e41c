"""The bank account: shown masked, whole on a key, which is a look that is recorded; set, or taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.history import provenance
from core.customers.sealed import iban_of, reveal, set_iban
from core.customers.types import SourceKind
from core.messages import N_
from tui.screens.customers.fields import iban_field
from tui.screens.customers.standing_form import COLUMN, StandingForm
from tui.widgets.form import Field, Form, Note
from tui.widgets.paint import BOLD, LABEL

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tui.app import RegisterApp

_SHOWN_ROW = 2


class BankAccountForm(StandingForm):
    """F7 shows it whole, and hides it again."""

    area = "bank_account"

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk, customer)
        seat = desk.seat
        with seat.reading() as connection:
            self.masked = iban_of(connection, seat.register.keyring, customer.id)
            self.known = provenance(connection, customer.id).get("iban")
        self.revealed = False
        self.form = Form(
            [
                iban_field(desk.language, 6),
                Field("take_away", self.tr(N_("Take it away")), 7, COLUMN, kind="tick"),
                *self.source_fields(9),
            ],
            {"source": SourceKind.SELF},
        )
        self._show(self.masked)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Bank account"))

    def _show(self, value: str | None) -> None:
        told = N_("F7 shows it whole: a look, recorded with your name and your task.")
        self.form.notes = (
            self.whose(),
            Note(_SHOWN_ROW, self.tr(N_("Bank account")), style=LABEL),
            Note(_SHOWN_ROW, value or self.tr(N_("none is known")), COLUMN, BOLD),
            Note(_SHOWN_ROW + 1, self.tr(told)),
            Note(5, self.tr(N_("A new one, or taking it away:"))),
        )
        self.form.refresh()

    def offers(self, verb: str) -> bool:
        """There is something to show."""
        return super().offers(verb) and (verb != "check" or self.masked is not None)

    async def do_check(self) -> None:
        """F7: whole, once the look is in the access log; again: masked."""
        if self.revealed:
            self._show(self.masked)
        else:
            seat = self.desk.seat
            with seat.writing() as uow:
                whole = reveal(
                    uow, seat.register.keyring, seat.actor, self.customer.id, "iban", task=seat.task
                )
            self._show(whole)
            self.say(self.tr(N_("Shown whole; the look is recorded.")), "done")
        self.revealed = not self.revealed

    @property
    def unsaved(self) -> bool:
        """Something has been typed or ticked."""
        values = self.form.values()
        return bool(values["iban"] or values["take_away"] or values["source_detail"])

    async def do_save(self) -> None:
        """F10."""
        typed, away = self.form.value("iban"), self.form.ticked("take_away")
        if bool(typed) == away:
            self.form.focus_field("iban")
            self.say(self.tr(N_("Type a bank account, or tick that it is taken away; not both.")), "error")
            return
        seat = self.desk.seat
        with seat.writing() as uow:
            set_iban(
                uow, seat.register.keyring, seat.actor, self.customer.id, None if away else typed,
                source=self.source(),
            )  # fmt: skip
        gone, kept = N_("The bank account was taken away."), N_("The bank account is saved.")
        await self.done(self.tr(gone if away else kept))
