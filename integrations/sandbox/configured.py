"""The sandbox that config.toml describes: where the partner is said to be, with the secrets that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.messages import N_
from integrations.errors import BadAddress, NoSuchSandbox
from integrations.sandbox.asiakastieto import AsiakastietoKeys, AsiakastietoSandbox
from integrations.sandbox.netvisor import NetvisorKeys, NetvisorSandbox
from integrations.sandbox.server import LOOPBACK
from integrations.sandbox.ytj import YtjSandbox, sample_company

if TYPE_CHECKING:
    from pathlib import Path

    from core.config import Partner
    from integrations.sandbox.server import Sandbox

NAMES = ("asiakastieto", "netvisor", "ytj")


def configured_sandbox(name: str, partner: Partner, state_file: Path | None = None) -> Sandbox:
    """A sandbox of partner *name*, not yet started, that its adapter can speak with as configured.

    Raises:
        NoSuchSandbox: there is none for this partner, or it is not configured as a sandbox.
        BadAddress: ``base_url`` names no port of this machine.
        ConfigError: a secret cannot be read.
    """
    if name not in NAMES or partner.environment != "sandbox":
        raise NoSuchSandbox(partner=name, names=", ".join(NAMES))
    if name == "ytj":
        return YtjSandbox([sample_company()], port=_port(name, partner.base_url or ""))
    port = _port(name, partner.base_urls.get("api") or partner.base_url or "")
    revealed = {name: secret.reveal() for name, secret in partner.secrets.items()}
    settings = partner.settings
    if name == "netvisor":
        keys = NetvisorKeys(**revealed, organisation_id=str(settings.get("organisation_id", "")))
        products = frozenset({str(settings.get("product_identifier", ""))})
        encoding = str(settings.get("encoding", "utf-8"))
        return NetvisorSandbox(keys, port=port, state_file=state_file, products=products, encoding=encoding)
    return AsiakastietoSandbox(
        AsiakastietoKeys(**revealed),
        port=port,
        state_file=state_file,
        company_qtype=str(settings.get("company_qtype", "")),
    )


def _port(name: str, base_url: str) -> int:
    parts = urlsplit(base_url)
    if parts.scheme != "http" or parts.hostname != LOOPBACK or not parts.port:
        raise BadAddress(
            partner=name, reason=N_("a sandbox is on this machine"), allowed=f"http://{LOOPBACK}:PORT"
        )
    return parts.port
