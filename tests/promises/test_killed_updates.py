"""An update killed with `kill -9` at random ends as an uninterrupted one, and undone it leaves all as it was.

At a few thousand rows here; at a million by ``python -m tests.support.kill_campaign``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.keys import KeyRing
from tests.support.kill_campaign import campaign, databases

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 3_000


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_update_ends_as_any_other_and_is_undone(kind: str, tmp_path: Path) -> None:
    """Killed while applied and while undone: the same bytes as without, and then the same as before."""
    KeyRing.create(tmp_path / "master.key")
    with databases(kind, tmp_path, ROWS) as same:
        result = campaign(same, tmp_path, ROWS, chunk=100)
    assert result.as_uninterrupted
    assert result.undone_as_before
    assert result.kills_applying > 2
    assert result.kills_undoing > 0
    assert result.counts["applied"] > 1_000
    assert sum(result.undone.values()) == sum(result.counts.values()) - result.counts["quarantined"]
