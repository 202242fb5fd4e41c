"""How cases are printed: one as a line, one whole, as words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.customers.reading import numbers_and_names
from core.messages import N_
from core.papers.handling import papers_to_handle
from core.retention.holds import holds_of
from core.rights import reading
from core.rights.reminders import days_left
from core.rights.types import (
    CHANNEL_NAMES,
    DECISION_NAMES,
    EVENT_NAMES,
    IDENTITY_NAMES,
    KIND_NAMES,
    REFUSAL_GROUND_NAMES,
    STATE_NAMES,
    RefusalGround,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from core.papers.types import Paper
    from core.retention.types import Hold
    from core.rights.types import Case, CaseEvent, Request
    from tui.cli.main import Cli


def today(cli: Cli) -> date:
    """Today in Helsinki."""
    return cli.register().clock.now().astimezone(HELSINKI).date()


def tell(cli: Cli, one: Case) -> None:
    """Print a case as it stands now."""
    cli.emit(data(one, today(cli)), line(cli, one))


def line(cli: Cli, one: Case) -> str:
    """A case as one line: when it is due first, and how long until then."""
    decision = "" if one.decision is None else f", {cli.tr(DECISION_NAMES[one.decision])}"
    owner = "" if one.owner_name is None else f"; {one.owner_name}"
    said = cli.tr(
        N_("Case {number}, due {due}: {kind}; {state}{decision}; {identity}; {channel} {received}"),
        number=one.number,
        due=one.due_on.isoformat(),
        kind=cli.tr(KIND_NAMES[one.kind]),
        state=cli.tr(STATE_NAMES[one.state]),
        decision=decision,
        identity=cli.tr(IDENTITY_NAMES[one.identity]),
        channel=cli.tr(CHANNEL_NAMES[one.channel]),
        received=one.received_on.isoformat(),
    )
    return f"{_late(cli, one)}{said}{owner}"


def data(one: Case, now: date) -> dict[str, object]:
    """A case for programs; ``days_left`` is null where no answer is waited for."""
    return {
        "number": one.number,
        "kind": one.kind,
        "state": one.state,
        "due_on": iso(one.due_on),
        "days_left": days_left(one, now),
        "received_on": iso(one.received_on),
        "channel": one.channel,
        "signed": one.signed,
        "identity": one.identity,
        "decision": one.decision,
        "due_by_itself_on": iso(one.due_by_itself_on),
        "answered_on": iso(one.answered_on),
        "extended_on": iso(one.extended_on),
        "owner": one.owner_name,
        "language": one.language,
    }


def whole(cli: Cli, connection: Connection, one: Case, said: Request) -> tuple[dict[str, object], list[str]]:
    """Everything that is known of a case, for programs and as lines."""
    register = cli.register()
    happened = reading.events(connection, register.keyring, one.number)
    files = reading.files(connection, register.keyring, one.number)
    earlier = reading.repeated(connection, one, days=register.config.rights.repeated_days)
    holds = holds_on(cli, connection, one)
    papers = papers_to_handle(connection, one.number, register.keyring)
    number = _customer_number(connection, one)
    lines = [line(cli, one), f"  {said.name}{'' if number is None else f' ({number})'}"]
    lines += [f"  {row}" for row in said.words.splitlines()]
    if earlier:
        same = ", ".join(str(it.number) for it in earlier)
        lines.append(cli.tr(N_("Earlier requests of the same kind: {numbers}"), numbers=same))
    lines += [cli.tr(N_("Prevents erasure: {hold}"), hold=it.words(cli.language)) for it in holds]
    lines += paper_lines(cli, papers)
    lines += [_event_line(cli, event) for event in happened]
    lines += [f"  [{file.id}] {file.name} ({file.size} B)" for file in files]
    told = {
        **data(one, today(cli)),
        "customer": number,
        "name": said.name,
        "words": said.words,
        "earlier": [it.number for it in earlier],
        "holds": holds_data(cli, holds),
        "papers": [paper_data(it) for it in papers],
        "events": [
            {"at": it.at, "staff": it.staff_name, "kind": it.kind, "words": it.words, "facts": dict(it.facts)}
            for it in happened
        ],
        "files": [{"id": it.id, "name": it.name, "size": it.size} for it in files],
    }
    return told, lines


def holds_on(cli: Cli, connection: Connection, one: Case) -> list[Hold]:
    """What prevents that the case's person is erased now, the case itself aside."""
    if one.customer_id is None:
        return []
    settings = cli.register().config.retention
    return holds_of(connection, settings, one.customer_id, today(cli), besides_case=one.number)


def holds_data(cli: Cli, holds: Sequence[Hold]) -> list[dict[str, object]]:
    """Holds for programs."""
    return [
        {
            "kind": it.kind,
            "record": f"{it.table} {it.key}",
            "law": it.law,
            "until": iso(it.until),
            "blocks_everything": it.blocks_everything,
            "words": it.words(cli.language),
        }
        for it in holds
    ]


def paper_lines(cli: Cli, papers: Sequence[Paper]) -> list[str]:
    """Papers to handle, each with its place."""
    words = N_("Paper {number} to be handled: {about}; {place}; may be opened by {names}")
    return [
        cli.tr(
            words, number=it.number, about=it.about or "–", place=it.place, names=", ".join(it.openers) or "–"
        )
        for it in papers
    ]


def paper_data(it: Paper) -> dict[str, object]:
    """A paper for programs."""
    return {
        "number": it.number,
        "about": it.about,
        "place": it.place,
        "since": iso(it.since),
        "openers": list(it.openers),
        "keep_until": iso(it.keep_until),
        "destroyed_on": iso(it.destroyed_on),
        "destroyed_by": it.destroyed_by,
        "destroyed_how": it.destroyed_how,
    }


def iso(day: date | None) -> str | None:
    """A day for programs."""
    return None if day is None else day.isoformat()


def _customer_number(connection: Connection, one: Case) -> str | None:
    if one.customer_id is None:
        return None
    found = numbers_and_names(connection, [one.customer_id]).get(one.customer_id)
    return None if found is None else found[0]


def _late(cli: Cli, one: Case) -> str:
    left = days_left(one, today(cli))
    if left is None or left > cli.register().config.rights.remind_days:
        return ""
    if left < 0:
        return cli.tr(N_("OVERDUE by {days} d: "), days=-left)
    return cli.tr(N_("{days} d left: "), days=left)


def _event_line(cli: Cli, event: CaseEvent) -> str:
    ground = event.facts.get("ground")
    because = "" if ground is None else f", {cli.tr(REFUSAL_GROUND_NAMES[RefusalGround(str(ground))])}"
    words = f": {event.words}" if event.words else ""
    day = f"{event.at.astimezone(HELSINKI):%Y-%m-%d}"
    return f"  {day} {event.staff_name}, {cli.tr(EVENT_NAMES[event.kind])}{because}{words}"
