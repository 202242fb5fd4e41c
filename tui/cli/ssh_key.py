"""`rekisteri ssh-key`: which SSH key is whose, and the lines that sshd reads."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.config.reading import find_config
from core.errors import InvalidInput, Where
from core.messages import N_
from core.reasons import reason_of
from core.staff import service, ssh_keys
from core.staff.policy import administrator_id
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from core.staff.ssh_keys import SshKey

_LONGEST_FILE = 65_536
_LONGEST_NUMBER = 18


class KeyFileUnreadable(InvalidInput):
    """The ``.pub`` file cannot be read."""

    code = "cli.key_file_unreadable"
    sentence = N_("The public key file cannot be read: {reason}.")
    advice = N_("Give the path of the .pub file, or - to read the line from standard input.")


class KeysFileUnwritable(InvalidInput):
    """The file for sshd cannot be written."""

    code = "cli.keys_file_unwritable"
    sentence = N_("The file cannot be written: {reason}. What was there before is as it was.")
    advice = N_("Check that its directory exists and belongs to the user that runs this.")


@click.group()
def command() -> None:
    """SSH keys: one person's each, and good for this register alone."""


@command.command("add")
@click.argument("user_name")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@pass_cli
def add(cli: Cli, user_name: str, file: Path) -> None:
    """Register a member's public key from FILE (the .pub file; - reads standard input)."""
    actor = cli.actor()
    administrator_id(actor)
    line = _key_line(file)
    with cli.register().database.unit_of_work() as uow:
        member = service.by_user_name(uow.connection, user_name)
        key = ssh_keys.add_key(uow, actor, member.id, line)
        uow.commit()
    _tell(cli, key)


@command.command("revoke")
@click.argument("key")
@pass_cli
def revoke(cli: Cli, key: str) -> None:
    """Take KEY (its number or fingerprint) out of use for good; sessions over it end."""
    actor = cli.actor()
    with cli.register().database.unit_of_work() as uow:
        # A longer row of digits is no number that either database holds.
        numbered = key.isdecimal() and len(key) <= _LONGEST_NUMBER
        revoked = ssh_keys.revoke_key(uow, actor, int(key) if numbered else key)
        uow.commit()
    _tell(cli, revoked)


@command.command("list")
@pass_cli
def list_keys(cli: Cli) -> None:
    """List every key ever registered, revoked ones included."""
    cli.actor()
    with cli.register().database.reading() as connection:
        found = ssh_keys.keys(connection)
    cli.emit([_row(key) for key in found], "\n".join(_line(cli, key) for key in found))


@command.command("authorized")
@click.option("--fingerprint", help="Only the key with this fingerprint (sshd's %f).")
@click.option("--blob", help="Only the key with this base64 text (sshd's %k).")
@click.option("--program", help="How sshd calls this program, as in a shell; found by itself without it.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write an authorized_keys file (0600) instead."
)
@pass_cli
def authorized(
    cli: Cli, fingerprint: str | None, blob: str | None, program: str | None, output: Path | None
) -> None:
    """Print the lines for sshd: AuthorizedKeysCommand, or an authorized_keys file."""
    called = program or _called(cli)
    with cli.register().database.reading() as connection:
        lines = ssh_keys.authorized_keys(connection, called, fingerprint=fingerprint, blob=blob)
    if output is None:
        click.echo(lines, nl=False)
        return
    _write(output, lines)
    count = lines.count("\n")
    cli.emit(
        {"file": str(output), "keys": count},
        cli.tr(N_("Written to {file}; keys in use: {count}."), count=count, file=output),
    )


def _key_line(file: Path) -> str:
    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(_LONGEST_FILE)
        else:
            with file.open("rb") as stream:
                content = stream.read(_LONGEST_FILE)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise KeyFileUnreadable(where=Where(file=str(file)), reason=reason_of(error)) from error
    except UnicodeDecodeError as error:
        raise KeyFileUnreadable(where=Where(file=str(file)), reason="UTF-8") from error


def _called(cli: Cli) -> str:
    """This program and its configuration as absolute paths: sshd starts it in another directory."""
    program = Path(shutil.which(sys.argv[0]) or sys.argv[0])
    return shlex.join([str(program.absolute()), "--config", str(find_config(cli.config_path).absolute())])


def _write(path: Path, content: str) -> None:
    """Replace the file in one step, so that sshd never reads half of it."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise KeysFileUnwritable(where=Where(file=str(path)), reason=reason_of(error)) from error


def _tell(cli: Cli, key: SshKey) -> None:
    cli.emit(_row(key), _line(cli, key))


def _row(key: SshKey) -> dict[str, Any]:
    return {
        "key": key.id,
        "user_name": key.user_name,
        "type": key.key_type,
        "fingerprint": key.fingerprint,
        "comment": key.comment,
        "added_at": key.added_at.isoformat(timespec="seconds"),
        "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(timespec="seconds"),
    }


def _line(cli: Cli, key: SshKey) -> str:
    state = "" if key.revoked_at is None else f" · {cli.tr(N_('revoked'))}"
    return f"{key.id:4} {key.user_name:16} {key.fingerprint} {key.key_type} {key.comment}{state}"
