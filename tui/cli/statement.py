"""`rekisteri customer statement`: what was disclosed about a person and who has looked, shown or handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.errors import UsageError
from core.messages import LANGUAGES, N_
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from core.disclosure.statement.types import Statement
    from core.documents.handover import HandoverForm

_FORMS = ("pdf", "json", "zip")


class NotSaidHowAsked(UsageError):
    """A statement leaves only for somebody who has asked for it and is known."""

    code = "cli.not_said_how_asked"
    sentence = N_("It was not said how the person asked for the statement and was identified.")
    advice = N_(
        'Give it with --asked, for example: --asked "letter 1.11.2026, signed; driving licence seen".'
    )


@click.command("statement")
@click.argument("number")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the statement; yours without it.")
@click.option(
    "--save", "form", type=click.Choice(_FORMS), help="Put it into the export folder for the person."
)
@click.option("--asked", default="", help="How the person asked and was identified; needed to save it.")
@click.option("--task", default="legal_obligation", help="What for: it goes into the access log.")
@pass_cli
def statement(
    cli: Cli, *, number: str, language: str | None, form: HandoverForm | None, asked: str, task: str
) -> None:
    """Make a person's statement: every disclosure and every look, proved complete, with receipts.

    With --save it is handed to the person: a transfer to the data subject, through the gate. zip holds the text, the
    data and each disclosure's receipts. The exit status is 1 when its completeness cannot be promised.
    """
    from core.customers.service import by_number
    from core.disclosure.statement.data import document
    from core.disclosure.statement.service import statement_of
    from core.disclosure.statement.words import plain_text

    if form is not None and not asked.strip():
        raise NotSaidHowAsked
    register, actor = cli.register(), cli.actor()
    with register.database.reading() as connection:
        customer_id = by_number(connection, number).id
    made = statement_of(register, actor, customer_id, task=task)
    chosen = language or cli.language
    if form is None:
        cli.emit(document(made, chosen), plain_text(made, chosen).rstrip("\n"))
    else:
        _save(cli, made, form, chosen, asked)
    if not made.completeness.proved:
        raise click.exceptions.Exit(1)


def _save(cli: Cli, made: Statement, form: HandoverForm, language: str, asked: str) -> None:
    from core.documents.handover import hand_over
    from integrations.typesetter import Typst
    from tui.cli.undelivered import require_delivered

    register = cli.register()
    given = hand_over(register, Typst(), cli.actor(), made, form=form, language=language, asked=asked)
    require_delivered(register, given.result.number)
    file = str(register.config.files.export_directory / (given.name or ""))
    cli.emit(
        {"transfer": given.result.number, "file": file, "proved": made.completeness.proved},
        cli.tr(
            N_("The statement is in {file} (transfer {number}). Give it to the person, then remove it."),
            file=file,
            number=given.result.number,
        ),
    )
    if not made.completeness.proved:
        for doubt in made.completeness.doubts:
            click.echo(doubt.sentence(cli.language), err=True)
