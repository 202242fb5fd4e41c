"""Doubt and its end: what a stopped process left open, what the partner says, what a person decides.

* An intent without an attempt was provably not sent.
* An attempt without an outcome is in doubt: the exit asks the partner by the items' keys, once the partner has had
  time to finish; where it cannot be asked, a person decides.  A credit enquiry is never repeated by itself.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from core.actor import SYSTEM, Role, require
from core.disclosure.errors import BadDecision, NeedsPerson, NotInDoubt, TooEarlyToSettle
from core.disclosure.exits import Item, NotSent, Unknown
from core.disclosure.model import transfer_attempt_table, transfer_line_table, transfer_table
from core.disclosure.outcome import Line, conclude, outcomes_of
from core.disclosure.owner import is_abandoned
from core.disclosure.permit import granted
from core.disclosure.transfers import detail, result_of
from core.disclosure.types import OPEN_STATES, STATE_NAMES, ItemOutcome, ItemState, TransferState
from core.errors import RegisterError, Words
from core.text import clean_block

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.gate import Gate
    from core.disclosure.outcome import SettledBy
    from core.disclosure.transfers import TransferDetail
    from core.disclosure.types import TransferResult

DECIDERS: Final = (Role.CLERK, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
DECISIONS: Final = (ItemState.DELIVERED, ItemState.REFUSED, ItemState.NOT_SENT)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What `recover` closed: numbers of the transfers proved not sent, and of those now in doubt."""

    not_sent: tuple[int, ...] = ()
    in_doubt: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What `settle_due` came to: numbers of transfers.

    ``waiting``: asked too early, or the partner did not know yet or did not answer.  ``for_person``: the partner cannot
    be asked by a program.
    """

    settled: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    for_person: tuple[int, ...] = ()


def recover(gate: Gate) -> Recovered:
    """Close every transfer that an ended process left open.

    Safe with other live processes: their transfers are left alone, and a transfer closed here is fenced, so that its
    process, should it wake after all, can send nothing more on it.
    """
    with gate.database.reading() as connection:
        open_ids = (
            connection.execute(
                select(transfer_table.c.id)
                .where(transfer_table.c.state.in_(OPEN_STATES))
                .order_by(transfer_table.c.number)
            )
            .scalars()
            .all()
        )
    closed: dict[ItemState, list[int]] = {ItemState.NOT_SENT: [], ItemState.IN_DOUBT: []}
    for transfer_id in open_ids:
        with gate.database.unit_of_work() as uow:
            found = _close_abandoned(gate, uow, transfer_id)
            if found is not None:
                uow.commit()
                state, number = found
                closed[state].append(number)
    if any(closed.values()):
        gate.log.sign()
    return Recovered(tuple(closed[ItemState.NOT_SENT]), tuple(closed[ItemState.IN_DOUBT]))


def _close_abandoned(gate: Gate, uow: UnitOfWork, transfer_id: str) -> tuple[ItemState, int] | None:
    row = uow.connection.execute(
        select(transfer_table).where(transfer_table.c.id == transfer_id).with_for_update()
    ).one()
    if row.state not in OPEN_STATES or not is_abandoned(row.id, row.owner, row.lease_until, uow.now):
        return None
    attempts = uow.connection.execute(
        select(func.count()).where(transfer_attempt_table.c.transfer_id == transfer_id)
    ).scalar_one()
    outcome = Unknown("stopped") if attempts else NotSent("stopped")
    outcomes = outcomes_of(_lines(uow, transfer_id), outcome)
    conclude(uow, gate.log, gate.listeners, SYSTEM, transfer_id=transfer_id, outcomes=outcomes, by="recovery")
    return (ItemState.IN_DOUBT if attempts else ItemState.NOT_SENT), row.number


def _lines(uow: UnitOfWork, transfer_id: str) -> list[Line]:
    line = transfer_line_table.c
    rows = uow.connection.execute(
        select(line.item_id, line.customer_id, line.key).where(line.transfer_id == transfer_id)
    )
    return [Line(row.item_id, row.customer_id, row.key or "") for row in rows]


def settle(gate: Gate, actor: Actor, transfer_id: str) -> TransferResult:
    """Ask the partner what became of the items in doubt, and record what it says.

    Raises:
        NotInDoubt: there is nothing to settle.
        NeedsPerson: the exit cannot ask.
        TooEarlyToSettle: the partner may still be at work on it.
        LogFault: the log cannot be signed; nothing was asked.
    """
    found = _in_doubt(gate, transfer_id)
    exit_ = gate.exits(found.row.adapter)
    doubtful = [line for line in found.lines if line.state is ItemState.IN_DOUBT]
    if exit_.manifest.in_doubt == "manual":
        raise NeedsPerson(
            recipient=found.row.recipient_name, transfer=found.row.number, key=doubtful[0].key or "–"
        )
    since = found.attempted_at or found.row.created_at
    ready = since + timedelta(seconds=exit_.manifest.settle_seconds)
    if gate.database.clock.now() < ready:
        raise TooEarlyToSettle(transfer=found.row.number, time=f"{ready:%Y-%m-%d %H:%M:%S}")
    permit = granted(transfer_id, found.row.number, gate.log.sign().size, actor.user_name)
    try:
        answer = exit_.inquire(permit, [Item(line.item_id, line.key or "", {}) for line in doubtful])
    except Exception as error:  # noqa: BLE001 - an exit is somebody else's code; whatever it raises says nothing
        answer = Unknown(type(error).__name__)
    finally:
        permit.end()
    lines = [Line(line.item_id, line.customer_id, line.key or "") for line in doubtful]
    definite = {
        key: it for key, it in outcomes_of(lines, answer).items() if it.state is not ItemState.IN_DOUBT
    }
    return _record(gate, actor, transfer_id, definite, by="inquiry")


def decide(gate: Gate, actor: Actor, transfer_id: str, outcome: ItemState, reason: str) -> TransferResult:
    """A person says what became of a transfer in doubt, having asked the partner.

    Raises:
        NotPermitted: the actor's role does not decide.
        BadDecision: the outcome is none of delivered, refused and not sent, or the reason is empty.
        NotInDoubt: there is nothing to settle.
    """
    require(actor, *DECIDERS)
    words = clean_block(reason)
    if outcome not in DECISIONS or not words or actor.staff_id is None:
        raise BadDecision
    found = _in_doubt(gate, transfer_id)
    outcomes = {
        line.item_id: ItemOutcome(line.item_id, line.customer_id, line.key or "", outcome, code="decided")
        for line in found.lines
        if line.state is ItemState.IN_DOUBT
    }
    # A pseudonym: whoever holds the master key can tell who it was, the log's other readers cannot.
    decided_by = gate.keyring.keyed_digest(b"staff", str(actor.staff_id).encode())
    return _record(gate, actor, transfer_id, outcomes, by="person", decided_by=decided_by, reason=words)


def settle_due(gate: Gate, actor: Actor) -> Settled:
    """Settle every transfer in doubt that can be settled now.

    Raises:
        LogFault, DatabaseUnavailable: the register cannot go on; the partner's own troubles are not raised.
    """
    with gate.database.reading() as connection:
        doubtful = connection.execute(
            select(transfer_table.c.id, transfer_table.c.number)
            .where(transfer_table.c.state == TransferState.IN_DOUBT)
            .order_by(transfer_table.c.number)
        ).all()
    settled: list[int] = []
    waiting: list[int] = []
    for_person: list[int] = []
    for row in doubtful:
        try:
            result = settle(gate, actor, row.id)
        except TooEarlyToSettle:
            waiting.append(row.number)
        except NeedsPerson:
            for_person.append(row.number)
        except NotInDoubt:
            # Another process was faster.
            settled.append(row.number)
        else:
            (waiting if result.state is TransferState.IN_DOUBT else settled).append(row.number)
    return Settled(tuple(settled), tuple(waiting), tuple(for_person))


def _in_doubt(gate: Gate, transfer_id: str) -> TransferDetail:
    with gate.database.reading() as connection:
        found = detail(connection, transfer_id)
    if found.row.state is not TransferState.IN_DOUBT:
        raise NotInDoubt(transfer=found.row.number, state=Words(STATE_NAMES[found.row.state]))
    return found


def _record(
    gate: Gate,
    actor: Actor,
    transfer_id: str,
    outcomes: dict[str, ItemOutcome],
    *,
    by: SettledBy,
    decided_by: bytes | None = None,
    reason: str | None = None,
) -> TransferResult:
    signed = True
    if outcomes:
        with gate.database.unit_of_work() as uow:
            conclude(
                uow,
                gate.log,
                gate.listeners,
                actor,
                transfer_id=transfer_id,
                outcomes=outcomes,
                by=by,
                decided_by=decided_by,
                reason=reason,
            )
            uow.commit()
        signed = False
        # The outcome is durable; an unsigned log stops the next transfer, not the report of this one.
        with suppress(RegisterError):
            gate.log.sign()
            signed = True
    with gate.database.reading() as connection:
        return result_of(connection, transfer_id, signed=signed)
