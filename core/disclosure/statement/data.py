"""A statement as JSON: every member named in English, codes as the log has them; `docs/statement.md` says what each is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from core.customers.web_told import ToldRegistration
    from core.disclosure.statement.types import Consultation, Disclosure, Proofs, Statement

FORMAT: Final = "disclosure-statement/v1"


def document(statement: Statement, language: str) -> dict[str, Any]:
    """The statement as plain data; *language* is that of the sentences in ``doubts``."""
    held = statement.completeness
    return {
        "format": FORMAT,
        "register": statement.register,
        "controller": statement.controller,
        "contact": statement.contact,
        "made_at": statement.made_at.isoformat(),
        "person": {"number": statement.number, "name": statement.name},
        "completeness": {
            "proved": held.proved,
            "transfers": held.transfers,
            "lines": held.lines,
            "looks": held.looks,
            "size": held.size,
            "signed_size": held.signed_size,
            "root": held.root.hex(),
            "origin": held.origin,
            "vkey": held.vkey,
            "doubts": [{"code": it.code, "sentence": it.sentence(language)} for it in held.doubts],
        },
        "disclosed": [_disclosure(it) for it in statement.disclosed],
        "not_sent": [_disclosure(it) for it in statement.not_sent],
        "consultations": [_consultation(it) for it in statement.consultations],
        "registrations": [_registration(it) for it in statement.registrations],
    }


def _registration(told: ToldRegistration) -> dict[str, Any]:
    one, trail = told.registration, told.trail
    return {
        "submission": one.submission,
        "form": one.form,
        "submitted_at": one.submitted_at.isoformat(),
        "bans": [str(ban) for ban in one.bans],
        "ip": None if trail is None else trail.ip,
        "browser": None if trail is None else trail.browser,
        "visits": []
        if trail is None
        else [{"at": it.at.isoformat(), "page": it.page, "seconds": it.seconds} for it in trail.visits],
        "visits_deleted_at": None if one.visits_deleted_at is None else one.visits_deleted_at.isoformat(),
    }


def json_bytes(statement: Statement, language: str) -> bytes:
    """The document as a file."""
    return (json.dumps(document(statement, language), ensure_ascii=False, indent=1) + "\n").encode()


def _disclosure(one: Disclosure) -> dict[str, Any]:
    receiver = {name: getattr(one.receiver, name) for name in one.receiver.__slots__}
    return {
        "entry": one.number,
        "transfer": one.transfer_id,
        "line": one.line,
        "at": one.at.isoformat(),
        "recipient": {name: value for name, value in receiver.items() if value},
        "purpose": one.purpose,
        "basis": one.basis,
        "categories": list(one.categories),
        "content": None if one.content is None else dict(one.content),
        "channel": one.channel,
        "environment": one.environment,
        "state": one.state,
        "settled_by": one.settled_by,
        "pending": one.pending,
        "persons": one.persons,
        "staff": one.staff,
        "receipt": _receipt(one.proofs),
    }


def _consultation(one: Consultation) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "action": one.action,
        "task": one.task,
        "detail": one.detail,
        "staff": one.staff,
        "entry": one.number,
        "line": one.line,
        "receipt": _receipt(one.proofs),
    }


def _receipt(proofs: Proofs | None) -> dict[str, str] | None:
    return None if proofs is None else {"entry": proofs.entry.decode(), "line": proofs.line.decode()}
