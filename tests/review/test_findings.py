"""Findings have an owner, a state and a story; nothing about them is changed without words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.disclosure.review import findings
from core.disclosure.review.errors import FindingClosed, NoSuchFinding, ReasonMissing
from core.disclosure.review.findings import FindingState
from core.errors import NotPermitted

if TYPE_CHECKING:
    from tests.support.review_house import ReviewHouse


def test_a_finding_from_its_making_to_its_end(house: ReviewHouse) -> None:
    """Found by the reviewer, given to the clerk, mended; each step is told."""
    with house.database.unit_of_work() as uow:
        made = findings.find(uow, house.reviewer, "Osoite oli vanha.", transfer_number=3)
        assert (made.owner_name, made.state) == ("Riitta Reviisori", FindingState.OPEN)
        moved = findings.move(uow, house.reviewer, made.id, owner_id=house.clerk.staff_id, words="Kallelle.")
        assert moved.owner_name == "Kalle Klerkki"
        ended = findings.move(uow, house.reviewer, made.id, state=FindingState.MENDED, words="Korjattu.")
        assert ended.state is FindingState.MENDED
        assert findings.count_open(uow.connection) == 0
        story = findings.story_of(uow.connection, made.id)
        assert [(it.state, it.owner_name, it.words) for it in story] == [
            ("open", "Riitta Reviisori", "Osoite oli vanha."),
            ("open", "Kalle Klerkki", "Kallelle."),
            ("mended", "Kalle Klerkki", "Korjattu."),
        ]
        with pytest.raises(FindingClosed):
            findings.move(uow, house.reviewer, made.id, words="vielä")


def test_words_and_a_role_are_needed(house: ReviewHouse) -> None:
    """An empty finding, an unknown one and a clerk's own are refused."""
    with house.database.unit_of_work() as uow:
        with pytest.raises(ReasonMissing):
            findings.find(uow, house.reviewer, " ")
        with pytest.raises(NotPermitted):
            findings.find(uow, house.clerk, "x")
        with pytest.raises(NoSuchFinding):
            findings.move(uow, house.reviewer, 9, words="x")
