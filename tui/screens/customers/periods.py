"""Bans and restrictions: one tick each, set or cleared together, with one day and one origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import bans, restrictions
from core.customers.bans import BanKind
from core.customers.restrictions import Ground
from core.customers.words import BAN_NAMES, RESTRICTION_NAMES
from core.messages import N_
from tui.screens.customers.standing_form import COLUMN, StandingForm
from tui.screens.words import day, named
from tui.widgets.form import TICKED, Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from core.customers.types import Customer
    from core.database import UnitOfWork
    from tui.app import RegisterApp

_FIRST_ROW = 4
_BOX = 46
_SINCE = 51


class PeriodsForm(StandingForm):
    """What is ticked is in force, what is cleared is lifted; subclasses say of what."""

    names: Mapping[str, str]
    codes: tuple[str, ...]
    words: tuple[str, str]
    detail_label: str
    detail_help: str
    begun: str
    lifted: str

    def __init__(self, desk: RegisterApp, customer: Customer) -> None:
        super().__init__(desk, customer)
        with desk.seat.reading() as connection:
            self.before = dict(self.in_force(connection))
        self.form = self._form()

    def in_force(self, connection: Connection) -> Iterable[tuple[str, tuple[date, str]]]:
        """Code to since when and from where, of what holds now."""
        raise NotImplementedError

    def begin(self, uow: UnitOfWork, code: str, since: date, detail: str) -> None:
        """Put *code* in force."""
        raise NotImplementedError

    def lift(self, uow: UnitOfWork, code: str, on: date, detail: str) -> str:
        """Lift *code*, or do what has to be done before; what is then said of it."""
        raise NotImplementedError

    def _called(self, code: str) -> str:
        return named(self.names, code, self.desk.language)

    def _form(self) -> Form:
        last = _FIRST_ROW + len(self.codes)
        ticks = [
            Field(code, self._called(code), _FIRST_ROW + place, _BOX, kind="tick")
            for place, code in enumerate(self.codes)
        ]
        since = [
            Note(
                _FIRST_ROW + self.codes.index(code),
                ", ".join(part for part in (day(when), origin) if part),
                _SINCE,
            )
            for code, (when, origin) in self.before.items()
        ]
        detail = Field(
            "detail", self.tr(self.detail_label), last + 3, COLUMN, 52, max_length=200,
            help=self.tr(self.detail_help),
        )  # fmt: skip
        told = [Note(1 + row, self.tr(words)) for row, words in enumerate(self.words)]
        return Form(
            [*ticks, self.day_field(last + 1, self.tr(N_("From which day"))), detail],
            {**dict.fromkeys(self.before, TICKED), "day": self.today_shown()},
            notes=[self.whose(), *told, *since],
        )

    def _changed(self) -> list[str]:
        return [code for code in self.codes if self.form.ticked(code) != (code in self.before)]

    @property
    def unsaved(self) -> bool:
        """A tick is not as it was, or something has been written."""
        return bool(self._changed() or self.form.value("detail"))

    async def do_save(self) -> None:
        """F10: all in one transaction."""
        changed = self._changed()
        if not changed:
            self.say(self.tr(N_("Nothing was changed: the space bar ticks and clears.")), "warning")
            return
        on, detail = self.day_given(), self.required("detail")
        said: dict[str, list[str]] = {}
        with self.desk.seat.writing() as uow:
            for code in changed:
                if self.form.ticked(code):
                    self.begin(uow, code, on, detail)
                    words = self.begun
                else:
                    words = self.lift(uow, code, on, detail)
                said.setdefault(words, []).append(self._called(code))
        await self.done(" ".join(self.tr(words, names=", ".join(names)) for words, names in said.items()))


class BansForm(PeriodsForm):
    """What the customer has forbidden: publication (P4), the five uses of P18, and updates of the register."""

    names = BAN_NAMES
    codes = tuple(str(kind) for kind in BanKind)
    words = (
        N_("Tick what the customer forbids; clear what the customer allows again."),
        N_("A ban holds at once, for everything that leaves and every selection."),
    )
    detail_label = N_("How it reached us")
    detail_help = N_("For example: letter of 20 November; call 23.11., the customer asked for it.")
    begun = N_("Forbidden: {names}.")
    lifted = N_("Allowed again: {names}.")

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Bans"))

    def in_force(self, connection: Connection) -> Iterable[tuple[str, tuple[date, str]]]:
        """The bans that hold now."""
        for ban in bans.bans_of(connection, self.customer.id):
            if ban.lifted_on is None:
                yield str(ban.kind), (ban.since, ban.origin)

    def begin(self, uow: UnitOfWork, code: str, since: date, detail: str) -> None:
        """Forbid."""
        bans.forbid(uow, self.desk.seat.actor, self.customer.id, BanKind(code), origin=detail, since=since)

    def lift(self, uow: UnitOfWork, code: str, on: date, detail: str) -> str:
        """Allow again."""
        bans.lift(uow, self.desk.seat.actor, self.customer.id, BanKind(code), lifted_on=on, reason=detail)
        return self.lifted


class RestrictionsForm(PeriodsForm):
    """The grounds of Article 18(1) on which processing is restricted (P21)."""

    names = RESTRICTION_NAMES
    codes = tuple(str(ground) for ground in Ground)
    words = (
        N_("While processing is restricted the data is kept, and used for nothing but what"),
        N_("Article 18(2) allows. Clear the tick: first, told (18(3)); again, lifted."),
    )
    detail_label = N_("What, how told, or why")
    detail_help = N_(
        "When restricting: what is contested. Cleared first: how the customer was told (18(3)). Again: why it is lifted."
    )
    told = N_("Told beforehand, written down: {names}. Clear it again to lift it.")
    begun = N_("Processing is restricted: {names}.")
    lifted = N_("No longer restricted: {names}.")

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Restriction"))

    def in_force(self, connection: Connection) -> Iterable[tuple[str, tuple[date, str]]]:
        """The restrictions that hold now."""
        for one in restrictions.restrictions_of(connection, self.customer.id):
            if one.lifted_on is None:
                yield str(one.ground), (one.since, one.detail)

    def begin(self, uow: UnitOfWork, code: str, since: date, detail: str) -> None:
        """Restrict."""
        actor, ground = self.desk.seat.actor, Ground(code)
        restrictions.restrict(uow, actor, self.customer.id, ground=ground, since=since, detail=detail)

    def lift(self, uow: UnitOfWork, code: str, on: date, detail: str) -> str:
        """Write down how the customer was told, or, where that stands already, lift the restriction."""
        actor, ground = self.desk.seat.actor, Ground(code)
        found = restrictions.restrictions_of(uow.connection, self.customer.id)
        if any(one.told_on is None and one.lifted_on is None and one.ground is ground for one in found):
            restrictions.told_of_lifting(uow, actor, self.customer.id, ground, told_on=on, how=detail)
            return self.told
        restrictions.lift(uow, actor, self.customer.id, ground, lifted_on=on, reason=detail)
        return self.lifted
