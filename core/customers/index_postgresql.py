"""The search index on PostgreSQL, tiered: its full-text index has no order, so it is asked only what little matches.

A customer matches in one of two ways.  Either a typed word begins the word that the name order begins with (``lead``):
an index on each length of prefix gives these in name order at once.  Or every word is among the others: what many
customers have in common is found soon by walking the name order, and what few have is found by the GIN index.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import TextClause, bindparam, text

from core.customers.rows import ROW_COLUMNS, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from core.customers.types import CustomerRow

LEAD_LENGTHS: Final = (1, 2, 3, 4, 5, 6)
VECTOR: Final = "array_to_tsvector(string_to_array(substr(words, 2), ' '))"
# Made by migration 0003; they stand in no metadata, since SQLite has nothing like them.
INDEXES: Final = (
    *(f"ix_customer_search_lead_{length}" for length in LEAD_LENGTHS),
    "ix_customer_search_words",
)
# How far the name order is walked before the GIN index is asked.  Fewer than 50 matches in so many customers means
# that the whole register has few enough for it.
WALK: Final = 2000

_ROWS: Final = text(
    f"SELECT {ROW_COLUMNS} FROM customer_search AS s JOIN customer AS c ON c.id = s.customer_id"  # noqa: S608 - ours
    " WHERE s.place IN :places ORDER BY s.place"
).bindparams(bindparam("places", expanding=True))


@cache
def _walk(begins_with: int | None) -> TextClause:
    """Walk at most so many customers in name order; how many there were, and the places of those with every word."""
    lead = f"left(lead, {begins_with}) = :prefix AND lead LIKE :lead" if begins_with else "place <= :bound"
    return text(
        "SELECT count(*), array_agg(place ORDER BY place) FILTER (WHERE words LIKE ALL (CAST(:patterns AS text[]))) FROM ("  # noqa: S608 - ours
        f" SELECT place, words FROM customer_search WHERE place IS NOT NULL AND {lead}"
        " ORDER BY place LIMIT :walk) AS walked"
    )


_LOOK_UP: Final = text(
    "WITH few AS MATERIALIZED ("  # noqa: S608 - the expression is ours
    f" SELECT place, lead, words FROM customer_search WHERE {VECTOR} @@ CAST(:query AS tsquery) AND place IS NOT NULL)"
    " SELECT place FROM few WHERE lead LIKE :lead AND place <= :bound AND words LIKE ALL (CAST(:patterns AS text[]))"
    " ORDER BY place LIMIT :limit"
)
_LAST: Final = (1 << 63) - 1


def find(connection: Connection, words: Sequence[str], limit: int) -> list[CustomerRow]:
    """The first *limit* customers in name order in whom each of *words* begins a word; no word begins another."""
    places: set[int] = set()
    for word in words:
        rest = [other for other in words if other != word]
        places.update(_led_by(connection, word, rest, limit))
    bound = sorted(places)[limit - 1] if len(places) >= limit else _LAST
    places.update(_anywhere(connection, words, bound, limit))
    if not places:
        return []
    return [row_of(row) for row in connection.execute(_ROWS, {"places": sorted(places)[:limit]})]


def _led_by(connection: Connection, word: str, rest: Sequence[str], limit: int) -> Sequence[int]:
    length = min(len(word), LEAD_LENGTHS[-1])
    walk = WALK if rest else limit
    values = {"prefix": word[:length], "lead": f"{word}%", "patterns": _patterns(rest), "walk": walk}
    walked, places = connection.execute(_walk(length), values).one()
    if not rest or walked < walk or len(places or ()) >= limit:
        return (places or [])[:limit]
    return _look_up(connection, rest, f"{word}%", _LAST, limit)


def _anywhere(connection: Connection, words: Sequence[str], bound: int, limit: int) -> Sequence[int]:
    values = {"bound": bound, "patterns": _patterns(words), "walk": WALK}
    walked, places = connection.execute(_walk(None), values).one()
    if walked < WALK or len(places or ()) >= limit:
        return (places or [])[:limit]
    return _look_up(connection, words, "%", bound, limit)


def _look_up(
    connection: Connection, words: Sequence[str], lead: str, bound: int, limit: int
) -> Sequence[int]:
    # The index is asked for the longest word alone: it would fetch all of a short one's matches before joining them.
    rarest = max(words, key=lambda word: (len(word), not word.isdigit()))
    values = {
        "query": f"'{rarest}':*",
        "lead": lead,
        "bound": bound,
        "patterns": _patterns(words),
        "limit": limit,
    }
    return connection.execute(_LOOK_UP, values).scalars().all()


def _patterns(words: Sequence[str]) -> list[str]:
    return [f"% {word}%" for word in words]
