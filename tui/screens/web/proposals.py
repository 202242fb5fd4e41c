"""Registrations from the site that wait, worked by single keys: above what waits, below what is known beside what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers import web_deciding, web_seen
from core.messages import N_
from tui.screens.decided import DecidedByDigits
from tui.screens.updates.pick import Choice, PickScreen
from tui.screens.web.words import registration_columns, registration_rows
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.customers.web_seen import SeenRegistration
    from core.customers.web_types import WebRegistration
    from core.database import UnitOfWork
    from tui.app import RegisterApp

_AT_MOST: Final = 500
# Why nothing of a registration is taken; the words stand with it afterwards.
REASONS: Final = (
    N_("not the same person"),
    N_("cannot be known who wrote it"),
    N_("nothing in it is to be kept"),
    N_("misuse of the form"),
)


class WebProposals(DecidedByDigits["WebRegistration"]):
    """A digit decides on the registration under the cursor before the next key."""

    area = "web"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.table: RecordTable[WebRegistration] = RecordTable(
            registration_columns(desk.language),
            empty=self.tr(N_("No registration waits for a person.")),
            moved=self._look,
        )
        self.shown: SeenRegistration | None = None
        self._place = 0

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Registrations from the site"))

    # --- reading

    async def prepare(self) -> None:
        """Read what waits."""
        seat = self.desk.seat
        with seat.writing() as uow:
            found = web_seen.open_list(uow, seat.register.keyring, seat.actor, limit=_AT_MOST)
        self.table.show_rows(found, keep_place=True)
        self._look()

    def _look(self) -> None:
        """See the registration under the cursor; the look at whoever may be meant is recorded."""
        line, seat = self.table.chosen(), self.desk.seat
        self.shown, self._place = None, 0
        if line is not None:
            with seat.writing() as uow:
                self.shown = web_seen.open_one(uow, seat.register.keyring, seat.actor, line.id)
        self._show()

    def _show(self) -> None:
        seen = self.shown
        rows = [] if seen is None else list(registration_rows(seen, self._place, self.desk.language))
        self.details.show(rows)

    # --- deciding

    async def _decide(self, decide: Callable[[UnitOfWork, int], object], words: str) -> None:
        """Decide on the registration that is seen, and go to the next."""
        if self.shown is None:
            self.say(self.tr(N_("No registration waits for a person.")))
            return
        number = self.shown.registration.id
        with self.desk.seat.writing() as uow:
            decide(uow, number)
        await self.prepare()
        self.say(self.tr(words, number=number, count=len(self.table.all_rows())), "done")

    async def do_choose_1(self) -> None:
        """1: accept, about the candidate marked."""
        if self.shown is not None and not self.shown.candidates:
            self.say(self.tr(N_("Nobody in the register is meant: 5 makes a new customer.")), "warning")
            return
        seat, place = self.desk.seat, self._place
        meant = None if self.shown is None else self.shown.candidates[place].id
        await self._decide(
            lambda uow, number: web_deciding.accept(
                uow, seat.register.keyring, seat.actor, number, customer_id=meant
            ),
            N_("Registration {number} accepted. Still waiting: {count}."),
        )

    async def do_choose_2(self) -> None:
        """2: reject, with a reason."""
        if self.shown is not None:
            reasons = [Choice(reason, self.tr(reason)) for reason in REASONS]
            await self.desk.open(PickScreen(self.desk, self.tr(N_("Why not")), reasons, REASONS[0]))

    async def do_choose_3(self) -> None:
        """3: the next candidate is meant."""
        if self.shown is None or not self.shown.candidates[1:]:
            self.say(self.tr(N_("There is no other candidate.")))
            return
        self._place = (self._place + 1) % len(self.shown.candidates)
        self._show()

    async def do_choose_5(self) -> None:
        """5: somebody new."""
        seat = self.desk.seat
        await self._decide(
            lambda uow, number: web_deciding.accept(uow, seat.register.keyring, seat.actor, number, new=True),
            N_("Registration {number} is a new customer. Still waiting: {count}."),
        )

    async def returned(self, result: object) -> None:
        """Back with a reason: reject."""
        if isinstance(result, Choice):
            seat = self.desk.seat
            await self._decide(
                lambda uow, number: web_deciding.reject(
                    uow, seat.register.keyring, seat.actor, number, reason=self.tr(result.code)
                ),
                N_("Registration {number} rejected and forgotten. Still waiting: {count}."),
            )

    # --- moving

    async def do_refresh(self) -> None:
        """F5."""
        await self.prepare()

    async def do_enter(self) -> None:
        """Enter: say what the digits do."""
        self.say(
            self.tr(
                N_("1 accepts, 2 rejects, 3 takes the other candidate, 4 leaves it waiting, 5 adds anew.")
            )
        )
