"""Runs: foreseen without a trace, applied with one, and nothing wrong applied."""

from __future__ import annotations

import csv
from datetime import date
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from core.actor import Role
from core.batches.errors import AlreadyApplied, AlreadyDone, NoSuchBatch
from core.batches.model import batch_row_table
from core.batches.types import BatchState
from core.customers import bans, restrictions
from core.customers.bans import BanKind
from core.customers.history import provenance
from core.customers.model import customer_change_table, customer_table
from core.customers.reading import by_number
from core.customers.restrictions import Ground
from core.customers.search import search
from core.customers.service import change, end_relationship
from core.customers.types import Source, SourceKind
from core.errors import NotPermitted
from core.staff.access_log import recent
from core.tabular import FileRefused
from core.updates import applying, judging, service
from core.updates.types import Outcome, Reason
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from core.actor import Actor
    from core.batches.types import Progress
    from core.customers.types import Customer
    from core.database import Database
    from core.register import Register
    from core.updates.types import UpdateRun
    from tests.conftest import MakeActor
    from tests.updates.conftest import Add, WriteAnswer

MOVE = ("M", "Mäntytie 2", "33100", "Tampere", "15.11.2026")
ADDRESS = ("Mäntytie 2", "33100", "Tampere")


def applied(register: Register, actor: Actor, path: Path) -> UpdateRun:
    return service.apply(register, actor, service.prepare(register, actor, SERVICE, path).id)


def address_of(register: Register, number: str) -> tuple[str | None, ...]:
    with register.database.reading() as connection:
        values = by_number(connection, number).values
    return values.street, values.postcode, values.town


def counts(run: UpdateRun) -> dict[str, int]:
    return {name: n for name, n in run.batch.counts.items() if n}


def test_to_foresee_changes_no_customer(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Preparing a run counts what would happen, shows before and after, and changes nobody."""
    add("1")
    add("2")
    run = service.prepare(register, importer, SERVICE, answer(("1", *MOVE), ("2", "E"), ("9", *MOVE)))
    assert run.batch.state is BatchState.READY
    assert counts(run) == {"applied": 1, "no_hit": 1, "quarantined": 1}
    sample = run.samples[0]
    assert (sample.before, sample.after) == ("Koivukatu 1, 00100 Helsinki", "Mäntytie 2, 33100 Tampere")
    assert address_of(register, "1") == ("Koivukatu 1", "00100", "Helsinki")


def test_a_move_is_written_with_history_source_and_index(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """An applied row changes the address, its provenance and the search index, all under the run's number."""
    customer = add("1")
    run = applied(register, importer, answer(("1", *MOVE)))
    assert address_of(register, "1") == ADDRESS
    with register.database.reading() as connection:
        known = provenance(connection, customer.id)["street"]
        assert (known.source, known.batch_id) == (Source(SourceKind.ADDRESS_SERVICE, SERVICE), run.id)
        assert [row.id for row in search(connection, "mantytie")] == [customer.id]
        assert not search(connection, "koivukatu")
        (row,) = service.rows(connection, run.id, Outcome.APPLIED)
    assert (row.before, row.after) == ("Koivukatu 1, 00100 Helsinki", "Mäntytie 2, 33100 Tampere")


def test_every_meaning_has_its_effect(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """No hit, forbidden, deceased and protected each do their own thing, and only that."""
    people = {number: add(number) for number in "1234"}
    path = answer(("1", "E"), ("2", "K", "", "", "", "1.11.2026"), ("3", "KU"), ("4", "T", *ADDRESS))
    run = applied(register, importer, path)
    assert counts(run) == {"no_hit": 1, "ban_recorded": 1, "proposed:deceased": 1, "protected": 1}
    with register.database.reading() as connection:
        (ban,) = bans.bans_of(connection, people["2"].id)
        hidden = by_number(connection, "4")
        assert not search(connection, "koivukatu") or hidden.id not in {
            row.id for row in search(connection, "koivukatu")
        }
        kept = set(connection.execute(select(batch_row_table.c["values"])).scalars())
    assert (ban.kind, ban.since) == (BanKind.REGISTER_UPDATE, date(2026, 11, 1))
    assert hidden.protected_address
    assert hidden.values.street == "Koivukatu 1"
    assert kept == {None}
    assert address_of(register, "3") == ("Koivukatu 1", "00100", "Helsinki")


def bar(register: Register, actor: Actor, customer: Customer, how: Reason) -> None:
    """Put something between a customer and updates."""
    day = date(2026, 11, 1)
    source = Source(SourceKind.SELF if how is Reason.OWN_NOTICE else SourceKind.STAFF, "call")
    with register.database.unit_of_work() as uow:
        if how is Reason.RESTRICTED:
            restrictions.restrict(uow, actor, customer.id, ground=Ground.ACCURACY_CONTESTED, since=day)
        elif how is Reason.UPDATE_BAN:
            bans.forbid(uow, actor, customer.id, BanKind.REGISTER_UPDATE, origin="letter", since=day)
        elif how is Reason.ENDED:
            end_relationship(uow, actor, customer.id, ended_on=day, source=source, version=customer.version)
        elif how is Reason.ERASED:
            connection, table = uow.connection, customer_table
            connection.execute(update(table).where(table.c.id == customer.id).values(status="erased"))
        else:
            change(uow, actor, customer.id, {"street": "Kotikuja 3"}, source, version=customer.version)
        uow.commit()


BARS = [Reason.RESTRICTED, Reason.UPDATE_BAN, Reason.ENDED, Reason.ERASED, Reason.OWN_NOTICE, Reason.VERIFIED]


@pytest.mark.parametrize(("how", "when"), list(product(BARS, ["before", "between"])))
def test_whoever_is_barred_is_left_alone(
    register: Register,
    importer: Actor,
    actor: Actor,
    add: Add,
    answer: WriteAnswer,
    *,
    how: Reason,
    when: str,
) -> None:
    """A bar that stands when the run is read, or comes between reading and applying, holds the row back."""
    customer = add("1")
    if when == "before":
        bar(register, actor, customer, how)
    run = service.prepare(register, importer, SERVICE, answer(("1", *MOVE)))
    outcome = Outcome.PROPOSED if how in {Reason.OWN_NOTICE, Reason.VERIFIED} else Outcome.HELD_BACK
    assert counts(run) == ({f"{outcome}:{how}": 1} if when == "before" else {"applied": 1})
    if when == "between":
        bar(register, actor, customer, how)
    street = address_of(register, "1")[0]
    assert counts(service.apply(register, importer, run.id)) == {f"{outcome}:{how}": 1}
    assert address_of(register, "1")[0] == street
    with register.database.reading() as connection:
        assert not connection.execute(
            select(customer_change_table.c.id).where(customer_change_table.c.batch_id == run.id)
        ).all()
        (row,) = service.rows(connection, run.id, outcome)
    # The new address is kept only where a person may still want it.
    assert (row.after is not None) == (outcome is Outcome.PROPOSED)


def test_bad_rows_go_to_a_file_that_can_be_fed_back(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Quarantined rows keep their columns, get row, field and reason, and are applied once corrected."""
    for number in "123456":
        add(number)
    run = applied(
        register,
        importer,
        answer(
            ("1", *MOVE),
            ("2", "Z", *ADDRESS),
            ("3", "M", "Mäntytie 2", "33100", "", "15.11.2026"),
            ("4", "M", "Mäntytie 2", "331", "Tampere", "15.11.2026"),
            ("5", "M", *ADDRESS, "31.2.2026"),
            ("1", *MOVE),
            ("", *MOVE),
            ("=6", *MOVE),
        ),
    )
    assert counts(run) == {"applied": 1, "quarantined": 7}
    assert run.batch.quarantine_file
    with Path(run.batch.quarantine_file).open(encoding="utf-8-sig", newline="") as stream:
        headings, *rows = list(csv.reader(stream, delimiter=";"))
    assert headings[:6] == [
        "Asiakasnumero",
        "Tulos",
        "Uusi katuosoite",
        "Uusi postinumero",
        "Uusi postitoimipaikka",
        "Muuttopäivä",
    ]
    assert headings[6:] == ["Karanteeni: rivi", "Karanteeni: kenttä", "Karanteeni: syy"]
    assert [(row[6], row[7]) for row in rows] == [
        ("3", "Tulos"),
        ("4", "Uusi postitoimipaikka"),
        ("5", "Uusi postinumero"),
        ("6", "Muuttopäivä"),
        ("7", "Asiakasnumero"),
        ("8", "Asiakasnumero"),
        ("9", "Asiakasnumero"),
    ]
    assert rows[-1][0] == "'=6"
    with register.database.reading() as connection:
        assert not connection.execute(
            select(batch_row_table.c.line).where(batch_row_table.c.cells.is_not(None))
        ).all()
    corrected = answer(name="korjattu.csv")
    with corrected.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream, delimiter=";")
        out.writerow(headings)
        out.writerow(["2", "M", *rows[0][2:]])
        out.writerow([*rows[1][:4], "Tampere", *rows[1][5:]])
    again = applied(register, importer, corrected)
    assert counts(again) == {"applied": 2}
    assert address_of(register, "2") == address_of(register, "3") == ADDRESS


def test_the_same_file_is_known_again(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """A file that has been applied is refused, whatever it is called, unless that is meant."""
    add("1")
    first = applied(register, importer, answer(("1", *MOVE)))
    renamed = answer(("1", *MOVE), name="toinen.csv")
    with pytest.raises(AlreadyDone) as caught:
        service.prepare(register, importer, SERVICE, renamed)
    assert str(first.id) in caught.value.explain("fi").sentence
    again = service.prepare(register, importer, SERVICE, renamed, again=True)
    assert counts(again) == {"unchanged": 1}


def test_foreseeing_twice_leaves_one_run(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Reading the same file again before applying replaces what was foreseen."""
    add("1")
    path = answer(("1", *MOVE))
    service.prepare(register, importer, SERVICE, path)
    second = service.prepare(register, importer, SERVICE, path)
    with register.database.reading() as connection:
        assert [run.id for run in service.runs(connection)] == [second.id]


def test_a_run_is_applied_once(register: Register, importer: Actor, add: Add, answer: WriteAnswer) -> None:
    """A second apply is refused and changes nothing."""
    add("1")
    run = applied(register, importer, answer(("1", *MOVE)))
    with pytest.raises(AlreadyApplied):
        service.apply(register, importer, run.id)
    with pytest.raises(NoSuchBatch):
        service.apply(register, importer, 999)


def test_a_run_can_be_stopped_and_gone_on_with(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after a chunk, the run keeps what is done; applying again does the rest, once."""
    monkeypatch.setattr("core.updates.applying.CHUNK", 2)
    for number in "12345":
        add(number)
    run = service.prepare(register, importer, SERVICE, answer(*((number, *MOVE) for number in "12345")))
    seen: list[tuple[int, int]] = []

    def stop_after_first(progress: Progress) -> bool:
        seen.append((progress.done, progress.total))
        return False

    stopped = service.apply(register, importer, run.id, progress=stop_after_first)
    assert stopped.batch.state is BatchState.APPLYING
    assert seen == [(2, 5)]
    assert [address_of(register, number) == ADDRESS for number in "12345"] == [
        True,
        True,
        False,
        False,
        False,
    ]
    done = service.apply(register, importer, run.id)
    assert (done.batch.state, counts(done)) == (BatchState.DONE, {"applied": 5})


def test_a_refused_file_leaves_no_run(register: Register, importer: Actor, tmp_path: Path) -> None:
    """A file that is no such table is refused before anything of it is kept."""
    path = tmp_path / "muu.csv"
    path.write_bytes(b"a;b\n1;2\n")
    with pytest.raises(FileRefused):
        service.prepare(register, importer, SERVICE, path)
    with register.database.reading() as connection:
        assert not service.runs(connection)


def test_only_importers_import(
    register: Register, make_actor: MakeActor, add: Add, answer: WriteAnswer
) -> None:
    """A clerk can neither prepare nor apply a run."""
    add("1")
    with pytest.raises(NotPermitted):
        service.prepare(register, make_actor(Role.CLERK), SERVICE, answer(("1", *MOVE)))
    with pytest.raises(NotPermitted):
        service.apply(register, make_actor(Role.CLERK), 1)


def test_runs_and_looks_are_in_the_access_log(
    database: Database, register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Reading, applying and looking at a run are each written down with its number."""
    add("1")
    run = applied(register, importer, answer(("1", *MOVE)))
    service.open_rows(register, importer, run.id, Outcome.APPLIED)
    with database.reading() as connection:
        tasks = {event.task for event in recent(connection)}
    assert {f"address update {run.id}{rest}" for rest in (", preview", "", ", report")} <= tasks


@pytest.mark.parametrize("what", ["restriction", "change", "decision"])
def test_what_comes_while_a_chunk_is_worked_out_is_obeyed(
    register: Register,
    importer: Actor,
    actor: Actor,
    add: Add,
    answer: WriteAnswer,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Somebody restricted, changed or decided on after the look and before the write is found out under the lock."""
    source = Source(SourceKind.SELF, "call")
    person = add("1", source)
    add("2", source)
    day = "1.1.2020" if what == "decision" else "24.11.2026"
    run = service.prepare(register, importer, SERVICE, answer(*((n, "M", *ADDRESS, day) for n in "12")))
    work_out = applying._Applying.work_out
    looks: list[bool] = []

    def interrupted(*arguments: Any, hold: bool) -> Any:
        ahead = work_out(*arguments, hold=hold)
        looks.append(hold)
        if looks == [False]:
            with register.database.unit_of_work() as uow:
                if what == "restriction":
                    ground, since = Ground.ACCURACY_CONTESTED, date(2026, 11, 1)
                    restrictions.restrict(uow, actor, person.id, ground=ground, since=since)
                elif what == "change":
                    staff = Source(SourceKind.STAFF, "visit")
                    change(uow, actor, person.id, {"street": "Kotikuja 3"}, staff, version=1)
                else:
                    judging.reject(uow, importer, run.id, 2)
                uow.commit()
        return ahead

    monkeypatch.setattr(applying._Applying, "work_out", interrupted)
    done = service.apply(register, importer, run.id)
    assert True in looks
    assert (
        counts(done)
        == {
            "restriction": {"held_back:restricted": 1, "applied": 1},
            "change": {"proposed:verified": 1, "applied": 1},
            "decision": {"rejected:own_notice": 1, "proposed:own_notice": 1},
        }[what]
    )
