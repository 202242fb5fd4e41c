"""`rekisteri log …` for whoever keeps the log: keys, anchors, faults, restores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.actor import Role, require
from core.messages import N_
from tui.cli.log_receipts import FILE, read_file
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from pathlib import Path

    from core.config import Config
    from core.disclosure.log.anchors import Channels
    from core.disclosure.log.checkpoint import Checkpoint
    from core.register import Register

KEEPERS = (Role.CONTACT_PERSON, Role.ADMINISTRATOR)


def channels_of(config: Config) -> Channels:
    """Where the configuration wants checkpoints to go."""
    from core.disclosure.log.anchors import Channels, addresses

    return Channels(
        config.log.anchor_mail_directory,
        addresses(config.log.anchor_mail_to),
        config.register.controller.email,
        config.log.anchor_directory,
    )


@click.command("rotate-key")
@click.option("--finish", is_flag=True, help="End the overlap: the old key is destroyed.")
@click.option("--compromised", is_flag=True, help="Somebody else may have the key: change it at once.")
@pass_cli
def rotate_key(cli: Cli, *, finish: bool, compromised: bool) -> None:
    """Change the log's signing key: both keys sign until --finish, then the new one alone."""
    from core.disclosure.log.rotation import begin_rotation, finish_rotation

    require(cli.actor(), *KEEPERS)
    log = cli.register().log
    if not finish:
        begin_rotation(log, compromised=compromised)
    if finish or compromised:
        finish_rotation(log, compromised=compromised)
    vkey = log.signer.verifiers[-1].vkey
    said = (
        N_(
            "The old key is destroyed. From now on this key alone signs; give it to everybody who had the old one:"
        )
        if finish or compromised
        else N_(
            "Two keys sign from now on. Give the new one to everybody who has the old one, then --finish:"
        )
    )
    cli.emit({"vkey": vkey, "finished": finish or compromised}, f"{cli.tr(said)}\n{vkey}")


@click.command("anchor")
@click.option("--page", type=FILE, help="Write a page to print and sign by hand (HTML with a QR code).")
@pass_cli
def anchor(cli: Cli, page: Path | None) -> None:
    """Give the newest checkpoint to those outside whom the configuration names, or onto a page."""
    from core.disclosure.log.anchors import anchor as give
    from core.disclosure.log.anchors import anchor_page

    require(cli.actor(), Role.REVIEWER, *KEEPERS)
    register = cli.register()
    if page is not None:
        anchor_page(register.log, page, cli.language)
        files = [str(page)]
    else:
        files = [str(path) for path in give(register.log, channels_of(register.config), cli.language)]
    cli.emit({"files": files}, cli.tr(N_("Written: {files}"), files=", ".join(files)))


@click.command("reopen")
@click.option("--reason", required=True, help="What happened and what was done.")
@pass_cli
def reopen(cli: Cli, reason: str) -> None:
    """Open the log after a fault: it is verified in full first, and stays closed when it does not verify."""
    register = cli.register()
    size = _reopened(cli, register, reason)
    cli.emit(
        {"size": size}, cli.tr(N_("The log verifies and is open again: {size} entries signed."), size=size)
    )


def _reopened(cli: Cli, register: Register, reason: str) -> int:
    from core.disclosure.log.reopening import reopen as open_again
    from core.disclosure.transfers import stored_lines

    return open_again(register.log, cli.actor(), reason, stored_lines).size


@click.command("resume")
@click.option("--from", "directory", type=FILE, help="A mirror or an export that reaches further.")
@click.option("--held", "held_files", multiple=True, type=FILE, help="A checkpoint that somebody holds.")
@click.option("--successor", is_flag=True, help="No copy is left: close the log and begin its successor.")
@click.option("--origin", help="The successor's name; without it, the old name with a number.")
@pass_cli
def resume(
    cli: Cli, *, directory: Path | None, held_files: tuple[Path, ...], successor: bool, origin: str | None
) -> None:
    """After a restore: put back the log's missing end from a copy, or begin a successor that names the loss."""
    require(cli.actor(), *KEEPERS)
    if successor == (directory is not None):
        raise click.UsageError(cli.tr(N_("Give either --from DIR or --successor.")))
    register = cli.register()
    held = _held(register, held_files)
    if directory is None:
        _succeed(cli, register, held, origin)
    else:
        _resume(cli, register, held, directory)


def _held(register: Register, files: tuple[Path, ...]) -> list[Checkpoint]:
    from core.disclosure.log.errors import SignatureInvalid
    from core.disclosure.log.export import opened_by_any
    from core.disclosure.log.keychain import Era, KeyChain, stored_chain

    with register.database.reading() as connection:
        chain = stored_chain(connection, register.log.signer.verifier)
    own = KeyChain([Era(0, register.log.signer.verifiers)])
    held = []
    for path in files:
        content = read_file(path)
        found = opened_by_any(content, chain) or opened_by_any(content, own)
        if found is None:
            raise SignatureInvalid(key=register.log.origin)
        held.append(found)
    return held


def _resume(cli: Cli, register: Register, held: list[Checkpoint], directory: Path) -> None:
    from core.disclosure.log.resume import resume as put_back
    from core.disclosure.log.store import instant

    mirror = register.config.log.mirror_directory
    source = "mirror" if mirror is not None and directory.absolute() == mirror.absolute() else "export"
    found = put_back(register.log, directory, source=source, held=held)
    _open_if_closed(cli, register, "resume")
    lines = [
        cli.tr(
            N_("Entries {start} to {end} are back, and the log is signed."),
            start=found.start,
            end=found.end - 1,
        ),
        cli.tr(
            N_(
                "Transfers that the register's tables no longer know: {count}. Before anything is sent again, compare:"
            ),
            count=len(found.intents),
        ),
        *(
            f"  {instant(one.ts):%Y-%m-%d %H:%M}  {one.recipient}  {one.purpose}  {one.count}  {one.id}"
            for one in found.intents
        ),
    ]
    data = {
        "start": found.start,
        "end": found.end,
        "transfers": [
            {
                "id": one.id,
                "recipient": one.recipient,
                "purpose": one.purpose,
                "count": one.count,
                "ts": one.ts,
            }
            for one in found.intents
        ],
    }
    cli.emit(data, "\n".join(lines))


def _succeed(cli: Cli, register: Register, held: list[Checkpoint], origin: str | None) -> None:
    from core.disclosure.log.resume import succeed
    from core.disclosure.policy import POLICY_VERSION
    from core.version import version

    log = register.log
    name = origin or _next_name(log.origin)
    signed = succeed(log, name, policy=str(POLICY_VERSION), software=version(), held=held)
    _open_if_closed(cli, register, "successor")
    cli.emit(
        {"origin": signed.checkpoint.origin, "size": signed.size, "vkey": log.vkey},
        cli.tr(
            N_(
                "The log goes on as {origin} with {size} entries. Tell everybody who holds a checkpoint; the new key:"
            ),
            origin=signed.checkpoint.origin,
            size=signed.size,
        )
        + f"\n{log.vkey}",
    )


def _next_name(origin: str) -> str:
    head, _, tail = origin.rpartition("/")
    return f"{head}/{int(tail) + 1}" if head and tail.isdecimal() else f"{origin}/2"


def _open_if_closed(cli: Cli, register: Register, reason: str) -> None:
    latch = register.log.latch
    if latch is None:
        return
    with register.database.reading() as connection:
        closed = latch.state(connection) is not None
    if closed:
        _reopened(cli, register, reason)


COMMANDS = (rotate_key, anchor, reopen, resume)
