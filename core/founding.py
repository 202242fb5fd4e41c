"""A new register: configuration, keys, database and log, made together or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import migrations
from core.actor import SYSTEM
from core.clock import Clock, SystemClock
from core.config.errors import ConfigExists, ConfigUnwritable
from core.config.example import new_text
from core.config.reading import read_content
from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.policy import POLICY_VERSION
from core.disclosure.recipients import sync_recipients
from core.fence import Fence
from core.keys import KeyRing, write_secret_file
from core.reasons import reason_of
from core.version import version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.config.schema import Config


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made; ``vkey`` is the line that others verify the log with."""

    file: Path
    config: Config
    vkey: str


def found_register(
    file: Path, given: Mapping[str, str], clock: Clock | None = None, *, text: str | None = None
) -> Founded:
    """Make a register that works: configuration (0600), keys, folders, migrated database, log with its genesis.

    Args:
        file: where the configuration goes; there must be none.
        given: values by dotted key, for the settings that have no default.
        clock: the time of the genesis.
        text: a whole configuration instead of *given*.

    Raises:
        ConfigError: the values are not as they should be, or there is a configuration already.
        KeyFileExists, LogExists: something of an older register is in the way.
        DatabaseUnavailable: the database does not answer.
        ConfigUnwritable: a file or folder cannot be made.  What was made before any of these is taken away again.
    """
    if file.exists():
        raise ConfigExists(file=str(file))
    content = (new_text(given) if text is None else text).encode()
    reading = read_content(content, file)
    if reading.config is None:
        raise reading.problems[0]
    try:
        with ExitStack() as undo:
            vkey = _make(reading.config, file, content, clock or SystemClock(), undo)
            undo.pop_all()
    except OSError as error:
        raise ConfigUnwritable(file=str(error.filename or file), reason=reason_of(error)) from error
    return Founded(file, reading.config, vkey)


def _make(config: Config, file: Path, content: bytes, clock: Clock, undo: ExitStack) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_secret_file(file, content)
    undo.callback(file.unlink)
    folders = config.files
    for directory in (folders.quarantine_directory, folders.exchange_directory, folders.export_directory):
        if not directory.exists():
            directory.mkdir(parents=True, mode=0o700)
            undo.callback(directory.rmdir)
    KeyRing.create(config.keys.master_key_file)
    undo.callback(config.keys.master_key_file.unlink)
    Fence.create(config.keys.erasure_fence_file)
    undo.callback(config.keys.erasure_fence_file.unlink)
    signer = LogSigner.create(config.keys.log_key_file, config.log.origin)
    undo.callback(config.keys.log_key_file.unlink)
    if not config.log.high_water_file.exists():
        undo.callback(config.log.high_water_file.unlink, missing_ok=True)
    _make_database_file(config, undo)
    database = Database.open(config.database.address(), clock)
    try:
        migrations.upgrade(database)
        with database.unit_of_work() as uow:
            sync_recipients(uow, SYSTEM, config.recipients)
            uow.commit()
        log = DisclosureLog(database, signer, clock, config.log.high_water_file)
        log.create(policy=str(POLICY_VERSION), software=version())
    finally:
        database.close()
    return signer.vkey


def _make_database_file(config: Config, undo: ExitStack) -> None:
    """An SQLite database is a file that only we may read; its journals take the same mode."""
    path = config.database.file()
    if path is not None and not path.exists():
        path.touch(mode=0o600)
        for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            undo.callback(name.unlink, missing_ok=True)
