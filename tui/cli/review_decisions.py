"""`rekisteri review approve` and `findings`: the second person's decision, and what a reviewer has found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.actor import require
from core.clock import HELSINKI
from core.disclosure.purposes import PURPOSES
from core.disclosure.review import deciding, findings
from core.disclosure.review.approvals import (
    APPROVAL_STATE_NAMES,
    WHY_NAMES,
    Approval,
    ApprovalState,
    approvals,
)
from core.disclosure.review.findings import FINDERS, FINDING_STATE_NAMES, FindingState
from core.disclosure.review.rules import RULE_NAMES
from core.messages import N_
from core.staff.members import by_user_name
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import datetime

    from core.disclosure.review.deciding import Look
    from core.disclosure.review.findings import Finding


@click.command("approve")
@click.argument("number", required=False, type=int)
@click.option("--yes", "approved", flag_value="yes", help="Approve exactly what was shown.")
@click.option("--no", "approved", flag_value="no", help="Refuse it; needs --reason.")
@click.option("--reason", default="", help="Why; it is kept with the decision.")
@pass_cli
def approve(cli: Cli, number: int | None, approved: str | None, reason: str) -> None:
    """List what waits for a second person; show request NUMBER exactly as it would leave, or decide about it."""
    actor, register = cli.actor(), cli.register()
    require(actor, *deciding.APPROVERS)
    if number is None:
        with register.database.reading() as connection:
            rows = approvals(connection, ApprovalState.WAITING)
        lines = [_approval_line(cli, row) for row in rows]
        cli.emit([_described(row) for row in rows], "\n".join(lines) or cli.tr(N_("Nothing.")))
        return
    look = deciding.look(register.gate, actor, number)
    if approved is None:
        cli.emit(_shown(look), "\n".join(_words(cli, look)))
        return
    decided = deciding.decide(register.gate, actor, number, approved=approved == "yes", reason=reason)
    cli.emit(_described(decided), _approval_line(cli, decided))


def _approval_line(cli: Cli, row: Approval) -> str:
    return "  ".join(
        (
            f"{row.id:>5}",
            _when(row.asked_at),
            row.asked_by_name,
            row.recipient_code,
            cli.tr(PURPOSES[row.purpose].name),
            cli.tr(N_("{count} persons"), count=row.size),
            cli.tr(WHY_NAMES[row.why]),
            cli.tr(APPROVAL_STATE_NAMES[row.state]),
        )
    )


def _described(row: Approval) -> dict[str, Any]:
    return {
        "request": row.id,
        "id": row.uuid,
        "recipient": row.recipient_code,
        "purpose": row.purpose,
        "task": row.task,
        "why": row.why,
        "persons": row.size,
        "state": row.state,
        "asked_at": row.asked_at.isoformat(),
        "asked_by": row.asked_by_name,
        "decided_by": row.decided_by_name,
        "reason": row.reason,
        "log_index": row.log_index,
    }


def _shown(look: Look) -> dict[str, Any]:
    return _described(look.approval) | {
        "fields": sorted(look.plan.fields),
        "left_out": len(look.plan.left_out),
        "payloads": [
            {"label": it.label, "media_type": it.media_type, "content": it.content.decode(errors="replace")}
            for it in look.payloads
        ],
    }


def _words(cli: Cli, look: Look) -> list[str]:
    lines = [
        _approval_line(cli, look.approval),
        cli.tr(N_("Data: {fields}"), fields=", ".join(sorted(look.plan.fields))),
    ]
    for payload in look.payloads:
        lines += [
            f"--- {payload.label} ({payload.media_type})",
            *payload.content.decode(errors="replace").splitlines(),
        ]
    if not look.payloads:
        lines += [f"--- {item.key}: {', '.join(sorted(item.fields))}" for item in look.plan.items]
        lines.append(
            cli.tr(N_("The bytes hold a value that is never stored, so they are made when it is sent."))
        )
    lines.append(cli.tr(N_("Decide with --yes, or with --no and --reason.")))
    return lines


@click.command("findings")
@click.argument("number", required=False, type=int)
@click.option("--new", "words", help="Make a finding, in these words.")
@click.option("--transfer", type=int, help="The transfer (its number) that a new finding is about.")
@click.option("--owner", help="User name of who sees to it.")
@click.option(
    "--state",
    type=click.Choice([str(state) for state in FindingState]),
    help="Set the state of finding NUMBER.",
)
@click.option("--reason", default="", help="Why the owner or the state changes.")
@click.option("--all", "every", is_flag=True, help="List the closed ones too.")
@pass_cli
def found(
    cli: Cli,
    number: int | None,
    *,
    words: str | None,
    transfer: int | None,
    owner: str | None,
    state: str | None,
    reason: str,
    every: bool,
) -> None:
    """List findings, make one (--new), or give finding NUMBER another owner or state."""
    actor, register = cli.actor(), cli.register()
    require(actor, *FINDERS)
    if words is None and number is None:
        with register.database.reading() as connection:
            rows = findings.findings(connection, only_open=not every)
        lines = "\n".join(_finding_line(cli, row) for row in rows)
        cli.emit([_finding(row) for row in rows], lines or cli.tr(N_("Nothing.")))
        return
    with register.database.unit_of_work() as uow:
        owner_id = None if owner is None else by_user_name(uow.connection, owner).id
        if words is not None:
            one = findings.find(uow, actor, words, transfer_number=transfer, owner_id=owner_id)
        elif number is not None and (state or owner):
            one = findings.move(
                uow, actor, number, state=FindingState(state or "open"), owner_id=owner_id, words=reason
            )
        else:
            one = findings.finding_of(uow.connection, number or 0)
        story = findings.story_of(uow.connection, one.id)
        uow.commit()
    told = [
        f"    {_when(it.at)}  {it.staff_name}  {cli.tr(FINDING_STATE_NAMES[it.state])}  {it.words}"
        for it in story
    ]
    cli.emit(
        _finding(one) | {"story": [asdict(it) | {"at": it.at.isoformat()} for it in story]},
        "\n".join([_finding_line(cli, one), *told]),
    )


def _finding_line(cli: Cli, row: Finding) -> str:
    about = "" if row.transfer_number is None else cli.tr(N_("transfer {number}"), number=row.transfer_number)
    state, rule = cli.tr(FINDING_STATE_NAMES[row.state]), cli.tr(RULE_NAMES[row.rule])
    parts = (f"{row.id:>5}", _when(row.made_at), state, rule, about, row.owner_name or "–", row.words)
    return "  ".join(part for part in parts if part)


def _finding(row: Finding) -> dict[str, Any]:
    return {
        "finding": row.id,
        "made_at": row.made_at.isoformat(),
        "made_by": row.made_by_name,
        "rule": row.rule,
        "transfer": row.transfer_number,
        "words": row.words,
        "owner": row.owner_name,
        "state": row.state,
    }


def _when(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M")
