"""Attempts: each effect that sends is recorded, durably, before its first byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.disclosure.errors import PermitRefused, TransferTaken
from core.disclosure.model import transfer_attempt_table, transfer_table
from core.disclosure.owner import LEASE, this_process
from core.disclosure.sealing import blinded
from core.disclosure.types import OPEN_STATES, TransferState
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from core.database import Database
    from core.disclosure.intent import Intent

_DESCRIPTION_WIDTH = 200


class AttemptRecorder:
    """What an exit calls before it sends; returns only when the attempt is durable.

    ``recorded`` counts durable attempts; ``failed`` tells that one could not be recorded, so that whatever the exit
    answers afterwards is not believed.
    """

    def __init__(self, database: Database, intent: Intent) -> None:
        self._database = database
        self._intent = intent
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
            mine = select(transfer_table.c.id, transfer_table.c.number, transfer_table.c.state).where(
                transfer_table.c.id == self._intent.transfer_id, transfer_table.c.owner == this_process()
            )
            row = uow.connection.execute(mine.with_for_update()).first()
            if row is None or row.state not in OPEN_STATES:
                raise TransferTaken(transfer=self._intent.log_index)
            number = uow.connection.execute(
                select(func.count()).where(transfer_attempt_table.c.transfer_id == self._intent.transfer_id)
            ).scalar_one()
            uow.connection.execute(
                transfer_attempt_table.insert().values(
                    transfer_id=self._intent.transfer_id,
                    number=number,
                    at=uow.now,
                    description=shorten(clean_line(description), _DESCRIPTION_WIDTH),
                    digest=blinded(self._intent.blinding, digest),
                )
            )
            uow.connection.execute(
                transfer_table.update()
                .where(transfer_table.c.id == self._intent.transfer_id)
                .values(state=TransferState.SENDING, attempted_at=uow.now, lease_until=uow.now + LEASE)
            )
            uow.commit()
        self.recorded += 1
        self.failed = False

    def end(self) -> None:
        """The delivery is over: no more attempts."""
        self._open = False
