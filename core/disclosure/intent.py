"""The intent: one transaction that re-reads everything, seals what will leave and logs it.  Nothing leaves before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, insert, select

from core.bulk import insert_rows
from core.disclosure.categories import categories_of
from core.disclosure.errors import KeyInUse, PlanOutdated
from core.disclosure.log.lines import decode_line, lines_root
from core.disclosure.model import (
    transfer_key_table,
    transfer_left_out_table,
    transfer_line_table,
    transfer_table,
)
from core.disclosure.owner import LEASE, this_process
from core.disclosure.planning import lock_customers, still_holds
from core.disclosure.policy import POLICY_VERSION
from core.disclosure.review import approvals
from core.disclosure.sealing import blinded, blinding_key, data_keys, sealed_lines, transfer_key
from core.disclosure.types import STATE_NAMES, TransferState
from core.errors import Words
from core.id_lists import among
from core.prepared import Prepared
from core.version import version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.exc import IntegrityError

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.exits import Exit, ExitManifest
    from core.disclosure.log import DisclosureLog
    from core.disclosure.review.approvals import ApprovalRules
    from core.disclosure.sealing import SealedLine
    from core.disclosure.types import Plan, Preview
    from core.keys import KeyRing

_ROWS: Final = 5000
_INSERT_TRANSFER: Final = Prepared(
    insert(transfer_table),
    [column.name for column in transfer_table.c if column.name not in ("attempted_at", "finished_at")],
)
_HOLDER: Final = Prepared(
    select(transfer_key_table.c.key, transfer_table.c.number, transfer_table.c.state)
    .join(transfer_table, transfer_table.c.id == transfer_key_table.c.transfer_id)
    .where(
        transfer_key_table.c.recipient_code == bindparam("recipient"),
        among(transfer_key_table.c.key, "keys"),
    )
    .limit(1)
)
_LINE_COLUMNS: Final = (
    "transfer_id",
    "number",
    "item_id",
    "customer_id",
    "key",
    "tag",
    "commitment",
    "digest",
    "sealed",
    "code",
    "pending",
)


@dataclass(frozen=True, slots=True)
class Intent:
    """A recorded intent: its transfer, its place in the log, and the key that blinds digests of its bytes."""

    transfer_id: str
    log_index: int
    blinding: bytes


def record_intent(
    uow: UnitOfWork,
    keyring: KeyRing,
    log: DisclosureLog,
    exits: Callable[[str], Exit],
    *,
    actor: Actor,
    preview: Preview,
    transfer_id: str,
    rules: ApprovalRules,
) -> Intent:
    """Write the transfer, its lines and its log entry in the caller's unit of work.

    Raises:
        PlanOutdated: data, a ban, a restriction or the agreement changed since the preview.
        KeyInUse: a key has gone to the recipient, or may have.
        Refused: the recipient may no longer be sent to.
        ApprovalNeeded: a second person must approve it, and nobody has.
    """
    plan = preview.plan
    request = plan.request
    lock_customers(uow.connection, [subject.customer_id for subject in request.subjects])
    if not still_holds(uow.connection, keyring, exits, plan, uow.now):
        raise PlanOutdated
    _check_keys(uow.connection, plan)
    keys = data_keys(uow, keyring, plan)
    approval = approvals.approval_for(uow, keyring, rules, preview, keys)
    lines = sealed_lines(keys, transfer_id, plan)
    blinding = blinding_key(keyring, keys, transfer_id, [line.customer_id for line in lines])
    payload_digest = blinded(blinding, preview.digest)
    manifest = exits(plan.way).manifest
    sealed = transfer_key(keyring, transfer_id).seal(
        _sealed_part(actor, plan, manifest, payload_digest), b"transfer/1/" + transfer_id.encode()
    )
    index = log.append(
        uow,
        "intent",
        {
            "id": transfer_id,
            "ts": int(uow.now.timestamp() * 1000),
            "purpose": plan.purpose.code,
            "basis": plan.basis,
            "recipient": plan.recipient.code,
            "channel": plan.way,
            "country": plan.country,
            "categories": sorted(categories_of({name for item in plan.items for name in item.fields})),
            "count": len(lines),
            "lines_root": lines_root(b"".join([it.line for it in lines])).hex(),
            "policy": str(POLICY_VERSION),
            "software": version(),
            "sealed": hashlib.sha256(sealed).hexdigest(),
        }
        | ({} if approval is None else {"approval": approval.uuid}),
    )
    transfer = {
        "id": transfer_id,
        "number": index,
        "recipient_code": plan.recipient.code,
        "recipient_version": plan.recipient.version,
        "purpose": plan.purpose.code,
        "basis": plan.basis,
        "country": plan.country,
        "task": request.task,
        "reason": request.reason,
        "staff_id": actor.staff_id,
        "staff_name": actor.name,
        "adapter": plan.way,
        "adapter_version": manifest.version,
        "environment": manifest.environment,
        "fields": sorted(plan.fields),
        "size": len(lines),
        "payload_digest": payload_digest,
        "sealed": sealed,
        "state": TransferState.INTENT,
        "created_at": uow.now,
        "owner": this_process(),
        "lease_until": uow.now + LEASE,
    }
    _INSERT_TRANSFER.run(uow.connection, transfer)
    _write_lines(uow.connection, transfer_id, plan, lines)
    if approval is not None:
        approvals.use(uow, approval, transfer_id)
    return Intent(transfer_id, index, blinding)


def _sealed_part(actor: Actor, plan: Plan, manifest: ExitManifest, payload_digest: bytes) -> bytes:
    """Who and why in full, for a reviewer who may open it; of the data subjects only their number."""
    return json.dumps(
        {
            "actor": actor.staff_id,
            "actor_name": actor.name,
            "recipient": plan.recipient.name,
            "recipient_version": plan.recipient.version,
            "agreement": plan.recipient.agreement,
            "destinations": list(manifest.destinations),
            "adapter_version": manifest.version,
            "task": plan.request.task,
            "reason": plan.request.reason,
            "payload": payload_digest.hex(),
        },
        ensure_ascii=False,
        sort_keys=True,
    ).encode()


def _check_keys(connection: Connection, plan: Plan) -> None:
    holder = holder_of(connection, plan)
    if holder is not None:
        raise holder


def holder_of(connection: Connection, plan: Plan) -> KeyInUse | None:
    """The refusal that names who holds a key of the plan, or None when all are free."""
    keys = sorted(item.key for item in plan.items)
    for start in range(0, len(keys), _ROWS):
        wanted = {"recipient": plan.recipient.code, "keys": keys[start : start + _ROWS]}
        row = _HOLDER.row(connection, wanted)
        if row is not None:
            key, number, state = row
            return KeyInUse(
                key=key, recipient=plan.recipient.name, transfer=number, state=Words(STATE_NAMES[state])
            )
    return None


def _write_lines(connection: Connection, transfer_id: str, plan: Plan, lines: Sequence[SealedLine]) -> None:
    # Some at a time: a row of each of 100,000 persons at once is tens of megabytes for nothing.
    for start in range(0, len(lines), _ROWS):
        some = [_line_row(transfer_id, it) for it in lines[start : start + _ROWS]]
        insert_rows(connection, transfer_line_table, _LINE_COLUMNS, some)
    if plan.left_out:
        connection.execute(
            transfer_left_out_table.insert(),
            [
                {
                    "transfer_id": transfer_id,
                    "place": place,
                    "customer_id": left.customer_id,
                    "customer_number": left.number,
                    "reason": left.reason,
                    "detail": list(left.detail),
                }
                for place, left in enumerate(plan.left_out)
            ],
        )
    claims = sorted(line.key for line in lines)
    for start in range(0, len(claims), _ROWS):
        claimed = [(plan.recipient.code, key, transfer_id) for key in claims[start : start + _ROWS]]
        insert_rows(connection, transfer_key_table, ("recipient_code", "key", "transfer_id"), claimed)


def _line_row(transfer_id: str, it: SealedLine) -> tuple[object, ...]:
    line = decode_line(it.line)
    parts = (line.tag, line.commitment, line.digest)
    return (transfer_id, line.number, it.item_id, it.customer_id, it.key, *parts, it.sealed, "", False)


def key_conflict(connection: Connection, plan: Plan, error: IntegrityError) -> KeyInUse:
    """What a broken key constraint means in words; *error* itself when it was another constraint."""
    holder = holder_of(connection, plan)
    if holder is None:
        raise error
    return holder
