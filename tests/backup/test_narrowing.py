"""What narrows is noted outside the database, whichever service narrows; a crash narrows more, never less."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.customers import bans, restrictions, service
from core.customers.bans import BanKind
from core.customers.restrictions import Ground
from core.customers.types import CustomerValues, Source, SourceKind
from core.fence import Fence, FenceUnusable
from core.narrowing import Narrowed, Narrowings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.actor import Actor
    from core.database import Database

MONDAY = date(2026, 11, 23)
DESK = Source(SourceKind.STAFF, "desk")


@pytest.fixture
def notes(database: Database, tmp_path: Path) -> Narrowings:
    """The file of notes of a register."""
    database.narrowings = Narrowings(tmp_path / "notes", Fence.create(tmp_path / "fence"))
    return database.narrowings


def held(notes: Narrowings, number: str) -> Mapping[str, str]:
    """What is noted of a customer."""
    return notes.in_force().get(notes.mark(number), {})


def test_bans_restrictions_and_protection_are_noted_and_lifted(
    database: Database, actor: Actor, notes: Narrowings
) -> None:
    """Each is there from its commit on, and gone once it is lifted; the file names nobody."""
    with database.unit_of_work() as uow:
        one = service.add(uow, actor, CustomerValues(first_name="Maija", last_name="Mäkelä"), DESK)
        bans.forbid(uow, actor, one.id, BanKind.MARKET_RESEARCH, origin="letter", since=MONDAY)
        restrictions.restrict(uow, actor, one.id, ground=Ground.UNLAWFUL, since=MONDAY)
        service.protect_address(uow, actor, one.id, DESK, protected=True, version=one.version)
        assert notes.in_force() == {}
        uow.commit()
    assert held(notes, one.number) == {
        "ban:market_research": "2026-11-23",
        "restriction:unlawful": "2026-11-23",
        "protected_address": "2026-11-23",
    }
    assert one.number.encode() not in notes.path.read_bytes()
    assert notes.path.stat().st_mode & 0o777 == 0o600
    with database.unit_of_work() as uow:
        bans.lift(uow, actor, one.id, BanKind.MARKET_RESEARCH, lifted_on=MONDAY, reason="call")
        restrictions.told_of_lifting(uow, actor, one.id, Ground.UNLAWFUL, told_on=MONDAY, how="call")
        restrictions.lift(uow, actor, one.id, Ground.UNLAWFUL, lifted_on=MONDAY, reason="told")
        service.protect_address(uow, actor, one.id, DESK, protected=False, version=one.version + 1)
        uow.commit()
    assert notes.in_force() == {}


def test_bans_of_a_run_are_noted_and_its_undoing_too(
    database: Database, actor: Actor, notes: Narrowings
) -> None:
    """Many at once, each by its number."""
    with database.unit_of_work() as uow:
        two = [service.add(uow, actor, CustomerValues(first_name="A", last_name=name), DESK) for name in "BC"]
        marked = [(one.id, BanKind.REGISTER_UPDATE) for one in two]
        bans.forbid_many(uow, actor, marked, origin="run", since=MONDAY, batch_id=7)
        restrictions.restrict_many(uow, actor, [(two[0].id, Ground.UNLAWFUL)], since=MONDAY, detail="x")
        uow.commit()
    assert [set(held(notes, one.number)) for one in two] == [
        {"ban:register_update", "restriction:unlawful"},
        {"ban:register_update"},
    ]
    with database.unit_of_work() as uow:
        bans.lift_of_batch(uow, actor, 7, [two[1].id], reason="undone")
        uow.commit()
    assert held(notes, two[1].number) == {}
    assert set(held(notes, two[0].number)) == {"ban:register_update", "restriction:unlawful"}


def test_work_that_is_rolled_back_is_not_noted(database: Database, actor: Actor, notes: Narrowings) -> None:
    """Only a commit notes anything."""
    with database.unit_of_work() as uow:
        one = service.add(uow, actor, CustomerValues(first_name="Maija", last_name="Mäkelä"), DESK)
        bans.forbid(uow, actor, one.id, BanKind.MARKET_RESEARCH, origin="letter", since=MONDAY)
    assert notes.in_force() == {}


def test_a_line_cut_short_is_written_over_and_a_foreign_file_refused(tmp_path: Path) -> None:
    """What a power cut left of a line is no note; a file that is something else says so."""
    notes = Narrowings(tmp_path / "notes", Fence.create(tmp_path / "fence"))
    notes.note([Narrowed("1001", "ban:publication", "2026-11-23")])
    with notes.path.open("ab") as stream:
        stream.write(b"0123 ban:")
    assert set(held(notes, "1001")) == {"ban:publication"}
    notes.note([Narrowed("1002", "ban:publication", "2026-11-23")])
    assert set(held(notes, "1002")) == {"ban:publication"}
    assert notes.path.read_bytes().count(b"\n") == 2
    notes.path.write_bytes(b"\xff\xfe a b\n")
    with pytest.raises(FenceUnusable):
        notes.in_force()
