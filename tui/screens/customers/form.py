"""Adding a customer, and changing one's details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import service
from core.customers.restrictions import Use
from core.customers.sealed import set_iban
from core.customers.types import VALUE_FIELDS, CustomerValues, Kind, Source, SourceKind
from core.messages import N_
from core.postal_codes.knowledge import doubt_of
from tui.screens.customers.fields import iban_field, kind_field, source_fields, use_field, value_fields
from tui.screens.form_screen import FormScreen
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.postal_codes.judging import Doubt
    from tui.app import RegisterApp


class _CustomerForm(FormScreen):
    """What both forms share."""

    area = "customer_form"

    def task_code(self) -> str:
        """As on the card."""
        return self.desk.seat.task

    def _source(self) -> Source:
        return Source(SourceKind(self.form.value("source")), self.form.value("source_detail"))

    def _saved(self, number: str, doubt: Doubt | None) -> None:
        said = self.tr(N_("Customer {number} is saved."), number=number)
        if doubt is None:
            self.desk.current.say(said, "done")
        else:
            # Saved all the same: the person may know better than Posti's file.
            self.desk.current.say(f"{said} {doubt.sentence(self.desk.language)}", "warning")


class NewCustomerForm(_CustomerForm):
    """A new customer; the register gives the number."""

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.form = self._form(Kind.PERSON, {"kind": Kind.PERSON, "source": SourceKind.SELF})

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("New customer"))

    def _form(self, kind: Kind, values: dict[str, str]) -> Form:
        language = self.desk.language
        fields = [kind_field(language, 1), *value_fields(kind, language, 2)]
        after = fields[-1].row + 1
        protected = Field("protected_address", self.tr(N_("Protected address")), after + 1, 24, kind="tick")
        fields += [iban_field(language, after), protected, *source_fields(language, after + 2)]
        form = Form(fields, values, changed=self._kind_may_have_changed)
        form.focus_field("first_name" if kind is Kind.PERSON else "organisation_name", keep_text=False)
        return form

    def _kind_may_have_changed(self, name: str) -> None:
        """Other fields for an organisation than for a person; what both have is kept."""
        if name == "kind":
            kind = Kind(self.form.value("kind"))
            fields = self._form(kind, self.form.values())
            self.form.take_fields(fields)
            self.form.focus_field("kind")

    @property
    def unsaved(self) -> bool:
        """Something has been typed."""
        typed = self.form.values()
        return any(text for name, text in typed.items() if name not in {"kind", "source"})

    async def do_save(self) -> None:
        """F10."""
        seat, typed = self.desk.seat, self.form.values()
        given = {name: typed[name] or None for name in VALUE_FIELDS if name in typed and name != "kind"}
        values = CustomerValues(kind=Kind(typed["kind"]), **given)  # type: ignore[arg-type]  # all text fields
        with seat.writing() as uow:
            customer = service.add(
                uow,
                seat.actor,
                values,
                self._source(),
                protected_address=self.form.ticked("protected_address"),
            )
            if typed["iban"]:
                keyring, iban = seat.register.keyring, typed["iban"]
                set_iban(uow, keyring, seat.actor, customer.id, iban, source=self._source())
            doubt = doubt_of(uow.connection, customer.values)
        await self.desk.back("added")
        self._saved(customer.number, doubt)


class ChangeCustomerForm(_CustomerForm):
    """The details of a customer; only what has been changed is written."""

    def __init__(self, desk: RegisterApp, customer: Customer, *, restricted: bool) -> None:
        super().__init__(desk)
        self.customer = customer
        self._restricted = restricted
        values = {name: str(value) for name, value in customer.values.as_dict().items() if value is not None}
        self._before = values | {"protected_address": "x" if customer.protected_address else ""}
        self.form = self._form({**self._before, "source": SourceKind.SELF})

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Change {number}"), number=self.customer.number)

    def _form(self, values: dict[str, str]) -> Form:
        language = self.desk.language
        fields = value_fields(self.customer.values.kind, language, 1)
        after = fields[-1].row + 1
        iban = iban_field(language, after)
        protected = Field("protected_address", self.tr(N_("Protected address")), after + 1, 24, kind="tick")
        fields += [iban, protected, *source_fields(language, after + 2)]
        notes = [Note(after, self.tr(N_("(empty: as it is)")), column=56)]
        if self._restricted:
            fields.append(use_field(language, after + 4))
            notes.append(
                Note(
                    after + 5,
                    self.tr(N_("Processing is restricted: say which ground of Article 18(2) applies.")),
                )
            )
        return Form(fields, values, notes=notes)

    def _changes(self) -> dict[str, str | int | None]:
        typed = self.form.values()
        return {
            name: typed[name] or None
            for name in VALUE_FIELDS
            if name in typed and typed[name] != self._before.get(name, "")
        }

    @property
    def unsaved(self) -> bool:
        """Something differs."""
        protected = self.form.ticked("protected_address") != self.customer.protected_address
        return bool(self._changes()) or protected or bool(self.form.value("iban"))

    async def do_save(self) -> None:
        """F10: all in one transaction."""
        seat, actor, version = self.desk.seat, self.desk.seat.actor, self.customer.version
        use = (
            Use(self.form.value("article_18_use"))
            if self._restricted and self.form.value("article_18_use")
            else None
        )
        with seat.writing() as uow:
            customer = service.change(
                uow,
                actor,
                self.customer.id,
                self._changes(),
                self._source(),
                version=version,
                article_18_use=use,
            )
            if self.form.ticked("protected_address") != customer.protected_address:
                protected = self.form.ticked("protected_address")
                customer = service.protect_address(
                    uow, actor, customer.id, self._source(), protected=protected, version=customer.version
                )
            if self.form.value("iban"):
                keyring, iban = seat.register.keyring, self.form.value("iban")
                set_iban(uow, keyring, actor, customer.id, iban, source=self._source())
            doubt = doubt_of(uow.connection, customer.values)
        await self.desk.back("changed")
        self._saved(customer.number, doubt)
