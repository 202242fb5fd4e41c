"""`rekisteri invoice`: what accounting says of the invoices of our orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import invoices, service
from core.customers.words import INVOICE_STATE_NAMES
from core.messages import N_
from core.staff.access_log import Access, record_access
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from core.customers.invoices import Invoice


@click.group()
def command() -> None:
    """Invoices, as last read from accounting."""


@command.command("read")
@pass_cli
def read(cli: Cli) -> None:
    """Read from accounting what has become of our invoices: open, overdue, in collection, paid."""
    actor = cli.actor()
    found = cli.hub().read_invoice_states(actor)
    cli.emit(
        {"read": found.read, "changed": found.changed},
        cli.tr(
            N_("{read} invoices read, {changed} of them changed."), read=found.read, changed=found.changed
        ),
    )


@command.command("list")
@click.option("--customer", help="All invoices of this customer; without it, everybody's open ones.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help="At most so many.")
@click.option("--task", required=True, help="What for: it goes into the access log.")
@pass_cli
def list_invoices(cli: Cli, *, customer: str | None, limit: int, task: str) -> None:
    """List invoices: state, due date, and what is still open."""
    actor = cli.actor()
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    with cli.register().database.unit_of_work() as uow:
        customer_id = None if customer is None else service.by_number(uow.connection, customer).id
        if customer_id is None:
            found = invoices.open_invoices(uow.connection, limit)
        else:
            found = invoices.invoices_of(uow.connection, customer_id)[:limit]
        detail = f"{len(found)} invoices"
        record_access(uow, actor, action=Access.LIST, customer_id=customer_id, task=task, detail=detail)
        uow.commit()
    cli.emit(
        [_summary(invoice) for invoice in found], "\n".join(_sentence(cli, invoice) for invoice in found)
    )


def _summary(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "accounting_key": invoice.accounting_key,
        "state": str(invoice.state),
        "date": invoice.date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "total": str(invoice.total),
        "open_total": str(invoice.open_total),
        "read_at": invoice.read_at.isoformat(),
    }


def _sentence(cli: Cli, invoice: Invoice) -> str:
    return cli.tr(
        N_("Invoice {number}: {state}, due {day}, open {total} € (read {when})"),
        number=invoice.number,
        state=cli.tr(INVOICE_STATE_NAMES[invoice.state]),
        day=invoice.due_date.isoformat(),
        total=invoice.open_total,
        when=f"{invoice.read_at.astimezone(HELSINKI):%d.%m.%Y %H.%M}",
    )
