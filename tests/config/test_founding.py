"""A new register works from its first minute, and a failed attempt leaves nothing behind."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from core import migrations
from core.clock import SystemClock
from core.config import load_config
from core.config.errors import ConfigExists, ConfigUnwritable, WrongValue
from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner
from core.errors import DatabaseUnavailable, RegisterError
from core.founding import found_register
from core.keys import KeyFileExists, KeyRing
from tests.config.test_example import GIVEN

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from tests.support.postgres import Cluster


def test_new_register_has_everything_it_needs(tmp_path: Path, clock: FixedClock) -> None:
    """Configuration, keys, database and log exist, belong together, and only their owner may read them."""
    founded = found_register(tmp_path / "register" / "config.toml", GIVEN, clock)
    config = load_config(founded.file)
    KeyRing.load(config.keys.master_key_file)
    database = Database.open(config.database.address())
    migrations.check(database)
    signer = LogSigner.load(config.keys.log_key_file)
    assert signer.vkey == founded.vkey
    latest = DisclosureLog(database, signer, clock, config.log.high_water_file).latest()
    database.close()
    assert latest is not None
    assert latest.checkpoint.size == 1
    private = [founded.file, config.keys.master_key_file, config.keys.log_key_file, config.database.file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private if path} == {0o600}
    assert stat.S_IMODE(config.files.exchange_directory.stat().st_mode) == 0o700


def test_register_on_postgresql_is_founded_too(tmp_path: Path, clock: FixedClock, postgres: Cluster) -> None:
    """A database server is migrated and gets the log's first entry in the same way."""
    url = postgres.create_database("founded")
    found_register(tmp_path / "config.toml", GIVEN | {"database.url": url}, clock)
    database = Database.open(url)
    migrations.check(database)
    database.close()
    postgres.drop_database("founded")


def test_existing_configuration_is_left_alone(tmp_path: Path) -> None:
    """A second attempt in the same place is refused and changes nothing."""
    file = tmp_path / "config.toml"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigExists):
        found_register(file, GIVEN)
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]
    assert file.read_text(encoding="utf-8") == "mine"


def test_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    """A key of an older register stops the founding, which takes back what it had made."""
    KeyRing.create(tmp_path / "master.key")
    before = (tmp_path / "master.key").read_bytes()
    with pytest.raises(KeyFileExists):
        found_register(tmp_path / "config.toml", GIVEN)
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]
    assert (tmp_path / "master.key").read_bytes() == before


def test_database_that_does_not_answer_leaves_nothing_behind(tmp_path: Path) -> None:
    """Without its database no register is made, and no file of it stays."""
    url = f"postgresql+psycopg://nobody@/none?host={tmp_path}"
    with pytest.raises(DatabaseUnavailable):
        found_register(tmp_path / "config.toml", GIVEN | {"database.url": url}, SystemClock())
    assert list(tmp_path.iterdir()) == []


def test_wrong_answer_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """An answer that is not as it should be is named by its setting."""
    with pytest.raises(WrongValue):
        found_register(tmp_path / "config.toml", GIVEN | {"log.origin": "two words"})
    assert list(tmp_path.iterdir()) == []


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A folder that cannot be made is a sentence with its path."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigUnwritable) as caught:
        found_register(tmp_path / "file" / "config.toml", GIVEN)
    assert str(tmp_path / "file") in str(caught.value)


def test_log_that_cannot_be_begun_leaves_no_mark_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first mark is written before the first entry: when that fails, a second attempt must not meet it."""
    real = DisclosureLog.append

    def broken(*_: object, **__: object) -> int:
        raise DatabaseUnavailable

    monkeypatch.setattr(DisclosureLog, "append", broken)
    with pytest.raises(DatabaseUnavailable):
        found_register(tmp_path / "register" / "config.toml", GIVEN)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    monkeypatch.setattr(DisclosureLog, "append", real)
    assert found_register(tmp_path / "register" / "config.toml", GIVEN).vkey


def test_a_mark_of_an_older_log_is_left_alone(tmp_path: Path) -> None:
    """It is not ours to take away: it says that there was a log."""
    (tmp_path / "log.high-water").write_text("example.fi/older\n5\nAAAA\n", encoding="ascii")
    with pytest.raises(RegisterError):
        found_register(tmp_path / "config.toml", GIVEN)
    assert [path.name for path in tmp_path.iterdir()] == ["log.high-water"]
