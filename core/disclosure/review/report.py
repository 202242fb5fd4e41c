"""The review as a report, for the controller's own files: CSV and PDF.

It names members of staff, recipients and transfers, and no customer: a look that a rule marked is told without whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from core.clock import HELSINKI
from core.disclosure import transfers
from core.disclosure.purposes import PURPOSES
from core.disclosure.review import approvals, findings, refusals
from core.disclosure.review.approvals import APPROVAL_STATE_NAMES
from core.disclosure.review.findings import FINDING_STATE_NAMES
from core.disclosure.review.news import news
from core.disclosure.review.rules import RULE_NAMES
from core.disclosure.review.signed import cosigners_of, reviews
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import STATE_NAMES
from core.documents.typesetter import Pages
from core.messages import N_, tr
from core.tabular.writer import table_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from core.register import Register

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the report; cells are text in the report's language."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was reviewed since ``since`` (None: the beginning), made at ``made_at``."""

    title: str
    publisher: str
    language: str
    since: datetime | None
    made_at: datetime
    sections: tuple[Section, ...]


def report(
    register: Register, connection: Connection, language: str, since: datetime | None = None
) -> Report:
    """The report on everything from *since* on, or since the last review but one, so that the last one is in it."""
    known = reviews(connection, 2)
    if since is None and len(known) > 1:
        since = known[1].signed_at
    now = register.clock.now()
    told = _Teller(language)
    found = news(connection, register.log, register.config.review, now)
    rows = transfers.page(connection, TransferFilter(since=since), limit=_MOST)
    return Report(
        title=told(N_("Review of disclosures")),
        publisher=register.config.register.controller.name,
        language=language,
        since=since,
        made_at=now,
        sections=(
            told.reviews(connection),
            told.section(
                N_("Transfers"),
                (N_("No."), N_("When"), N_("Recipient"), N_("Purpose"), N_("Persons"), N_("State"), N_("By")),
                [
                    (
                        str(row.number),
                        when(row.created_at),
                        row.recipient_name,
                        told.purpose(row.purpose),
                        str(row.size),
                        told(STATE_NAMES[row.state]),
                        row.staff_name,
                    )
                    for row in rows
                ],
            ),
            told.section(
                N_("Marked by rules, not yet reviewed"),
                (N_("Rule"), N_("No."), N_("Recipient"), N_("Why")),
                [
                    (told(RULE_NAMES[it.rule]), str(it.number or ""), it.recipient, it.sentence(language))
                    for it in found.marks
                ],
            ),
            told.section(
                N_("Looks marked by rules, not yet reviewed"),
                (N_("Rule"), N_("When"), N_("Who"), N_("Task"), N_("Why")),
                [
                    (
                        told(RULE_NAMES[it.rule]),
                        when(it.at),
                        it.staff_name,
                        told.purpose(it.task),
                        it.sentence(language),
                    )
                    for it in found.look_marks
                ],
            ),
            told.section(
                N_("Refusals"),
                (N_("When"), N_("Who"), N_("Recipient"), N_("Purpose"), N_("Persons"), N_("Why")),
                [
                    (
                        when(it.recorded_at),
                        it.staff_name,
                        it.recipient,
                        told.purpose(it.purpose),
                        str(it.size),
                        it.reason(language),
                    )
                    for it in refusals.refusals(connection, since=since, limit=_MOST)
                ],
            ),
            told.section(
                N_("Approvals"),
                (
                    N_("No."),
                    N_("Asked"),
                    N_("By"),
                    N_("Recipient"),
                    N_("Persons"),
                    N_("State"),
                    N_("Decided by"),
                ),
                [
                    (
                        str(it.id),
                        when(it.asked_at),
                        it.asked_by_name,
                        it.recipient_code,
                        str(it.size),
                        told(APPROVAL_STATE_NAMES[it.state]),
                        it.decided_by_name or "",
                    )
                    for it in approvals.approvals(connection, since=since)
                ],
            ),
            told.section(
                N_("Findings"),
                (N_("No."), N_("Made"), N_("Rule"), N_("State"), N_("Owner"), N_("What")),
                [
                    (
                        str(it.id),
                        when(it.made_at),
                        told(RULE_NAMES[it.rule]),
                        told(FINDING_STATE_NAMES[it.state]),
                        it.owner_name or "",
                        it.words,
                    )
                    for it in findings.findings(connection)
                    if since is None or it.changed_at >= since or it.state is findings.FindingState.OPEN
                ],
            ),
        ),
    )


class _Teller:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, msgid: str) -> str:
        return tr(msgid, self.language)

    def purpose(self, code: str) -> str:
        return self(PURPOSES[code].name) if code in PURPOSES else code

    def section(self, heading: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Section:
        return Section(self(heading), tuple(self(column) for column in columns), tuple(rows))

    def reviews(self, connection: Connection) -> Section:
        rows = [
            (
                when(it.signed_at),
                it.staff_name,
                f"{it.start_size}–{it.end_size}",
                it.root.hex(),
                ", ".join(cosigners_of(connection, it)) or self(N_("nobody")),
                it.words,
            )
            for it in reviews(connection, 2)
        ]
        names = (N_("Signed"), N_("By"), N_("Entries"), N_("Root"), N_("Cosigned by"), N_("Words"))
        return self.section(N_("Reviews signed off"), names, rows)


def when(moment: datetime) -> str:
    """A moment in Finnish time, as reports write it."""
    return moment.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M")


def as_csv(made: Report) -> bytes:
    """One table: the section's name in the first column, then its cells; headings first in each section."""
    rows: list[tuple[str, ...]] = []
    for section in made.sections:
        rows += [(section.heading, *section.columns), *((section.heading, *row) for row in section.rows)]
    return table_text(rows).encode("utf-8-sig")


def as_data(made: Report) -> dict[str, Any]:
    """The report as JSON can say it."""
    return {
        "title": made.title,
        "since": None if made.since is None else made.since.isoformat(),
        "made_at": made.made_at.isoformat(),
        "sections": [
            {"heading": it.heading, "columns": list(it.columns), "rows": [list(row) for row in it.rows]}
            for it in made.sections
        ],
    }


def as_pages(made: Report) -> Pages:
    """The report for the typesetter."""
    nothing = tr(N_("Nothing."), made.language)
    data = as_data(made) | {
        "publisher": made.publisher,
        "language": made.language,
        "made": when(made.made_at),
        "nothing": nothing,
        "page": tr(N_("Page {page} of {pages}"), made.language, page="{page}", pages="{pages}"),
    }
    template = files("core.documents").joinpath("templates", "review.typ").read_text(encoding="utf-8")
    return Pages(template, data, made.made_at.astimezone(HELSINKI).date())
