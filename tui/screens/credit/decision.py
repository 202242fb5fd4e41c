"""The answer of a credit bureau, and the decision that a person makes and answers for (P16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import credit
from core.customers.credit import DECISION_NAMES, CreditDecision
from core.disclosure.types import STATE_NAMES, ItemState, TransferState
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.words import named
from tui.widgets.details import Details, ReadRow, blank, heading, labelled, paragraph
from tui.widgets.form import Field, Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from core.customers.credit import CreditCheck
    from core.customers.types import Customer
    from tui.app import RegisterApp

_FORM_ROWS = 5
_COLUMN = 24
TASK = "credit_check"


class CreditDecisionScreen(BaseScreen):
    """Nothing is proposed: the choice is empty until the person makes it."""

    area = "decision"

    def __init__(self, desk: RegisterApp, customer: Customer, check: CreditCheck) -> None:
        super().__init__(desk)
        self.customer = customer
        self.check = check
        self.details = Details()
        choices = tuple((str(code), tr(name, desk.language)) for code, name in DECISION_NAMES.items())
        self.form = Form(
            [
                Field(
                    "decision", self.tr(N_("Your decision")), 1, _COLUMN, kind="choice", choices=choices,
                    help=self.tr(N_("Space goes through the choices.")),
                ),
                Field("reasons", self.tr(N_("Reasons")), 3, _COLUMN, 52, max_length=1000),
            ]
        )  # fmt: skip
        self.form.styles.height = _FORM_ROWS

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Credit decision"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    @property
    def unsaved(self) -> bool:
        """A decision is being made."""
        return any(self.form.values().values())

    def body(self) -> Iterable[Widget]:
        """The answer above, the decision below."""
        yield self.details
        yield self.form

    async def prepare(self) -> None:
        """Open the answer; the look is recorded."""
        seat = self.desk.seat
        with seat.writing() as uow:
            opened = credit.opened(uow, seat.register.keyring, seat.actor, self.check.id, task=TASK)
        self.details.show(self._rows(opened.answer))

    def take_key(self, key: str, character: str | None) -> None:
        """Page keys scroll the answer; the rest is typed."""
        if key in {"pageup", "pagedown"}:
            self.details.take_key(key, character)
        else:
            super().take_key(key, character)

    def _rows(self, answer: Mapping[str, object] | None) -> list[ReadRow]:
        state = named(STATE_NAMES, TransferState(self.check.state), self.desk.language)
        rows: list[ReadRow] = [
            blank(),
            labelled(self.tr(N_("Customer")), f"{self.customer.number}  {self.customer.display_name}"),
            labelled(
                self.tr(N_("Enquiry")),
                self.tr(N_("{state}, transfer {number}"), state=state, number=self.check.transfer),
            ),
            blank(),
            heading(self.tr(N_("The bureau's answer"))),
        ]
        if answer is None:
            words = N_(
                "There is no answer. An enquiry in doubt is settled under Transfers in doubt; it is not repeated."
            )
            return [*rows, *paragraph(self.tr(words))]
        return [*rows, *answer_rows(answer)]

    async def do_save(self) -> None:
        """F10: record the decision, under the person's own name."""
        if self.check.state != ItemState.DELIVERED:
            self.say(self.tr(N_("There is nothing to decide on: the bureau has not answered.")), "error")
            return
        values = self.form.values()
        missing = next((name for name in ("decision", "reasons") if not values[name]), None)
        if missing is not None:
            self.form.focus_field(missing)
            self.say(
                self.tr(N_("Choose your decision and write your reasons: you answer for both.")), "error"
            )
            return
        seat = self.desk.seat
        with seat.writing() as uow:
            credit.record_decision(
                uow,
                seat.register.keyring,
                seat.actor,
                self.check.id,
                decision=CreditDecision(values["decision"]),
                reasons=values["reasons"],
            )
        await self.desk.back("decided")
        self.desk.current.say(self.tr(N_("Your decision is recorded.")), "done")


def answer_rows(answer: Mapping[str, object], indent: int = 0) -> list[ReadRow]:
    """An answer as rows: names as the bureau gives them, lists numbered, parts indented."""
    rows: list[ReadRow] = []
    for name, value in answer.items():
        label = " " * indent + name
        if isinstance(value, dict):
            rows += [labelled(label, ""), *answer_rows(value, indent + 2)]
        elif isinstance(value, list):
            for place, part in enumerate(value, 1):
                inner = part if isinstance(part, dict) else {"": part}
                rows += [labelled(f"{label} {place}", ""), *answer_rows(inner, indent + 2)]
        else:
            rows.append(labelled(label, "" if value is None else str(value), at=_COLUMN + 8))
    return rows
