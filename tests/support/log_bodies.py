"""Invented bodies of log entries, and exits from the routine: rows changed past the triggers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.database import Database
    from core.disclosure.log import DisclosureLog

_FENCED = ("log_entry", "log_node", "log_head", "log_signed", "log_checkpoint")


def transfer_id(number: int) -> str:
    """The UUIDv7 of an invented transfer."""
    return str(UUID(int=(number << 96 | 0x7 << 76 | 0x2 << 62) | number))


def intent(number: int, **changes: object) -> dict[str, Any]:
    """The members of an intent of two persons, ``ts`` left to the log."""
    return {
        "id": transfer_id(number),
        "purpose": "invoicing",
        "basis": "contract",
        "recipient": "tilitoimisto",
        "channel": "netvisor",
        "country": "FI",
        "categories": ["name", "orders"],
        "count": 2,
        "lines_root": hashlib.sha256(b"lines %d" % number).hexdigest(),
        "policy": "1",
        "software": "0.1.0",
        "sealed": hashlib.sha256(b"sealed %d" % number).hexdigest(),
    } | changes


def outcome(number: int, **changes: object) -> dict[str, Any]:
    """The members of an outcome: both persons delivered."""
    return {
        "intent": transfer_id(number),
        "state": "delivered",
        "by": "answer",
        "delivered": 2,
        "refused": 0,
        "not_sent": 0,
        "in_doubt": 0,
        "digest": hashlib.sha256(b"sent %d" % number).hexdigest(),
    } | changes


def add(log: DisclosureLog, kind: str, members: dict[str, Any]) -> int:
    """Append one entry and commit."""
    with log.database.unit_of_work() as uow:
        index = log.append(uow, kind, members)
        uow.commit()
    return index


def fill(log: DisclosureLog, size: int) -> None:
    """Append intents and their outcomes until the log holds *size* entries, in one commit."""
    with log.database.unit_of_work() as uow:
        for index in range(log.size_in(uow.connection), size):
            number = (index + 1) // 2
            kind, members = ("intent", intent(number)) if index % 2 else ("outcome", outcome(number))
            log.append(uow, kind, members)
        uow.commit()


def lift_fences(connection: Connection) -> None:
    """Take the triggers away, as somebody with the database's password could."""
    if connection.dialect.name == "postgresql":
        for table in _FENCED:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    names = connection.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%'")
    )
    for name in names.scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def tamper(database: Database, statement: str, **values: object) -> None:
    """Run *statement* with the fences lifted."""
    with database.unit_of_work() as uow:
        lift_fences(uow.connection)
        uow.connection.execute(text(statement), values)
        uow.commit()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def event(kind: str, **changes: object) -> dict[str, Any]:
    """The members of an invented entry of a *kind* beside genesis, intent and outcome, ``ts`` left to the log."""
    members: dict[str, dict[str, Any]] = {
        "approval": {
            "id": transfer_id(7),
            "decision": "approved",
            "recipient": "tilitoimisto",
            "purpose": "invoicing",
            "count": 2,
            "digest": _digest("looked at"),
            "sealed": _digest("who approved"),
        },
        "read": {
            "id": transfer_id(8),
            "since": 1,
            "until": 2,
            "action": "list",
            "purpose": "customer_care",
            "count": 3,
            "lines_root": _digest("lines"),
            "sealed": _digest("who looked"),
        },
        "shred": {"reason": "erasure", "keys": [_digest("key")]},
        "key": {"event": "begun", "vkey": "a/b+00000000+AA==", "reason": "rotation"},
        "anchor": {"channel": "mail", "size": 1, "root": _digest("root")},
        "clock": {"before": 10**15},
        "fault": {"code": "log.went_back", "since": 1},
        "resume": {"source": "mirror", "start": 5, "end": 9, "root": _digest("root")},
        "review": {
            "id": transfer_id(9),
            "start": 0,
            "end": 9,
            "root": _digest("root"),
            "verdict": "accepted",
            "sampled": 3,
            "findings": 0,
            "open": 0,
            "sealed": _digest("who reviewed"),
        },
    }
    return members[kind] | changes
