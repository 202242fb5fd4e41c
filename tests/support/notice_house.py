"""A register with an accountant (Netvisor's sandbox), an address service and a collector, and what they were given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core.config import Recipient
from core.config.schema import FileSettings, GateSettings
from core.customers import invoicing, orders, service
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.types import Subject, TransferRequest
from core.documents import leads_to_a_file
from core.documents.exits import file_exit
from core.notices import due
from core.notices import service as notices
from core.notices.service import NoticeFilter
from core.register import Register
from integrations.catalogue import GROUP, Catalogue
from integrations.hub import Hub
from integrations.typesetter import Typst
from tests.support import partners
from tests.support.partner_history import LINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.disclosure.types import TransferResult
    from core.keys import KeyRing
    from core.notices.types import Notice
    from integrations.sandbox.netvisor import NetvisorSandbox

STAFF: Final = Source(SourceKind.STAFF, "telephone")
_REACH: Final = ("customer_number", "name", "organisation", "postal_address", "contact")
_AGREED: Final[dict[str, Any]] = {"agreement": "DPA 1", "agreement_from": date(2026, 1, 1)}
RECIPIENTS: Final = {
    "accountant": Recipient(
        name="Tilitoimisto Esimerkki Oy",
        role="processor",
        purposes=("invoicing",),
        categories=(*_REACH, "orders"),
        adapter="netvisor",
        told_of_changes="yes",
        told_by="adapter",
        **_AGREED,
    ),
    "collector": Recipient(
        name="Perintä Oy",
        role="controller",
        purposes=("legal_obligation",),
        categories=_REACH,
        adapter="files",
        **_AGREED,
    ),
    "printer": Recipient(
        name="Painotalo Oy",
        role="processor",
        purposes=("customer_care",),
        categories=_REACH,
        adapter="files",
        told_of_changes="no",
        **_AGREED,
    ),
    "office": Recipient(
        name="Oma toimisto",
        role="staff",
        purposes=("customer_care",),
        categories=_REACH,
        adapter="files",
        told_of_changes="yes",
        **_AGREED,
    ),
}
NOBODY_ELSE: Final[Mapping[str, Recipient]] = MappingProxyType({})
MAIJA: Final = CustomerValues(
    first_name="Maija",
    last_name="Mäkelä",
    phone="+358401234567",
    street="Koivukatu 1",
    postcode="00100",
    town="Helsinki",
    country="FI",
)


@dataclass
class Notices:
    """The register, its partners, and shorthands for what happens in it."""

    register: Register
    actor: Actor
    clock: FixedClock
    netvisor: NetvisorSandbox
    exports: Path
    made: list[int] = field(default_factory=list)

    def add(self, **changes: Any) -> Customer:
        """A customer; Maija unless said otherwise."""
        with self.register.database.unit_of_work() as uow:
            customer = service.add(uow, self.actor, replace(MAIJA, **changes), STAFF)
            uow.commit()
        return customer

    def change(self, customer_id: int, **changes: str | None) -> None:
        """Change a customer on the card, and look for the holders of what was before."""
        self.change_only(customer_id, **changes)
        due.catch_up(self.register, self.actor)

    def change_only(self, customer_id: int, **changes: str | None) -> None:
        """Change a customer on the card."""
        with self.register.database.unit_of_work() as uow:
            version = service.get(uow.connection, customer_id).version
            service.change(uow, self.actor, customer_id, changes, STAFF, version=version)
            uow.commit()

    def invoice(self, customer_id: int) -> TransferResult | None:
        """Send the accountant an order of the customer's."""
        with self.register.database.unit_of_work() as uow:
            placed = orders.place(
                uow,
                self.actor,
                customer_id,
                [LINE],
                placed_on=self.clock.now().date(),
                payment_term_days=14,
            )
            uow.commit()
        return invoicing.send_order(self.register, self.actor, placed.id)

    def export(
        self, recipient: str, *customer_ids: int, only: frozenset[str] | None = None
    ) -> TransferResult:
        """Give a recipient of files a table of the customers."""
        from core.documents.folder import new_selection

        selection = new_selection(self.clock.now())
        purpose = RECIPIENTS[recipient].purposes[0]
        subjects = tuple(Subject(who, f"{selection}/{n}") for n, who in enumerate(customer_ids))
        request = TransferRequest(recipient, purpose, subjects, "export", form="csv", only=only)
        return self.register.gate.send(self.actor, request)

    def all(self, **wanted: Any) -> list[Notice]:
        """The notices, those that are over among them, the oldest first."""
        with self.register.database.reading() as connection:
            found = notices.page(connection, NoticeFilter(**{"states": None, **wanted}))
        return sorted(found, key=lambda it: it.id)


def open_notices(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    directory: Path,
    netvisor: NetvisorSandbox,
    monkeypatch: pytest.MonkeyPatch,
    *,
    more: Mapping[str, Recipient] = NOBODY_ELSE,
) -> Notices:
    """The house, its log begun; *more* are recipients besides the usual ones."""
    configured = {"netvisor": partners.netvisor_partner(monkeypatch, netvisor.base_url)}
    config = msgspec.structs.replace(
        partners.config(directory / "exchange", **configured),
        recipients={**RECIPIENTS, **more},
        gate=GateSettings(approval_persons=0, approval_first_use=False),
        files=FileSettings(
            exchange_directory=directory / "exchange",
            export_directory=directory / "exports",
            quarantine_directory=directory / "quarantine",
        ),
    )
    hub = Hub(config, database, clock, Catalogue([EntryPoint("netvisor", "integrations.netvisor", GROUP)]))

    def exits(name: str) -> Exit:
        return file_exit(config, Typst(), name) if leads_to_a_file(name) else hub.exit(name)

    log = DisclosureLog(
        database, LogSigner.create(directory / "log.key", "example.fi/notices"), clock, directory / "high"
    )
    log.create(policy="1", software="0.1.0")
    register = Register(config, exits, clock)
    register.__dict__.update(database=database, keyring=keyring, log=log)
    return Notices(register, actor, clock, netvisor, directory / "exports")
