"""kill -9 at any moment of a restore or a backup: nothing is there, or all of it, and the same command begins anew."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import create_engine, inspect

from core import migrations
from core.database import Database
from core.migrations import NoRegister
from tests.backup.test_restore import contents
from tests.erasure.test_erasure import live

if TYPE_CHECKING:
    from tests.backup.conftest import Site

ROOT = Path(__file__).parents[2]
# The work happens in another process, which says when it begins; config and keys are where this one has them.
PROGRAM = """
import sys
from pathlib import Path
import msgspec
from core.backup import restoring
from core.backup.keys import read_key
from core.clock import SystemClock
from core.config.schema import Config
folder, backup, url = sys.argv[1:]
config = msgspec.json.decode(sys.stdin.read(), type=Config, dec_hook=lambda kind, value: kind(value))
identities = read_key(Path(folder) / "backup.key")
print("go", flush=True)
restoring.restore(config, Path(backup), identities, SystemClock())
"""


def start(site: Site, backup: Path, url: str) -> subprocess.Popen[str]:
    """A restore in a process of its own, imports done."""
    config = msgspec.json.encode(site.config_for(url), enc_hook=str).decode()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(site.folder), str(backup), url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(config)
    process.stdin.close()
    assert process.stdout.readline() == "go\n"
    process.stdout.close()
    return process


def is_nothing(url: str) -> bool:
    """Whether the program finds no register at *url*."""
    database = Database.open(url)
    try:
        migrations.check(database)
    except NoRegister:
        return True
    finally:
        database.close()
    return False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_restore_that_is_killed_leaves_nothing_or_all(site: Site, target: str) -> None:
    """At random moments, which are the same each time; the next attempt restores what there was."""
    live(site.house)
    before = contents(site.register)
    backup = site.backup()
    url = site.empty(target)
    chance = random.Random(7)
    began = time.monotonic()
    process = start(site, backup, url)
    assert process.wait(60) == 0
    took = time.monotonic() - began
    for _ in range(2):
        url = site.empty(target)
        for path in (site.folder / "restored").iterdir():
            path.unlink()
        process = start(site, backup, url)
        time.sleep(chance.random() * took)
        process.kill()
        process.wait(60)
        if is_nothing(url):
            site.restore(backup, url)
        assert contents(site.open(url)) == before
        names = {path.name for path in (site.folder / "restored").iterdir()}
        assert not {name for name in names if "restoring" in name}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_killed_restore_left_is_no_register(site: Site) -> None:
    """On SQLite the file that was being built is not where the register is looked for, and the next attempt removes it."""
    backup = site.backup()
    url = site.empty("sqlite")
    left = site.folder / "restored" / "register.db.restoring"
    left.write_bytes(b"half of a database")
    left.with_name(left.name + "-wal").write_bytes(b"its journal")
    assert is_nothing(url)
    site.restore(backup, url)
    assert {path.name for path in left.parent.iterdir()} <= {
        "register.db",
        "register.db-wal",
        "register.db-shm",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_restore_that_fails_at_its_end_leaves_an_empty_server(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shape, too, goes with the transaction."""
    backup = site.backup()
    url = site.empty("postgresql")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("core.backup.restoring.void_all", stop)
        with pytest.raises(KeyboardInterrupt):
            site.restore(backup, url)
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    site.restore(backup, url)
