from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from core.actor import Role
from core.customers import history, restrictions, sealed
from core.customers.errors import CustomerRestricted, InvalidValue
from core.customers.model import customer_sealed_table
from core.customers.restrictions import Ground
from core.customers.types import SEALED
from core.errors import NotPermitted
from core.keys import Unopenable
from core.staff import access_log
from core.staff.errors import TaskMissing
from tests.customers.conftest import LETTER

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database
    from core.keys import KeyRing
    from tests.conftest import MakeActor
    from tests.customers.conftest import AddCustomer

IBAN = "FI2112345600000785"
OTHER = "FI4950009420028730"


def test_a_bank_account_is_sealed_and_shown_masked(
    database: Database, keyring: KeyRing, actor: Actor, add: AddCustomer
) -> None:
    """Neither the account nor its history lies readable in the database; people see the ends of it."""
    matti = add()
    with database.unit_of_work() as uow:
        sealed.set_iban(uow, keyring, actor, matti.id, "FI21 1234 5600 0007 85", source=LETTER)
        sealed.set_iban(uow, keyring, actor, matti.id, IBAN, source=LETTER)
        sealed.set_iban(uow, keyring, actor, matti.id, OTHER, source=LETTER)
        sealed.set_ip(uow, keyring, actor, matti.id, "192.0.2.1", source=LETTER)
        uow.commit()
    with database.reading() as connection:
        assert sealed.iban_of(connection, keyring, matti.id) == "FI49 **** … 730"
        assert sealed.ip_of(connection, keyring, matti.id) == "192.****"
        past = sealed.history_of(connection, keyring, matti.id, "iban")
        assert [event.masked for event in past] == ["FI21 **** … 785", "FI49 **** … 730"]
        assert past[0].source == LETTER
        for content in connection.execute(select(customer_sealed_table.c.sealed)).scalars():
            assert IBAN.encode() not in content
            assert b"1234" not in content
        assert [change.values for change in history.changes_of(connection, matti.id)[1:]] == [
            {"iban": (None, SEALED)},
            {"iban": (SEALED, SEALED)},
            {"ip": (None, SEALED)},
        ]
        assert history.provenance(connection, matti.id)["iban"].source == LETTER


def test_seeing_it_whole_is_remembered(
    database: Database, keyring: KeyRing, actor: Actor, add: AddCustomer
) -> None:
    """A revealed account stands in the access log with the task; without a task it is not revealed."""
    matti = add()
    someone = replace(actor, staff_id=None)
    with database.unit_of_work() as uow:
        sealed.set_iban(uow, keyring, actor, matti.id, IBAN, source=LETTER)
        assert sealed.reveal(uow, keyring, someone, matti.id, "iban", task="refund") == IBAN
        (event,) = access_log.accesses_of(uow.connection, matti.id)
        assert (event.task, event.detail) == ("refund", "iban")
        with pytest.raises(TaskMissing):
            sealed.reveal(uow, keyring, someone, matti.id, "iban", task=" ")


def test_a_reviewer_sees_no_account(
    database: Database, keyring: KeyRing, make_actor: MakeActor, add: AddCustomer
) -> None:
    """Only who works with customers may see an account whole."""
    matti = add()
    with database.unit_of_work() as uow, pytest.raises(NotPermitted):
        sealed.reveal(uow, keyring, make_actor(Role.REVIEWER), matti.id, "iban", task="curious")


def test_an_account_taken_away_is_gone_from_now_on(
    database: Database, keyring: KeyRing, actor: Actor, add: AddCustomer
) -> None:
    """Its absence has a source as well, and the gate reads nothing."""
    matti = add()
    with database.unit_of_work() as uow:
        sealed.set_iban(uow, keyring, actor, matti.id, IBAN, source=LETTER)
        sealed.set_iban(uow, keyring, actor, matti.id, None, source=LETTER)
        assert sealed.iban_of(uow.connection, keyring, matti.id) is None
        assert sealed.values_of(uow.connection, keyring, [matti.id], "iban") == {}
        assert [event.masked for event in sealed.history_of(uow.connection, keyring, matti.id, "iban")][
            -1
        ] is None
        assert "iban" not in history.provenance(uow.connection, matti.id)


def test_a_sealed_value_opens_for_its_own_customer_alone(
    database: Database, keyring: KeyRing, actor: Actor, add: AddCustomer
) -> None:
    """Bytes moved to another field do not open."""
    matti = add()
    with database.unit_of_work() as uow:
        sealed.set_iban(uow, keyring, actor, matti.id, IBAN, source=LETTER)
        uow.connection.execute(update(customer_sealed_table).values(field="ip"))
        with pytest.raises(Unopenable):
            sealed.ip_of(uow.connection, keyring, matti.id)


def test_a_wrong_or_restricted_account_is_refused(
    database: Database, keyring: KeyRing, actor: Actor, add: AddCustomer
) -> None:
    """Check digits are checked, and a restricted customer's account is left as it is."""
    matti = add()
    with database.unit_of_work() as uow:
        with pytest.raises(InvalidValue):
            sealed.set_iban(uow, keyring, actor, matti.id, "FI2112345600000780", source=LETTER)
        with pytest.raises(InvalidValue):
            sealed.set_ip(uow, keyring, actor, matti.id, "example.fi", source=LETTER)
        restrictions.restrict(uow, actor, matti.id, ground=Ground.UNLAWFUL, since=date(2026, 11, 23))
        with pytest.raises(CustomerRestricted):
            sealed.set_iban(uow, keyring, actor, matti.id, IBAN, source=LETTER)


def test_an_address_of_the_new_kind_is_masked_too() -> None:
    """IPv6 shows its first group."""
    assert sealed.mask("ip", "2001:db8::1") == "2001:****"
