"""Search as you type: each typed word begins some word of the customer, åäö or aao alike; the first 50 by name.

The index lives in the same transaction as the customers.  What differs between the databases is in `index_sqlite` and
`index_postgresql`; words, folding and order are decided in Python (`naming`), so both find the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, select, text, update

from core import bulk
from core.customers import aliases, index_postgresql, index_sqlite, places
from core.customers.model import customer_search_table, customer_table
from core.customers.naming import SearchText, search_text, words_of
from core.customers.types import VALUE_FIELDS, CustomerRow, CustomerValues, Status
from core.id_lists import among
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.database import UnitOfWork

FIRST_PAGE: Final = 50
_MOST_WORDS: Final = 8
_MOST_CHARACTERS: Final = 200
_DIGIT_GROUPS: Final = re.compile(r"(?<![\w@.-])\+?\(?\d[\d\s()/.-]*\d(?![\w@])")
_AREA_CODE: Final = re.compile(r"\(?0[1-9]\d{0,2}\b(?!$)")
_search = customer_search_table
_ENTRIES: Final = Prepared(
    select(_search.c.customer_id, _search.c.place, _search.c.sort_key, _search.c.lead, _search.c.words).where(
        among(_search.c.customer_id, "ids")
    )
)


def words_typed(typed: str) -> list[str]:
    """The folded words to look for: a telephone number written in groups is one; a word that begins another is dropped."""
    joined = _DIGIT_GROUPS.sub(lambda match: _joined(match.group()), typed[:_MOST_CHARACTERS])
    words = dict.fromkeys(words_of(joined)[:_MOST_WORDS])
    return [word for word in words if not any(other != word and other.startswith(word) for other in words)]


def _joined(group: str) -> str:
    """``040 123 4567`` as one word, ``+358 (0)40 …`` without the zero; house numbers and postcodes as they are."""
    digits = re.sub(r"\D", "", group.replace("(0)", ""))
    if group.startswith("+"):
        return digits
    if digits.startswith("00358"):
        return digits.removeprefix("00")
    return digits if _AREA_CODE.match(group) or re.match(r"358\b", group) else group


def search(connection: Connection, typed: str, limit: int = FIRST_PAGE) -> list[CustomerRow]:
    """The first *limit* customers in Finnish name order who match *typed*; none when it holds no word."""
    words = words_typed(typed)
    if not words:
        return []
    if connection.dialect.name == "sqlite":
        return index_sqlite.find(connection, words, limit)
    return index_postgresql.find(connection, words, limit)


def enter(connection: Connection, texts: Mapping[int, SearchText]) -> None:
    """Enter new customers (the services call this; the caller holds `places.lock`)."""
    placed, crowded = places.plan(connection, {of: searchable.sort_key for of, searchable in texts.items()})
    rows = [
        {"customer_id": of, "place": placed.get(of), **searchable._asdict()}
        for of, searchable in texts.items()
    ]
    connection.execute(_search.insert(), rows)
    _settle(connection, texts, crowded)
    if connection.dialect.name == "postgresql":
        index_postgresql.grown(connection, len(rows), places.count(connection))


def remove(connection: Connection, customer_ids: Sequence[int]) -> None:
    """Take customers out of the index and of the name order (the caller holds `places.lock`)."""
    if connection.dialect.name == "sqlite":
        index_sqlite.forget(connection, customer_ids)
    places.give_up(connection, customer_ids)
    for ids in places.chunks(customer_ids):
        connection.execute(delete(_search).where(_search.c.customer_id.in_(ids)))


@dataclass(frozen=True, slots=True)
class Replacement:
    """How the index changes.

    `words` are of those who keep their place: id, place, the word that leads, the others before and now. `others` holds
    the texts of those whose name changed.
    """

    words: Sequence[tuple[int, int, str, str, str]]
    others: Mapping[int, SearchText]


def plan_replacement(connection: Connection, texts: Mapping[int, SearchText]) -> Replacement:
    """What has to be written so that the index holds *texts*, as the index stands now."""
    texts = _with_former_numbers(connection, texts)
    found = _ENTRIES.rows(connection, {"ids": texts})
    words: list[tuple[int, int, str, str, str]] = []
    others: dict[int, SearchText] = {}
    for of, place, sort_key, lead, before in found:
        new = texts[of]
        if new.sort_key != sort_key or new.lead != lead:
            others[of] = new
        elif new.words != before:
            words.append((of, place, lead, before, new.words))
    return Replacement(words, others)


def _with_former_numbers(connection: Connection, texts: Mapping[int, SearchText]) -> Mapping[int, SearchText]:
    """Who was merged with others is found by their numbers too."""
    numbers = aliases.former_numbers(connection, texts) if texts else {}
    return {**texts, **{of: texts[of].also(old) for of, old in numbers.items()}} if numbers else texts


def replace(connection: Connection, planned: Replacement) -> None:
    """Enter changed customers anew; whoever has another name gets another place (the caller holds `places.lock`)."""
    if planned.words:
        if connection.dialect.name == "sqlite":
            changed = [(place, lead + before, lead + now) for _, place, lead, before, now in planned.words]
            index_sqlite.change(connection, changed)
        rows = [(now, of) for of, *_, now in planned.words]
        bulk.update_many(connection, _search, ["words"], ["customer_id"], rows)
    if planned.others:
        _rename(connection, planned.others)


def _rename(connection: Connection, changed: Mapping[int, SearchText]) -> None:
    stays: dict[int, int | None] = {}
    renamed: dict[int, str] = {}
    for ids in places.chunks(list(changed)):
        columns = (_search.c.customer_id, _search.c.place, _search.c.sort_key)
        for of, place, sort_key in connection.execute(select(*columns).where(_search.c.customer_id.in_(ids))):
            stays[of] = place
            if sort_key != changed[of].sort_key:
                renamed[of] = changed[of].sort_key
    if connection.dialect.name == "sqlite":
        index_sqlite.forget(connection, list(changed))
    crowded: list[list[int]] = []
    if renamed:
        places.give_up(connection, list(renamed))
        placed, crowded = places.plan(connection, renamed)
        stays.update({of: placed.get(of) for of in renamed})
    connection.execute(_change, [{"of": of, "to": stays[of], **new._asdict()} for of, new in changed.items()])
    _settle(connection, changed, crowded)


_change: Final = (
    update(_search)
    .where(_search.c.customer_id == bindparam("of"))
    .values(
        place=bindparam("to"),
        sort_key=bindparam("sort_key"),
        lead=bindparam("lead"),
        words=bindparam("words"),
    )
)


def _settle(connection: Connection, texts: Mapping[int, SearchText], crowded: list[list[int]]) -> None:
    """Find places for those without, and let the index learn everybody in *texts* and whoever had to move."""
    moved: dict[int, int] = {}
    for ids in crowded:
        for of, (old, _) in places.make_room(connection, {of: texts[of].sort_key for of in ids}).items():
            moved.setdefault(of, old)
    if connection.dialect.name == "sqlite":
        known = {of: old for of, old in moved.items() if of not in texts}
        index_sqlite.forget_moved(connection, known)
        index_sqlite.learn(connection, [*texts, *known])


def rebuild(uow: UnitOfWork) -> int:
    """Make the whole index anew from the customers (after a change of folding, or a doubt); returns how many."""
    connection = uow.connection
    places.lock(connection)
    connection.execute(_search.delete())
    after, entered = 0, 0
    while batch := _texts(connection, after):
        rows = [
            {"customer_id": of, "place": None, **searchable._asdict()} for of, searchable in batch.items()
        ]
        connection.execute(_search.insert(), rows)
        after, entered = max(batch), entered + len(batch)
    places.space_all(connection)
    if connection.dialect.name == "sqlite":
        index_sqlite.rebuild(connection)
    else:
        connection.execute(text("ANALYZE customer_search"))
    return entered


def _texts(connection: Connection, after: int) -> dict[int, SearchText]:
    customer = customer_table
    values = [customer.c[field] for field in VALUE_FIELDS]
    rows = connection.execute(
        select(customer.c.id, customer.c.number, customer.c.protected_address, *values)
        .where(customer.c.id > after, customer.c.status != Status.ERASED)
        .order_by(customer.c.id)
        .limit(5000)
    )
    texts = {
        row.id: search_text(row.number, CustomerValues(*row[3:]), protected_address=row.protected_address)
        for row in rows
    }
    return dict(_with_former_numbers(connection, texts))
