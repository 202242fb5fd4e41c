"""`rekisteri retention`: holds, why something can't go and when it can, and the list of what has fallen due (P10, P11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from core.actor import Role, require
from core.customers.reading import by_number, numbers_and_names
from core.messages import N_
from core.retention import approving, service
from core.retention.due import count_due, due, mark_of, people
from core.retention.errors import ListChanged
from core.retention.rules import ANCHOR_NAMES, RULE_NAMES, UNIT_NAMES, rules
from core.retention.types import HOLD_NAMES, MANUAL, HoldKind
from core.retention.why import why
from core.staff.access_log import Access, record_access
from core.staff.members import by_user_name
from tui.cli.case_shown import today
from tui.cli.case_steps import DAY, NUMBER, WORDS
from tui.cli.main import Cli, pass_cli
from tui.cli.retention_shown import (
    approval_data,
    approval_lines,
    hold_data,
    hold_line,
    person_data,
    person_lines,
    why_data,
    why_lines,
)

if TYPE_CHECKING:
    from datetime import datetime

_LIMIT = click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 500), help="At most so many."
)
_FROM = click.option("--from", "offset", default=0, type=click.IntRange(0), help="After so many of the list.")


@click.group("retention")
def command() -> None:
    """How long what is kept: holds, why something can't go, and the list of what has fallen due."""


@command.command("rules")
@pass_cli
def list_rules(cli: Cli) -> None:
    """List the periods: from when they run, by which law, and where the figures are from."""
    cli.actor()
    found = rules(cli.register().config)
    lines = [
        cli.tr(
            N_("{name}: {period} from {anchor}; {law}; source: {source}"),
            name=cli.tr(RULE_NAMES[it.name]),
            period=cli.tr(UNIT_NAMES[it.unit], count=it.count),
            anchor=cli.tr(ANCHOR_NAMES[it.anchor]),
            law=it.law,
            source=it.source or cli.tr(N_("not named yet, see config.toml")),
        )
        for it in found
    ]
    told = [
        {
            "name": it.name,
            "count": it.count,
            "unit": it.unit,
            "anchor": it.anchor,
            "law": it.law,
            "source": it.source,
        }
        for it in found
    ]
    cli.emit(told, "\n".join(lines))


@command.command("why")
@click.argument("customer")
@pass_cli
def why_customer(cli: Cli, *, customer: str) -> None:
    """Say record by record why CUSTOMER's data can't go, by which law, and when it can."""
    register, actor = cli.register(), cli.actor()
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    with register.database.unit_of_work() as uow:
        who = by_number(uow.connection, customer)
        record_access(uow, actor, action=Access.OPEN, customer_id=who.id, task="rekisteri retention why")
        answer = why(uow.connection, register.config.retention, who.id, today(cli))
        uow.commit()
    cli.emit(why_data(cli, answer), "\n".join(why_lines(cli, answer)))


@command.command("hold")
@click.argument("customer")
@click.argument("kind", type=click.Choice(sorted(it.value for it in MANUAL)))
@click.option("--review", type=DAY, required=True, help="Day on which it is looked at again.")
@click.option("--until", type=DAY, help="Last day on which it holds; without it, until released.")
@click.option("--law", default="", help="The law or the order that it rests on.")
@click.option("--owner", help="User name of who looks after it; you without it.")
@WORDS
@pass_cli
def hold(
    cli: Cli,
    *,
    customer: str,
    kind: str,
    review: datetime,
    until: datetime | None,
    law: str,
    owner: str | None,
    words: TextIO,
) -> None:
    """Hold CUSTOMER's data for a dispute, a claim or an authority; the words say why."""
    register, actor, reason = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        keeper = None if owner is None else by_user_name(uow.connection, owner)
        number = service.place(
            uow,
            register.keyring,
            actor,
            by_number(uow.connection, customer).id,
            HoldKind(kind),
            reason=reason,
            law=law,
            review_on=review.date(),
            until=None if until is None else until.date(),
            owner=None if keeper is None else (keeper.id, keeper.name),
        )
        uow.commit()
    told = cli.tr(
        N_("Hold {number} of customer {customer}: {kind}."),
        number=number,
        customer=customer,
        kind=cli.tr(HOLD_NAMES[HoldKind(kind)]),
    )
    cli.emit({"hold": number, "customer": customer, "kind": kind}, told)


@command.command("release")
@NUMBER
@WORDS
@pass_cli
def release(cli: Cli, *, number: int, words: TextIO) -> None:
    """End hold NUMBER; the words say why it is no longer needed."""
    register, actor, reason = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        service.release(uow, register.keyring, actor, number, reason=reason)
        uow.commit()
    cli.emit({"hold": number, "released": True}, cli.tr(N_("Hold {number} is released."), number=number))


@command.command("review")
@click.argument("number", type=int, required=False)
@click.option(
    "--on", "day", type=DAY, help="Hold NUMBER is still needed: the day on which it is looked at again."
)
@pass_cli
def review(cli: Cli, *, number: int | None, day: datetime | None) -> None:
    """List the holds to be looked at, or say that hold NUMBER is still needed until the day given."""
    register, actor = cli.register(), cli.actor()
    if (number is None) != (day is None):
        raise click.UsageError(cli.tr(N_("Give both the hold's number and --on, or neither.")))
    if number is not None and day is not None:
        with register.database.unit_of_work() as uow:
            service.review_again(uow, actor, number, on=day.date())
            uow.commit()
        told = cli.tr(N_("Hold {number} is looked at again on {day}."), number=number, day=f"{day:%Y-%m-%d}")
        cli.emit({"hold": number, "review_on": f"{day:%Y-%m-%d}"}, told)
        return
    require(actor, Role.CONTACT_PERSON)
    with register.database.unit_of_work() as uow:
        found = service.due_for_review(
            uow.connection, register.keyring, register.config.retention, today(cli)
        )
        names = numbers_and_names(uow.connection, [it.customer_id for it in found])
        for it in found:
            record_access(
                uow, actor, action=Access.OPEN, customer_id=it.customer_id, task=f"retention_hold {it.id}"
            )
        uow.commit()
    lines = [hold_line(cli, it, names) for it in found] or [cli.tr(N_("No holds to look at."))]
    cli.emit([hold_data(it, names) for it in found], "\n".join(lines))


@command.command("due")
@_LIMIT
@_FROM
@pass_cli
def list_due(cli: Cli, *, limit: int, offset: int) -> None:
    """List the persons whose period is over, the longest silent first, with what says stay; nothing is changed."""
    register, actor = cli.register(), cli.actor()
    require(actor, Role.CONTACT_PERSON)
    settings, now = register.config.retention, today(cli)
    with register.database.unit_of_work() as uow:
        count = count_due(uow.connection, settings, now)
        found = due(uow.connection, settings, now, offset=offset, limit=limit)
        record_access(
            uow,
            actor,
            action=Access.LIST,
            customer_id=None,
            task="rekisteri retention due",
            detail=f"{len(found)} rows",
        )
        uow.commit()
    mark = mark_of(found)
    lines = [cli.tr(N_("Due: {count}. Nothing goes before a person has approved it."), count=count)]
    for person in found:
        lines += person_lines(cli, person)
    if found:
        words = N_(
            "To approve all of these but the conflicts: rekisteri retention approve --list {mark}{page}"
        )
        page = f" --limit {limit}" + (f" --from {offset}" if offset else "")
        lines.append(cli.tr(words, mark=mark, page=page))
    told = {"count": count, "mark": mark, "due": [person_data(cli, it) for it in found]}
    cli.emit(told, "\n".join(lines))


@command.command("approve")
@click.argument("customers", nargs=-1)
@click.option("--list", "mark", help="Approve the list that was shown with this mark, conflicts left out.")
@click.option("--wait", is_flag=True, help="Conflicts too: they go by themselves once nothing holds them.")
@_LIMIT
@_FROM
@WORDS
@pass_cli
def approve(
    cli: Cli,
    *,
    customers: tuple[str, ...],
    mark: str | None,
    wait: bool,
    limit: int,
    offset: int,
    words: TextIO,
) -> None:
    """Approve that these CUSTOMERS, or a list that was seen, go; the words say on what that rests.

    Recipients are told first (rekisteri notices); then rekisteri run-due erases them and proves it.
    """
    register, actor, reason = cli.register(), cli.actor(), words.read()
    if bool(customers) == (mark is not None):
        raise click.UsageError(cli.tr(N_("Name customers, or give --list with the mark of the list.")))
    settings, now = register.config.retention, today(cli)
    with register.database.reading() as connection:
        if mark is None:
            chosen = [by_number(connection, number).id for number in customers]
            seen = people(connection, settings, now, chosen)
        else:
            seen = due(connection, settings, now, offset=offset, limit=limit)
            if mark_of(seen) != mark:
                raise ListChanged
    done = approving.approve(register, actor, [it.customer_id for it in seen], reason=reason, wait=wait)
    cli.emit(approval_data(cli, done), "\n".join(approval_lines(cli, done)))
