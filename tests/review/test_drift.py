"""Drift: a promise that what really left does not fit becomes a finding, once, on the day it is seen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import update

from core.disclosure.model import transfer_table
from core.disclosure.review import drift, findings
from core.disclosure.review.findings import FindingState
from tests.support.gate_house import ACCOUNTANT

if TYPE_CHECKING:
    from core.config import Recipient
    from core.disclosure.review.findings import Finding
    from tests.support.review_house import ReviewHouse


def watched(house: ReviewHouse, **changes: object) -> list[Finding]:
    """The findings made when the configuration says otherwise about the accountant."""
    promise: Recipient = msgspec.structs.replace(ACCOUNTANT, **changes)
    with house.database.unit_of_work() as uow:
        made = drift.watch(uow, house.register.log, {"accountant": promise}, "en")
        uow.commit()
    return made


def test_what_fits_makes_no_finding(house: ReviewHouse) -> None:
    """A transfer that its agreement covers is no drift."""
    house.send(house.house.add())
    assert watched(house) == []


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"purposes": ("collection",)}, "purpose", "invoicing"),
        ({"categories": ("customer_number", "organisation")}, "categories", "name"),
        ({"country": "SE"}, "country", "FI"),
        ({"agreement_to": date(2026, 2, 1)}, "agreement", "2026-11-23"),
    ],
)
def test_a_promise_that_says_less_is_a_finding(
    house: ReviewHouse, changes: dict[str, object], rule: str, words: str
) -> None:
    """The configuration, from which the notice is made, no longer names what left."""
    number = house.send(house.house.add()).number
    made = watched(house, **changes)
    assert {it.rule for it in made} == {rule}
    assert words in " ".join(it.words for it in made)
    assert {it.transfer_number for it in made} == {number}


def test_a_recipient_that_the_configuration_lacks_is_a_finding(house: ReviewHouse) -> None:
    """The notice would not name whoever got the data."""
    house.send(house.house.add())
    with house.database.unit_of_work() as uow:
        (made,) = drift.watch(uow, house.register.log, {}, "en")
    assert made.rule == "recipient"


def test_a_table_that_differs_from_the_log_is_a_finding(house: ReviewHouse) -> None:
    """Somebody changed the register's own story; the log tells the old one."""
    house.send(house.house.add())
    with house.database.unit_of_work() as uow:
        uow.connection.execute(update(transfer_table).values(purpose="collection"))
        uow.commit()
    (made,) = watched(house)
    assert (made.rule, made.words) == (
        "register",
        "The register's table and the log differ about a transfer to accountant: purpose: collection / invoicing.",
    )


def test_a_difference_is_said_once(house: ReviewHouse) -> None:
    """Looking again adds nothing; closed, it comes back only with a later transfer."""
    house.send(house.house.add())
    (first,) = watched(house, country="SE")
    assert watched(house, country="SE") == []
    with house.database.unit_of_work() as uow:
        findings.move(uow, house.reviewer, first.id, state=FindingState.ACCEPTED, words="Muutettu tänään.")
        uow.commit()
    assert watched(house, country="SE") == []
    house.send(house.house.add())
    (second,) = watched(house, country="SE")
    assert second.id != first.id
