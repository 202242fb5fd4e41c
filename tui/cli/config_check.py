"""What a configuration refers to: adapters, mappings, secrets and keys, each looked at without sending anything."""

from __future__ import annotations

from functools import partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from core.backup.keys import read_recipients
from core.clock import SystemClock
from core.config.errors import ConfigProblem, UnknownAdapter
from core.customers.load_rows import row_reader
from core.database import Database
from core.disclosure.log import LogSigner
from core.documents import FILES
from core.errors import RegisterError
from core.keys import KeyRing, read_secret_file
from core.updates.mapping import mapping_of
from integrations.connection import check_server
from integrations.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.config.schema import Config


def problems_outside(config: Config, file: str) -> Iterator[RegisterError]:
    """Every problem of what *config*, read from *file*, refers to; the database is `rekisteri db check`'s."""
    yield from _adapters(config, file)
    yield from _partners(config)
    for tried in _trials(config):
        try:
            tried()
        except RegisterError as error:
            yield error


def _adapters(config: Config, file: str) -> Iterator[ConfigProblem]:
    installed = sorted(each.name for each in entry_points(group="rekisteri.adapters"))
    named = {f"partners.{name}": name for name in config.partners}
    named |= {
        f"recipients.{code}.adapter": each.adapter
        for code, each in config.recipients.items()
        # Files are the register's own way out.
        if each.adapter != FILES
    }
    for key, value in named.items():
        if value not in installed:
            yield UnknownAdapter(file=file, key=key, value=value, installed=", ".join(installed))


def _partners(config: Config) -> Iterator[RegisterError]:
    """What the partners' manifests say of their settings; no partner is spoken to."""
    database = Database.open(config.database.url)
    try:
        for partner in Hub(config, database, SystemClock()).partners():
            if partner.problem is not None:
                yield partner.problem
    finally:
        database.close()


def _trials(config: Config) -> Iterator[Callable[[], object]]:
    """Reads that fail when something is missing or exposed."""
    for name in config.loads:
        yield partial(row_reader, config, name)
    for name in config.updates:
        yield partial(mapping_of, config, name)
    for partner in config.partners.values():
        for secret in partner.secrets.values():
            yield secret.reveal
    for server in config.sftp.values():
        yield partial(check_server, server)
    if config.database.password is not None:
        yield config.database.password.reveal
    yield partial(KeyRing.load, config.keys.master_key_file)
    yield partial(LogSigner.load, config.keys.log_key_file)
    if config.backup.recipients:
        yield partial(read_recipients, config.backup.recipients)
    if config.backup.key_file is not None:
        yield partial(read_secret_file, config.backup.key_file)
