from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.customers import index_postgresql, listing, search, service
from core.customers.search import words_typed
from core.customers.types import CustomerChange, CustomerValues, Kind, NewCustomer
from core.text import fold, sort_key
from tests.customers.conftest import FIRM, LETTER, MATTI

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.types import Customer
    from core.database import Database
    from tests.customers.conftest import AddCustomer

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def found(connection: Connection, typed: str) -> list[str]:
    return [row.display_name for row in search.search(connection, typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "virtanen", "VIRT", "matti v", "v m", "040 123", "0401234567", "+358 40 123", "+358 (0)40 1234567",
        "00358401", "358 40 123", "040-123 4567", "matti.virtanen@ex", "example.fi", "mannerh", "mannerheimintie 5",
        "00100", "1001", "virtanen 00100", "Mattí", "virtanen virt",
    ],
)  # fmt: skip
def test_a_customer_is_found_by_what_is_remembered(database: Database, add: AddCustomer, typed: str) -> None:
    """Any part that one remembers, as one would write it, finds the customer."""
    add()
    add(FIRM)
    with database.reading() as connection:
        assert found(connection, typed) == ["Virtanen Matti"]


@pytest.mark.parametrize(
    "typed", ["", " ", "!", "irtanen", "virtanen maija", "helsinki", '"', "'", "%", "*", "a\0b", "x" * 5000]
)
def test_what_does_not_match_finds_nobody(database: Database, add: AddCustomer, typed: str) -> None:
    """The middle of a word, a word too many, and characters that an index takes for commands find nobody."""
    add()
    with database.reading() as connection:
        assert found(connection, typed) == []


def test_letters_fold_both_ways(database: Database, add: AddCustomer) -> None:
    """Åkeri is found without its ring, and a typed ring finds Akeri."""
    add(FIRM)
    add(replace(FIRM, organisation_name="Akerin Kone Oy", business_id=None))
    with database.reading() as connection:
        assert found(connection, "aker") == found(connection, "ÅKER") == ["Akerin Kone Oy", "Åkerin Leipä Oy"]
        assert found(connection, "leipa") == ["Åkerin Leipä Oy"]


def test_numbers_in_groups() -> None:
    """Digits in groups are one number when they begin as a telephone number does; addresses stay words."""
    assert words_typed("040 123 4567 matti") == ["0401234567", "matti"]
    assert words_typed("+46 8 123") == ["468123"]
    assert words_typed("katu 5 00100") == ["katu", "5", "00100"]
    assert words_typed("02100 5") == ["02100", "5"]
    assert words_typed("2077474-0") == ["2077474", "0"]


def test_a_foreign_number_is_found_both_ways(database: Database, add: AddCustomer) -> None:
    """As dialled from here, and as written at its home."""
    add(replace(MATTI, phone="+46812345678"))
    with database.reading() as connection:
        assert found(connection, "+46 8 123") == found(connection, "08 123 456") == ["Virtanen Matti"]


def test_a_change_is_searchable_in_its_own_transaction(
    database: Database, actor: Actor, add: AddCustomer
) -> None:
    """A new name is found and the old one is not, before the commit and after; undone work was never there."""
    matti = add()
    with database.unit_of_work() as uow:
        service.change(uow, actor, matti.id, {"last_name": "Ahonen", "email": None}, LETTER, version=1)
        assert found(uow.connection, "ahonen") == ["Ahonen Matti"]
        assert found(uow.connection, "virtanen") == []
    with database.reading() as connection:
        assert found(connection, "virtanen") == ["Virtanen Matti"]
        assert found(connection, "ahonen") == []


def test_swedish_letters_come_last_and_w_after_v(database: Database, add: AddCustomer) -> None:
    """The order is Finnish: å, ä, ö after z; v and w are letters of their own."""
    names = ["Ö", "Ä", "Å", "Z", "Wa", "Vi", "Va", "A", "O"]
    for name in names:
        add(CustomerValues(last_name=name))
    with database.reading() as connection:
        listed = [row.display_name for row in listing.page(connection, 0, 20)]
        assert listed == ["A", "O", "Va", "Vi", "Wa", "Z", "Å", "Ä", "Ö"]
        assert listing.count(connection) == len(names)


LETTERS = st.text("aåäbov", min_size=1, max_size=3)
PEOPLE = st.builds(
    CustomerValues,
    first_name=st.none() | LETTERS,
    last_name=LETTERS | st.builds("{} {}".format, LETTERS, LETTERS),
    organisation_name=st.none() | LETTERS,
    email=st.none() | st.sampled_from(["a.b@bo.fi", "va@a.fi", "o@ov.fi"]),
    phone=st.none() | st.sampled_from(["+358401234567", "+358931234567", "+46812345678"]),
    street=st.none() | st.builds("{} {}".format, LETTERS, st.integers(1, 40)),
    postcode=st.none() | st.sampled_from(["00100", "04010", "93123"]),
)
FIRMS = st.builds(CustomerValues, kind=st.just(Kind.ORGANISATION), organisation_name=LETTERS)
REGISTER = st.lists(st.tuples(PEOPLE | FIRMS, st.booleans()), min_size=1, max_size=25)
TYPED = st.lists(
    st.text("aåäbov", min_size=1, max_size=2)
    | st.sampled_from(["0", "00", "04", "040 12", "35", "08", "93", "1", "10"]),
    min_size=1,
    max_size=3,
).map(" ".join)


def oracle(customers: Iterable[Customer], typed: str) -> list[int]:
    """Everybody who matches, in order, worked out one customer at a time."""
    wanted = words_typed(typed)
    matching = []
    for customer in customers:
        values = customer.values
        texts = [values.first_name, values.last_name, values.organisation_name, values.email, customer.number]
        texts += [] if customer.protected_address else [values.street, values.postcode]
        words = [word for text in texts if text for word in re.split(r"[^0-9a-z]+", fold(text)) if word]
        if values.phone:
            home = {"+35840": "040", "+35893": "093", "+46812": "0812"}[values.phone[:6]] + values.phone[6:]
            words += [values.phone[1:], home]
        if all(any(word.startswith(part) for word in words) for part in wanted):
            matching.append(customer)
    matching.sort(key=lambda customer: (sort_key(customer.display_name), customer.id))
    return [customer.id for customer in matching]


@SHARED
@given(register=REGISTER, changes=st.lists(PEOPLE, max_size=5), typed=st.lists(TYPED, min_size=1, max_size=5))
@pytest.mark.parametrize("walk", [1, 2000])
def test_the_index_finds_what_looking_at_everybody_finds(
    database: Database,
    actor: Actor,
    register: list[tuple[CustomerValues, bool]],
    changes: list[CustomerValues],
    typed: list[str],
    walk: int,
) -> None:
    """Whatever was added and changed, in whatever order, search gives the oracle's first 50 (every tier of it)."""
    with database.unit_of_work() as uow, pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_postgresql, "WALK", walk)
        rows = [NewCustomer(values, protected_address=protected) for values, protected in register]
        half = len(rows) // 2
        ids = service.add_many(uow, actor, rows[:half], LETTER) + service.add_many(
            uow, actor, rows[half:], LETTER
        )
        persons = [of for of, (values, _) in zip(ids, register, strict=True) if values.kind is Kind.PERSON]
        wanted = [
            CustomerChange(of, 1, {field: new for field, new in values.as_dict().items() if field != "kind"})
            for of, values in zip(persons, changes, strict=False)
        ]
        service.change_many(uow, actor, wanted, LETTER)
        customers = [service.get(uow.connection, of) for of in ids]
        for words in typed:
            expected = oracle(customers, words)
            assert [row.id for row in search.search(uow.connection, words)] == expected[: search.FIRST_PAGE]
            assert [row.id for row in search.search(uow.connection, words, 2)] == expected[:2]
        assert search.rebuild(uow) == len(ids)
        for words in typed:
            assert [row.id for row in search.search(uow.connection, words)] == oracle(customers, words)


def test_a_large_load_is_known_to_the_planner(
    database: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a load that makes most of the register, PostgreSQL has counted its rows; before that it had not."""
    monkeypatch.setattr(index_postgresql, "_RUN", 10)
    if database.dialect != "postgresql":
        monkeypatch.setattr(index_postgresql, "grown", lambda *_: pytest.fail("SQLite has no such planner"))
    with database.unit_of_work() as uow:
        service.add_many(uow, actor, [NewCustomer(MATTI) for _ in range(10)], LETTER)
        uow.commit()
    if database.dialect == "postgresql":
        with database.reading() as connection:
            counted = connection.execute(
                text("SELECT reltuples FROM pg_class WHERE relname = 'customer_search'")
            ).scalar_one()
        assert counted == 10


STREETS = st.lists(
    st.sampled_from(["Mä", "Mäki", "Mäkelä", "Makasiini", "Koivu", "ä", "1", "12"]), max_size=4
)


@SHARED
@given(moves=st.lists(st.tuples(st.integers(0, 2), STREETS, st.booleans()), min_size=1, max_size=12))
def test_an_index_written_word_by_word_is_whole(
    database: Database, actor: Actor, moves: list[tuple[int, list[str], bool]]
) -> None:
    """Only words that differ are written, yet SQLite's own check finds the index to be what the rows say."""
    if database.dialect != "sqlite":
        return
    with database.unit_of_work() as uow:
        persons = [
            CustomerValues(last_name=name, first_name="Ämma") for name in ("Mäkelä", "Mäki", "Koivu 1")
        ]
        ids = service.add_many(uow, actor, [NewCustomer(values) for values in persons], LETTER)
        for who, street, protected in moves:
            customer = service.get(uow.connection, ids[who])
            moved: dict[str, str | int | None] = {"street": " ".join(street) or None}
            service.change(uow, actor, ids[who], moved, LETTER, version=customer.version)
            customer = service.get(uow.connection, ids[who])
            service.protect_address(
                uow, actor, ids[who], LETTER, protected=protected, version=customer.version
            )
            if database.dialect == "sqlite":
                check = "INSERT INTO customer_fts (customer_fts, rank) VALUES ('integrity-check', 1)"
                uow.connection.execute(text(check))
