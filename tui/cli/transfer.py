"""`rekisteri transfer`: what left, to whom and why; settling what is in doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import service
from core.disclosure import transfers
from core.disclosure.purposes import BASIS_NAMES, PURPOSES, Basis
from core.disclosure.types import EVENT_NAMES, ITEM_STATE_NAMES, STATE_NAMES, ItemState, TransferState
from core.messages import N_
from core.staff.access_log import Access, record_access
from integrations.words import in_words
from tui.cli.main import Cli, pass_cli
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from datetime import datetime

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.transfers import TransferDetail, TransferEvent, TransferRow
    from core.disclosure.types import TransferResult

_READERS = (Role.CLERK, Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
_DECISIONS = {
    "delivered": ItemState.DELIVERED,
    "refused": ItemState.REFUSED,
    "not-sent": ItemState.NOT_SENT,
}


@click.group("transfer")
def command() -> None:
    """Transfers: what left the register, and what became of it."""


@command.command("list")
@click.option("--recipient", help="Only to this recipient (its code).")
@click.option("--purpose", type=click.Choice(sorted(PURPOSES)), help="Only for this purpose.")
@click.option(
    "--state", type=click.Choice([state.value for state in TransferState]), help="Only in this state."
)
@click.option("--customer", help="Only those that this customer (by number) was part of.")
@click.option("--staff", "staff_id", type=int, help="Only those sent by this member of staff (by id).")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only up to and including this day.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="The newest so many.")
@pass_cli
def list_transfers(
    cli: Cli,
    *,
    recipient: str | None,
    purpose: str | None,
    state: str | None,
    customer: str | None,
    staff_id: int | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    """List transfers, the newest first."""
    actor = cli.actor()
    require(actor, *_READERS)
    with cli.register().database.unit_of_work() as uow:
        connection = uow.connection
        wanted = transfers.TransferFilter(
            recipient=recipient,
            purpose=purpose,
            state=None if state is None else TransferState(state),
            staff_id=staff_id,
            customer_id=None if customer is None else service.by_number(connection, customer).id,
            since=None if since is None else since.replace(tzinfo=HELSINKI),
            until=None if until is None else until.replace(tzinfo=HELSINKI) + timedelta(days=1),
        )
        rows = transfers.page(connection, wanted, limit=limit)
        if wanted.customer_id is not None:
            _record_look(uow, actor, wanted.customer_id, "transfers")
    lines = "\n".join(_line(cli, row) for row in rows)
    cli.emit([_described(row) for row in rows], lines or cli.tr(N_("There are no such transfers.")))


@command.command("show")
@click.argument("transfer")
@pass_cli
def show(cli: Cli, transfer: str) -> None:
    """Show TRANSFER (its number) with its persons, attempts, outcomes and those left out."""
    actor = cli.actor()
    require(actor, *_READERS)
    with cli.register().database.unit_of_work() as uow:
        found = transfers.detail(uow.connection, transfers.find_id(uow.connection, transfer))
        alone = found.lines[0].customer_id if len(found.lines) == 1 else None
        _record_look(uow, actor, alone, f"{len(found.lines)} rows")
    cli.emit(_whole(found), "\n".join(_story(cli, found)))


@command.command("settle")
@click.argument("transfer")
@pass_cli
def settle(cli: Cli, transfer: str) -> None:
    """Ask the recipient what became of TRANSFER, which is in doubt."""
    actor, register = cli.actor(), cli.register()
    require(actor, Role.CLERK, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    with register.database.reading() as connection:
        transfer_id = transfers.find_id(connection, transfer)
    result = register.gate.settle(actor, transfer_id)
    _tell(cli, result)
    if result.state is TransferState.IN_DOUBT:
        require_delivered(register, result.number)


@command.command("decide")
@click.argument("transfer")
@click.argument("outcome", type=click.Choice(sorted(_DECISIONS)))
@click.option("--reason", required=True, help="What the recipient said, and who asked.")
@pass_cli
def decide(cli: Cli, transfer: str, outcome: str, reason: str) -> None:
    """Record what a person found out about TRANSFER, which is in doubt."""
    actor, register = cli.actor(), cli.register()
    with register.database.reading() as connection:
        transfer_id = transfers.find_id(connection, transfer)
    _tell(cli, register.gate.decide(actor, transfer_id, _DECISIONS[outcome], reason))


def _record_look(uow: UnitOfWork, actor: Actor, customer_id: int | None, detail: str) -> None:
    """Who was part of a transfer is shown: that is a look at them."""
    record_access(
        uow, actor, action=Access.LIST, customer_id=customer_id, task="disclosure_review", detail=detail
    )
    uow.commit()


def _tell(cli: Cli, result: TransferResult) -> None:
    cli.emit(
        {"transfer": result.number, "id": result.transfer_id, "state": result.state},
        cli.tr(
            N_("Transfer {transfer}: {state}."),
            transfer=result.number,
            state=cli.tr(STATE_NAMES[result.state]),
        ),
    )


def _when(instant: datetime) -> str:
    return instant.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M:%S")


def _line(cli: Cli, row: TransferRow) -> str:
    return "  ".join(
        (
            f"{row.number:>7}",
            _when(row.created_at),
            row.recipient_name,
            cli.tr(PURPOSES[row.purpose].name),
            cli.tr(N_("{count} persons"), count=row.size),
            cli.tr(STATE_NAMES[row.state]),
        )
    )


def _described(row: TransferRow) -> dict[str, Any]:
    return {
        "transfer": row.number,
        "id": row.id,
        "at": row.created_at.isoformat(),
        "recipient": row.recipient,
        "purpose": row.purpose,
        "basis": row.basis,
        "country": row.country,
        "task": row.task,
        "staff": row.staff_name,
        "adapter": row.adapter,
        "environment": row.environment,
        "persons": row.size,
        "left_out": row.left_out,
        "state": row.state,
    }


def _whole(found: TransferDetail) -> dict[str, Any]:
    return {
        **_described(found.row),
        "reason": found.reason,
        "fields": list(found.fields),
        "lines": [
            {
                "line": line.number,
                "customer_id": line.customer_id,
                "key": line.key,
                "state": line.state,
                "reference": line.reference,
                "code": line.code,
                "message": line.message,
            }
            for line in found.lines
        ],
        "attempts": [{"at": it.at.isoformat(), "description": it.description} for it in found.attempts],
        "events": [
            {
                "at": it.at.isoformat(),
                "kind": it.kind,
                "state": it.state,
                "log_index": it.log_index,
                "staff": it.staff_name,
                "reason": it.reason,
            }
            for it in found.events
        ],
        "not_sent": [
            {"number": it.number, "reason": it.reason, "detail": list(it.detail)} for it in found.left_out
        ],
    }


def _story(cli: Cli, found: TransferDetail) -> list[str]:
    row = found.row
    lines = [
        _line(cli, row),
        cli.tr(
            N_("Legal basis: {basis}; country: {country}"),
            basis=cli.tr(BASIS_NAMES[Basis(row.basis)]),
            country=row.country,
        ),
        cli.tr(N_("Sent by {staff}, task {task}"), staff=row.staff_name, task=row.task),
        cli.tr(N_("Data: {fields}"), fields=", ".join(found.fields)),
    ]
    if found.reason:
        lines.append(cli.tr(N_("Reason: {reason}"), reason=found.reason))
    for line in found.lines:
        state = "–" if line.state is None else cli.tr(ITEM_STATE_NAMES[line.state])
        why = in_words(line.code, cli.language) if line.code else ""
        told = " ".join(filter(None, (line.reference, why, line.message)))
        lines.append(f"  {line.key or '–'}  {state}  {told}".rstrip())
    lines += [f"  {_when(it.at)}  {it.description}" for it in found.attempts]
    lines += [
        "  ".join(("", _when(it.at), _event(cli, it), it.staff_name, it.reason or "")).rstrip()
        for it in found.events
    ]
    lines += [
        cli.tr(N_("Left out: {number}, {reason}"), number=it.number or "–", reason=it.sentence(cli.language))
        for it in found.left_out
    ]
    return lines


def _event(cli: Cli, event: TransferEvent) -> str:
    """What brought an outcome, and which."""
    return f"{cli.tr(EVENT_NAMES.get(event.kind, event.kind))}  {cli.tr(STATE_NAMES[event.state])}"
