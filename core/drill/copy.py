"""A copy of the register to drill on: restored from a fresh backup, in a folder of our own, and gone afterwards.

The copy's log goes on under a name and key of its own; it has its own exports, no partner, and a copy of the fence:
whatever is done in it stays in it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyrage

from core.backup import service as backup
from core.backup.restoring import restore
from core.config.schema import (
    DatabaseSettings,
    DrillSettings,
    FileSettings,
    GateSettings,
    KeySettings,
    Recipient,
)
from core.disclosure.log.resume import branch
from core.disclosure.policy import POLICY_VERSION
from core.documents import leads_to_a_file
from core.documents.exits import file_exit
from core.documents.handover import person_exit
from core.drill.errors import DrillUnderWay
from core.keys import read_secret_file, write_secret_file
from core.register import Register
from core.version import version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.config import Config
    from core.disclosure.exits import Exit
    from core.documents.typesetter import Typesetter
    from core.drill.minutes import Course

RECIPIENT: Final = "drill"
_FOLDER: Final = ".copy"
_LOCK: Final = ".lock"
_REACH: Final[Any] = ("customer_number", "name", "postal_address", "contact")


@contextmanager
def copy_of(register: Register, typesetter: Typesetter, course: Course) -> Iterator[Register]:
    """A copy of *register*, to do anything with; removed on leaving, and by the next drill after a crash.

    Raises:
        DrillUnderWay: another drill is going on.
    """
    place = register.config.drill.directory
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(place):
        folder = place / _FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            copy = _restored(register, typesetter, folder, course)
            try:
                yield copy
            finally:
                copy.close()
        finally:
            shutil.rmtree(folder)


def sweep(directory: Path) -> bool:
    """Remove the copy that a drill has left that was killed; says whether there was one."""
    folder = directory / _FOLDER
    if not folder.exists():
        return False
    try:
        with _alone(directory):
            shutil.rmtree(folder)
    except DrillUnderWay:
        return False
    return True


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    descriptor = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DrillUnderWay from error
        yield
    finally:
        os.close(descriptor)


def _restored(register: Register, typesetter: Typesetter, folder: Path, course: Course) -> Register:
    key = pyrage.x25519.Identity.generate()
    path = folder / "fresh.backup"
    with course.step("backup") as facts, register.database.reading() as connection:
        made = backup.write(
            connection,
            register.keyring,
            path,
            now=register.clock.now(),
            recipients=[key.to_public()],
            config="",
        )
        facts.update(rows=made.rows, bytes=made.size)
    with course.step("verify") as facts:
        found = backup.verify(register.config, register.keyring, path, [key])
        facts.update(log_entries=found.log_size)
    config = _config(register.config, folder)
    keys = register.config.keys
    write_secret_file(config.keys.log_key_file, read_secret_file(keys.log_key_file))
    for secret in (keys.erasure_fence_file, keys.narrowings_file()):
        if secret.exists():
            write_secret_file(folder / secret.name, secret.read_bytes())
    with course.step("restore") as facts:
        restored = restore(config, path, [key], register.clock)
        facts.update(rows=restored.rows, erased_again=restored.again.erased)
    path.unlink()
    return _opened(register, config, typesetter)


def _config(config: Config, folder: Path) -> Config:
    """The same settings, with every file in *folder* and nobody but the drill's own recipient."""
    keys = config.keys
    recipient = Recipient(
        name="Paloharjoitus",
        role="processor",
        agreement="–",
        agreement_from=date(2000, 1, 1),
        purposes=("customer_care",),
        categories=_REACH,
        adapter="files",
        told_of_changes="yes",
    )
    return msgspec.structs.replace(
        config,
        database=DatabaseSettings(url=f"sqlite:///{folder / 'register.db'}"),
        keys=KeySettings(
            master_key_file=keys.master_key_file,
            log_key_file=folder / "log.key",
            erasure_fence_file=folder / keys.erasure_fence_file.name,
        ),
        log=msgspec.structs.replace(
            config.log,
            high_water_file=folder / "log.high-water",
            mirror_directory=None,
            mirror_required=False,
            anchor_mail_directory=None,
            anchor_directory=None,
        ),
        files=FileSettings(
            quarantine_directory=folder / "quarantine",
            exchange_directory=folder / "exchange",
            export_directory=folder / "exports",
        ),
        drill=DrillSettings(directory=folder / "drills"),
        gate=GateSettings(approval_persons=0, approval_first_use=False),
        recipients={RECIPIENT: recipient},
        partners={},
        sftp={},
        updates={},
    )


def _opened(register: Register, config: Config, typesetter: Typesetter) -> Register:
    def exits(name: str) -> Exit:
        return (file_exit if leads_to_a_file(name) else person_exit)(config, typesetter, name)

    copy = Register(config, exits, register.clock)
    origin = f"{copy.log.origin}/drill-{secrets.token_hex(8)}"
    branch(copy.log, origin, policy=str(POLICY_VERSION), software=version())
    return copy
