"""The form of an export: what can be chosen follows from what is registered, so that a refusal is rare."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from core.customers.types import Kind, Status
from core.disclosure.categories import CATEGORY_NAMES, categories_of, fields_of
from core.disclosure.policy import check_recipient
from core.disclosure.purposes import PURPOSES, RECIPIENTS_TOLD
from core.disclosure.recipients import recipients
from core.documents import FILES
from core.documents.forms import form_names, form_of
from core.documents.selection import Criteria, Order
from core.documents.words import form_name
from core.errors import RegisterError
from core.messages import N_, tr
from core.staff.policy import today
from tui.screens.words import parse_day, parse_number
from tui.widgets.form import TICKED, Field, Form, Note
from tui.widgets.paint import BOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.disclosure.recipients import Recipient
    from tui.session.seat import Seat

_AT: Final = 26
_WIDE: Final = 50
_RIGHT_LABEL: Final = 46
_RIGHT: Final = 60
_TICKS_AT: Final = (2, 28, 54)
_TICKS_ROW: Final = 12
_TICK_BOX: Final = 20
_CATEGORY: Final = "category."
# Orders and identity codes do not leave as files.
_CHOOSABLE: Final = tuple(code for code in CATEGORY_NAMES if code not in ("orders", "identity_code"))
KIND_NAMES: Final = {Kind.PERSON: N_("persons"), Kind.ORGANISATION: N_("organisations")}
STATUS_NAMES: Final = {Status.ACTIVE: N_("customers"), Status.ENDED: N_("former customers")}


class ExportForm(Form):
    """What, for which purpose, to whom; which customers; which of the data that the agreement permits."""

    def __init__(self, seat: Seat) -> None:
        self._language = seat.language
        self._config = seat.register.config
        self._day = today(seat.register.clock.now())
        with seat.reading() as connection:
            self._recipients = [it for it in recipients(connection) if it.adapter == FILES]
        first = form_names(self._config)[0]
        fields = [*self._choices(), *self._criteria(), *map(self._tick_of, _CHOOSABLE), self._reason()]
        super().__init__(fields, {"form": first}, notes=self._words(), changed=self._follow)
        self._follow("form")

    def order(self) -> Order:
        """What is asked for.

        Raises:
            NotADay, NotANumber: a field cannot be read.
            NoSuchForm, TemplateUnreadable: the form cannot be made.
        """
        values = self.values()
        offered = {name.removeprefix(_CATEGORY) for name in values if name.startswith(_CATEGORY)}
        ticked = {code for code in offered if self.ticked(f"{_CATEGORY}{code}")}
        since, limit = values["ordered_since"], values["limit"]
        criteria = Criteria(
            numbers=tuple(values["numbers"].replace(",", " ").split()),
            postcode=values["postcode"] or None,
            kind=Kind(values["kind"]) if values["kind"] else None,
            status=Status(values["status"]) if values["status"] else None,
            ordered_since=parse_day(since, "ordered_since") if since else None,
            limit=int(parse_number(limit, "limit")) if limit else None,
            everyone=self.ticked("everyone"),
        )
        needed = categories_of(form_of(self._config, values["form"]).requires)
        return Order(
            values["form"],
            values["purpose"],
            criteria,
            recipient=values["recipient"],
            categories=None if ticked == offered else frozenset(ticked) | needed,
            reason=values["reason"] or None,
        )

    # --- what stands where

    def _tr(self, msgid: str) -> str:
        return tr(msgid, self._language)

    def _choices(self) -> list[Field]:
        forms = tuple((name, form_name(name, self._language)) for name in form_names(self._config))
        return [
            Field("form", self._tr(N_("What")), 1, _AT, _WIDE, kind="choice", choices=forms),
            Field("purpose", self._tr(N_("Purpose")), 2, _AT, _WIDE, kind="choice"),
            Field("recipient", self._tr(N_("Recipient")), 3, _AT, _WIDE, kind="choice"),
        ]

    def _criteria(self) -> list[Field]:
        kinds = (("", self._tr(N_("all"))), *((str(it), self._tr(name)) for it, name in KIND_NAMES.items()))
        states = (
            ("", self._tr(N_("all"))),
            *((str(it), self._tr(name)) for it, name in STATUS_NAMES.items()),
        )
        right = _RIGHT_LABEL
        return [
            Field("numbers", self._tr(N_("Customer numbers")), 6, _AT, _WIDE, max_length=2000),
            Field("postcode", self._tr(N_("Postcode begins with")), 7, _AT, 6, max_length=5),
            Field("kind", self._tr(N_("Who")), 7, _RIGHT, 16, right, kind="choice", choices=kinds),
            Field("ordered_since", self._tr(N_("Ordered since")), 8, _AT, 11, max_length=10),
            Field("status", self._tr(N_("Status")), 8, _RIGHT, 16, right, kind="choice", choices=states),
            Field("limit", self._tr(N_("At most, customers")), 9, _AT, 8, max_length=7),
            Field("everyone", self._tr(N_("Everyone")), 9, _RIGHT, 3, right, kind="tick"),
        ]

    def _tick_of(self, code: str) -> Field:
        return Field(f"{_CATEGORY}{code}", self._tr(CATEGORY_NAMES[code]), _TICKS_ROW, kind="tick")

    def _reason(self) -> Field:
        return Field("reason", self._tr(N_("Reason")), 16, _AT, _WIDE, max_length=500)

    def _words(self) -> list[Note]:
        return [
            Note(0, self._tr(N_("What leaves, and to whom")), style=BOLD),
            Note(5, self._tr(N_("Which customers: those who fit all that is given")), style=BOLD),
            Note(11, self._tr(N_("Which data, of that which the agreement allows")), style=BOLD),
            Note(17, self._tr(N_("A reason is needed for those whose processing is restricted."))),
        ]

    # --- what can be chosen

    def _follow(self, name: str) -> None:
        """A choice narrows what stands below it."""
        if name == "form":
            self._offer("purpose", [(code, self._tr(PURPOSES[code].name)) for code in self._purposes()])
        elif name == "purpose":
            getters = self._getters(self.value("purpose"))
            self._offer("recipient", [(one.code, one.name) for one in getters])
        elif name == "recipient":
            self._offer_categories()

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields = tuple(
            replace(item, choices=tuple(choices)) if item.name == name else item for item in self.fields
        )
        codes, kept = [code for code, _ in choices], self.value(name)
        self.put(name, kept if kept in codes else next(iter(codes), ""))

    def _purposes(self) -> list[str]:
        """The purposes of the form for which somebody gets files."""
        served = frozenset(PURPOSES) - {RECIPIENTS_TOLD}
        # Of a letter whose template cannot be read, all: the preview says what is wrong with it.
        with suppress(RegisterError):
            served = form_of(self._config, self.value("form")).purposes
        return [code for code in PURPOSES if code in served and self._getters(code)]

    def _getters(self, purpose: str) -> list[Recipient]:
        """Who may be sent files for *purpose* today."""
        found = []
        for recipient in self._recipients if purpose in PURPOSES else ():
            with suppress(RegisterError):
                check_recipient(recipient, PURPOSES[purpose], self._day)
                found.append(recipient)
        return found

    def _offer_categories(self) -> None:
        """A tick for each category that may leave but need not; all are set."""
        ticks = []
        for place, code in enumerate(self._narrowable()):
            row, column = divmod(place, len(_TICKS_AT))
            at = _TICKS_AT[column]
            tick = replace(self._tick_of(code), row=_TICKS_ROW + row, column=at + _TICK_BOX, label_column=at)
            ticks.append(tick)
        rest = [item for item in self.fields if not item.name.startswith(_CATEGORY)]
        self.fields = (*rest[:-1], *ticks, rest[-1])
        for tick in ticks:
            self.put(tick.name, TICKED)
        self.refresh()

    def _narrowable(self) -> list[str]:
        purpose = PURPOSES.get(self.value("purpose"))
        agreed = [it for it in self._recipients if it.code == self.value("recipient")]
        if purpose is None or not agreed:
            return []
        usable = fields_of(purpose.categories) & fields_of(agreed[0].categories)
        with suppress(RegisterError):
            form = form_of(self._config, self.value("form"))
            usable = (usable & form.may_use) - fields_of(categories_of(form.requires))
        present = categories_of(usable)
        return [code for code in _CHOOSABLE if code in present]
