"""Partners for tests: a hub over sandboxes, an invoicing item, a permit, and a record of attempts."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.config import Config, Partner, Secret
from core.config.schema import Controller, FileSettings, GateSettings, LogSettings, RegisterSettings
from core.disclosure.exits import Item
from core.disclosure.permit import granted
from integrations.catalogue import GROUP, Catalogue
from integrations.hub import Hub
from integrations.sandbox.asiakastieto import AsiakastietoKeys
from integrations.sandbox.netvisor import NetvisorKeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from core.clock import Clock
    from core.database import Database
    from core.disclosure.exits import Exit, Outcome, Permit

DATA = Path(__file__).parents[3] / "shared" / "data"
NETVISOR_KEYS = NetvisorKeys()
ASIAKASTIETO_KEYS = AsiakastietoKeys()
NETVISOR_SETTINGS = {"organisation_id": "1967543-8", "product_identifier": "1697", "timeout_seconds": 5}


def catalogue() -> Catalogue:
    """Our own adapters, whether or not the distribution is installed."""
    names = ("netvisor", "asiakastieto", "ytj")
    return Catalogue(EntryPoint(name, f"integrations.{name}", GROUP) for name in names)


def secrets(monkeypatch: pytest.MonkeyPatch, prefix: str, values: Mapping[str, str]) -> dict[str, Secret]:
    """References to *values*, which stand in the environment."""
    variables = {name: f"TEST_{prefix}_{name}".upper() for name in values}
    for name, value in values.items():
        monkeypatch.setenv(variables[name], value)
    return {name: Secret(f"env:{variable}") for name, variable in variables.items()}


def netvisor_partner(monkeypatch: pytest.MonkeyPatch, base_url: str | None, **settings: Any) -> Partner:
    """Netvisor as configured for a sandbox."""
    keys = NETVISOR_KEYS
    values = {
        name: getattr(keys, name) for name in ("customer_id", "customer_key", "partner_id", "partner_key")
    }
    return Partner(
        environment="sandbox",
        base_url=base_url,
        settings=NETVISOR_SETTINGS | settings,
        secrets=secrets(monkeypatch, "netvisor", values),
    )


def asiakastieto_partner(monkeypatch: pytest.MonkeyPatch, base_url: str | None, **settings: Any) -> Partner:
    """Asiakastieto as configured for a sandbox."""
    keys = ASIAKASTIETO_KEYS
    values = {name: getattr(keys, name) for name in ("userid", "passwd", "checksum_key")}
    return Partner(
        environment="sandbox",
        base_url=base_url,
        settings={"timeout_seconds": 5, **settings},
        secrets=secrets(monkeypatch, "asiakastieto", values),
    )


def ytj_partner(base_url: str | None, **settings: Any) -> Partner:
    """YTJ as configured for a sandbox: it knows no secrets."""
    return Partner(environment="sandbox", base_url=base_url, settings=settings)


def config(exchange: Path, **partners: Partner) -> Config:
    """A configuration with *partners*."""
    controller = Controller(
        name="Esimerkki Oy", address="Katu 1", contact_person="Maija Meikäläinen", email="a@example.fi"
    )
    return Config(
        register=RegisterSettings(name="Asiakasrekisteri", controller=controller),
        log=LogSettings(origin="example.fi/test"),
        files=FileSettings(exchange_directory=exchange),
        # Who tests alone has nobody to approve a first use.
        gate=GateSettings(approval_first_use=False),
        partners=partners,
    )


def hub(exchange: Path, clock: Clock, database: Database | None = None, **partners: Partner) -> Hub:
    """A hub with *partners*; without *database* only what needs none works."""
    nothing: Any = None
    return Hub(config(exchange, **partners), database or nothing, clock, catalogue())


def permit(user_name: str = "matti") -> Permit:
    """A permit as the gate makes it."""
    return granted("transfer-1", 0, 1, user_name)


@dataclass
class Attempts:
    """What was recorded before it was sent."""

    made: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, description: str, digest: bytes) -> None:
        """Record one."""
        self.made.append((description, digest))


def invoicing_item(number: str = "10001", **changes: Any) -> Item:
    """One order of Matti Meikäläinen, ready to be invoiced; ``changes`` use ``__`` for the dot."""
    fields: dict[str, Any] = {
        "customer.number": "1234",
        "name.first": "Matti",
        "name.last": "Meikäläinen",
        "address.street": "Pajukuja 1",
        "address.postcode": "53100",
        "address.town": "Lappeenranta",
        "address.country": "FI",
        "order.number": "1001",
        "order.invoice_number": number,
        "order.date": "2026-11-22",
        "order.due_date": "2026-12-06",
        "order.reference": "PO 7",
        "order.currency": "EUR",
        "order.lines": (
            {
                "product": "OM",
                "description": "Omena & päärynä",
                "quantity": "2",
                "unit_price": "6.9",
                "vat_percent": "25.5",
            },
        ),
    }
    fields.update({name.replace("__", "."): value for name, value in changes.items()})
    return Item(
        f"item-{number}", number, {name: value for name, value in fields.items() if value is not None}
    )


def deliver(
    exit_: Exit, *items: Item, purpose: str = "invoicing", attempts: Attempts | None = None
) -> Outcome:
    """Render and deliver, as the gate does."""
    payloads = exit_.render(purpose, items)
    return exit_.deliver(permit(), purpose, items, payloads, attempts or Attempts())
