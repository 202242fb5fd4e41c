"""What keeps two customers from becoming one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.batches.model import batch_row_table, batch_table
from core.batches.types import BatchState
from core.customers.reading import numbers_and_names
from core.customers.types import Status
from core.merging import errors
from core.retention.types import HoldKind
from core.rights.model import case_table
from core.rights.types import CaseKind, CaseState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from core.customers.types import Customer
    from core.merging.errors import CannotMerge
    from core.retention.types import Hold

_OVER: Final = (CaseState.CLOSED, CaseState.WITHDRAWN)
_FINISHED: Final = (BatchState.DONE, BatchState.UNDONE)


def conflicts(
    connection: Connection, survivor: Customer, other: Customer, holds: Sequence[Hold]
) -> list[CannotMerge]:
    """Everything that speaks against it; nobody erased gets this far."""
    if survivor.id == other.id:
        return [errors.SameCustomer(number=survivor.number)]
    return [
        *_of_values(connection, survivor, other),
        *_of_cases(connection, survivor, other),
        *_of_transfers(survivor, other, holds),
        *_of_runs(connection, survivor, other),
    ]


def _of_values(connection: Connection, survivor: Customer, other: Customer) -> Iterator[CannotMerge]:
    one, two = survivor.values, other.values
    if one.kind is not two.kind:
        yield errors.OtherKind()
    if one.business_id and two.business_id and one.business_id != two.business_id:
        yield errors.TwoBusinessIds(one=one.business_id, other=two.business_id)
    if one.represents and two.represents and one.represents != two.represents:
        firms = numbers_and_names(connection, [one.represents, two.represents])
        yield errors.TwoOrganisations(one=firms[one.represents][1], other=firms[two.represents][1])
    if survivor.status is not other.status:
        ended, active = sorted((survivor, other), key=lambda it: it.status is Status.ACTIVE)
        yield errors.OneHasEnded(ended=ended.number, active=active.number)


def _of_cases(connection: Connection, *both: Customer) -> Iterator[CannotMerge]:
    case = case_table.c
    for customer in both:
        for number in connection.execute(
            select(case.number).where(
                case.customer_id == customer.id,
                case.kind == CaseKind.ERASURE,
                case.state.not_in(_OVER),
            )
        ).scalars():
            yield errors.ErasureOpen(number=customer.number, case=number)


def _of_transfers(survivor: Customer, other: Customer, holds: Sequence[Hold]) -> Iterator[CannotMerge]:
    numbers = {survivor.id: survivor.number, other.id: other.number}
    for hold in holds:
        if hold.kind is HoldKind.TRANSFER_IN_DOUBT:
            yield errors.TransferUnfinished(number=numbers[hold.customer_id], transfer=hold.key)


def _of_runs(connection: Connection, *both: Customer) -> Iterator[CannotMerge]:
    row, batch = batch_row_table.c, batch_table.c
    runs = connection.execute(
        select(batch.id)
        .join(batch_row_table, row.batch_id == batch.id)
        .where(row.customer_id.in_([it.id for it in both]), batch.state.not_in(_FINISHED))
        .distinct()
        .order_by(batch.id)
    )
    for number in runs.scalars():
        yield errors.RunUnfinished(run=number)
