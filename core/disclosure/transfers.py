"""Reading transfers: lists with filters, one in detail, those of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, or_, select

from core.customers.aliases import of_person
from core.disclosure import tally
from core.disclosure.errors import NoSuchTransfer
from core.disclosure.log.lines import Line, encode_lines
from core.disclosure.model import (
    recipient_version_table,
    transfer_attempt_table,
    transfer_event_table,
    transfer_left_out_table,
    transfer_line_table,
    transfer_table,
)
from core.disclosure.sealing import opened_line
from core.disclosure.types import (
    OPEN_STATES,
    ItemOutcome,
    ItemState,
    LeftOut,
    LeftOutReason,
    TransferResult,
    TransferState,
)
from core.prepared import Prepared
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import KeyRing

_LINES: Final = Prepared(
    select(
        transfer_line_table.c.number,
        transfer_line_table.c.tag,
        transfer_line_table.c.commitment,
        transfer_line_table.c.digest,
    )
    .where(transfer_line_table.c.transfer_id == bindparam("transfer"))
    .order_by(transfer_line_table.c.number)
)


@dataclass(frozen=True, slots=True)
class TransferFilter:
    """Which transfers to list; None means any.  ``since`` counts, ``until`` does not."""

    recipient: str | None = None
    purpose: str | None = None
    state: TransferState | None = None
    staff_id: int | None = None
    customer_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One line of a list.  ``number`` is the log index of the intent; ``size`` counts the persons."""

    id: str
    number: int
    created_at: datetime
    recipient: str
    recipient_name: str
    purpose: str
    basis: str
    country: str
    task: str
    staff_name: str
    adapter: str
    environment: str
    size: int
    left_out: int
    state: TransferState


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One person's share.  ``state`` is None while it is under way; ``customer_id`` goes when the person is erased."""

    number: int
    item_id: str
    customer_id: int | None
    key: str | None
    state: ItemState | None
    reference: str | None
    code: str
    message: str | None
    pending: bool


@dataclass(frozen=True, slots=True)
class TransferAttempt:
    """An effect that was about to be sent."""

    number: int
    at: datetime
    description: str


@dataclass(frozen=True, slots=True)
class TransferEvent:
    """What became known of a transfer: answer, inquiry, person or recovery, and where it stands in the log."""

    at: datetime
    kind: str
    state: TransferState
    log_index: int
    staff_name: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class TransferDetail:
    """Everything about one transfer but the content, which `content_of` opens for a person who says why."""

    row: TransferRow
    reason: str | None
    fields: tuple[str, ...]
    adapter_version: str
    attempted_at: datetime | None
    finished_at: datetime | None
    lines: tuple[TransferLine, ...]
    attempts: tuple[TransferAttempt, ...]
    events: tuple[TransferEvent, ...]
    left_out: tuple[LeftOut, ...]


def _rows() -> Select[Any]:
    left_out = (
        select(func.count())
        .where(transfer_left_out_table.c.transfer_id == transfer_table.c.id)
        .scalar_subquery()
        .label("left_out")
    )
    return select(transfer_table, recipient_version_table.c.record, left_out).join(
        recipient_version_table,
        (recipient_version_table.c.code == transfer_table.c.recipient_code)
        & (recipient_version_table.c.version == transfer_table.c.recipient_version),
    )


def _filtered(query: Select[Any], wanted: TransferFilter) -> Select[Any]:
    table = transfer_table.c
    for column, value in (
        (table.recipient_code, wanted.recipient),
        (table.purpose, wanted.purpose),
        (table.state, wanted.state),
        (table.staff_id, wanted.staff_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(table.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(table.created_at < wanted.until)
    if wanted.numbers is not None:
        query = query.where(table.number.in_(wanted.numbers))
    if wanted.customer_id is not None:
        line = transfer_line_table.c
        query = query.where(
            table.id.in_(select(line.transfer_id).where(of_person(line.customer_id, wanted.customer_id)))
        )
    return query


def count(connection: Connection, wanted: TransferFilter) -> int:
    """How many transfers the filter lets through."""
    query = _filtered(select(func.count()).select_from(transfer_table), wanted)
    if any(it is not None for it in (wanted.since, wanted.until, wanted.numbers, wanted.customer_id)):
        return int(connection.execute(query).scalar_one())
    under_way = connection.execute(query.where(transfer_table.c.state.in_(OPEN_STATES))).scalar_one()
    ended = tally.ended(connection, wanted.recipient, wanted.purpose, wanted.state, wanted.staff_id)
    return int(under_way) + ended


def page(
    connection: Connection, wanted: TransferFilter, offset: int = 0, limit: int = 100
) -> list[TransferRow]:
    """A page of transfers, the newest first."""
    query = _filtered(_rows(), wanted).order_by(transfer_table.c.number.desc()).offset(offset).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def of_customer(connection: Connection, customer_id: int, limit: int = 100) -> list[TransferRow]:
    """The transfers that a customer was part of, the newest first; those proved not sent are among them."""
    return page(connection, TransferFilter(customer_id=customer_id), limit=limit)


def find_id(connection: Connection, name: str) -> str:
    """The id of the transfer that a person calls *name*: its number, or the id itself.

    Raises:
        NoSuchTransfer: there is none.
    """
    by_name = transfer_table.c.id == name
    if name.isascii() and name.isdigit() and len(name) < 16:  # noqa: PLR2004 - a number that both databases can hold
        by_name = or_(by_name, transfer_table.c.number == int(name))
    found: str | None = connection.execute(select(transfer_table.c.id).where(by_name)).scalar()
    if found is None:
        raise NoSuchTransfer(transfer=name)
    return found


def detail(connection: Connection, transfer_id: str) -> TransferDetail:
    """One transfer with its lines, attempts, events and those left out.

    Raises:
        NoSuchTransfer: there is none.
    """
    row = connection.execute(_rows().where(transfer_table.c.id == transfer_id)).first()
    if row is None:
        raise NoSuchTransfer(transfer=transfer_id)
    attempts = _of(connection, transfer_attempt_table, transfer_id, transfer_attempt_table.c.number)
    events = _of(connection, transfer_event_table, transfer_id, transfer_event_table.c.id)
    left_out = _of(connection, transfer_left_out_table, transfer_id, transfer_left_out_table.c.place)
    return TransferDetail(
        row=_row(row),
        reason=row.reason,
        fields=tuple(row.fields),
        adapter_version=row.adapter_version,
        attempted_at=row.attempted_at,
        finished_at=row.finished_at,
        lines=tuple(lines_of(connection, transfer_id)),
        attempts=tuple(TransferAttempt(it.number, it.at, it.description) for it in attempts),
        events=tuple(
            TransferEvent(it.at, it.kind, TransferState(it.state), it.log_index, it.staff_name, it.reason)
            for it in events
        ),
        left_out=tuple(
            LeftOut(it.customer_id, it.customer_number, LeftOutReason(it.reason), tuple(it.detail))
            for it in left_out
        ),
    )


def lines_of(connection: Connection, transfer_id: str) -> list[TransferLine]:
    """A transfer's lines in their stored order."""
    rows = _of(connection, transfer_line_table, transfer_id, transfer_line_table.c.number)
    return [
        TransferLine(
            number=row.number,
            item_id=row.item_id,
            customer_id=row.customer_id,
            key=row.key,
            state=None if row.state is None else ItemState(row.state),
            reference=row.reference,
            code=row.code,
            message=row.message,
            pending=row.pending,
        )
        for row in rows
    ]


def stored_lines(connection: Connection, transfer_id: str) -> bytes | None:
    """The lines as the log knows them, 85 bytes each (for `DisclosureLog.verify`); None when there are none."""
    rows = _LINES.rows(connection, {"transfer": transfer_id})
    return encode_lines(Line(*row) for row in rows) if rows else None


def content_of(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, transfer_id: str, number: int, *, task: str
) -> Mapping[str, Any] | None:
    """What exactly left of one person, opened; None when it was destroyed with the person's key.

    Opening it is an access to the person's data and is recorded as one.

    Raises:
        NoSuchTransfer: there is no such line.
    """
    row = uow.connection.execute(
        select(transfer_line_table).where(
            transfer_line_table.c.transfer_id == transfer_id, transfer_line_table.c.number == number
        )
    ).first()
    if row is None:
        raise NoSuchTransfer(transfer=f"{transfer_id}/{number}")
    record_access(uow, actor, action=Access.OPEN, customer_id=row.customer_id, task=task, detail=transfer_id)
    if row.customer_id is None or row.sealed is None:
        return None
    key = keyring.existing_data_key(uow.connection, row.customer_id)
    return None if key is None else opened_line(key, transfer_id, number, row.sealed)


def result_of(connection: Connection, transfer_id: str, *, signed: bool = True) -> TransferResult:
    """A transfer's result as it is recorded; answers of enquiries are kept elsewhere."""
    found = detail(connection, transfer_id)
    outcomes = {
        line.item_id: ItemOutcome(
            line.item_id,
            line.customer_id,
            line.key or "",
            line.state or ItemState.IN_DOUBT,
            reference=line.reference,
            code=line.code,
            message=line.message or "",
            pending=line.pending,
        )
        for line in found.lines
    }
    return TransferResult(
        transfer_id=transfer_id,
        number=found.row.number,
        state=found.row.state,
        outcomes=outcomes,
        left_out=found.left_out,
        signed=signed,
    )


def _of(connection: Connection, table: Any, transfer_id: str, order: Any) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(table.c.transfer_id == transfer_id).order_by(order)))


def _row(row: Row[Any]) -> TransferRow:
    return TransferRow(
        id=row.id,
        number=row.number,
        created_at=row.created_at,
        recipient=row.recipient_code,
        recipient_name=row.record["name"],
        purpose=row.purpose,
        basis=row.basis,
        country=row.country,
        task=row.task,
        staff_name=row.staff_name,
        adapter=row.adapter,
        environment=row.environment,
        size=row.size,
        left_out=row.left_out,
        state=TransferState(row.state),
    )
