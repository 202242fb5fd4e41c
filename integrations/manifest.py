"""An adapter's manifest: what it declares of itself, read strictly, without importing the adapter.

A manifest can only narrow what the register's own record of the recipient allows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from core.disclosure.categories import CATEGORY_OF_FIELD
from core.messages import N_
from integrations.errors import BadManifest

if TYPE_CHECKING:
    from pathlib import Path

MAX_MANIFEST_BYTES = 256 * 1024


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages of the interface."""

    fi: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in *language*, English for any but Finnish."""
        return self.fi if language == "fi" else self.en


class RecipientProposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the adapter can make use of; ``when`` names the setting that a field needs to be switched on by."""

    role: Literal["processor", "controller"]
    countries: tuple[str, ...]
    purposes: tuple[str, ...]
    requires: tuple[str, ...]
    may_use: tuple[str, ...] = ()
    when: Mapping[str, str] = {}


class FormProposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another thing that the adapter can send (the customer alone, without an invoice), and what it takes."""

    purposes: tuple[str, ...]
    requires: tuple[str, ...]
    may_use: tuple[str, ...] = ()


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where bytes may go; everything else is refused at the socket.

    ``methods`` maps a method to the paths it may be used with; ``directory`` is the folder inside the partner's exchange
    directory for an endpoint of kind ``files``.  ``pause_seconds`` is how long to wait after each request, for a partner
    that answers only so many a minute; it goes with ``concurrency = 1``.
    """

    kind: Literal["https", "files"]
    hosts: tuple[str, ...] = ()
    default: Mapping[str, str] = {}
    methods: Mapping[Literal["GET", "POST"], tuple[str, ...]] = {}
    directory: str = ""
    seconds: float = 60
    minimum_seconds: float = 0
    request_bytes: int = 4_000_000
    response_bytes: int = 8_000_000
    concurrency: int = 0
    pause_seconds: float = 0


class Responses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """HTTP statuses without which the adapter's word *accepted* or *rejected* becomes *unknown*.

    ``busy_status``: the partner wants to be left alone for a while; the items that are left are not tried.
    """

    accepted_status: tuple[int, ...] = (200,)
    rejected_status: tuple[int, ...] = (200,)
    busy_status: tuple[int, ...] = ()


class InDoubt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How doubt is settled, and how long the partner may take to show what it has."""

    strategy: Literal["inquire", "manual"]
    settle_seconds: int = 120


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of ``[partners.<name>.settings]``; without a default it is required."""

    type: Literal["text", "flag", "number", "table"]
    help: Words
    default: Any = None
    options: tuple[str, ...] = ()
    pattern: str = ""
    minimum: float | None = None


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An adapter as it declares itself."""

    id: str
    version: str
    name: Words
    kinds: tuple[Literal["delivers", "enquires", "invoice_states", "answer_files", "whole_file"], ...]
    recipient: RecipientProposal
    endpoints: Mapping[str, Endpoint]
    in_doubt: InDoubt
    mode: Literal["single", "batch"] = "single"
    responses: Responses = Responses()
    secrets: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = {}
    forms: Mapping[str, FormProposal] = {}

    def problem(self) -> str | None:
        """What contradicts itself, as a message id; None when nothing does."""
        fields = {*self.recipient.requires, *self.recipient.may_use}
        for form in self.forms.values():
            fields |= {*form.requires, *form.may_use}
        if fields - CATEGORY_OF_FIELD.keys():
            return N_("it names a field that the register does not have")
        if self.recipient.when.keys() - fields or set(self.recipient.when.values()) - self.settings.keys():
            return N_("a condition names a field or a setting that is not declared")
        if any(endpoint.kind == "https" and not endpoint.hosts for endpoint in self.endpoints.values()):
            return N_("an endpoint has no hosts")
        if any(
            endpoint.kind == "files" and not _plain(endpoint.directory)
            for endpoint in self.endpoints.values()
        ):
            return N_("an endpoint has no plain directory name")
        return None


def _plain(name: str) -> bool:
    return name.isascii() and name.isalnum()


def read_manifest(path: Path, partner: str) -> Manifest:
    """The manifest at *path*.

    Raises:
        BadManifest: not readable, not TOML, an unknown or missing entry, or contradicting itself.
    """
    try:
        content = path.read_bytes()
        if len(content) > MAX_MANIFEST_BYTES:
            raise BadManifest(partner=partner, reason=N_("it is too large"))
        manifest = msgspec.convert(tomllib.loads(content.decode()), Manifest)
    except OSError:
        raise BadManifest(partner=partner, reason=N_("it cannot be read")) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadManifest(
            partner=partner, reason=N_("its reader says: {detail}"), detail=str(error)
        ) from None
    problem = manifest.problem()
    if problem is not None:
        raise BadManifest(partner=partner, reason=problem)
    return manifest
