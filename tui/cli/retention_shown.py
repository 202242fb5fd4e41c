"""How holds, periods and the due list are printed, as words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.types import Status
from core.messages import N_
from core.personal_data.types import DATA_CLASS_NAMES
from core.personal_data.words import TABLE_NAMES
from core.retention.types import HOLD_NAMES
from tui.cli.case_shown import holds_data, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.retention.approving import Approval
    from core.retention.due import DuePerson
    from core.retention.service import ManualHold
    from core.retention.why import Answer, Standing
    from tui.cli.main import Cli


def person_lines(cli: Cli, person: DuePerson) -> list[str]:
    """Somebody on the due list: since when silent, until when kept, and what says stay."""
    since = (
        N_("{number} {name}: ended {ended}, latest contact {contact}; kept until {until}")
        if person.status is Status.ENDED
        else N_("{number} {name}: latest contact {contact}; kept until {until}")
    )
    line = cli.tr(
        since,
        number=person.number,
        name=person.name,
        ended=iso(person.ended_on) or "–",
        contact=person.contact_on.isoformat(),
        until=person.kept_until.isoformat(),
    )
    return [line, *(f"    {cli.tr(N_('CONFLICT, stays: {why}'), why=it)}" for it in _stays(cli, person))] + [
        f"    {hold.words(cli.language)}" for hold in person.holds if not hold.blocks_everything
    ]


def person_data(cli: Cli, person: DuePerson) -> dict[str, object]:
    """Somebody on the due list, for programs."""
    return {
        "number": person.number,
        "name": person.name,
        "status": person.status,
        "ended_on": iso(person.ended_on),
        "contact_on": iso(person.contact_on),
        "kept_until": iso(person.kept_until),
        "conflict": person.conflict,
        "restricted": person.restricted,
        "holds": holds_data(cli, person.holds),
    }


def approval_lines(cli: Cli, done: Approval) -> list[str]:
    """What was approved, what stays, and what is to be done next."""
    lines = [
        cli.tr(
            N_("Approved: {count} (cases {cases}). Still to be told: rekisteri notices list."),
            count=len(done.cases),
            cases=", ".join(str(it.number) for it in done.cases) or "–",
        )
    ]
    for person in done.conflicts:
        reasons = "; ".join(_stays(cli, person))
        lines.append(cli.tr(N_("Stays, {number}: {why}"), number=person.number, why=reasons))
    not_due = N_("Not due, {number}: kept until {until}")
    lines += [cli.tr(not_due, number=it.number, until=it.kept_until.isoformat()) for it in done.not_due]
    return lines


def approval_data(cli: Cli, done: Approval) -> dict[str, object]:
    """The same for programs."""
    return {
        "cases": [it.number for it in done.cases],
        "conflicts": [person_data(cli, it) for it in done.conflicts],
        "not_due": [person_data(cli, it) for it in done.not_due],
    }


def why_lines(cli: Cli, answer: Answer) -> list[str]:
    """Each kind of record with what holds it."""
    person = answer.person
    lines = [
        cli.tr(
            N_("{number} {name}: latest contact {contact}; by the period kept until {until}"),
            number=person.number,
            name=person.name,
            contact=person.contact_on.isoformat(),
            until=person.kept_until.isoformat(),
        )
    ]
    if person.restricted:
        lines.append(cli.tr(N_("Processing is restricted: nothing goes unless the person wants it.")))
    lines += [_standing_line(cli, it) for it in answer.records]
    lines += [f"  {hold.words(cli.language)}" for hold in person.holds]
    if answer.can_go_on is None:
        lines.append(cli.tr(N_("Everything can go once what is named above has happened.")))
    else:
        lines.append(cli.tr(N_("Everything can go on {day}."), day=answer.can_go_on.isoformat()))
    return lines


def why_data(cli: Cli, answer: Answer) -> dict[str, object]:
    """The same for programs."""
    return {
        **person_data(cli, answer.person),
        "can_go_on": iso(answer.can_go_on),
        "records": [
            {
                "table": it.table,
                "class": it.data_class,
                "rows": it.rows,
                "stays_without_the_person": it.stays,
                "can_go_on": None if it.stays else iso(it.can_go_on),
                "holds": holds_data(cli, it.holds),
            }
            for it in answer.records
        ],
    }


def hold_line(cli: Cli, it: ManualHold, names: Mapping[int, tuple[str, str]]) -> str:
    """A hold made by a person, with its words."""
    number, name = names.get(it.customer_id, ("–", "–"))
    return cli.tr(
        N_("Hold {hold}, {number} {name}: {kind}; since {since}, review {review}; {owner}: {reason}"),
        hold=it.id,
        number=number,
        name=name,
        kind=cli.tr(HOLD_NAMES[it.kind]),
        since=it.since.isoformat(),
        review=it.review_on.isoformat(),
        owner=it.owner_name,
        reason=it.reason or "–",
    )


def hold_data(it: ManualHold, names: Mapping[int, tuple[str, str]]) -> dict[str, object]:
    """The same for programs."""
    return {
        "hold": it.id,
        "customer": names.get(it.customer_id, (None, None))[0],
        "kind": it.kind,
        "law": it.law,
        "since": iso(it.since),
        "until": iso(it.until),
        "review_on": iso(it.review_on),
        "owner": it.owner_name,
        "reason": it.reason,
    }


def _standing_line(cli: Cli, it: Standing) -> str:
    what = f"{cli.tr(TABLE_NAMES[it.table]) if it.table in TABLE_NAMES else cli.tr(DATA_CLASS_NAMES[it.data_class])}"
    if it.stays:
        words = N_("  {what} ({rows}): stays, and leads to nobody once the person is erased")
        return cli.tr(words, what=what, rows=it.rows)
    if it.can_go_on is None:
        held = ", ".join(dict.fromkeys(cli.tr(HOLD_NAMES[hold.kind]) for hold in it.holds)) or "–"
        return cli.tr(N_("  {what} ({rows}): held, {why}"), what=what, rows=it.rows, why=held)
    words = N_("  {what} ({rows}): can go on {day}")
    return cli.tr(words, what=what, rows=it.rows, day=it.can_go_on.isoformat())


def _stays(cli: Cli, person: DuePerson) -> list[str]:
    held = [hold.words(cli.language) for hold in person.holds if hold.blocks_everything]
    restricted = [cli.tr(N_("processing is restricted at the person's wish"))] if person.restricted else []
    return restricted + held
