"""A proposal in words: its line in a list, and before and after side by side with what is known of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.words import FIELD_NAMES, SOURCE_NAMES
from core.messages import N_, tr
from core.updates.explaining import in_words
from core.updates.types import MATCHED_BY_NAMES, MEANING_NAMES, REASON_NAMES
from tui.screens.words import day, when
from tui.widgets.details import Piece, blank, paragraph
from tui.widgets.paint import BOLD, HEADING, LABEL, PLAIN, QUIET
from tui.widgets.record_table import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.updates.proposals import Candidate, Proposal, ProposalLine, Side
    from tui.widgets.details import ReadRow

_BEFORE, _MARK, _AFTER, _KNOWN = 18, 36, 38, 57


def proposal_columns(language: str) -> list[Column[ProposalLine]]:
    """Urgency, where from, who, how sure, what, and why it waits."""

    def who(line: ProposalLine) -> str:
        several = tr(N_("? {count} candidates"), language, count=line.candidates)
        return f"{line.number} {line.display_name}" if line.number else several

    return [
        Column("", 1, lambda line: "!" if line.urgent else ""),
        Column(tr(N_("Run/row"), language), 9, lambda line: f"{line.run}/{line.line}"),
        Column(tr(N_("Customer"), language), 26, who),
        Column("%", 3, lambda line: str(line.grade) if _graded(line) else "", "right"),
        Column(tr(N_("Says"), language), 14, lambda line: tr(MEANING_NAMES[line.meaning], language)),
        Column(tr(N_("Waits because"), language), 0, lambda line: tr(REASON_NAMES[line.reason], language)),
    ]


def _graded(line: ProposalLine) -> bool:
    """Whether likeness found the customer; a key is right or wrong."""
    return line.grade is not None and line.candidates > 0


def proposal_rows(found: Proposal, language: str) -> Iterator[ReadRow]:
    """The whole proposal: what it says, from where, side by side, why it is thought to mean the customer."""
    line = found.line
    parts = [tr(MEANING_NAMES[line.meaning], language), tr(REASON_NAMES[line.reason], language)]
    yield from paragraph(": ".join(parts), style=BOLD)
    dated = day(line.dated) if line.dated else tr(N_("undated"), language)
    parts = [f"{found.service}, {found.file}, {tr(N_('row {row}'), language, row=line.line)}, {dated}"]
    if line.matched_by is not None:
        parts.append(tr(MATCHED_BY_NAMES[line.matched_by], language))
    if _graded(line):
        parts.append(tr(N_("{grade} % alike"), language, grade=line.grade))
    yield from paragraph(" · ".join(parts))
    if found.sides:
        yield (
            Piece(_BEFORE, tr(N_("Now"), language), HEADING),
            Piece(_AFTER, tr(N_("Would be"), language), HEADING),
            Piece(_KNOWN, tr(N_("Present one from"), language), HEADING),
        )
    for side in found.sides:
        yield _side(side, language)
    for sentence in in_words(found.explanation, line.customer_id, language):
        yield from paragraph(sentence)
    if len(found.candidates) > 1 or line.customer_id is None:
        yield blank()
        yield (Piece(1, tr(N_("Who may be meant:"), language), HEADING),)
        for one in found.candidates:
            yield _candidate(one, line.customer_id, language)


def _side(side: Side, language: str) -> ReadRow:
    name = Piece(1, tr(FIELD_NAMES[side.field], language), LABEL, _BEFORE - 2)
    if side.hidden:
        return (name, Piece(_BEFORE, tr(N_("(protected address)"), language)))
    style = BOLD if side.changes else PLAIN
    pieces = [
        name,
        Piece(_BEFORE, side.before or "-", PLAIN, _MARK - _BEFORE - 1),
        Piece(_MARK, ">" if side.changes else "="),
        Piece(_AFTER, side.after or "-", style, _KNOWN - _AFTER - 1),
    ]
    if side.known is not None:
        source = tr(SOURCE_NAMES[side.known.source.kind], language)
        at = when(side.known.recorded_at).split()[0]
        pieces.append(Piece(_KNOWN, f"{at} {source}", QUIET, 79 - _KNOWN))
    return tuple(pieces)


def _candidate(one: Candidate, meant: int | None, language: str) -> ReadRow:
    customer = one.customer
    place = " ".join(filter(None, (customer.postcode, customer.town)))
    address = ", ".join(filter(None, (customer.street, place)))
    if customer.protected_address:
        address = tr(N_("(protected address)"), language)
    mark = "[x]" if customer.id == meant else "[ ]"
    grade = f"{one.grade:>3} %" if one.grade is not None else " " * 5
    return (Piece(1, f"{mark} {grade}  {customer.number} {customer.display_name}, {address}"),)
