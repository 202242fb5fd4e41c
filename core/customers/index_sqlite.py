"""The search index on SQLite: FTS5 over ``customer_search``, its row id the place in name order.

The first 50 matches by row id *are* the first 50 by name, so FTS5 stops there.  It keeps no text of its own
(``content='customer_search'``); what it is told to forget must be what it was told to learn, so an entry is forgotten
before its row changes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import TextClause, bindparam, text

from core.customers.places import chunks
from core.customers.rows import ROW_COLUMNS, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from core.customers.types import CustomerRow

_FORGET: Final = text(
    "INSERT INTO customer_fts (customer_fts, rowid, lead, words)"
    " SELECT 'delete', place, lead, words FROM customer_search WHERE customer_id IN :ids AND place IS NOT NULL"
    " ORDER BY place"
).bindparams(bindparam("ids", expanding=True))
_FORGET_AT: Final = text(
    "INSERT INTO customer_fts (customer_fts, rowid, lead, words)"
    " SELECT 'delete', :place, lead, words FROM customer_search WHERE customer_id = :id"
)
_LEARN: Final = text(
    "INSERT INTO customer_fts (rowid, lead, words)"
    " SELECT place, lead, words FROM customer_search WHERE customer_id IN :ids ORDER BY place"
).bindparams(bindparam("ids", expanding=True))
_CHANGE: Final = "INSERT INTO customer_fts (customer_fts, rowid, lead, words) VALUES (?, ?, '', ?)"
_REBUILD: Final = text("INSERT INTO customer_fts (customer_fts) VALUES ('rebuild')")
# Prefixes of every length up to this have an index of their own (migration 0003).  A longer one would make FTS5 gather
# all of its matches before giving the first, so it is looked up by its beginning and then compared.
_INDEXED: Final = 8


@cache
def _find(long_words: int) -> TextClause:
    compared = "".join(f" AND (s.words LIKE :any{at} OR s.lead LIKE :lead{at})" for at in range(long_words))
    return text(
        f"SELECT {ROW_COLUMNS} FROM customer_fts AS f"  # noqa: S608 - the columns are ours
        " CROSS JOIN customer_search AS s ON s.place = f.rowid CROSS JOIN customer AS c ON c.id = s.customer_id"
        f" WHERE customer_fts MATCH :words{compared} ORDER BY f.rowid LIMIT :limit"
    )


def forget(connection: Connection, customer_ids: Sequence[int]) -> None:
    """Take these customers' entries out, while ``customer_search`` still holds what they were made of."""
    for ids in chunks(customer_ids):
        connection.execute(_FORGET, {"ids": list(ids)})


def forget_moved(connection: Connection, old_places: Mapping[int, int]) -> None:
    """Take out the entries of customers whose place has changed already, their words not."""
    if old_places:
        connection.execute(_FORGET_AT, [{"id": of, "place": place} for of, place in old_places.items()])


def learn(connection: Connection, customer_ids: Sequence[int]) -> None:
    """Enter these customers as ``customer_search`` has them."""
    for ids in chunks(customer_ids):
        connection.execute(_LEARN, {"ids": list(ids)})


def change(connection: Connection, changed: Iterable[tuple[int, str, str]]) -> None:
    """Forget and learn only the words by which customers differ who keep their place: (place, words before, words now).

    An entry is its words' own: FTS5 keeps no positions here (``detail=none``), so a word that stays needs no writing. One
    that begins as a forgotten one does is written again, since the index of beginnings (``prefix=``) would lose it with
    the other. In the order of places, both for each customer together: any other order makes FTS5 write out what
    it has gathered at each step back.
    """
    rows: list[tuple[str | None, int, str]] = []
    for place, before, now in sorted(changed):
        old, new = before.split(), now.split()
        left = set(old).difference(new)
        letters = {word[0] for word in left}
        forgotten = [word for word in old if word[0] in letters]
        kept = set(old).difference(forgotten)
        rows.append(("delete", place, " ".join(forgotten)))
        rows.append((None, place, " ".join([word for word in new if word not in kept])))
    if rows:
        connection.exec_driver_sql(_CHANGE, rows)


def rebuild(connection: Connection) -> None:
    """Make the index anew from ``customer_search``."""
    connection.execute(_REBUILD)


def find(connection: Connection, words: Sequence[str], limit: int) -> list[CustomerRow]:
    """The first *limit* customers in name order in whom each of *words* begins a word."""
    long_words = [word for word in words if len(word) > _INDEXED]
    values: dict[str, object] = {
        "words": " AND ".join(f'"{word[:_INDEXED]}"*' for word in words),
        "limit": limit,
        **{f"any{at}": f"% {word}%" for at, word in enumerate(long_words)},
        **{f"lead{at}": f"{word}%" for at, word in enumerate(long_words)},
    }
    return [row_of(row) for row in connection.execute(_find(len(long_words)), values)]
