"""A register whose backups are made and restored, into a new database of either kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
import pytest

from core.backup import restoring, service
from core.backup.keys import new_key, read_key
from core.config.schema import BackupSettings, DatabaseSettings, KeySettings
from core.disclosure.log.mirror import Mirror
from core.fence import Fence
from core.narrowing import Narrowings
from core.register import open_register
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.erasure.conftest import House
from tests.support.notice_house import open_notices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyrage.x25519 import Identity

    from core.actor import Actor
    from core.backup.restoring import Restored
    from core.clock import FixedClock
    from core.config import Config
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.keys import KeyRing
    from core.register import Register
    from tests.support.postgres import Cluster

CONFIG_TEXT = '[register]\nname = "Malli"\n'


def nowhere(name: str) -> Exit:
    """No way out is needed."""
    raise AssertionError(name)


@dataclass
class Site:
    """The register, a backup key, and where backups are restored to."""

    house: House
    folder: Path
    identities: list[Identity]
    cluster: Cluster
    opened: list[Register] = field(default_factory=list)

    @property
    def register(self) -> Register:
        """The register as it lives."""
        return self.house.register

    def mirror(self, directory: Path | None = Path("mirror")) -> None:
        """Let the log be mirrored from now on, or (None) not any more."""
        register = self.register
        place = None if directory is None else self.folder / directory
        log = msgspec.structs.replace(register.config.log, mirror_directory=place)
        register.config = msgspec.structs.replace(register.config, log=log)
        register.log.mirror = None if place is None else Mirror(place, required=False)
        register.log.sign()

    def backup(self, name: str = "one.backup") -> Path:
        """A new backup."""
        path = self.folder / name
        service.create(self.register, self.house.actor, path, CONFIG_TEXT)
        return path

    def empty(self, kind: str) -> str:
        """The URL of a database that holds nothing."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / 'restored' / 'register.db'}"
        return self.cluster.create_database(f"restored_{uuid4().hex}")

    def config_for(self, url: str) -> Config:
        """The register's configuration, with another database."""
        return msgspec.structs.replace(self.register.config, database=DatabaseSettings(url=url))

    def restore(self, path: Path, url: str) -> Restored:
        """Restore into the empty database at *url*."""
        return restoring.restore(self.config_for(url), path, self.identities, self.house.notices.clock)

    def open(self, url: str) -> Register:
        """The restored register, as the program opens it."""
        register = open_register(self.config_for(url), nowhere, self.house.notices.clock)
        self.opened.append(register)
        return register


@pytest.fixture
def site(
    database: Database,
    database_url: str,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    postgres: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """The site, its keys beside it, notes of what narrows being kept."""
    with NetvisorSandbox() as netvisor:
        opened = open_notices(database, keyring, clock, actor, tmp_path, netvisor, monkeypatch)
        keys = KeySettings(
            master_key_file=tmp_path / "master.key",
            log_key_file=tmp_path / "log.key",
            erasure_fence_file=tmp_path / "erasure.fence",
        )
        public = new_key(tmp_path / "backup.key")
        Fence.create(keys.erasure_fence_file)
        (tmp_path / "restored").mkdir()
        register = opened.register
        log = msgspec.structs.replace(register.config.log, high_water_file=tmp_path / "high")
        register.config = msgspec.structs.replace(
            register.config,
            keys=keys,
            log=log,
            database=DatabaseSettings(url=database_url),
            backup=BackupSettings(recipients=(public,)),
        )
        database.fence = register.fence
        database.narrowings = Narrowings(keys.narrowings_file(), register.fence)
        made = Site(House(opened), tmp_path, read_key(tmp_path / "backup.key"), postgres)
        yield made
        for each in made.opened:
            each.close()
