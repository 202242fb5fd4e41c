"""The fault latch: once the log could not be trusted, nothing leaves until a person has looked.

It is kept twice, in a file beside the high-water mark and in the database, and either closes the log: a restored
database does not forget the fault, and other machines on the same database know of it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from core.clock import HELSINKI
from core.disclosure.log.high_water import replace_file, sync_directory
from core.disclosure.log.keeping_errors import FileUnwritable, LogClosed
from core.disclosure.log.model import log_fault
from core.errors import RegisterError
from core.prepared import Prepared
from core.reasons import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from core.database import Database, UnitOfWork
    from core.disclosure.log.errors import LogFault

_MAX_BYTES: Final = 4096
_UNREADABLE: Final = "log.unreadable"
_OPEN: Final = Prepared(
    select(log_fault.c.code, log_fault.c.since)
    .where(log_fault.c.cleared_at.is_(None))
    .order_by(log_fault.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Latched:
    """What closed the log, and when."""

    code: str
    since: datetime


class FaultLatch:
    """The latch of one log."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self, connection: Connection) -> Latched | None:
        """What closed the log; None when it is open."""
        kept = self._in_file()
        if kept is not None:
            return kept
        row = _OPEN.row(connection)
        return None if row is None else Latched(*row)

    def refuse(self, connection: Connection) -> None:
        """Go on only when the log is open.

        Raises:
            LogClosed: it is not.
        """
        latched = self.state(connection)
        if latched is not None:
            since = latched.since.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M")
            raise LogClosed(since=since, fault=latched.code)

    def _in_file(self) -> Latched | None:
        if not self.path.exists():
            return None
        since = datetime.fromtimestamp(self.path.stat().st_mtime, HELSINKI)
        try:
            kept = json.loads(self.path.read_bytes()[:_MAX_BYTES])
            return Latched(str(kept["code"]), datetime.fromisoformat(kept["since"]))
        except (OSError, ValueError, TypeError, KeyError):
            # Whatever it says, it is there: the log stays closed.
            return Latched(_UNREADABLE, since)

    def close_file(self, fault: LogFault, now: datetime) -> None:
        """Close the log outside the database: also when the database cannot be written, or is being written."""
        if not fault.latches or self.path.exists():
            return
        content = json.dumps({"code": fault.code, "since": now.isoformat()})
        # Where not even this can be written, the database remembers; where neither can, the next signing finds it.
        with suppress(OSError):
            replace_file(self.path, content.encode())
            sync_directory(self.path.parent)

    def close(self, database: Database, fault: LogFault) -> None:
        """Close the log in both places; what cannot be written is left to the other."""
        if not fault.latches:
            return
        self.close_file(fault, database.clock.now())
        with suppress(RegisterError), database.unit_of_work() as uow:
            if _OPEN.row(uow.connection) is None:
                uow.connection.execute(insert(log_fault).values(code=fault.code, since=uow.now))
                uow.commit()

    def clear_rows(self, uow: UnitOfWork, staff_id: int | None, reason: str) -> None:
        """Open the log in the database, in the caller's unit of work."""
        uow.connection.execute(
            update(log_fault)
            .where(log_fault.c.cleared_at.is_(None))
            .values(cleared_at=uow.now, cleared_by=staff_id, reason=reason)
        )

    def clear_file(self) -> None:
        """Open the log outside the database, last of all.

        Raises:
            FileUnwritable: the file cannot be removed: the log stays closed.
        """
        try:
            self.path.unlink(missing_ok=True)
            sync_directory(self.path.parent)
        except OSError as error:
            raise FileUnwritable(path=str(self.path), reason=reason_of(error)) from error
