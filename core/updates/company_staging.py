"""What the business register says of our organisations, staged as an update batch: foreseen, nothing changed yet.

Companies are brought together with organisations by business id alone. The batch is then shown, applied, decided on and
undone like any other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, select

from core.actor import Role, require
from core.batches import quarantine, service
from core.batches.model import batch_row_table
from core.batches.types import BatchState, Progress
from core.customers.model import customer_table
from core.customers.places import chunks
from core.customers.types import ADDRESS_FIELDS, Kind, SourceKind, Status
from core.errors import Where
from core.postal_codes.knowledge import knowledge
from core.updates.companies import HEADING, SERVICE, Told, answer_about
from core.updates.company_errors import UnreadableCompany
from core.updates.deciding import rules_of
from core.updates.matching import seen_before
from core.updates.policy import decide
from core.updates.staging import Staged, begin_reading, keep_rows
from core.updates.standing import standings
from core.updates.types import Address, MatchedBy, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Select

    from core.actor import Actor
    from core.batches.types import Batch, Origin, Problem, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.updates.companies import CompanyRecord

_CHUNK: Final = 2_000
_customer = customer_table.c
_row = batch_row_table.c


@dataclass(slots=True)
class _Lines:
    """The rows' numbers: a company that several organisations bear gives several rows."""

    last: int = field(default=0)

    def next(self) -> int:
        """The next number."""
        self.last += 1
        return self.last


def stage_companies(
    register: Register,
    actor: Actor,
    origin: Origin,
    told: Iterable[tuple[int, Sequence[Told]]],
    *,
    again: bool = False,
    whole: bool = False,
    total: int = 0,
    progress: Watcher | None = None,
) -> Batch:
    """Stage what was *told*, chunk by chunk, each with how far it has come out of *total*.

    Organisations that no company was told of are not rows; with *whole* they are, as not found, since everything has
    been told then.

    Raises:
        AlreadyDone: *origin* has been applied before, and *again* doesn't say that this is meant.
    """
    require(actor, Role.IMPORTER)
    batch = begin_reading(register, actor, SERVICE, origin, again=again, source_kind=SourceKind.AUTHORITY)
    if batch.state is not BatchState.READING:
        return batch
    staging = _Staging(register)
    for done, chunk in told:
        batch = staging.stage(batch, chunk)
        if progress is not None:
            progress(Progress(done, max(total, done), batch.counts))
    if whole:
        batch = staging.stage_missing(batch)
    with register.database.unit_of_work() as uow:
        batch = service.enter(uow, batch, BatchState.READY)
        uow.commit()
    return batch


def held_ids(connection: Connection, business_ids: Sequence[str]) -> frozenset[str]:
    """Those of *business_ids* that an organisation of ours bears."""
    return frozenset(_holders(connection, business_ids))


def _holders(connection: Connection, business_ids: Iterable[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for some in chunks(sorted(set(business_ids))):
        chosen = select(_customer.business_id, _customer.id).where(
            _customer.business_id.in_(some),
            _customer.kind == Kind.ORGANISATION,
            _customer.status != Status.ERASED,
        )
        for row in connection.execute(chosen.order_by(_customer.id)):
            found[row.business_id].append(row.id)
    return found


class _Staging:
    """One reading of companies."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._lines = _Lines()
        # Told of, though not readably; not missing therefore.
        self._unreadable: set[str] = set()

    def stage(self, batch: Batch, chunk: Sequence[Told]) -> Batch:
        """Match and foresee one chunk, in one transaction."""
        with self._register.database.unit_of_work() as uow:
            service.hold(uow, batch)
            holders = _holders(uow.connection, (one.business_id for one in chunk))
            ours = [one for one in chunk if one.business_id in holders]
            problems = [self._problem(batch, one) for one in ours if one.unreadable is not None]
            self._unreadable.update(one.business_id for one in ours if one.unreadable is not None)
            staged = self._staged(uow, batch, [one for one in ours if one.unreadable is None], holders)
            counts = Counter(keep_rows(uow, batch, staged))
            counts[quarantine.QUARANTINED] += quarantine.keep(uow, batch, problems)
            batch = service.advance(uow, batch, position=self._lines.last, counts=+counts)
            uow.commit()
        return batch

    def stage_missing(self, batch: Batch) -> Batch:
        """The active organisations that the whole file does not have."""
        last = 0
        while True:
            with self._register.database.unit_of_work() as uow:
                service.hold(uow, batch)
                rows = uow.connection.execute(_missing(batch, last)).all()
                if not rows:
                    return batch
                last = rows[-1].id
                told = [
                    Told(row.business_id, None) for row in rows if row.business_id not in self._unreadable
                ]
                holders: dict[str, list[int]] = defaultdict(list)
                for row in rows:
                    holders[row.business_id].append(row.id)
                counts = Counter(keep_rows(uow, batch, self._staged(uow, batch, told, holders)))
                batch = service.advance(uow, batch, position=self._lines.last, counts=counts)
                uow.commit()

    def _staged(
        self, uow: UnitOfWork, batch: Batch, told: Sequence[Told], holders: Mapping[str, Sequence[int]]
    ) -> list[Staged]:
        told_of = [of for one in told for of in holders[one.business_id]]
        standing = standings(uow.connection, told_of)
        # A company that is told of twice is one all the same: its first word counts.
        seen = set(seen_before(uow.connection, batch.id, told_of))
        records = [one.record for one in told if one.record is not None]
        addresses = [_address(record) for record in records if record.address is not None]
        places = knowledge(uow.connection, addresses, streets=False)
        rules = rules_of(self._register.config, batch)
        staged: list[Staged] = []
        for one in told:
            several = Reason.SEVERAL if len(holders[one.business_id]) > 1 else None
            for customer_id in holders[one.business_id]:
                if customer_id in seen:
                    continue
                seen.add(customer_id)
                stands = standing[customer_id]
                answer = answer_about(one.record, stands.values, places)
                decision = decide(answer, stands, rules, several, places)
                line = self._lines.next()
                staged.append(
                    Staged(line, one.business_id, customer_id, answer, decision, MatchedBy.BUSINESS_ID)
                )
        return staged

    def _problem(self, batch: Batch, one: Told) -> Problem:
        line = self._lines.next()
        where = Where(file=batch.file, row=line, field=HEADING, value=one.business_id)
        error = UnreadableCompany(where=where, reason=one.unreadable)
        return quarantine.problem_of(line, (one.business_id,), error)


def _missing(batch: Batch, last: int) -> Select[tuple[int, str]]:
    told = and_(_row.batch_id == batch.id, _row.customer_id == _customer.id)
    return (
        select(_customer.id, _customer.business_id)
        .where(
            _customer.id > last,
            _customer.kind == Kind.ORGANISATION,
            _customer.status == Status.ACTIVE,
            _customer.business_id.is_not(None),
            ~select(_row.line).where(told).exists(),
        )
        .order_by(_customer.id)
        .limit(_CHUNK)
    )


def _address(record: CompanyRecord) -> Address:
    given = record.address or {}
    return Address(*(given.get(part) for part in ADDRESS_FIELDS))
