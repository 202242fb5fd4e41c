"""A register with one partner, whose statements are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.register import Register
from tests.support import partners
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


@pytest.fixture
def register(house: House, tmp_path: Path) -> Register:
    """The same as the front ends have it."""
    made = Register(partners.config(tmp_path), {"partner": house.partner}.__getitem__, house.clock)
    made.__dict__.update(database=house.database, keyring=house.keyring, log=house.log, gate=house.gate)
    return made
