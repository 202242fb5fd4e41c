"""Partners' secrets: read when something is sent, from where config.toml says, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import N_
from integrations.errors import BadSecret
from integrations.protocol import SecretRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.config import Secret
    from integrations.protocol import Part

# A secret this short would turn every digit of a message into a mask.
_SHORTEST_MASKED: Final = 4


class SecretStore:
    """The secrets of one partner by name."""

    def __init__(self, partner: str, secrets: Mapping[str, Secret]) -> None:
        self._partner = partner
        self._secrets = secrets
        self._known: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"SecretStore({self._partner!r}, {sorted(self._secrets)})"

    def value(self, name: str) -> str:
        """The secret's value, read once.

        Raises:
            BadSecret: no such secret is configured, or no header can carry it.
            ConfigError: it cannot be read where config.toml says, or others can read it too.
        """
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def check(self, names: Iterable[str]) -> None:
        """Read every secret of *names*.

        Raises:
            ConfigError: one cannot be used.
        """
        for name in names:
            self.value(name)

    def text(self, part: Part) -> str:
        """A part as text, a reference filled in."""
        if isinstance(part, SecretRef):
            return self.value(part.name)
        return part.decode("ascii") if isinstance(part, bytes) else part

    def masked(self, text: str) -> str:
        """*text* with every secret read so far replaced by its name: partners quote what they were sent."""
        for name, value in sorted(self._known.items(), key=lambda known: -len(known[1])):
            if len(value) >= _SHORTEST_MASKED:
                text = text.replace(value, f"‹{name}›")
        return text

    def _read(self, name: str) -> str:
        secret = self._secrets.get(name)
        if secret is None:
            raise self._refused(name, N_("config.toml does not say where it is"))
        value = secret.reveal()
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            raise self._refused(name, N_("it has spaces around it or characters other than printable ASCII"))
        return value

    def _refused(self, name: str, reason: str) -> BadSecret:
        return BadSecret(partner=self._partner, secret=name, reason=reason)
