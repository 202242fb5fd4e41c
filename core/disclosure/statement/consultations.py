"""Who looked, towards the person: dates and purposes in full, staff under pseudonyms (CJEU C-579/21).

A pseudonym is made with the person's own key, so two statements to one person agree, and those of two persons cannot
be joined.  Whose it is, only a separate, recorded decision tells; no statement does.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.disclosure.log import store
from core.disclosure.log.lines import decode_line
from core.disclosure.review.looks import look_digest
from core.disclosure.review.model import look_line_table
from core.disclosure.statement.proving import Prover
from core.disclosure.statement.types import Consultation, Doubt
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, Row

    from core.disclosure.statement.scan import FoundLine, Scan
    from core.keys import DataKey

_BYTES: Final = 5
_GROUP: Final = 4
# An access event may name the transfer that was looked into; to the person that says nothing.
_TRANSFER: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CHUNK: Final = 500
_event: Final = access_event_table.c
_line: Final = look_line_table.c


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


@dataclass(slots=True)
class Seen:
    """The person's looks, the oldest first, and what does not hold about them."""

    looks: list[Consultation] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def consultations(
    connection: Connection,
    customer_ids: Sequence[int],
    found: Scan,
    pseudonym: Callable[[int | None], str | None],
) -> Seen:
    """Every look at the person: those of the access log, and those that the log alone still has.

    *customer_ids* are every id that the person has had.

    Each is told with its place in the log and its receipts; one that was changed since it was entered is a doubt.
    """
    seen, prover = Seen(), Prover(connection, found.signed)
    events = connection.execute(
        select(access_event_table).where(_event.customer_id.in_(customer_ids)).order_by(_event.id)
    ).all()
    entered = _entered(connection, found.seen)
    for event in events:
        line, nonce = entered.pop(event.id, (None, None))
        if line is not None and not _as_entered(line, nonce, event):
            seen.doubts.append(Doubt("look_changed", {"transfer": line.index}))
        seen.looks.append(_told(event, line, prover, pseudonym))
    waiting = sum(one.number is None for one in seen.looks)
    if waiting:
        seen.doubts.append(Doubt("look_waiting", {"count": waiting}))
    # The scan has said that the access log lacks these; the log still knows their day, action and purpose.
    seen.looks += [_only_logged(line, prover) for line, _ in entered.values()]
    seen.looks.sort(key=lambda one: one.at)
    return seen


def _entered(connection: Connection, lines: Iterable[FoundLine]) -> dict[int, tuple[FoundLine, bytes | None]]:
    """Access event id to the line that covers it, and the nonce that opens the line's digest."""
    places = {(line.intent.id, line.number): line for line in lines}
    ids, found = sorted({look_id for look_id, _ in places}), {}
    for start in range(0, len(ids), _CHUNK):
        rows = connection.execute(
            select(_line.look_id, _line.number, _line.access_id, _line.nonce).where(
                _line.look_id.in_(ids[start : start + _CHUNK])
            )
        )
        for row in rows:
            if (row.look_id, row.number) in places:
                found[row.access_id] = (places[row.look_id, row.number], row.nonce)
    return found


def _as_entered(line: FoundLine, nonce: bytes | None, event: Row[Any]) -> bool:
    logged = decode_line(line.receipt.line)
    return nonce is not None and hmac.compare_digest(logged.digest, look_digest(nonce, event))


def _told(
    event: Row[Any],
    line: FoundLine | None,
    prover: Prover,
    pseudonym: Callable[[int | None], str | None],
) -> Consultation:
    detail = event.detail
    return Consultation(
        at=event.recorded_at,
        action=event.action,
        task=event.task,
        detail=None if detail is None or _TRANSFER.fullmatch(detail) else detail,
        staff=pseudonym(event.staff_id),
        number=None if line is None else line.index,
        line=None if line is None else line.number,
        proofs=None if line is None else prover.proofs_of(line),
    )


def _only_logged(line: FoundLine, prover: Prover) -> Consultation:
    entry = line.intent
    return Consultation(
        at=store.instant(entry.until),
        action=entry.action,
        task=entry.purpose,
        detail=None,
        staff=None,
        number=line.index,
        line=line.number,
        proofs=prover.proofs_of(line),
    )
