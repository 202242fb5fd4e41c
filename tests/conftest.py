"""What every test may ask for: a clock that stands still, a migrated database of each kind, keys, and people."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import hypothesis
import pytest

import core.messages
from core import migrations
from core.actor import Actor, Role
from core.clock import FixedClock
from core.database import Database
from core.keys import KeyRing
from core.messages.compile import compile_catalogues
from tests.support.postgres import Cluster, running_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

THE_MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEMPLATE = "template_migrated"

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_configure(config: pytest.Config) -> None:
    """Compile catalogues that changed since they were last compiled, once a run."""
    root = Path(core.messages.__file__).parent
    compiled_elsewhere = hasattr(config, "workerinput")
    if not compiled_elsewhere and any(_stale(source) for source in root.glob("*/*.po")):
        compile_catalogues(root)


def _stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


@pytest.fixture(autouse=True)
def _developers_own_settings_are_hidden(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test reads the configuration or environment of the person who runs it."""
    for name in list(os.environ):
        if name.startswith(("REKISTERI_", "PG")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def clock() -> FixedClock:
    """A clock that says 23 November 2026, 08:00 UTC, until a test advances it."""
    return FixedClock(THE_MORNING)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process alone; it stops when the tests end."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _postgres_template(postgres: Cluster) -> str:
    url = postgres.create_database(TEMPLATE)
    _migrate(url)
    return TEMPLATE


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "register.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = Database.open(url, FixedClock(THE_MORNING))
    try:
        migrations.upgrade(database)
    finally:
        database.close()


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite database that only this test uses."""
    path = tmp_path / "register.db"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres: Cluster, _postgres_template: str) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database that only this test uses; dropped afterwards."""
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(name, _postgres_template)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database of each kind in turn; for tests that start programs of their own."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """A migrated, empty database of each kind in turn, open."""
    opened = Database.open(database_url, clock)
    yield opened
    opened.close()


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    """A key ring with a new master key."""
    return KeyRing.create(tmp_path / "master.key")


class MakeActor(Protocol):
    """Makes an actor that has exactly the roles given."""

    def __call__(self, *roles: Role) -> Actor:
        """An actor with *roles*."""
        ...


@pytest.fixture
def make_actor() -> MakeActor:
    """Actors with chosen roles: ``make_actor(Role.CLERK)``."""

    def make(*roles: Role) -> Actor:
        return Actor(staff_id=1, user_name="tester", name="Testi Tekijä", roles=frozenset(roles))

    return make


@pytest.fixture
def actor(make_actor: MakeActor) -> Actor:
    """A member of staff who has every role."""
    return make_actor(*Role)
