"""A rectification decided value by value: what the register says beside what is asked for; what is ticked is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers.reading import get
from core.customers.words import FIELD_NAMES
from core.messages import N_
from core.rights.rectification import service
from core.rights.rectification.reading import proposals
from tui.screens.requests.steps import COLUMN, StepForm
from tui.widgets.form import TICKED, Field, Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.database import UnitOfWork
    from core.rights.rectification.types import Proposal
    from core.rights.types import Case, Request
    from tui.app import RegisterApp

RECTIFIABLE: Final = ("first_name", "last_name", "street", "postcode", "town", "phone", "email")
_TICK: Final = "granted_"
_TICK_AT: Final = 74
_FIRST_ROW: Final = 3


class RectifyForm(StepForm):
    """What is asked for can be put right before it is decided; whoever holds an old value is told by notices."""

    gap = 2

    def __init__(self, desk: RegisterApp, case: Case, said: Request | None) -> None:
        seat = desk.seat
        with seat.reading() as connection:
            found = proposals(connection, seat.register.keyring, case.number)
            values = get(connection, case.customer_id or 0).values
        self.proposed: dict[str, Proposal] = {one.field: one for one in found}
        asked = {one.field: one.new for one in found} or dict(said.values if said else {})
        # Asked in words alone: the handler says which values are meant.
        self.asked = asked or dict.fromkeys(RECTIFIABLE)
        self.present = {name: getattr(values, name, None) for name in self.asked}
        self.in_words_alone = not asked
        super().__init__(desk, case)
        self.form.notes = (*self.form.notes, *self._present_notes())

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Decision"))

    def _row(self, place: int) -> int:
        return _FIRST_ROW + 2 * place

    def fields(self) -> Sequence[Field]:
        """Each value that is asked for, and whether it is granted."""
        tick = self.tr(N_("Ticked: changed in the register. Not ticked: refused, with reasons."))
        found = []
        for place, name in enumerate(self.asked):
            row = self._row(place)
            found.append(Field(name, self.tr(FIELD_NAMES[name]), row, COLUMN, 46))
            found.append(Field(f"{_TICK}{name}", "", row, _TICK_AT, kind="tick", help=tick))
        return found

    def _present_notes(self) -> list[Note]:
        return [
            Note(self._row(place) + 1, self.tr(N_("now: {value}"), value=self.present[name] or "–"), COLUMN)
            for place, name in enumerate(self.asked)
        ]

    def filled_in(self) -> dict[str, str]:
        """What is asked for, granted unless the handler takes the tick away."""
        values = {name: value or "" for name, value in self.asked.items()}
        if self.in_words_alone:
            return values
        return values | {f"{_TICK}{name}": TICKED for name in self.asked}

    def told(self) -> Sequence[str]:
        """What a tick means."""
        return (
            self.tr(
                N_("Tick what is granted: it is changed at once, and whoever holds the old value is told.")
            ),
        )

    def words_label(self) -> str:
        """The reasons."""
        return self.tr(N_("Reasons"))

    def record(self, uow: UnitOfWork) -> str:
        """Propose what is new here, decide, change, and make the notices: all or nothing."""
        seat, case, values = self.desk.seat, self.case, self.form.values()
        wanted = {
            name: values[name] or None
            for name in self.asked
            if not self.in_words_alone or values[name] or values[f"{_TICK}{name}"]
        }
        new = {
            name: value
            for name, value in wanted.items()
            if name not in self.proposed or self.proposed[name].new != value
        }
        if new or not wanted:
            service.propose(uow, seat.register.keyring, seat.actor, case.number, new)
        granted = [name for name in wanted if values[f"{_TICK}{name}"] == TICKED]
        done = service.decide(
            uow,
            seat.register,
            seat.actor,
            case.number,
            granted,
            reasons=values["words"],
            version=case.version,
        )
        changed = ", ".join(self.tr(FIELD_NAMES[name]) for name in done.changed) or "–"
        words = N_("Changed: {fields}. Notices to be sent or printed: {count} (F8).")
        return self.tr(words, fields=changed, count=len(done.notices))
