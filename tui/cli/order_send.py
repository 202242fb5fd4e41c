"""`rekisteri order send`: orders to the accounting outsourcer, through the gate, after a look at what would leave."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from core.batches.types import Progress
from core.customers import invoicing, orders
from core.customers.reading import numbers_and_names
from core.disclosure.looking import record_look
from core.disclosure.types import STATE_NAMES, TransferState
from core.errors import PartnerUnavailable, Refused, UsageError
from core.messages import N_
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.customers.invoicing import OrderPreview, SentOrder

_AT_MOST: Final = 10_000


class WhichOrders(UsageError):
    """Neither numbers nor --all, or both."""

    code = "cli.which_orders"
    sentence = N_("Which orders are to be sent was not said.")
    advice = N_("Give their numbers, or --all for every order that waits; not both.")


class SomeRefused(Refused):
    """Not every order of several was sent."""

    code = "cli.orders_refused"
    sentence = N_("Orders that were not sent: {count} of {total}.")
    advice = N_("The lines above say why. Give the same command again later: nothing is sent twice.")


class SomeUnreached(PartnerUnavailable):
    """Accounting did not answer for some of several orders."""

    code = "cli.orders_unreached"
    sentence = N_("Orders that accounting did not certainly receive: {count} of {total}.")
    advice = N_(
        "Those not sent can be sent again with the same command; one in doubt is asked about with: "
        "rekisteri transfer settle"
    )


@click.command("send")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Every order that waits to be sent.")
@click.option("--recipient", help="The accounting outsourcer's code, when there are several.")
@click.option(
    "--dry-run",
    "--preview",
    "preview_only",
    is_flag=True,
    help="Only show what would leave; nothing is sent.",
)
@click.option("--yes", is_flag=True, help="Send without asking.")
@pass_cli
def send(
    cli: Cli, *, numbers: tuple[int, ...], every: bool, recipient: str | None, preview_only: bool, yes: bool
) -> None:
    """Send orders (by NUMBERS, or --all) to accounting, one transfer each, after showing what would leave."""
    register, actor = cli.register(), cli.actor()
    ids = _chosen(cli, numbers, every=every)
    shown, refused = invoicing.preview_orders(register, actor, ids, recipient=recipient)
    names = _looked_at(cli, shown)
    if preview_only:
        data = [_previewed(one, names) for one in shown] + [_done(cli, one) for one in refused]
        cli.emit(data, "\n".join([*_preview_lines(cli, shown, names), *_lines(cli, refused)]))
        return
    if shown and not yes:
        _ask(cli, [*_preview_lines(cli, shown, names), *_lines(cli, refused)], len(shown))
    done: list[SentOrder] = [*refused]
    try:
        _release(cli, shown, done)
    finally:
        cli.emit(
            [_done(cli, one) for one in done], "\n".join(_lines(cli, done)) or cli.tr(N_("No order waits."))
        )
    _require_sent(cli, done, len(ids))


def _chosen(cli: Cli, numbers: Sequence[int], *, every: bool) -> list[int]:
    if every == bool(numbers):
        raise WhichOrders
    with cli.register().database.reading() as connection:
        if every:
            return [order.id for order in orders.unsent(connection, _AT_MOST)]
        return [orders.by_number(connection, number).id for number in dict.fromkeys(numbers)]


def _looked_at(cli: Cli, shown: Sequence[OrderPreview]) -> dict[int, str]:
    """Whose orders these are; that they are shown is a look at each, and is recorded."""
    with cli.register().database.unit_of_work() as uow:
        for one in shown:
            record_look(uow, cli.actor(), one.preview.plan)
        found = numbers_and_names(uow.connection, [one.order.customer_id for one in shown])
        uow.commit()
    return {customer_id: f"{number} {name}" for customer_id, (number, name) in found.items()}


def _ask(cli: Cli, lines: Sequence[str], count: int) -> None:
    from core.text import safe_text

    if not sys.stdin.isatty():
        raise NobodyToAsk
    for line in lines:
        click.echo(safe_text(line), err=True)
    click.confirm(cli.tr(N_("Send? Orders: {count}."), count=count), abort=True, err=True)


def _release(cli: Cli, shown: Sequence[OrderPreview], done: list[SentOrder]) -> None:
    """Send what was shown; *done* grows as it goes, so that it is told whatever happens."""
    before = len(done)
    with progress_bar(cli.tr(N_("Sending"))) as watch:

        def told(sent: SentOrder) -> None:
            done.append(sent)
            if watch is not None:
                watch(Progress(len(done) - before, len(shown), {}))

        invoicing.release_orders(cli.register(), cli.actor(), shown, progress=told)


def _require_sent(cli: Cli, done: Sequence[SentOrder], total: int) -> None:
    """Make sure that every order arrived.

    Raises:
        RegisterError: what kept the only order back, or how many of several did not arrive.
    """
    if total == 1:
        (only,) = done
        if only.refusal is not None:
            raise only.refusal
        if only.result is not None:
            require_delivered(cli.register(), only.result.number)
        return
    states = [one.result.state for one in done if one.result is not None]
    unreached = sum(state in {TransferState.NOT_SENT, TransferState.IN_DOUBT} for state in states)
    if unreached:
        raise SomeUnreached(count=unreached, total=total)
    missing = total - states.count(TransferState.DELIVERED)
    if missing:
        raise SomeRefused(count=missing, total=total)


def _previewed(one: OrderPreview, names: dict[int, str]) -> dict[str, Any]:
    plan = one.preview.plan
    return {
        "order": one.order.number,
        "invoice_number": one.order.invoice_number,
        "customer": names.get(one.order.customer_id, ""),
        "total_gross": str(one.order.total_gross),
        "recipient": plan.recipient.code,
        "purpose": plan.purpose.code,
        "fields": sorted(plan.fields),
        "payloads": [
            {"label": it.label, "media_type": it.media_type, "content": it.content.decode(errors="replace")}
            for it in one.preview.payloads
        ],
    }


def _preview_lines(cli: Cli, shown: Sequence[OrderPreview], names: dict[int, str]) -> list[str]:
    if not shown:
        return []
    plan = shown[0].preview.plan
    lines = [
        cli.tr(
            N_("To {recipient}, for {purpose}; orders: {count}, {total} €."),
            recipient=plan.recipient.name,
            purpose=cli.tr(plan.purpose.name),
            count=len(shown),
            total=sum(one.order.total_gross for one in shown),
        )
    ]
    for one in shown:
        customer, total = names.get(one.order.customer_id, ""), one.order.total_gross
        lines.append(f"{one.order.number:>9}  {customer}  {total} €")
    return lines


def _done(cli: Cli, one: SentOrder) -> dict[str, Any]:
    if one.result is not None:
        return {"order": one.number, "state": str(one.result.state), "transfer": one.result.number}
    told = one.refusal.explain(cli.language) if one.refusal is not None else None
    refusal = {"code": told.code, "sentence": told.sentence, "advice": told.advice} if told else None
    return {"order": one.number, "state": "refused", "refusal": refusal}


def _lines(cli: Cli, done: Sequence[SentOrder]) -> list[str]:
    lines = []
    for one in done:
        if one.result is not None:
            words = N_("Order {order}: {state}. Transfer {number} in the disclosure log.")
            state = cli.tr(STATE_NAMES[one.result.state])
            lines.append(cli.tr(words, order=one.number, state=state, number=one.result.number))
        elif one.refusal is not None:
            told = one.refusal.explain(cli.language)
            words = N_("Order {order} stays: {why}")
            lines.append(cli.tr(words, order=one.number, why=f"{told.sentence} {told.advice}".rstrip()))
    return lines
