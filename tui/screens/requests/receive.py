"""A request is recorded on the day it reached the company, by anybody who serves customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.actor import Role
from core.customers.types import CustomerRow
from core.customers.words import BAN_NAMES, FIELD_NAMES, RESTRICTION_NAMES
from core.messages import LANGUAGES, N_
from core.rights import intake
from core.rights.effects import MARKETING_BANS
from core.rights.types import CHANNEL_NAMES, KIND_NAMES, REQUEST_CHANNELS, CaseKind, Channel, Request
from tui.screens.form_screen import FormScreen
from tui.screens.requests import days
from tui.screens.requests.rectify import RECTIFIABLE
from tui.screens.requests.who import WhoAsks, customer_numbered
from tui.screens.words import day, parse_day
from tui.widgets.form import TICKED, Field, Form, Note
from tui.widgets.paint import BOLD

if TYPE_CHECKING:
    from core.rights.types import Case
    from tui.app import RegisterApp

_COLUMN: Final = 24
_WIDE: Final = 52
_BAN: Final = "ban_"
_VALUE: Final = "value_"
_OWN_ROW: Final = 12


class ReceiveRequest(FormScreen):
    """The fields follow the kind of request; what is typed stays when the kind is changed."""

    area = "request_form"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.whose = ""
        self._first = {
            "kind": str(CaseKind.ACCESS),
            "received": day(days.today(desk.seat)),
            "channel": str(Channel.LETTER),
            "language": LANGUAGES[0],
        }
        self.form = self._made(self._first)

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("A request received"))

    # --- the form

    def _made(self, values: dict[str, str]) -> Form:
        # A restriction has a ground or isn't one.
        values = {"ground": next(iter(RESTRICTION_NAMES)), **values}
        fields = [*self._common(), *self._own(CaseKind(values["kind"]))]
        return Form(fields, values, notes=self._notes(CaseKind(values["kind"])), changed=self._changed)

    def _common(self) -> list[Field]:
        kinds = tuple((str(kind), self.tr(KIND_NAMES[kind])) for kind in CaseKind)
        channels = tuple((str(one), self.tr(CHANNEL_NAMES[one])) for one in REQUEST_CHANNELS)
        spoken = (("fi", self.tr(N_("Finnish"))), ("en", self.tr(N_("English"))))
        choose = self.tr(N_("Space goes through the choices."))
        find = self.tr(N_("F4 finds the customer by name. Leave empty while it is unclear who is meant."))
        known = N_(
            "In proportion to what is asked: for example signature and address as in the register, or a known "
            "customer at the counter. Leave empty while it is unclear."
        )
        elsewhere = self.tr(N_("Only when the answer goes elsewhere than the register says."))
        return [
            Field("kind", self.tr(N_("Request")), 1, _COLUMN, kind="choice", choices=kinds, help=choose),
            Field("received", self.tr(N_("Received on")), 2, _COLUMN, 12, max_length=10,
                  help=self.tr(N_("The day on which it reached the company, whoever took it in."))),
            Field("channel", self.tr(N_("How it came")), 3, _COLUMN, 24, kind="choice", choices=channels, help=choose),
            Field("signed", self.tr(N_("Signed by hand")), 3, 75, label_column=58, kind="tick"),
            Field("name", self.tr(N_("Name given")), 4, _COLUMN, _WIDE,
                  help=self.tr(N_("As it stands in the request."))),
            Field("customer", self.tr(N_("Customer number")), 5, _COLUMN, 12, max_length=40, help=find),
            Field("how", self.tr(N_("Identity known by")), 6, _COLUMN, _WIDE, max_length=500, help=self.tr(known)),
            Field("words", self.tr(N_("In the person's words")), 7, _COLUMN, _WIDE, max_length=4000),
            Field("address", self.tr(N_("Answer to address")), 8, _COLUMN, _WIDE, help=elsewhere),
            Field("email", self.tr(N_("or e-mail")), 9, _COLUMN, _WIDE, help=elsewhere),
            Field("language", self.tr(N_("Answer in")), 10, _COLUMN, kind="choice", choices=spoken, help=choose),
        ]  # fmt: skip

    def _own(self, kind: CaseKind) -> list[Field]:
        row = _OWN_ROW + 1
        if kind is CaseKind.MARKETING_BAN:
            return [
                Field(f"{_BAN}{ban}", self.tr(BAN_NAMES[ban]), row + place, _COLUMN, kind="tick")
                for place, ban in enumerate(MARKETING_BANS)
            ]
        if kind is CaseKind.RESTRICTION:
            grounds = tuple((code, self.tr(name)) for code, name in RESTRICTION_NAMES.items())
            return [Field("ground", self.tr(N_("Ground")), row, _COLUMN, kind="choice", choices=grounds)]
        if kind is CaseKind.RECTIFICATION:
            return [
                Field(f"{_VALUE}{name}", self.tr(FIELD_NAMES[name]), row + place, _COLUMN, _WIDE)
                for place, name in enumerate(RECTIFIABLE)
            ]
        return []

    def _notes(self, kind: CaseKind) -> list[Note]:
        about = {
            CaseKind.MARKETING_BAN: N_(
                "Which marketing is forbidden; without a tick all of it. In force at once."
            ),
            CaseKind.PUBLICATION_BAN: N_("The ban is in force as soon as this is recorded."),
            CaseKind.OBJECTION: N_(
                "Processing is restricted as soon as this is recorded, until it is decided."
            ),
            CaseKind.RESTRICTION: N_("Processing is restricted as soon as this is recorded."),
            CaseKind.RECTIFICATION: N_("What should stand in the register; leave the rest empty."),
        }
        notes = [Note(5, self.whose, column=_COLUMN + 14, style=BOLD)] if self.whose else []
        return [*notes, Note(_OWN_ROW, self.tr(about[kind]))] if kind in about else notes

    def _changed(self, name: str) -> None:
        if name == "kind":
            self._rebuild("kind")
        elif name == "customer" and self.whose:
            self.whose = ""
            self._rebuild("customer")

    def _rebuild(self, field: str) -> None:
        self.form.take_fields(self._made(self.form.values()))
        self.form.focus_field(field)

    @property
    def unsaved(self) -> bool:
        """Something is not as the form opened."""
        own = {name: text for name, text in self.form.values().items() if name != "ground"}
        return any(text != self._first.get(name, "") for name, text in own.items())

    # --- acting

    async def do_lookup(self) -> None:
        """F4: who is meant, from the name; elsewhere the choices."""
        if self.form.current.name in {"name", "customer"}:
            await self.desk.open(WhoAsks(self.desk, self.form.value("name")))
        else:
            await super().do_lookup()

    async def returned(self, result: object) -> None:
        """Somebody was chosen."""
        if isinstance(result, CustomerRow):
            self.form.put("customer", result.number)
            if not self.form.value("name"):
                self.form.put("name", result.display_name)
            self.whose = result.display_name
            self._rebuild("customer")

    async def do_save(self) -> None:
        """F10: record it, and on to the case."""
        from tui.screens.requests.case import RequestScreen

        case = self._receive()
        told = self.tr(
            N_("Case {number} received; last day {due}."), number=case.number, due=day(case.due_on)
        )
        await self.desk.back("received")
        if Role.CONTACT_PERSON in self.desk.roles:
            await self.desk.open(RequestScreen(self.desk, case.number))
            self.desk.current.say(told, "done")
        else:
            self.desk.current.say(f"{told} {self.tr(N_('The contact person answers it.'))}", "done")

    def _receive(self) -> Case:
        values, seat = self.form.values(), self.desk.seat
        received = parse_day(values["received"], "received")
        with seat.writing() as uow:
            return intake.receive(
                uow,
                seat.register.keyring,
                seat.register.config.rights,
                seat.actor,
                kind=CaseKind(values["kind"]),
                received_on=received,
                channel=Channel(values["channel"]),
                signed=values["signed"] == TICKED,
                language=values["language"],
                request=self._request(values),
                customer_id=customer_numbered(uow.connection, values["customer"]),
                identified_how=values["how"],
            )

    def _request(self, values: dict[str, str]) -> Request:
        return Request(
            name=values["name"],
            words=values["words"],
            address=values["address"],
            email=values["email"],
            ground=values.get("ground", ""),
            bans=tuple(ban for ban in MARKETING_BANS if values.get(f"{_BAN}{ban}") == TICKED),
            values={name: values[f"{_VALUE}{name}"] for name in RECTIFIABLE if values.get(f"{_VALUE}{name}")},
        )
