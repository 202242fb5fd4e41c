"""`rekisteri access`: everything that is held about a person, made for a case and handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.messages import N_
from core.text import safe_text, shorten
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.rights.access.service import Form
    from core.rights.access.types import Package

_CASE = click.argument("case", type=int)
_ANSWER_IN = click.option(
    "--answer-in", type=click.Choice(["fi", "en"]), help="Language of the package; the case's without it."
)
_WITHHOLD = click.option(
    "--withhold", multiple=True, help="A text to be left out, by its id; can be repeated."
)
_SHOWN = 300
ALL = "all"


@click.group("access")
def command() -> None:
    """The access package of a case: everything that is held about a person (GDPR 15)."""


@command.command("make")
@_CASE
@_ANSWER_IN
@_WITHHOLD
@pass_cli
def make(cli: Cli, *, case: int, answer_in: str | None, withhold: tuple[str, ...]) -> None:
    """Say what the package of CASE holds, and show the texts that may tell of somebody else.

    Nothing leaves. Each of those texts has to be shown or withheld when the package is handed over.
    """
    from core.rights.access import service

    package = service.make(cli.register(), cli.actor(), case, language=answer_in, withhold=withhold)
    data = {
        "case": case,
        "customer": package.number,
        "rows": dict(package.counts),
        "disclosed": len(package.statement.disclosed),
        "consultations": len(package.statement.consultations),
        "proved": package.statement.completeness.proved,
        "holds": len(package.holds),
        "attachments": len(package.attachments),
        "withheld": [
            {"table": it.table, "column": it.column, "reason": it.reason, "count": it.count}
            for it in package.withheld
        ],
        "to_read": [
            {
                "id": it.id,
                "table": it.table,
                "column": it.column,
                "suspicion": it.suspicion,
                "count": it.count,
                "words": it.words,
            }
            for it in package.flags
        ],
    }
    cli.emit(data, "\n".join(_lines(cli, package)))


@command.command("hand-over")
@_CASE
@click.option(
    "--form",
    type=click.Choice(["zip", "pdf"]),
    default="zip",
    show_default=True,
    help="zip: an encrypted file. pdf: for printing here, to be given or posted on paper.",
)
@_ANSWER_IN
@click.option(
    "--show", multiple=True, help="A text that was read and may leave, by its id; 'all' for every one."
)
@_WITHHOLD
@pass_cli
def hand_over(
    cli: Cli,
    *,
    case: int,
    form: Form,
    answer_in: str | None,
    show: tuple[str, ...],
    withhold: tuple[str, ...],
) -> None:
    """Hand the package of CASE over: a transfer to the person, through the gate.

    The passphrase of the file is printed once and kept, sealed, with the case. Tell it to the person by another
    way than the file goes: by telephone or text message, never in the same letter.
    """
    from core.rights.access import service
    from integrations.typesetter import Typst
    from tui.cli.undelivered import require_delivered

    register, actor = cli.register(), cli.actor()
    package = service.make(register, actor, case, language=answer_in, withhold=withhold)
    read = {it.id for it in package.flags} if ALL in show else set(show)
    given = service.hand_over(register, Typst(), actor, package, form=form, read=read)
    require_delivered(register, given.transfer)
    file = str(register.config.files.export_directory / (given.file or ""))
    lines = [
        cli.tr(
            N_("The package is in {file} (transfer {number}). Give it to the person, then remove it."),
            file=file,
            number=given.transfer,
        )
    ]
    if given.passphrase is not None:
        lines.append(
            cli.tr(N_("Passphrase, to be told by another way: {passphrase}"), passphrase=given.passphrase)
        )
    data = {
        "case": case,
        "transfer": given.transfer,
        "file": file,
        "passphrase": given.passphrase,
        "manifest": given.manifest,
    }
    cli.emit(data, "\n".join(lines))


def _lines(cli: Cli, package: Package) -> Iterator[str]:
    from core.personal_data.words import TABLE_NAMES
    from core.rights.access.types import REASON_NAMES, SUSPICION_NAMES

    yield f"{package.number} {safe_text(package.name)}"
    for table, count in package.counts.items():
        if count and table in TABLE_NAMES:
            yield f"{count:>9}  {cli.tr(TABLE_NAMES[table])}"
    for it in package.withheld:
        yield cli.tr(
            N_("Not shown: {table}, {column}: {reason} ({count})"),
            table=cli.tr(TABLE_NAMES[it.table]),
            column=it.column,
            reason=cli.tr(REASON_NAMES[it.reason]),
            count=it.count,
        )
    for doubt in package.statement.completeness.doubts:
        yield safe_text(doubt.sentence(cli.language))
    if package.flags:
        yield cli.tr(N_("Read these before handing over; show or withhold each by its id:"))
    for flag in package.flags:
        words = shorten(safe_text(flag.words), _SHOWN)
        yield f"{flag.id}  {cli.tr(TABLE_NAMES[flag.table])}: {cli.tr(SUSPICION_NAMES[flag.suspicion])}: {words}"
