from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from core.customers import listing, places, search, service
from core.customers.model import customer_place_count_table, customer_search_table
from core.customers.types import CustomerValues, NewCustomer
from core.errors import RegisterError
from core.text import sort_key
from tests.customers.conftest import LETTER

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import Database

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)


def assert_in_order(connection: Connection, names: list[str]) -> None:
    """The list, the places, the counts and the index all agree with *names*, sorted."""
    expected = sorted(names, key=sort_key)
    assert [row.display_name for row in listing.page(connection, 0, len(names) + 1)] == expected
    assert listing.count(connection) == len(names)
    counted: dict[int, int] = {}
    for place in connection.execute(select(customer_search_table.c.place)).scalars():
        assert place > 0
        counted[place // places.BUCKET] = counted.get(place // places.BUCKET, 0) + 1
    kept = connection.execute(select(customer_place_count_table))
    assert {bucket: customers for bucket, customers in kept if customers} == counted
    for first in {name[0] for name in names}:
        matching = [name for name in expected if name.startswith(first)]
        assert [row.display_name for row in search.search(connection, first, 1000)] == matching
    if connection.dialect.name == "sqlite":
        connection.execute(
            text("INSERT INTO customer_fts (customer_fts, rank) VALUES ('integrity-check', 1)")
        )


NAMES = st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=40, unique=True)


@SHARED
@given(
    names=NAMES,
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=10),
    gap=st.sampled_from([1, 2, 4, 1 << 20]),
)
def test_any_order_of_arrival_ends_in_name_order(
    database: Database, actor: Actor, names: list[str], sizes: list[int], gap: int
) -> None:
    """However small the gaps and however names arrive, one by one or in runs, everything ends in order."""
    with database.unit_of_work() as uow, pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "FIRST_GAP", gap)
        patch.setattr(places, "GAP", gap)
        rows = [NewCustomer(CustomerValues(last_name=name)) for name in names]
        start = 0
        for turn in range(len(rows)):
            size = sizes[turn % len(sizes)]
            service.add_many(uow, actor, rows[start : start + size], LETTER)
            start += size
        assert_in_order(uow.connection, names)


@pytest.mark.parametrize("step", [1, -1], ids=["always just before", "always just after"])
def test_the_worst_order_of_arrival(
    database: Database, actor: Actor, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three hundred names that each fall into the one gap that is nearly used up still find room."""
    monkeypatch.setattr(places, "FIRST_GAP", 64)
    ordered = [f"b{position:04}" for position in range(300)][::step]
    names = ["a", "c", *ordered]
    with database.unit_of_work() as uow:
        for name in names:
            service.add(uow, actor, CustomerValues(last_name=name), LETTER)
        assert_in_order(uow.connection, names)


def test_namesakes_keep_the_order_they_came_in(database: Database, actor: Actor) -> None:
    """Those of one name stand by the order they were added in."""
    with database.unit_of_work() as uow:
        ids = [service.add(uow, actor, CustomerValues(last_name="Oja"), LETTER).id for _ in range(5)]
        assert [row.id for row in listing.page(uow.connection, 0, 9)] == ids


def test_any_page_is_reached(database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page begins at its offset wherever that is; beyond the end there is nothing."""
    monkeypatch.setattr(places, "FIRST_GAP", places.BUCKET // 3)
    names = [f"n{position:03}" for position in range(50)]
    with database.unit_of_work() as uow:
        service.add_many(uow, actor, [NewCustomer(CustomerValues(last_name=name)) for name in names], LETTER)
        for offset in range(0, 53, 7):
            page = [row.display_name for row in listing.page(uow.connection, offset, 9)]
            assert page == names[offset : offset + 9]


def test_an_empty_register_has_an_empty_list(database: Database) -> None:
    """Nobody is no error."""
    with database.reading() as connection:
        assert (listing.count(connection), listing.page(connection, 0, 10)) == (0, [])


def test_clerks_who_add_and_rename_at_once_end_in_order(database: Database, actor: Actor) -> None:
    """Four clerks who fill one gap at the same time neither collide nor wait for each other for ever."""
    failures: list[RegisterError] = []

    def clerk(which: int) -> None:
        for turn in range(6):
            try:
                with database.unit_of_work() as uow:
                    added = service.add(uow, actor, CustomerValues(last_name=f"n{which}{turn}"), LETTER)
                    uow.commit()
                with database.unit_of_work() as uow:
                    service.change(uow, actor, added.id, {"last_name": f"m{which}{turn}"}, LETTER, version=1)
                    uow.commit()
            except RegisterError as error:
                failures.append(error)

    threads = [threading.Thread(target=clerk, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as connection:
        assert_in_order(connection, [f"m{which}{turn}" for which in range(4) for turn in range(6)])
