"""A register that exports: recipients that get files, and a typesetter that can be the real one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from core.config import Config, Controller, Recipient
from core.config.schema import (
    FileSettings,
    GateSettings,
    KeySettings,
    LabelSheet,
    Letter,
    LogSettings,
    RegisterSettings,
)
from core.customers import service
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.log import DisclosureLog, LogSigner
from core.documents.exits import file_exit
from core.documents.selection import Criteria, Order, plan_export
from core.register import Register
from integrations.typesetter import Typst

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.disclosure.types import Preview, TransferResult
    from core.keys import KeyRing

STAFF = Source(SourceKind.STAFF, "telephone")
EVERYTHING = ("customer_number", "name", "organisation", "contact", "postal_address")
PURPOSES = ("customer_care", "direct_advertising", "direct_marketing", "publication")
ELLI = CustomerValues(
    first_name="Elli",
    last_name="Aaltonen",
    email="elli@example.fi",
    phone="+358401234567",
    street="Kevätpolku 43 A 9",
    postcode="90520",
    town="Oulu",
    country="FI",
)


def config_in(directory: Path) -> Config:
    """A configuration whose files are all in *directory*."""
    agreed: dict[str, Any] = {"agreement_from": date(2026, 1, 1), "adapter": "files"}
    return Config(
        register=RegisterSettings(
            name="Asiakasrekisteri",
            controller=Controller(
                name="Esimerkki Oy",
                business_id="1967543-8",
                address="Esimerkkikatu 1, 00100 Helsinki",
                contact_person="Maija",
                email="rekisteri@example.fi",
            ),
        ),
        log=LogSettings(origin="example.fi/exports", high_water_file=directory / "log.high-water"),
        keys=KeySettings(
            master_key_file=directory / "master.key",
            log_key_file=directory / "log.key",
            erasure_fence_file=directory / "erasure.fence",
        ),
        files=FileSettings(export_directory=directory / "exports"),
        gate=GateSettings(approval_persons=0, approval_first_use=False),
        recipients={
            "house": Recipient(
                name="Oma henkilökunta",
                role="staff",
                agreement="Salassapito",
                purposes=PURPOSES,
                categories=EVERYTHING,
                **agreed,
            ),
            "authority": Recipient(
                name="Verohallinto",
                role="controller",
                agreement="Laki",
                purposes=("legal_obligation", "customer_care"),
                categories=EVERYTHING,
                **agreed,
            ),
        },
        letters={
            "welcome": Letter(subject="Tervetuloa", text="Hyvä asiakas\n\nKiitos *ja* #hei.\nToinen rivi.")
        },
    )


@dataclass
class Exports:
    """A register, and shorthands for what is done with it."""

    register: Register
    actor: Actor

    @property
    def folder(self) -> Path:
        """The export folder."""
        return self.register.config.files.export_directory

    def change(self, **settings: Any) -> None:
        """Change tables of the configuration."""
        self.register.config = msgspec.structs.replace(self.register.config, **settings)

    def labels(self, **settings: Any) -> None:
        """Change the sheet of labels."""
        self.change(labels=LabelSheet(**settings))

    def add(self, values: CustomerValues = ELLI, **more: Any) -> Customer:
        """Add a customer; *more* that `service.add` knows goes there, the rest are values."""
        options = {name: more.pop(name) for name in ("number", "protected_address") if name in more}
        with self.register.database.unit_of_work() as uow:
            customer = service.add(uow, self.actor, replace(values, **more), STAFF, **options)
            uow.commit()
        return customer

    def plan(
        self, form: str, purpose: str = "customer_care", criteria: Criteria | None = None, **more: Any
    ) -> Preview:
        """A preview of an export of everyone, unless *criteria* say otherwise."""
        order = Order(form, purpose, criteria or Criteria(everyone=True), **{"recipient": "house"} | more)
        return plan_export(self.register, self.actor, order)

    def export(
        self, form: str, purpose: str = "customer_care", criteria: Criteria | None = None, **more: Any
    ) -> TransferResult:
        """Plan and release."""
        return self.register.gate.release(self.actor, self.plan(form, purpose, criteria, **more))

    def file(self, result: TransferResult) -> bytes:
        """What stands in the one file of a transfer."""
        (name,) = {outcome.reference for outcome in result.outcomes.values()}
        assert name is not None
        return (self.folder / name).read_bytes()


def open_exports(
    database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, directory: Path
) -> Exports:
    """A register around an open database, its log begun."""

    def exits(name: str) -> Exit:
        return file_exit(register.config, Typst(), name)

    config = config_in(directory)
    register = Register(config, exits, clock)
    register.__dict__["database"] = database
    register.__dict__["keyring"] = keyring
    signer = LogSigner.create(config.keys.log_key_file, config.log.origin)
    log = DisclosureLog(database, signer, clock, config.log.high_water_file)
    log.create(policy="1", software="0.1.0")
    return Exports(register, actor)
