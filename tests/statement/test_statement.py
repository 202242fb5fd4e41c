"""The person's statement: complete, truthful about doubt, and plain about what does not hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from core.actor import Role
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.receipts import check_receipt
from core.disclosure.statement.service import statement_of
from core.disclosure.statement.words import plain_text
from core.disclosure.types import ItemState
from core.errors import NotPermitted
from core.staff.access_log import Access, accesses_of, record_access
from tests.support.gate_house import MATTI, House

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.disclosure.statement.types import Statement
    from core.register import Register
    from tests.conftest import MakeActor

TASK = "legal_obligation"


def statement(register: Register, house: House, customer: Customer) -> Statement:
    """A statement, as a member of staff with every role makes it."""
    return statement_of(register, house.actor, customer.id, task=TASK)


def codes(made: Statement) -> list[str]:
    """What does not hold."""
    return [doubt.code for doubt in made.completeness.doubts]


def change(house: House, statement: Any) -> None:
    """Somebody with the database's password."""
    with house.database.unit_of_work() as uow:
        uow.connection.execute(statement)
        uow.commit()


class TestContent:
    """What is told."""

    def test_a_disclosure_in_full(self, register: Register, house: House) -> None:
        """Date, recipient by name, purpose, basis, the fields and values that left, the state and the receipt."""
        matti, liisa = house.add(), house.add()
        house.gate.send(house.actor, house.request(matti, liisa))
        made = statement(register, house, matti)
        (one,) = made.disclosed
        assert (one.at, one.state, one.persons) == (house.clock.now(), "delivered", 2)
        assert (one.receiver.name, one.receiver.country, one.receiver.role) == (
            "Tilitoimisto Esimerkki Oy",
            "FI",
            "processor",
        )
        assert (one.purpose, one.basis) == ("invoicing", "contract")
        assert one.categories == ("customer_number", "name", "contact", "postal_address")
        assert one.content is not None
        assert one.content["email"] == MATTI.email
        assert one.content["customer.number"] == matti.number
        assert made.completeness.proved
        assert made.completeness.transfers == 1
        assert made.completeness.lines == 2

    def test_receipt_of_each_disclosure_verifies(self, register: Register, house: House) -> None:
        """The files check with the log's key alone, and the line in them is of the bytes that left."""
        matti = house.add()
        house.gate.send(house.actor, house.request(matti, house.add(), house.add()))
        (one,) = statement(register, house, matti).disclosed
        assert one.proofs is not None
        checked = check_receipt(one.proofs.entry, house.log.signer.verifier, one.proofs.line)
        assert (checked.index, checked.entry.id) == (one.number, one.transfer_id)
        with house.database.reading() as connection:
            sealed = connection.execute(
                transfer_line_table.select().where(transfer_line_table.c.customer_id == matti.id)
            ).one()
        assert checked.lines[0].digest == hashlib.sha256(sealed.sealed).digest()

    @pytest.mark.parametrize(
        ("fault", "state", "is_disclosed"),
        [("", "delivered", True), ("refuse", "refused", True), ("lost_reply", "in_doubt", True), ("no_connection", "not_sent", False)],
    )  # fmt: skip
    def test_disclosed_is_all_that_is_not_proved_not_sent(
        self, register: Register, house: House, fault: str, state: str, *, is_disclosed: bool
    ) -> None:
        """Doubt and refusal count as disclosed and are called by name; what was proved not sent stands apart."""
        matti = house.add()
        house.partner.fault = fault
        house.gate.send(house.actor, house.request(matti))
        made = statement(register, house, matti)
        assert [one.state for one in (made.disclosed if is_disclosed else made.not_sent)] == [state]
        assert len(made.disclosed) + len(made.not_sent) == 1
        assert made.completeness.proved

    def test_what_staff_recorded_as_not_sent_is_called_so(self, register: Register, house: House) -> None:
        """A person's word that nothing was sent is no proof; the statement says whose word it is."""
        matti = house.add()
        house.partner.fault = "lost_request"
        result = house.gate.send(house.actor, house.request(matti))
        house.gate.decide(house.actor, result.transfer_id, ItemState.NOT_SENT, "asked by telephone")
        made = statement(register, house, matti)
        assert [(one.state, one.settled_by) for one in made.not_sent] == [("not_sent", "person")]
        assert "after asking the recipient" in plain_text(made, "en")

    def test_an_intent_without_an_outcome_counts(self, register: Register, house: House) -> None:
        """While nobody knows what came of it, it is told as under way."""
        matti = house.add()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(house.gate, "_conclude", lambda *_: None)
            house.gate.send(house.actor, house.request(matti))
        made = statement(register, house, matti)
        assert [one.state for one in made.disclosed] == ["under_way"]
        assert made.completeness.proved

    def test_somebody_of_whom_nothing_left(self, register: Register, house: House) -> None:
        """An empty statement is proved as well: every line was gone through."""
        house.gate.send(house.actor, house.request(house.add()))
        made = statement(register, house, house.add())
        assert (made.disclosed, made.completeness.lines, made.completeness.proved) == ((), 1, True)


class TestConsultations:
    """Who looked."""

    def test_dates_and_purposes_without_names(self, register: Register, house: House) -> None:
        """Each look with its time, task and action; the statement's own look is among them; no name of staff."""
        matti = house.add()
        with house.database.unit_of_work() as uow:
            record_access(uow, house.actor, action=Access.PRINT, customer_id=matti.id, task="invoicing")
            uow.commit()
        made = statement(register, house, matti)
        assert [(it.action, it.task) for it in made.consultations] == [("print", "invoicing"), ("open", TASK)]
        assert house.actor.name not in repr(made)
        with house.database.reading() as connection:
            assert len(accesses_of(connection, matti.id)) == 2

    def test_pseudonyms_agree_for_one_person_and_not_between_two(
        self, register: Register, house: House
    ) -> None:
        """Two statements to one person use one pseudonym for one member of staff; another person's use another."""
        matti, liisa = house.add(), house.add()
        first, again, other = (statement(register, house, it) for it in (matti, matti, liisa))
        assert {it.staff for it in (*first.consultations, *again.consultations)} == {
            first.consultations[0].staff
        }
        assert first.consultations[0].staff != other.consultations[0].staff

    def test_importers_make_no_statements(
        self, register: Register, house: House, make_actor: MakeActor
    ) -> None:
        """A role that serves nobody is refused before anything is read."""
        with pytest.raises(NotPermitted):
            statement_of(register, make_actor(Role.IMPORTER), house.add().id, task=TASK)


class TestTampering:
    """What somebody with the database's password changes is said."""

    def test_a_line_taken_out_of_the_index_is_found_by_its_tag(
        self, register: Register, house: House
    ) -> None:
        """The disclosure is told all the same, and so is that the index lacked it."""
        matti = house.add()
        house.gate.send(house.actor, house.request(matti, house.add()))
        change(
            house,
            transfer_line_table.update()
            .where(transfer_line_table.c.customer_id == matti.id)
            .values(customer_id=None),
        )
        made = statement(register, house, matti)
        assert len(made.disclosed) == 1
        assert made.disclosed[0].content is not None
        assert codes(made) == ["not_indexed"]

    def test_a_line_given_to_somebody_else_is_found(self, register: Register, house: House) -> None:
        """The index names another person: both statements say that it does not fit."""
        matti, liisa = house.add(), house.add()
        house.gate.send(house.actor, house.request(matti))
        change(house, transfer_line_table.update().values(customer_id=liisa.id))
        assert codes(statement(register, house, matti)) == ["not_indexed"]
        theirs = statement(register, house, liisa)
        assert codes(theirs) == ["not_tagged", "content"]
        assert theirs.disclosed[0].content is None

    @pytest.mark.parametrize(("column", "width"), [("tag", 16), ("commitment", 32), ("digest", 32)])
    def test_a_changed_line_is_found(self, register: Register, house: House, column: str, width: int) -> None:
        """The lines no longer lie under the root that the log was signed with."""
        matti = house.add()
        house.gate.send(house.actor, house.request(matti, house.add()))
        change(house, transfer_line_table.update().values({column: b"\x07" * width}))
        assert "lines_changed" in codes(statement(register, house, matti))

    def test_lines_that_are_gone_are_missed(self, register: Register, house: House) -> None:
        """A transfer without its lines may have been about anybody: every statement says so."""
        matti = house.add()
        house.gate.send(house.actor, house.request(matti))
        change(house, transfer_line_table.delete())
        assert codes(statement(register, house, house.add())) == ["lines_missing"]

    def test_a_line_beside_the_log_is_missed(self, register: Register, house: House) -> None:
        """A line that no entry covers is counted; the person's own is named."""
        matti = house.add()
        result = house.gate.send(house.actor, house.request(matti))
        with house.database.unit_of_work() as uow:
            row = uow.connection.execute(transfer_line_table.select()).one()._asdict()
            transfer = uow.connection.execute(transfer_table.select()).one()._asdict()
            copy = "00000000-0000-7000-8000-000000000000"
            uow.connection.execute(transfer_table.insert().values({**transfer, "id": copy, "number": 900}))
            uow.connection.execute(transfer_line_table.insert().values({**row, "transfer_id": copy}))
            uow.commit()
        made = statement(register, house, matti)
        assert codes(made) == ["not_logged", "mine_not_logged"]
        assert [one.number for one in made.disclosed] == [result.number]

    def test_a_false_not_sent_is_not_believed(self, register: Register, house: House) -> None:
        """A line that the tables call not sent, and the log delivered, is told as disclosed and in doubt."""
        matti = house.add()
        house.gate.send(house.actor, house.request(matti))
        change(house, transfer_line_table.update().values(state=ItemState.NOT_SENT))
        made = statement(register, house, matti)
        assert [one.state for one in made.disclosed] == ["in_doubt"]
        assert codes(made) == ["outcome"]

    def test_another_recipient_in_the_tables_is_found(self, register: Register, house: House) -> None:
        """The log's word stands where the tables say something else."""
        matti = house.add()
        house.gate.send(house.actor, house.request(matti))
        change(house, transfer_table.update().values(purpose="customer_care"))
        made = statement(register, house, matti)
        assert made.disclosed[0].purpose == "invoicing"
        assert codes(made) == ["facts"]

    def test_an_entry_changed_beneath_the_signature_is_found(self, register: Register, house: House) -> None:
        """The root that the entries give is not the signed one."""
        if house.database.dialect == "postgresql":
            triggers = "ALTER TABLE log_entry DISABLE TRIGGER USER"
        else:
            triggers = "DROP TRIGGER log_entry_no_update"
        matti = house.add()
        house.gate.send(house.actor, house.request(matti))
        change(house, text(triggers))
        change(house, text("UPDATE log_entry SET body = :body WHERE entry_index = 1").bindparams(body=b"{}"))
        made = statement(register, house, matti)
        assert "root" in codes(made)
        assert not made.completeness.proved
