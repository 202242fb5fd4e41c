"""A credit enquiry: the code is asked here, used once and stored nowhere; the applicant has been told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import credit
from core.customers.types import Kind
from core.messages import N_
from tui.screens.form_screen import FormScreen
from tui.widgets.form import Field, Form, Note
from tui.widgets.paint import BOLD

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tui.app import RegisterApp

_COLUMN = 30


class CreditEnquiry(FormScreen):
    """Asks the bureau about one customer, for an order on credit."""

    area = "credit"

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk)
        self.customer = customer
        self.form = Form(
            self._fields(),
            {"term": str(desk.seat.register.config.orders.payment_term_days)},
            notes=self._notes(),
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Credit check"))

    def _fields(self) -> list[Field]:
        term = Field("term", self.tr(N_("Payment term, days")), 10, _COLUMN, 5, max_length=3)
        told = Field("told", self.tr(N_("The applicant has been told")), 6, _COLUMN, kind="tick")
        how = Field(
            "informed", self.tr(N_("How and when")), 8, _COLUMN, 46, max_length=300,
            help=self.tr(N_("For example: on the telephone 23.11.2026, asked from Asiakastieto.")),
        )  # fmt: skip
        if self.customer.values.kind is Kind.ORGANISATION:
            return [told, how, term]
        code = Field(
            "identity_code", self.tr(N_("Personal identity code")), 4, _COLUMN, 14, kind="secret", max_length=11,
            help=self.tr(N_("Used for this one enquiry. It is not stored, and not shown while it is typed.")),
        )  # fmt: skip
        return [code, told, how, term]

    def _notes(self) -> list[Note]:
        return [
            Note(0, f"{self.customer.number}  {self.customer.display_name}", style=BOLD),
            Note(1, self.tr(N_("The applicant must be told that credit data is asked, and from whom."))),
            Note(2, self.tr(N_("The bureau only answers: you decide, and record why."))),
        ]

    async def do_save(self) -> None:
        """F10: ask, then show the answer and take the decision."""
        from tui.screens.credit.decision import CreditDecisionScreen

        if not self.form.ticked("told") or not self.form.value("informed"):
            self.form.focus_field("informed" if self.form.ticked("told") else "told")
            self.say(self.tr(N_("Tick that the applicant has been told, and write how and when.")), "error")
            return
        seat, term = self.desk.seat, self.form.value("term")
        person = self.customer.values.kind is Kind.PERSON
        code = self.form.secret("identity_code") if person else None
        if person:
            # It leaves the screen with the enquiry, whatever comes of it.
            self.form.put("identity_code", "")
            self.form.focus_field("identity_code")
        check = await self.desk.hold(
            self.tr(N_("Asking…")),
            lambda: credit.check(
                seat.register,
                seat.actor,
                self.customer.id,
                identity_code=code,
                payment_term_days=int(term) if term.isdigit() else 0,
                informed=self.form.value("informed"),
            ),
        )
        await self.desk.back("asked")
        await self.desk.open(CreditDecisionScreen(self.desk, self.customer, check))
