"""A partner as configured: its addresses checked, its settings resolved, its secrets and folders at hand."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from core.config import Secret
from core.messages import N_
from integrations.errors import BadAddress, BadSecret, BadServer, BadSetting
from integrations.file_drop import FileDrop
from integrations.protocol import NO_MAPPING
from integrations.secret_store import SecretStore
from integrations.settings import resolved_settings
from integrations.sftp import SftpAccess, SftpDrop
from integrations.transport import Policy
from integrations.turns import taking_turns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from core.config import Partner
    from core.config.schema import SftpServer
    from integrations.manifest import Endpoint, Manifest
    from integrations.protocol import Environment

_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}")
_FOLDER: Final = re.compile(r"[A-Za-z0-9._/-]{0,200}")
# What ssh would put something else in the place of.
_EXPANDED: Final = re.compile(r'["%$]')
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
    server: SftpServer | None = None

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

    def files(self, endpoint: str) -> FileDrop | SftpDrop:
        """The folder of *endpoint*, here or on the partner's server."""
        declared = self.manifest.endpoints[endpoint]
        if self.server is None:
            return FileDrop(self.folder / declared.directory, declared.response_bytes)
        limit = max(declared.request_bytes, declared.response_bytes)
        return SftpDrop(self._access(self.server), self._remote(self.server, declared.directory), limit)

    def check_secrets(self) -> None:
        """Read every secret and key file that sending needs.

        Raises:
            ConfigError: one cannot be used, or others can read it too.
        """
        self.secrets.check(self.manifest.secrets)
        if self.server is not None:
            check_server(self.server)

    def _access(self, server: SftpServer) -> SftpAccess:
        return SftpAccess(
            host=server.host,
            port=server.port,
            user=server.user,
            key_file=server.key_file,
            known_hosts=server.known_hosts,
            seconds=server.seconds,
            sandbox=self.environment == "sandbox",
        )

    @staticmethod
    def _remote(server: SftpServer, directory: str) -> str:
        folders: dict[str, str] = {"out": server.out_directory, "in": server.in_directory}
        return folders.get(directory, directory)

    def turn(self, endpoint: str) -> AbstractContextManager[None]:
        """Held while a request is made, where the partner takes one call at a time."""
        if self.manifest.endpoints[endpoint].concurrency != 1:
            return contextlib.nullcontext()
        # A sandbox of ours asks for no patience.
        pause = 0 if self.environment == "sandbox" else self.manifest.endpoints[endpoint].pause_seconds
        return taking_turns(self.folder / ".turn", 2 * self.policy(endpoint).seconds, pause)

    def destinations(self) -> tuple[str, ...]:
        """Host names, and folder names for files."""
        hosts = [urlsplit(url).hostname or "" for url in self.base_urls.values()]
        folders = [end.directory for end in self.manifest.endpoints.values() if end.kind == "files"]
        if self.server is not None:
            folders = [f"sftp://{self.server.host}/{self._remote(self.server, name)}" for name in folders]
        return (*hosts, *folders)


def connect(
    partner: str,
    manifest: Manifest,
    config: Partner,
    exchange_directory: Path,
    servers: Mapping[str, SftpServer] = NO_MAPPING,
) -> Connection:
    """The partner as config.toml has it; *servers* are those of ``[sftp]``.

    Raises:
        BadSetting: a setting is missing or wrong.
        BadServer: its SFTP server is not as it should be.
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
        server=_server(partner, manifest, config, servers),
    )


def _server(
    partner: str, manifest: Manifest, config: Partner, servers: Mapping[str, SftpServer]
) -> SftpServer | None:
    if config.sftp is None:
        return None
    if all(endpoint.kind != "files" for endpoint in manifest.endpoints.values()):
        raise BadSetting(partner=partner, setting="sftp", reason=N_("this partner exchanges no files"))
    server = servers[config.sftp]
    _check_names(server)
    return server


def check_server(server: SftpServer) -> None:
    """Make sure that a server's settings and files can be used; it is not spoken to.

    Raises:
        BadServer: a name or a folder could be read as something else, or known_hosts cannot be read.
        SecretMissing, SecretExposed: our key is not there, or others can read it too.
    """
    _check_names(server)
    Secret(f"file:{server.key_file}").reveal()
    if not os.access(server.known_hosts, os.R_OK):
        raise BadServer(host=server.host, reason=N_("known_hosts cannot be read"))


def _check_names(server: SftpServer) -> None:
    # These stand in a command of sftp's and in ssh's: nothing there may be read as more than a name.
    if not _HOST.fullmatch(server.host) or not _USER.fullmatch(server.user):
        raise BadServer(host=server.host, reason=N_("host and user must be plain names"))
    if not all(_FOLDER.fullmatch(name) for name in (server.out_directory, server.in_directory)):
        raise BadServer(host=server.host, reason=N_("a folder may have letters, digits and ._-/ only"))
    if any(_EXPANDED.search(str(path)) for path in (server.key_file, server.known_hosts)):
        raise BadServer(host=server.host, reason=N_('a path of its files holds ", % or $'))


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
