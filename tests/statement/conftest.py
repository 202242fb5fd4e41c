"""A register with one partner, whose statements are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.config.schema import FileSettings
from core.documents import leads_to_the_person
from core.documents.handover import person_exit
from core.register import Register
from integrations.typesetter import Typst
from tests.support import partners
from tests.support.gate_house import House, open_house
from tests.support.office import office, office_template

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.keys import KeyRing

__all__ = ["office", "office_template"]


@pytest.fixture
def house(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> House:
    """A register, its gate, and a partner whose faults can be switched on."""
    return open_house(database, keyring, clock, actor, tmp_path)


@pytest.fixture
def register(house: House, tmp_path: Path) -> Register:
    """The same as the front ends have it."""
    config = partners.config(tmp_path)
    config = msgspec.structs.replace(config, files=FileSettings(export_directory=tmp_path / "exports"))

    def exits(name: str) -> Exit:
        return person_exit(config, Typst(), name) if leads_to_the_person(name) else house.partner

    made = Register(config, exits, house.clock)
    house.gate.exits = exits
    made.__dict__.update(database=house.database, keyring=house.keyring, log=house.log, gate=house.gate)
    return made
