"""Attempts: each effect that sends is recorded, durably, before its first byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, insert, select, update

from core.disclosure.errors import PermitRefused, TransferTaken
from core.disclosure.model import transfer_attempt_table, transfer_table
from core.disclosure.owner import LEASE, this_process
from core.disclosure.sealing import blinded
from core.disclosure.types import OPEN_STATES, TransferState
from core.prepared import Prepared
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.database import Database
    from core.disclosure.intent import Intent

_DESCRIPTION_WIDTH = 200

# Built once: each transfer pays for these.
_MINE: Final = Prepared(
    select(transfer_table.c.state)
    .where(transfer_table.c.id == bindparam("transfer"), transfer_table.c.owner == bindparam("process"))
    .with_for_update()
)
_ATTEMPTS: Final = Prepared(
    select(func.count()).where(transfer_attempt_table.c.transfer_id == bindparam("transfer"))
)
_INSERT: Final = Prepared(
    insert(transfer_attempt_table), ("transfer_id", "number", "at", "description", "digest")
)
_SENDING: Final = Prepared(
    update(transfer_table)
    .where(transfer_table.c.id == bindparam("transfer"))
    .values(state=TransferState.SENDING, attempted_at=bindparam("begun"), lease_until=bindparam("until"))
)


class AttemptRecorder:
    """What an exit calls before it sends; returns only when the attempt is durable.

    ``recorded`` counts durable attempts; ``failed`` tells that one could not be recorded, so that whatever the exit
    answers afterwards is not believed.
    """

    def __init__(
        self, database: Database, intent: Intent, watch: Callable[[int], None] | None = None
    ) -> None:
        self._database = database
        self._intent = intent
        self._watch = watch
        self._open = True
        self.recorded = 0
        self.failed = False

    def __call__(self, description: str, digest: bytes) -> None:
        """Record that *description* with the SHA-256 *digest* of its bytes is about to be sent.

        Raises:
            PermitRefused: the delivery is over, or an earlier attempt could not be recorded.
            TransferTaken: another process has closed the transfer.
            RegisterError: the attempt cannot be written; nothing may be sent.
        """
        if not self._open or self.failed:
            raise PermitRefused
        self.failed = True
        with self._database.unit_of_work() as uow:
            transfer = self._intent.transfer_id
            mine = _MINE.row(uow.connection, {"transfer": transfer, "process": this_process()})
            if mine is None or mine[0] not in OPEN_STATES:
                raise TransferTaken(transfer=self._intent.log_index)
            (made,) = _ATTEMPTS.rows(uow.connection, {"transfer": transfer})
            attempt = {
                "transfer_id": transfer,
                "number": made[0],
                "at": uow.now,
                "description": shorten(clean_line(description), _DESCRIPTION_WIDTH),
                "digest": blinded(self._intent.blinding, digest),
            }
            _INSERT.run(uow.connection, attempt)
            sending = {"transfer": transfer, "begun": uow.now, "until": uow.now + LEASE}
            _SENDING.run(uow.connection, sending)
            uow.commit()
        self.recorded += 1
        self.failed = False
        if self._watch is not None:
            self._watch(self.recorded)

    def end(self) -> None:
        """The delivery is over: no more attempts."""
        self._open = False
