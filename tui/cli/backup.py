"""`rekisteri backup`: encrypted backups of the whole register, verified, and restored without who was erased since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.actor import require
from core.messages import N_
from tui.cli.log_receipts import FILE
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from pathlib import Path

    from pyrage.x25519 import Identity

    from core.backup.log_after import LogAfter
    from core.backup.restoring import Restored
    from core.config import Config

_KEY = click.option("--key", "key_file", type=FILE, help="The secret key; without it backup.key_file.")
_PASSPHRASE = click.option(
    "--passphrase-file", type=FILE, help="A file (0600) whose first line is the passphrase of the key."
)
_BACKUP = click.argument("file", type=FILE)


@click.group("backup")
def command() -> None:
    """Make, verify and restore encrypted backups; docs/backup.md."""


@command.command("key")
@_BACKUP
@_PASSPHRASE
@pass_cli
def key(cli: Cli, *, file: Path, passphrase_file: Path | None) -> None:
    """Make a backup key in FILE (0600) and print its public half for backup.recipients; no register needed."""
    from core.backup.errors import BackupUnreadable
    from core.backup.keys import new_key
    from core.reasons import reason_of

    try:
        public = new_key(file, _passphrase(passphrase_file))
    except OSError as error:
        raise BackupUnreadable(path=str(file), reason=reason_of(error)) from error
    said = cli.tr(
        N_(
            "The secret key is in {file}: keep it where the backups are not. Write this line into backup.recipients:"
        ),
        file=file,
    )
    cli.emit({"file": str(file), "recipient": public}, f"{said}\n{public}")


@command.command("create")
@_BACKUP
@pass_cli
def create(cli: Cli, *, file: Path) -> None:
    """Write everything that the register holds now into FILE, encrypted; people go on working meanwhile."""
    from core.backup import service

    actor = cli.actor()
    made = service.create(cli.register(), actor, file, _config_text(cli))
    lines = [
        cli.tr(N_("{rows} rows in {file}, {size} bytes."), rows=made.rows, file=file, size=made.size),
        cli.tr(
            N_(
                "NOT in it: the master key, the log's key and the erasure fence. Without the master key nothing sealed "
                "in this backup can ever be opened: keep those apart (docs/operating.md, Keys)."
            )
        ),
    ]
    cli.emit(
        {"file": str(file), "size": made.size, "rows": made.rows, "tables": made.counts}, "\n".join(lines)
    )


@command.command("verify")
@_BACKUP
@_KEY
@_PASSPHRASE
@pass_cli
def verify(cli: Cli, *, file: Path, key_file: Path | None, passphrase_file: Path | None) -> None:
    """Read the whole of FILE: every chunk, every row counted, who made it, and the disclosure log inside."""
    from core.backup import service

    require(cli.actor(), *service.KEEPERS)
    register = cli.register()
    identities = _identities(register.config, key_file, passphrase_file)
    found = service.verify(register.config, register.keyring, file, identities)
    said = cli.tr(
        N_(
            "The backup of {when} (UTC) is whole: {rows} rows in {tables} tables, made from {database} by version "
            "{software}. The disclosure log inside verifies: {log_size} entries."
        ),
        when=f"{found.made_at:%Y-%m-%d %H:%M}",
        rows=found.rows,
        tables=len(found.counts),
        database=found.database,
        software=found.software,
        log_size=found.log_size,
    )
    data = {
        "made_at": found.made_at,
        "rows": found.rows,
        "tables": dict(found.counts),
        "database": found.database,
        "shape": found.shape,
        "log_size": found.log_size,
    }
    cli.emit(data, said)


@command.command("config")
@_BACKUP
@click.argument("out", type=FILE)
@_KEY
@_PASSPHRASE
@pass_cli
def config_inside(
    cli: Cli, *, file: Path, out: Path, key_file: Path | None, passphrase_file: Path | None
) -> None:
    """Write the configuration that the backup FILE carries into OUT, when the machine is lost; no register needed."""
    from core.backup.errors import BackupUnreadable
    from core.backup.keys import read_key
    from core.backup.reading import configuration_inside
    from core.keys import write_secret_file
    from core.reasons import reason_of

    identities = read_key(_named(key_file), _passphrase(passphrase_file))
    text = configuration_inside(file, identities)
    try:
        write_secret_file(out, text.encode())
    except OSError as error:
        raise BackupUnreadable(path=str(out), reason=reason_of(error)) from error
    cli.emit(
        {"file": str(out)}, cli.tr(N_("Read {file} before you use it: paths may differ here."), file=out)
    )


@command.command("restore")
@_BACKUP
@_KEY
@_PASSPHRASE
@click.option("--fence-lost", is_flag=True, help="Go on without the fence: erased people may come back.")
@pass_cli
def restore(
    cli: Cli, *, file: Path, key_file: Path | None, passphrase_file: Path | None, fence_lost: bool
) -> None:
    """Restore FILE into the empty database of the configuration.

    Whoever was erased since the backup is erased again, bans made since hold, and the log is put back from its mirror.
    Nobody can sign in before, so this is for whoever has the keys. Interrupted, give it again.
    """
    from core.backup import restoring
    from core.backup.log_after import bring_up
    from core.clock import SystemClock
    from core.config import load_config

    config = load_config(cli.config_path)
    identities = _identities(config, key_file, passphrase_file)
    done = restoring.restore(config, file, identities, SystemClock(), fence_lost=fence_lost)
    after = bring_up(cli.register())
    cli.emit(_restored(done, after), "\n".join([*_lines(cli, done), *_log_lines(cli, after)]))


def _restored(done: Restored, after: LogAfter) -> dict[str, object]:
    return {
        "rows": done.rows,
        "erased_again": done.again.erased,
        "with_vouchers": done.again.with_vouchers,
        "narrowed_again": done.again.narrowed,
        "log": after.state,
        "log_missing": after.missing,
        "transfers": [one.id for one in after.transfers],
    }


def _lines(cli: Cli, done: Restored) -> list[str]:
    return [
        cli.tr(N_("Restored: {rows} rows."), rows=done.rows),
        cli.tr(
            N_(
                "Erased since the backup and erased again: {erased} ({vouchers} with a sealed copy for the vouchers)."
            ),
            erased=done.again.erased,
            vouchers=done.again.with_vouchers,
        ),
        cli.tr(
            N_("Bans, restrictions or protected addresses put in force again: {narrowed} customers."),
            narrowed=done.again.narrowed,
        ),
        cli.tr(
            N_(
                "Look through accounts, keys and agreements of staff: what was ended since the backup is in force again."
            )
        ),
    ]


def _log_lines(cli: Cli, after: LogAfter) -> list[str]:
    from core.backup.log_after import LogState

    if after.state is LogState.WHOLE:
        return [cli.tr(N_("The disclosure log lacks nothing that was signed."))]
    if after.state is LogState.RESUMED:
        return [
            cli.tr(N_("Entries put back into the disclosure log: {missing}."), missing=after.missing),
            cli.tr(
                N_(
                    "Transfers that the tables no longer know: {transfers}. Compare with their recipients before anything is sent again."
                ),
                transfers=", ".join(one.id for one in after.transfers) or "–",
            ),
        ]
    said = [
        cli.tr(
            N_(
                "NOTHING LEAVES YET: the disclosure log lacks {missing} entries. Next: rekisteri log resume --from DIR, "
                "or --successor when no copy is left."
            ),
            missing=after.missing or "?",
        )
    ]
    return said if after.problem is None else [*said, after.problem.explain(cli.language).sentence]


def _config_text(cli: Cli) -> str:
    from core.config import find_config

    return find_config(cli.config_path).read_text(encoding="utf-8")


def _identities(config: Config, key_file: Path | None, passphrase_file: Path | None) -> list[Identity]:
    from core.backup.keys import read_key

    return read_key(_named(key_file or config.backup.key_file), _passphrase(passphrase_file))


def _named(path: Path | None) -> Path:
    from core.backup.errors import KeyNotNamed

    if path is None:
        raise KeyNotNamed
    return path


def _passphrase(path: Path | None) -> str | None:
    from core.keys import read_secret_file

    return None if path is None else read_secret_file(path).decode("utf-8", "replace").partition("\n")[0]
