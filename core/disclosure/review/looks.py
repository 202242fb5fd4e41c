"""Looks in the disclosure log: the access log, made tamper-evident.

Once a day, before each sign-off and each statement, the access events that no entry covers yet become `read` entries: one for each
session, kind of look and purpose.  Each event is a line under the entry's ``lines_root``: the tag finds it with the
person's key, the digest is keyed with a random nonce that goes when the person is erased.  A search or a list that
names nobody is a line too, with a random tag.  Changes, sendings and enquiries count as opening, exports and copies as
printing; a task in a person's own words is purpose ``other``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, or_, select

from core.clock import HELSINKI
from core.customers.model import customer_alias_table, customer_table
from core.disclosure.log.lines import Line, lines_root
from core.disclosure.log.model import SINGLETON, log_head
from core.disclosure.planning import lock_customers
from core.disclosure.purposes import PURPOSES
from core.disclosure.review.model import look_line_table, look_table
from core.disclosure.sealing import new_transfer_id, transfer_key
from core.keys import data_key_table
from core.staff.access_log import Access
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from core.database import UnitOfWork
    from core.disclosure.log import DisclosureLog
    from core.keys import DataKey, KeyRing

OTHER: Final = "other"
_CHUNK: Final = 500
# An event may be committed after one with a larger id; so far back it is still taken along.
LATE: Final = 10_000
_HEAD: Final = select(log_head.c.size).where(log_head.c.id == SINGLETON).with_for_update()
_OWN_TASKS: Final = frozenset({"disclosure_review"})
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Access.OPEN: "open",
        Access.CHANGE: "open",
        Access.SEND: "open",
        Access.ENQUIRE: "open",
        Access.LIST: "list",
        Access.SEARCH: "search",
        Access.PRINT: "print",
        Access.EXPORT: "print",
        Access.COPY: "print",
    }
)


def start_of_today(now: datetime) -> datetime:
    """The Finnish midnight before *now*: what came before it is due."""
    day = now.astimezone(HELSINKI).date()
    return datetime(day.year, day.month, day.day, tzinfo=HELSINKI)


def enter(uow: UnitOfWork, keyring: KeyRing, log: DisclosureLog, before: datetime | None = None) -> int:
    """Enter the looks that are not in the log yet, those recorded *before* a moment only; returns how many looks.

    Two programs may do so at once: what one has entered the other passes over.
    """
    first = _waiting(uow, before)
    keys = _keys(uow, keyring, sorted({row.customer_id for row in first if row.customer_id is not None}))
    # After the customers' keys, as in every transfer, so that nobody waits in a circle.
    uow.connection.execute(_HEAD).all()
    known = {row.id for row in first}
    groups: defaultdict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
    for row in _waiting(uow, before):
        if row.id in known:
            groups[row.staff_id, row.session_id, _KINDS[row.action], purpose_code(row.task)].append(row)
    for group, some in groups.items():
        _enter_one(uow, keyring, log, keys, group=group, rows=some)
    return sum(map(len, groups.values()))


def _waiting(uow: UnitOfWork, before: datetime | None) -> Sequence[Row[Any]]:
    """The events that no entry covers yet."""
    event = access_event_table.c
    newest = uow.connection.execute(select(func.max(look_line_table.c.access_id))).scalar() or 0
    statement = (
        select(access_event_table)
        .where(event.id > newest - LATE, event.id.not_in(select(look_line_table.c.access_id)))
        .order_by(event.id)
    )
    if before is not None:
        statement = statement.where(event.recorded_at < before)
    return uow.connection.execute(statement).all()


def purpose_code(task: str) -> str:
    """The purpose that a task is for, as the log names it."""
    return task if task in PURPOSES or task in _OWN_TASKS else OTHER


def _keys(uow: UnitOfWork, keyring: KeyRing, ids: Sequence[int]) -> Mapping[int, DataKey]:
    """The data keys of those who are still in the register, made where missing."""
    alive: list[int] = []
    keyless: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        statement = (
            select(customer_table.c.id, data_key_table.c.customer_id)
            .outerjoin(data_key_table, data_key_table.c.customer_id == customer_table.c.id)
            .outerjoin(customer_alias_table, customer_alias_table.c.former_id == customer_table.c.id)
            .where(
                customer_table.c.id.in_(ids[start : start + _CHUNK]),
                # Whoever was merged into another was looked at under the key of then.
                or_(customer_table.c.status != "erased", customer_alias_table.c.number.is_not(None)),
                data_key_table.c.shredded_at.is_(None),
            )
        )
        for customer_id, keyed in uow.connection.execute(statement):
            alive.append(customer_id)
            keyless += [customer_id] if keyed is None else []
    # Another program may be making a key for the same person now.
    lock_customers(uow.connection, keyless)
    return keyring.data_keys(uow, alive)


def _enter_one(
    uow: UnitOfWork,
    keyring: KeyRing,
    log: DisclosureLog,
    keys: Mapping[int, DataKey],
    *,
    group: tuple[Any, ...],
    rows: Sequence[Row[Any]],
) -> None:
    staff_id, session_id, action, purpose = group
    look_id = new_transfer_id(uow.now)
    nonces = [secrets.token_bytes(32) for _ in rows]
    lines = [
        _line(number, look_id, row, nonce, keys.get(row.customer_id))
        for number, (row, nonce) in enumerate(zip(rows, nonces, strict=True))
    ]
    who = json.dumps({"staff": staff_id, "session": session_id}).encode()
    sealed = transfer_key(keyring, look_id).seal(who, b"look/1/" + look_id.encode())
    since, until = min(row.recorded_at for row in rows), max(row.recorded_at for row in rows)
    index = log.append(
        uow,
        "read",
        {
            "id": look_id,
            "since": _ms(since),
            "until": _ms(until),
            "action": action,
            "purpose": purpose,
            "count": len(lines),
            "lines_root": lines_root(lines).hex(),
            "sealed": hashlib.sha256(sealed).hexdigest(),
        },
    )
    uow.connection.execute(
        insert(look_table).values(
            id=look_id,
            log_index=index,
            staff_id=staff_id,
            session_id=session_id,
            action=action,
            purpose=purpose,
            since=since,
            until=until,
            size=len(lines),
            sealed=sealed,
        )
    )
    uow.connection.execute(
        insert(look_line_table),
        [
            {
                "look_id": look_id,
                "number": line.number,
                "access_id": row.id,
                "tag": line.tag,
                "commitment": line.commitment,
                "digest": line.digest,
                "nonce": nonce,
            }
            for line, row, nonce in zip(lines, rows, nonces, strict=True)
        ],
    )


def _line(number: int, look_id: str, row: Row[Any], nonce: bytes, key: DataKey | None) -> Line:
    context = f"look-line/1/{look_id}/{number}".encode()
    return Line(
        number=number,
        tag=secrets.token_bytes(16) if key is None else key.tag(look_id.encode()),
        commitment=hmac.digest(nonce, context, "sha256") if key is None else key.commitment(context),
        digest=look_digest(nonce, row),
    )


def look_digest(nonce: bytes, row: Row[Any]) -> bytes:
    """What a line says of an access event (a row of `access_event_table`), keyed with the line's *nonce*."""
    content = [
        row.id, _ms(row.recorded_at), row.staff_id, row.session_id, row.action, row.customer_id, row.task, row.detail,
    ]  # fmt: skip
    return hmac.digest(nonce, json.dumps(content, ensure_ascii=False).encode(), "sha256")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
