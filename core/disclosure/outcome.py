"""What became of a transfer: from an exit's answer to states, and from states to tables and log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import bindparam, delete, insert, select, update

from core.disclosure import tally
from core.disclosure.exits import Accepted, NotFound, NotSent, Partial, Rejected, Unknown
from core.disclosure.model import (
    transfer_event_table,
    transfer_key_table,
    transfer_line_table,
    transfer_table,
)
from core.disclosure.types import OPEN_STATES, ItemOutcome, ItemState, combined
from core.prepared import Prepared
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.attempts import AttemptRecorder
    from core.disclosure.exits import InquiryResult, Outcome
    from core.disclosure.listener import TransferListener
    from core.disclosure.log import DisclosureLog

SettledBy = Literal["answer", "inquiry", "person", "recovery"]
NOT_FOUND: Final = "not_found"
_CODE_WIDTH: Final = 64
_MESSAGE_WIDTH: Final = 500

# Built once: each transfer pays for these.
_TRANSFER: Final = Prepared(
    select(
        transfer_table.c.state,
        transfer_table.c.staff_id,
        transfer_table.c.id,
        transfer_table.c.number,
        transfer_table.c.recipient_code,
        transfer_table.c.purpose,
        transfer_table.c.task,
        transfer_table.c.adapter,
    )
    .where(transfer_table.c.id == bindparam("transfer"))
    .with_for_update()
)
_STATES: Final = Prepared(
    select(transfer_line_table.c.item_id, transfer_line_table.c.number, transfer_line_table.c.state).where(
        transfer_line_table.c.transfer_id == bindparam("transfer")
    )
)
_FINISH: Final = Prepared(
    update(transfer_table)
    .where(transfer_table.c.id == bindparam("transfer"))
    .values(state=bindparam("new_state"), finished_at=bindparam("finished"))
)
_EVENT: Final = Prepared(
    insert(transfer_event_table).inline(),
    ("transfer_id", "at", "kind", "state", "log_index", "staff_id", "staff_name", "reason"),
)
_FREE: Final = Prepared(
    delete(transfer_key_table).where(
        transfer_key_table.c.recipient_code == bindparam("of_recipient"),
        transfer_key_table.c.transfer_id == bindparam("of_transfer"),
        transfer_key_table.c.key == bindparam("of_key"),
    )
)
_CONCLUDE: Final = Prepared(
    update(transfer_line_table)
    .where(
        transfer_line_table.c.transfer_id == bindparam("of_transfer"),
        transfer_line_table.c.number == bindparam("of_number"),
    )
    .values(
        state=bindparam("new_state"),
        reference=bindparam("new_reference"),
        code=bindparam("new_code"),
        message=bindparam("new_message"),
        pending=bindparam("new_pending"),
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """An item as its transfer's row knows it: enough to say what became of it."""

    item_id: str
    customer_id: int | None
    key: str


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """What a listener is told of a transfer."""

    id: str
    number: int
    recipient: str
    purpose: str
    task: str
    adapter: str


def outcomes_of(lines: Iterable[Line], outcome: Outcome | InquiryResult) -> dict[str, ItemOutcome]:
    """The state of each item from an exit's answer.

    An item that a `Partial` leaves out, and anything that is no declared answer, is in doubt.
    """
    if isinstance(outcome, Partial):
        return {line.item_id: _one(line, outcome.items.get(line.item_id)) for line in lines}
    return {line.item_id: _one(line, outcome) for line in lines}


def of_delivery(outcomes: Mapping[str, ItemOutcome]) -> dict[str, ItemOutcome]:
    """The outcomes of a delivery: *not found* answers an inquiry, from a delivery it says nothing."""
    return {
        key: replace(it, state=ItemState.IN_DOUBT, code="undeclared") if it.code == NOT_FOUND else it
        for key, it in outcomes.items()
    }


def believed(outcomes: Mapping[str, ItemOutcome], recorder: AttemptRecorder) -> dict[str, ItemOutcome]:
    """The outcomes as far as the attempts bear them out.

    An exit that claims an answer without a durable attempt has sent past the gate, or not at all: in doubt.
    """
    if recorder.recorded and not recorder.failed:
        return dict(outcomes)
    return {
        item_id: it if it.state is ItemState.NOT_SENT else _doubtful(it) for item_id, it in outcomes.items()
    }


def _doubtful(outcome: ItemOutcome) -> ItemOutcome:
    return ItemOutcome(
        outcome.item_id, outcome.customer_id, outcome.key, ItemState.IN_DOUBT, code="no_attempt"
    )


def _one(line: Line, outcome: object) -> ItemOutcome:
    def ended(state: ItemState, code: str = "", message: str = "") -> ItemOutcome:
        return ItemOutcome(
            line.item_id,
            line.customer_id,
            line.key,
            state,
            code=shorten(clean_line(code), _CODE_WIDTH),
            message=shorten(clean_line(message), _MESSAGE_WIDTH),
        )

    match outcome:
        case Accepted(reference, pending, answer):
            return replace(ended(ItemState.DELIVERED), reference=reference, pending=pending, answer=answer)
        case Rejected(code, message):
            return ended(ItemState.REFUSED, code, message)
        case NotSent(code, message):
            return ended(ItemState.NOT_SENT, code, message)
        case NotFound():
            # The partner does not have it, which does not prove that no byte left: towards the person it counts as
            # disclosed, and it may be sent again.
            return ended(ItemState.REFUSED, NOT_FOUND)
        case Unknown(code, message):
            return ended(ItemState.IN_DOUBT, code, message)
        case _:
            return ended(ItemState.IN_DOUBT, "undeclared")


def conclude(
    uow: UnitOfWork,
    log: DisclosureLog,
    listeners: Sequence[TransferListener],
    actor: Actor,
    *,
    transfer_id: str,
    outcomes: Mapping[str, ItemOutcome],
    by: SettledBy,
    digest: bytes | None = None,
    decided_by: bytes | None = None,
    reason: str | None = None,
) -> bool:
    """Write what became of the items named, in the caller's unit of work: lines, keys, log entry, transfer, event.

    Only items without an outcome or in doubt are touched, so that a late answer never overturns a definite one.
    *digest* is the keyed digest of what was sent, *decided_by* that of who decided.  False when there was nothing left to conclude.
    """
    (row,) = _TRANSFER.rows(uow.connection, {"transfer": transfer_id})
    before, sender = row[:2]
    facts = TransferFacts(*row[2:])
    numbers: dict[str, int] = {}
    states: dict[str, str | None] = {}
    for item_id, number, stored in _STATES.stream(uow.connection, {"transfer": transfer_id}):
        numbers[item_id], states[item_id] = number, stored
    news = {item_id: it for item_id, it in outcomes.items() if states[item_id] in (None, ItemState.IN_DOUBT)}
    if not news or (before not in OPEN_STATES and all(states[k] == it.state for k, it in news.items())):
        return False
    _write_lines(uow, facts, news, numbers)
    after = [
        news[key].state if key in news else ItemState(states[key] or ItemState.IN_DOUBT) for key in states
    ]
    state = combined(after)
    index = log.append(uow, "outcome", _entry(transfer_id, after, by, digest, decided_by))
    _FINISH.run(uow.connection, {"transfer": transfer_id, "new_state": state, "finished": uow.now})
    tally.move(uow.connection, facts.recipient, facts.purpose, sender, states=(before, state))
    event = {
        "transfer_id": transfer_id,
        "at": uow.now,
        "kind": by,
        "state": state,
        "log_index": index,
        "staff_id": actor.staff_id,
        "staff_name": actor.name,
        "reason": reason,
    }
    _EVENT.run(uow.connection, event)
    for listener in listeners:
        listener.concluded(uow, actor, facts, news)
    return True


def _entry(
    transfer_id: str,
    states: Sequence[ItemState],
    by: SettledBy,
    digest: bytes | None,
    decided_by: bytes | None,
) -> dict[str, object]:
    counts = Counter(states)
    present = [state.value for state in ItemState if counts[state]]
    entry: dict[str, object] = {
        "intent": transfer_id,
        "state": present[0] if len(present) == 1 else "partial",
        "by": by,
        **{state.value: counts[state] for state in ItemState},
    }
    if digest is not None and present != [ItemState.NOT_SENT.value]:
        entry["digest"] = digest.hex()
    if decided_by is not None:
        entry["decided_by"] = decided_by.hex()
    return entry


def _write_lines(
    uow: UnitOfWork, transfer: TransferFacts, outcomes: Mapping[str, ItemOutcome], numbers: Mapping[str, int]
) -> None:
    _CONCLUDE.many(
        uow.connection,
        (
            {
                "of_transfer": transfer.id,
                "of_number": numbers[it.item_id],
                "new_state": it.state.value,
                "new_reference": it.reference,
                "new_code": it.code,
                "new_message": it.message or None,
                "new_pending": it.pending,
            }
            for it in outcomes.values()
        ),
    )
    freed = (it.key for it in outcomes.values() if it.state in (ItemState.NOT_SENT, ItemState.REFUSED))
    same = {"of_recipient": transfer.recipient, "of_transfer": transfer.id}
    _FREE.many(uow.connection, ({**same, "of_key": key} for key in freed))
