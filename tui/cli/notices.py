"""`rekisteri notices`: recipients who hold an old value, told and chased until they have acknowledged."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from core.actor import require
from core.disclosure.categories import CATEGORY_NAMES, CATEGORY_OF_FIELD
from core.messages import N_
from core.notices import due, sending, service
from core.notices.holders import READERS, open_holdings
from core.notices.service import NoticeFilter
from core.notices.types import CAUSE_NAMES, NOTICE_STATE_NAMES, OPEN, Cause, NoticeState
from core.notices.words import obstacle_in_words, recipient_name
from core.staff.access_log import Access, record_access
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.notices.sending import Bundle, Told
    from core.notices.types import Holding, Notice, Way

TASK = "notices"


@click.group("notices")
def command() -> None:
    """Notices: whoever was sent a value that has changed since is told."""


_NUMBERS = click.argument("numbers", nargs=-1, type=int)
_CHOICE = (
    click.option("--recipient", help="Only to this recipient (its code)."),
    click.option("--customer", help="Only about this customer (by number)."),
    click.option("--batch", "batch_id", type=int, help="Only of this address update run."),
    click.option("--cause", type=click.Choice([it.value for it in Cause]), help="Only for this cause."),
)
_SENDING = (
    _NUMBERS,
    *_CHOICE,
    click.option(
        "--limit", default=sending.MOST, show_default=True, type=click.IntRange(1), help="At most so many."
    ),
    click.option("--preview", "preview_only", is_flag=True, help="Only show what would leave."),
    click.option("--yes", is_flag=True, help="Send without asking."),
)


def _with(*options: Callable[..., Any]) -> Callable[..., Any]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return add


@command.command("list")
@_with(*_CHOICE)
@click.option("--number", "numbers", type=int, multiple=True, help="Only this notice; may be repeated.")
@click.option("--state", type=click.Choice([it.value for it in NoticeState]), help="Only in this state.")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@pass_cli
def list_notices(cli: Cli, /, *, state: str | None, everything: bool, limit: int, **choice: Any) -> None:
    """List the notices that need something, the most urgent first."""
    register, actor = cli.register(), cli.actor()
    require(actor, *READERS)
    looked = due.catch_up(register, actor, limit=due.AT_THE_END)
    states = (NoticeState(state),) if state else None if everything or choice["numbers"] else OPEN
    wanted = _filter(cli, states=states, **choice)
    with register.database.unit_of_work() as uow:
        found = service.page(uow.connection, wanted, limit=limit)
        total = service.count(uow.connection, wanted)
        record_access(
            uow, actor, action=Access.LIST, customer_id=None, task=TASK, detail=f"{len(found)} rows"
        )
        uow.commit()
    lines = [_line(cli, it) for it in found] or [cli.tr(N_("Nobody is to be told of anything."))]
    if total > len(found):
        lines.append(cli.tr(N_("{count} more; --limit shows them."), count=total - len(found)))
    if looked.left:
        lines.append(cli.tr(N_("{count} changes have not been looked at yet."), count=looked.left))
    cli.emit(
        {"total": total, "unchecked": looked.left, "notices": [_data(it) for it in found]}, "\n".join(lines)
    )


@command.command("holders")
@click.argument("number")
@click.option("--task", required=True, help="What for: it goes into the access log.")
@pass_cli
def holders(cli: Cli, number: str, task: str) -> None:
    """Which recipients hold which value of the customer NUMBER, and which of them is an old one."""
    from core.customers.service import by_number

    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        customer = by_number(uow.connection, number)
        found = open_holdings(uow, register.keyring, actor, customer.id, task=task)
        uow.commit()
    words = "\n".join(line for it in found for line in _holding_lines(cli, it))
    cli.emit([_holding_data(it) for it in found], words or cli.tr(N_("Nobody has been given anything.")))


@command.command("send")
@_with(*_SENDING)
@pass_cli
def send(cli: Cli, /, **options: Any) -> None:
    """Tell recipients as their agreements say: by the adapter where it can, otherwise by a letter."""
    _tell(cli, None, **options)


@command.command("print")
@_with(*_SENDING)
@pass_cli
def print_letters(cli: Cli, /, **options: Any) -> None:
    """Make letters to be printed and posted, one for each recipient and cause."""
    _tell(cli, "letter", **options)


@command.command("acknowledge")
@click.argument("numbers", nargs=-1, type=int, required=True)
@click.option("--how", required=True, help="By what it was acknowledged, and by whom.")
@pass_cli
def acknowledge(cli: Cli, numbers: tuple[int, ...], how: str) -> None:
    """Record that the recipients have acknowledged."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        service.acknowledge(uow, actor, numbers, how=how)
        uow.commit()
    cli.emit({"acknowledged": numbers}, cli.tr(N_("Acknowledged: {count}."), count=len(numbers)))


@command.command("dismiss")
@click.argument("numbers", nargs=-1, type=int, required=True)
@click.option("--reason", required=True, help="Why they need not be told.")
@pass_cli
def dismiss(cli: Cli, numbers: tuple[int, ...], reason: str) -> None:
    """Record that the recipients need not be told, and why."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        service.dismiss(uow, actor, numbers, reason=reason)
        uow.commit()
    cli.emit({"dismissed": numbers}, cli.tr(N_("Not needed: {count}."), count=len(numbers)))


@command.command("chase")
@pass_cli
def chase(cli: Cli) -> None:
    """Mark whoever has not acknowledged in time; send and print then make reminders of them."""
    register, actor = cli.register(), cli.actor()
    require(actor, *service.WORKERS)
    with register.database.unit_of_work() as uow:
        count = service.chase(uow, actor, answer_days=register.config.notices.answer_days)
        late = service.count(uow.connection, NoticeFilter(states=(NoticeState.CHASED,)))
        uow.commit()
    sentence = N_("{count} recipients have not answered in time; {late} wait for a reminder in all.")
    cli.emit({"chased": count, "waiting": late}, cli.tr(sentence, count=count, late=late))


@command.command("look")
@pass_cli
def look(cli: Cli) -> None:
    """Look for the holders of everything that has changed, however much it is (run-due does it in parts)."""
    from core.batches.types import Progress

    register, actor = cli.register(), cli.actor()
    require(actor, *service.WORKERS)
    with register.database.reading() as connection:
        total = service.unchecked(connection)
    with progress_bar(cli.tr(N_("Looking"))) as watch:
        found = due.catch_up(
            register,
            actor,
            progress=None if watch is None else lambda it: watch(Progress(it.checked, total, {})),
        )
    words = N_(
        "{checked} changes looked at: {made} notices made, {fallen} fell away, {untold} are told of nothing."
    )
    data = {name: getattr(found, name) for name in ("checked", "made", "fallen", "untold")}
    cli.emit(data, cli.tr(words, **data))


def _tell(cli: Cli, way: Way | None, *, limit: int, preview_only: bool, yes: bool, **choice: Any) -> None:
    register, actor = cli.register(), cli.actor()
    due.catch_up(register, actor, limit=due.AT_THE_END)
    wanted = _filter(cli, states=OPEN, **choice)
    bundles = sending.plan(register, actor, wanted, way=way, limit=limit)
    if preview_only:
        cli.emit([_bundle_data(it) for it in bundles], "\n".join(_bundle_line(cli, it) for it in bundles))
        return
    if not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        for bundle in bundles:
            click.echo(_bundle_line(cli, bundle), err=True)
        click.confirm(cli.tr(N_("Tell them?")), abort=True, err=True)
    told = [sending.release(register, actor, bundle) for bundle in bundles]
    cli.emit([_told_data(it) for it in told], "\n".join(_told_line(cli, it) for it in told))
    for one in told:
        require_delivered(register, one.result.number)


def _filter(
    cli: Cli,
    *,
    states: tuple[NoticeState, ...] | None,
    numbers: tuple[int, ...],
    recipient: str | None,
    customer: str | None,
    batch_id: int | None,
    cause: str | None,
) -> NoticeFilter:
    from core.customers.service import by_number

    customer_id = None
    if customer is not None:
        with cli.register().database.reading() as connection:
            customer_id = by_number(connection, customer).id
    return NoticeFilter(
        states=states,
        recipient=recipient,
        customer_id=customer_id,
        batch_id=batch_id,
        cause=None if cause is None else Cause(cause),
        numbers=numbers or None,
    )


def _categories(cli: Cli, notice: Notice) -> str:
    names = dict.fromkeys(CATEGORY_NAMES[CATEGORY_OF_FIELD[field]] for field in notice.fields)
    return ", ".join(cli.tr(name) for name in names) or "–"


def _line(cli: Cli, notice: Notice) -> str:
    about = f"{notice.customer_number or '–'} {notice.customer_name or ''}".strip()
    words = N_("{number}  {recipient}: {about}, {what}, {cause}; {state}, by {day}{more}")
    return cli.tr(
        words,
        number=notice.id,
        recipient=recipient_name({}, notice.recipient, cli.language),
        about=about,
        what=_categories(cli, notice),
        cause=cli.tr(CAUSE_NAMES[notice.cause]),
        state=cli.tr(NOTICE_STATE_NAMES[notice.state]),
        day=notice.chase_on or notice.due_on,
        more="" if notice.obstacle is None else f" ({obstacle_in_words(notice.obstacle, cli.language)})",
    )


def _data(notice: Notice) -> dict[str, object]:
    return {name: getattr(notice, name) for name in notice.__slots__ if name != "customer_id"}


def _holding_lines(cli: Cli, holding: Holding) -> list[str]:
    from core.disclosure.statement.words import field_name, moment

    head = cli.tr(
        N_("{recipient}, transfer {number}, {at}:"),
        recipient=holding.recipient,
        number=holding.number,
        at=moment(holding.at, cli.language),
    )
    lines = [head]
    for name, held in holding.fields.items():
        old = cli.tr(N_("  OLD  now: {present}"), present=held.present or "–") if held.stale else ""
        lines.append(f"  {field_name(name, cli.language)}: {held.value}{old}")
    return lines


def _holding_data(holding: Holding) -> dict[str, object]:
    return {
        "recipient": holding.recipient,
        "transfer": holding.number,
        "at": holding.at,
        "purpose": holding.purpose,
        "fields": {
            name: {"value": held.value, "present": held.present, "stale": held.stale}
            for name, held in holding.fields.items()
        },
    }


_WAY_NAMES = {"adapter": N_("by its adapter"), "letter": N_("by letter")}


def _bundle_line(cli: Cli, bundle: Bundle) -> str:
    plan = bundle.preview.plan
    return cli.tr(
        N_("To {recipient}, {way}, for {purpose}: {count} customers. Left out: {left_out}."),
        recipient=plan.recipient.name,
        way=cli.tr(_WAY_NAMES[bundle.way]),
        purpose=cli.tr(plan.purpose.name),
        count=len(plan.items),
        left_out=len(plan.left_out),
    )


def _bundle_data(bundle: Bundle) -> dict[str, object]:
    return {
        "recipient": bundle.recipient,
        "way": bundle.way,
        "purpose": bundle.preview.plan.purpose.code,
        "notices": [it.id for it in bundle.notices],
        "customers": len(bundle.preview.plan.items),
        "left_out": [it.id for it in bundle.left_out],
    }


def _told_data(told: Told) -> dict[str, object]:
    files = sorted({it.reference for it in told.result.outcomes.values() if it.reference})
    return {
        **_bundle_data(told.bundle),
        "transfer": told.result.number,
        "state": str(told.result.state),
        "files": files if told.bundle.way == "letter" else [],
    }


def _told_line(cli: Cli, told: Told) -> str:
    from core.disclosure.types import STATE_NAMES

    files = {it.reference for it in told.result.outcomes.values() if it.reference}
    folder = cli.register().config.files.export_directory
    shown = ", ".join(str(folder / name) for name in sorted(files)) if told.bundle.way == "letter" else "–"
    return cli.tr(
        N_("Transfer {number} to {recipient}: {state}. Letter: {file}"),
        number=told.result.number,
        recipient=told.bundle.recipient,
        state=cli.tr(STATE_NAMES[told.result.state]),
        file=shown,
    )
