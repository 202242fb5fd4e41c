"""A register with partners, and two customers in it who are one person."""

from __future__ import annotations

import pytest

from tests.erasure.conftest import House, house
from tests.merging.pairs import Pairs

__all__ = ["House", "house"]


@pytest.fixture
def pairs(house: House) -> Pairs:
    """Customers made and merged in the house."""
    return Pairs(house)
