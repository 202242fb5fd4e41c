"""Restoring a backup into an empty database: whole, with whoever was erased since erased again, or not at all.

Everything happens in one transaction; on SQLite it is that of a new file beside the database, which takes the
database's name when all is done.  Killed anywhere, there is no register where the configuration looks for it, and the
same command begins anew.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import text, update

from core.actor import SYSTEM
from core.backup.errors import FenceMissing, NotEmpty
from core.backup.loading import Loader, is_empty
from core.backup.reading import Reading
from core.backup.reapplying import Reapplied, reapply
from core.backup.service import check_log
from core.backup.upkeep import Upkeep, record
from core.customers import search
from core.database import Database, metadata
from core.disclosure.log.high_water import sync_directory
from core.disclosure.review.approvals import void_all
from core.fence import Fence
from core.keys import KeyRing
from core.register import Register
from core.rights.erasure.cleaning import wipe
from core.staff.model import session_table
from core.staff.sessions import EndReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyrage.x25519 import Identity

    from core.backup.content import Head
    from core.clock import Clock
    from core.config import Config
    from core.database import UnitOfWork
    from core.disclosure.exits import Exit

_UNFINISHED: Final = ".restoring"
_BESIDE: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: when the backup was made, its rows, its configuration, and what was done again since."""

    head: Head
    rows: int
    again: Reapplied


def restore(
    config: Config,
    path: Path,
    identities: Sequence[Identity],
    clock: Clock,
    *,
    fence_lost: bool = False,
) -> Restored:
    """Restore the backup at *path* into the empty database that *config* names.

    *fence_lost* goes on although nobody knows any more who was erased since.

    Raises:
        NotEmpty: there is something already.
        FenceMissing, KeyFileMissing: what has to be restored from its own backup first.
        BackupUnreadable, NotABackup, OtherKey, Damaged, Forged, Miscounted, NewerBackup, LogInsideBroken: it cannot be
            believed; nothing is there afterwards.
    """
    keyring = KeyRing.load(config.keys.master_key_file)
    if not config.keys.erasure_fence_file.exists():
        if not fence_lost:
            raise FenceMissing(path=str(config.keys.erasure_fence_file))
        Fence.create(config.keys.erasure_fence_file)
    with _target(config, clock) as database:
        register = Register(config, _nowhere, clock)
        register.__dict__.update(database=database, keyring=keyring)
        with database.unit_of_work() as uow:
            loader = Loader(uow.connection)
            restored = _load(uow, register, Reading(path, keyring, loader), loader, identities)
            uow.commit()
        _clean(database, restored)
    return restored


def _load(
    uow: UnitOfWork, register: Register, reading: Reading, loader: Loader, identities: Sequence[Identity]
) -> Restored:
    if not is_empty(uow.connection):
        raise NotEmpty
    head = reading.run(identities)
    loader.finish()
    register.keyring.prove(uow.connection)
    check_log(register.config, uow.connection)
    again = reapply(uow, register)
    search.rebuild(uow)
    void_all(uow)
    open_sessions = update(session_table).where(session_table.c.ended_at.is_(None))
    uow.connection.execute(open_sessions.values(ended_at=uow.now, end_reason=EndReason.EXPIRED))
    rows = sum(reading.counts.values())
    facts = {
        "made_at": head.made_at,
        "rows": rows,
        "erased_again": again.erased,
        "narrowed_again": again.narrowed,
        "log_size": head.log_size,
    }
    # A backup cannot know of itself.
    made_at = datetime.fromtimestamp(head.made_at / 1000, UTC)
    record(uow, SYSTEM, Upkeep.BACKUP, {"rows": rows}, at=made_at)
    record(uow, SYSTEM, Upkeep.RESTORE, facts)
    return Restored(head, rows, again)


def _nowhere(name: str) -> Exit:
    raise AssertionError(f"nothing leaves while a backup is restored: {name}")


@contextmanager
def _target(config: Config, clock: Clock) -> Iterator[Database]:
    """The empty database; on SQLite a new file, which takes the database's place when all has gone well."""
    final = config.database.file()
    if final is None:
        database = Database.open(config.database.address(), clock)
        try:
            yield database
        finally:
            database.close()
        return
    if any(os.path.lexists(final.with_name(final.name + suffix)) for suffix in ("", *_BESIDE)):
        raise NotEmpty
    building = final.with_name(final.name + _UNFINISHED)
    _remove(building)
    os.close(os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        database = Database.open(f"sqlite:///{building}", clock)
        try:
            yield database
        finally:
            database.close()
        building.replace(final)
        sync_directory(final.parent)
    finally:
        _remove(building)


def _remove(path: Path) -> None:
    """What a restore that was stopped has left, and its journals."""
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _clean(database: Database, restored: Restored) -> None:
    """Nothing of whoever was erased again stays in freed space."""
    wipe(database)
    if database.dialect == "postgresql" and restored.again.erased:
        with database.outside_transactions() as connection:
            for table in metadata.sorted_tables:
                connection.execute(text(f'VACUUM (FULL) "{table.name}"'))
