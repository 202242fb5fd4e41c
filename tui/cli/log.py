"""`rekisteri log`: verify, show and export the disclosure log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from core.actor import Role, require
from core.clock import HELSINKI
from core.messages import N_
from core.reasons import open_file
from tui.cli import log_care, log_receipts
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from core.disclosure.log import DisclosureLog, StoredEntry
    from core.disclosure.log.findings import VerifyReport

_CHUNK = 1024
KINDS = (
    "genesis",
    "intent",
    "outcome",
    "approval",
    "read",
    "shred",
    "key",
    "anchor",
    "clock",
    "fault",
    "resume",
    "review",
)
# What tells entries of a kind apart on one line.
_TOLD = {
    "genesis": ("origin",),
    "intent": ("recipient", "purpose", "basis", "count", "id"),
    "outcome": ("state", "by", "intent"),
    "approval": ("decision", "recipient", "purpose", "count", "id"),
    "read": ("action", "purpose", "count"),
    "shred": ("reason",),
    "key": ("event", "reason", "vkey"),
    "anchor": ("channel", "size"),
    "clock": ("before",),
    "fault": ("code",),
    "resume": ("source", "start", "end"),
    "review": ("verdict", "start", "end", "findings", "open"),
}
_LONGEST_CHECKPOINT = 1 << 20


@click.group("log")
def command() -> None:
    """The disclosure log: what left, to whom and why, in a form that others can verify."""


def _report(cli: Cli, report: VerifyReport) -> None:
    data = {
        "verified": report.verified,
        "origin": report.origin,
        "vkey": report.vkey,
        "size": report.size,
        "signed_size": report.signed_size,
        "root": report.root.hex(),
        "kinds": dict(report.kinds),
        "checkpoints": report.checkpoints,
        "open_intents": report.open_intents,
        "doubtful": report.doubtful,
        "problem_count": report.problem_count,
        "problems": [
            {"code": problem.code, "sentence": str(problem.explain(cli.language))}
            for problem in report.problems
        ],
    }
    cli.emit(data, "\n".join(report.sentences(cli.language)))
    if not report.verified:
        raise click.exceptions.Exit(1)


@command.command("verify")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--vkey", help="The key to verify an exported log with; without it, the register's own.")
@click.option(
    "--held",
    "held_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A checkpoint kept from before: the exported log must still begin with it.",
)
@pass_cli
def verify(cli: Cli, directory: Path | None, vkey: str | None, held_files: tuple[Path, ...]) -> None:
    """Verify the register's log with the access log, or the exported log in DIRECTORY."""
    if directory is None:
        from core.disclosure.review.look_check import verify_everything

        register = cli.register()
        _report(cli, verify_everything(register.database, register.log))
        return
    from core.disclosure.log.errors import FileMissing
    from core.disclosure.log.export_check import verify_export

    held = []
    for path in held_files:
        try:
            with open_file(path) as stream:
                held.append(stream.read(_LONGEST_CHECKPOINT))
        except OSError as error:
            raise FileMissing(path=str(path)) from error
    _report(cli, verify_export(directory, vkey or cli.register().log.vkey, held))


@command.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["tiles", "jsonl", "fhir", "csv"]),
    default="tiles",
    show_default=True,
    help="A directory to verify, or one file for another program; none names a person.",
)
@click.option(
    "--lines", is_flag=True, help="Let the transfers' lines go along, for receipts of single persons."
)
@pass_cli
def export(cli: Cli, target: Path, form: str, *, lines: bool) -> None:
    """Write the signed log into the directory TARGET for others to verify, or into the file TARGET for programs."""
    require(cli.actor(), Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    log = cli.register().log
    if form != "tiles":
        written = log.write_interchange(target, form)
        cli.emit(
            {"file": str(target), "format": form, "lines": written},
            cli.tr(N_("{lines} lines written to {file}."), lines=written, file=target),
        )
        return
    _export_tiles(cli, target, lines=lines)


def _export_tiles(cli: Cli, directory: Path, *, lines: bool) -> None:
    from core.disclosure.transfers import stored_lines

    log = cli.register().log
    report = log.export(directory, stored_lines if lines else None)
    cli.emit(
        {
            "directory": str(directory),
            "vkey": log.vkey,
            "size": report.size,
            "root": report.root.hex(),
            "written": report.written,
            "kept": report.kept,
        },
        cli.tr(
            N_("{size} entries exported to {directory} ({written} new files, {kept} kept)."),
            size=report.size,
            directory=directory,
            written=report.written,
            kept=report.kept,
        )
        + "\n"
        + cli.tr(N_("Verification key: {vkey}"), vkey=log.vkey),
    )


@command.command("show")
@click.argument("index", required=False, type=int)
@click.option("--recipient", help="Only intents for this recipient's code.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only entries from this day on.")
@click.option("--kind", type=click.Choice(KINDS), help="Only entries of this kind.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="The newest so many.")
@pass_cli
def show(
    cli: Cli,
    index: int | None,
    *,
    recipient: str | None,
    since: datetime | None,
    kind: str | None,
    limit: int,
) -> None:
    """Show the entry INDEX as it was written, or list the newest entries."""
    require(cli.actor(), Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    register = cli.register()
    with register.database.reading() as connection:
        if index is not None:
            entry = register.log.entry(connection, index)
            cli.emit(_described(entry), _whole(cli, entry))
            return
        first = since.replace(tzinfo=HELSINKI) if since else None
        found = []
        for entry in _newest_first(register.log, connection):
            if first and entry.recorded_at < first:
                break
            if (kind and entry.kind != kind) or (recipient and _recipient(entry) != recipient):
                continue
            found.append(entry)
            if len(found) == limit:
                break
    found.reverse()
    lines = "\n".join(_line(entry) for entry in found)
    cli.emit([_described(entry) for entry in found], lines or cli.tr(N_("The log has no such entry.")))


def _newest_first(log: DisclosureLog, connection: Connection) -> Iterator[StoredEntry]:
    end = log.size_in(connection)
    while end > 0:
        start = max(0, end - _CHUNK)
        yield from reversed(list(log.entries(connection, start, end)))
        end = start


def _recipient(entry: StoredEntry) -> str | None:
    return getattr(entry.decode(), "recipient", None)


def _described(entry: StoredEntry) -> dict[str, Any]:
    return {
        "index": entry.index,
        "kind": entry.kind,
        "recorded_at": entry.recorded_at.isoformat(),
        "leaf_hash": entry.leaf_hash.hex(),
        "entry": msgspec.json.decode(entry.body),
    }


def _whole(cli: Cli, entry: StoredEntry) -> str:
    members = "\n".join(f"  {name}: {_plain(value)}" for name, value in _described(entry)["entry"].items())
    return "\n".join(
        [
            cli.tr(
                N_("Entry {index}, {kind}, {when}"), index=entry.index, kind=entry.kind, when=_when(entry)
            ),
            members,
            cli.tr(N_("Leaf hash: {hash}"), hash=entry.leaf_hash.hex()),
        ]
    )


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _when(entry: StoredEntry) -> str:
    return entry.recorded_at.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M:%S")


def _line(entry: StoredEntry) -> str:
    """One line an entry: index, time, kind, and what tells entries of the kind apart."""
    members = _described(entry)["entry"]
    return f"{entry.index:>7}  {_when(entry)}  {entry.kind:<8}" + "".join(
        f"  {members[name]}" for name in _TOLD[entry.kind]
    )


for verb in (*log_receipts.COMMANDS, *log_care.COMMANDS):
    command.add_command(verb)
