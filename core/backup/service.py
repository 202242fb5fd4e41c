"""Making a backup, and looking whether one can be believed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, create_engine, select
from sqlalchemy.pool import NullPool

from core.actor import Role, require
from core.backup.content import Written
from core.backup.errors import KeyBeingChanged, LogInsideBroken
from core.backup.keys import read_recipients
from core.backup.reading import Reading
from core.backup.sealing import write_sealed
from core.backup.upkeep import Upkeep, record
from core.bulk import insert_many
from core.disclosure.log import model as log
from core.disclosure.log.keeping_errors import WrongKey
from core.disclosure.log.signing import LogSigner
from core.disclosure.log.verify import verify_stored
from core.disclosure.model import transfer_line_table
from core.disclosure.transfers import stored_lines
from core.keys import master_key_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyrage.x25519 import Identity, Recipient
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.backup.content import Head
    from core.config import Config
    from core.disclosure.log.findings import VerifyReport
    from core.keys import KeyRing
    from core.register import Register

KEEPERS: Final = (Role.ADMINISTRATOR, Role.CONTACT_PERSON)
_ALONE: Final = MetaData()
# What verifying the log reads: its own tables, and of the lines of transfers what it speaks of.
_KEPT: Final = {
    table.name: table
    for table in (
        *(log.log_entry, log.log_node, log.log_head, log.log_signed, log.log_checkpoint),
        Table(
            transfer_line_table.name,
            _ALONE,
            Column("transfer_id", Text, primary_key=True),
            Column("number", Integer, primary_key=True, autoincrement=False),
            *(Column(name, LargeBinary) for name in ("tag", "commitment", "digest")),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written: its size in bytes, its rows by table, and how many entries its log has."""

    size: int
    counts: Mapping[str, int]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Verified:
    """A backup that can be believed."""

    made_at: datetime
    software: str
    shape: str
    database: str
    counts: Mapping[str, int]
    log_size: int
    config: str

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.counts.values())


def create(register: Register, actor: Actor, path: Path, config: str) -> Made:
    """Write everything that the register holds at this moment into a new encrypted file.

    *config* is the text of the configuration, which never holds a secret.  Keys and fence are not in it.

    Raises:
        NoBackupKey, BadRecipient: the configuration does not say for whom.
        KeyBeingChanged: the master key is being changed.
        BackupUnreadable: it cannot be written; nothing of it is left.
    """
    require(actor, *KEEPERS)
    recipients = read_recipients(register.config.backup.recipients)
    with register.database.reading() as connection:
        now = register.clock.now()
        made = write(connection, register.keyring, path, now=now, recipients=recipients, config=config)
    with register.database.unit_of_work() as uow:
        record(uow, actor, Upkeep.BACKUP, {"size": made.size, "rows": made.rows})
        uow.commit()
    return made


def write(
    connection: Connection,
    keyring: KeyRing,
    path: Path,
    *,
    now: datetime,
    recipients: Sequence[Recipient],
    config: str,
) -> Made:
    """Write what *connection* sees, in its one moment.

    Raises:
        KeyBeingChanged: the master key is being changed.
        BackupUnreadable: as `create`.
    """
    in_force = connection.execute(select(master_key_table.c.key_id)).scalar()
    if in_force not in (None, keyring.master_key_id):
        raise KeyBeingChanged
    written = Written(connection, keyring, now, config)
    size = write_sealed(path, recipients, written.pieces())
    return Made(size, written.counts)


def verify(config: Config, keyring: KeyRing, path: Path, identities: Sequence[Identity]) -> Verified:
    """Read the whole backup: every chunk, every record, the counts, the proof, and the disclosure log inside.

    Raises:
        BackupUnreadable, NotABackup, OtherKey, Damaged, Forged, Miscounted, NewerBackup, LogInsideBroken.
    """
    # A database without a name: SQLite keeps it in a file that nobody can open, and it is gone when it is closed.
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(""), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            reading = Reading(path, keyring, _LogAlone(connection))
            head = reading.run(identities)
            check_log(config, connection)
    finally:
        engine.dispose()
    return Verified(
        made_at=datetime.fromtimestamp(head.made_at / 1000, UTC),
        software=head.software,
        shape=head.shape,
        database=head.database,
        counts=reading.counts,
        log_size=head.log_size,
        config=head.config,
    )


def check_log(config: Config, connection: Connection) -> VerifyReport:
    """Verify the log that *connection* sees, lines too; whether it is the newest is asked elsewhere.

    Raises:
        LogInsideBroken: something does not hold.
    """
    signer = LogSigner.load(config.keys.log_key_file)
    report = verify_stored(connection, signer, None, stored_lines)
    for problem in report.problems:
        # The log's key may have been changed since: the entries that say so come back with the mirror.
        if not isinstance(problem, WrongKey):
            raise LogInsideBroken(problem=problem)
    return report


class _LogAlone:
    """Keeps what verifying the log needs, which says nothing about anybody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        for table in _KEPT.values():
            table.create(connection)

    def head(self, head: Head) -> None:
        """Nothing is needed of it."""

    def rows(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        """Keep the log's, and of lines what the log speaks of."""
        if table not in _KEPT:
            return
        names = [name for name in columns if name in _KEPT[table].c]
        places = [columns.index(name) for name in names]
        insert_many(
            self._connection, _KEPT[table], names, [tuple(row[place] for place in places) for row in rows]
        )
