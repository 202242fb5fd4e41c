from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.actor import SYSTEM
from core.database import metadata
from core.staff import access_log, sign_in
from core.staff.errors import TaskMissing
from core.staff.model import APPEND_ONLY
from tests.staff.conftest import CLERK_PASSWORD

if TYPE_CHECKING:
    from core.database import Database
    from tests.staff.conftest import Staff


def test_who_opened_whom_when_and_for_what_is_kept(database: Database, staff: Staff) -> None:
    """The person can be told: name, moment, action, task; newest first, each customer's own."""
    session = sign_in.sign_in(database, "kalle", CLERK_PASSWORD, origin="local")
    with database.unit_of_work() as uow:
        for customer_id, action in ((7, "open"), (8, "open"), (7, access_log.Access.PRINT), (None, "search")):
            access_log.record_access(
                uow,
                session.actor,
                action=action,
                customer_id=customer_id,
                task="tilaus 1001",
                detail="2 rows",
            )
        access_log.record_access(uow, SYSTEM, action="list", customer_id=None, task="retention")
        uow.commit()
    with database.reading() as connection:
        of_seven = access_log.accesses_of(connection, 7)
        latest = access_log.recent(connection, limit=2)
        of_kalle = access_log.recent(connection, staff_id=staff.clerk.id, before=latest[-1].id)
    assert [event.action for event in of_seven] == ["print", "open"]
    assert of_seven[0].staff_name == "Kalle Kirjuri"
    assert of_seven[0].session_id == session.id
    assert (of_seven[0].task, of_seven[0].detail) == ("tilaus 1001", "2 rows")
    assert [(event.action, event.staff_name) for event in latest] == [
        ("list", None),
        ("search", "Kalle Kirjuri"),
    ]
    assert [event.customer_id for event in of_kalle] == [7, 8, 7]


@pytest.mark.parametrize("task", ["", "  ", "\x1b", "x" * 201])
def test_no_look_without_a_task(database: Database, staff: Staff, task: str) -> None:
    """What it is for must be said."""
    with database.unit_of_work() as uow, pytest.raises(TaskMissing):
        access_log.record_access(uow, staff.boss, action="open", customer_id=1, task=task)


def test_the_look_is_part_of_the_callers_transaction(database: Database, staff: Staff) -> None:
    """What is rolled back was not done, and is not logged."""
    with database.unit_of_work() as uow:
        access_log.record_access(uow, staff.boss, action="open", customer_id=1, task="tarkistus")
    with database.reading() as connection:
        assert access_log.recent(connection) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_logs_cannot_be_changed_or_emptied(database: Database, staff: Staff, table: str) -> None:
    """UPDATE, DELETE, REPLACE and TRUNCATE are refused by the database itself, whoever asks."""
    sign_in.sign_in(database, "kalle", CLERK_PASSWORD, origin="local")
    with database.unit_of_work() as uow:
        access_log.record_access(uow, staff.boss, action="open", customer_id=1, task="tarkistus")
        uow.commit()
    statements = ["UPDATE {} SET recorded_at = 0", "DELETE FROM {}"]
    if database.dialect == "sqlite":
        statements.append("INSERT OR REPLACE INTO {0} SELECT * FROM {0}")
    else:
        statements.append("TRUNCATE {}")
    for statement in statements:
        with database.unit_of_work() as uow, pytest.raises(DBAPIError, match="append-only"):
            uow.connection.execute(text(statement.format(table)))
    with database.reading() as connection:
        assert connection.execute(metadata.tables[table].select()).all()
