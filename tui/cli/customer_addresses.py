"""`rekisteri customer check-addresses`: the addresses that Posti's files contradict, for a person to look at."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import click

from core.actor import Role, require
from core.messages import N_
from core.staff.access_log import Access, record_access
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from core.postal_codes.worklist import Suspect


@click.command("check-addresses")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
@click.option(
    "--no-streets", is_flag=True, help="Only postcodes and towns; streets may be newer than Posti's file."
)
@click.option("--task", required=True, help="What for: it goes into the access log.")
@pass_cli
def check_addresses(cli: Cli, *, limit: int, no_streets: bool, task: str) -> None:
    """List customers whose postcode, town and street do not go together, and what is probably meant; nothing is changed."""
    from core.postal_codes.knowledge import is_loaded
    from core.postal_codes.worklist import suspects

    actor = cli.actor()
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    database = cli.register().database
    with database.reading() as connection, progress_bar(cli.tr(N_("Checking"))) as watch:
        known = is_loaded(connection)
        found = list(islice(suspects(connection, streets=not no_streets, progress=watch), limit))
    with database.unit_of_work() as uow:
        detail = f"{len(found)} rows"
        record_access(uow, actor, action=Access.LIST, customer_id=None, task=task, detail=detail)
        uow.commit()
    cli.emit([_data(one, cli.language) for one in found], _words(cli, found, known=known, limit=limit))


def _words(cli: Cli, found: list[Suspect], *, known: bool, limit: int) -> str:
    if not known:
        return cli.tr(
            N_(
                "Nothing was checked: no postal codes are loaded. Load them with: rekisteri postal-codes load FILE"
            )
        )
    lines = [f"{one.number:>8}  {one.display_name}: {one.doubt.sentence(cli.language)}" for one in found]
    if len(found) == limit:
        lines.append(cli.tr(N_("There may be more: --limit shows them.")))
    return "\n".join(lines) or cli.tr(N_("Every address goes with Posti's files."))


def _data(one: Suspect, language: str) -> dict[str, object]:
    likely = one.doubt.likely
    return {
        "number": one.number,
        "kind": str(one.doubt.kind),
        "sentence": one.doubt.sentence(language),
        "likely": None
        if likely is None
        else {"street": likely.street, "postcode": likely.postcode, "town": likely.town},
    }
