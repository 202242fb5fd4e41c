"""Random registers, random answers, random decisions: nobody untouchable is touched, each row comes to one end, undo."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select, update

from core.batches.model import batch_row_table
from core.customers import bans, restrictions, service
from core.customers.bans import BanKind, bans_of_many
from core.customers.model import customer_change_table, customer_table
from core.customers.restrictions import Ground
from core.customers.types import VALUE_FIELDS, NewCustomer, Source, SourceKind
from core.updates import judging, proposals
from core.updates import service as updates
from core.updates.proposal_errors import CannotAccept, ChooseFirst, MeantAlready
from core.updates.proposals import Which
from core.updates.types import Meaning, Outcome
from tests.support.update_house import SERVICE
from tests.updates.conftest import HELSINKI

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from tests.updates.conftest import WriteAnswer

PEOPLE: Final = 60
DAY: Final = date(2026, 11, 1)
STANDINGS: Final = ("plain", "plain", "own", "staff", "ended", "restricted", "banned", "protected", "erased")
UNTOUCHABLE: Final = frozenset({"restricted", "banned", "erased"})
CODES: Final = ("M", "M", "M", "M", "E", "K", "KU", "T")


def settle(register: Register, actor: Actor, rng: random.Random) -> dict[int, str]:
    """Add people, each standing in some way; their ids and how they stand."""
    stands: dict[int, str] = {}
    with register.database.unit_of_work() as uow:
        people = [
            NewCustomer(values=replace(HELSINKI, first_name=f"Maija{index}"), number=str(index))
            for index in range(1, PEOPLE + 1)
        ]
        source = Source(SourceKind.FIRST_LOAD, "old register")
        for of in service.add_many(uow, actor, people, source):
            how = stands[of] = rng.choice(STANDINGS)
            if how in {"own", "staff"}:
                kind = SourceKind.SELF if how == "own" else SourceKind.STAFF
                service.change(uow, actor, of, {"street": f"Oma tie {of}"}, Source(kind), version=1)
            elif how == "ended":
                service.end_relationship(uow, actor, of, ended_on=DAY, source=source, version=1)
            elif how == "restricted":
                restrictions.restrict(uow, actor, of, ground=rng.choice(list(Ground)), since=DAY)
            elif how == "banned":
                bans.forbid(uow, actor, of, BanKind.REGISTER_UPDATE, origin="letter", since=DAY)
            elif how == "protected":
                service.protect_address(uow, actor, of, source, protected=True, version=1)
            elif how == "erased":
                table = customer_table
                uow.connection.execute(update(table).where(table.c.id == of).values(status="erased"))
        uow.commit()
    return stands


def answered(answer: WriteAnswer, rng: random.Random) -> Path:
    """An answer about everybody, of every meaning, dated or not."""
    rows: list[tuple[str, ...]] = []
    for number in rng.sample(range(1, PEOPLE + 1), PEOPLE):
        day = DAY + timedelta(days=rng.randrange(-60, 60))
        dated = "" if rng.randrange(4) == 0 else f"{min(day, date(2026, 11, 23)):%d.%m.%Y}"
        rows.append((str(number), rng.choice(CODES), f"Uusikuja {number}", "33100", "Tampere", dated))
    return answer(*rows)


def state(register: Register) -> dict[int, dict[str, Any]]:
    """Every customer: the values, the standing, the bans in force."""
    columns = [customer_table.c[name] for name in (*VALUE_FIELDS, "status", "ended_on", "protected_address")]
    with register.database.reading() as connection:
        rows = connection.execute(select(customer_table.c.id, *columns)).mappings().all()
        forbidden = bans_of_many(connection, [row["id"] for row in rows])
    return {row["id"]: {**row, "bans": forbidden.get(row["id"], frozenset())} for row in rows}


def history(register: Register) -> list[tuple[int, int]]:
    """Whom the runs have written to: (customer, run)."""
    change = customer_change_table.c
    with register.database.reading() as connection:
        rows = connection.execute(
            select(change.customer_id, change.batch_id).where(change.batch_id.is_not(None))
        )
        return [(row.customer_id, row.batch_id) for row in rows]


def decide(register: Register, importer: Actor, run: int, rng: random.Random) -> set[int]:
    """Accept some proposals, reject some, leave the rest; the customers of those accepted."""
    with register.database.reading() as connection:
        waiting = proposals.listed(connection, Which(run), limit=PEOPLE)
    accepted: set[int] = set()
    for one in waiting:
        choice = rng.choice(["accept", "accept", "reject", "leave"])
        with register.database.unit_of_work() as uow:
            if choice == "reject":
                judging.reject(uow, importer, run, one.line)
            elif choice == "accept":
                try:
                    judging.accept(uow, importer, run, one.line)
                except (CannotAccept, ChooseFirst, MeantAlready):
                    continue
                assert one.customer_id is not None
                accepted.add(one.customer_id)
            uow.commit()
    return accepted


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("seed", range(5))
def test_a_random_run_touches_nobody_untouchable_and_can_be_undone(
    register: Register, importer: Actor, actor: Actor, answer: WriteAnswer, seed: int, *, when: str
) -> None:
    """No row writes to anybody restricted, erased or who forbade updates; whatever was decided, undo restores all."""
    rng = random.Random(seed)
    stands = settle(register, actor, rng)
    before = state(register)
    run = updates.prepare(register, importer, SERVICE, answered(answer, rng)).id
    accepted = decide(register, importer, run, rng) if when == "before" else set()
    batch = updates.apply(register, importer, run).batch
    accepted |= decide(register, importer, run, rng) if when == "after" else set()

    assert batch.rows == PEOPLE
    after = state(register)
    untouched = {of for of, how in stands.items() if how in UNTOUCHABLE} - accepted
    assert {of: after[of] for of in untouched} == {of: before[of] for of in untouched}
    assert not untouched & {of for of, _ in history(register)}
    with register.database.reading() as connection:
        rows = connection.execute(select(batch_row_table)).mappings().all()
    # A person may accept a report about somebody untouchable, never a value.
    reports = {Meaning.DECEASED, Meaning.PROTECTED_ADDRESS, Meaning.UPDATE_FORBIDDEN}
    for row in rows:
        assert row["outcome"] in set(Outcome)
        assert (row["decision"] is not None) == (row["outcome"] in {"accepted", "rejected"})
        if row["outcome"] == Outcome.ACCEPTED and stands[row["customer_id"]] in UNTOUCHABLE:
            assert row["meaning"] in reports

    updates.undo(register, importer, run)
    undone = state(register)
    # Whoever is restricted is spared by the undo as well.
    spared = {of for of in accepted if stands[of] == "restricted"}
    assert {of: it for of, it in undone.items() if of not in spared} == {
        of: it for of, it in before.items() if of not in spared
    }
