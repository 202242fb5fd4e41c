"""How many transfers there are that came to an end, by recipient, purpose, state and sender: counts that need no counting.

A long log has hundreds of thousands of transfers in one state; counting them takes a database tens of milliseconds each
time somebody looks.  The few that are under way are counted where they lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, text

from core.disclosure.model import transfer_tally_table
from core.disclosure.types import OPEN_STATES
from core.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.disclosure.types import TransferState

# Of the program itself, which has no number among the staff.
NOBODY: Final = 0

_ADD: Final = Prepared(
    text(
        "INSERT INTO transfer_tally (recipient_code, purpose, state, staff_id, transfers)"
        " VALUES (:recipient, :purpose, :state, :staff, :more)"
        " ON CONFLICT (recipient_code, purpose, state, staff_id)"
        " DO UPDATE SET transfers = transfer_tally.transfers + excluded.transfers"
    )
)


def move(
    connection: Connection, recipient: str, purpose: str, staff_id: int | None, *, states: tuple[str, str]
) -> None:
    """A transfer has gone from the first of *states* to the second, in the transaction that says so."""
    before, after = states
    same = {"recipient": recipient, "purpose": purpose, "staff": staff_id or NOBODY}
    for state, more in ((before, -1), (after, 1)):
        if before != after and state not in OPEN_STATES:
            _ADD.run(connection, {**same, "state": str(state), "more": more})


def ended(
    connection: Connection,
    recipient: str | None,
    purpose: str | None,
    state: TransferState | None,
    staff_id: int | None,
) -> int:
    """How many have come to an end; None means any."""
    table = transfer_tally_table.c
    query = select(func.coalesce(func.sum(table.transfers), 0))
    for column, value in (
        (table.recipient_code, recipient),
        (table.purpose, purpose),
        (table.state, state),
        (table.staff_id, staff_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return int(connection.execute(query).scalar_one())
