"""`rekisteri customer`: add, look up and change customers; `tui.cli.customer_standing` has what may be done with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.actor import Role, require
from core.customers import sealed, search, service
from core.customers.errors import InvalidValue
from core.customers.fields import clean
from core.customers.restrictions import Use
from core.customers.types import SEALED_FIELDS, Source, SourceKind
from core.messages import N_
from core.postal_codes.knowledge import doubt_of
from core.staff.access_log import Access, record_access
from tui.cli import customer_card as card
from tui.cli.customer_addresses import check_addresses
from tui.cli.customer_import import import_customer
from tui.cli.customer_merge import find_duplicates, merge_customers
from tui.cli.customer_standing import DETAIL, SOURCE, STANDING
from tui.cli.main import Cli, pass_cli
from tui.cli.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.customers.types import Customer, SealedField
    from core.database import UnitOfWork

_TASK = click.option("--task", required=True, help="What for: it goes into the access log.")


@click.group()
def command() -> None:
    """Customers: add, search, show, change; bans and restrictions."""


@command.command("add")
@click.argument("values", nargs=-1, required=True)
@click.option("--number", help="The customer number; the next free one without it.")
@click.option("--protected-address", is_flag=True, help="The address is protected (turvakielto).")
@click.option(
    "--returning", help="Why somebody who was erased is added again: their own new wish, and how we know."
)
@SOURCE
@DETAIL
@pass_cli
def add(
    cli: Cli,
    *,
    values: tuple[str, ...],
    number: str | None,
    protected_address: bool,
    returning: str | None,
    source: str,
    detail: str,
) -> None:
    """Add a customer; VALUES are field=value, such as last_name=Virtanen."""
    actor = cli.actor()
    register = cli.register()
    given = _pairs(values)
    hidden = {str(field): given.pop(field) for field in SEALED_FIELDS if field in given}
    came_from = Source(SourceKind(source), detail)
    with register.database.unit_of_work() as uow:
        customer = service.add(
            uow,
            actor,
            clean(given),
            came_from,
            number=number,
            protected_address=protected_address,
            returning=returning,
        )
        _seal(cli, uow, customer.id, hidden, came_from)
        uow.commit()
    _tell(cli, customer, N_("Added customer {number}: {name}."))


@command.command("show")
@click.argument("number")
@click.option(
    "--reveal", type=click.Choice(SEALED_FIELDS), multiple=True, help="Show this whole, not masked."
)
@_TASK
@pass_cli
def show(cli: Cli, *, number: str, reveal: tuple[SealedField, ...], task: str) -> None:
    """Show a customer: values with their sources, bans, restrictions, orders and invoices."""
    actor = cli.actor()
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    register = cli.register()
    with register.database.unit_of_work() as uow:
        found = service.by_number(uow.connection, number)
        customer = service.open_record(uow, actor, found.id, task=task)
        shown = {
            "iban": sealed.iban_of(uow.connection, register.keyring, customer.id),
            "ip": sealed.ip_of(uow.connection, register.keyring, customer.id),
        }
        for field in reveal:
            shown[field] = sealed.reveal(uow, register.keyring, actor, customer.id, field, task=task)
        data = card.whole(uow, customer, shown)
        uow.commit()
    cli.emit(data, "\n".join(card.card(cli, data)))


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=search.FIRST_PAGE, help="At most so many.")
@_TASK
@pass_cli
def find(cli: Cli, *, words: tuple[str, ...], limit: int, task: str) -> None:
    """Find customers by the beginnings of words: name, e-mail, telephone, street, postcode, number."""
    actor = cli.actor()
    require(actor, Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)
    with cli.register().database.unit_of_work() as uow:
        rows = search.search(uow.connection, " ".join(words), limit)
        record_access(
            uow, actor, action=Access.SEARCH, customer_id=None, task=task, detail=f"{len(rows)} rows"
        )
        uow.commit()
    cli.emit(
        [card.row(row) for row in rows],
        "\n".join(card.line(cli, row) for row in rows) or cli.tr(N_("Nobody.")),
    )


@command.command("change")
@click.argument("number")
@click.argument("values", nargs=-1, required=True)
@click.option("--version", type=int, help="Refuse if the customer is no longer at this version.")
@click.option(
    "--article-18-use",
    type=click.Choice([str(use) for use in Use]),
    help="The ground of Article 18(2) for changing a restricted customer.",
)
@SOURCE
@DETAIL
@pass_cli
def change(
    cli: Cli,
    *,
    number: str,
    values: tuple[str, ...],
    version: int | None,
    article_18_use: str | None,
    source: str,
    detail: str,
) -> None:
    """Change a customer's values, field=value; an empty value takes it away."""
    actor = cli.actor()
    given = _pairs(values)
    hidden = {str(field): given.pop(field) for field in SEALED_FIELDS if field in given}
    came_from = Source(SourceKind(source), detail)
    with cli.register().database.unit_of_work() as uow:
        customer = service.by_number(uow.connection, number)
        customer = service.change(
            uow,
            actor,
            customer.id,
            given,
            came_from,
            version=customer.version if version is None else version,
            article_18_use=None if article_18_use is None else Use(article_18_use),
        )
        _seal(cli, uow, customer.id, hidden, came_from)
        record_access(
            uow, actor, action=Access.CHANGE, customer_id=customer.id, task="rekisteri customer change"
        )
        uow.commit()
    _tell(cli, customer, N_("Changed customer {number}: {name}."))


@command.command("reindex")
@pass_cli
def reindex(cli: Cli) -> None:
    """Make the search index and the order of names anew from the customers."""
    require(cli.actor(), Role.ADMINISTRATOR)
    with cli.register().database.unit_of_work() as uow:
        entered = search.rebuild(uow)
        uow.commit()
    cli.emit({"customers": entered}, cli.tr(N_("{count} customers are in the search index."), count=entered))


for _verb in (*STANDING, statement, check_addresses, import_customer, find_duplicates, merge_customers):
    command.add_command(_verb)


def _pairs(values: Iterable[str]) -> dict[str, str | None]:
    """``field=value`` arguments; an empty value is None.

    Raises:
        InvalidValue: an argument has no equals sign.
    """
    pairs: dict[str, str | None] = {}
    for value in values:
        field, equals, text = value.partition("=")
        if not equals:
            raise NotAPair.of(field, value)
        pairs[field] = text or None
    return pairs


class NotAPair(InvalidValue):
    """An argument that is not field=value."""

    code = "customers.not_a_pair"
    sentence = N_("This is not of the form field=value.")
    advice = N_("Write for example: town=Helsinki. An empty value takes it away: town=")


def _seal(cli: Cli, uow: UnitOfWork, customer_id: int, hidden: dict[str, str | None], source: Source) -> None:
    setters = {"iban": sealed.set_iban, "ip": sealed.set_ip}
    for field, value in hidden.items():
        setters[field](uow, cli.register().keyring, cli.actor(), customer_id, value, source=source)


def _tell(cli: Cli, customer: Customer, sentence: str) -> None:
    with cli.register().database.reading() as connection:
        doubt = doubt_of(connection, customer.values)
    words = [cli.tr(sentence, number=customer.number, name=customer.display_name)]
    if doubt is not None:
        words.append(doubt.sentence(cli.language))
    warned = {} if doubt is None else {"address_doubt": words[-1]}
    cli.emit({**card.described(customer), **warned}, "\n".join(words))
