"""A service's file that still has the number of before two customers were merged; and one that waits or is half done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.batches.types import BatchState
from core.customers import service as customers
from core.customers.types import Source, SourceKind
from core.merging.errors import RunUnfinished
from core.merging.service import merge
from core.updates import judging, service
from core.updates.types import Outcome, Reason
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from tests.updates.conftest import Add, WriteAnswer

CALL = Source(SourceKind.SELF, "call")


def merged(register: Register, actor: Actor, survivor: int, other: int) -> None:
    """The two made one."""
    with register.database.unit_of_work() as uow:
        versions = [customers.get(uow.connection, it).version for it in (survivor, other)]
        merge(uow, register, actor, survivor, other, reason="sama", versions=(versions[0], versions[1]))
        uow.commit()


def outcomes(register: Register, path: Path, actor: Actor) -> tuple[int, list[tuple[Outcome, Reason | None]]]:
    """The run of a file, applied, and what became of its rows."""
    run = service.prepare(register, actor, SERVICE, path)
    done = service.apply(register, actor, run.id)
    assert done.batch.state is BatchState.DONE
    with register.database.reading() as connection:
        return run.id, [(row.outcome, row.reason) for row in service.rows(connection, run.id)]


def street(register: Register, customer_id: int) -> str | None:
    """Where the customer lives."""
    with register.database.reading() as connection:
        return customers.get(connection, customer_id).values.street


def test_the_old_number_updates_the_survivor(
    register: Register, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """One row by the old number is written; of two rows for one person, by both numbers, the second is quarantined."""
    one, other = add("1"), add("2")
    merged(register, actor, one.id, other.id)
    path = answer(("2", "M", "Uusi tie 1", "33100", "Tampere", "15.11.2026"))
    assert outcomes(register, path, actor)[1] == [(Outcome.APPLIED, None)]
    assert street(register, one.id) == "Uusi tie 1"
    both = answer(
        ("1", "M", "Tie 3", "33100", "Tampere", "16.11.2026"),
        ("2", "M", "Tie 4", "33100", "Tampere", "17.11.2026"),
        name="molemmat.csv",
    )
    _, found = outcomes(register, both, actor)
    assert found == [(Outcome.APPLIED, None), (Outcome.QUARANTINED, None)]
    assert street(register, one.id) == "Tie 3"


def test_what_waited_about_the_vanished_is_the_survivors(
    register: Register, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """A proposal goes along and is accepted about the one who is left; the run's undo takes it back there."""
    one, other = add("1"), add("2", CALL)
    path = answer(("2", "M", "Uusi tie 1", "33100", "Tampere", "15.11.2020"))
    run, found = outcomes(register, path, actor)
    assert found == [(Outcome.PROPOSED, Reason.OWN_NOTICE)]
    merged(register, actor, one.id, other.id)
    with register.database.unit_of_work() as uow:
        judging.accept(uow, actor, run, 2)
        uow.commit()
    assert street(register, one.id) == "Uusi tie 1"
    with register.database.reading() as connection:
        (row,) = service.rows(connection, run)
    assert (row.number, row.display_name) == ("1", "Mäkelä Maija")
    service.undo(register, actor, run)
    assert street(register, one.id) == "Koivukatu 1"


def test_a_run_of_before_names_who_is_left(
    register: Register, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Its rows and what its undo spares go by the number that there is."""
    one, other = add("1"), add("2")
    run, _ = outcomes(register, answer(("2", "M", "Uusi tie 1", "33100", "Tampere", "15.11.2026")), actor)
    merged(register, actor, one.id, other.id)
    with register.database.reading() as connection:
        (row,) = service.rows(connection, run)
    assert (row.number, row.after) == ("1", None)
    undone = service.undo(register, actor, run)
    with register.database.reading() as connection:
        (spared,) = service.spared(connection, undone.id)
    assert (spared.number, spared.display_name) == ("1", "Mäkelä Maija")
    assert street(register, one.id) == "Uusi tie 1"


def test_nobody_is_merged_in_the_middle_of_a_run(
    register: Register, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Foreseen rows are about the one or the other: the run comes first."""
    one, other = add("1"), add("2")
    run = service.prepare(
        register, actor, SERVICE, answer(("2", "M", "Uusi tie 1", "33100", "Tampere", "15.11.2026"))
    )
    with pytest.raises(RunUnfinished):
        merged(register, actor, one.id, other.id)
    service.apply(register, actor, run.id)
    merged(register, actor, one.id, other.id)
    assert street(register, one.id) == "Uusi tie 1"
