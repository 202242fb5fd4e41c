"""Rows that wait for a person: in the order in which they should be worked, and one of them side by side.

Urgent first: a reported protected address, then a ban, a death or a company's end; then moves, the surest first.
Looks at them go into the access log; what a protected address is, nobody sees here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, and_, case, func, not_, or_, select, text, type_coerce

from core.actor import Role, require
from core.batches import service as batches
from core.batches.model import batch_row_table, batch_table
from core.batches.types import BatchKind, BatchState
from core.customers.history import provenance
from core.customers.model import customer_table
from core.customers.naming import display_name
from core.customers.rows import ROW_COLUMNS, row_of
from core.customers.types import ADDRESS_FIELDS, Status
from core.staff.access_log import Access, record_access
from core.updates.explaining import candidates_in
from core.updates.proposal_errors import AlreadyDecided, NoSuchProposal
from core.updates.types import GROUP_FIELDS, Group, MatchedBy, Meaning, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

    from core.actor import Actor
    from core.customers.types import CustomerRow, Provenance
    from core.database import UnitOfWork

_row = batch_row_table.c
_batch = batch_table.c
_customer = customer_table.c
OPEN_STATES: Final = (BatchState.READY, BatchState.APPLYING, BatchState.DONE)
URGENT: Final = (Meaning.PROTECTED_ADDRESS, Meaning.UPDATE_FORBIDDEN, Meaning.DECEASED, Meaning.CEASED)
_ORDER: Final = (
    case({str(meaning): rank for rank, meaning in enumerate(URGENT)}, value=_row.meaning, else_=len(URGENT)),
    func.coalesce(_row.grade, 0).desc(),
    _row.batch_id,
    _row.line,
)


@dataclass(frozen=True, slots=True)
class Which:
    """Which proposals: of a run or of all, for a reason, of this likeness at least, about one group of fields alone."""

    run: int | None = None
    reason: Reason | None = None
    meaning: Meaning | None = None
    least_grade: int = 0
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal in a list.  `customer_id` is None while several may be meant; `candidates` is how many."""

    run: int
    line: int
    meaning: Meaning
    reason: Reason
    dated: date | None
    customer_id: int | None
    number: str | None
    display_name: str | None
    matched_by: MatchedBy | None
    grade: int | None
    candidates: int

    @property
    def urgent(self) -> bool:
        """Whether it should be looked at before the others."""
        return self.meaning in URGENT


@dataclass(frozen=True, slots=True)
class Side:
    """One field: what it is and what it would become, and how the present value is known.

    Both values are None where the address is protected (`hidden`).
    """

    field: str
    before: str | None
    after: str | None
    known: Provenance | None
    hidden: bool = False

    @property
    def changes(self) -> bool:
        """Whether accepting would change it."""
        return not self.hidden and bool(self.after) and self.before != self.after


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be meant, and how alike; None when a person chose or a key named them."""

    customer: CustomerRow
    grade: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal, whole; `explanation` is told in words by `core.updates.explaining.in_words`."""

    line: ProposalLine
    service: str
    file: str
    sides: tuple[Side, ...]
    candidates: tuple[Candidate, ...]
    explanation: Mapping[str, Any]


def listed(connection: Connection, which: Which, *, offset: int = 0, limit: int = 50) -> list[ProposalLine]:
    """Proposals *offset* … that still wait, in the order in which to work them."""
    chosen = (
        select(
            *_LINE, _customer.number, _customer.first_name, _customer.last_name, _customer.organisation_name
        )
        .select_from(batch_row_table.outerjoin(customer_table, _customer.id == _row.customer_id))
        .where(*fitting(which))
        .order_by(*_ORDER)
        .offset(offset)
        .limit(limit)
    )
    return [_line(row) for row in connection.execute(chosen)]


def count(connection: Connection, which: Which) -> int:
    """How many proposals still wait."""
    chosen = select(func.count()).select_from(batch_row_table).where(*fitting(which))
    return connection.execute(chosen).scalar_one()


def one(connection: Connection, run: int, line: int) -> Proposal:
    """A proposal that still waits.

    Raises:
        NoSuchBatch, NoSuchProposal: there is none.
        AlreadyDecided: it has been accepted or rejected.
    """
    batch = batches.get(connection, run, BatchKind.UPDATE)
    row = connection.execute(
        select(*_LINE, _row["values"].label("new_values"), _row.explanation, *_DECIDED, *_PRESENT)
        .select_from(batch_row_table.outerjoin(customer_table, _customer.id == _row.customer_id))
        .where(_row.batch_id == run, _row.line == line)
    ).first()
    require_open(row, run, line)
    assert row is not None
    return Proposal(
        line=_line(row),
        service=batch.name,
        file=batch.file,
        sides=_sides(connection, row),
        candidates=_candidates(connection, row),
        explanation=row.explanation or {},
    )


def open_list(
    uow: UnitOfWork, actor: Actor, which: Which, *, offset: int = 0, limit: int = 50
) -> list[ProposalLine]:
    """`listed` for a person to look at: the look goes into the access log.  The caller commits before showing it."""
    require(actor, Role.IMPORTER, Role.REVIEWER)
    found = listed(uow.connection, which, offset=offset, limit=limit)
    task = "address update, proposals" if which.run is None else f"address update {which.run}, proposals"
    record_access(uow, actor, action=Access.LIST, customer_id=None, task=task, detail=f"{len(found)} rows")
    return found


def open_one(uow: UnitOfWork, actor: Actor, run: int, line: int) -> Proposal:
    """`one` for a person to look at: the look at each customer shown goes into the access log.

    Raises:
        as `one`.
    """
    require(actor, Role.IMPORTER, Role.REVIEWER)
    found = one(uow.connection, run, line)
    shown = {candidate.customer.id for candidate in found.candidates}
    if found.line.customer_id is not None:
        shown.add(found.line.customer_id)
    task = f"address update {run}, proposal"
    for customer_id in sorted(shown):
        record_access(uow, actor, action=Access.OPEN, customer_id=customer_id, task=task)
    if not shown:
        record_access(uow, actor, action=Access.LIST, customer_id=None, task=task)
    return found


def fitting(which: Which) -> list[ColumnElement[bool]]:
    """The conditions on ``batch_row`` that proposals of *which* fulfil."""
    runs = select(_batch.id).where(
        _batch.kind == BatchKind.UPDATE,
        _batch.state.in_(OPEN_STATES),
        type_coerce(_batch.counts, Text).like('%"proposed%'),
    )
    conditions: list[ColumnElement[bool]] = [_row.outcome == Outcome.PROPOSED, _row.batch_id.in_(runs)]
    if which.run is not None:
        conditions.append(_row.batch_id == which.run)
    if which.reason is not None:
        conditions.append(_row.reason == which.reason)
    if which.meaning is not None:
        conditions.append(_row.meaning == which.meaning)
    if which.least_grade:
        conditions.append(_row.grade >= which.least_grade)
    if which.group is not None:
        conditions.append(_about(which.group))
    return conditions


def _about(group: Group) -> ColumnElement[bool]:
    """Whether a row's values are of *group* and of no other; in JSON the quotation marks of a value are escaped."""
    values = type_coerce(_row["values"], Text)
    fields = {each: [values.like(f'%"{field}":%') for field in of] for each, of in GROUP_FIELDS.items()}
    others = [like for each, likes in fields.items() if each is not group for like in likes]
    return and_(or_(*fields[group]), not_(or_(*others)))


def require_open(row: Any, run: int, line: int) -> None:
    """Refuse a row that does not wait for a person (any more).

    Raises:
        NoSuchProposal, AlreadyDecided: why not.
    """
    if row is None or row.outcome not in {Outcome.PROPOSED, Outcome.ACCEPTED, Outcome.REJECTED}:
        raise NoSuchProposal(number=run, line=line)
    if row.outcome != Outcome.PROPOSED:
        decided: datetime = row.decided_at
        raise AlreadyDecided(number=run, line=line, who=row.decided_by_name, day=f"{decided:%d.%m.%Y}")


_LINE: Final = (
    _row.batch_id,
    _row.line,
    _row.customer_id,
    _row.meaning,
    _row.reason,
    _row.answered_on,
    _row.matched_by,
    _row.grade,
    _row.explanation,
    _row.outcome,
)
_DECIDED: Final = (_row.decided_at, _row.decided_by_name)
_FIELDS: Final = tuple(field for fields in GROUP_FIELDS.values() for field in fields)
_PRESENT: Final = (
    _customer.number,
    _customer.status,
    _customer.protected_address,
    *(_customer[field] for field in _FIELDS),
)


def _line(row: Any) -> ProposalLine:
    return ProposalLine(
        run=row.batch_id,
        line=row.line,
        meaning=Meaning(row.meaning),
        reason=Reason(row.reason),
        dated=row.answered_on,
        customer_id=row.customer_id,
        number=row.number,
        display_name=display_name(row.first_name, row.last_name, row.organisation_name)
        if row.number
        else None,
        matched_by=MatchedBy(row.matched_by) if row.matched_by else None,
        grade=row.grade,
        candidates=len(candidates_in(row.explanation)),
    )


def _sides(connection: Connection, row: Any) -> tuple[Side, ...]:
    """Each field that the row speaks of; the whole address when it speaks of any of it."""
    new: Mapping[str, str | None] = row.new_values or {}
    known = {} if row.customer_id is None else provenance(connection, row.customer_id)
    told = {group for group, fields in GROUP_FIELDS.items() if any(field in new for field in fields)}
    secret = row.protected_address or row.status == Status.ERASED
    sides: list[Side] = []
    for group, fields in GROUP_FIELDS.items():
        for field in fields if group in told else ():
            before, after = getattr(row, field), new.get(field)
            if secret and (field in ADDRESS_FIELDS or row.status == Status.ERASED):
                sides.append(Side(field, None, None, None, hidden=True))
            elif before or after:
                # What the row does not say stays as it is.
                sides.append(Side(field, before, after or before, known.get(field)))
    return tuple(sides)


_ROWS: Final = f"SELECT {ROW_COLUMNS} FROM customer AS c WHERE c.status <> 'erased' AND c.id = :id"  # noqa: S608 - ours


def _candidates(connection: Connection, row: Any) -> tuple[Candidate, ...]:
    told: Sequence[Mapping[str, Any]] = candidates_in(row.explanation)
    grades = {each["customer"]: each.get("grade") for each in told}
    if row.customer_id is not None:
        grades.setdefault(row.customer_id, None)
    found = [(of, connection.execute(text(_ROWS), {"id": of}).first()) for of in grades]
    return tuple(Candidate(row_of(each), grades[of]) for of, each in found if each is not None)
