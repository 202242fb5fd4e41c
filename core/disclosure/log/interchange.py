"""The log for other programs: JSON Lines with a published schema, FHIR AuditEvents, a table.

What is written is what the entries say: codes, counts, times and digests.  No data subject and no member of staff is
named, so these files are no transfers of personal data and do not pass the gate; who may ask for them is the caller's.
Nothing in them proves itself: to prove it, export the log and verify that (`docs/log.md`).
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core.disclosure.log import fhir
from core.disclosure.log.entries import Body, Intent, Outcome
from core.disclosure.log.errors import ExportUnwritable
from core.disclosure.log.high_water import sync_directory
from core.reasons import reason_of
from core.tabular.writer import TableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from core.disclosure.log.store import StoredEntry

    Entries = Callable[[], Iterable[StoredEntry]]

FORMATS: Final = ("jsonl", "fhir", "csv")
SCHEMA_ID: Final = "urn:asiakasrekisteri:disclosure-log:v1"
_STATES: Final = ("delivered", "refused", "not_sent", "in_doubt")
COLUMNS: Final = (
    "index",
    "time",
    "id",
    "recipient",
    "channel",
    "country",
    "purpose",
    "basis",
    "categories",
    "count",
    "state",
    "by",
    *_STATES,
    "outcome_index",
    "outcome_time",
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """An intent with what became of it; ``outcome`` is the last one, None while there is none."""

    index: int
    intent: Intent
    outcome_index: int | None
    outcome: Outcome | None

    @property
    def state(self) -> str:
        """``open`` before the first outcome."""
        return "open" if self.outcome is None else self.outcome.state


def transfers(entries: Entries) -> Iterator[Transfer]:
    """Each transfer in the order of its intent; reads the entries twice and holds an outcome a transfer."""
    last: dict[str, tuple[int, Outcome]] = {}
    for entry in entries():
        if entry.kind == "outcome":
            body = entry.check()
            if isinstance(body, Outcome):
                last[body.intent] = (entry.index, body)
    for entry in entries():
        if entry.kind == "intent":
            body = entry.check()
            if isinstance(body, Intent):
                index, outcome = last.get(body.id, (None, None))
                yield Transfer(entry.index, body, index, outcome)


def write(path: Path, form: str, origin: str, entries: Entries) -> int:
    """Write *form* (one of `FORMATS`) to *path* whole or not at all, mode 0600; returns how many lines it has.

    Raises:
        ExportUnwritable: the file cannot be written.
        EntryChanged: a stored entry is not as it was written; nothing was written.
        CannotWrite: the table cannot be written.
    """
    if form == "csv":
        return _write_table(path, entries)
    lines = _json_lines(entries) if form == "jsonl" else _audit_events(origin, entries)
    written = 0
    try:
        with _new_file(path) as descriptor, os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            for line in lines:
                stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
                written += 1
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise ExportUnwritable(path=str(path), reason=reason_of(error)) from error
    return written


@contextmanager
def _new_file(path: Path) -> Iterator[int]:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(path.parent)


def _json_lines(entries: Entries) -> Iterator[dict[str, Any]]:
    for entry in entries():
        entry.check()
        yield {
            "index": entry.index,
            "leaf_hash": entry.leaf_hash.hex(),
            "entry": msgspec.json.decode(entry.body),
        }


def _audit_events(origin: str, entries: Entries) -> Iterator[dict[str, Any]]:
    for one in transfers(entries):
        yield fhir.audit_event(origin, one)


def _write_table(path: Path, entries: Entries) -> int:
    written = 0
    with TableFile.create(path, COLUMNS) as table:
        for one in transfers(entries):
            table.write(_row(one))
            written += 1
    return written


def _row(one: Transfer) -> list[str]:
    intent, outcome = one.intent, one.outcome
    counts = ["" if outcome is None else str(getattr(outcome, state)) for state in _STATES]
    return [
        str(one.index),
        fhir.moment(intent.ts),
        intent.id,
        intent.recipient,
        intent.channel,
        intent.country,
        intent.purpose,
        intent.basis,
        " ".join(intent.categories),
        str(intent.count),
        one.state,
        "" if outcome is None else outcome.by,
        *counts,
        "" if one.outcome_index is None else str(one.outcome_index),
        "" if outcome is None else fhir.moment(outcome.ts),
    ]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a line of the JSON Lines form, made from the entries' own definitions."""
    (entry,), definitions = msgspec.json.schema_components([Body], ref_template="#/$defs/{name}")
    described: dict[str, Any] = _without_python(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": SCHEMA_ID,
            "title": "An entry of a disclosure log, one a line",
            "description": (
                "leaf_hash is SHA-256(0x00 || RFC 8785 form of entry), the entry's place in the signed tree is index. "
                "Whole numbers are below 2**53; times are milliseconds since 1970, UTC."
            ),
            "type": "object",
            "properties": {
                "index": {"type": "integer", "minimum": 0},
                "leaf_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "entry": entry,
            },
            "required": ["index", "leaf_hash", "entry"],
            "additionalProperties": False,
            "$defs": definitions,
        }
    )
    return described


def _without_python(value: Any) -> Any:
    r"""Patterns as ECMA-262 writes them: ``^`` and ``$`` for Python's ``\A`` and ``\Z``; docstrings on one line."""
    if isinstance(value, dict):
        return {name: _one(name, member) for name, member in value.items()}
    if isinstance(value, list):
        return [_without_python(member) for member in value]
    return value


def _one(name: str, member: Any) -> Any:
    if name == "pattern" and isinstance(member, str):
        return member.replace(r"\A", "^").replace(r"\Z", "$")
    if name == "description" and isinstance(member, str):
        return " ".join(member.split())
    return _without_python(member)


def schema_text() -> str:
    """The published file, ``docs/schemas/disclosure-log-v1.schema.json``."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"
