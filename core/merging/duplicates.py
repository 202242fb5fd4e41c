"""Who may be in the register twice: found by what two have in common, without comparing all with all.

Two are compared when they share a postcode and either the house or a first name (an organisation: its longest word), or
when they share an e-mail, a telephone number or a business id.  How alike they are is told as for an update's rows
(`core.updates.likeness`).  The register is gone through a stretch of postcodes at a time, so memory is bounded by
`AT_ONCE`, and only the best pairs are kept.  Protected addresses are not compared.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, select

from core.batches.types import Progress
from core.customers import search
from core.customers.model import customer_table
from core.customers.places import chunks
from core.customers.reading import get
from core.customers.types import Kind, Status
from core.updates.likeness import Part, Verdict, compare, plausible
from core.updates.traits import Traits, traits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from core.batches.types import Watcher

AT_ONCE: Final = 50_000
# From this grade on two are worth a look; beneath it they are relatives and neighbours.
WORTH_A_LOOK: Final = 85
# In a block of more, each is compared with so many that follow it by name.
_BLOCK: Final = 60
_WINDOW: Final = 20
_SAME_CONTACT: Final = 95
_ALIKE_CONTACT: Final = 90
_LETTERS: Final = 4
_c: Final = customer_table.c
_COLUMNS: Final[tuple[Any, ...]] = (
    _c.id, _c.kind, _c.first_name, _c.last_name, _c.organisation_name, _c.street, _c.postcode, _c.town,
    _c.protected_address, _c.business_id, _c.email, _c.phone,
)  # fmt: skip
_CONTACTS: Final = ("business_id", "email", "phone")


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two who may be one: how alike, 0 to 100, which of business id, e-mail and telephone are the same."""

    grade: int
    one: int
    other: int
    same: tuple[str, ...]


class _Known(NamedTuple):
    """A customer to be compared."""

    id: int
    kind: Kind
    traits: Traits
    contacts: Mapping[str, str | None]


def candidates(
    connection: Connection,
    *,
    above: int = WORTH_A_LOOK,
    most: int = 50,
    progress: Watcher | None = None,
) -> list[Candidate]:
    """The *most* likely pairs of the whole register with at least the grade *above*, the likeliest first.

    *progress* is told how many of how many customers have been gone through.
    """
    best = _Best(above, most)
    for column in _CONTACTS:
        for pair in _by_contact(connection, column):
            best.add(pair)
    stretches = list(_stretches(connection))
    total, done = sum(count for *_, count in stretches), 0
    for first, last, count in stretches:
        for pair in _in_stretch(connection, first, last, above):
            best.add(pair)
        done += count
        if progress is not None:
            progress(Progress(done, total, {}))
    return best.found()


def of_customer(
    connection: Connection, customer_id: int, *, above: int = WORTH_A_LOOK, most: int = 10
) -> list[Candidate]:
    """Who may be the same as one customer, the likeliest first."""
    customer = get(connection, customer_id)
    values = customer.values
    typed = [values.email, values.phone, values.business_id, customer.display_name]
    if values.street and not customer.protected_address:
        names = values.last_name or values.organisation_name
        typed += [f"{values.street} {values.postcode or ''}", f"{names} {values.postcode or ''}"]
    ids = {row.id for text in typed if text for row in search.search(connection, text, AT_ONCE // 1000)}
    known = {it.id: it for it in _read(connection, ids | {customer_id})}
    me = known.pop(customer_id)
    best = _Best(above, most)
    for other in known.values():
        for pair in (_compared(me, other, above), _sharing(me, other)):
            best.add(pair)
    return best.found()


class _Best:
    """The likeliest pairs met so far."""

    def __init__(self, above: int, most: int) -> None:
        self._above, self._most = above, most
        self._heap: list[Candidate] = []
        self._met: set[tuple[int, int]] = set()

    def add(self, pair: Candidate | None) -> None:
        if pair is None or pair.grade < self._above or (pair.one, pair.other) in self._met:
            return
        self._met.add((pair.one, pair.other))
        heapq.heappush(self._heap, pair)
        if len(self._heap) > self._most:
            gone = heapq.heappop(self._heap)
            self._met.discard((gone.one, gone.other))

    def found(self) -> list[Candidate]:
        """The likeliest first."""
        return sorted(self._heap, key=lambda it: (-it.grade, it.one, it.other))


def _stretches(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """Runs of neighbouring postcodes with at most `AT_ONCE` customers, but for one that has more by itself."""
    rows = connection.execute(
        select(_c.postcode, func.count())
        .where(_c.postcode.is_not(None), _c.status != Status.ERASED, ~_c.protected_address)
        .group_by(_c.postcode)
    )
    first, last, held = "", "", 0
    for postcode, count in sorted(tuple(row) for row in rows):
        if held and held + count > AT_ONCE:
            yield first, last, held
            held = 0
        first = postcode if not held else first
        last, held = postcode, held + count
    if held:
        yield first, last, held


def _in_stretch(connection: Connection, first: str, last: str, above: int) -> Iterator[Candidate]:
    # As Python orders them, whatever the database's collation: the stretches were made so.
    postcode = _c.postcode.collate("BINARY" if connection.dialect.name == "sqlite" else "C")
    rows = connection.execute(
        select(*_COLUMNS).where(
            postcode >= first,
            postcode <= last,
            _c.status != Status.ERASED,
            ~_c.protected_address,
        )
    )
    known = sorted(map(_known, rows), key=lambda it: it.traits.postcode)
    for _, several in groupby(known, key=lambda it: it.traits.postcode):
        yield from _in_postcode(list(several), above)


def _in_postcode(several: Sequence[_Known], above: int) -> Iterator[Candidate]:
    blocks: dict[tuple[str, ...], list[_Known]] = {}
    for one in several:
        for key in _keys(one.traits):
            blocks.setdefault((one.kind, *key), []).append(one)
    met: set[tuple[int, int]] = set()
    for block in blocks.values():
        for one, other in _pairs(block):
            ids = (min(one.id, other.id), max(one.id, other.id))
            if ids in met:
                continue
            met.add(ids)
            pair = _compared(one, other, above)
            if pair is not None:
                yield pair


def _keys(traits: Traits) -> Iterator[tuple[str, ...]]:
    """What two must share one of to be compared."""
    if traits.house and traits.street:
        yield ("house", max(traits.street, key=len)[:_LETTERS], traits.house)
    for name in traits.first or traits.last_parts:
        yield ("name", name[:_LETTERS])
    if traits.organisation:
        yield ("word", max(traits.organisation, key=len))


def _pairs(block: Sequence[_Known]) -> Iterable[tuple[_Known, _Known]]:
    if len(block) <= _BLOCK:
        return combinations(block, 2)
    ordered = sorted(block, key=lambda it: (it.traits.last, it.traits.first, it.traits.organisation, it.id))
    return ((one, other) for at, one in enumerate(ordered) for other in ordered[at + 1 : at + 1 + _WINDOW])


def _compared(one: _Known, other: _Known, above: int) -> Candidate | None:
    if one.kind is not other.kind or not plausible(one.traits, other.traits):
        return None
    grade = compare(one.traits, other.traits).grade
    return _candidate(one, other, grade) if grade >= above else None


def _by_contact(connection: Connection, name: str) -> Iterator[Candidate]:
    column = _c[name]
    here = (column.is_not(None), _c.status != Status.ERASED)
    shared = select(column).where(*here).group_by(column).having(func.count() > 1)
    rows = connection.execute(
        select(*_COLUMNS).where(*here, column.in_(shared)).order_by(column).execution_options(yield_per=1000)
    )
    for _, several in groupby(rows, key=lambda row: row._mapping[name]):  # noqa: SLF001 - documented accessor
        for one, other in _pairs([_known(row) for row in several]):
            pair = _sharing(one, other)
            if pair is not None:
                yield pair


def _sharing(one: _Known, other: _Known) -> Candidate | None:
    """Two of one kind who share a contact and are not two of a household by their first names."""
    same = _same(one, other)
    if not same or one.kind is not other.kind:
        return None
    if "business_id" in same:
        return _candidate(one, other, 100)
    parts = {it.part: it.verdict for it in compare(one.traits, other.traits).parts}
    names = [parts[it] for it in (Part.FIRST_NAME, Part.LAST_NAME, Part.ORGANISATION) if it in parts]
    if any(verdict not in {Verdict.SAME, Verdict.ALIKE} for verdict in names):
        return None
    certain = all(verdict is Verdict.SAME for verdict in names)
    return _candidate(one, other, _SAME_CONTACT if certain else _ALIKE_CONTACT)


def _candidate(one: _Known, other: _Known, grade: int) -> Candidate:
    return Candidate(grade, min(one.id, other.id), max(one.id, other.id), _same(one, other))


def _same(one: _Known, other: _Known) -> tuple[str, ...]:
    return tuple(it for it in _CONTACTS if one.contacts[it] and one.contacts[it] == other.contacts[it])


def _read(connection: Connection, ids: Iterable[int]) -> Iterator[_Known]:
    for some in chunks(sorted(ids)):
        yield from map(_known, connection.execute(select(*_COLUMNS).where(_c.id.in_(some))))


def _known(row: Row[Any]) -> _Known:
    # A protected address is as good as none: nobody is found by it.
    address = (
        {} if row.protected_address else {"street": row.street, "postcode": row.postcode, "town": row.town}
    )
    traits = traits_of(
        first_name=row.first_name,
        last_name=row.last_name,
        organisation_name=row.organisation_name,
        **address,
    )
    contacts = {"business_id": row.business_id, "email": row.email, "phone": row.phone}
    return _Known(row.id, Kind(row.kind), traits, contacts)
