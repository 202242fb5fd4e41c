"""The disclosure log as its callers see it: append inside a unit of work, sign after the commit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.disclosure.categories import FIELDS_BY_CATEGORY
from core.disclosure.log import entries, export, interchange, signing, store, verify
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.errors import (
    EntryInvalid,
    LogBusy,
    LogEntryNotFound,
    LogFault,
    LogWentBack,
    NothingSigned,
)
from core.disclosure.log.high_water import HighWaterMark
from core.disclosure.log.keeping_errors import MirrorUnwritable, WrongKey
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.model import NOTHING_SIGNED
from core.disclosure.log.tree import EMPTY_ROOT
from core.disclosure.purposes import PURPOSES, Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from core.clock import Clock
    from core.database import Database, UnitOfWork
    from core.disclosure.log.entries import Body
    from core.disclosure.log.export import ExportReport
    from core.disclosure.log.faults import FaultLatch
    from core.disclosure.log.findings import VerifyReport
    from core.disclosure.log.mirror import Mirror
    from core.disclosure.log.signing import LogSigner
    from core.disclosure.log.store import SignedCheckpoint, StoredEntry
    from core.disclosure.log.verify import LinesOf
    from core.errors import RegisterError

_SIGN_ATTEMPTS: Final = 100
# A clock that is set right again by a little is not worth an entry.
_STEP: Final = timedelta(seconds=2)


def _check_vocabulary(body: Body) -> None:
    """What is written now uses the words of now; a reader of old entries does not ask for that."""
    if isinstance(body, entries.Intent) and not (
        body.purpose in PURPOSES
        and body.basis in set(Basis)
        and FIELDS_BY_CATEGORY.keys() >= set(body.categories)
    ):
        raise EntryInvalid(detail="a purpose, basis or category that the notice does not have")


class DisclosureLog:
    """The register's disclosure log.

    The order that callers keep: `append` an intent in the same unit of work as everything it speaks of, ``commit``,
    `sign`; only when `sign` has returned may a byte leave.  `high_water` is the file outside the database that
    remembers the largest size signed; without one, an old copy of the database cannot be told from a new.  With a
    *latch*, a fault closes the log until a person opens it; a *mirror* follows each signing.
    """

    def __init__(
        self,
        database: Database,
        signer: LogSigner,
        clock: Clock,
        high_water: Path | None = None,
        *,
        latch: FaultLatch | None = None,
        mirror: Mirror | None = None,
    ) -> None:
        self.database = database
        self.signer = signer
        self.clock = clock
        self.latch = latch
        self.mirror = mirror
        self.mirror_problem: RegisterError | None = None
        self._last: SignedCheckpoint | None = None
        self.mark = None if high_water is None else HighWaterMark(high_water, signer.origin)

    @property
    def origin(self) -> str:
        """The log's name in every checkpoint: no personal data."""
        return self.signer.origin

    @property
    def vkey(self) -> str:
        """The verification key, one line, to be given to recipients and printed in the notice."""
        return self.signer.vkey

    def create(
        self, *, policy: str, software: str, predecessor: Checkpoint | None = None
    ) -> SignedCheckpoint:
        """Begin the log: write the genesis entry, sign it, leave the first high-water mark.

        Args:
            policy: version of the disclosure policy (starts with a digit, or hexadecimal).
            software: version of the program, likewise.
            predecessor: the last checkpoint of the log that this one continues.

        Raises:
            LogExists: there is a log in this database.
            LogWentBack: the high-water mark says that there was one.
        """
        if self.mark and self.mark.exists():
            marked = self.mark.read().size
            if marked > 0:
                raise LogWentBack(size=self.size(), marked=marked)
        elif self.mark:
            self.mark.write(Checkpoint(self.origin, 0, EMPTY_ROOT))
        members: dict[str, object] = {"origin": self.origin, "vkey": self.vkey}
        members |= {"policy": policy, "software": software}
        if predecessor is not None:
            members["predecessor"] = {
                "origin": predecessor.origin,
                "size": predecessor.size,
                "root": predecessor.root.hex(),
            }
        with self.database.unit_of_work() as uow:
            self.append(uow, "genesis", members | {"ts": store.milliseconds(uow.now)})
            uow.commit()
        return self.sign()

    def append(self, uow: UnitOfWork, kind: str, body: Mapping[str, object] | Body) -> int:
        """Add an entry inside the caller's unit of work, which keeps the log's head locked until it ends.

        *body* is the typed body (`entries.Intent`, `entries.Outcome`) or its members; ``ts`` (ms) is the unit's
        time when left out of the members.  Returns the entry's index.

        Raises:
            EntryInvalid: the body is not as its kind's schema wants it.
            LogNotCreated: there is no genesis yet.
            HeadChanged: the stored head does not fit the entries.
            LogWentBack: the database lacks what was signed: an old copy was restored.
            LogClosed: an intent, while a fault waits for a person.
        """
        try:
            return self._append(uow, kind, body, self._admit(uow, kind))
        except LogFault as fault:
            # The database is being written: what closes the log for others is the file.
            if self.latch:
                self.latch.close_file(fault, uow.now)
            raise

    def _admit(self, uow: UnitOfWork, kind: str) -> store.Head:
        """No entry on a log that lacks what was signed: it would take the place of another; no intent on a closed one.

        Returns the head, locked.

        Raises:
            LogWentBack, LogClosed: it is so.
        """
        if self.latch and kind == "intent":
            self.latch.refuse(uow.connection)
        mark = self.mark if kind != "genesis" else None
        # The mark first: other signers move it, and the size must not seem to lag behind.
        marked = mark.read() if mark and mark.exists() else None
        head = store.locked_head(uow.connection)
        if mark and not marked and head.size:
            marked = mark.read()
        if marked and head.size < marked.size:
            raise LogWentBack(size=head.size, marked=marked.size)
        return head

    def _append(self, uow: UnitOfWork, kind: str, body: Mapping[str, object] | Body, head: store.Head) -> int:
        if not isinstance(body, entries.Body):
            body = entries.body_of(kind, {"ts": store.milliseconds(uow.now)} | dict(body))
        elif entries.kind_of(body) != kind:
            raise EntryInvalid(detail=f"not a body of kind {kind}")
        _check_vocabulary(body)
        stack = head.stack()
        before = store.time_of(uow.connection, stack.size - 1)
        if before is not None and before - store.instant(body.ts) > _STEP:
            step = {"ts": body.ts, "before": store.milliseconds(before)}
            store.append(uow.connection, entries.body_of("clock", step), stack)
        return store.append(uow.connection, body, stack)

    def sign(self) -> SignedCheckpoint:
        """Sign the log as it is committed now, or return the checkpoint that covers it already.

        To be called after the commit, outside any unit of work: it reads everything since the last signed size
        again on a connection of its own and computes the root by a second path.  The high-water mark and the
        checkpoint are durable when it returns.

        Raises:
            LogFault: something does not hold (its kinds say what); nothing was signed.
            DatabaseUnavailable, LogBusy: nothing was signed; trying again may help.
            MirrorUnwritable: the mirror is required and cannot be written; nothing was signed.
        """
        if self.latch is None:
            return self.sign_examined()
        try:
            return self._sign(self.latch)
        except LogFault as fault:
            self.latch.close(self.database, fault)
            raise

    def sign_examined(self) -> SignedCheckpoint:
        """As `sign`, whether or not the log is closed: for those who open it."""
        return self._sign(None)

    def _sign(self, latch: FaultLatch | None) -> SignedCheckpoint:
        for _ in range(_SIGN_ATTEMPTS):
            examined = self._examine(latch)
            self._stage(examined.size)
            if examined.before is not None and examined.before.size == examined.size:
                self._publish(examined.before)
                return examined.before
            signed = self._store(examined)
            if signed is not None:
                self._publish(signed)
                return signed
        raise LogBusy

    def _examine(self, latch: FaultLatch | None = None) -> signing.Examined:
        try:
            return self._examine_with(self.signer, latch)
        except WrongKey:
            # Another process may have changed keys since this one read the file.
            self.signer = self.signer.reloaded()
            return self._examine_with(self.signer, latch)

    def _examine_with(self, signer: LogSigner, latch: FaultLatch | None) -> signing.Examined:
        # The mark is read first: a faster signer may move both, and the database must not seem to lag behind.
        mark, trouble = self._marked()
        with self.database.reading() as connection:
            if latch is not None:
                latch.refuse(connection)
            if trouble is not None:
                raise trouble
            return signing.examine(connection, signer, mark, self._last)

    def _marked(self) -> tuple[Checkpoint | None, LogFault | None]:
        """The mark, or what is wrong with it: a log that is closed says so before anything else."""
        try:
            return (self.mark.read() if self.mark else None), None
        except LogFault as trouble:
            return None, trouble

    def _stage(self, size: int) -> None:
        """Tiles go to the mirror before the mark moves: what was signed can always be read back from it."""
        if self.mirror is None:
            return
        try:
            with self.database.reading() as connection:
                self.mirror.stage(connection, size)
        except (MirrorUnwritable, LogFault) as problem:
            if self.mirror.required:
                raise
            self.mirror_problem = problem
        else:
            self.mirror_problem = None

    def _publish(self, signed: SignedCheckpoint) -> None:
        """The checkpoint is committed; a mirror that cannot take it is brought up to date by the next signing."""
        if self.mirror is None or self.mirror_problem is not None:
            return
        try:
            with self.database.reading() as connection:
                self.mirror.publish(connection, signed)
        except (MirrorUnwritable, LogFault) as problem:
            self.mirror_problem = problem

    def _store(self, examined: signing.Examined) -> SignedCheckpoint | None:
        """Store the checkpoint in a commit of its own; None when another signer was faster."""
        before = NOTHING_SIGNED if examined.before is None else examined.before.size
        with self.database.unit_of_work() as uow:
            signed = self.signer.sign(examined.size, examined.root, uow.now, examined.keys)
            if not store.store_checkpoint(uow.connection, before, signed):
                return None
            # Before the commit: after a crash in between the mark is ahead of the checkpoint, never behind it.
            if self.mark:
                self.mark.write(signed.checkpoint)
            uow.commit()
        self._last = signed
        return signed

    def check(self) -> None:
        """What start-up asks: the log is there, has not gone back in time, and its unsigned tail is whole.

        Raises:
            LogFault: it is not so.
        """
        self._examine()

    def exists(self) -> bool:
        """Whether the log was begun."""
        return self.size() > 0

    def size(self) -> int:
        """How many entries are committed."""
        with self.database.reading() as connection:
            return self.size_in(connection)

    def size_in(self, connection: Connection) -> int:
        """How many entries *connection* sees."""
        return store.head(connection).size

    def latest(self) -> SignedCheckpoint | None:
        """The largest signed checkpoint, its signature checked; None when nothing was signed.

        Raises:
            CheckpointChanged: it was changed, or larger ones were removed.
        """
        with self.database.reading() as connection:
            return self.latest_in(connection)

    def latest_in(self, connection: Connection) -> SignedCheckpoint | None:
        """As `latest`, as *connection* sees it."""
        return signing.latest(connection, stored_chain(connection, self.signer.verifier))

    def entries(
        self, connection: Connection, start: int = 0, end: int | None = None
    ) -> Iterator[StoredEntry]:
        """The entries from *start* up to but not including *end* (default: all), in order."""
        return store.read_entries(connection, start, self.size_in(connection) if end is None else end)

    def entry(self, connection: Connection, index: int) -> StoredEntry:
        """One entry.

        Raises:
            LogEntryNotFound: there is none at *index*.
        """
        for entry in store.read_entries(connection, index, index + 1):
            return entry
        raise LogEntryNotFound(index=index, size=self.size_in(connection))

    def verify(self, lines: LinesOf | None = None) -> VerifyReport:
        """Verify everything that is stored: entries, hashes, tree, every checkpoint, the story the entries tell.

        *lines* gives the stored lines of a transfer id (`core.disclosure.transfers.stored_lines`); without it they
        are not compared.  Changes nothing, reads one consistent state.
        """
        with self.database.reading() as connection:
            return verify.verify_stored(connection, self.signer, self.mark, lines)

    def export(self, directory: Path, lines: LinesOf | None = None) -> ExportReport:
        """Write the signed log into *directory*, empty or an earlier export of this log, as a tlog-tiles log.

        *lines* gives the stored lines of a transfer id; with it they go along, a file a transfer.

        Raises:
            NothingSigned, ExportRefused, ExportUnwritable: nothing or not everything was written.
            LogFault: the stored log, or the earlier export, does not hold; the checkpoint was not published.
        """
        with self.database.reading() as connection:
            return export.write_export(connection, self.signer.verifier, directory, lines)

    def write_interchange(self, path: Path, form: str) -> int:
        """Write the signed entries to *path* as ``jsonl``, ``fhir`` or ``csv``; see `core.disclosure.log.interchange`.

        Returns how many lines the file has.

        Raises:
            NothingSigned, ExportUnwritable, CannotWrite, LogFault: nothing was written.
        """
        signed = self.latest()
        if signed is None:
            raise NothingSigned
        with self.database.reading() as connection:
            return interchange.write(
                path, form, self.origin, lambda: store.read_entries(connection, 0, signed.size)
            )
