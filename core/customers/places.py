"""Each customer's place in the Finnish order of names: a gapped, unique number, so that a search can stop at 50.

The place is the row id of the full-text index, so matches come out in name order without being ranked or sorted.  A
new name gets a place in the gap between its neighbours; when a gap is used up, the smallest surrounding window that is
not too dense is spaced anew (order maintenance after Bender et al., 2002), so even names that arrive in the worst order
cost a logarithmic number of moves each.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from sqlalchemy import TextClause, bindparam, func, select, text, update

from core.customers.model import customer_place_count_table, customer_search_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

GAP: Final = 1 << 13
# A register's first names lie far apart, so that a load in chunks finds room between them.
FIRST_GAP: Final = 1 << 20
CLOSE: Final = 32
ORIGIN: Final = 1 << 40
BUCKET: Final = 1 << 22
# A window of 2**n places may hold this base to the power of n customers before a larger one is spaced anew.
_DENSITY: Final = 2 / 1.3
_LOCK: Final = 0x61736961  # "asia": one advisory lock for whoever decides places

T = TypeVar("T")

_search = customer_search_table
_set_place: Final = (
    update(_search).where(_search.c.customer_id == bindparam("of")).values(place=bindparam("to"))
)
_count: Final = text(
    "INSERT INTO customer_place_count (bucket, customers) VALUES (:bucket, :more)"
    " ON CONFLICT (bucket) DO UPDATE SET customers = customer_place_count.customers + excluded.customers"
)


def lock(connection: Connection) -> None:
    """Wait until nobody else decides places; held until the transaction ends (SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def count(connection: Connection) -> int:
    """How many customers have a place."""
    return connection.execute(select(func.sum(customer_place_count_table.c.customers))).scalar() or 0


def give_up(connection: Connection, customer_ids: Sequence[int]) -> None:
    """Take these customers out of the order."""
    for ids in chunks(customer_ids):
        chosen = _search.c.customer_id.in_(ids)
        places = connection.execute(select(_search.c.place).where(chosen, _search.c.place.is_not(None)))
        _recount(connection, [], list(places.scalars()))
        connection.execute(update(_search).where(chosen).values(place=None))


def plan(connection: Connection, names: Mapping[int, str]) -> tuple[dict[int, int], list[list[int]]]:
    """Where customers that have no place belong (id → sort key); the caller holds `lock` and stores the places.

    Returns:
        Places in gaps that have room, and groups of customers who belong into a gap that has none: they are stored
        without a place, and `make_room` finds them one.
    """
    placed: dict[int, int] = {}
    crowded: list[list[int]] = []
    for (low, high), group in groupby(_newcomers(connection, names), key=lambda one: (one.low, one.high)):
        newcomers = list(group)
        ids = [newcomer.customer_id for newcomer in newcomers]
        room = _spread(low, high, [newcomer.namesake for newcomer in newcomers])
        if room is None:
            crowded.append(ids)
        else:
            placed.update(zip(ids, room, strict=True))
    _recount(connection, placed.values(), [])
    return placed, crowded


class _Newcomer(NamedTuple):
    sort_key: str
    customer_id: int
    low: int | None
    high: int | None
    # Somebody of the same name stands just before.
    namesake: bool


_NEW: Final = {
    "sqlite": "SELECT value ->> 0 AS id, value ->> 1 AS sort_key FROM json_each(:names)",
    "postgresql": (
        "SELECT CAST(value ->> 0 AS bigint) AS id, value ->> 1 AS sort_key"
        " FROM jsonb_array_elements(CAST(:names AS jsonb))"
    ),
}


@cache
def _neighbours(dialect: str) -> TextClause:
    near = "SELECT place FROM customer_search WHERE place IS NOT NULL AND (sort_key, customer_id)"
    before = f"{near} < (new.sort_key, new.id) ORDER BY sort_key DESC, customer_id DESC LIMIT 1"
    after = f"{near} > (new.sort_key, new.id) ORDER BY sort_key, customer_id LIMIT 1"
    same = "SELECT 1 FROM customer_search WHERE place IS NOT NULL AND sort_key = new.sort_key AND customer_id < new.id"
    return text(  # the parts are all ours
        f"SELECT new.sort_key, new.id, ({before}), ({after}), EXISTS ({same}) FROM ({_NEW[dialect]}) AS new"  # noqa: S608
    )


def _newcomers(connection: Connection, names: Mapping[int, str]) -> list[_Newcomer]:
    """The customers in name order, each with the places just before and after it (None at an end)."""
    parameters = {"names": json.dumps(list(names.items()), ensure_ascii=False)}
    rows = sorted(tuple(row) for row in connection.execute(_neighbours(connection.dialect.name), parameters))
    previous = None
    found: list[_Newcomer] = []
    for sort_key, customer_id, low, high, namesake in rows:
        found.append(_Newcomer(sort_key, customer_id, low, high, bool(namesake) or sort_key == previous))
        previous = sort_key
    return found


def _spread(low: int | None, high: int | None, namesakes: Sequence[bool]) -> list[int] | None:
    """A place between *low* and *high* for each newcomer, or None when there is not that much room.

    A *namesake* of whoever stands before goes close behind: the next of a common name always comes last of them, and
    would else halve the same gap each time.
    """
    many = len(namesakes)
    if low is None and high is None:
        return [ORIGIN + FIRST_GAP * index for index in range(many)]
    if high is None:
        assert low is not None
        return [low + GAP * (index + 1) for index in range(many)]
    if low is None:
        low = max(0, high - GAP * (many + 1))
    close = sum(namesakes)
    step = (high - low - close * CLOSE) // (many - close + 1)
    if step >= CLOSE:
        return list(accumulate((CLOSE if namesake else step for namesake in namesakes), initial=low))[1:]
    if high - low <= many:
        return None
    return [low + (high - low) * (index + 1) // (many + 1) for index in range(many)]


def make_room(connection: Connection, names: Mapping[int, str]) -> dict[int, tuple[int, int]]:
    """Space a window anew around customers who belong next to each other and have no place, and put them into it.

    Returns:
        Those who were there before: id → (old place, new place).
    """
    newcomers = _newcomers(connection, names)
    low, high = newcomers[0].low, newcomers[0].high
    ids = [newcomer.customer_id for newcomer in newcomers]
    room = _spread(low, high, [newcomer.namesake for newcomer in newcomers])
    if room is not None:
        _write(connection, dict(zip(ids, room, strict=True)))
        return {}
    around = high if low is None else low
    assert around is not None, "where nobody is, there is room"
    start, width, order = _window(connection, around, len(ids))
    position = sum(1 for _, place in order if low is not None and place <= low)
    members = [*order[:position], *((customer_id, None) for customer_id in ids), *order[position:]]
    new_places = {
        customer_id: start + width * (index + 1) // (len(members) + 1)
        for index, (customer_id, _) in enumerate(members)
    }
    connection.execute(
        update(_search)
        .where(_search.c.place >= start, _search.c.place < start + width)
        # Negative for a moment: a place is unique at every instant.
        .values(place=-_search.c.place)
    )
    _write(connection, new_places)
    _recount(connection, [], [place for _, place in order])
    return {customer_id: (place, new_places[customer_id]) for customer_id, place in order}


def _window(connection: Connection, around: int, newcomers: int) -> tuple[int, int, list[tuple[int, int]]]:
    """The smallest aligned window around a place that takes *newcomers* and stays sparse.

    Returns:
        Its start, its width, and its residents in order: (id, place).
    """
    exponent = 1
    while True:
        width = 1 << exponent
        start = around // width * width
        inside = (_search.c.place >= start, _search.c.place < start + width)
        residents = connection.execute(select(func.count()).select_from(_search).where(*inside)).scalar_one()
        if residents + newcomers + 1 <= min(_DENSITY**exponent, width):
            columns = select(_search.c.customer_id, _search.c.place)
            rows = connection.execute(columns.where(*inside).order_by(_search.c.place))
            return start, width, [(row.customer_id, row.place) for row in rows]
        exponent += 1


def _write(connection: Connection, places: dict[int, int]) -> None:
    if places:
        rows = [{"of": customer_id, "to": place} for customer_id, place in places.items()]
        connection.execute(_set_place, rows)
        _recount(connection, places.values(), [])


def _recount(connection: Connection, taken: Iterable[int], left: Iterable[int]) -> None:
    difference = Counter(place // BUCKET for place in taken)
    difference.subtract(place // BUCKET for place in left)
    changes = [{"bucket": bucket, "more": more} for bucket, more in sorted(difference.items()) if more]
    if changes:
        connection.execute(_count, changes)


def space_all(connection: Connection) -> None:
    """Give every customer a place anew, evenly; the caller holds `lock`."""
    connection.execute(update(_search).values(place=None))
    connection.execute(
        text(
            "UPDATE customer_search SET place = :origin + :gap * fresh.position FROM ("
            " SELECT customer_id AS id, row_number() OVER (ORDER BY sort_key, customer_id) AS position"
            " FROM customer_search) AS fresh WHERE customer_search.customer_id = fresh.id"
        ),
        {"origin": ORIGIN, "gap": GAP},
    )
    connection.execute(customer_place_count_table.delete())
    connection.execute(
        text(
            "INSERT INTO customer_place_count (bucket, customers)"
            " SELECT place / :width, count(*) FROM customer_search GROUP BY 1"
        ),
        {"width": BUCKET},
    )


def chunks(ids: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """*ids* in runs that fit into one statement."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
