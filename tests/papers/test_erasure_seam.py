"""An erasure waits for the papers: nothing goes while a cabinet still has the person in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.papers import handling, service
from core.papers.errors import PapersFirst
from core.papers.types import PaperOutcome
from core.rights.erasure.service import carry_out, complete_due, tell
from tests.erasure.conftest import House, house

if TYPE_CHECKING:
    from core.actor import Actor
    from core.rights.types import Case

__all__ = ["house"]


def test_nothing_is_erased_while_a_paper_is_unhandled(house: House, keeper: Actor) -> None:
    """Named, refused with nothing changed, waited for by the routine; kept with reasons it goes on."""
    register, actor = house.register, keeper
    one = house.notices.add(first_name="Kummallinen")
    number = house.granted(one.id)
    with register.database.unit_of_work() as uow:
        service.add(
            uow,
            register.keyring,
            actor,
            about="tosite",
            customer_ids=[one.id],
            place="holvi",
            openers=[actor.staff_id or 0],
            since=date(2024, 1, 2),
        )
        uow.commit()
    tell(register, actor, number)
    with pytest.raises(PapersFirst, match="1"):
        carry_out(register, actor, number)
    assert complete_due(register, actor) == []
    with register.database.unit_of_work() as uow:
        handling.handle(
            uow,
            register.keyring,
            actor,
            1,
            case_number=number,
            outcome=PaperOutcome.KEPT,
            words="kirjanpitoaineistoa",
            keep_until=date(2030, 12, 31),
        )
        uow.commit()
    done: Case = carry_out(register, actor, number).case
    assert done.customer_id is None
