"""`rekisteri erasure`: what an erasure would do, telling recipients, carrying it out and proving it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.messages import N_
from core.rights.erasure import service
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import date

    from core.rights.erasure.proving import Erased

_NUMBER = click.argument("number", type=int)


@click.group("erasure")
def command() -> None:
    """Erase a person whose case was granted: plan, tell, carry-out, certificate."""


@command.command("plan")
@_NUMBER
@pass_cli
def plan(cli: Cli, *, number: int) -> None:
    """Show every row, hold and recipient that the erasure of case NUMBER meets; nothing is changed."""
    found = service.dry_run(cli.register(), cli.actor(), number)
    rows = ", ".join(f"{name} {count}" for name, count in found.rows.items())
    lines = [
        cli.tr(N_("Erasure {number}: nothing was changed."), number=number),
        cli.tr(N_("Rows: {rows}"), rows=rows),
        cli.tr(N_("Recipients to be told: {recipients}"), recipients=", ".join(found.recipients) or "–"),
        *(cli.tr(N_("Prevented: {hold}"), hold=hold.words(cli.language)) for hold in found.holds),
    ]
    data = {
        "case": number,
        "rows": dict(found.rows),
        "recipients": list(found.recipients),
        "holds": [
            {"kind": hold.kind, "record": f"{hold.table} {hold.key}", "until": _day(hold.until)}
            for hold in found.holds
        ],
        "blocked": found.blocked,
        "kept_until": _day(found.kept_until),
    }
    cli.emit(data, "\n".join(lines))


@command.command("tell")
@_NUMBER
@pass_cli
def tell(cli: Cli, *, number: int) -> None:
    """Make the notices to whoever holds the data of case NUMBER's person (Article 19), before it is erased."""
    made = service.tell(cli.register(), cli.actor(), number)
    told = cli.tr(
        N_("Notices made: {notices}. Send or print them, then: rekisteri erasure carry-out {number}"),
        notices=len(made),
        number=number,
    )
    cli.emit({"case": number, "notices": made}, told)


@command.command("carry-out")
@_NUMBER
@pass_cli
def carry_out(cli: Cli, *, number: int) -> None:
    """Erase the person of case NUMBER, read everything back, and close the case when nothing was found.

    Interrupted, give it again: it goes on where it stopped.
    """
    done = service.carry_out(cli.register(), cli.actor(), number)
    cli.emit(_data(done), "\n".join(_lines(cli, done)))


@command.command("certificate")
@_NUMBER
@click.option(
    "--pdf", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it into this new file."
)
@pass_cli
def certify(cli: Cli, *, number: int, file: Path | None) -> None:
    """Say what the erasure of case NUMBER took, who was told, what was read back and what stays; it names nobody."""
    from core.rights.erasure import certificate

    register = cli.register()
    made = certificate.certificate(register, cli.actor(), number)
    if file is not None:
        from integrations.typesetter import Typst
        from tui.cli.log_receipts import write_new

        publisher = register.config.register.name
        write_new(file, Typst().pdf(certificate.as_pages(made, publisher, cli.language)))
        cli.emit({"files": [str(file)]}, cli.tr(N_("Written: {files}"), files=file))
        return
    lines = [cli.tr(N_("Certificate of erasure, case {number}"), number=number)]
    for heading, rows in certificate.sections(made, cli.language).items():
        lines += ["", heading, *(f"  {what}: {how}" for what, how in rows or [["–", ""]])]
    cli.emit(certificate.as_data(made), "\n".join(lines))


def _lines(cli: Cli, done: Erased) -> list[str]:
    lines = [
        cli.tr(
            N_(
                "The person of case {number} is erased. Looked for {values} values in {files} files and "
                "{tables} tables: none was found."
            ),
            number=done.case.number,
            values=done.values,
            files=done.scan.files,
            tables=done.scan.tables,
        )
    ]
    if done.shared:
        words = N_(
            "Values not looked for, because another customer has the same or they are too short: {shared}"
        )
        lines.append(cli.tr(words, shared=done.shared))
    if done.kept_until is not None:
        words = N_("What vouchers need stays sealed until {day}, and then goes by itself.")
        lines.append(cli.tr(words, day=f"{done.kept_until:%-d.%-m.%Y}"))
    return lines


def _data(done: Erased) -> dict[str, object]:
    return {
        "case": done.case.number,
        "state": done.case.state,
        "rows": dict(done.rows),
        "files": done.scan.files,
        "tables": done.scan.tables,
        "bytes": done.scan.size,
        "values": done.values,
        "values_shared": done.shared,
        "kept_until": _day(done.kept_until),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
