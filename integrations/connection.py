"""A partner as configured: its addresses checked, its settings resolved, its secrets and folders at hand."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from core.messages import N_
from integrations.errors import BadAddress, BadSecret, BadSetting
from integrations.file_drop import FileDrop
from integrations.secret_store import SecretStore
from integrations.settings import resolved_settings
from integrations.transport import Policy
from integrations.turns import taking_turns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from core.config import Partner
    from integrations.manifest import Endpoint, Manifest
    from integrations.protocol import Environment

_PORTS: Final = {"http": 80, "https": 443}
TIMEOUT_SETTING: Final = "timeout_seconds"


@dataclass(frozen=True, slots=True)
class Connection:
    """All that is needed to speak with one partner; opening one reads no secret and opens no socket."""

    partner: str
    manifest: Manifest
    environment: Environment
    settings: Mapping[str, Any]
    base_urls: Mapping[str, str]
    secrets: SecretStore
    folder: Path

    def policy(self, endpoint: str) -> Policy:
        """Where requests of *endpoint* may go."""
        declared = self.manifest.endpoints[endpoint]
        parts = urlsplit(self.base_urls[endpoint])
        return Policy(
            hosts=frozenset({(parts.hostname or "", parts.port or _PORTS[parts.scheme])}),
            sandbox=self.environment == "sandbox",
            seconds=float(self.settings.get(TIMEOUT_SETTING, declared.seconds)),
            response_bytes=declared.response_bytes,
            request_bytes=declared.request_bytes,
        )

    def files(self, endpoint: str) -> FileDrop:
        """The folder of *endpoint*."""
        declared = self.manifest.endpoints[endpoint]
        return FileDrop(self.folder / declared.directory, declared.response_bytes)

    def turn(self, endpoint: str) -> AbstractContextManager[None]:
        """Held while a request is made, where the partner takes one call at a time."""
        if self.manifest.endpoints[endpoint].concurrency != 1:
            return contextlib.nullcontext()
        return taking_turns(self.folder / ".turn", 2 * self.policy(endpoint).seconds)

    def destinations(self) -> tuple[str, ...]:
        """Host names, and folder names for files."""
        hosts = [urlsplit(url).hostname or "" for url in self.base_urls.values()]
        folders = [end.directory for end in self.manifest.endpoints.values() if end.kind == "files"]
        return (*hosts, *folders)


def connect(partner: str, manifest: Manifest, config: Partner, exchange_directory: Path) -> Connection:
    """The partner as config.toml has it.

    Raises:
        BadSetting: a setting is missing or wrong.
        BadSecret: a secret is named that the partner does not have.
        BadAddress: ``base_url`` is not one that manifest and environment allow.
    """
    settings = resolved_settings(partner, manifest, config.settings)
    unknown = config.secrets.keys() - set(manifest.secrets)
    if unknown:
        raise BadSecret(partner=partner, secret=min(unknown), reason=N_("this partner has no such secret"))
    web = {name: endpoint for name, endpoint in manifest.endpoints.items() if endpoint.kind == "https"}
    for endpoint in web.values():
        _check_patience(partner, endpoint, settings, config.environment)
    return Connection(
        partner=partner,
        manifest=manifest,
        environment=config.environment,
        settings=settings,
        base_urls={
            name: _base_url(
                partner, endpoint, config.base_urls.get(name) or config.base_url, config.environment
            )
            for name, endpoint in web.items()
        },
        secrets=SecretStore(partner, config.secrets),
        folder=exchange_directory / partner,
    )


def _check_patience(
    partner: str, endpoint: Endpoint, settings: Mapping[str, Any], environment: Environment
) -> None:
    """A time-out below what the partner asks for makes doubt where there was none; a sandbox of ours asks nothing."""
    seconds = settings.get(TIMEOUT_SETTING, endpoint.seconds)
    if environment != "sandbox" and seconds < endpoint.minimum_seconds:
        raise BadSetting(
            partner=partner,
            setting=TIMEOUT_SETTING,
            reason=N_("it must be at least {minimum}"),
            minimum=f"{endpoint.minimum_seconds:g}",
        )


def _base_url(partner: str, endpoint: Endpoint, given: str | None, environment: Environment) -> str:
    """Scheme and host of the endpoint, without a slash at the end."""
    url = (given or endpoint.default.get(environment, "")).rstrip("/")
    allowed = N_("http://127.0.0.1:PORT") if environment == "sandbox" else ", ".join(endpoint.hosts)
    if not url:
        raise BadAddress(partner=partner, reason=N_("it is missing"), allowed=allowed)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(partner=partner, reason=N_("it is not an address"), allowed=allowed) from None
    if (
        parts.path
        or parts.query
        or parts.fragment
        or parts.username
        or not parts.hostname
        or not url.isascii()
    ):
        raise BadAddress(partner=partner, reason=N_("it must be scheme and host only"), allowed=allowed)
    if environment == "sandbox":
        if parts.scheme not in _PORTS or parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise BadAddress(partner=partner, reason=N_("a sandbox is on this machine"), allowed=allowed)
    elif parts.scheme != "https" or parts.hostname not in endpoint.hosts or port not in {None, 443}:
        raise BadAddress(partner=partner, reason=N_("it is not one of the partner's own"), allowed=allowed)
    return url
