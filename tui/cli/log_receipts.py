"""`rekisteri log …` for outsiders: receipts, checkpoints, proofs of growth, cosignatures.  Files in, files out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.actor import Role, require
from core.clock import HELSINKI, SystemClock
from core.messages import N_
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import datetime

    from core.disclosure.log.entries import Intent
    from core.disclosure.log.events import Read

FILE = click.Path(path_type=Path)


def read_file(path: Path) -> bytes:
    """A named file's bytes, at most ten million.

    Raises:
        FileUnreadable: it is not there, no ordinary file, or too long to be one of ours.
    """
    from core.disclosure.log.keeping_errors import FileUnreadable
    from core.reasons import open_file, reason_of

    try:
        with open_file(path) as stream:
            return stream.read(10_000_000)
    except OSError as error:
        raise FileUnreadable(path=str(path), reason=reason_of(error)) from error


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        FileUnwritable: it is there, or cannot be written.
    """
    from core.disclosure.log.keeping_errors import FileUnwritable
    from core.reasons import reason_of

    try:
        with path.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        raise FileUnwritable(path=str(path), reason=reason_of(error)) from error


def moment(when: datetime) -> str:
    """A time as people here read it."""
    return when.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M:%S")


@click.command("receipt")
@click.argument("transfer")
@click.argument("file", type=FILE)
@click.option("--customer", help="Number of a customer: writes FILE.lines too, for this person.")
@pass_cli
def receipt(cli: Cli, transfer: str, file: Path, customer: str | None) -> None:
    """Write the receipt of TRANSFER into FILE (.tlog-proof), for the recipient or for a customer."""
    from core.customers.reading import by_number
    from core.disclosure.receipts import issue_receipt
    from core.staff.access_log import Access, record_access

    require(cli.actor(), Role.CLERK, Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    register = cli.register()
    register.log.sign()
    with register.database.unit_of_work() as uow:
        customer_id = None if customer is None else by_number(uow.connection, customer).id
        issued = issue_receipt(uow.connection, register.log, transfer, customer_id)
        if customer_id is not None:
            record_access(
                uow, cli.actor(), action=Access.EXPORT, customer_id=customer_id, task=f"receipt {transfer}"
            )
            uow.commit()
    write_new(file, issued.proof)
    files = [str(file)]
    if issued.lines:
        lines = file.with_name(f"{file.name}.lines")
        write_new(lines, issued.lines)
        files.append(str(lines))
    cli.emit({"files": files}, cli.tr(N_("Written: {files}"), files=", ".join(files)))


@click.command("check-receipt")
@click.argument("file", type=FILE)
@click.option("--vkey", required=True, help="The log's key, as you were given it.")
@click.option("--lines", type=FILE, help="The file with a person's lines (FILE.lines).")
@pass_cli
def check_receipt(cli: Cli, file: Path, vkey: str, lines: Path | None) -> None:
    """Check the receipt in FILE; needs no register."""
    from core.disclosure.log.note import VerifierKey
    from core.disclosure.receipts import check_receipt as check

    key = VerifierKey.parse(vkey)
    shown = None if lines is None else read_file(lines)
    checked = check(read_file(file), key, shown)
    sentences = [
        cli.tr(
            N_("The receipt holds: entry {index} of {origin}, in a checkpoint of {size} entries."),
            index=checked.index,
            origin=checked.checkpoint.origin,
            size=checked.checkpoint.size,
        ),
        _told(cli, checked.entry),
    ]
    if checked.lines:
        numbers = ", ".join(str(line.number) for line in checked.lines)
        sentences.append(cli.tr(N_("The person's lines stand in it: {numbers}"), numbers=numbers))
    data = {
        "index": checked.index,
        "origin": checked.checkpoint.origin,
        "size": checked.checkpoint.size,
        "transfer": checked.entry.id,
        "recipient": getattr(checked.entry, "recipient", None),
        "purpose": checked.entry.purpose,
        "count": checked.entry.count,
        "lines": [line.number for line in checked.lines],
    }
    cli.emit(data, "\n".join(sentences))


def _told(cli: Cli, entry: Intent | Read) -> str:
    """What the receipt is of: a transfer, or looks."""
    from core.disclosure.log.entries import Intent
    from core.disclosure.log.store import instant

    if isinstance(entry, Intent):
        return cli.tr(
            N_(
                "{when}: {count} persons to {recipient}, purpose {purpose}, basis {basis}, categories {categories}."
            ),
            when=moment(instant(entry.ts)),
            count=entry.count,
            recipient=entry.recipient,
            purpose=entry.purpose,
            basis=entry.basis,
            categories=", ".join(entry.categories),
        )
    return cli.tr(
        N_("{since}–{until}: {count} looks ({action}), purpose {purpose}."),
        since=moment(instant(entry.since)),
        until=moment(instant(entry.until)),
        count=entry.count,
        action=entry.action,
        purpose=entry.purpose,
    )


@click.command("checkpoint")
@click.argument("file", type=FILE)
@click.option("--size", type=click.IntRange(0), help="The checkpoint of that size instead of the newest.")
@pass_cli
def checkpoint(cli: Cli, file: Path, size: int | None) -> None:
    """Write a signed checkpoint into FILE, with the cosignatures under it."""
    from core.disclosure.log import cosigned, proofs

    require(cli.actor(), Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    register = cli.register()
    wanted = register.log.sign().size if size is None else size
    with register.database.reading() as connection:
        note = proofs.note_at(connection, wanted) + "".join(cosigned.lines_of(connection, wanted))
    write_new(file, note.encode())
    cli.emit({"files": [str(file)], "size": wanted}, cli.tr(N_("Written: {files}"), files=file))


@click.command("consistency")
@click.argument("old", type=click.IntRange(0))
@click.argument("file", type=FILE)
@click.option(
    "--to", "new", type=click.IntRange(0), help="Size of the later checkpoint; the newest without it."
)
@pass_cli
def consistency(cli: Cli, old: int, file: Path, new: int | None) -> None:
    """Write into FILE the proof that the log still begins with its first OLD entries, for a cosigner."""
    from core.disclosure.log import proofs

    require(cli.actor(), Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    register = cli.register()
    wanted = register.log.sign().size if new is None else new
    with register.database.reading() as connection:
        proof = proofs.consistency_of(connection, old, wanted)
    write_new(file, proofs.consistency_text(old, proof).encode())
    cli.emit({"files": [str(file)], "old": old, "new": wanted}, cli.tr(N_("Written: {files}"), files=file))


@click.command("cosign-key")
@click.argument("name")
@click.argument("file", type=FILE)
@pass_cli
def cosign_key(cli: Cli, name: str, file: Path) -> None:
    """Make a cosigner's own key called NAME in FILE; needs no register, best done on a machine of your own."""
    from core.disclosure.log.cosignature import Cosigner

    cosigner = Cosigner.create(file, name)
    cli.emit({"vkey": cosigner.key.vkey}, cli.tr(N_("Verification key: {vkey}"), vkey=cosigner.key.vkey))


@click.command("cosign")
@click.argument("file", type=FILE)
@click.option("--key", "key_file", required=True, type=FILE, help="The cosigner's key file.")
@click.option("--state", required=True, type=FILE, help="What this key has signed before; kept from then on.")
@click.option("--vkey", required=True, help="The log's key, as you were given it.")
@click.option("--proof", type=FILE, help="Proof of growth from what was signed before (log consistency).")
@click.option("--out", type=FILE, help="Also write the checkpoint with the new line into this file.")
@pass_cli
def cosign(
    cli: Cli, file: Path, *, key_file: Path, state: Path, vkey: str, proof: Path | None, out: Path | None
) -> None:
    """Cosign the checkpoint in FILE, unless it contradicts what was cosigned before; needs no register."""
    from core.disclosure.log import cosignature, proofs
    from core.disclosure.log.note import VerifierKey

    content = read_file(file)
    given = None if proof is None else proofs.parse_consistency(read_file(proof))[1]
    line = cosignature.cosign(
        cosignature.Cosigner.load(key_file),
        cosignature.WitnessState(state),
        content,
        key=VerifierKey.parse(vkey),
        now=SystemClock().now(),
        proof=given,
    )
    if out is not None:
        write_new(out, content + line.encode())
    cli.emit({"line": line.rstrip("\n")}, line.rstrip("\n"))


@click.command("add-cosignature")
@click.argument("file", type=FILE)
@click.option("--vkey", required=True, help="The cosigner's key, as you were given it.")
@pass_cli
def add_cosignature(cli: Cli, file: Path, vkey: str) -> None:
    """Keep the cosignature in FILE (a checkpoint of ours with the line under it); exports carry it from then on."""
    from datetime import UTC, datetime

    from core.disclosure.log.cosigned import add_cosignatures

    require(cli.actor(), Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    register = cli.register()
    content = read_file(file)
    with register.database.unit_of_work() as uow:
        size, seconds = add_cosignatures(uow, content, vkey)
        uow.commit()
    when = moment(datetime.fromtimestamp(seconds, UTC))
    cli.emit(
        {"size": size, "signed_at": when},
        cli.tr(N_("Kept: the checkpoint of {size} entries was cosigned on {when}."), size=size, when=when),
    )


COMMANDS = (receipt, check_receipt, checkpoint, consistency, cosign_key, cosign, add_cosignature)
