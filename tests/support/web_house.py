"""A register into which the site's registrations are read, and what the site writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from core.config.schema import FileSettings, WebSettings
from core.customers import service, web_loading, web_reads
from core.customers.types import CustomerValues, Source, SourceKind
from core.customers.web_loading import Format
from core.disclosure.log import DisclosureLog, LogSigner
from core.register import Register
from integrations.web_registrations import wire
from tests.support import partners
from tests.support.update_house import no_exits

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.customers.web_types import WebFile, WebRegistration
    from core.database import Database
    from core.keys import KeyRing

SITE = Format(wire.read_lines, wire.quarantined)
MAIJA = CustomerValues(
    first_name="Maija",
    last_name="Mäkelä",
    email="maija.makela@example.fi",
    street="Koivukatu 1",
    postcode="00100",
    town="Helsinki",
    country="FI",
)


def submission(number: Any = 1, **changes: Any) -> dict[str, Any]:
    """What the site writes of Maija's visit; ``person__`` changes what she wrote."""
    person: dict[str, Any] = {
        "first_name": "Maija",
        "last_name": "Mäkelä",
        "email": "maija.makela@example.fi",
        "street": "Koivukatu 1",
        "postcode": "00100",
        "town": "Helsinki",
        "country": "FI",
    }
    for name in [it for it in changes if it.startswith("person__")]:
        person[name.removeprefix("person__")] = changes.pop(name)
    made = {
        "format": wire.FORMAT,
        "id": f"lomake-{number:08}",
        "form": "yhteydenotto",
        "submitted_at": "2026-11-22T10:00:00+02:00",
        "person": {name: value for name, value in person.items() if value is not None},
        "ip": "192.0.2.17",
        "browser": "Mozilla/5.0 (X11)",
        "visits": [
            {"at": "2026-11-22T09:55:00+02:00", "page": "/tuotteet", "seconds": 40},
            {"at": "2026-11-22T09:57:00+02:00", "page": "/yhteys", "seconds": 170},
        ],
    }
    return made | changes


@dataclass
class Site:
    """The register, and a shorthand for files from the site."""

    register: Register
    actor: Actor
    clock: FixedClock
    folder: Path
    files: int = field(default=0)

    def write(self, *lines: dict[str, Any] | bytes) -> Path:
        """A new file of *lines*."""
        self.files += 1
        path = self.folder / f"lomakkeet-{self.files}.jsonl"
        rows = [it if isinstance(it, bytes) else json.dumps(it, ensure_ascii=False).encode() for it in lines]
        path.write_bytes(b"".join(row + b"\n" for row in rows))
        return path

    def load(self, *lines: dict[str, Any] | bytes) -> WebFile:
        """Read a new file of *lines* in."""
        return self.read(self.write(*lines))

    def read(self, path: Path) -> WebFile:
        """Read a file in."""
        return web_loading.load(self.register, self.actor, path, SITE)

    def add(self, values: CustomerValues = MAIJA) -> Customer:
        """Somebody whom the register has."""
        with self.register.database.unit_of_work() as uow:
            customer = service.add(uow, self.actor, values, Source(SourceKind.STAFF))
            uow.commit()
        return customer

    def get(self, customer_id: int) -> Customer:
        """As it stands now."""
        with self.register.database.reading() as connection:
            return service.get(connection, customer_id)

    def all(self) -> list[WebRegistration]:
        """Every registration, the oldest first."""
        with self.register.database.reading() as connection:
            return sorted(
                web_reads.registrations(connection, self.register.keyring, None), key=lambda it: it.id
            )


def open_site(
    database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, directory: Path, **settings: Any
) -> Site:
    """A register, and its site; *settings* are those of ``[web]``."""
    config = msgspec.structs.replace(
        partners.config(directory / "exchange"),
        files=FileSettings(quarantine_directory=directory / "quarantine"),
        web=WebSettings(**{"visit_days": 30, **settings}),
    )
    exits: Any = no_exits
    register = Register(config, exits, clock)
    log = DisclosureLog(
        database, LogSigner.create(directory / "log.key", "example.fi/web"), clock, directory / "high"
    )
    log.create(policy="1", software="0.1.0")
    register.__dict__.update(database=database, keyring=keyring, log=log)
    return Site(register, actor, clock, directory)
