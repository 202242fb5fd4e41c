"""The certificate of an erasure: what went, when, what was read back, who was told, and what stays until when.

It is told from the case's own events, which hold facts and no person, so it can be made at any time and is always the
same; it names nobody but by the case's number, and the staff who acted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actor import Role, require
from core.clock import HELSINKI
from core.documents.typesetter import Pages
from core.messages import N_, tr
from core.notices.types import NOTICE_STATE_NAMES, NoticeState
from core.personal_data.words import TABLE_NAMES
from core.rights.erasure.errors import NoCertificate
from core.rights.model import case_event_table
from core.rights.reading import case
from core.rights.types import CaseKind, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.actor import Actor
    from core.register import Register
    from core.rights.types import Case

_STEPS: Final = {
    "emptied": N_("rows deleted or emptied"),
    "found": N_("read back: something was still found"),
    "proved": N_("read back: nothing was found"),
    "period_over": N_("the period of the copy for bookkeeping over: copy and key destroyed"),
}

# Tables that a person is never shown, so that the inventory has no words for them.
_INNER: Final = {
    "customer_search": N_("entries in the search index"),
    "log_look_line": N_("keys of logged looks"),
    "notice_check": N_("changes still to be looked at"),
    "transfer_key": N_("keys of transferred rows"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its code, when, by whom, and its facts."""

    code: str
    at: datetime
    by: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A recipient that was told: its code, how the notice stands, and when it went out (None: not needed)."""

    recipient: str
    state: NoticeState
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Everything that the certificate says; *kept_until* and *law* are None and empty when nothing stays."""

    case: Case
    steps: Sequence[Step]
    rows: Mapping[str, int]
    keys: int
    told: Sequence[Told]
    kept_until: date | None
    law: str

    @property
    def proof(self) -> Step:
        """The last reading back in which nothing was found."""
        return [step for step in self.steps if step.code == "proved"][-1]


def certificate(register: Register, actor: Actor, number: int) -> Certificate:
    """The certificate of case *number*.

    Raises:
        NoCertificate: nobody has been erased by it and read back yet.
        NoSuchCase.
    """
    require(actor, Role.CONTACT_PERSON, Role.ADMINISTRATOR, Role.REVIEWER)
    it = case_event_table.c
    with register.database.reading() as connection:
        found = case(connection, number)
        rows = connection.execute(
            select(it.at, it.staff_name, it.facts)
            .where(it.case_number == number, it.kind == EventKind.CARRIED_OUT)
            .order_by(it.id)
        ).all()
    steps = [
        Step(row.facts["step"], row.at, row.staff_name, row.facts)
        for row in rows
        if row.facts.get("step") in _STEPS
    ]
    if found.kind is not CaseKind.ERASURE or not any(step.code == "proved" for step in steps):
        raise NoCertificate(number=number)
    gone: Counter[str] = Counter()
    for step in steps:
        gone.update(dict(step.facts.get("by_table", ())))
    emptied = next(step for step in steps if step.code == "emptied")
    until = emptied.facts["kept_until"]
    over = until is None or any(step.code == "period_over" for step in steps)
    return Certificate(
        case=found,
        steps=steps,
        rows=dict(sorted(gone.items())),
        keys=sum(step.facts.get("keys", 0) for step in steps),
        told=[
            Told(code, NoticeState(state), None if at is None else datetime.fromisoformat(at))
            for code, state, at in emptied.facts["recipients"]
        ],
        kept_until=None if over else date.fromisoformat(until),
        law="" if over else emptied.facts["law"],
    )


def as_data(made: Certificate) -> dict[str, Any]:
    """For a program."""
    return {
        "case": made.case.number,
        "received_on": made.case.received_on.isoformat(),
        "decided_at": None if made.case.decided_at is None else made.case.decided_at.isoformat(),
        "decided_by": made.case.decided_by,
        "steps": [{"step": it.code, "at": it.at.isoformat(), "by": it.by} for it in made.steps],
        "rows": dict(made.rows),
        "keys_destroyed": made.keys,
        "read_back": {name: made.proof.facts[name] for name in _COUNTED},
        "told": [
            {"recipient": it.recipient, "state": it.state, "at": None if it.at is None else it.at.isoformat()}
            for it in made.told
        ],
        "kept_until": None if made.kept_until is None else made.kept_until.isoformat(),
        "law": made.law,
        "closed_at": None if made.case.closed_at is None else made.case.closed_at.isoformat(),
    }


_COUNTED: Final = ("files", "tables", "bytes", "values", "shared")


def as_pages(made: Certificate, publisher: str, language: str) -> Pages:
    """The certificate to be signed and filed."""
    template = files("core.documents").joinpath("templates", "certificate.typ").read_text(encoding="utf-8")
    data = {
        "language": language,
        "title": tr(N_("Certificate of erasure, case {number}"), language, number=made.case.number),
        "publisher": publisher,
        "page": tr(N_("Page {page} of {pages}"), language, page="{page}", pages="{pages}"),
        "nothing": "–",
        "signature": tr(N_("Signature"), language),
        "sections": [
            {"heading": heading, "rows": rows} for heading, rows in sections(made, language).items()
        ],
    }
    return Pages(template, data, made.proof.at.astimezone(HELSINKI).date())


def sections(made: Certificate, language: str) -> dict[str, list[list[str]]]:
    """Headings, and under each its rows of two: what, and how it is."""

    def said(words: str, **data: object) -> str:
        return tr(words, language, **data)

    facts = made.proof.facts
    found = made.case
    decided = "" if found.decided_at is None else f"{_at(found.decided_at)}, {found.decided_by or ''}"
    kept = said(N_("nothing"))
    if made.kept_until is not None:
        kept = said(
            N_("a sealed copy of what vouchers need, until {day} ({law}); it then goes by itself"),
            day=f"{made.kept_until:%-d.%-m.%Y}",
            law=made.law,
        )
    return {
        said(N_("The case")): [
            [said(N_("Received")), f"{found.received_on:%-d.%-m.%Y}"],
            [said(N_("Decided")), decided],
            [said(N_("Closed")), "–" if found.closed_at is None else _at(found.closed_at)],
        ],
        said(N_("Steps")): [[_at(it.at), f"{said(_STEPS[it.code])}, {it.by}"] for it in made.steps],
        said(N_("Deleted or emptied, rows by table")): [
            [said({**TABLE_NAMES, **_INNER}.get(name, name)), str(count)] for name, count in made.rows.items()
        ],
        said(N_("Proof")): [
            [said(N_("Data keys destroyed")), str(made.keys)],
            [said(N_("Read back")), _read_back(facts, language)],
            [
                said(N_("Values looked for, each in every form")),
                said(
                    N_("{values}; not looked for, being too short or another person's too: {shared}"),
                    values=facts["values"],
                    shared=facts["shared"],
                ),
            ],
            [said(N_("Found")), said(N_("nothing"))],
        ],
        said(N_("Recipients told")): [[it.recipient, _told(it, language)] for it in made.told],
        said(N_("What stays")): [[said(N_("Of the person")), kept]],
    }


def _read_back(facts: Mapping[str, Any], language: str) -> str:
    words = N_("{files} files and {tables} tables, {size} bytes")
    return tr(words, language, files=facts["files"], tables=facts["tables"], size=facts["bytes"])


def _told(it: Told, language: str) -> str:
    state = tr(NOTICE_STATE_NAMES[it.state], language)
    return state if it.at is None else f"{state}, {_at(it.at)}"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(HELSINKI):%-d.%-m.%Y %H:%M}"
