"""How far an erasure reaches: rows that belong to nobody yet, files whose bytes tell nothing, cases, journals."""

from __future__ import annotations

import contextlib
import sqlite3
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, text

from core.batches.model import batch_row_table, batch_table
from core.customers.invoices import State
from core.customers.model import customer_change_table
from core.customers.web_model import web_file_table, web_registration_table
from core.rights import intake, reading
from core.rights.erasure import cleaning, proving, scan
from core.rights.erasure.errors import Held, JournalInUse, StillThere
from core.rights.erasure.finder import Finder
from core.rights.erasure.needles import gather, known_states
from core.rights.erasure.service import carry_out, complete_due, tell
from core.rights.model import case_file_table, case_table
from core.rights.types import CaseKind, CaseState
from tests.erasure.test_erasure import MAIJA, invoiced, live

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import UnitOfWork
    from tests.erasure.conftest import House


def told(house: House, person: int) -> int:
    """A granted erasure whose recipients know; the case's number."""
    number = house.granted(person)
    tell(house.register, house.actor, number)
    house.told(number)
    return number


def proposal(uow: UnitOfWork, house: House, line: int, values: dict[str, str], *candidates: int) -> None:
    """A row of an address service that waits for a person, about nobody yet or one of *candidates*."""
    uow.connection.execute(
        insert(batch_row_table).values(
            batch_id=1,
            line=line,
            meaning="moved",
            values=values,
            outcome="proposed",
            reason="several",
            matched_by="likeness",
            explanation={"candidates": [{"customer": one, "grade": 90} for one in candidates], "bearers": 1},
        )
    )


def run_of_a_service(uow: UnitOfWork, rows: int) -> None:
    """The run that such rows belong to."""
    uow.connection.execute(
        insert(batch_table).values(
            id=1,
            kind="update",
            name="posti",
            source_kind="address_service",
            file="a.csv",
            digest="0",
            size=1,
            delimiter=";",
            headings=[],
            state="done",
            position=rows,
            counts={"proposed:several": rows},
            started_at=uow.now,
            actor_name="Testi Tekijä",
        )
    )


def registration(uow: UnitOfWork, number: int, values: dict[str, str], *candidates: int) -> None:
    """A registration from the site that waits for a person."""
    uow.connection.execute(
        insert(web_registration_table).values(
            id=number,
            submission=f"s{number}",
            digest=bytes(32),
            form="f",
            file_id=1,
            state="proposed",
            urgent=False,
            values=values,
            bans=[],
            visits=0,
            candidates=[[one, ["name"]] for one in candidates],
            submitted_at=uow.now,
            received_at=uow.now,
        )
    )


def test_rows_that_belong_to_nobody_yet_go_too(house: House) -> None:
    """A proposal or registration that names the person goes; where another may be meant, the other alone is left."""
    register = house.register
    one, other = live(house), house.notices.add(first_name="Muu", phone=None).id
    with register.database.unit_of_work() as uow:
        run_of_a_service(uow, 4)
        proposal(uow, house, 1, {"street": "Aivan uusi katu 9"}, one)
        proposal(uow, house, 2, {"street": "Jokin muu katu 8"}, one, other)
        proposal(uow, house, 3, {"email": MAIJA["email"]}, other)
        proposal(uow, house, 4, {"street": "Muun katu 1"}, other)
        uow.connection.execute(
            insert(web_file_table).values(
                id=1,
                name="w",
                digest="0",
                position=1,
                counts={},
                actor_name="T",
                started_at=uow.now,
            )
        )
        registration(uow, 1, {"last_name": "Kummallinen", "first_name": "Maija-Liisa"})
        registration(uow, 2, {"last_name": "Joku", "email": "uusi.osoite@example.fi"}, one)
        registration(uow, 3, {"last_name": "Toinen"}, one, other)
        uow.commit()
    number = told(house, one)
    done = carry_out(register, house.actor, number)
    assert (done.rows["batch_row"], done.rows["web_registration"]) == (2, 2)
    finder = Finder([b"Aivan uusi katu", b"uusi.osoite@"])
    assert not any(finder.in_file(path) for path in scan.owned_files(register))
    with register.database.reading() as connection:
        row = batch_row_table.c
        left = connection.execute(
            select(row.line, row.outcome, row.reason, row.explanation, row["values"]).order_by(row.line)
        ).all()
        counts = connection.execute(select(batch_table.c.counts)).scalar()
        web = connection.execute(
            select(web_registration_table.c.id, web_registration_table.c.candidates)
        ).all()
    assert [(it.line, it.outcome, it.reason) for it in left] == [
        (1, "rejected", "erased"),
        (2, "proposed", "several"),
        (3, "rejected", "erased"),
        (4, "proposed", "several"),
    ]
    assert [it[4] is None for it in left] == [True, False, True, False]
    assert left[1].explanation["candidates"] == [{"customer": other, "grade": 90}]
    assert counts == {"proposed:several": 2, "rejected:erased": 2}
    assert [tuple(it) for it in web] == [(3, [[other, ["name"]]])]


def test_exports_go_by_the_transfers_and_archives_are_looked_into(house: House) -> None:
    """A file whose bytes tell nothing, such as a PDF, goes because a transfer says that the person is in it."""
    register = house.register
    one = live(house)
    (export,) = house.notices.exports.iterdir()
    unreadable = export.with_name(export.name.replace("csv-", "letters-").replace(".csv", ".pdf"))
    unreadable.write_bytes(b"%PDF-1.7 compressed")
    neighbour = export.with_name("letters-20261123-0123456789ab.pdf")
    neighbour.write_bytes(b"%PDF-1.7 of others")
    packed = register.config.files.exchange_directory / "answer.zip"
    packed.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", "x" * 3_000_000 + MAIJA["email"].upper())
    number = told(house, one)
    carry_out(register, house.actor, number)
    assert [path for path in (export, unreadable, neighbour, packed) if path.exists()] == [neighbour]


def test_a_value_of_anothers_history_keeps_no_case_open(house: House) -> None:
    """Somebody who lived there before has the street in their history: it counts as shared, the rest is proved."""
    register = house.register
    earlier = house.notices.add(first_name="Muu", street=MAIJA["street"], phone=None)
    house.notices.change(earlier.id, street="Uusikatu 5")
    one = live(house)
    with register.database.reading() as connection:
        before = gather(connection, register.keyring, one)
    done = carry_out(register, house.actor, told(house, one))
    assert (done.case.state, done.scan.found) == (CaseState.CLOSED, ())
    assert (done.values, done.shared) == (before.values - 1, before.shared + 1)
    with register.database.reading() as connection:
        kept = connection.execute(select(customer_change_table.c.customer_id)).scalars().all()
    assert set(kept) == {earlier.id}


def test_what_staff_wrote_elsewhere_keeps_the_case_open(house: House) -> None:
    """A name in somebody's own words is in nobody's row: the table is named, and a person sees to it."""
    register = house.register
    one = live(house)
    with register.database.unit_of_work() as uow:
        uow.connection.execute(
            insert(web_file_table).values(
                id=1,
                name="kummallinen.csv",
                digest="0",
                position=1,
                counts={},
                started_at=uow.now,
                actor_name="T",
            )
        )
        uow.commit()
    number = told(house, one)
    with pytest.raises(StillThere, match="web_file"):
        carry_out(register, house.actor, number)
    assert house.state(number) == CaseState.DECIDED


def test_under_a_voucher_copy_nothing_else_stays(house: House) -> None:
    """Words and files of this and earlier cases go at once; what is left is the sealed copy, and who knows of it."""
    register = house.register
    one = live(house)
    invoiced(house, one, State.PAID, date(2026, 3, 31))
    earlier = house.granted(one, kind=CaseKind.ACCESS)
    with register.database.unit_of_work() as uow:
        intake.attach(uow, register.keyring, house.actor, earlier, name="passi.jpg", content=b"x")
        uow.connection.execute(
            case_table.update().where(case_table.c.number == earlier).values(state="closed")
        )
        uow.commit()
    number = told(house, one)
    done = carry_out(register, house.actor, number)
    assert done.case.state is CaseState.WAITING_HOLD
    with register.database.reading() as connection:
        words = connection.execute(
            select(case_table.c.request, case_table.c.looked_for).order_by(case_table.c.number)
        ).all()
        assert [tuple(it) for it in words] == [(None, None), (None, None)]
        assert connection.execute(select(case_file_table.c.content)).scalars().all() == [None]
        assert reading.case(connection, earlier).customer_id is None
    with pytest.raises(Held):
        carry_out(register, house.actor, number)
    house.notices.clock.advance((date(2033, 1, 1) - date(2026, 11, 23)).days * 24 * 60 * 60)
    (completed,) = complete_due(register, house.actor)
    assert (completed.case.state, completed.rows["retention_voucher"]) == (CaseState.CLOSED, 1)
    assert completed.values > 0


def test_a_crash_between_proof_and_closing_is_gone_on_with(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are gone and the case is not closed: run-due wipes again and closes it."""
    register = house.register
    number = told(house, live(house))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(proving, "close", stop)
        with pytest.raises(KeyboardInterrupt):
            carry_out(register, house.actor, number)
    assert house.state(number) == CaseState.DECIDED
    (done,) = complete_due(register, house.actor)
    assert done.case.state is CaseState.CLOSED


def test_a_journal_that_somebody_reads_proves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a reader keeps old pages in the journal: it is said so, and the case stays open."""
    register = house.register
    if register.database.dialect != "sqlite":
        return
    number = told(house, live(house))
    monkeypatch.setattr(cleaning, "_WAIT_MILLISECONDS", 10)
    with register.database.reading() as connection:
        connection.execute(text("SELECT count(*) FROM customer")).scalar()
        with pytest.raises(JournalInUse):
            carry_out(register, house.actor, number)
    assert house.state(number) == CaseState.DECIDED
    assert carry_out(register, house.actor, number).case.state is CaseState.CLOSED


def test_bytes_that_sqlite_left_between_rows_are_written_over(house: House) -> None:
    """What is in the file and in no row goes with the file's rewriting; nobody has to see to it."""
    register = house.register
    path = register.config.database.file()
    if path is None:
        return
    one = live(house)
    number = told(house, one)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as careless:
        careless.execute("PRAGMA secure_delete=OFF")
        careless.execute("CREATE TABLE left_over (words TEXT)")
        careless.executemany("INSERT INTO left_over VALUES (?)", [(MAIJA["email"],), ("x",)])
        careless.execute("DELETE FROM left_over WHERE words <> 'x'")
        careless.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert MAIJA["email"].encode() in path.read_bytes()
    assert carry_out(register, house.actor, number).scan.found == ()
    assert MAIJA["email"].encode() not in path.read_bytes()


def test_bytes_are_found_across_windows_and_pieces(tmp_path: Path) -> None:
    """Whatever the place in a file or a stream; more strings than are taken at once."""
    forms = [f"arvo-{number:04}".encode() for number in range(150)]
    finder = Finder(forms)
    assert finder.in_stream(
        [b"x" * 1_048_575 + b"ar", b"vo-0149", b"", b"y" * 2_000_000 + b"arvo-00", b"07"]
    ) == {
        b"arvo-0149",
        b"arvo-0007",
    }
    path = tmp_path / "file"
    path.write_bytes(b"z" * (64 * 1024 * 1024 - 4) + b"arvo-0100 arvo-0001")
    assert finder.in_file(path) == {b"arvo-0100", b"arvo-0001"}
    path.write_bytes(b"")
    assert finder.in_file(path) == set()


def test_every_name_and_form_is_looked_for(house: House) -> None:
    """Names alone and in either order, capitals, folded, and a number as it is dialled."""
    one = house.notices.add(**MAIJA, phone="+358409998887").id
    with house.register.database.reading() as connection:
        needles = gather(connection, house.register.keyring, one)
        assert known_states(connection, one)[0]["number"]
    finder = needles.finder
    for said in ("KUMMALLINEN MAIJA-LIISA", "kummallinen", "040 9998887", "0409998887", "Erikoiskatu 77 B"):
        found: Any = finder.in_bytes(said.encode())
        assert bool(found) == (said != "040 9998887"), said
