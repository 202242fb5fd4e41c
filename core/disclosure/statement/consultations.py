"""Who looked, towards the person: dates and purposes in full, staff under pseudonyms (CJEU C-579/21).

A pseudonym is made with the person's own key, so two statements to one person agree, and those of two persons cannot
be joined.  Whose it is, only a separate, recorded decision tells; no statement does.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.disclosure.statement.types import Consultation
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.keys import DataKey

_BYTES: Final = 5
_GROUP: Final = 4
# An access event may name the transfer that was looked into; to the person that says nothing.
_TRANSFER: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_event: Final = access_event_table.c


class Pseudonyms:
    """Staff id to ``7KQ2-M9PT``; None, the program itself, stays None."""

    def __init__(self, key: DataKey) -> None:
        self._key = key
        self._made: dict[int, str] = {}

    def __call__(self, staff_id: int | None) -> str | None:
        """The pseudonym of a member of staff."""
        if staff_id is None:
            return None
        if staff_id not in self._made:
            text = base64.b32encode(self._key.pseudonym(b"staff/%d" % staff_id)[:_BYTES]).decode()
            self._made[staff_id] = f"{text[:_GROUP]}-{text[_GROUP:]}"
        return self._made[staff_id]


def consultations(connection: Connection, customer_id: int, pseudonym: Pseudonyms) -> list[Consultation]:
    """Every look at the person that the access log holds, the oldest first."""
    rows = connection.execute(
        select(_event.recorded_at, _event.action, _event.task, _event.detail, _event.staff_id)
        .where(_event.customer_id == customer_id)
        .order_by(_event.id)
    )
    return [
        Consultation(
            at=row.recorded_at,
            action=row.action,
            task=row.task,
            detail=None if row.detail is None or _TRANSFER.fullmatch(row.detail) else row.detail,
            staff=pseudonym(row.staff_id),
        )
        for row in rows
    ]
