"""`rekisteri order`: take orders, look at them, put them away."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import orders, service
from core.customers.errors import BadOrderLine
from core.customers.money import OrderLine
from core.customers.order_lines import RULE_PRICE, RULE_QUANTITY, RULE_VAT, plain_line
from core.customers.orders import OrderSettings, OrderState
from core.customers.words import ORDER_STATE_NAMES
from core.messages import N_
from core.staff.access_log import Access, record_access
from tui.cli.main import Cli, pass_cli
from tui.cli.order_send import send

if TYPE_CHECKING:
    from datetime import datetime

    from core.customers.orders import Order

_TASK = click.option("--task", required=True, help="What for: it goes into the access log.")
RULE_LINE = N_(
    "Write a line as product;description;quantity;price without tax;tax per cent (which may be left out)."
)


@click.group()
def command() -> None:
    """Orders: place, show, list, send, archive, cancel."""


command.add_command(send)


@command.command("place")
@click.argument("customer")
@click.option(
    "--line",
    "lines",
    multiple=True,
    required=True,
    help="product;description;quantity;price[;tax per cent], price without tax; may be given several times.",
)
@click.option("--reference", help="The customer's own reference.")
@click.option(
    "--placed-on", type=click.DateTime(["%Y-%m-%d"]), help="The day of the order; today without it."
)
@click.option(
    "--payment-term", type=click.IntRange(0, 365), help="Days to the due date; as configured without it."
)
@click.option("--draft", is_flag=True, help="Keep it as a draft.")
@pass_cli
def place(
    cli: Cli,
    *,
    customer: str,
    lines: tuple[str, ...],
    reference: str | None,
    placed_on: datetime | None,
    payment_term: int | None,
    draft: bool,
) -> None:
    """Take an order from the customer with number CUSTOMER."""
    actor = cli.actor()
    register = cli.register()
    settings = register.config.orders
    with register.database.unit_of_work() as uow:
        order = orders.place(
            uow,
            actor,
            service.by_number(uow.connection, customer).id,
            [_line(text, position, settings.vat_percent) for position, text in enumerate(lines, start=1)],
            placed_on=placed_on.date() if placed_on else uow.now.astimezone(HELSINKI).date(),
            payment_term_days=settings.payment_term_days if payment_term is None else payment_term,
            reference=reference,
            draft=draft,
            settings=OrderSettings(settings.first_number, settings.first_invoice_number),
        )
        uow.commit()
    _tell(cli, order)


@command.command("show")
@click.argument("number", type=int)
@_TASK
@pass_cli
def show(cli: Cli, *, number: int, task: str) -> None:
    """Show an order with its lines."""
    actor = cli.actor()
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    with cli.register().database.unit_of_work() as uow:
        order = orders.by_number(uow.connection, number)
        customer = service.open_record(uow, actor, order.customer_id, task=task)
        uow.commit()
    data = {
        **_summary(order),
        "customer": customer.number,
        "lines": [plain_line(line) for line in order.lines],
    }
    text = [_sentence(cli, order), f"  {customer.number}  {customer.display_name}"]
    text += [
        f"  {line['quantity']} × {line['product']} {line['description']} à {line['unit_price']} € + {line['vat_percent']} %"
        for line in data["lines"]
    ]
    cli.emit(data, "\n".join(text))


@command.command("list")
@click.option("--customer", help="Only this customer's orders (customer number).")
@click.option("--state", type=click.Choice([str(state) for state in OrderState]), help="Only in this state.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, help="At most so many, the newest first."
)
@_TASK
@pass_cli
def list_orders(cli: Cli, *, customer: str | None, state: str | None, limit: int, task: str) -> None:
    """List orders, the newest first."""
    actor = cli.actor()
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    wanted = None if state is None else OrderState(state)
    with cli.register().database.unit_of_work() as uow:
        customer_id = None if customer is None else service.by_number(uow.connection, customer).id
        if customer_id is None:
            found = orders.recent(uow.connection, limit, state=wanted)
        else:
            own = orders.orders_of(uow.connection, customer_id)
            found = [order for order in own if wanted in {None, order.state}][:limit]
        detail = f"{len(found)} orders"
        record_access(uow, actor, action=Access.LIST, customer_id=customer_id, task=task, detail=detail)
        uow.commit()
    cli.emit([_summary(order) for order in found], "\n".join(_sentence(cli, order) for order in found))


@command.command("archive")
@click.argument("number", type=int)
@pass_cli
def archive(cli: Cli, *, number: int) -> None:
    """Put an order away: it stays, and leaves the work to do."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        order = orders.by_number(uow.connection, number)
        order = orders.archive(uow, actor, order.id, version=order.version)
        uow.commit()
    _tell(cli, order)


@command.command("cancel")
@click.argument("number", type=int)
@pass_cli
def cancel(cli: Cli, *, number: int) -> None:
    """Cancel an order that has not been sent to invoicing."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        order = orders.by_number(uow.connection, number)
        order = orders.cancel(uow, actor, order.id, version=order.version)
        uow.commit()
    _tell(cli, order)


def _line(text: str, position: int, usual_vat: Decimal) -> OrderLine:
    parts = [part.strip() for part in text.split(";")]
    product, description, quantity, price, vat = (
        [*parts, str(usual_vat)][:5] if len(parts) in {4, 5} else [""] * 5
    )
    if not product:
        raise BadOrderLine.on_line(position, "line", text, rule=RULE_LINE)
    return OrderLine(
        product,
        description,
        _number(quantity, position, "quantity", RULE_QUANTITY),
        _number(price, position, "unit_price", RULE_PRICE),
        _number(vat, position, "vat_percent", RULE_VAT),
    )


def _number(text: str, position: int, field: str, rule: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise BadOrderLine.on_line(position, field, text, rule=rule) from error


def _summary(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": str(order.state),
        "placed_on": order.placed_on.isoformat(),
        "due_date": order.due_date.isoformat(),
        "reference": order.reference,
        "invoice_number": order.invoice_number,
        "currency": order.currency,
        "total_net": str(order.total_net),
        "total_vat": str(order.total_vat),
        "total_gross": str(order.total_gross),
        "version": order.version,
    }


def _sentence(cli: Cli, order: Order) -> str:
    return cli.tr(
        N_("Order {number}, {day}: {state}, {total} €"),
        number=order.number,
        day=order.placed_on.isoformat(),
        state=cli.tr(ORDER_STATE_NAMES[order.state]),
        total=order.total_gross,
    )


def _tell(cli: Cli, order: Order) -> None:
    cli.emit(_summary(order), _sentence(cli, order))
