"""Undo: everything that a run wrote goes back, but what was changed since, and nobody barred is touched."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from core.batches.errors import AlreadyUndone, NothingToUndo
from core.batches.types import BatchState
from core.customers import bans, restrictions
from core.customers.history import provenance
from core.customers.model import customer_table
from core.customers.reading import by_number
from core.customers.restrictions import Ground
from core.customers.search import search
from core.customers.service import change
from core.customers.types import Source, SourceKind
from core.updates import judging, service
from core.updates.types import Outcome
from tests.support.update_house import SERVICE
from tests.updates.conftest import HELSINKI, OLD_FILE
from tests.updates.test_runs import ADDRESS, MOVE, address_of, applied, counts

if TYPE_CHECKING:
    from core.actor import Actor
    from core.batches.types import Progress
    from core.register import Register
    from tests.updates.conftest import Add, WriteAnswer

OLD = ("Koivukatu 1", "00100", "Helsinki")
CALL = Source(SourceKind.SELF, "call")


def everybody(register: Register) -> list[dict[str, Any]]:
    """Every customer's columns but the version, which only grows."""
    with register.database.reading() as connection:
        rows = connection.execute(select(customer_table).order_by(customer_table.c.number)).mappings()
        return [{name: value for name, value in row.items() if name != "version"} for row in rows]


def test_an_undone_run_leaves_all_as_before(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Addresses, a ban, a protection: all go back, found as before, and known as before."""
    people = [add(number) for number in "1234"]
    before = everybody(register)
    with register.database.reading() as connection:
        known = provenance(connection, people[0].id)["street"].source
    run = applied(register, importer, answer(("1", *MOVE), ("2", "K"), ("3", "T"), ("4", "E")))
    assert everybody(register) != before
    undone = service.undo(register, importer, run.id)
    assert counts(undone) == {"undone": 3, "untouched": 1}
    assert (undone.batch.undoes, undone.batch.state) == (run.id, BatchState.DONE)
    assert everybody(register) == before
    with register.database.reading() as connection:
        assert service.run(connection, run.id).batch.state is BatchState.UNDONE
        assert {row.id for row in search(connection, "koivukatu")} == {person.id for person in people}
        assert not search(connection, "mantytie")
        assert provenance(connection, people[0].id)["street"].source == known == OLD_FILE
        (ban,) = bans.bans_of(connection, people[1].id)
    assert ban.lifted_on == date(2026, 11, 23)
    assert str(run.id) in (ban.lifted_reason or "")


def test_a_run_is_undone_once_and_never_applied_again(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Undone is undone; what was only foreseen has nothing to undo; the same file may come again."""
    add("1")
    path = answer(("1", *MOVE))
    foreseen = service.prepare(register, importer, SERVICE, path)
    with pytest.raises(NothingToUndo):
        service.undo(register, importer, foreseen.id)
    service.apply(register, importer, foreseen.id)
    service.undo(register, importer, foreseen.id)
    with pytest.raises(AlreadyUndone):
        service.undo(register, importer, foreseen.id)
    with pytest.raises(AlreadyUndone):
        service.apply(register, importer, foreseen.id)
    assert counts(applied(register, importer, path)) == {"applied": 1}


def test_what_was_changed_since_is_spared_and_listed(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """An address that somebody has corrected since stays, all of it: half an old address is nobody's."""
    person = add("1")
    add("2")
    run = applied(register, importer, answer(("1", *MOVE), ("2", *MOVE)))
    with register.database.unit_of_work() as uow:
        change(uow, actor, person.id, {"street": "Mäntytie 2 A"}, CALL, version=2)
        uow.commit()
    undone = service.undo(register, importer, run.id)
    assert counts(undone) == {"undone": 1, "spared:changed_since": 1}
    assert address_of(register, "1") == ("Mäntytie 2 A", *ADDRESS[1:])
    assert address_of(register, "2") == OLD
    with register.database.reading() as connection:
        (row,) = service.spared(connection, undone.id)
    assert (row.number, row.fields, row.reason) == ("1", ("postcode", "street", "town"), "changed_since")


@pytest.mark.parametrize("how", ["restricted", "erased"])
def test_whoever_is_barred_is_spared(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer, how: str
) -> None:
    """Processing that was restricted since is not undone either; an erased customer stays erased."""
    person = add("1")
    run = applied(register, importer, answer(("1", *MOVE)))
    with register.database.unit_of_work() as uow:
        if how == "restricted":
            day = date(2026, 11, 1)
            restrictions.restrict(uow, actor, person.id, ground=Ground.ACCURACY_CONTESTED, since=day)
        else:
            uow.connection.execute(update(customer_table).values(status="erased"))
        uow.commit()
    undone = service.undo(register, importer, run.id)
    assert counts(undone) == {f"spared:{how}": 1}
    assert address_of(register, "1") == ADDRESS


def test_later_runs_are_undone_first_or_spared(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """A run under a later one is spared; once that one is undone too, everything goes back to the beginning."""
    add("1")
    add("2")
    first = applied(register, importer, answer(("1", *MOVE), ("2", *MOVE)))
    later = ("1", "M", "Kuusikuja 9", "90100", "Oulu", "20.11.2026")
    second = applied(register, importer, answer(later, name="toinen.csv"))
    service.undo(register, importer, second.id)
    assert address_of(register, "1") == ADDRESS
    assert counts(service.undo(register, importer, first.id)) == {"undone": 2}
    assert address_of(register, "1") == address_of(register, "2") == OLD


def test_a_run_applied_in_part_is_undone(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had been applied goes back, what had not been reached never is, and the counts add up to the rows."""
    monkeypatch.setattr("core.updates.applying.CHUNK", 2)
    for number in "12345":
        add(number)
    rows = [(number, *MOVE) for number in "12345"]
    run = service.prepare(register, importer, SERVICE, answer(*rows, ("x y", *MOVE)))
    stopped = service.apply(register, importer, run.id, progress=lambda _: False)
    assert counts(stopped) == {"applied": 2, "quarantined": 1}
    assert counts(service.undo(register, importer, run.id)) == {"undone": 2, "untouched": 3}
    assert [address_of(register, number) for number in "12345"] == [OLD] * 5
    with register.database.reading() as connection:
        found = service.run(connection, run.id)
        assert len(service.rows(connection, run.id, Outcome.HELD_BACK)) == 3
    assert counts(found) == {"applied": 2, "held_back:not_reached": 3, "quarantined": 1}
    assert found.batch.quarantine_file


def test_an_undo_can_be_stopped_and_gone_on_with(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after a chunk, the undo keeps what is done; undoing again does the rest, once."""
    monkeypatch.setattr("core.updates.undo.CHUNK", 2)
    for number in "12345":
        add(number)
    run = applied(register, importer, answer(*((number, *MOVE) for number in "12345")))
    seen: list[tuple[int, int]] = []

    def stop(progress: Progress) -> bool:
        seen.append((progress.done, progress.total))
        return False

    half = service.undo(register, importer, run.id, progress=stop)
    assert (half.batch.state, seen) == (BatchState.APPLYING, [(2, 5)])
    assert [address_of(register, number) == OLD for number in "12345"] == [True, True, False, False, False]
    done = service.undo(register, importer, run.id)
    assert (done.id, counts(done)) == (half.id, {"undone": 5})


def test_an_accepted_proposal_goes_back_and_a_waiting_one_is_closed(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """What a person accepted is the run's; what still waited can no longer be accepted."""
    for number in "12":
        add(number, CALL)
    rows = [(number, "M", *ADDRESS, "1.11.2020") for number in "12"]
    run = applied(register, importer, answer(*rows))
    assert counts(run) == {"proposed:own_notice": 2}
    with register.database.unit_of_work() as uow:
        judging.accept(uow, importer, run.id, 2)
        uow.commit()
    assert address_of(register, "1") == ADDRESS
    assert counts(service.undo(register, importer, run.id)) == {"undone": 1, "untouched": 1}
    assert address_of(register, "1") == OLD
    with register.database.reading() as connection:
        found = service.run(connection, run.id)
        assert provenance(connection, by_number(connection, "1").id)["street"].source == CALL
    assert counts(found) == {"accepted:own_notice": 1, "rejected:own_notice": 1}


def test_the_customers_own_word_stands_again_after_an_undo(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """An undo gives back whose word the value was and when, so that an older answer still waits for a person."""
    add("1", CALL, HELSINKI)
    newer = applied(register, importer, answer(("1", "M", *ADDRESS, "24.11.2026")))
    assert counts(newer) == {"applied": 1}
    service.undo(register, importer, newer.id)
    older = applied(register, importer, answer(("1", "M", *ADDRESS, "1.11.2026"), name="toinen.csv"))
    assert counts(older) == {"proposed:own_notice": 1}
