"""A register with one partner, for the tests of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.gate_house import House, open_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing


@pytest.fixture
def house(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> House:
    """A register, its gate, and a partner whose faults can be switched on."""
    return open_house(database, keyring, clock, actor, tmp_path)
