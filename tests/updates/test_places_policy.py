"""An address that the postcodes contradict waits for a person; a company's end does too."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from core.customers.types import Status
from core.postal_codes.judging import Knowledge, Place
from core.updates.policy import decide
from core.updates.types import Answer, Decision, Meaning, Outcome, Reason, Standing

DAY = date(2026, 11, 20)
STANDING = Standing(
    customer_id=1,
    version=1,
    status=Status.ACTIVE,
    restricted=False,
    update_banned=False,
    protected_address=False,
    values={"street": "Koivukatu 1", "postcode": "00100", "town": "Helsinki", "organisation_name": "Oy Ab"},
    known={},
)
KNOWN = Knowledge(codes_loaded=True, places={"33100": Place("33100", "TAMPERE", "TAMMERFORS")})
MOVE = {"street": "Mäntytie 2", "postcode": "33100", "town": "Turku"}


def test_a_contradicted_address_waits() -> None:
    """It is proposed and not written; what else the row says is written."""
    answer = Answer(Meaning.MOVED, {**MOVE, "organisation_name": "Uusi Oy"}, DAY)
    assert decide(answer, STANDING, places=KNOWN) == Decision(
        Outcome.PROPOSED, Reason.ADDRESS_DOUBTFUL, {"organisation_name": "Uusi Oy"}, MOVE
    )


@pytest.mark.parametrize("town", ["Tampere", "TAMMERFORS", None])
def test_an_address_that_goes_together_is_written(town: str | None) -> None:
    """Either language; a town that is not there contradicts nothing."""
    answer = Answer(Meaning.MOVED, {**MOVE, "town": town}, DAY)
    assert decide(answer, STANDING, places=KNOWN).outcome is Outcome.APPLIED


def test_without_the_file_nothing_waits() -> None:
    """Where no postcodes are loaded nothing is claimed."""
    assert decide(Answer(Meaning.MOVED, MOVE, DAY), STANDING).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, Outcome.PROPOSED),
        ({"restricted": True}, Outcome.PROPOSED),
        ({"update_banned": True}, Outcome.PROPOSED),
        ({"status": Status.ENDED}, Outcome.UNCHANGED),
        ({"status": Status.ERASED}, Outcome.HELD_BACK),
    ],
)
def test_a_company_that_has_ended(change: dict[str, object], outcome: Outcome) -> None:
    """A person ends the relationship, nobody else; where it has ended already there is nothing to do."""
    decision = decide(Answer(Meaning.CEASED, {}, DAY), replace(STANDING, **change))
    assert decision.outcome is outcome
    assert decision.changes is None
