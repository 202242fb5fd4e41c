"""A register and its site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.web_house import Site, open_site

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing


@pytest.fixture
def site(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> Site:
    """A register into which registrations are read."""
    return open_site(database, keyring, clock, actor, tmp_path)
