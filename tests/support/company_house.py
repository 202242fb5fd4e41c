"""A register that keeps its organisations up to date from YTJ: the sandbox, the hub, the gate, and a file of companies."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import date
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

import msgspec

from core.config import Recipient
from core.config.schema import CompanySettings
from core.customers import service
from core.customers.types import CustomerValues, Kind, Source, SourceKind
from core.disclosure.log import DisclosureLog, LogSigner
from core.register import Register
from integrations.catalogue import GROUP, Catalogue
from integrations.hub import Hub
from tests.support import partners
from tests.support.update_house import config_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.keys import KeyRing
    from integrations.sandbox.ytj import YtjSandbox

# Real ids with right check digits; the companies are invented.
IDS = ("0112038-9", "2336509-6", "0244683-1", "1967543-8", "2875167-4")
FILE = Source(SourceKind.FIRST_LOAD, "old register")
RECIPIENT = Recipient(
    name="Patentti- ja rekisterihallitus",
    role="controller",
    agreement="Avoin data, CC BY 4.0",
    agreement_from=date(2026, 1, 1),
    purposes=("legal_obligation",),
    categories=("organisation",),
    adapter="ytj",
)


@dataclass
class CompanyHouse:
    """The register, its hub and its YTJ."""

    register: Register
    hub: Hub
    ytj: YtjSandbox
    actor: Actor

    def add(self, number: str, business_id: str | None, source: Source = FILE, **values: Any) -> Customer:
        """An organisation of Vanhakatu 1 under *number*."""
        given = {
            "kind": Kind.ORGANISATION,
            "organisation_name": "Vanha Oy",
            "street": "Vanhakatu 1",
            "postcode": "33100",
            "town": "Tampere",
            **values,
        }
        with self.register.database.unit_of_work() as uow:
            customer = service.add(
                uow, self.actor, CustomerValues(business_id=business_id, **given), source, number=number
            )
            uow.commit()
        return customer

    def configure(self, **companies: Any) -> None:
        """Other settings of ``[companies]``; to be called before the gate is first used."""
        config = self.register.config
        changed = msgspec.structs.replace(config.companies, **companies)
        recipient = msgspec.structs.replace(RECIPIENT, purposes=("address_update", "legal_obligation"))
        self.register.config = msgspec.structs.replace(
            config, companies=changed, recipients={"register": recipient}
        )

    def get(self, customer: Customer) -> Customer:
        """As it is now."""
        with self.register.database.reading() as connection:
            return service.get(connection, customer.id)


def open_company_house(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    directory: Path,
    *,
    ytj: YtjSandbox,
) -> CompanyHouse:
    """A register whose recipient for companies is the sandbox."""
    config = msgspec.structs.replace(
        config_in(directory),
        recipients={"register": RECIPIENT},
        partners={"ytj": partners.ytj_partner(ytj.base_url)},
        companies=CompanySettings(recipient="register"),
    )
    hub = Hub(config, database, clock, Catalogue([EntryPoint("ytj", "integrations.ytj", GROUP)]))
    register = Register(config, hub.exit, clock)
    register.__dict__["database"] = database
    register.__dict__["keyring"] = keyring
    signer = LogSigner.create(directory / "log.key", config.log.origin)
    DisclosureLog(database, signer, clock, config.log.high_water_file).create(policy="1", software="0.1.0")
    return CompanyHouse(register, hub, ytj, actor)


def daily_file(path: Path, companies: Iterable[Any]) -> Path:
    """The daily file of *companies*, as it comes."""
    content = json.dumps(list(companies), ensure_ascii=False).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data_20261123.json", content)
    path.write_bytes(packed.getvalue())
    return path
