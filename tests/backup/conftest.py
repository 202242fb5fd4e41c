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
from core.config.schema import BackupSettings, DatabaseSettings
from core.disclosure.log.mirror import Mirror
from core.narrowing import Narrowings
from core.register import open_register
from tests.erasure.conftest import House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyrage.x25519 import Identity

    from core.backup.restoring import Restored
    from core.config import Config
    from core.disclosure.exits import Exit
    from core.register import Register
    from tests.support.postgres import Cluster

__all__ = ["house", "site"]
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
def site(house: House, tmp_path: Path, postgres: Cluster) -> Iterator[Site]:
    """The site, a backup key beside its keys, notes of what narrows being kept."""
    public = new_key(tmp_path / "backup.key")
    (tmp_path / "restored").mkdir()
    register = house.register
    register.config = msgspec.structs.replace(register.config, backup=BackupSettings(recipients=(public,)))
    register.database.fence = register.fence
    register.database.narrowings = Narrowings(register.config.keys.narrowings_file(), register.fence)
    made = Site(house, tmp_path, read_key(tmp_path / "backup.key"), postgres)
    yield made
    for each in made.opened:
        each.close()
