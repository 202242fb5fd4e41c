"""The letter that a restriction ends is what lets it be lifted (Article 18(3))."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.customers.errors import TellFirst
from core.customers.restrictions import Ground, lift, restricted_many
from core.rights.letters.service import hand_over
from core.rights.letters.types import Also, LetterKind
from core.rights.types import CaseDecision, CaseKind, Request

if TYPE_CHECKING:
    from tests.letters.conftest import Desk


def test_the_letter_lets_it_be_lifted(desk: Desk) -> None:
    """Not before it was handed over; afterwards without another word about how the person was told."""
    maija, actor = desk.house.add(), desk.actor
    said = Request(name="Maija", ground="accuracy_contested")
    case = desk.receive(CaseKind.RESTRICTION, customer_id=maija.id, identified_how="signature", request=said)
    desk.decide(case, CaseDecision.GRANTED)
    ends = {"lifted_on": date(2026, 12, 1), "reason": "osoite on tarkistettu"}
    with desk.register.database.unit_of_work() as uow, pytest.raises(TellFirst):
        lift(uow, actor, maija.id, Ground.ACCURACY_CONTESTED, **ends)  # type: ignore[arg-type]
    also = Also("Osoite on tarkistettu.", until=date(2026, 12, 1))
    hand_over(desk.register, desk.typesetter, actor, case.number, LetterKind.RESTRICTION_ENDS, also=also)
    with desk.register.database.unit_of_work() as uow:
        lift(uow, actor, maija.id, Ground.ACCURACY_CONTESTED, **ends)  # type: ignore[arg-type]
        assert restricted_many(uow.connection, [maija.id]) == set()
