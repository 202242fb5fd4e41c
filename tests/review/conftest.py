"""A register with one partner and two people, for the tests of approvals and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.review_house import ReviewHouse, open_review_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing


@pytest.fixture
def house(database: Database, keyring: KeyRing, clock: FixedClock, tmp_path: Path) -> ReviewHouse:
    """A register, its gate, a clerk and a reviewer."""
    return open_review_house(database, keyring, clock, tmp_path)
