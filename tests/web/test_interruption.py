"""`kill -9` at any point of a file from the site: gone on with, it ends as if nothing had happened."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.clock import FixedClock
from core.customers import web_loading, web_reads
from tests.support.killing import killed
from tests.support.update_house import IMPORTER, MORNING, register_of
from tests.support.web_house import SITE, submission
from tests.updates.test_interruption import other_register, picture
from tests.web.killed_loads import load_until_killed

if TYPE_CHECKING:
    from core.customers.web_types import WebFile
    from core.database import Database
    from core.keys import KeyRing
    from core.register import Register

LINES = 200
KILLS = 3


def lines() -> list[bytes]:
    """Strangers, people who write again, the same submission twice, and lines that are refused."""
    made: list[bytes] = []
    for number in range(LINES):
        who = number % 140
        person = {
            "person__first_name": f"Nimi{who}",
            "person__email": f"nimi{who}@example.fi",
            "person__street": f"Katu {number}",
        }
        one = submission(**person, id=f"kuolematon-{number if number % 20 else 3:08}", bans=["publication"])
        made.append(b"{rikki" if number % 17 == 5 else json.dumps(one, ensure_ascii=False).encode())
    return made


def seen(register: Register) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Customers with their histories, and every registration with what it says."""
    with register.database.reading() as connection:
        found = web_reads.registrations(connection, register.keyring, None, limit=LINES)
    told = [(it.submission, it.state, it.urgent, it.values, it.bans, len(it.candidates)) for it in found]
    return picture(register), sorted(told)


def ended(file: WebFile) -> tuple[dict[str, int], int, str]:
    """Counts, lines and the quarantine file."""
    assert file.finished_at is not None
    assert file.quarantine_file is not None
    return dict(file.counts), file.lines, Path(file.quarantine_file).read_text("utf-8")


@pytest.mark.timeout(120)
def test_killed_loads_end_as_undisturbed_ones(
    database: Database, database_url: str, keyring: KeyRing, tmp_path: Path
) -> None:
    """Killed three times at random and gone on with: nobody twice, nothing lost, each refused line once."""
    path = tmp_path / "lomakkeet.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines()))
    undisturbed = other_register(tmp_path)
    whole = web_loading.load(undisturbed, IMPORTER, path, SITE)
    chance = random.Random(7)
    work = (load_until_killed, (database_url, str(tmp_path), str(path)))
    assert sum(not killed(*work, chance.uniform(0, 0.03)) for _ in range(KILLS)) > 0
    register = register_of(database, keyring, tmp_path, FixedClock(MORNING))
    assert ended(web_loading.load(register, IMPORTER, path, SITE)) == ended(whole)
    assert seen(register) == seen(undisturbed)
