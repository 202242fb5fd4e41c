"""A person decides on proposals: accepts, rejects, or says who is meant.

What is accepted is written at once, under the run's number and source and the person's name, so that the run's undo
takes it back with the rest.  Each decision stays with its row: which, by whom, when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.actor import Role, require
from core.batches import service as batches
from core.batches.model import batch_row_table
from core.batches.types import BatchKind
from core.clock import HELSINKI
from core.customers import places
from core.customers.bans import BanKind, bans_of_many, forbid_many
from core.customers.changing import before_of
from core.customers.reading import get, require_not_erased
from core.errors import Words
from core.messages import tr
from core.staff.access_log import Access, record_access
from core.updates.explaining import candidates_in
from core.updates.policy import decide_accepted
from core.updates.proposal_errors import CannotAccept, ChooseFirst, MeantAlready, RunClosed
from core.updates.proposals import OPEN_STATES, require_open
from core.updates.standing import standings
from core.updates.types import (
    REASON_NAMES,
    Answer,
    Decided,
    Decision,
    MatchedBy,
    Meaning,
    Outcome,
    Reason,
)
from core.updates.writing import write

if TYPE_CHECKING:
    from sqlalchemy import Row

    from core.actor import Actor
    from core.batches.types import Batch
    from core.database import UnitOfWork
    from core.updates.types import Standing

_row = batch_row_table.c
# Nothing is sent to the dead but what their estate has to be sent.
_BANS_OF_THE_DEAD: Final = tuple(kind for kind in BanKind if kind is not BanKind.REGISTER_UPDATE)
_SETTLED: Final = (Outcome.APPLIED, Outcome.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Held:
    """A proposal kept as it is until the transaction ends, and its run."""

    batch: Batch
    row: Row[Any]

    @property
    def answer(self) -> Answer:
        """What the row says."""
        return Answer(Meaning(self.row.meaning), self.row.new_values or {}, self.row.answered_on)


def accept(uow: UnitOfWork, actor: Actor, run: int, line: int, *, customer_id: int | None = None) -> Decision:
    """Write what the row says to its customer, or to *customer_id*, whom a person has chosen; what was written.

    Raises:
        NoSuchBatch, NoSuchProposal, AlreadyDecided, RunClosed: nothing waits there.
        ChooseFirst: several may be meant and nobody has been chosen.
        CannotAccept: the customer may not be written to; see `core.updates.policy.decide_accepted`.
        MeantAlready: another row of the run has been written to the customer.
    """
    require(actor, Role.IMPORTER)
    held = hold(uow, run, line)
    meant = held.row.customer_id if customer_id is None else customer_id
    if meant is None:
        raise ChooseFirst(number=run, line=line, count=len(candidates_in(held.row.explanation)))
    require_not_erased(get(uow.connection, meant))
    _require_only(uow, held, meant)
    places.lock(uow.connection)
    customers = before_of(uow.connection, {meant}, hold=True)
    standing = standings(uow.connection, {meant}, held=customers)[meant]
    decision = decide_accepted(held.answer, standing)
    if decision.outcome is not Outcome.ACCEPTED:
        assert decision.reason is not None
        raise CannotAccept(line=line, reason=Words(REASON_NAMES[decision.reason]))
    write_accepted(uow, actor, held, standing, decision)
    task = f"address update {run}, proposal accepted"
    record_access(uow, actor, action=Access.CHANGE, customer_id=meant, task=task)
    chosen = customer_id is not None and customer_id != held.row.customer_id
    _settle(uow, actor, held, Outcome.ACCEPTED, meant=meant, chosen=chosen)
    return decision


def reject(uow: UnitOfWork, actor: Actor, run: int, line: int) -> None:
    """Leave the customer as it is, and forget what the row said.

    Raises:
        NoSuchBatch, NoSuchProposal, AlreadyDecided, RunClosed: nothing waits there.
    """
    require(actor, Role.IMPORTER)
    held = hold(uow, run, line)
    meant = held.row.customer_id
    task = f"address update {run}, proposal rejected"
    record_access(uow, actor, action=Access.CHANGE, customer_id=meant, task=task)
    _settle(uow, actor, held, Outcome.REJECTED, meant=meant)


def choose(uow: UnitOfWork, actor: Actor, run: int, line: int, customer_id: int) -> None:
    """Say who is meant, a candidate or any other customer; the proposal goes on waiting, about them.

    Raises:
        NoSuchBatch, NoSuchProposal, AlreadyDecided, RunClosed: nothing waits there.
        CustomerNotFound, CustomerErased: nobody can be meant by that.
    """
    require(actor, Role.IMPORTER)
    hold(uow, run, line)
    require_not_erased(get(uow.connection, customer_id))
    record_access(
        uow, actor, action=Access.OPEN, customer_id=customer_id, task=f"address update {run}, proposal"
    )
    uow.connection.execute(
        update(batch_row_table)
        .where(_row.batch_id == run, _row.line == line)
        .values(customer_id=customer_id, matched_by=str(MatchedBy.PERSON))
    )


def hold(uow: UnitOfWork, run: int, line: int) -> Held:
    """A proposal that waits, and its run, both kept as they are.

    Raises:
        NoSuchBatch, NoSuchProposal, AlreadyDecided, RunClosed: nothing waits there.
    """
    batch = batches.hold_whole(uow, run, BatchKind.UPDATE)
    if batch.state not in OPEN_STATES:
        raise RunClosed(number=run)
    row = uow.connection.execute(
        select(batch_row_table, _row["values"].label("new_values")).where(
            _row.batch_id == run, _row.line == line
        )
    ).first()
    require_open(row, run, line)
    assert row is not None
    return Held(batch, row)


def _require_only(uow: UnitOfWork, held: Held, customer_id: int) -> None:
    other = uow.connection.execute(
        select(_row.line).where(
            _row.batch_id == held.batch.id,
            _row.customer_id == customer_id,
            _row.line != held.row.line,
            _row.outcome.in_(_SETTLED),
        )
    ).scalar()
    if other is not None:
        raise MeantAlready(number=held.batch.id, other=other, line=held.row.line)


def write_accepted(uow: UnitOfWork, actor: Actor, held: Held, standing: Standing, decision: Decision) -> None:
    """Write an accepted row; what is so already is not written again."""
    answer, row = held.answer, held.row
    done = {
        Meaning.MOVED: not decision.changes,
        Meaning.UPDATE_FORBIDDEN: standing.update_banned,
        Meaning.PROTECTED_ADDRESS: standing.protected_address,
    }
    if not done.get(answer.meaning, False):
        one = Decided(
            row.line, standing.customer_id, standing.version, answer.meaning, answer.dated, decision
        )
        write(uow, actor, held.batch, [one])
    if answer.meaning is Meaning.DECEASED:
        _forbid_all(uow, actor, held, standing.customer_id)


def _forbid_all(uow: UnitOfWork, actor: Actor, held: Held, customer_id: int) -> None:
    """Put every ban on marketing and publication in force for somebody who has died."""
    in_force = bans_of_many(uow.connection, [customer_id]).get(customer_id, frozenset())
    bans = [(customer_id, kind) for kind in _BANS_OF_THE_DEAD if kind not in in_force]
    why = tr(REASON_NAMES[Reason.DECEASED], actor.language)
    origin = f"{held.batch.name}, {held.batch.file}: {why}"
    today = uow.now.astimezone(HELSINKI).date()
    forbid_many(uow, actor, bans, origin=origin, since=today, batch_id=held.batch.id)


def _settle(
    uow: UnitOfWork,
    actor: Actor,
    held: Held,
    outcome: Outcome,
    *,
    meant: int | None,
    chosen: bool = False,
) -> None:
    """Keep the decision with the row, and empty the values that nobody has to decide on any more."""
    row = held.row
    values: dict[str, object] = {
        "outcome": str(outcome),
        "decision": str(outcome),
        "decided_at": uow.now,
        "decided_by": actor.staff_id,
        "decided_by_name": actor.name,
        "customer_id": meant,
        "key": None,
        "values": None,
    }
    if chosen:
        values["matched_by"] = str(MatchedBy.PERSON)
    uow.connection.execute(
        update(batch_row_table).where(_row.batch_id == row.batch_id, _row.line == row.line).values(values)
    )
    before, after = (Decision(each, Reason(row.reason)).tally for each in (Outcome.PROPOSED, outcome))
    batches.tally(uow, held.batch, {before: -1, after: 1})
