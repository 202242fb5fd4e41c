"""A register into which postal code files are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.postal_codes.loading import load
from tests.support import postal
from tests.support.update_house import IMPORTER, register_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from core.register import Register


@pytest.fixture
def register(database: Database, keyring: KeyRing, clock: FixedClock, tmp_path: Path) -> Register:
    """A register around the test's database, no file loaded."""
    return register_of(database, keyring, tmp_path, clock)


@pytest.fixture
def loaded(register: Register, tmp_path: Path) -> Register:
    """The register with the postcodes and streets of a few towns."""
    load(register, IMPORTER, postal.write(tmp_path / "PCF.dat", postal.CODES))
    load(register, IMPORTER, postal.write(tmp_path / "BAF.dat", postal.STREETS))
    return register
