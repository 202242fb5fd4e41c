"""`rekisteri portability`: what a person has given us, made for a case and handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from core.customers.words import FIELD_NAMES, SOURCE_NAMES
from core.messages import N_
from core.text import safe_text
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.rights.portability.form import Portable

_CASE = click.argument("case", type=int)
_ANSWER_IN = click.option(
    "--answer-in", type=click.Choice(["fi", "en"]), help="Language of the package; the case's without it."
)


@click.group("portability")
def command() -> None:
    """What a person has given us, for another controller's program (GDPR 20)."""


@command.command("make")
@_CASE
@pass_cli
def make(cli: Cli, *, case: int) -> None:
    """Say what would be handed over for CASE, and what was not given by the person; nothing leaves."""
    from core.rights.portability import service

    carried = service.make(cli.register(), cli.actor(), case)
    cli.emit(msgspec.to_builtins(carried.portable), "\n".join(lines_of(cli, carried.portable)))


@command.command("hand-over")
@_CASE
@_ANSWER_IN
@pass_cli
def hand_over(cli: Cli, *, case: int, answer_in: str | None) -> None:
    """Hand over for CASE what the person has given us: JSON, tables and a card in an encrypted file.

    The passphrase is printed once and kept, sealed, with the case. Tell it to the person by another way than the
    file goes: by telephone or text message, never in the same letter.
    """
    from core.rights.portability import service
    from integrations.typesetter import Typst
    from tui.cli.undelivered import require_delivered

    register, actor = cli.register(), cli.actor()
    given = service.hand_over(
        register, Typst(), actor, service.make(register, actor, case, language=answer_in)
    )
    require_delivered(register, given.transfer)
    file = str(register.config.files.export_directory / (given.file or ""))
    told = cli.tr(
        N_("The package is in {file} (transfer {number}). Give it to the person, then remove it."),
        file=file,
        number=given.transfer,
    )
    passphrase = N_("Passphrase, to be told by another way: {passphrase}")
    data = {
        "case": case,
        "transfer": given.transfer,
        "file": file,
        "passphrase": given.passphrase,
        "manifest": given.manifest,
    }
    cli.emit(data, f"{told}\n{cli.tr(passphrase, passphrase=given.passphrase)}")


def lines_of(cli: Cli, found: Portable) -> Iterator[str]:
    """What a person's portable data holds, for a terminal."""
    yield safe_text(f"{found.origin.register}, {found.origin.controller}: {found.reference}")
    for name, value in msgspec.to_builtins(found.customer).items():
        yield f"  {cli.tr(FIELD_NAMES[name])}: {safe_text(value)}"
    yield cli.tr(
        N_("{orders} orders with {rows} rows"),
        orders=len(found.orders),
        rows=sum(len(order.lines) for order in found.orders),
    )
    for left in found.left_out:
        yield cli.tr(
            N_("Left out, not given by the person: {field} ({source})"),
            field=cli.tr(FIELD_NAMES.get(left.field, left.field)),
            source=cli.tr(SOURCE_NAMES.get(left.source, left.source)),
        )
