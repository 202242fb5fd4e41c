"""`rekisteri customer duplicates|merge`: who may be in the register twice, and making one of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.actor import require
from core.customers.reading import by_number, numbers_and_names
from core.customers.words import BAN_NAMES, FIELD_NAMES, RESTRICTION_NAMES
from core.merging import duplicates
from core.merging.choosing import Said
from core.merging.service import VIEWERS, merge, preview
from core.merging.types import PART_NAMES, WHY_NAMES, Part
from core.messages import N_
from core.staff.access_log import Access, record_access
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.merging.duplicates import Candidate
    from core.merging.types import Merged, Preview

_PART = click.Choice([str(part) for part in Part])


@click.command("duplicates")
@click.option("--of", "number", help="Only who may be the same as this customer.")
@click.option(
    "--above",
    type=click.IntRange(1, 100),
    default=duplicates.WORTH_A_LOOK,
    show_default=True,
    help="How alike at least, 1 to 100.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--task", required=True, help="What for: it goes into the access log.")
@pass_cli
def find_duplicates(cli: Cli, *, number: str | None, above: int, limit: int, task: str) -> None:
    """List pairs of customers who may be one person or firm, the likeliest first; nothing is changed."""
    actor = cli.actor()
    require(actor, *VIEWERS)
    database = cli.register().database
    with database.reading() as connection:
        if number is not None:
            customer = by_number(connection, number)
            found = duplicates.of_customer(connection, customer.id, above=above, most=limit)
        else:
            with progress_bar(cli.tr(N_("Comparing"))) as watch:
                found = duplicates.candidates(connection, above=above, most=limit, progress=watch)
        names = numbers_and_names(connection, {it for pair in found for it in (pair.one, pair.other)})
    with database.unit_of_work() as uow:
        detail = f"{len(found)} rows"
        record_access(uow, actor, action=Access.LIST, customer_id=None, task=task, detail=detail)
        uow.commit()
    lines = [_pair(cli, pair, names) for pair in found]
    data = [
        {
            "grade": pair.grade,
            "one": names[pair.one][0],
            "other": names[pair.other][0],
            "same": list(pair.same),
        }
        for pair in found
    ]
    cli.emit(data, "\n".join(lines) or cli.tr(N_("Nobody seems to be there twice.")))


def _pair(cli: Cli, pair: Candidate, names: Any) -> str:
    (one, name), (other, other_name) = names[pair.one], names[pair.other]
    same = ", ".join(cli.tr(FIELD_NAMES[field]) for field in pair.same)
    shared = cli.tr(N_("the same: {fields}"), fields=same) if same else ""
    return "  ".join(filter(None, (f"{pair.grade:>3}", f"{one} {name}", f"{other} {other_name}", shared)))


@click.command("merge")
@click.argument("survivor")
@click.argument("other")
@click.option("--take", type=_PART, multiple=True, help="Take this from the one that vanishes.")
@click.option("--keep", type=_PART, multiple=True, help="Keep this of the one that stays.")
@click.option("--reason", help="By what you know that the two are one; without it they are only shown.")
@pass_cli
def merge_customers(
    cli: Cli, *, survivor: str, other: str, take: tuple[str, ...], keep: tuple[str, ...], reason: str | None
) -> None:
    """Make one customer of two: SURVIVOR stays, and the number OTHER leads to it from then on.

    Without --reason the two are shown side by side with what would become of them. It can't be undone.
    """
    actor, register = cli.actor(), cli.register()
    said = Said(take=[Part(it) for it in take], keep=[Part(it) for it in keep])
    with register.database.unit_of_work() as uow:
        ids = [by_number(uow.connection, number).id for number in (survivor, other)]
        seen = preview(uow, register, actor, *ids, said=said)
        uow.commit()
    if reason is None:
        cli.emit(_shown(seen, cli.language), "\n".join(_lines(cli, seen)))
        return
    with register.database.unit_of_work() as uow:
        done = merge(uow, register, actor, *ids, reason=reason, versions=seen.versions, said=said)
        uow.commit()
    cli.emit(_done(done), "\n".join(_told(cli, done)))


def _lines(cli: Cli, seen: Preview) -> Iterator[str]:
    one, other = seen.survivor, seen.other
    yield cli.tr(
        N_("{one} {name} would stay, {other} {other_name} lead to it:"),
        one=one.number,
        name=one.display_name,
        other=other.number,
        other_name=other.display_name,
    )
    for choice in seen.choices:
        mine, theirs = _texts(cli, seen, choice.part, choice.survivor, choice.other)
        mark = "→" if choice.taken else "="
        yield f"  {cli.tr(PART_NAMES[choice.part])}: {mine} {mark} {theirs}  ({cli.tr(WHY_NAMES[choice.why])})"
    if seen.protected_address:
        yield "  " + cli.tr(N_("PROTECTED ADDRESS: for authorities alone"))
    for ban in sorted(seen.bans):
        yield "  " + cli.tr(N_("Forbidden: {name}"), name=cli.tr(BAN_NAMES[ban]))
    for ground in sorted(seen.restrictions):
        yield "  " + cli.tr(N_("Restricted: {name}"), name=cli.tr(RESTRICTION_NAMES[ground]))
    for hold in seen.holds:
        yield "  " + hold.words(cli.language)
    yield "  " + cli.tr(
        N_("Moved: {orders} orders, {invoices} invoices, {cases} cases"),
        orders=seen.orders,
        invoices=seen.invoices,
        cases=seen.cases,
    )
    yield "  " + _known_by(cli, seen.recipients)
    for conflict in seen.conflicts:
        told = conflict.explain(cli.language)
        yield cli.tr(N_("Not possible: {why}"), why=f"{told.sentence} {told.advice}")
    if not seen.conflicts:
        yield cli.tr(N_("Nothing was changed. Merge them with --reason; it can't be undone."))


def _texts(cli: Cli, seen: Preview, part: Part, *texts: str | None) -> Iterator[str]:
    hidden = part is Part.ADDRESS and seen.protected_address
    for text in texts:
        yield (cli.tr(N_("(protected address)")) if hidden else text) if text else "–"


def _known_by(cli: Cli, recipients: Any) -> str:
    return cli.tr(
        N_("Who knows the number that vanishes: {recipients}"), recipients=", ".join(recipients) or "–"
    )


def _told(cli: Cli, done: Merged) -> Iterator[str]:
    yield cli.tr(
        N_("Merged: {other} leads to {number} {name}."),
        other=done.former_number,
        number=done.survivor.number,
        name=done.survivor.display_name,
    )
    if done.recipients:
        yield _known_by(cli, done.recipients)


def _shown(seen: Preview, language: str) -> dict[str, Any]:
    return {
        "survivor": seen.survivor.number,
        "other": seen.other.number,
        "parts": [
            {
                "part": choice.part,
                "taken": choice.taken,
                "why": choice.why,
                "survivor": None if _is_hidden(seen, choice.part) else choice.survivor,
                "other": None if _is_hidden(seen, choice.part) else choice.other,
            }
            for choice in seen.choices
        ],
        "protected_address": seen.protected_address,
        "bans": sorted(seen.bans),
        "restrictions": sorted(seen.restrictions),
        "holds": [hold.words(language) for hold in seen.holds],
        "recipients": list(seen.recipients),
        "conflicts": [it.explain(language).sentence for it in seen.conflicts],
    }


def _is_hidden(seen: Preview, part: Part) -> bool:
    return part is Part.ADDRESS and seen.protected_address


def _done(done: Merged) -> dict[str, Any]:
    return {
        "survivor": done.survivor.number,
        "former_number": done.former_number,
        "taken": sorted(done.taken),
        "moved": dict(done.moved),
        "recipients": list(done.recipients),
    }
