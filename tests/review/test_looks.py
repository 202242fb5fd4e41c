"""The access log is tamper-evident: what was changed, removed or slipped in is found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text, update

from core.customers.service import open_record
from core.disclosure.review import look_check, looks
from core.disclosure.review.model import look_line_table, look_table
from core.disclosure.transfers import stored_lines
from core.staff.access_log import Access, record_access
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.customers.types import Customer
    from tests.support.review_house import ReviewHouse


def opens(house: ReviewHouse, customer: Customer, task: str = "customer_care") -> None:
    """The clerk opens a card."""
    with house.database.unit_of_work() as uow:
        open_record(uow, house.clerk, customer.id, task=task)
        uow.commit()


def entered(house: ReviewHouse) -> int:
    """Enter every look; how many were."""
    with house.database.unit_of_work() as uow:
        count = looks.enter(uow, house.register.keyring, house.register.log)
        uow.commit()
    house.register.log.sign()
    return count


def problems(house: ReviewHouse) -> list[str]:
    """What is wrong with the access log."""
    with house.database.reading() as connection:
        return [it.what for it in look_check.problems(connection, house.register.log)]


def let_changes_through(connection: Connection) -> None:
    """What somebody with the database's own rights can do: take the fence away."""
    names = ("access_event_no_update", "access_event_no_delete", "access_event_no_replace")
    if connection.dialect.name == "sqlite":
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("DROP TRIGGER access_event_append_only ON access_event"))


def test_looks_of_one_kind_for_one_purpose_are_one_entry(house: ReviewHouse) -> None:
    """Two cards for customer care and one search for something else: two entries, three lines, verified."""
    one, two = house.house.add(), house.house.add()
    opens(house, one)
    opens(house, two)
    with house.database.unit_of_work() as uow:
        record_access(
            uow, house.clerk, action=Access.SEARCH, customer_id=None, task="Etsin isoäitiä", detail="3 rows"
        )
        uow.commit()
    assert entered(house) == 3
    assert entered(house) == 0
    with house.database.reading() as connection:
        rows = connection.execute(select(look_table).order_by(look_table.c.size)).all()
    assert [(row.action, row.purpose, row.size) for row in rows] == [
        ("search", "other", 1),
        ("open", "customer_care", 2),
    ]
    assert problems(house) == []
    assert house.register.log.verify(stored_lines).verified


def test_a_person_finds_their_own_line(house: ReviewHouse) -> None:
    """The tag under the person's key marks exactly the person's looks."""
    one, two = house.house.add(), house.house.add()
    opens(house, one)
    opens(house, two)
    entered(house)
    with house.database.reading() as connection:
        (look,) = connection.execute(select(look_table)).all()
        key = house.register.keyring.existing_data_key(connection, one.id)
        tags = connection.execute(select(look_line_table.c.tag)).scalars().all()
    assert key is not None
    assert [tag == key.tag(look.id.encode()) for tag in tags].count(True) == 1


def test_only_what_came_before_midnight_is_due(house: ReviewHouse) -> None:
    """Today's looks wait for tomorrow, or for a sign-off."""
    opens(house, house.house.add())
    with house.database.unit_of_work() as uow:
        midnight = looks.start_of_today(uow.now)
        assert looks.enter(uow, house.register.keyring, house.register.log, midnight) == 0
        tomorrow = looks.start_of_today(uow.now + timedelta(days=1))
        assert looks.enter(uow, house.register.keyring, house.register.log, tomorrow) == 1


def test_what_was_changed_or_removed_is_found(house: ReviewHouse) -> None:
    """Another customer in a row, a row that is gone, a line that was made to fit."""
    for _ in range(3):
        opens(house, house.house.add())
    entered(house)
    with house.database.unit_of_work() as uow:
        let_changes_through(uow.connection)
        uow.connection.execute(
            update(access_event_table).where(access_event_table.c.id == 1).values(customer_id=2)
        )
        uow.connection.execute(access_event_table.delete().where(access_event_table.c.id == 2))
        uow.commit()
    assert sorted(problems(house)) == ["changed", "removed"]
    with house.database.unit_of_work() as uow:
        uow.connection.execute(
            update(look_line_table).where(look_line_table.c.access_id == 3).values(digest=b"x" * 32)
        )
        uow.commit()
    assert "lines" in problems(house)


def test_entries_whose_lines_are_gone_are_found(house: ReviewHouse) -> None:
    """Removing a whole day leaves its entry in the log."""
    opens(house, house.house.add())
    entered(house)
    with house.database.unit_of_work() as uow:
        uow.connection.execute(look_line_table.delete())
        uow.connection.execute(look_table.delete())
        uow.commit()
    assert problems(house) == ["lost"]


def test_an_erased_person_leaves_a_line_that_says_nothing(house: ReviewHouse) -> None:
    """Without its nonce a line is noise, and the rest still holds."""
    opens(house, house.house.add())
    entered(house)
    with house.database.unit_of_work() as uow:
        uow.connection.execute(update(look_line_table).values(nonce=None))
        uow.commit()
    assert problems(house) == []
    with house.database.unit_of_work() as uow:
        uow.connection.execute(
            insert(access_event_table).values(
                recorded_at=uow.now, staff_id=1, action="open", customer_id=99, task="x"
            )
        )
        uow.commit()
    assert entered(house) == 1
