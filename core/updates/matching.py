"""Whom the rows of an answer mean: by their own key, then by business id, then by name and old address.

A customer number or a business id settles it. Likeness settles it only at or above the service's line, with no other
customer close behind and no other row that is like the same customer; anything else is a proposal with its candidates.
Two of one name at one address are each other's rivals, so neither is ever taken by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from sqlalchemy import bindparam, or_, select

from core.batches.model import batch_row_table
from core.customers import places
from core.customers.model import customer_table
from core.customers.places import chunks
from core.customers.reading import ids_of_numbers
from core.customers.types import Kind, Status
from core.id_lists import among
from core.prepared import Prepared
from core.updates.blocking import Finder
from core.updates.explaining import explanation_of
from core.updates.likeness import EYE, Likeness, Part, Verdict, compare, plausible
from core.updates.traits import traits_of
from core.updates.types import Match, MatchedBy, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from core.updates.blocking import Neighbour
    from core.updates.traits import Traits
    from core.updates.types import Sought

_SEEN: Final = Prepared(
    select(batch_row_table.c.customer_id, batch_row_table.c.line).where(
        batch_row_table.c.batch_id == bindparam("batch"),
        among(batch_row_table.c.customer_id, "ids"),
        or_(
            batch_row_table.c.matched_by != MatchedBy.LIKENESS, batch_row_table.c.outcome != Outcome.PROPOSED
        ),
    )
)
LINE: Final = 95
# Whoever comes so close behind the best might as well be meant.
RIVAL: Final = 5
# Below this nobody would call two people alike; a list of them only distracts.
LEAST: Final = 60
MOST_CANDIDATES: Final = 5
# A name borne by more, and by more than one in so many, proves too little where a part of the address is not known.
FEW: Final = 3
ONE_IN: Final = 10_000


def match(connection: Connection, rows: Sequence[Sought], *, line: int = LINE) -> list[Match]:
    """Whom each of *rows* means, in their order; *line* is the likeness from which no person is needed.

    Rows with a customer number are matched by it or not at all: a number that nobody has is a mistake to be told of.
    """
    numbers = ids_of_numbers(connection, {row.number for row in rows if row.number})
    firms = _by_business_id(connection, rows)
    found: dict[int, Match] = {}
    unlike: list[Sought] = []
    for row in rows:
        settled = _by_key(row, numbers, firms)
        if settled is None:
            unlike.append(row)
        else:
            found[row.line] = settled
    if unlike:
        found.update(_Likenesses(connection, line).of(unlike))
    return _each_once([found[row.line] for row in rows])


def seen_before(connection: Connection, batch_id: int, customer_ids: Collection[int]) -> Mapping[int, int]:
    """Those of *customer_ids* that an earlier row of the batch is about already, and the line of that row.

    A row that is only thought to mean somebody stands in nobody's way.
    """
    return dict(_SEEN.rows(connection, {"batch": batch_id, "ids": customer_ids}))


def _by_key(row: Sought, numbers: Mapping[str, int], firms: Mapping[str, Sequence[int]]) -> Match | None:
    firm = firms.get(row.business_id, ()) if row.business_id else ()
    if row.number:
        customer_id = numbers.get(row.number)
        if customer_id is None:
            return Match(row.line, None, None, 0, {})
        if firm and customer_id not in firm:
            return _several(row, MatchedBy.NUMBER, [customer_id, *firm])
        return Match(row.line, customer_id, MatchedBy.NUMBER, 100, {})
    if len(firm) == 1:
        return Match(row.line, firm[0], MatchedBy.BUSINESS_ID, 100, {})
    return _several(row, MatchedBy.BUSINESS_ID, firm) if firm else None


def _several(row: Sought, by: MatchedBy, ids: Sequence[int]) -> Match:
    """Keys that name more than one customer."""
    explanation = {"candidates": [{"customer": of} for of in ids[:MOST_CANDIDATES]]}
    return Match(row.line, None, by, 100, explanation, Reason.SEVERAL)


def _by_business_id(connection: Connection, rows: Sequence[Sought]) -> dict[str, list[int]]:
    firms: defaultdict[str, list[int]] = defaultdict(list)
    customer = customer_table.c
    for ids in chunks(sorted({row.business_id for row in rows if row.business_id})):
        chosen = (
            select(customer.business_id, customer.id)
            .where(
                customer.business_id.in_(ids),
                customer.kind == Kind.ORGANISATION,
                customer.status != Status.ERASED,
            )
            .order_by(customer.id)
        )
        for row in connection.execute(chosen):
            firms[row.business_id].append(row.id)
    return firms


def _each_once(matches: list[Match]) -> list[Match]:
    """Rows that are like a customer whom another row surely means too are put before a person."""
    times = Counter(one.customer_id for one in matches if not one.doubt)
    return [
        replace(one, doubt=Reason.TWICE)
        if one.matched_by is MatchedBy.LIKENESS and not one.doubt and times[one.customer_id] > 1
        else one
        for one in matches
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be meant, and how alike."""

    neighbour: Neighbour
    likeness: Likeness


class _Likenesses:
    """Rows of one chunk matched by name and old address."""

    def __init__(self, connection: Connection, line: int) -> None:
        self.finder = Finder(connection)
        self.line = line
        self.few = max(FEW, places.count(connection) // ONE_IN)

    def of(self, rows: Sequence[Sought]) -> dict[int, Match]:
        """Line to the match of that row."""
        wanted = {row.line: (row, _traits(row)) for row in rows}
        near = self.finder.near(wanted)
        ranked = {line: _ranked(traits, near.get(line, {})) for line, (_, traits) in wanted.items()}
        self._look_elsewhere(wanted, ranked)
        self._add_namesakes(wanted, ranked)
        return {row.line: self._judged(row, ranked[row.line]) for row in rows}

    def _look_elsewhere(
        self, wanted: Mapping[int, tuple[Sought, Traits]], ranked: dict[int, list[Candidate]]
    ) -> None:
        """Whoever is not found near the row's postcode is looked for without it: it may be misspelt."""
        lost = {
            line: traits
            for line, (_, traits) in wanted.items()
            if not ranked[line] or ranked[line][0].likeness.grade < EYE
        }
        for line, more in self.finder.anywhere(lost).items():
            ranked[line] = _joined(ranked[line], lost[line], more)

    def _add_namesakes(
        self, wanted: Mapping[int, tuple[Sought, Traits]], ranked: dict[int, list[Candidate]]
    ) -> None:
        """Bring in everybody who bears exactly the best candidate's name near it, however the row spells it.

        A father and son of one name stay rivals even where one of them is in no address index.
        """
        best = [
            (line, candidates[0].neighbour.sort_key, candidates[0].neighbour.postcode)
            for line, candidates in ranked.items()
            if candidates and candidates[0].likeness.grade >= self.line
        ]
        added: defaultdict[int, dict[int, Neighbour]] = defaultdict(dict)
        self.finder.namesakes(best, added)
        for line, more in added.items():
            ranked[line] = _joined(ranked[line], wanted[line][1], more)

    def _judged(self, row: Sought, ranked: list[Candidate]) -> Match:
        candidates = [one for one in ranked if one.likeness.grade >= LEAST][:MOST_CANDIDATES]
        if not candidates:
            return Match(row.line, None, None, 0, {})
        best = candidates[0]
        bearers = self.finder.bearers(best.neighbour.sort_key)
        grade = best.likeness.grade
        if bearers > self.few and _partly_known(best.likeness):
            grade = min(grade, EYE)
        doubt = None
        if len(candidates) > 1 and candidates[1].likeness.grade >= best.likeness.grade - RIVAL:
            doubt = Reason.SEVERAL
        elif grade < self.line or best.neighbour.protected or row.business_id:
            # A business id that nobody has may be a new enterprise of an old name.
            doubt = Reason.BELOW_LINE
        customer_id = None if doubt is Reason.SEVERAL else best.neighbour.customer_id
        why = explanation_of(
            [(one.neighbour.customer_id, one.likeness, one.neighbour.protected) for one in candidates],
            bearers=bearers,
        )
        return Match(row.line, customer_id, MatchedBy.LIKENESS, grade, why, doubt)


def _partly_known(likeness: Likeness) -> bool:
    """Whether the flat or the postcode is not quite the same."""
    told = (likeness.verdict(part) for part in (Part.FLAT, Part.POSTCODE))
    return any(verdict not in {None, Verdict.SAME} for verdict in told)


def _traits(row: Sought) -> Traits:
    return traits_of(
        first_name=row.first_name,
        last_name=row.last_name,
        organisation_name=row.organisation_name,
        street=row.street,
        postcode=row.postcode,
        town=row.town,
    )


def _ranked(wanted: Traits, near: Mapping[int, Neighbour]) -> list[Candidate]:
    organisation = bool(wanted.organisation)
    candidates = [
        Candidate(one, compare(wanted, one.traits))
        for one in near.values()
        if (one.kind is Kind.ORGANISATION) == organisation and plausible(wanted, one.traits)
    ]
    return sorted(candidates, key=_order)


def _joined(ranked: list[Candidate], wanted: Traits, more: Mapping[int, Neighbour]) -> list[Candidate]:
    known = {one.neighbour.customer_id for one in ranked}
    fresh = {of: neighbour for of, neighbour in more.items() if of not in known}
    return sorted([*ranked, *_ranked(wanted, fresh)], key=_order) if fresh else ranked


def _order(one: Candidate) -> tuple[int, int]:
    return -one.likeness.grade, one.neighbour.customer_id
