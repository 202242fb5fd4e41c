"""The hub: which partners there are, each as a way out for the gate, and what comes back from them.

Nothing is imported, read or opened before it is asked for.  Keys of items: Netvisor's is the sales invoice number
(digits); Asiakastieto's is any unique text.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.documents.errors import NoSuchForm
from core.errors import ConfigError, RegisterError
from core.messages import N_, tr
from integrations.answers import UnreadableAnswer
from integrations.catalogue import Catalogue
from integrations.connection import connect
from integrations.driver import Driver, Exposure
from integrations.errors import (
    NotACapability,
    PartnerNotConfigured,
    PartnerSilent,
)
from integrations.forms import OfForm
from integrations.invoice_states import first_day_to_read, record_page
from integrations.partner_exit import PartnerExit, new_id
from integrations.protocol import Delivers, DeliversForms, ExchangeFailed, FetchedInvoice, Fetches
from integrations.transport import TransportFailure
from integrations.whole_file import fetch_whole
from integrations.words import in_words, message_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from core.actor import Actor
    from core.batches.types import Watcher
    from core.clock import Clock
    from core.config import Config
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.updates.sources import Source
    from integrations.connection import Connection
    from integrations.manifest import Manifest
    from integrations.protocol import Adapter, Checkpoint, Environment

INVOICE_STATES: Final = "invoice_states"
DELIVERS: Final = "delivers"
READERS: Final = (Role.CLERK, Role.CONTACT_PERSON)


@dataclass(frozen=True, slots=True)
class PartnerSummary:
    """An installed adapter and what config.toml makes of it.

    ``environment`` is None when it is not configured; ``problem`` says why it cannot be used as it stands.
    """

    name: str
    manifest: Manifest
    environment: Environment | None = None
    destinations: tuple[str, ...] = ()
    problem: RegisterError | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a connection test found; ``notes`` are sentences for the administrator, as (message id, data)."""

    ok: bool
    code: str
    notes: tuple[tuple[str, Mapping[str, str]], ...] = ()

    def sentences(self, language: str) -> tuple[str, ...]:
        """The notes in *language*; when something is wrong, what the code means comes first."""
        told = tuple(tr(msgid, language, **data) for msgid, data in self.notes)
        return told if self.ok else (in_words(self.code, language), *told)


@dataclass(frozen=True, slots=True)
class InvoiceReading:
    """How many of the partner's invoices were read, how many are ours and changed."""

    read: int = 0
    changed: int = 0


class Hub:
    """The partners of one register."""

    def __init__(
        self, config: Config, database: Database, clock: Clock, catalogue: Catalogue | None = None
    ) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._catalogue = catalogue or Catalogue()
        self._exits: dict[str, PartnerExit] = {}

    def partners(self) -> tuple[PartnerSummary, ...]:
        """Every installed adapter, by name; no adapter is imported for it."""
        return tuple(self._summary(name) for name in self._catalogue.names())

    def partner(self, name: str) -> PartnerSummary:
        """One installed adapter.

        Raises:
            NoSuchPartner: none of that name is installed.
        """
        return self._summary(name)

    def exit(self, name: str) -> Exit:
        """The partner as a way out: the gate's ``exits``.  ``netvisor-customer`` is one of its other forms.

        Raises:
            NoSuchPartner: no adapter of that name is installed.
            NoSuchForm: the adapter does not send that form.
            ConfigError: it is not configured, or not as it should be.
            NotACapability: it takes nothing out.
        """
        if name not in self._exits:
            partner, _, form = name.partition("-")
            adapter = self._form_adapter(partner, form) if form else self._catalogue.adapter(partner)
            if not isinstance(adapter, Delivers):
                raise NotACapability(partner=partner, capability=DELIVERS)
            self._exits[name] = PartnerExit(adapter, self._connection(partner), self._clock)
        return self._exits[name]

    def _form_adapter(self, partner: str, form: str) -> Adapter:
        known = self._catalogue.manifest(partner).forms
        adapter = self._catalogue.adapter(partner) if form in known else None
        if not isinstance(adapter, DeliversForms):
            raise NoSuchForm(form=form, known=", ".join(sorted(known)) or "–")
        return OfForm(adapter, form, known[form])

    def check(self, name: str, user_name: str = "") -> CheckReport:
        """Try the connection with invented data only; *user_name* is told to partners that ask who does it.

        Raises:
            NoSuchPartner, ConfigError: as `exit`.
        """
        connection, adapter = self._connection(name), self._catalogue.adapter(name)
        connection.check_secrets()
        driver = self._driver(adapter, connection, user_name)
        try:
            found = driver.run(adapter.check(driver.context()), Exposure())
        except TransportFailure as failure:
            return CheckReport(ok=False, code=failure.reason)
        except UnreadableAnswer as unreadable:
            note = N_("The answer could not be read: {reason}.")
            return CheckReport(ok=False, code="unreadable", notes=((note, {"reason": unreadable.reason}),))
        masked = connection.secrets.masked
        notes = tuple(
            (msgid, {key: masked(value) for key, value in data.items()}) for msgid, data in found.notes
        )
        return CheckReport(ok=found.ok, code=found.code, notes=notes)

    def read_invoice_states(self, actor: Actor) -> InvoiceReading:
        """Read the states of our invoices from each accounting partner; what was read before a failure is kept.

        Raises:
            NotPermitted: the actor is not one to read them.
            PartnerSilent: a partner did not answer, or not as documented.
            ConfigError: a partner is not as it should be.
        """
        require(actor, *READERS)
        with self._database.reading() as connection:
            since = first_day_to_read(connection)
        if since is None:
            return InvoiceReading()
        read = changed = 0
        for name in self._configured(INVOICE_STATES):
            for page in self.fetch(name, f"{since.isoformat()}/", actor.user_name):
                rows = [record for record in page.records if isinstance(record, FetchedInvoice)]
                read += len(rows)
                changed += record_page(self._database, actor, rows).changed
        return InvoiceReading(read, changed)

    def fetch(self, name: str, cursor: str | None, user_name: str = "") -> Iterator[Checkpoint]:
        """What a partner has to bring, page by page; keep a page and its cursor before asking for the next.

        Raises:
            NotACapability: it brings nothing.
            PartnerSilent: it did not answer, or not as documented; the pages before stand.
            ConfigError: it is not as it should be.
        """
        connection, adapter = self._connection(name), self._catalogue.adapter(name)
        if not isinstance(adapter, Fetches):
            raise NotACapability(partner=name, capability=INVOICE_STATES)
        driver = self._driver(adapter, connection, user_name)
        try:
            with closing(driver.pages(adapter.fetch(driver.context(), cursor), Exposure())) as pages:
                yield from pages
        except TransportFailure as failure:
            raise PartnerSilent(partner=name, reason=message_id(failure.reason)) from None
        except UnreadableAnswer:
            raise PartnerSilent(partner=name, reason=message_id("unreadable")) from None
        except ExchangeFailed as failure:
            raise PartnerSilent(partner=name, reason=message_id(failure.code)) from None

    def source(self, service: str) -> Source:
        """Where the answers of the update service called *service* lie: its folder, or its partner's.

        Raises:
            NoSuchService: there is none of that name.
            ConfigError: its partner is not as it should be.
        """
        from core.updates.mapping import service_of
        from core.updates.sources import FolderSource
        from integrations.partner_files import PartnerFiles

        settings = service_of(self._config, service)
        if settings.folder is not None:
            return FolderSource(settings.folder, settings.files, settings.settled_seconds, self._clock)
        adapter = self._config.recipients[settings.recipient].adapter
        return PartnerFiles(self._connection(adapter), settings.files)

    def fetch_whole(self, name: str, path: Path, progress: Watcher | None = None) -> int:
        """A partner's file of everything, fetched to *path*; see `integrations.whole_file.fetch_whole`.

        Raises:
            ConfigError, PartnerSilent, CannotWrite: why there is none.
        """
        connection, adapter = self._connection(name), self._catalogue.adapter(name)
        return fetch_whole(self._driver(adapter, connection, ""), adapter, name, path, progress)

    def _configured(self, kind: str) -> list[str]:
        return [
            name
            for name in self._catalogue.names()
            if name in self._config.partners and kind in self._catalogue.manifest(name).kinds
        ]

    def _connection(self, name: str) -> Connection:
        manifest = self._catalogue.manifest(name)
        if name not in self._config.partners:
            raise PartnerNotConfigured(partner=name)
        config = self._config
        return connect(name, manifest, config.partners[name], config.files.exchange_directory, config.sftp)

    def _driver(self, adapter: Adapter, connection: Connection, user_name: str) -> Driver:
        return Driver(adapter, connection, self._clock, new_id, user_name)

    def _summary(self, name: str) -> PartnerSummary:
        manifest = self._catalogue.manifest(name)
        if name not in self._config.partners:
            return PartnerSummary(name, manifest)
        environment = self._config.partners[name].environment
        try:
            connection = self._connection(name)
        except ConfigError as problem:
            return PartnerSummary(name, manifest, environment, problem=problem)
        return PartnerSummary(name, manifest, environment, connection.destinations())
