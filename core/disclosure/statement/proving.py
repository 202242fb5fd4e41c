"""The receipts of the lines that the scan found: of each entry in the signed log, and of the line in its entry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from core.disclosure.log import proofs, store
from core.disclosure.log.cosigned import with_cosignatures
from core.disclosure.statement.types import Proofs

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.disclosure.log.store import SignedCheckpoint
    from core.disclosure.statement.scan import FoundLine


class Prover:
    """Proves under one checkpoint, with everybody's cosignatures; an entry is proved once for all its lines."""

    def __init__(self, connection: Connection, signed: SignedCheckpoint | None) -> None:
        self._connection = connection
        self._reach = 0 if signed is None else signed.size
        self._note = "" if signed is None else with_cosignatures(connection, signed)
        # Neighbouring entries have nearly the same way to the root.
        self._subtree = cache(store.tile_tree(connection, self._reach).subtree)
        self._entry = (-1, b"")

    def proofs_of(self, line: FoundLine) -> Proofs | None:
        """The line's two receipts; None while the signature does not reach its entry."""
        if line.index >= self._reach:
            return None
        if self._entry[0] != line.index:
            receipt = proofs.receipt_of(self._connection, line.index, self._note, self._reach, self._subtree)
            self._entry = (line.index, receipt.text.encode())
        return Proofs(self._entry[1], line.receipt.text.encode())
