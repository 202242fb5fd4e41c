"""Requests in words: short names for lists, and a case's rows to read."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.customers.words import BAN_NAMES, FIELD_NAMES, RESTRICTION_NAMES
from core.messages import N_, tr
from core.personal_data.words import TABLE_NAMES
from core.retention.types import HOLD_NAMES
from core.rights.types import (
    CHANNEL_NAMES,
    DECISION_NAMES,
    EVENT_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    CaseKind,
    CaseState,
    Identity,
)
from tui.screens.words import day, named, when
from tui.widgets.details import Piece, blank, heading, labelled, paragraph
from tui.widgets.paint import BOLD, LABEL, QUIET, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.retention.types import Hold
    from core.retention.why import Answer, Standing
    from core.rights.types import Case, CaseEvent, CaseFile, Request
    from tui.widgets.details import ReadRow

SHORT_KINDS: Final[Mapping[CaseKind, str]] = MappingProxyType(
    {
        CaseKind.ACCESS: N_("access"),
        CaseKind.RECTIFICATION: N_("rectification"),
        CaseKind.ERASURE: N_("erasure"),
        CaseKind.RESTRICTION: N_("restriction"),
        CaseKind.OBJECTION: N_("objection"),
        CaseKind.PORTABILITY: N_("portability"),
        CaseKind.MARKETING_BAN: N_("marketing ban"),
        CaseKind.PUBLICATION_BAN: N_("publication ban"),
    }
)
SHORT_STATES: Final[Mapping[CaseState, str]] = MappingProxyType(
    {
        CaseState.OPEN: N_("open"),
        CaseState.WAITING_IDENTITY: N_("open"),
        CaseState.DECIDED: N_("decided"),
        CaseState.WAITING_HOLD: N_("decided"),
        CaseState.CLOSED: N_("closed"),
        CaseState.WITHDRAWN: N_("withdrawn"),
    }
)
# Rows that no person is shown, and that go with the rest.
_TECHNICAL: Final = N_("indexes and keys")
_AT = 22
_WIDTH = 56


def asked_rows(case: Case, said: Request | None, whose: str, language: str) -> list[ReadRow]:
    """What was asked, by whom, how it came; where the case stands."""
    rows = [*_facts(_case_facts(case, whose, language), language)]
    if said is None:
        gone = N_("The words of this case have been erased with the person.")
        return [*rows, blank(), *paragraph(tr(gone, language))]
    rows += _facts(_request_facts(said, language), language)
    if said.words:
        rows += [blank(), heading(tr(N_("In the person's words"), language)), *paragraph(said.words)]
    return rows


def _case_facts(case: Case, whose: str, language: str) -> list[tuple[str, str]]:
    received = f"{day(case.received_on)}, {tr(CHANNEL_NAMES[case.channel], language)}"
    signed = tr(N_("signed") if case.signed else N_("not signed"), language)
    state = STATE_NAMES[case.state]
    if case.state is CaseState.DECIDED and case.answered_on is not None:
        state = N_("decided and answered")
    known = case.identity is Identity.CONFIRMED
    decided = ""
    if case.decision is not None and case.decided_at is not None:
        decided = f"{tr(DECISION_NAMES[case.decision], language)}, {case.decided_by} {when(case.decided_at)}"
    return [
        (N_("Request"), tr(KIND_NAMES[case.kind], language)),
        (N_("State"), tr(state, language)),
        (N_("Received"), f"{received}, {signed} ({case.recorded_by})"),
        (N_("Customer"), whose),
        (N_("Identity"), tr(N_("confirmed") if known else N_("unclear"), language)),
        (N_("Extended"), "" if case.extended_on is None else day(case.extended_on)),
        (N_("Handled by"), case.owner_name or ""),
        (N_("Decision"), decided),
        (N_("Its day"), "" if case.due_by_itself_on is None else day(case.due_by_itself_on)),
        (N_("Answered"), "" if case.answered_on is None else day(case.answered_on)),
        (N_("Answer in"), tr(N_("Finnish") if case.language == "fi" else N_("English"), language)),
    ]


def _request_facts(said: Request, language: str) -> list[tuple[str, str]]:
    values = [f"{named(FIELD_NAMES, name, language)}: {value or '–'}" for name, value in said.values.items()]
    return [
        (N_("Name given"), said.name),
        (N_("Address given"), said.address),
        (N_("E-mail given"), said.email),
        (N_("Bans asked for"), ", ".join(named(BAN_NAMES, code, language) for code in said.bans)),
        (N_("Ground"), named(RESTRICTION_NAMES, said.ground, language) if said.ground else ""),
        (N_("Right values"), "; ".join(values)),
    ]


def _facts(facts: Sequence[tuple[str, str]], language: str) -> Iterator[ReadRow]:
    for name, value in facts:
        if value:
            first, *rest = list(wrap(value, _WIDTH)) or [""]
            yield labelled(tr(name, language), first, at=_AT)
            yield from (labelled("", part, at=_AT) for part in rest)


def history_rows(
    events: Sequence[CaseEvent], files: Sequence[CaseFile], earlier: Sequence[Case], language: str
) -> list[ReadRow]:
    """What has happened, in order, with its words; what is attached; earlier requests of the same kind."""
    rows: list[ReadRow] = []
    for event in events:
        told = tr(EVENT_NAMES[event.kind], language)
        rows.append(
            (
                Piece(1, when(event.at), LABEL),
                Piece(19, told, width=34),
                Piece(54, event.staff_name, QUIET, 25),
            )
        )
        facts = event_facts(event, language)
        for text in (facts, event.words or ""):
            rows += [(Piece(19, part),) for block in text.split("\n") if block for part in wrap(block, 59)]
    if files:
        rows += [blank(), heading(tr(N_("Attached, sealed"), language))]
        rows += [labelled(day(file.at.date()), f"{file.name} ({file.size} B)", at=19) for file in files]
    if earlier:
        rows += [blank(), heading(tr(N_("Earlier requests of the same kind"), language))]
        for one in earlier:
            decision = tr(DECISION_NAMES[one.decision], language) if one.decision else "–"
            rows.append(labelled(day(one.received_on), f"{one.number}: {decision}", at=19))
    return rows


def event_facts(event: CaseEvent, language: str) -> str:
    """What an event's facts say to a person: bans in force, a transfer's number, a new last day."""
    facts = event.facts
    in_force = facts.get("in_force") or ()
    told = [
        named(RESTRICTION_NAMES if it in RESTRICTION_NAMES else BAN_NAMES, it, language) for it in in_force
    ]
    if facts.get("decision"):
        told.append(named(DECISION_NAMES, facts["decision"], language))
    if facts.get("transfer"):
        told.append(tr(N_("transfer {number}"), language, number=facts["transfer"]))
    if facts.get("notices"):
        told.append(tr(N_("notices {numbers}"), language, numbers=", ".join(map(str, facts["notices"]))))
    if facts.get("due_on"):
        told.append(tr(N_("last day {day}"), language, day=day(date.fromisoformat(facts["due_on"]))))
    return ", ".join(told)


def hold_rows(holds: Sequence[Hold], language: str) -> list[ReadRow]:
    """What prevents that the person's data goes: each hold, by which law, until when or what must happen."""
    if not holds:
        return paragraph(tr(N_("Nothing prevents erasure."), language))
    rows: list[ReadRow] = []
    for blocking, title in (
        (True, N_("Prevents everything")),
        (False, N_("Kept as a sealed copy; everything else goes")),
    ):
        some = [hold for hold in holds if hold.blocks_everything is blocking]
        if some:
            rows += [blank(), heading(tr(title, language))] if rows else [heading(tr(title, language))]
            for hold in some:
                rows += paragraph(f"• {hold.words(language)}")
    return rows


def table_rows(counts: Mapping[str, int], language: str) -> list[ReadRow]:
    """How many rows of each table; tables that no person is shown are told as one."""
    by_name: dict[str, int] = {}
    for table, count in counts.items():
        name = tr(TABLE_NAMES.get(table, _TECHNICAL), language)
        by_name[name] = by_name.get(name, 0) + count
    return [(Piece(1, f"{count:>7}", BOLD), Piece(10, name)) for name, count in by_name.items() if count]


def why_rows(answer: Answer, language: str) -> list[ReadRow]:
    """Each kind of record: how much, when it can go, and what holds it."""
    person = answer.person
    told = tr(N_("Last contact {contact}; by the period kept until {until}."), language,
              contact=day(person.contact_on), until=day(person.kept_until))  # fmt: skip
    rows: list[ReadRow] = [
        blank(),
        heading(f"{person.number} {person.name}"),
        *paragraph(told),
        blank(),
        *(hold_rows(person.holds, language) if person.holds else ()),
        blank(),
        heading(tr(N_("Each kind of record"), language)),
    ]
    for one in answer.records:
        name = tr(TABLE_NAMES.get(one.table, _TECHNICAL), language)
        rows.append(
            (Piece(1, f"{one.rows:>7}", BOLD), Piece(10, name, width=40), Piece(51, _goes(one, language)))
        )
    return rows


def _goes(one: Standing, language: str) -> str:
    if one.stays:
        return tr(N_("stays, names nobody"), language)
    if one.can_go_on is not None:
        return tr(N_("can go {day}"), language, day=day(one.can_go_on))
    held = one.holds[0].kind if one.holds else None
    return tr(HOLD_NAMES[held] if held else N_("processing is restricted"), language)
