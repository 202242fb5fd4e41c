"""After many erasures in a random history nothing is left of anybody, the log verifies, and nobody comes back.

Eight here; ``REKISTERI_ERASURES=500 pytest tests/erasure/test_campaign.py -s`` at the size that the promise names, which
prints what it did.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core import environment
from core.rights.erasure.service import complete_due
from core.rights.types import CaseState
from tests.log.test_lone_verifier import exported, lone
from tests.support.erasure_house import as_town, with_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.erasure.conftest import House

COUNT = int(environment.ERASURES.value() or 8)
SECONDS = 60 if COUNT < 50 else 7200


@pytest.mark.timeout(SECONDS)
def test_nothing_is_left_of_anybody_and_nobody_comes_back(house: House, tmp_path: Path) -> None:
    """The truth is kept by the test, and looked for with its own eyes in every file and row."""
    began = time.monotonic()
    register = house.register
    with_files(register, tmp_path)
    register.database.fence = register.fence
    town = as_town(house.notices, tmp_path, seed=7)
    town.settle(COUNT * 3)
    town.live(COUNT * 5)
    slowest = 0.0
    for _ in range(COUNT):
        town.live(1)
        start = time.monotonic()
        town.erase(town.anybody())
        slowest = max(slowest, time.monotonic() - start)
    assert len(town.gone) + len(town.waiting) == COUNT
    assert town.waiting
    assert town.gone
    assert town.traces() == []
    assert register.log.verify().problem_count == 0
    out = exported(register.log, tmp_path / "outside" / "log")
    checked = lone(out, out, "--vkey", (out / "vkey").read_text().strip())
    assert checked.returncode == 0, checked.stdout

    before = town.active()
    assert set(before) == {*town.people}
    came = town.come_back()
    assert town.active() == before

    house.notices.clock.advance((date(2040, 1, 1) - town.today).days * 24 * 60 * 60)
    completed = complete_due(register, house.actor)
    assert len(completed) == len(town.waiting)
    town.gone, town.waiting = [*town.gone, *town.waiting], []
    for path in register.config.files.quarantine_directory.iterdir():
        path.unlink()
    assert town.traces() == []
    assert town.states() == {CaseState.CLOSED: COUNT}
    assert register.log.verify().problem_count == 0
    sys.stdout.write(
        f"{COUNT} erasures of {COUNT * 3} persons, {len(completed)} of them completed on their day; {dict(town.did)}; "
        f"the old file again: {dict(came)}; slowest {slowest:.2f} s, altogether {time.monotonic() - began:.0f} s\n"
    )
