"""Who in the register may be meant by a row without a key: found by the search index, a whole chunk of rows at a time.

Three ways, each an index look-up, never a walk through the register:

- in the row's postcode, whoever lives on its street or bears its first name;
- where that finds nobody, whoever lives in a house of that number on a street of that name and bears one of the names;
- anywhere, whoever bears exactly its name, in this order or the other. Of a common name only those in its postcode.

A protected address is in no index: its bearer is found by name alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import TextClause, func, select, text

from core.customers.index_postgresql import VECTOR
from core.customers.model import customer_search_table, customer_table
from core.customers.naming import display_name
from core.customers.places import chunks
from core.customers.types import Kind
from core.text import sort_key
from core.updates.traits import STREET_ENDINGS, Traits, traits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from core.updates.types import Sought

# Of a name borne by more, only those in the row's own postcode are looked at.
COMMON: Final = 20
_search = customer_search_table.c
_customer = customer_table.c
_COLUMNS: Final = (
    "c.id, c.kind, c.first_name, c.last_name, c.organisation_name, c.street, c.postcode, c.town,"
    " c.protected_address, s.sort_key"
)


class Neighbour(NamedTuple):
    """A customer who may be meant."""

    customer_id: int
    kind: Kind
    traits: Traits
    protected: bool
    sort_key: str
    postcode: str | None


class Finder:
    """Finds who may be meant by the rows of a chunk; a customer met twice is taken apart once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._met: dict[int, Neighbour] = {}
        self._bearers: dict[str, int] = {}

    def near(self, rows: Mapping[int, tuple[Sought, Traits]]) -> dict[int, dict[int, Neighbour]]:
        """Line to the customers who may be meant by that row: in its postcode, and everybody of its name."""
        found = self._by_words({line: _in_postcode(traits) for line, (_, traits) in rows.items()})
        names = [(line, key, sought.postcode) for line, (sought, _) in rows.items() for key in _names(sought)]
        self.namesakes(names, found)
        return found

    def anywhere(self, rows: Mapping[int, Traits]) -> Mapping[int, Mapping[int, Neighbour]]:
        """Line to the customers who live at such an address in any postcode and bear one of the names."""
        return self._by_words({line: _in_a_house(traits) for line, traits in rows.items()})

    def _by_words(self, wanted: Mapping[int, _Words | None]) -> defaultdict[int, dict[int, Neighbour]]:
        found: defaultdict[int, dict[int, Neighbour]] = defaultdict(dict)
        asked = [[line, _query(words, self._dialect)] for line, words in wanted.items() if words]
        for some in chunks(asked):
            for row in self._rows(_by_words(self._dialect), some):
                one = self._neighbour(row)
                found[row.line][one.customer_id] = one
        return found

    def namesakes(
        self, names: Sequence[tuple[int, str, str | None]], found: defaultdict[int, dict[int, Neighbour]]
    ) -> None:
        """Add to *found* the bearers of names given as (line, sort key, postcode)."""
        self._count({key for _, key, _ in names})
        asked = [
            [line, key, postcode if self.bearers(key) > COMMON else None]
            for line, key, postcode in names
            if self.bearers(key) and (postcode or self.bearers(key) <= COMMON)
        ]
        for some in chunks(asked):
            for row in self._rows(_by_name(self._dialect), some):
                one = self._neighbour(row)
                found[row.line][one.customer_id] = one

    def bearers(self, key: str) -> int:
        """How many customers bear the name; asked about before."""
        return self._bearers.get(key, 0)

    def _count(self, keys: Iterable[str]) -> None:
        unknown = [key for key in keys if key not in self._bearers]
        self._bearers.update(dict.fromkeys(unknown, 0))
        for some in chunks(unknown):
            counted = (
                select(_search.sort_key, func.count().label("bearers"))
                .where(_search.sort_key.in_(some), _search.place.is_not(None))
                .group_by(_search.sort_key)
            )
            self._bearers.update({row.sort_key: row.bearers for row in self.connection.execute(counted)})

    @property
    def _dialect(self) -> str:
        return self.connection.dialect.name

    def _rows(self, statement: TextClause, asked: Sequence[Sequence[object]]) -> Iterable[Row[Any]]:
        return self.connection.execute(statement, {"asked": json.dumps(asked, ensure_ascii=False)})

    def _neighbour(self, row: Row[Any]) -> Neighbour:
        known = self._met.get(row.id)
        if known is None:
            traits = traits_of(
                first_name=row.first_name,
                last_name=row.last_name,
                organisation_name=row.organisation_name,
                street=row.street,
                postcode=row.postcode,
                town=row.town,
            )
            protected = bool(row.protected_address)
            known = Neighbour(row.id, Kind(row.kind), traits, protected, row.sort_key, row.postcode)
            self._met[row.id] = known
        return known


def _names(sought: Sought) -> list[str]:
    """The row's name as the name order has it, both ways round."""
    if not (sought.first_name or sought.last_name):
        return [sort_key(sought.organisation_name)] if sought.organisation_name else []
    straight = display_name(sought.first_name, sought.last_name, None)
    words = straight.split()
    turned = (
        display_name(sought.last_name, sought.first_name, None)
        if sought.first_name and sought.last_name
        else " ".join([words[-1], *words[:-1]])
    )
    return list(dict.fromkeys(sort_key(name) for name in (straight, turned)))


class _Words(NamedTuple):
    """Search words: all of `every`, and one of each of `some`."""

    every: tuple[str, ...]
    some: tuple[tuple[str, ...], ...]


def _in_postcode(traits: Traits) -> _Words | None:
    either = tuple(dict.fromkeys((*street_words(traits.street), *_rarest_names(traits))))
    return _Words((traits.postcode,), (either,)) if traits.postcode and either else None


def _in_a_house(traits: Traits) -> _Words | None:
    streets, house = street_words(traits.street), traits.house.split("-")[0]
    bearers = tuple(dict.fromkeys((*_rarest_names(traits), *traits.last_parts)))
    return _Words((house,), (streets, bearers)) if streets and house and bearers else None


def _rarest_names(traits: Traits) -> tuple[str, ...]:
    """The names to look for: the index has no last name among its other words, but where it is the second."""
    if traits.organisation:
        return tuple(sorted(traits.organisation, key=len)[-2:])
    return (traits.first or traits.last_parts)[:2]


def street_words(street: Sequence[str]) -> tuple[str, ...]:
    """The word by which a street is looked for, as it is written out and as it is written shorter."""
    if not street:
        return ()
    written = max(street, key=len)
    word = written.removesuffix(".")
    ending = next((ending for ending in STREET_ENDINGS if word.endswith(ending) and word != ending), None)
    if ending and not written.endswith("."):
        return (word, word[: len(word) - len(ending) + 1])
    # koivuk. may be katu, kuja or kaari.
    longer = [
        word[: len(word) - length] + ending
        for ending in STREET_ENDINGS
        for length in range(1, len(ending))
        if word.endswith(ending[:length]) and len(word) > length
    ]
    return (word, *dict.fromkeys(longer))


def _query(words: _Words, dialect: str) -> str:
    """The words in the full-text language of the database; they are letters and digits alone."""
    conjunction, disjunction, mark = (" AND ", " OR ", '"') if dialect == "sqlite" else (" & ", " | ", "'")
    groups = [*((word,) for word in words.every), *words.some]
    return conjunction.join(
        "(" + disjunction.join(f"{mark}{word}{mark}" for word in group) + ")" for group in groups
    )


_ASKED: Final = {
    "sqlite": (
        "SELECT value ->> 0 AS line, value ->> 1 AS wanted, value ->> 2 AS postcode FROM json_each(:asked)"
    ),
    "postgresql": (
        "SELECT CAST(value ->> 0 AS bigint) AS line, value ->> 1 AS wanted, value ->> 2 AS postcode"
        " FROM jsonb_array_elements(CAST(:asked AS jsonb))"
    ),
}


@cache
def _by_words(dialect: str) -> TextClause:
    if dialect == "sqlite":
        found = (
            " CROSS JOIN customer_fts AS f CROSS JOIN customer_search AS s ON s.place = f.rowid"
            " CROSS JOIN customer AS c ON c.id = s.customer_id WHERE customer_fts MATCH q.wanted"
        )
    else:
        # OFFSET 0: the index is asked for each row by itself, whatever the planner makes of so many.
        found = (
            f" CROSS JOIN LATERAL (SELECT customer_id, sort_key FROM customer_search WHERE place IS NOT NULL AND {VECTOR}"  # noqa: S608 - ours
            " @@ CAST(q.wanted AS tsquery) OFFSET 0) AS s JOIN customer AS c ON c.id = s.customer_id"
        )
    return text(f"SELECT q.line, {_COLUMNS} FROM ({_ASKED[dialect]}) AS q{found}")  # noqa: S608 - ours


@cache
def _by_name(dialect: str) -> TextClause:
    join = "CROSS JOIN" if dialect == "sqlite" else "JOIN"
    return text(
        f"SELECT q.line, {_COLUMNS} FROM ({_ASKED[dialect]}) AS q"  # noqa: S608 - the parts are all ours
        f" {join} customer_search AS s ON s.sort_key = q.wanted AND s.place IS NOT NULL"
        f" {join} customer AS c ON c.id = s.customer_id"
        " WHERE q.postcode IS NULL OR c.postcode IS NULL OR c.postcode = q.postcode"
    )
