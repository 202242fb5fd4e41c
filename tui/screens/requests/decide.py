"""The decision, by a named person who is told what prevents an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from core.retention.holds import holds_of
from core.rights import service
from core.rights.types import DECISION_NAMES, CaseDecision, CaseKind
from tui.screens.requests import days
from tui.screens.requests.steps import COLUMN, StepForm
from tui.widgets.form import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.database import UnitOfWork
    from core.retention.types import Hold
    from core.rights.types import Case
    from tui.app import RegisterApp


class DecideForm(StepForm):
    """Granted, granted in part, refused, or nothing held; the person will read the reasons."""

    def __init__(self, desk: RegisterApp, case: Case) -> None:
        self.holds = _holds(desk, case)
        super().__init__(desk, case)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Decision"))

    def fields(self) -> Sequence[Field]:
        """What is decided."""
        choices = tuple((str(one), self.tr(DECISION_NAMES[one])) for one in CaseDecision)
        choose = self.tr(N_("Space goes through the choices."))
        return (
            Field(
                "decision", self.tr(N_("Decision")), 4, COLUMN, kind="choice", choices=choices, help=choose
            ),
        )

    def filled_in(self) -> dict[str, str]:
        """Granted, unless nobody in the register is meant; what prevents an erasure is told by its letter."""
        nobody = self.case.customer_id is None
        return {"decision": str(CaseDecision.NOTHING_HELD if nobody else CaseDecision.GRANTED)}

    def told(self) -> Sequence[str]:
        """Whose decision it is, and what a refusal needs."""
        rows = [self.tr(N_("You decide, by name. The person reads the reasons; a refusal needs them."))]
        if any(hold.blocks_everything for hold in self.holds):
            rows.append(self.tr(N_("Something prevents it now (3): granted, it is done by itself later.")))
        elif self.holds:
            rows.append(self.tr(N_("Bookkeeping keeps a sealed copy of vouchers; everything else goes.")))
        return rows

    def words_label(self) -> str:
        """The reasons."""
        return self.tr(N_("Reasons"))

    def record(self, uow: UnitOfWork) -> str:
        """Decide."""
        seat, case, values = self.desk.seat, self.case, self.form.values()
        decision = CaseDecision(values["decision"])
        service.decide(
            uow,
            seat.register.keyring,
            seat.actor,
            case.number,
            decision,
            reasons=values["words"],
            version=case.version,
        )
        told = N_("Decided: {decision}. Now answer the person.")
        return self.tr(told, decision=self.tr(DECISION_NAMES[decision]))


def _holds(desk: RegisterApp, case: Case) -> list[Hold]:
    """What prevents an erasure; nothing that matters for another kind of request."""
    if case.kind is not CaseKind.ERASURE or case.customer_id is None:
        return []
    seat = desk.seat
    settings, now = seat.register.config.retention, days.today(seat)
    with seat.reading() as connection:
        return holds_of(connection, settings, case.customer_id, now, besides_case=case.number)
