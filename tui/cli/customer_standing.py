"""`rekisteri customer ban|unban|restrict|told|unrestrict|protect|unprotect|end|resume`: what may be done with a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.clock import HELSINKI
from core.customers import bans, restrictions, service
from core.customers.bans import BanKind
from core.customers.restrictions import Ground
from core.customers.types import Source, SourceKind
from core.customers.words import BAN_NAMES, RESTRICTION_NAMES
from core.messages import N_
from core.staff.access_log import Access, record_access
from tui.cli.customer_card import described
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from core.actor import Actor
    from core.customers.types import Customer
    from core.database import UnitOfWork

    # What is done to the customer found; what comes back is the customer as it then stands.
    Act = Callable[[UnitOfWork, Actor, Customer], Customer]

_DAY = click.DateTime(["%Y-%m-%d"])
_KIND = click.argument("kind", type=click.Choice([str(kind) for kind in BanKind]))
_GROUND = click.argument("ground", type=click.Choice([str(ground) for ground in Ground]))
_SINCE = click.option("--since", type=_DAY, help="From which day on; today without it.")
_ON = click.option("--on", "day", type=_DAY, help="From which day on; today without it.")
SOURCE = click.option(
    "--source",
    type=click.Choice([str(kind) for kind in SourceKind]),
    default="self",
    help="Where the values came from.",
)
DETAIL = click.option("--detail", default="", help="Which letter, call or file.")


@click.command("ban")
@click.argument("number")
@_KIND
@click.option("--origin", required=True, help="How the customer forbade it.")
@_SINCE
@pass_cli
def ban(cli: Cli, *, number: str, kind: str, origin: str, since: datetime | None) -> None:
    """Record what a customer has forbidden; it holds at once."""
    day = _period(
        cli, number, since, "ban",
        lambda uow, who, day: bans.forbid(uow, cli.actor(), who.id, BanKind(kind), origin=origin, since=day),
    )  # fmt: skip
    told = cli.tr(N_("Forbidden by customer {number}: {name}."), number=number, name=cli.tr(BAN_NAMES[kind]))
    cli.emit({"number": number, "ban": kind, "lifted": False, "day": day.isoformat()}, told)


@click.command("unban")
@click.argument("number")
@_KIND
@click.option("--origin", required=True, help="How the customer withdrew the ban.")
@_ON
@pass_cli
def unban(cli: Cli, *, number: str, kind: str, origin: str, day: datetime | None) -> None:
    """Lift a ban that the customer has withdrawn."""
    on = _period(
        cli, number, day, "unban",
        lambda uow, who, on: bans.lift(uow, cli.actor(), who.id, BanKind(kind), lifted_on=on, reason=origin),
    )  # fmt: skip
    told = cli.tr(N_("Lifted of customer {number}: {name}."), number=number, name=cli.tr(BAN_NAMES[kind]))
    cli.emit({"number": number, "ban": kind, "lifted": True, "day": on.isoformat()}, told)


@click.command("restrict")
@click.argument("number")
@_GROUND
@click.option("--detail", default="", help="What is contested.")
@_SINCE
@pass_cli
def restrict(cli: Cli, *, number: str, ground: str, detail: str, since: datetime | None) -> None:
    """Restrict the processing of a customer's data (Article 18)."""
    day = _period(
        cli, number, since, "restrict",
        lambda uow, who, day: restrictions.restrict(
            uow, cli.actor(), who.id, ground=Ground(ground), since=day, detail=detail
        ),
    )  # fmt: skip
    name = cli.tr(RESTRICTION_NAMES[ground])
    told = cli.tr(N_("Restricted, customer {number}: {name}."), number=number, name=name)
    cli.emit({"number": number, "ground": ground, "lifted": False, "day": day.isoformat()}, told)


@click.command("told")
@click.argument("number")
@_GROUND
@click.option("--how", required=True, help="Which letter or call told the customer.")
@click.option("--on", "day", type=_DAY, help="The day the customer was told; today without it.")
@pass_cli
def told_of_lifting(cli: Cli, *, number: str, ground: str, how: str, day: datetime | None) -> None:
    """Write down that a customer was told that a restriction will be lifted (Article 18(3))."""
    on = _period(
        cli, number, day, "told",
        lambda uow, who, on: restrictions.told_of_lifting(
            uow, cli.actor(), who.id, Ground(ground), told_on=on, how=how
        ),
    )  # fmt: skip
    sentence = cli.tr(
        N_("Told, customer {number}, on {day}: {name}. It may be lifted now."),
        number=number,
        day=on.isoformat(),
        name=cli.tr(RESTRICTION_NAMES[ground]),
    )
    cli.emit({"number": number, "ground": ground, "told": on.isoformat()}, sentence)


@click.command("unrestrict")
@click.argument("number")
@_GROUND
@click.option("--reason", required=True, help="Why it is lifted.")
@_ON
@pass_cli
def unrestrict(cli: Cli, *, number: str, ground: str, reason: str, day: datetime | None) -> None:
    """Lift a restriction; that the customer was told before stands already (rekisteri customer told)."""
    on = _period(
        cli, number, day, "unrestrict",
        lambda uow, who, on: restrictions.lift(
            uow, cli.actor(), who.id, Ground(ground), lifted_on=on, reason=reason
        ),
    )  # fmt: skip
    name = cli.tr(RESTRICTION_NAMES[ground])
    sentence = cli.tr(N_("No longer restricted, customer {number}: {name}."), number=number, name=name)
    cli.emit({"number": number, "ground": ground, "lifted": True, "day": on.isoformat()}, sentence)


@click.command("protect")
@click.argument("number")
@SOURCE
@DETAIL
@pass_cli
def protect(cli: Cli, *, number: str, source: str, detail: str) -> None:
    """Note a protected address (turvakielto): hidden in lists, not searchable, left off what leaves."""
    _change(cli, number, "protect", _protection(Source(SourceKind(source), detail), protected=True))


@click.command("unprotect")
@click.argument("number")
@SOURCE
@DETAIL
@pass_cli
def unprotect(cli: Cli, *, number: str, source: str, detail: str) -> None:
    """Note that an address is protected no longer."""
    _change(cli, number, "unprotect", _protection(Source(SourceKind(source), detail), protected=False))


@click.command("end")
@click.argument("number")
@click.option("--on", "day", type=_DAY, help="The day it ended; today without it.")
@SOURCE
@DETAIL
@pass_cli
def end(cli: Cli, *, number: str, day: datetime | None, source: str, detail: str) -> None:
    """End a customer relationship; how long the data is kept counts from that day."""
    came_from = Source(SourceKind(source), detail)

    def act(uow: UnitOfWork, actor: Actor, who: Customer) -> Customer:
        ended_on = _day(uow, day)
        return service.end_relationship(
            uow, actor, who.id, ended_on=ended_on, source=came_from, version=who.version
        )

    _change(cli, number, "end", act)


@click.command("resume")
@click.argument("number")
@SOURCE
@DETAIL
@pass_cli
def resume(cli: Cli, *, number: str, source: str, detail: str) -> None:
    """Begin an ended customer relationship anew."""
    came_from = Source(SourceKind(source), detail)

    def act(uow: UnitOfWork, actor: Actor, who: Customer) -> Customer:
        return service.resume_relationship(uow, actor, who.id, source=came_from, version=who.version)

    _change(cli, number, "resume", act)


STANDING = (ban, unban, restrict, told_of_lifting, unrestrict, protect, unprotect, end, resume)


def _protection(source: Source, *, protected: bool) -> Act:
    def act(uow: UnitOfWork, actor: Actor, who: Customer) -> Customer:
        return service.protect_address(uow, actor, who.id, source, protected=protected, version=who.version)

    return act


def _period(
    cli: Cli,
    number: str,
    given: datetime | None,
    verb: str,
    act: Callable[[UnitOfWork, Customer, date], Any],
) -> date:
    """Begin or end a period of customer *number* on the day *given*; returns the day."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        found, day = service.by_number(uow.connection, number), _day(uow, given)
        act(uow, found, day)
        _record(uow, actor, found, verb)
        uow.commit()
    return day


def _change(cli: Cli, number: str, verb: str, act: Act) -> None:
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        found = service.by_number(uow.connection, number)
        customer = act(uow, actor, found)
        _record(uow, actor, customer, verb)
        uow.commit()
    sentence = cli.tr(
        N_("Changed customer {number}: {name}."), number=customer.number, name=customer.display_name
    )
    cli.emit(described(customer), sentence)


def _record(uow: UnitOfWork, actor: Actor, customer: Customer, verb: str) -> None:
    task = f"rekisteri customer {verb}"
    record_access(uow, actor, action=Access.CHANGE, customer_id=customer.id, task=task)


def _day(uow: UnitOfWork, given: datetime | None) -> date:
    return given.date() if given else uow.now.astimezone(HELSINKI).date()
