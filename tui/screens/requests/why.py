"""*Why can't this go, and when can it?*, record by record; a person places a hold, or releases it (P10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.messages import N_
from core.retention import service
from core.retention.types import HOLD_NAMES, MANUAL, HoldKind
from core.retention.why import why
from core.staff.access_log import Access
from tui.screens.read_screen import ReadScreen
from tui.screens.requests import days
from tui.screens.requests.steps import COLUMN, WIDE, WordsForm
from tui.screens.requests.words import why_rows
from tui.screens.words import day, parse_day
from tui.widgets.form import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.retention.service import ManualHold
    from tui.app import RegisterApp

TASK: Final = "retention"
_LOOKED_AT_AGAIN: Final = timedelta(days=90)


class WhyScreen(ReadScreen):
    """*Why can't this go, and when can it?*, record by record."""

    area = "why"

    def __init__(self, desk: RegisterApp, customer_id: int) -> None:
        super().__init__(desk)
        self.customer_id = customer_id

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Why, and when"))

    async def prepare(self) -> None:
        """Ask; a look at the person."""
        seat = self.desk.seat
        with seat.reading() as connection:
            answer = why(connection, seat.register.config.retention, self.customer_id, days.today(seat))
        seat.record_access(Access.OPEN, self.customer_id, TASK)
        self.details.show(why_rows(answer, self.desk.language))

    async def returned(self, result: object) -> None:
        """Back: as it is now."""
        if result is not None:
            await self.prepare()

    async def do_new(self) -> None:
        """F6: the data is needed."""
        await self.desk.open(HoldForm(self.desk, self.customer_id))

    async def do_more(self) -> None:
        """F9: it is needed no more."""
        seat = self.desk.seat
        with seat.reading() as connection:
            found = service.manual_holds_of(connection, seat.register.keyring, self.customer_id)
        in_force = [hold for hold in found if hold.released_at is None]
        if in_force:
            await self.desk.open(ReleaseForm(self.desk, in_force))
        else:
            self.say(self.tr(N_("No person has placed a hold.")))

    async def do_enter(self) -> None:
        """Enter: back."""
        await self.desk.back()


class HoldForm(WordsForm):
    """A dispute, a claim, an authority's order: with reasons, an owner and a day on which it is looked at again."""

    def __init__(self, desk: RegisterApp, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__(desk)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Hold"))

    def fields(self) -> Sequence[Field]:
        """What it is, by which law, and its days."""
        kinds = tuple((str(kind), self.tr(HOLD_NAMES[kind])) for kind in HoldKind if kind in MANUAL)
        choose = self.tr(N_("Space goes through the choices."))
        return (
            Field(
                "kind", self.tr(N_("What prevents it")), 4, COLUMN, kind="choice", choices=kinds, help=choose
            ),
            Field("law", self.tr(N_("By which law")), 5, COLUMN, WIDE),
            Field("review", self.tr(N_("Looked at again on")), 6, COLUMN, 12, max_length=10),
            Field("until", self.tr(N_("Ends by itself on")), 7, COLUMN, 12, max_length=10),
        )

    def filled_in(self) -> dict[str, str]:
        """A dispute, looked at again in three months."""
        again = days.today(self.desk.seat) + _LOOKED_AT_AGAIN
        return {"kind": str(HoldKind.DISPUTE), "review": day(again)}

    def told(self) -> Sequence[str]:
        """What it does."""
        return (self.tr(N_("Nothing of the person goes while the hold is in force. You own it.")),)

    def words_label(self) -> str:
        """The reasons."""
        return self.tr(N_("Reasons"))

    async def do_save(self) -> None:
        """F10: place it."""
        seat, values = self.desk.seat, self.form.values()
        review = parse_day(values["review"], "review")
        until = parse_day(values["until"], "until") if values["until"] else None
        with seat.writing() as uow:
            number = service.place(
                uow,
                seat.register.keyring,
                seat.actor,
                self.customer_id,
                HoldKind(values["kind"]),
                reason=values["words"],
                law=values["law"],
                review_on=review,
                until=until,
            )
        await self.desk.back("held")
        self.desk.current.say(self.tr(N_("Hold {number} is in force."), number=number), "done")


class ReleaseForm(WordsForm):
    """A hold is needed no more, and why."""

    def __init__(self, desk: RegisterApp, holds: Sequence[ManualHold]) -> None:
        self.holds = holds
        super().__init__(desk)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Releasing"))

    def fields(self) -> Sequence[Field]:
        """Which one."""
        choices = tuple(
            (str(it.id), f"{it.id} {self.tr(HOLD_NAMES[it.kind])}, {day(it.since)}") for it in self.holds
        )
        return (Field("hold", self.tr(N_("Hold")), 4, COLUMN, kind="choice", choices=choices),)

    def filled_in(self) -> dict[str, str]:
        """The oldest."""
        return {"hold": str(self.holds[0].id)}

    def told(self) -> Sequence[str]:
        """What follows."""
        return (self.tr(N_("An erasure that waited for this alone is then done by itself.")),)

    def words_label(self) -> str:
        """Why."""
        return self.tr(N_("Reasons"))

    async def do_save(self) -> None:
        """F10: release it."""
        seat, values = self.desk.seat, self.form.values()
        with seat.writing() as uow:
            keyring = seat.register.keyring
            service.release(uow, keyring, seat.actor, int(values["hold"]), reason=values["words"])
        await self.desk.back("released")
        self.desk.current.say(self.tr(N_("Hold {number} is released."), number=values["hold"]), "done")
