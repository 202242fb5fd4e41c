"""The lines that the scan found, in full: who got what, why, and what came of it; the log has the last word."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.disclosure.categories import CATEGORY_OF_FIELD
from core.disclosure.log import entries, store
from core.disclosure.log.entries import Outcome
from core.disclosure.log.errors import EntryInvalid
from core.disclosure.log.lines import decode_line
from core.disclosure.model import (
    recipient_version_table,
    transfer_event_table,
    transfer_line_table,
    transfer_table,
)
from core.disclosure.sealing import binds, opened_line
from core.disclosure.statement.proving import Prover
from core.disclosure.statement.types import Disclosure, Doubt, Receiver
from core.disclosure.types import ItemState
from core.keys import Unopenable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Row, Select

    from core.disclosure.statement.scan import FoundLine, LoggedIntent, Scan
    from core.keys import DataKey

    Pseudonym = Callable[[int | None], str | None]

UNDER_WAY: Final = "under_way"
_CHUNK: Final = 300
_line: Final = transfer_line_table.c
_transfer: Final = transfer_table.c
_version: Final = recipient_version_table.c
_event: Final = transfer_event_table.c
_LINES: Final[Select[Any]] = (
    select(
        _line.transfer_id, _line.number, _line.sealed, _line.state, _line.pending,
        _transfer.number.label("log_index"), _transfer.staff_id, _transfer.environment, _transfer.recipient_code,
        _transfer.purpose, _transfer.basis, _transfer.country, _transfer.adapter, _version.record,
    )
    .join(transfer_table, _transfer.id == _line.transfer_id)
    .join(
        recipient_version_table,
        (_version.code == _transfer.recipient_code) & (_version.version == _transfer.recipient_version),
    )
)  # fmt: skip


@dataclass(slots=True)
class Told:
    """The person's disclosures, those proved not sent, and what does not hold about them."""

    disclosed: list[Disclosure] = field(default_factory=list)
    not_sent: list[Disclosure] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def told(connection: Connection, keys: Mapping[int, DataKey], found: Scan, pseudonym: Pseudonym) -> Told:
    """Every found line as a disclosure, in the order of the log."""
    reader = _Reader(connection, keys, found, pseudonym)
    for start in range(0, len(found.found), _CHUNK):
        reader.read(found.found[start : start + _CHUNK])
    return reader.told


class _Reader:
    def __init__(
        self, connection: Connection, keys: Mapping[int, DataKey], found: Scan, pseudonym: Pseudonym
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._pseudonym = pseudonym
        self._prover = Prover(connection, found.signed)
        self._by: dict[str, str] = {}
        self.told = Told()

    def read(self, lines: Sequence[FoundLine]) -> None:
        """Take in some lines."""
        ids = sorted({line.intent.id for line in lines})
        numbers = sorted({line.number for line in lines})
        rows = {
            (row.transfer_id, row.number): row
            for row in self._connection.execute(
                _LINES.where(_line.transfer_id.in_(ids), _line.number.in_(numbers))
            )
        }
        unsure = self._unsure(ids, {line.intent.id: line for line in lines})
        for line in lines:
            row = rows.get((line.intent.id, line.number))
            if row is None or not _agrees(line, row):
                self._doubt("facts", line)
            one = self._one(line, row, sure=line.intent.id not in unsure)
            (self.told.not_sent if one.state == ItemState.NOT_SENT else self.told.disclosed).append(one)

    def _doubt(self, code: str, line: FoundLine) -> None:
        self.told.doubts.append(Doubt(code, {"transfer": line.index}))

    def _one(self, line: FoundLine, row: Row[Any] | None, *, sure: bool) -> Disclosure:
        intent = line.intent
        content = None if row is None or row.sealed is None else self._content(line, row.sealed)
        return Disclosure(
            number=line.index,
            transfer_id=intent.id,
            line=line.number,
            at=store.instant(intent.ts),
            receiver=_receiver(intent, row),
            purpose=intent.purpose,
            basis=intent.basis,
            categories=intent.categories if content is None else _categories(content),
            content=content,
            channel=intent.channel,
            environment="" if row is None else row.environment,
            state=_state(row, sure=sure),
            settled_by=self._by.get(intent.id),
            pending=row is not None and bool(row.pending),
            persons=intent.count,
            staff=None if row is None else self._pseudonym(row.staff_id),
            proofs=self._prover.proofs_of(line),
        )

    def _content(self, line: FoundLine, sealed: bytes) -> Mapping[str, Any] | None:
        """What left, once digest and commitment are found to be those that were logged."""
        logged = decode_line(line.receipt.line)
        key, transfer_id, number = self._keys[line.owner], line.intent.id, line.number
        if hashlib.sha256(sealed).digest() == logged.digest and binds(
            key, transfer_id, number, logged.commitment
        ):
            with suppress(Unopenable):
                return opened_line(key, transfer_id, number, sealed)
        self._doubt("content", line)
        return None

    # --- outcomes

    def _unsure(self, ids: Sequence[str], lines: Mapping[str, FoundLine]) -> set[str]:
        """The transfers whose lines' states are not those that the log's last outcome counts."""
        counted: dict[str, dict[str | None, int]] = defaultdict(dict)
        for transfer_id, state, many in self._connection.execute(
            select(_line.transfer_id, _line.state, func.count())
            .where(_line.transfer_id.in_(ids))
            .group_by(_line.transfer_id, _line.state)
        ):
            counted[transfer_id][state] = many
        last = self._last(ids)
        unsure = set()
        for transfer_id in ids:
            logged = self._logged(transfer_id, last.get(transfer_id), lines[transfer_id].intent.count)
            if logged is None or logged != counted[transfer_id]:
                unsure.add(transfer_id)
                self._doubt("outcome", lines[transfer_id])
        return unsure

    def _last(self, ids: Sequence[str]) -> Mapping[str, int]:
        """Transfer id to the place in the log of its last outcome."""
        rows = self._connection.execute(
            select(_event.transfer_id, func.max(_event.log_index).label("place"))
            .where(_event.transfer_id.in_(ids))
            .group_by(_event.transfer_id)
        )
        return {row.transfer_id: row.place for row in rows}

    def _logged(self, transfer_id: str, index: int | None, count: int) -> dict[str | None, int] | None:
        """State to number of lines as the outcome entry at *index* has it; None when there is no such entry."""
        if index is None:
            return {None: count}
        for entry in store.read_entries(self._connection, index, index + 1):
            try:
                body = entries.decode(entry.body)
            except EntryInvalid:
                return None
            if isinstance(body, Outcome) and body.intent == transfer_id:
                self._by[transfer_id] = body.by
                return {state.value: getattr(body, state) for state in ItemState if getattr(body, state)}
        return None


def _agrees(line: FoundLine, row: Row[Any]) -> bool:
    """Whether the tables say of the transfer what the log says."""
    intent = line.intent
    return (line.index, intent.recipient, intent.purpose, intent.basis, intent.country, intent.channel) == (
        row.log_index,
        row.recipient_code,
        row.purpose,
        row.basis,
        row.country,
        row.adapter,
    )


def _state(row: Row[Any] | None, *, sure: bool) -> str:
    """What became of it; *not sent* is believed only when the log says so too."""
    if row is None:
        return str(ItemState.IN_DOUBT)
    if row.state is None:
        return UNDER_WAY
    return str(ItemState.IN_DOUBT) if row.state == ItemState.NOT_SENT and not sure else str(row.state)


def _receiver(intent: LoggedIntent, row: Row[Any] | None) -> Receiver:
    if row is None or row.recipient_code != intent.recipient:
        return Receiver(intent.recipient, intent.recipient, intent.country)
    record = row.record
    return Receiver(
        code=intent.recipient,
        name=record["name"],
        country=intent.country,
        role=record["role"],
        business_id=record["business_id"],
        necessity=record["necessity"],
        safeguard=record["safeguard"],
    )


def _categories(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The notice's categories of what left, in the notice's order."""
    return tuple(dict.fromkeys(CATEGORY_OF_FIELD[name] for name in CATEGORY_OF_FIELD if name in content))
