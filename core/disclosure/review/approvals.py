"""Four eyes before: above a number of persons, or at a recipient's first use, a second person approves first.

What is approved is exactly what was shown: the approval carries a keyed digest of recipient, purpose, persons and bytes,
and only a preview with the same digest is let through, once.  A value that is never stored (an identity code) cannot be
shown to a second person either: it is masked in the digest, and everything else about the transfer is approved.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update

from core.disclosure.model import transfer_table
from core.disclosure.review.errors import ApprovalNeeded, NoSuchApproval
from core.disclosure.review.model import approval_table as table
from core.disclosure.sealing import (
    TRANSIENT_FIELDS,
    TRANSIENT_MARK,
    blinded,
    blinding_key,
    new_transfer_id,
    transfer_key,
)
from core.disclosure.types import Subject, TransferRequest
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.exits import FieldValue, Payload
    from core.disclosure.types import Plan, Preview
    from core.keys import DataKey, KeyRing


class Why(StrEnum):
    """What makes a second person necessary."""

    PERSONS = "persons"
    FIRST_USE = "first_use"


class ApprovalState(StrEnum):
    """Where a request stands.  ``VOID``: too old, or what it would send has changed."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    USED = "used"
    VOID = "void"


WHY_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Why.PERSONS: N_("more persons than one may send alone"),
        Why.FIRST_USE: N_("the first transfer under the recipient's record"),
    }
)
APPROVAL_STATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ApprovalState.WAITING: N_("waits"),
        ApprovalState.APPROVED: N_("approved"),
        ApprovalState.REFUSED: N_("refused"),
        ApprovalState.USED: N_("approved and sent"),
        ApprovalState.VOID: N_("void"),
    }
)


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """When approval is needed: more than ``persons`` (0: never), at a ``first_use``; void after ``days``."""

    persons: int = 0
    first_use: bool = False
    days: int = 7


@dataclass(frozen=True, slots=True)
class Approval:
    """One request for approval and what came of it; ``id`` is its number."""

    id: int
    uuid: str
    recipient_code: str
    recipient_version: int
    purpose: str
    task: str
    why: Why
    size: int
    state: ApprovalState
    asked_at: datetime
    asked_by: int | None
    asked_by_name: str
    expires_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    decided_by_name: str | None
    reason: str | None
    log_index: int | None
    transfer_id: str | None


_COLUMNS: Final = [table.c[name] for name in Approval.__slots__]


def approvals(
    connection: Connection, state: ApprovalState | None = None, *, since: datetime | None = None
) -> list[Approval]:
    """The requests in *state*, asked for from *since* on, newest first."""
    statement = select(*_COLUMNS).order_by(table.c.id.desc())
    if state is not None:
        statement = statement.where(table.c.state == state)
    if since is not None:
        statement = statement.where(table.c.asked_at >= since)
    return [_approval(row) for row in connection.execute(statement).mappings()]


def approval_of(connection: Connection, number: int) -> Approval:
    """The request called *number*.

    Raises:
        NoSuchApproval: there is none.
    """
    row = connection.execute(select(*_COLUMNS).where(table.c.id == number)).mappings().first()
    if row is None:
        raise NoSuchApproval(number=number)
    return _approval(row)


def _approval(row: RowMapping) -> Approval:
    return Approval(**{**row, "why": Why(row["why"]), "state": ApprovalState(row["state"])})


# --- what is approved


def shown_digest(plan: Plan, payloads: Sequence[Payload]) -> bytes:
    """The digest of what a person was shown: recipient, purpose, persons and bytes."""
    transient = bool(TRANSIENT_FIELDS & plan.fields)
    content = {
        "recipient": [plan.recipient.code, plan.recipient.version],
        "purpose": [plan.purpose.code, plan.basis, plan.way],
        "fields": sorted(plan.fields),
        "persons": [plan.subjects[item.id].customer_id for item in plan.items],
        "bytes": [] if transient else [[it.label, hashlib.sha256(it.content).hexdigest()] for it in payloads],
        "values": [masked(item.fields) for item in plan.items] if transient else [],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).digest()


def masked(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """The fields with what is never stored put out of sight."""
    return {name: TRANSIENT_MARK if name in TRANSIENT_FIELDS else value for name, value in fields.items()}


def _keyed(keyring: KeyRing, keys: Mapping[int, DataKey], uuid: str, preview: Preview) -> bytes:
    """Nobody can test a guess of what was approved once any of its persons is erased."""
    ids = [preview.plan.subjects[item.id].customer_id for item in preview.plan.items]
    blinding = blinding_key(keyring, keys, uuid, ids)
    return blinded(blinding, shown_digest(preview.plan, preview.payloads))


# --- the gate's step


def why_needed(connection: Connection, rules: ApprovalRules, plan: Plan) -> Why | None:
    """What makes a second person necessary for *plan*; None when nothing does."""
    if rules.persons and len(plan.items) > rules.persons:
        return Why.PERSONS
    if rules.first_use and not _was_used(connection, plan):
        return Why.FIRST_USE
    return None


def _was_used(connection: Connection, plan: Plan) -> bool:
    used = select(transfer_table.c.id).where(
        transfer_table.c.recipient_code == plan.recipient.code,
        transfer_table.c.recipient_version == plan.recipient.version,
    )
    return connection.execute(used.limit(1)).first() is not None


def approval_for(
    uow: UnitOfWork, keyring: KeyRing, rules: ApprovalRules, preview: Preview, keys: Mapping[int, DataKey]
) -> Approval | None:
    """The approval under which *preview* may leave; None when none is needed.

    Raises:
        ApprovalNeeded: it is needed, and nobody has approved exactly this.
    """
    why = why_needed(uow.connection, rules, preview.plan)
    if why is None:
        return None
    found = _same(uow, keyring, preview, keys, ApprovalState.APPROVED)
    if found is None:
        raise ApprovalNeeded(why=why)
    return found


def _same(
    uow: UnitOfWork, keyring: KeyRing, preview: Preview, keys: Mapping[int, DataKey], state: ApprovalState
) -> Approval | None:
    plan = preview.plan
    rows = uow.connection.execute(
        select(*_COLUMNS, table.c.digest)
        .where(
            table.c.state == state,
            table.c.recipient_code == plan.recipient.code,
            table.c.purpose == plan.purpose.code,
            table.c.size == len(plan.items),
            table.c.expires_at > uow.now,
        )
        .order_by(table.c.id)
        .with_for_update()
    ).all()
    for row in rows:
        if hmac.compare_digest(row.digest, _keyed(keyring, keys, row.uuid, preview)):
            return approval_of(uow.connection, row.id)
    return None


def use(uow: UnitOfWork, approval: Approval, transfer_id: str) -> None:
    """The approval has let *transfer_id* through; it serves no other."""
    uow.connection.execute(
        update(table)
        .where(table.c.id == approval.id)
        .values(state=ApprovalState.USED, transfer_id=transfer_id)
    )


def ask(
    uow: UnitOfWork, keyring: KeyRing, rules: ApprovalRules, actor: Actor, *, preview: Preview, why: Why
) -> int:
    """Ask for approval of *preview*, unless the same or another first use waits already; returns the number."""
    plan = preview.plan
    ids = [plan.subjects[item.id].customer_id for item in plan.items]
    keys = keyring.data_keys(uow, ids)
    found = _same(uow, keyring, preview, keys, ApprovalState.WAITING)
    if found is not None:
        return found.id
    other = _first_use_waiting(uow, keyring, plan) if why is Why.FIRST_USE else None
    if other is not None:
        return other
    uuid = new_transfer_id(uow.now)
    number = uow.connection.execute(
        insert(table)
        .values(
            uuid=uuid,
            recipient_code=plan.recipient.code,
            recipient_version=plan.recipient.version,
            purpose=plan.purpose.code,
            task=plan.request.task,
            why=why,
            size=len(plan.items),
            digest=_keyed(keyring, keys, uuid, preview),
            request=transfer_key(keyring, uuid).seal(_request_bytes(plan.request), b"approval-request/1"),
            state=ApprovalState.WAITING,
            asked_at=uow.now,
            asked_by=actor.staff_id,
            asked_by_name=actor.name,
            expires_at=uow.now + timedelta(days=rules.days),
        )
        .returning(table.c.id)
    ).scalar_one()
    return int(number)


def _first_use_waiting(uow: UnitOfWork, keyring: KeyRing, plan: Plan) -> int | None:
    """Another first use that waits; one about the very same subjects is outdated by this one and void."""
    rows = uow.connection.execute(
        select(table.c.id).where(
            table.c.state == ApprovalState.WAITING,
            table.c.why == Why.FIRST_USE,
            table.c.recipient_code == plan.recipient.code,
            table.c.recipient_version == plan.recipient.version,
            table.c.expires_at > uow.now,
        )
    ).scalars()
    for number in rows.all():
        asked = request_of(uow.connection, keyring, number)
        if asked is None or _whom(asked) != _whom(plan.request):
            return int(number)
        void(uow, number)
    return None


def _whom(request: TransferRequest) -> list[int]:
    return [subject.customer_id for subject in request.subjects]


def void(uow: UnitOfWork, number: int) -> None:
    """The request cannot be approved any more."""
    uow.connection.execute(
        update(table).where(table.c.id == number).values(state=ApprovalState.VOID, request=None)
    )


def void_all(uow: UnitOfWork) -> None:
    """No request that waits can be approved or released any more: after a restore nobody knows what became of it."""
    uow.connection.execute(update(table).where(_alive()).values(state=ApprovalState.VOID, request=None))


def void_about(uow: UnitOfWork, keyring: KeyRing, customer_id: int) -> None:
    """Requests that would send this customer's data cannot be approved any more, and are forgotten."""
    alive = select(table.c.id).where(_alive(), table.c.request.is_not(None))
    for number in uow.connection.execute(alive).scalars().all():
        asked = request_of(uow.connection, keyring, number)
        if asked is not None and customer_id in _whom(asked):
            void(uow, number)


def expire(uow: UnitOfWork) -> int:
    """Make void what is too old, and forget what it would have sent; returns how many."""
    counted = uow.connection.execute(
        select(func.count()).where(table.c.expires_at <= uow.now, _alive())
    ).scalar_one()
    uow.connection.execute(
        update(table)
        .where(table.c.expires_at <= uow.now, _alive())
        .values(state=ApprovalState.VOID, request=None)
    )
    return int(counted)


def _alive() -> Any:
    return table.c.state.in_([ApprovalState.WAITING, ApprovalState.APPROVED])


# --- the request, sealed until it is decided about


def _request_bytes(request: TransferRequest) -> bytes:
    content = {
        "recipient": request.recipient,
        "purpose": request.purpose,
        "task": request.task,
        "reason": request.reason,
        "basis": request.basis,
        "form": request.form,
        "only": None if request.only is None else sorted(request.only),
        "subjects": [[it.customer_id, it.key, masked(it.extra)] for it in request.subjects],
    }
    return json.dumps(content, ensure_ascii=False, default=dict).encode()


def request_of(connection: Connection, keyring: KeyRing, number: int) -> TransferRequest | None:
    """What request *number* asked to send; None when it has been forgotten."""
    row = connection.execute(select(table.c.uuid, table.c.request).where(table.c.id == number)).one()
    if row.request is None:
        return None
    content = json.loads(transfer_key(keyring, row.uuid).unseal(row.request, b"approval-request/1"))
    subjects = tuple(
        Subject(customer_id, key, {name: _field(value) for name, value in extra.items()})
        for customer_id, key, extra in content.pop("subjects")
    )
    only = content.pop("only")
    request = TransferRequest(**content, subjects=subjects)
    return request if only is None else replace(request, only=frozenset(only))


def _field(value: Any) -> FieldValue:
    return value if isinstance(value, str) else tuple(value)


def matches(keyring: KeyRing, connection: Connection, approval: Approval, preview: Preview) -> bool:
    """Whether *preview* is exactly what was asked for."""
    ids = [preview.plan.subjects[item.id].customer_id for item in preview.plan.items]
    keys = keyring.existing_data_keys(connection, ids)
    if len(keys) != len(ids):
        return False
    digest = connection.execute(select(table.c.digest).where(table.c.id == approval.id)).scalar_one()
    return hmac.compare_digest(digest, _keyed(keyring, keys, approval.uuid, preview))
