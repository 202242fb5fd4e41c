"""P9: nothing leaves the EU/EEA unless the technical implementation needs it, and that is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.disclosure.countries import EEA, in_eea
from core.disclosure.errors import OutsideEea

if TYPE_CHECKING:
    from tests.support.gate_house import House


@pytest.mark.parametrize(
    ("country", "necessity", "safeguard", "allowed"),
    [
        ("FI", None, None, True),
        ("NO", None, None, True),
        ("US", None, None, False),
        ("US", "e-mail relay", None, False),
        ("US", None, "standard clauses 2021/914", False),
        ("US", "e-mail relay", "standard clauses 2021/914", True),
        ("GB", None, None, False),
        ("CH", None, None, False),
    ],
)
def test_outside_the_eea_both_necessity_and_safeguard_are_needed(
    house: House, country: str, necessity: str | None, safeguard: str | None, allowed: bool
) -> None:
    """A recipient outside the EU and EEA is refused, before anything is rendered, unless both are on record."""
    house.record(country=country, necessity=necessity, safeguard=safeguard)
    request = house.request(house.add())
    if allowed:
        assert house.gate.plan(house.actor, request).country == country
    else:
        with pytest.raises(OutsideEea):
            house.gate.plan(house.actor, request)
    assert house.partner.rendered == 0


def test_the_eea_has_thirty_countries() -> None:
    """27 of the Union, and Iceland, Liechtenstein and Norway."""
    assert len(EEA) == 30
    assert in_eea("is")
    assert not in_eea("GB")
