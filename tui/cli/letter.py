"""`rekisteri letter`: letters to data subjects, from preview to the export folder, and the templates they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from core.messages import LANGUAGES, N_
from core.rights.letters import templates
from core.rights.letters.types import LETTER_NAMES, Also, LetterKind, letters_for
from core.rights.reading import case
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def _letter_options(verb: Callable[..., Any]) -> Callable[..., Any]:
    """What every verb about one letter takes."""
    for option in (
        click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day that the letter names."),
        click.option("--enclosure", "enclosures", multiple=True, help="What goes along with the letter."),
        click.option(
            "--words", type=click.File("r", encoding="utf-8"), help="File with your own words in the letter."
        ),
        click.option("--language", type=click.Choice(LANGUAGES), help="Language; the case's without it."),
        click.argument("kind", type=click.Choice([it.value for it in LetterKind])),
        click.argument("number", type=int),
    ):
        verb = option(verb)
    return verb


@click.group("letter")
def command() -> None:
    """Letters to data subjects: preview, hand-over, templates."""


@command.command("list")
@click.argument("number", type=int)
@pass_cli
def list_letters(cli: Cli, *, number: int) -> None:
    """List the letters that fit case NUMBER as it stands."""
    cli.actor()
    with cli.register().database.reading() as connection:
        fitting = letters_for(case(connection, number))
    lines = [f"{kind}  {cli.tr(LETTER_NAMES[kind])}" for kind in fitting]
    cli.emit([str(kind) for kind in fitting], "\n".join(lines) or cli.tr(N_("No letter fits now.")))


@command.command("preview")
@_letter_options
@pass_cli
def preview(
    cli: Cli,
    *,
    number: int,
    kind: str,
    language: str | None,
    words: TextIO | None,
    enclosures: tuple[str, ...],
    until: datetime | None,
) -> None:
    """Show the letter KIND of case NUMBER as text; a look, recorded as one. Nothing leaves."""
    from core.rights.letters.service import preview_text
    from integrations.typesetter import Typst

    also = _also(words, enclosures, until)
    text = preview_text(
        cli.register(), Typst(), cli.actor(), number, LetterKind(kind), language=language, also=also
    )
    cli.emit({"case": number, "letter": kind, "text": text}, text.rstrip("\n"))


@command.command("hand-over")
@_letter_options
@pass_cli
def hand_over(
    cli: Cli,
    *,
    number: int,
    kind: str,
    language: str | None,
    words: TextIO | None,
    enclosures: tuple[str, ...],
    until: datetime | None,
) -> None:
    """Put the letter KIND of case NUMBER into the export folder as PDF, through the gate, and note it in the case."""
    from core.rights.letters import service
    from integrations.typesetter import Typst

    register, also = cli.register(), _also(words, enclosures, until)
    handed = service.hand_over(
        register, Typst(), cli.actor(), number, LetterKind(kind), language=language, also=also
    )
    file = str(register.config.files.export_directory / handed.name)
    told = cli.tr(N_("The letter is in {file}. Give it to the person, then remove it."), file=file)
    cli.emit({"case": number, "letter": kind, "file": file, "transfer": handed.transfer}, told)


@command.group("templates")
def templates_group() -> None:
    """The Typst templates that the letters are made of (docs/letters.md)."""


@templates_group.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@pass_cli
def export(cli: Cli, *, folder: Path) -> None:
    """Copy our templates into FOLDER, to be changed; nothing is written over."""
    written = templates.export(folder)
    told = N_(
        "{count} templates are in {folder}. Change them, and name the folder in rights.letter_templates."
    )
    cli.emit({"folder": str(folder), "files": list(written)}, cli.tr(told, count=len(written), folder=folder))


@templates_group.command("check")
@pass_cli
def check(cli: Cli) -> None:
    """Try every template on somebody made up, as full and as empty as a letter can be; says where one is broken."""
    from core.rights.letters.samples import try_templates
    from integrations.typesetter import Typst

    cli.actor()
    tried = [f"{kind}.{language}" for kind, language in try_templates(cli.register(), Typst())]
    cli.emit({"letters": tried}, cli.tr(N_("{count} letters can be made."), count=len(tried)))


def _also(words: TextIO | None, enclosures: tuple[str, ...], until: datetime | None) -> Also:
    said = "" if words is None else words.read()
    return Also(said, enclosures, None if until is None else until.date())
