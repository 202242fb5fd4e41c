"""Holds made by a person: with a reason, an owner and a day of review, until released."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actor import Role
from core.errors import NotPermitted
from core.retention import service
from core.retention.errors import HoldReasonNeeded, NoSuchHold, NotMadeByAPerson, ReviewDayAmiss
from core.retention.holds import holds_of
from core.retention.model import hold_table
from core.retention.types import HoldKind
from tests.retention.test_holds import SETTINGS, TODAY, add

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database
    from core.keys import KeyRing
    from tests.conftest import MakeActor

LATER = TODAY + timedelta(days=30)


def test_a_hold_is_placed_reviewed_and_released(database: Database, actor: Actor, keyring: KeyRing) -> None:
    """It holds until released, is on the list of its review day, and its words stand sealed in the table."""
    with database.unit_of_work() as uow:
        aino = add(uow, actor)
        number = service.place(
            uow,
            keyring,
            actor,
            aino.id,
            HoldKind.DISPUTE,
            reason="riita toimituksesta",
            law="",
            review_on=LATER,
        )
        assert [hold.kind for hold in holds_of(uow.connection, SETTINGS, aino.id, TODAY)] == [
            HoldKind.DISPUTE
        ]
        assert service.to_review(uow.connection, keyring, TODAY) == []
        (listed,) = service.to_review(uow.connection, keyring, LATER)
        assert (listed.id, listed.reason, listed.owner_name) == (
            number,
            "riita toimituksesta",
            "Testi Tekijä",
        )
        service.review_again(uow, actor, number, on=LATER + timedelta(days=1))
        assert service.to_review(uow.connection, keyring, LATER) == []
        service.release(uow, keyring, actor, number, reason="sovittu")
        assert holds_of(uow.connection, SETTINGS, aino.id, TODAY) == []
        (kept,) = service.manual_holds_of(uow.connection, keyring, aino.id)
        assert (kept.released_reason, kept.released_by) == ("sovittu", "Testi Tekijä")
        row = uow.connection.execute(select(hold_table)).one()
        assert b"riita" not in row.reason
        assert b"sovittu" not in row.released_reason
        with pytest.raises(NoSuchHold):
            service.release(uow, keyring, actor, number, reason="again")


def test_a_hold_that_says_nothing_is_refused(
    database: Database, actor: Actor, keyring: KeyRing, make_actor: MakeActor
) -> None:
    """No reason, no day ahead, a kind that follows from the records, or the wrong role."""
    with database.unit_of_work() as uow:
        aino = add(uow, actor)

        def place(
            kind: HoldKind = HoldKind.LEGAL_CLAIM,
            *,
            by: Actor = actor,
            reason: str = "claim",
            review_on: date = LATER,
            until: date | None = None,
        ) -> None:
            service.place(
                uow, keyring, by, aino.id, kind, reason=reason, law="", review_on=review_on, until=until
            )

        with pytest.raises(HoldReasonNeeded):
            place(reason=" \n")
        with pytest.raises(ReviewDayAmiss):
            place(review_on=TODAY)
        with pytest.raises(ReviewDayAmiss):
            place(until=TODAY)
        with pytest.raises(NotMadeByAPerson):
            place(HoldKind.OPEN_INVOICE)
        with pytest.raises(NotPermitted):
            place(by=make_actor(Role.CLERK))
        assert holds_of(uow.connection, SETTINGS, aino.id, TODAY) == []
