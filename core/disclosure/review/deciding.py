"""The second person: sees what would leave, exactly, and approves or refuses it; both stand in the log."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from core.actor import Role, require
from core.disclosure.looking import record_look
from core.disclosure.planning import draw_up
from core.disclosure.review import approvals
from core.disclosure.review.approvals import APPROVAL_STATE_NAMES, Approval, ApprovalState
from core.disclosure.review.errors import ApprovalNotWaiting, ApprovalOutdated, OwnRequest, ReasonMissing
from core.disclosure.review.model import approval_table as table
from core.disclosure.sealing import TRANSIENT_FIELDS, transfer_key
from core.disclosure.types import Preview
from core.errors import RegisterError, Words
from core.text import clean_block

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.exits import Payload
    from core.disclosure.gate import Gate
    from core.disclosure.types import Plan

APPROVERS: Final = (Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
TASK: Final = "disclosure_review"


@dataclass(frozen=True, slots=True)
class Look:
    """What the second person sees: the plan, and the bytes that would leave.

    ``payloads`` is empty when the bytes hold a value that is never stored; the plan's items then show it masked.
    """

    approval: Approval
    plan: Plan
    payloads: tuple[Payload, ...]


def look(gate: Gate, actor: Actor, number: int) -> Look:
    """See what request *number* would send; it is itself a look at the persons, and recorded.

    Raises:
        NotPermitted: the actor's role does not approve.
        NoSuchApproval, ApprovalNotWaiting: there is nothing to decide about.
        ApprovalOutdated: it would send something else by now; it is void.
        Refused: it may not be sent any more.
    """
    require(actor, *APPROVERS)
    with gate.database.reading() as connection:
        approval = approvals.approval_of(connection, number)
        _require_waiting(approval)
        request = approvals.request_of(connection, gate.keyring, number)
        if request is None:
            raise ApprovalOutdated(number=number)
        plan = draw_up(connection, gate.keyring, gate.exits, request, gate.database.clock.now())
    transient = bool(TRANSIENT_FIELDS & plan.fields)
    payloads = () if transient or not plan.items else gate.preview(plan).payloads
    with gate.database.unit_of_work() as uow:
        same = approvals.matches(gate.keyring, uow.connection, approval, Preview(plan, payloads, b""))
        if same:
            record_look(uow, actor, plan, task=TASK)
        else:
            approvals.void(uow, number)
        uow.commit()
    if not same:
        raise ApprovalOutdated(number=number)
    return Look(approval, plan, payloads)


def decide(gate: Gate, actor: Actor, number: int, *, approved: bool, reason: str = "") -> Approval:
    """Approve or refuse request *number*, after a `look` at it; a refusal needs its reason.

    Raises:
        NotPermitted: the actor's role does not approve.
        OwnRequest: the actor asked for it.
        NoSuchApproval, ApprovalNotWaiting: there is nothing to decide about.
        ReasonMissing: a refusal without words.
        LogFault: the log cannot be written.
    """
    require(actor, *APPROVERS)
    words = clean_block(reason)
    if not approved and not words:
        raise ReasonMissing
    with gate.database.unit_of_work() as uow:
        approval = approvals.approval_of(uow.connection, number)
        _require_waiting(approval)
        if actor.staff_id is None or actor.staff_id == approval.asked_by:
            raise OwnRequest(number=number)
        _record(gate, uow, actor, approval, approved=approved, words=words)
        uow.commit()
    # The decision is durable; an unsigned log stops the transfer itself, which signs first or refuses.
    with suppress(RegisterError):
        gate.log.sign()
    with gate.database.reading() as connection:
        return approvals.approval_of(connection, number)


def _require_waiting(approval: Approval) -> None:
    if approval.state is not ApprovalState.WAITING:
        raise ApprovalNotWaiting(number=approval.id, state=Words(APPROVAL_STATE_NAMES[approval.state]))


def _record(
    gate: Gate, uow: UnitOfWork, actor: Actor, approval: Approval, *, approved: bool, words: str
) -> None:
    digest = uow.connection.execute(table.select().where(table.c.id == approval.id)).one().digest
    sealed = transfer_key(gate.keyring, approval.uuid).seal(
        json.dumps(
            {
                "asked_by": approval.asked_by,
                "asked_by_name": approval.asked_by_name,
                "decided_by": actor.staff_id,
                "decided_by_name": actor.name,
                "task": approval.task,
                "why": approval.why,
                "reason": words,
            },
            ensure_ascii=False,
            sort_keys=True,
        ).encode(),
        b"approval/1/" + approval.uuid.encode(),
    )
    index = gate.log.append(
        uow,
        "approval",
        {
            "id": approval.uuid,
            "decision": "approved" if approved else "refused",
            "recipient": approval.recipient_code,
            "purpose": approval.purpose,
            "count": approval.size,
            "digest": digest.hex(),
            "sealed": hashlib.sha256(sealed).hexdigest(),
        },
    )
    uow.connection.execute(
        update(table)
        .where(table.c.id == approval.id)
        .values(
            state=ApprovalState.APPROVED if approved else ApprovalState.REFUSED,
            request=None,
            decided_at=uow.now,
            decided_by=actor.staff_id,
            decided_by_name=actor.name,
            reason=words or None,
            sealed=sealed,
            log_index=index,
        )
    )
