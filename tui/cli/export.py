"""`rekisteri export`: files for a recipient: tables, contact cards, labels, directories, letters; through the gate."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from core.actor import require
from core.customers.types import Kind, Status
from core.disclosure.categories import CATEGORY_NAMES
from core.disclosure.purposes import PURPOSES, RECIPIENTS_TOLD
from core.messages import N_
from core.updates.types import Outcome
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.seen import seen
from tui.cli.undelivered import require_delivered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.disclosure.exits import Item
    from core.disclosure.types import Preview, TransferResult
    from core.documents.selection import Criteria, Order

_FIRST_ITEMS: Final = 4
_SELECTION: Final = (
    click.option("--number", "numbers", multiple=True, help="Only this customer number; may be repeated."),
    click.option("--postcode", help="Only postcodes that begin with this."),
    click.option(
        "--kind", type=click.Choice([str(it) for it in Kind]), help="Only persons or organisations."
    ),
    click.option(
        "--status", type=click.Choice(["active", "ended"]), help="Only customers, or only former ones."
    ),
    click.option(
        "--ordered-since",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Only those who have ordered since this day.",
    ),
    click.option("--run", type=int, help="Only the customers of this update run's rows."),
    click.option(
        "--outcome",
        type=click.Choice([str(it) for it in Outcome]),
        help="With --run: only rows with this outcome.",
    ),
    click.option("--limit", type=click.IntRange(min=1), help="At most so many customers."),
    click.option("--all", "everyone", is_flag=True, help="Everyone, when no criterion is meant."),
)
_TRANSFER: Final = (
    click.option("--to", "recipient", help="The recipient's code, when several get files for this purpose."),
    click.option(
        "--category",
        "categories",
        multiple=True,
        type=click.Choice(sorted(set(CATEGORY_NAMES) - {"orders", "identity_code"})),
        help="Only this data category; may be repeated.",
    ),
    click.option("--reason", help="Why; needed for a customer whose processing is restricted."),
    click.option(
        "--preview", "preview_only", is_flag=True, help="Only show what would leave and who is left out."
    ),
    click.option("--yes", is_flag=True, help="Export without asking."),
)
_PURPOSE: Final = click.option(
    "--purpose",
    required=True,
    type=click.Choice(sorted(set(PURPOSES) - {"credit_check", "address_update", RECIPIENTS_TOLD})),
    help="What for: a purpose of the privacy notice.",
)
_FORMS: Final[Mapping[str, str]] = {
    "csv": N_("Export a table for a spreadsheet (CSV)."),
    "jsonl": N_("Export a table for programs (JSON Lines)."),
    "vcard": N_("Export contact cards (vCard 4.0)."),
    "labels": N_("Make address labels (PDF)."),
    "labels-csv": N_("Export address labels as a table, for a printer's own program (CSV)."),
}


@click.group("export")
def command() -> None:
    """Exports: tables, cards, labels, directories and letters, each a transfer to a registered recipient."""


@command.command("directory")
@pass_cli
def directory(cli: Cli, /, **options: Any) -> None:
    """Make a directory for publication (PDF); who has forbidden publication is left out."""
    _export(cli, "directory", "publication", options)


@command.command("letters")
@click.argument("name")
@_PURPOSE
@pass_cli
def letters(cli: Cli, /, *, name: str, purpose: str, **options: Any) -> None:
    """Write the letter NAME of config.toml to each of a selection (PDF)."""
    _export(cli, f"letter-{name}", purpose, options)


def _of_form(form: str) -> Callable[..., None]:
    @_PURPOSE
    @pass_cli
    def run(cli: Cli, /, *, purpose: str, **options: Any) -> None:
        _export(cli, form, purpose, options)

    return run


for _form, _help in _FORMS.items():
    command.add_command(click.command(_form, help=_help)(_of_form(_form)))
for _command in command.commands.values():
    for _option in (*_SELECTION, *_TRANSFER):
        _option(_command)


@command.command("files")
@pass_cli
def list_files(cli: Cli) -> None:
    """List the files of the export folder, and when each is removed."""
    from datetime import timedelta

    from core.disclosure.gate import SENDERS
    from core.documents.folder import ExportFolder

    require(cli.actor(), *SENDERS)
    settings = cli.register().config.files
    found = ExportFolder(settings.export_directory).files()
    kept = timedelta(days=settings.export_days + 1)
    lines = [
        cli.tr(N_("{name}  {size} bytes, removed on {day}"), name=it.name, size=it.size, day=it.day + kept)
        for it in found
    ]
    data = [{"name": it.name, "size": it.size, "removed_on": it.day + kept} for it in found]
    cli.emit(data, "\n".join(lines) or cli.tr(N_("The export folder is empty.")))


@command.command("remove")
@click.argument("name")
@pass_cli
def remove(cli: Cli, name: str) -> None:
    """Remove the file NAME from the export folder before its time; the log keeps that it was made."""
    from core.disclosure.gate import SENDERS
    from core.documents.errors import NoSuchExport
    from core.documents.folder import ExportFolder

    require(cli.actor(), *SENDERS)
    if not ExportFolder(cli.register().config.files.export_directory).remove(name):
        raise NoSuchExport(name=name)
    cli.emit({"removed": name}, cli.tr(N_("Removed: {name}"), name=name))


def _export(cli: Cli, form: str, purpose: str, options: Mapping[str, Any]) -> None:
    from core.documents.selection import plan_export

    register, actor = cli.register(), cli.actor()
    preview = plan_export(register, actor, _order(form, purpose, options))
    if options["preview_only"]:
        seen(register, actor, preview)
        cli.emit(_preview_data(preview), "\n".join(_preview_lines(cli, preview)))
        return
    if not options["yes"]:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        seen(register, actor, preview)
        for line in _preview_lines(cli, preview):
            click.echo(line, err=True)
        click.confirm(cli.tr(N_("Export?")), abort=True, err=True)
    result = register.gate.release(actor, preview)
    cli.emit({**_preview_data(preview), **_result_data(cli, result)}, _result_sentence(cli, result))
    require_delivered(register, result.number)


def _order(form: str, purpose: str, options: Mapping[str, Any]) -> Order:
    from core.documents.selection import Order

    return Order(
        form,
        purpose,
        _criteria(options),
        recipient=options["recipient"],
        categories=frozenset(options["categories"]) or None,
        reason=options["reason"],
    )


def _criteria(options: Mapping[str, Any]) -> Criteria:
    from core.documents.selection import Criteria

    since = options["ordered_since"]
    return Criteria(
        numbers=options["numbers"],
        postcode=options["postcode"],
        kind=Kind(options["kind"]) if options["kind"] else None,
        status=Status(options["status"]) if options["status"] else None,
        ordered_since=since.date() if since else None,
        run=options["run"],
        outcome=options["outcome"],
        limit=options["limit"],
        everyone=options["everyone"],
    )


def _preview_lines(cli: Cli, preview: Preview) -> list[str]:
    from core.text import safe_text

    plan = preview.plan
    categories = dict.fromkeys(CATEGORY_NAMES[code] for code in sorted(_categories(preview)))
    lines = [
        cli.tr(
            N_("To {recipient}, for {purpose}: {count} customers; {categories}. Left out: {left_out}."),
            recipient=plan.recipient.name,
            purpose=cli.tr(plan.purpose.name),
            count=len(plan.items),
            categories=", ".join(cli.tr(name) for name in categories),
            left_out=len(plan.left_out),
        )
    ]
    reasons = Counter(left.sentence(cli.language) for left in plan.left_out)
    lines += [f"{count:>9}  {reason}" for reason, count in reasons.most_common()]
    lines += [f"  {_in_short(item)}" for item in plan.items[:_FIRST_ITEMS]]
    return [safe_text(line) for line in lines]


def _categories(preview: Preview) -> frozenset[str]:
    from core.disclosure.categories import categories_of

    return categories_of(name for item in preview.plan.items for name in item.fields)


def _in_short(item: Item) -> str:
    from core.documents.addresses import address_lines

    return ", ".join(address_lines(item)) or ", ".join(str(value) for value in item.fields.values())


def _preview_data(preview: Preview) -> dict[str, object]:
    plan = preview.plan
    return {
        "recipient": plan.recipient.code,
        "purpose": plan.purpose.code,
        "form": plan.request.form,
        "customers": len(plan.items),
        "categories": sorted(_categories(preview)),
        "left_out": dict(Counter(str(left.reason) for left in plan.left_out)),
    }


def _paths(cli: Cli, result: TransferResult) -> list[str]:
    folder = cli.register().config.files.export_directory
    names = {outcome.reference for outcome in result.outcomes.values() if outcome.reference}
    return sorted(str(folder / name) for name in names)


def _result_data(cli: Cli, result: TransferResult) -> dict[str, object]:
    return {"transfer": result.number, "state": str(result.state), "files": _paths(cli, result)}


def _result_sentence(cli: Cli, result: TransferResult) -> str:
    from core.disclosure.types import STATE_NAMES

    return cli.tr(
        N_("Transfer {number}: {state}. {count} customers, left out {left_out}. File: {file}"),
        number=result.number,
        state=cli.tr(STATE_NAMES[result.state]),
        count=len(result.outcomes),
        left_out=len(result.left_out),
        file=", ".join(_paths(cli, result)) or "–",
    )
