"""`rekisteri update send`: choose whom to ask about, see exactly what would leave, send it through the gate."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from core.customers.types import SourceKind
from core.messages import N_
from core.text import safe_text
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.seen import seen
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from datetime import datetime

    from core.disclosure.types import Preview, TransferResult
    from core.register import Register

_FIRST_LINES: Final = 4
DAY: Final = click.DateTime(formats=["%Y-%m-%d"])


@click.command("send")
@click.argument("service")
@click.option("--number", "numbers", multiple=True, help="Only this customer number; may be repeated.")
@click.option("--postcode", help="Only postcodes that begin with this.")
@click.option(
    "--confirmed-before",
    type=DAY,
    help="Only whose address nobody has given or confirmed since this day (2026-11-23).",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Choice([str(each) for each in SourceKind]),
    help="Only whose present address came from there; may be repeated.",
)
@click.option("--no-orders-since", type=DAY, help="Only who has placed no order since this day.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many persons.")
@click.option(
    "--preview", "preview_only", is_flag=True, help="Only show what would leave and who is left out."
)
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option(
    "--receipt",
    type=click.Path(path_type=Path),
    help="Write the transfer's receipt (.tlog-proof) into this new file.",
)
@pass_cli
def send(
    cli: Cli,
    /,
    service: str,
    *,
    preview_only: bool,
    yes: bool,
    receipt: Path | None,
    confirmed_before: datetime | None,
    no_orders_since: datetime | None,
    sources: tuple[str, ...],
    **chosen: Any,
) -> None:
    """Send the persons to be asked about to an update service, through the gate."""
    from core.updates.selection import Criteria, plan_selection

    register, actor = cli.register(), cli.actor()
    criteria = Criteria(
        confirmed_before=confirmed_before.date() if confirmed_before else None,
        no_orders_since=no_orders_since.date() if no_orders_since else None,
        sources=tuple(SourceKind(each) for each in sources),
        **chosen,
    )
    preview = plan_selection(register, actor, service, criteria)
    if preview_only:
        seen(register, actor, preview)
        cli.emit(_preview_data(preview), "\n".join(_preview_lines(cli, preview)))
        return
    if not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        seen(register, actor, preview)
        for line in _preview_lines(cli, preview):
            click.echo(line, err=True)
        click.confirm(cli.tr(N_("Send the file?")), abort=True, err=True)
    result = register.gate.release(actor, preview)
    cli.emit({**_preview_data(preview), **_result_data(result)}, _result_sentence(cli, result))
    require_delivered(register, result.number)
    if receipt is not None:
        _write_receipt(cli, register, result, receipt)


def _write_receipt(cli: Cli, register: Register, result: TransferResult, path: Path) -> None:
    from core.disclosure.receipts import issue_receipt
    from tui.cli.log_receipts import write_new

    with register.database.reading() as connection:
        issued = issue_receipt(connection, register.log, str(result.number))
    write_new(path, issued.proof)
    if not cli.as_json:
        click.echo(cli.tr(N_("Receipt: {file}"), file=path))


def _preview_lines(cli: Cli, preview: Preview) -> list[str]:
    plan = preview.plan
    sentence = N_("To {recipient}: {count} persons, {fields}. Left out: {left_out}.")
    lines = [
        cli.tr(
            sentence,
            recipient=plan.recipient.name,
            count=len(plan.items),
            fields=", ".join(sorted(plan.fields)),
            left_out=len(plan.left_out),
        )
    ]
    reasons = Counter(left.sentence(cli.language) for left in plan.left_out)
    lines += [f"{count:>9}  {reason}" for reason, count in reasons.most_common()]
    for payload in preview.payloads:
        text = payload.content.decode(payload.media_type.rpartition("=")[2], errors="replace")
        lines += [f"  {line}" for line in text.splitlines()[:_FIRST_LINES]]
    return [safe_text(line) for line in lines]


def _preview_data(preview: Preview) -> dict[str, object]:
    plan = preview.plan
    reasons = Counter(str(left.reason) for left in plan.left_out)
    return {
        "recipient": plan.recipient.name,
        "persons": len(plan.items),
        "fields": sorted(plan.fields),
        "left_out": dict(reasons),
    }


def _result_data(result: TransferResult) -> dict[str, object]:
    return {"transfer": result.number, "state": str(result.state), "files": _files(result)}


def _files(result: TransferResult) -> list[str]:
    return sorted({outcome.reference for outcome in result.outcomes.values() if outcome.reference})


def _result_sentence(cli: Cli, result: TransferResult) -> str:
    from core.disclosure.types import STATE_NAMES

    files = ", ".join(_files(result))
    sentence = N_("Transfer {number}: {state}. {count} persons, file {file}.")
    return cli.tr(
        sentence,
        number=result.number,
        state=cli.tr(STATE_NAMES[result.state]),
        count=len(result.outcomes),
        file=files or "-",
    )
