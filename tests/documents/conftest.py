"""A register that exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.export_house import Exports, open_exports

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing


@pytest.fixture
def exports(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> Exports:
    """A register with recipients that get files, and its export folder."""
    return open_exports(database, keyring, clock, actor, tmp_path)
