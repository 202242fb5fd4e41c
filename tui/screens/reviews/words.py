"""What a reviewer's home tells: news in sentences, weeks as charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.review.rules import RULE_NAMES
from core.messages import N_, tr
from tui.screens.words import day, when
from tui.widgets.bars import bars
from tui.widgets.details import Details, Piece, ReadRow, blank, heading, labelled, paragraph
from tui.widgets.paint import BOLD, LABEL, QUIET, WARNING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.disclosure.review.news import News
    from core.disclosure.review.weeks import Week

__all__ = ["Details", "chart_rows", "news_rows"]
_CHART_AT = 34
_SUM_AT = 64
_AT = 30


def news_rows(new: News, due: bool, language: str) -> list[ReadRow]:  # noqa: FBT001 - a fact, not a switch
    """What is new since the last review, and every mark with the rule that made it."""

    def count(label: str, value: int, note: str = "") -> ReadRow:
        return labelled(tr(label, language), str(value), at=_AT, note=note, note_at=40)

    persons = tr(N_("{count} persons"), language, count=new.persons)
    marked = tr(N_("{count} marked, see 4"), language, count=len(new.look_marks)) if new.look_marks else ""
    rows: list[ReadRow] = [
        blank(),
        labelled(tr(N_("Last review"), language), _last(new, language), at=_AT),
        *_cosigned(new, language),
        count(N_("New transfers"), new.transfers, persons),
        count(
            N_("Transfers in doubt"),
            new.in_doubt,
            tr(N_("6 in the main menu"), language) if new.in_doubt else "",
        ),
        count(N_("Requests waiting"), new.approvals_waiting),
        count(N_("Refusals"), new.refusals),
        count(N_("Looks at customers"), new.looks, marked),
        count(N_("Open findings"), new.open_findings),
    ]
    if due:
        rows += [blank(), (Piece(1, tr(N_("The next review is due."), language), WARNING),)]
    rows += [blank(), heading(tr(N_("Marked by rules"), language))]
    for mark in new.marks:
        about = mark.recipient if mark.number is None else f"{mark.number} {mark.recipient}"
        rows.append((Piece(1, about, BOLD, 26), Piece(28, tr(RULE_NAMES[mark.rule], language), LABEL)))
        rows += [
            tuple(Piece(28, it.text, QUIET) for it in row) for row in paragraph(mark.sentence(language), 50)
        ]
    return rows if new.marks else [*rows, *paragraph(tr(N_("Nothing."), language))]


def _last(new: News, language: str) -> str:
    if new.last is None:
        return tr(N_("none yet"), language)
    return f"{when(new.last.signed_at)}, {new.last.staff_name}"


def _cosigned(new: News, language: str) -> list[ReadRow]:
    """Whether somebody's own key stands under the last review."""
    if new.last is None:
        return []
    label = tr(N_("Cosigned by"), language)
    if new.cosigners:
        return [labelled(label, ", ".join(new.cosigners), at=_AT)]
    missing = tr(N_("NOBODY: rekisteri log checkpoint, cosign, add-cosignature"), language)
    return [(Piece(1, label, LABEL), Piece(_AT, missing, WARNING))]


def chart_rows(
    weeks: Mapping[str, Sequence[Week]], names: Mapping[str, str], rule: str, language: str
) -> list[ReadRow]:
    """Persons and transfers a week by recipient; a marked week has a sign below it, and the rule stands at the end."""
    if not weeks:
        return [blank(), *paragraph(tr(N_("Nothing has left in half a year."), language))]
    first = next(iter(weeks.values()))
    span = tr(N_("weeks {first}–{last}"), language, first=day(first[0].monday), last=day(first[-1].monday))
    rows: list[ReadRow] = [
        blank(),
        (Piece(1, tr(N_("Recipient"), language), LABEL), Piece(_CHART_AT, span, LABEL)),
    ]
    for recipient, some in weeks.items():
        people, sendings = [week.persons for week in some], [week.transfers for week in some]
        total = tr(N_("persons {last} ({sum})"), language, last=people[-1], sum=sum(people))
        sent = tr(N_("transfers {last} ({sum})"), language, last=sendings[-1], sum=sum(sendings))
        rows += [
            (
                Piece(1, names.get(recipient, recipient), BOLD, 32),
                Piece(_CHART_AT, bars(people)),
                Piece(_SUM_AT, total),
            ),
            (Piece(_CHART_AT, bars(sendings), QUIET), Piece(_SUM_AT, sent, QUIET)),
        ]
        signs = "".join(" " if week.usual is None else "!" for week in some)
        rows.append((Piece(_CHART_AT, signs, WARNING),) if signs.strip() else blank())
    return [*rows, *paragraph(rule, style=QUIET)]
