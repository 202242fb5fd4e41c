from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.customers import history, listing, restrictions, search, service
from core.customers.errors import (
    ChangedMeanwhile,
    CustomerNotFound,
    CustomerRestricted,
    InvalidValue,
    NumberTaken,
    RelationshipEnded,
)
from core.customers.restrictions import Ground, Use
from core.customers.types import CustomerChange, CustomerValues, NewCustomer, Source, SourceKind, Status
from core.errors import NotPermitted
from core.staff import access_log
from tests.customers.conftest import FIRM, LETTER, MATTI

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from tests.conftest import MakeActor
    from tests.customers.conftest import AddCustomer

CALL = Source(SourceKind.STAFF, "telephone call")


def test_a_customer_is_kept_as_given_with_the_next_number(database: Database, add: AddCustomer) -> None:
    """What was added reads back the same; numbers follow each other from 1001."""
    matti, firm = add(), add(FIRM)
    assert (matti.number, firm.number) == ("1001", "1002")
    assert (matti.display_name, firm.display_name) == ("Virtanen Matti", "Åkerin Leipä Oy")
    assert (matti.status, matti.version, matti.started_on) == (Status.ACTIVE, 1, date(2026, 11, 23))
    with database.reading() as connection:
        assert service.get(connection, matti.id) == matti
        assert service.by_number(connection, "1002") == firm
        assert matti.values.as_dict() == MATTI.as_dict()


def test_each_value_knows_its_source(
    database: Database, actor: Actor, clock: FixedClock, add: AddCustomer
) -> None:
    """A changed value comes from the change, the others still from where they came first."""
    matti = add()
    clock.advance(3600)
    with database.unit_of_work() as uow:
        changed = service.change(
            uow, actor, matti.id, {"street": "Uusikatu 1", "postcode": "00120"}, CALL, version=1, batch_id=7
        )
        uow.commit()
    with database.reading() as connection:
        known = history.provenance(connection, matti.id)
        first, second = history.changes_of(connection, matti.id)
    assert changed.version == 2
    assert known["street"].source == CALL
    assert known["street"].batch_id == 7
    assert known["first_name"].source == LETTER
    assert known["first_name"].actor_name == "Testi Tekijä"
    assert "organisation_name" not in known
    assert first.values["street"] == (None, "Mannerheimintie 5 A 12")
    assert second.values == {
        "street": ("Mannerheimintie 5 A 12", "Uusikatu 1"),
        "postcode": ("00100", "00120"),
    }
    assert second.recorded_at > first.recorded_at


def test_every_stored_value_has_a_source(database: Database, add: AddCustomer) -> None:
    """No field of a customer is without provenance (P1, P7)."""
    matti = add(protected_address=True)
    with database.reading() as connection:
        known = history.provenance(connection, matti.id)
    stored = {field for field, value in matti.values.as_dict().items() if value is not None}
    assert known.keys() >= stored | {"number", "status", "started_on", "protected_address"}


def test_a_change_to_the_same_leaves_no_trace(database: Database, actor: Actor, add: AddCustomer) -> None:
    """A value that is written again, only spaced differently, is no change."""
    matti = add()
    with database.unit_of_work() as uow:
        same = service.change(
            uow, actor, matti.id, {"phone": "040 123 4567", "town": " Helsinki "}, CALL, version=1
        )
        assert same == matti
        assert len(history.changes_of(uow.connection, matti.id)) == 1


def test_whoever_comes_second_is_told_who_was_first(
    database: Database, actor: Actor, clock: FixedClock, add: AddCustomer
) -> None:
    """A change decided on an older version is refused, with the name and the time of the other."""
    matti = add()
    clock.advance(60)
    with database.unit_of_work() as uow:
        service.change(uow, actor, matti.id, {"town": "Espoo"}, CALL, version=1)
        with pytest.raises(ChangedMeanwhile, match=r"Testi Tekijä changed this at 23\.11\.2026 10\.01"):
            service.change(uow, actor, matti.id, {"town": "Vantaa"}, CALL, version=1)


def test_all_faults_are_told_at_once(database: Database, actor: Actor) -> None:
    """A record with three wrong values says all three."""
    wrong = CustomerValues(last_name="Oja", email="oja", phone="12", postcode="123")
    with database.unit_of_work() as uow, pytest.raises(InvalidValue) as caught:
        service.add(uow, actor, wrong, LETTER)
    assert [problem.where.field for problem in caught.value.problems] == ["email", "phone", "postcode"]


def test_nothing_else_can_be_stored(database: Database, actor: Actor, add: AddCustomer) -> None:
    """A field that the notice does not name is refused, and the known ones are named (P1)."""
    matti = add()
    with (
        database.unit_of_work() as uow,
        pytest.raises(InvalidValue, match="Only what the privacy notice names"),
    ):
        service.change(uow, actor, matti.id, {"birthday": "1.1.1970"}, CALL, version=1)


def test_a_number_is_given_once(database: Database, actor: Actor, add: AddCustomer) -> None:
    """A number in use is refused, also twice in one load; the series goes on after numbers given by hand."""
    add(number="2000")
    assert add(FIRM).number == "2001"
    with database.unit_of_work() as uow:
        with pytest.raises(NumberTaken, match="2000"):
            service.add(uow, actor, MATTI, LETTER, number="2000")
        with pytest.raises(NumberTaken, match="A-1"):
            service.add_many(uow, actor, [NewCustomer(MATTI, "A-1"), NewCustomer(FIRM, "A-1")], LETTER)


def test_work_rolled_back_gives_its_number_again(database: Database, actor: Actor, add: AddCustomer) -> None:
    """A number taken in work that is not committed is not lost."""
    with database.unit_of_work() as uow:
        assert service.add(uow, actor, MATTI, LETTER).number == "1001"
    assert add().number == "1001"


def test_a_load_keeps_its_order_history_and_bank_accounts(
    database: Database, actor: Actor, keyring: KeyRing
) -> None:
    """Set-based adding returns ids in the order of the rows, each with history of the batch."""
    rows = [
        NewCustomer(
            replace(MATTI, last_name=name), started_on=date(2020, 1, 2), iban="FI21 1234 5600 0007 85"
        )
        for name in ("Ö", "Å", "A")
    ]
    source = Source(SourceKind.FIRST_LOAD, "customers.csv")
    with database.unit_of_work() as uow:
        ids = service.add_many(uow, actor, rows, source, 3, keyring=keyring)
        uow.commit()
    with database.reading() as connection:
        assert [service.get(connection, of).values.last_name for of in ids] == ["Ö", "Å", "A"]
        assert [row.id for row in listing.page(connection, 0, 9)] == [ids[2], ids[1], ids[0]]
        known = history.provenance(connection, ids[0])
        assert (known["iban"].batch_id, known["iban"].source, known["last_name"].batch_id) == (3, source, 3)


def test_many_changes_are_all_or_none(database: Database, actor: Actor, add: AddCustomer) -> None:
    """One wrong row of a set-based change leaves every other undone; a right set tells who really changed."""
    first, second = add(), add()
    with database.unit_of_work() as uow:
        wanted = [
            CustomerChange(first.id, 1, {"town": "Oulu"}),
            CustomerChange(second.id, 1, {"town": "Helsinki"}),
        ]
        assert service.change_many(uow, actor, wanted, CALL, batch_id=1) == [first.id]
        with pytest.raises(ChangedMeanwhile):
            service.change_many(uow, actor, [CustomerChange(second.id, 1, {"town": "Kemi"}), wanted[0]], CALL)
        assert service.get(uow.connection, second.id).values.town == "Helsinki"


def test_a_restricted_customer_is_left_alone(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Restricted data is not changed, but for a ground of Article 18(2), which the history keeps; never by a batch."""
    matti = add()
    with database.unit_of_work() as uow:
        restrictions.restrict(
            uow, actor, matti.id, ground=Ground.ACCURACY_CONTESTED, since=date(2026, 11, 23)
        )
        with pytest.raises(CustomerRestricted, match="Article 18"):
            service.change(uow, actor, matti.id, {"town": "Espoo"}, CALL, version=1)
        with pytest.raises(CustomerRestricted):
            service.change(
                uow,
                actor,
                matti.id,
                {"town": "Espoo"},
                CALL,
                version=1,
                batch_id=1,
                article_18_use=Use.CONSENT,
            )
        service.change(uow, actor, matti.id, {"town": "Espoo"}, CALL, version=1, article_18_use=Use.CONSENT)
        assert history.changes_of(uow.connection, matti.id)[-1].article_18_use == "consent"


def test_the_relationship_ends_and_begins_anew(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Its end is dated and in the history, also of a restricted customer; it ends once."""
    matti = add()
    with database.unit_of_work() as uow:
        restrictions.restrict(uow, actor, matti.id, ground=Ground.UNLAWFUL, since=date(2026, 11, 23))
        ended = service.end_relationship(
            uow, actor, matti.id, ended_on=date(2026, 11, 30), source=CALL, version=1
        )
        assert (ended.status, ended.ended_on, ended.version) == (Status.ENDED, date(2026, 11, 30), 2)
        with pytest.raises(RelationshipEnded):
            service.end_relationship(uow, actor, matti.id, ended_on=date(2026, 12, 1), source=CALL, version=2)
        again = service.resume_relationship(uow, actor, matti.id, source=CALL, version=2)
        assert (again.status, again.ended_on) == (Status.ACTIVE, None)
        assert history.changes_of(uow.connection, matti.id)[1].values == {
            "status": ("active", "ended"),
            "ended_on": (None, "2026-11-30"),
        }


def test_a_protected_address_is_neither_listed_nor_found(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """With turvakielto the address leaves lists and search, and comes back when it is lifted."""
    matti = add()
    with database.unit_of_work() as uow:
        service.protect_address(uow, actor, matti.id, CALL, protected=True, version=1)
        (row,) = search.search(uow.connection, "virtanen")
        assert (row.street, row.postcode, row.town) == (None, None, None)
        assert row.flags == {"protected_address"}
        assert search.search(uow.connection, "mannerheim") == search.search(uow.connection, "00100") == []
        service.protect_address(uow, actor, matti.id, CALL, protected=False, version=2)
        assert [row.street for row in search.search(uow.connection, "mannerheim")] == [MATTI.street]


def test_opening_a_record_is_remembered(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Whoever looks at a customer stands in the access log with the task."""
    matti = add()
    someone = replace(actor, staff_id=None)
    with database.unit_of_work() as uow:
        assert service.open_record(uow, someone, matti.id, task="asked about an invoice") == matti
        (event,) = access_log.accesses_of(uow.connection, matti.id)
        assert (event.action, event.task) == ("open", "asked about an invoice")
        with pytest.raises(CustomerNotFound):
            service.open_record(uow, someone, 99, task="-")


def test_a_reviewer_changes_nothing(database: Database, make_actor: MakeActor, add: AddCustomer) -> None:
    """Writing needs a role that works with customers."""
    matti = add()
    reviewer = make_actor(Role.REVIEWER)
    with database.unit_of_work() as uow:
        with pytest.raises(NotPermitted):
            service.add(uow, reviewer, MATTI, LETTER)
        with pytest.raises(NotPermitted):
            service.change(uow, reviewer, matti.id, {"town": "Espoo"}, CALL, version=1)
