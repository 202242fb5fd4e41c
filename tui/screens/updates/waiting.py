"""Proposals as a list of any length: read a stretch at a time, those decided on taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.updates import proposals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.updates.proposals import ProposalLine, Which
    from tui.session.seat import Seat

_STRETCH: Final = 100


class WaitingList:
    """What waits, in the order in which to work it; each stretch read is a look in the access log."""

    def __init__(self, seat: Seat, which: Which) -> None:
        self.seat = seat
        self.which = which
        self._rows: list[ProposalLine] = []
        with seat.reading() as connection:
            self._total = proposals.count(connection, which)

    def count(self) -> int:
        """How many wait."""
        return self._total

    def page(self, offset: int, limit: int) -> Sequence[ProposalLine]:
        """A slice of them; what was decided on is gone here and in the register, so places agree."""
        while len(self._rows) < min(offset + limit, self._total):
            with self.seat.writing() as uow:
                more = proposals.open_list(
                    uow, self.seat.actor, self.which, offset=len(self._rows), limit=_STRETCH
                )
            if not more:
                # Somebody else has decided on some meanwhile.
                self._total = len(self._rows)
            self._rows += more
        return self._rows[offset : offset + limit]

    def take_out(self, place: int) -> None:
        """The one at *place* has been decided on."""
        del self._rows[place]
        self._total -= 1

    def put(self, place: int, line: ProposalLine) -> None:
        """The one at *place* is about somebody else now."""
        self._rows[place] = line
