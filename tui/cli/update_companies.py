"""`rekisteri update companies`: names and addresses of organisations from YTJ, the business register."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import PartnerUnavailable, Words
from core.messages import N_
from core.text import safe_text
from integrations.words import message_id
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar
from tui.cli.update_shown import show

if TYPE_CHECKING:
    from core.batches.types import Batch
    from core.updates.company_asking import Asked, CompanyCriteria, CompanyPlan
    from core.updates.types import UpdateRun

_FIRST_LINES = 8


class Unanswered(PartnerUnavailable):
    """YTJ did not answer all that it was asked."""

    code = "cli.unanswered"
    sentence = N_("{count} questions stayed unanswered. {reason}")
    advice = N_(
        "Give the same command again later; asking again changes nothing at YTJ. What was answered is in the run."
    )


class OneWayOnly(click.UsageError):
    """Two ways to the data at once."""


@click.command("companies")
@click.option("--number", "numbers", multiple=True, help="Only this customer number; may be repeated.")
@click.option("--postcode", help="Only postcodes that begin with this.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many organisations.")
@click.option(
    "--preview", "preview_only", is_flag=True, help="Only show what would be asked and who is left out."
)
@click.option("--yes", is_flag=True, help="Ask YTJ without asking here.")
@click.option(
    "--daily", is_flag=True, help="Fetch the daily file of all companies instead: it names nobody of ours."
)
@click.option(
    "--from-file",
    "file",
    type=click.Path(path_type=Path),
    help="Read the daily file from here instead, as it comes or unpacked.",
)
@click.option("--again", is_flag=True, help="Read a daily file that has been applied before.")
@pass_cli
def companies(
    cli: Cli,
    *,
    numbers: tuple[str, ...],
    postcode: str | None,
    limit: int | None,
    preview_only: bool,
    yes: bool,
    daily: bool,
    file: Path | None,
    again: bool,
) -> None:
    """Ask YTJ about organisations by business id, or read its daily file; foresee what would change.

    Nothing is changed until the run is applied: rekisteri update apply.
    """
    from core.updates.company_asking import CompanyCriteria

    criteria = CompanyCriteria(numbers, postcode, limit)
    if file is not None or daily:
        if criteria != CompanyCriteria() or preview_only or (file is not None and daily):
            raise OneWayOnly(cli.tr(N_("The daily file is read whole: leave the other options out.")))
        show(cli, _run(cli, _from_file(cli, file, again=again)))
        return
    _ask(cli, criteria, preview_only=preview_only, yes=yes)


def _from_file(cli: Cli, file: Path | None, *, again: bool) -> Batch:
    from integrations.companies import stage_fetched, stage_file

    register, actor = cli.register(), cli.actor()
    if file is not None:
        with progress_bar(cli.tr(N_("Reading"))) as watch:
            return stage_file(register, actor, file, again=again, progress=watch)
    with progress_bar(cli.tr(N_("Fetching"))) as fetching, progress_bar(cli.tr(N_("Reading"))) as watch:
        return stage_fetched(register, cli.hub(), actor, again=again, fetching=fetching, progress=watch)


def _ask(cli: Cli, criteria: CompanyCriteria, *, preview_only: bool, yes: bool) -> None:
    from core.updates.company_asking import ask_companies, plan_companies

    register, actor = cli.register(), cli.actor()
    plan = plan_companies(register, actor, criteria)
    if preview_only:
        cli.emit(_plan_data(plan), "\n".join(_plan_lines(cli, plan)))
        return
    if not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        for line in _plan_lines(cli, plan):
            click.echo(line, err=True)
        click.confirm(cli.tr(N_("Ask YTJ?")), abort=True, err=True)
    with progress_bar(cli.tr(N_("Asking"))) as watch:
        asked = ask_companies(register, actor, plan, progress=watch)
    _tell(cli, plan, asked)
    if asked.unanswered:
        raise Unanswered(count=asked.unanswered, reason=Words(message_id(asked.code)) if asked.code else "")


def _tell(cli: Cli, plan: CompanyPlan, asked: Asked) -> None:
    words = [
        cli.tr(
            N_("Transfer {number}: {answered} answered, {unanswered} not."),
            number=asked.result.number,
            answered=asked.answered,
            unanswered=asked.unanswered,
        )
    ]
    if asked.in_proceedings:
        sentence = N_(
            "In bankruptcy, liquidation or restructuring: {count}. It is not kept; look them up on ytj.fi."
        )
        words.append(cli.tr(sentence, count=asked.in_proceedings))
    data = {
        **_plan_data(plan),
        "transfer": asked.result.number,
        "transfer_state": str(asked.result.state),
        "answered": asked.answered,
        "unanswered": asked.unanswered,
        "in_proceedings": asked.in_proceedings,
    }
    if asked.batch is None:
        cli.emit(data, "\n".join(words))
    else:
        show(cli, _run(cli, asked.batch), words, data)


def _run(cli: Cli, batch: Batch) -> UpdateRun:
    from core.updates import service

    with cli.register().database.reading() as connection:
        return service.run(connection, batch.id)


def _plan_lines(cli: Cli, plan: CompanyPlan) -> list[str]:
    shown = plan.preview.plan
    sentence = N_("To {recipient}: {count} organisations, business id alone. Left out: {left_out}.")
    lines = [
        cli.tr(
            sentence,
            recipient=shown.recipient.name,
            count=len(shown.items),
            left_out=len(shown.left_out) + plan.banned,
        )
    ]
    reasons = Counter(left.sentence(cli.language) for left in shown.left_out)
    if plan.banned:
        reasons[cli.tr(N_("has forbidden updates of the register"))] += plan.banned
    lines += [f"{count:>9}  {reason}" for reason, count in reasons.most_common()]
    questions = [payload.content.decode("ascii").strip() for payload in plan.preview.payloads]
    lines += [f"  {question}" for question in questions[:_FIRST_LINES]]
    if len(questions) > _FIRST_LINES:
        lines.append(cli.tr(N_("  and {count} more."), count=len(questions) - _FIRST_LINES))
    return [safe_text(line) for line in lines]


def _plan_data(plan: CompanyPlan) -> dict[str, object]:
    shown = plan.preview.plan
    reasons = Counter(str(left.reason) for left in shown.left_out)
    return {
        "recipient": shown.recipient.name,
        "organisations": len(shown.items),
        "fields": sorted(shown.fields),
        "left_out": dict(reasons) | ({"update_ban": plan.banned} if plan.banned else {}),
    }
