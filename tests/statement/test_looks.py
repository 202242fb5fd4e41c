"""The looks of a statement are all of them: each is a row of the signed log under the person's own mark, with receipts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

import core.disclosure.log.standalone
from core.customers.service import open_record
from core.disclosure.log.errors import FormatInvalid
from core.disclosure.log.events import Read
from core.disclosure.receipts import check_receipt
from core.disclosure.review.model import look_line_table, look_table
from core.disclosure.statement.data import document
from core.disclosure.statement.service import statement_of
from core.disclosure.statement.words import plain_text
from core.staff.model import access_event_table
from tests.review.test_looks import let_changes_through
from tests.statement.test_statement import change, codes

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.disclosure.statement.types import Statement
    from core.register import Register
    from tests.support.gate_house import House

VERIFIER = Path(core.disclosure.log.standalone.__file__).with_name("verify_log.py")
LOOKS = 3


def opened(house: House, *customers: Customer) -> None:
    """Somebody opens their cards."""
    with house.database.unit_of_work() as uow:
        for customer in customers:
            open_record(uow, house.actor, customer.id, task="customer_care")
        uow.commit()


def statement(register: Register, house: House, customer: Customer) -> Statement:
    """The person's statement, looks entered first."""
    return statement_of(register, house.actor, customer.id, task="legal_obligation")


def tamper(house: House, statement: Any) -> None:
    """Somebody with the database's password, past the fence round the access log."""
    with house.database.unit_of_work() as uow:
        let_changes_through(uow.connection)
        uow.commit()
    change(house, statement)


def test_every_look_is_proved_and_has_its_receipts(register: Register, house: House) -> None:
    """Those of today too, the statement's own included: place in the log, and two files that check with the key alone."""
    matti, liisa = house.add(), house.add()
    opened(house, matti, liisa, matti)
    made = statement(register, house, matti)
    assert made.completeness.proved
    assert made.completeness.looks == LOOKS + 1
    assert [(it.action, it.task) for it in made.consultations] == [
        ("open", "customer_care"),
        ("open", "customer_care"),
        ("open", "legal_obligation"),
    ]
    key = house.log.signer.verifier
    for one in made.consultations:
        assert one.proofs is not None
        checked = check_receipt(one.proofs.entry, key, one.proofs.line)
        assert isinstance(checked.entry, Read)
        assert (checked.index, [line.number for line in checked.lines]) == (one.number, [one.line])
        assert checked.entry.purpose == one.task
    told = document(made, "en")
    assert told["consultations"][0]["receipt"]["line"].startswith("disclosure-log/line-proof@v1")
    assert "; entry 1, row 0" in plain_text(made, "en")


def test_the_lone_verifier_checks_a_looks_receipt(register: Register, house: House, tmp_path: Path) -> None:
    """What an outsider has: the two files, the key, and the file that goes with every export."""
    matti = house.add()
    opened(house, matti, house.add(), house.add())
    (one, _) = statement(register, house, matti).consultations
    assert one.proofs is not None
    (tmp_path / "look").write_bytes(one.proofs.entry)
    (tmp_path / "look.lines").write_bytes(one.proofs.line)
    command = [sys.executable, "-I", str(VERIFIER), "--vkey", house.log.vkey]
    command += ["--receipt", str(tmp_path / "look"), "--line", str(tmp_path / "look.lines")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    broken = bytearray(one.proofs.line)
    broken[70] ^= 1
    (tmp_path / "look.lines").write_bytes(broken)
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 1
    with pytest.raises(FormatInvalid):
        check_receipt(one.proofs.entry, house.log.signer.verifier, bytes(broken))


def test_a_look_taken_away_is_told_all_the_same(register: Register, house: House) -> None:
    """The row of the access log is gone; the log still has day, action and purpose, and the statement says so."""
    matti = house.add()
    opened(house, matti)
    statement(register, house, matti)
    tamper(house, access_event_table.delete().where(access_event_table.c.id == 1))
    made = statement(register, house, matti)
    assert ("open", "customer_care") in [(it.action, it.task) for it in made.consultations]
    assert len(made.consultations) == LOOKS
    assert codes(made) == ["look_not_indexed"]
    assert "bears your mark" in plain_text(made, "en")


def test_a_look_given_to_somebody_else_is_found(register: Register, house: House) -> None:
    """Another customer's id in the row: both statements say that it does not fit."""
    matti, liisa = house.add(), house.add()
    opened(house, matti)
    statement(register, house, matti)
    tamper(house, access_event_table.update().values(customer_id=liisa.id))
    assert set(codes(statement(register, house, matti))) == {"look_not_indexed"}
    assert set(codes(statement(register, house, liisa))) == {"look_not_tagged", "look_changed"}


def test_a_look_whose_task_was_changed_is_found(register: Register, house: House) -> None:
    """What is in the row is not what was entered."""
    matti = house.add()
    opened(house, matti)
    statement(register, house, matti)
    tamper(house, access_event_table.update().where(access_event_table.c.id == 1).values(task="invoicing"))
    assert codes(statement(register, house, matti)) == ["look_changed"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (look_line_table.update().values(tag=b"x" * 16), "look_lines_changed"),
        (look_line_table.delete(), "look_lines_missing"),
    ],
)
def test_lines_of_looks_that_were_spoiled_are_missed(
    register: Register, house: House, spoil: Any, code: str
) -> None:
    """Whether somebody is among them cannot be told any more, and that is told to everybody."""
    matti = house.add()
    opened(house, matti)
    statement(register, house, matti)
    change(house, spoil)
    assert code in codes(statement(register, house, house.add()))


def test_a_line_beside_the_log_is_counted(register: Register, house: House) -> None:
    """A look that no entry covers was put there past the log."""
    matti = house.add()
    opened(house, matti)
    statement(register, house, matti)
    copy = "00000000-0000-7000-8000-000000000000"
    with house.database.unit_of_work() as uow:
        look = uow.connection.execute(look_table.select()).first()
        line = uow.connection.execute(look_line_table.select()).first()
        assert look is not None
        assert line is not None
        uow.connection.execute(look_table.insert().values({**look._asdict(), "id": copy}))
        beside = {**line._asdict(), "look_id": copy, "access_id": 900}
        uow.connection.execute(look_line_table.insert().values(beside))
        uow.commit()
    assert codes(statement(register, house, matti)) == ["look_not_logged"]


def test_a_closed_log_keeps_nobody_from_their_statement(register: Register, house: House) -> None:
    """It is made, tells the looks, and says that those of today are not in the log."""
    matti = house.add()
    opened(house, matti)
    house.log.sign()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(house.log), "append", _closed)
        made = statement(register, house, matti)
    assert len(made.consultations) == LOOKS - 1
    assert codes(made) == ["look_waiting"]
    assert json.dumps(document(made, "fi"))


def _closed(*_: object, **__: object) -> int:
    from core.disclosure.log.errors import NothingSigned

    raise NothingSigned


def test_two_programs_that_enter_at_once_enter_each_look_once(register: Register, house: House) -> None:
    """The second passes over what the first has entered meanwhile."""
    from concurrent.futures import ThreadPoolExecutor

    people = [house.add() for _ in range(5)]
    opened(house, *people)
    with ThreadPoolExecutor(len(people)) as pool:
        made = list(pool.map(lambda one: statement(register, house, one), people))
    assert all(len(one.consultations) == LOOKS - 1 for one in made)
    with house.database.reading() as connection:
        count = connection.execute(
            text("SELECT count(*), count(DISTINCT access_id) FROM log_look_line")
        ).one()
    assert tuple(count) == (len(people) * 2, len(people) * 2)
