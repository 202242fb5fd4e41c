"""`rekisteri update proposals`, `accept` and `reject`: rows of an update that wait for a person."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from core.clock import HELSINKI
from core.customers.words import FIELD_NAMES, SOURCE_NAMES
from core.errors import UsageError
from core.messages import N_
from core.text import safe_text
from core.updates.bulk_judging import IN_BULK
from core.updates.explaining import in_words
from core.updates.proposals import Proposal, ProposalLine, Side, Which
from core.updates.types import MATCHED_BY_NAMES, MEANING_NAMES, REASON_NAMES, Group, Reason
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.updates.proposals import Candidate

_WIDTH = 28


class WhichRows(UsageError):
    """Neither rows nor a rule, both, or a customer for several rows."""

    code = "cli.which_rows"
    sentence = N_("It is not clear which rows are meant.")
    advice = N_("Name rows, or --reason for all that fit; --customer goes with one row.")


@click.command("proposals")
@click.argument("run", required=False, type=int)
@click.argument("row", required=False, type=int)
@click.option("--reason", type=click.Choice([str(each) for each in Reason]), help="Only for this reason.")
@click.option("--grade", type=click.IntRange(0, 100), default=0, help="Only of this likeness or more.")
@click.option("--group", type=click.Choice([str(each) for each in Group]), help="Only about these fields.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many rows."
)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Pass over so many rows first.")
@pass_cli
def proposals(
    cli: Cli,
    run: int | None,
    row: int | None,
    *,
    reason: str | None,
    grade: int,
    group: str | None,
    limit: int,
    offset: int,
) -> None:
    """List what waits for a person, urgent first; show ROW of RUN with before and after side by side."""
    from core.updates import proposals as waiting

    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        if run is not None and row is not None:
            found = waiting.open_one(uow, actor, run, row)
            uow.commit()
            cli.emit(_whole(cli, found), "\n".join(_side_by_side(cli, found)))
            return
        which = _which(run, reason, grade, group)
        lines = waiting.open_list(uow, actor, which, offset=offset, limit=limit)
        total = waiting.count(uow.connection, which)
        uow.commit()
    words = [_in_words(cli, line) for line in lines]
    words.append(cli.tr(N_("Waiting for a person: {count}"), count=total))
    cli.emit({"waiting": total, "rows": [_data(line) for line in lines]}, "\n".join(words))


@click.command("accept")
@click.argument("run", type=int)
@click.argument("rows", nargs=-1, type=int)
@click.option("--customer", help="The customer number of who is meant; with one row.")
@click.option(
    "--reason", type=click.Choice([str(each) for each in IN_BULK]), help="All that wait for this reason."
)
@click.option("--grade", type=click.IntRange(0, 100), default=0, help="Only of this likeness or more.")
@click.option("--group", type=click.Choice([str(each) for each in Group]), help="Only about these fields.")
@click.option("--yes", is_flag=True, help="Accept all that fit without asking.")
@pass_cli
def accept(
    cli: Cli,
    run: int,
    rows: tuple[int, ...],
    *,
    customer: str | None,
    reason: str | None,
    grade: int,
    group: str | None,
    yes: bool,
) -> None:
    """Write what ROWS of RUN say, or all that fit a rule: one reason, a likeness at least, one group of fields."""
    from core.updates.judging import accept as accept_one

    if bool(rows) == bool(reason) or (customer and len(rows) != 1):
        raise WhichRows
    if reason:
        _accept_by_rule(cli, _which(run, reason, grade, group), yes=yes)
        return
    actor = cli.actor()
    done: list[dict[str, Any]] = []
    for line in rows:
        with cli.register().database.unit_of_work() as uow:
            chosen = _customer_id(uow.connection, customer)
            decision = accept_one(uow, actor, run, line, customer_id=chosen)
            uow.commit()
        done.append(
            {"run": run, "row": line, "outcome": "accepted", "written": sorted(decision.changes or {})}
        )
    cli.emit(done, cli.tr(N_("Accepted: {rows}"), rows=", ".join(map(str, rows))))


@click.command("reject")
@click.argument("run", type=int)
@click.argument("rows", nargs=-1, required=True, type=int)
@pass_cli
def reject(cli: Cli, run: int, rows: tuple[int, ...]) -> None:
    """Leave the customers of ROWS of RUN as they are."""
    from core.updates.judging import reject as reject_one

    actor = cli.actor()
    for line in rows:
        with cli.register().database.unit_of_work() as uow:
            reject_one(uow, actor, run, line)
            uow.commit()
    data = [{"run": run, "row": line, "outcome": "rejected"} for line in rows]
    cli.emit(data, cli.tr(N_("Rejected: {rows}"), rows=", ".join(map(str, rows))))


def _accept_by_rule(cli: Cli, which: Which, *, yes: bool) -> None:
    from core.updates.bulk_judging import accept_fitting, count_fitting

    register, actor = cli.register(), cli.actor()
    with register.database.reading() as connection:
        found = count_fitting(connection, which)
    if found and not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        click.confirm(cli.tr(N_("Accept {count} proposals?"), count=found), abort=True, err=True)
    with progress_bar(cli.tr(N_("Accepting"))) as watch:
        done = accept_fitting(register, actor, which, expected=found, progress=watch)
    left = [{"run": run, "row": line} for run, line in done.left]
    sentence = N_("Accepted {count} of {found}; {left} could not be and go on waiting.")
    words = cli.tr(sentence, count=done.accepted, found=found, left=len(left))
    cli.emit({"accepted": done.accepted, "left": left}, words)


def _which(run: int | None, reason: str | None, grade: int, group: str | None) -> Which:
    return Which(
        run=run,
        reason=Reason(reason) if reason else None,
        least_grade=grade,
        group=Group(group) if group else None,
    )


def _customer_id(connection: Any, number: str | None) -> int | None:
    from core.customers.reading import by_number

    return None if number is None else by_number(connection, number).id


def _data(line: ProposalLine) -> dict[str, object]:
    return {
        "run": line.run,
        "row": line.line,
        "urgent": line.urgent,
        "meaning": str(line.meaning),
        "reason": str(line.reason),
        "date": line.dated.isoformat() if line.dated else None,
        "customer": line.number,
        "name": line.display_name,
        "matched_by": str(line.matched_by) if line.matched_by else None,
        "grade": line.grade,
        "candidates": line.candidates,
    }


def _in_words(cli: Cli, line: ProposalLine) -> str:
    who = f"{line.number} {line.display_name}" if line.number else "?"
    parts = [
        f"{line.run}/{line.line}",
        who,
        cli.tr(MEANING_NAMES[line.meaning]),
        cli.tr(REASON_NAMES[line.reason]),
    ]
    if line.grade is not None and line.candidates:
        parts.append(cli.tr(N_("{grade} % alike"), grade=line.grade))
    return safe_text(("! " if line.urgent else "  ") + " · ".join(parts))


def _whole(cli: Cli, found: Proposal) -> dict[str, object]:
    return {
        **_data(found.line),
        "service": found.service,
        "file": found.file,
        "fields": [_side_data(side) for side in found.sides],
        "why": in_words(found.explanation, found.line.customer_id, cli.language),
        "candidates": [
            {
                "customer": one.customer.number,
                "name": one.customer.display_name,
                "grade": one.grade,
                "why": in_words(found.explanation, one.customer.id, cli.language),
            }
            for one in found.candidates
        ],
    }


def _side_data(side: Side) -> dict[str, object]:
    known = side.known
    return {
        "field": side.field,
        "before": side.before,
        "after": side.after,
        "hidden": side.hidden,
        "source": str(known.source.kind) if known else None,
        "recorded_at": known.recorded_at.isoformat() if known else None,
    }


def _side_by_side(cli: Cli, found: Proposal) -> Iterator[str]:
    yield _in_words(cli, found.line)
    by = found.line.matched_by
    yield "  " + cli.tr(
        N_("Service {service}, file {file}, {day}"),
        service=safe_text(found.service),
        file=safe_text(found.file),
        day=f"{found.line.dated:%d.%m.%Y}" if found.line.dated else cli.tr(N_("undated")),
    )
    if by is not None:
        yield "  " + cli.tr(N_("Found {how}"), how=cli.tr(MATCHED_BY_NAMES[by]))
    for side in found.sides:
        yield _one_side(cli, side)
    several = len(found.candidates) > 1 or found.line.customer_id is None
    for sentence in () if several else in_words(found.explanation, found.line.customer_id, cli.language):
        yield f"    {sentence}"
    if several:
        yield "  " + cli.tr(N_("Who may be meant:"))
        for one in found.candidates:
            yield from _candidate(cli, found, one)


def _one_side(cli: Cli, side: Side) -> str:
    name = cli.tr(FIELD_NAMES[side.field])
    if side.hidden:
        return f"  {name:<16} {cli.tr(N_('(protected address)'))}"
    mark = "→" if side.changes else "="
    line = f"  {name:<16} {side.before or '-':<{_WIDTH}} {mark} {side.after or '-'}"
    if side.known is not None:
        day = side.known.recorded_at.astimezone(HELSINKI)
        line += f"   ({cli.tr(SOURCE_NAMES[side.known.source.kind])}, {day:%d.%m.%Y})"
    return safe_text(line)


def _candidate(cli: Cli, found: Proposal, one: Candidate) -> Iterator[str]:
    customer = one.customer
    address = ", ".join(
        part for part in (customer.street, " ".join(filter(None, (customer.postcode, customer.town)))) if part
    )
    if customer.protected_address:
        address = cli.tr(N_("(protected address)"))
    grade = f"{one.grade:>3} %" if one.grade is not None else "     "
    yield safe_text(f"  {grade}  {customer.number} {customer.display_name}, {address}")
    for sentence in in_words(found.explanation, customer.id, cli.language):
        yield f"           {sentence}"
