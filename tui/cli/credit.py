"""`rekisteri credit`: ask about an applicant, read the answer, record a person's decision."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from core.clock import HELSINKI
from core.customers import credit, service
from core.customers.types import Kind
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_
from tui.cli.main import Cli, pass_cli
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from core.customers.credit import CreditCheck

_TASK = "credit_check"


@click.group("credit")
def command() -> None:
    """Credit checks: the bureau answers, a person decides."""


@command.command("check")
@click.argument("customer")
@click.option("--term", "term_days", type=int, required=True, help="Payment term of the order, in days.")
@click.option("--informed", required=True, help="How and when the applicant was told of the check.")
@click.option("--recipient", help="The bureau's code, when there are several.")
@pass_cli
def check(cli: Cli, customer: str, *, term_days: int, informed: str, recipient: str | None) -> None:
    """Ask the bureau about CUSTOMER (by number).

    A person's identity code is asked for without echo, or read from the first line of standard input; it is never
    written on the command line, and not stored.
    """
    register, actor = cli.register(), cli.actor()
    with register.database.reading() as connection:
        found = service.by_number(connection, customer)
    code = None if found.values.kind is Kind.ORGANISATION else _identity_code(cli)
    done = credit.check(
        register,
        actor,
        found.id,
        identity_code=code,
        payment_term_days=term_days,
        informed=informed,
        recipient=recipient,
    )
    cli.emit(_described(done), _line(cli, done))
    require_delivered(register, done.transfer)


@command.command("list")
@click.argument("customer")
@pass_cli
def list_checks(cli: Cli, customer: str) -> None:
    """List the credit checks of CUSTOMER (by number)."""
    cli.actor()
    with cli.register().database.reading() as connection:
        found = credit.credit_checks_of(connection, service.by_number(connection, customer).id)
    lines = "\n".join(_line(cli, it) for it in found)
    cli.emit([_described(it) for it in found], lines or cli.tr(N_("There are no credit checks.")))


@command.command("show")
@click.argument("check_id", metavar="CHECK", type=int)
@pass_cli
def show(cli: Cli, check_id: int) -> None:
    """Open the answer and the reasons of CHECK; that you did is recorded."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        opened = credit.opened(uow, register.keyring, actor, check_id, task=_TASK)
        found = credit.credit_check(uow.connection, check_id)
        uow.commit()
    lines = [_line(cli, found)]
    lines += [f"  {name}: {value}" for name, value in (opened.answer or {}).items()]
    if opened.reasons:
        lines.append(cli.tr(N_("Reasons: {reasons}"), reasons=opened.reasons))
    cli.emit(_described(found) | {"answer": opened.answer, "reasons": opened.reasons}, "\n".join(lines))


@command.command("decide")
@click.argument("check_id", metavar="CHECK", type=int)
@click.argument("decision", type=click.Choice([it.value for it in credit.CreditDecision]))
@click.option("--reasons", required=True, help="What the decision rests on.")
@pass_cli
def decide(cli: Cli, check_id: int, decision: str, reasons: str) -> None:
    """Record your decision on CHECK, with its reasons."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        done = credit.record_decision(
            uow,
            register.keyring,
            actor,
            check_id,
            decision=credit.CreditDecision(decision),
            reasons=reasons,
        )
        uow.commit()
    cli.emit(_described(done), _line(cli, done))


def _identity_code(cli: Cli) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    typed: str = click.prompt(cli.tr(N_("Personal identity code (not stored)")), hide_input=True, err=True)
    return typed


def _described(found: CreditCheck) -> dict[str, Any]:
    return {
        "check": found.id,
        "customer_id": found.customer_id,
        "at": found.asked_at.isoformat(),
        "staff": found.staff_name,
        "purpose": found.purpose,
        "transfer": found.transfer,
        "state": found.state,
        "has_answer": found.has_answer,
        "decision": found.decision,
        "decided_by": found.decided_by,
    }


def _line(cli: Cli, found: CreditCheck) -> str:
    when = found.asked_at.astimezone(HELSINKI)
    told = cli.tr(STATE_NAMES[TransferState(found.state)])
    decided = "–" if found.decision is None else cli.tr(credit.DECISION_NAMES[found.decision])
    return cli.tr(
        N_("Check {check}, {when}: enquiry {state}; decision: {decision}"),
        check=found.id,
        when=f"{when:%Y-%m-%d %H:%M}",
        state=told,
        decision=decided,
    )
