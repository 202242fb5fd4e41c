"""The search index on PostgreSQL, tiered: its full-text index has no order, so it is asked only what little matches.

A customer matches in one of two ways.  Either a typed word begins the word that the name order begins with (``lead``):
an index on each length of prefix gives these in name order at once.  Or every word is among the others: what many
customers have in common is found soon by walking the name order, and what few have is found by the GIN index.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

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


@cache
def _look_up(ways: int) -> TextClause:
    """The first places among what the GIN index has of one word, that match in any of so many ways."""
    match = " OR ".join(
        f"lead LIKE :lead{at} AND words LIKE ALL (CAST(:patterns{at} AS text[]))" for at in range(ways)
    )
    return text(
        "WITH few AS MATERIALIZED ("  # noqa: S608 - the expression is ours
        f" SELECT place, lead, words FROM customer_search WHERE {VECTOR} @@ CAST(:query AS tsquery)"
        " AND place IS NOT NULL)"
        f" SELECT place FROM few WHERE place <= :bound AND ({match}) ORDER BY place LIMIT :limit"
    )


class _Way(NamedTuple):
    """One way to match: the name order's word begins with ``lead`` (None: any), and each of ``rest`` some other."""

    lead: str | None
    rest: list[str]

    @property
    def rarest(self) -> str:
        """The word to ask the GIN index for: it would fetch all of a short one's matches before joining them."""
        return max(self.rest, key=lambda word: (len(word), not word.isdigit()))


_LAST: Final = (1 << 63) - 1


# A run of so many newcomers, to a register of at most so many such runs, changes what the planner should believe.
_RUN: Final = 1000
_RUNS: Final = 20


def grown(connection: Connection, newcomers: int, everybody: int) -> None:
    """Let the planner know of a register that has just grown by much.

    Until it does, plans that were made while the tables were empty read them whole for each number looked up; by
    itself it finds out a minute later.
    """
    if newcomers >= _RUN and everybody <= newcomers * _RUNS:
        connection.execute(text("ANALYZE customer, customer_change, customer_search"))


def find(connection: Connection, words: Sequence[str], limit: int) -> list[CustomerRow]:
    """The first *limit* customers in name order in whom each of *words* begins a word; no word begins another."""
    ways = [_Way(word, [other for other in words if other != word]) for word in words]
    places: set[int] = set()
    bound = _LAST
    unsettled: dict[str, list[_Way]] = {}
    for way in (*ways, _Way(None, list(words))):
        found = _walked(connection, way, bound, limit)
        if found is None:
            unsettled.setdefault(way.rarest, []).append(way)
            continue
        places.update(found)
        if len(places) >= limit:
            bound = sorted(places)[limit - 1]
    for word, some in unsettled.items():
        places.update(_looked_up(connection, word, some, bound, limit))
    if not places:
        return []
    return [row_of(row) for row in connection.execute(_ROWS, {"places": sorted(places)[:limit]})]


def _walked(connection: Connection, way: _Way, bound: int, limit: int) -> Sequence[int] | None:
    """The way's first places by walking the name order, or None when that has not settled it."""
    # What begins with the word alone needs no look at the others.
    walk = WALK if way.rest else limit
    lead = way.lead or ""
    length = min(len(lead), LEAD_LENGTHS[-1])
    values: dict[str, object] = {"patterns": _patterns(way.rest), "walk": walk}
    values |= {"prefix": lead[:length], "lead": f"{lead}%"} if lead else {"bound": bound}
    walked, places = connection.execute(_walk(length or None), values).one()
    settled = not way.rest or walked < walk or len(places or ()) >= limit
    return (places or [])[:limit] if settled else None


def _looked_up(
    connection: Connection, word: str, ways: Sequence[_Way], bound: int, limit: int
) -> Sequence[int]:
    values: dict[str, object] = {"query": f"'{word}':*", "bound": bound, "limit": limit}
    for at, way in enumerate(ways):
        values |= {f"lead{at}": f"{way.lead or ''}%", f"patterns{at}": _patterns(way.rest)}
    return connection.execute(_look_up(len(ways)), values).scalars().all()


def _patterns(words: Sequence[str]) -> list[str]:
    return [f"% {word}%" for word in words]
