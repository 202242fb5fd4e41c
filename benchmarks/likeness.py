"""Matching by name and old address: 10,000 rows without a key against the register, with known truth.

Full size: ``python -m benchmarks likeness --customers 1000000``; a smaller register gets a tenth as many rows.  Beside
it in the same run, over the same rows: *exact*, where name, street and postcode must be equal but for case, and
*naive*, rapidfuzz's best of the postcode's customers by one ratio over name and street, taken from the same line of
likeness up.  Naive sees a sample, since it takes so long; its time is reckoned to all the rows.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process
from sqlalchemy import select

from benchmarks.answers_without_keys import STRANGERS, rows, with_families
from benchmarks.measure import Measurement, Options
from benchmarks.registers import empty_database, invented, load
from core.customers.model import customer_table
from core.customers.naming import display_name
from core.updates.explaining import candidates_in
from core.updates.matching import LINE, match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from benchmarks.answers_without_keys import Asked
    from core.database import Database

ROWS: Final = 10_000
# As many as a run stages at a time.
CHUNK: Final = 2_000
SAMPLE: Final = 500
GOAL_SECONDS: Final = 60
GOAL_PRECISION: Final = 0.99


@dataclass(slots=True)
class Score:
    """How many rows were written without a person, and how many of these and of all rightly, by slip."""

    rows: Counter[str] = field(default_factory=Counter)
    automatic: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    proposed: Counter[str] = field(default_factory=Counter)

    def add(self, asked: Asked, customer: str | None, *, among: bool = False) -> None:
        """Count a row that was brought together with *customer*; *among*: the right one is a candidate at least."""
        self.rows[asked.slip] += 1
        if customer is not None:
            self.automatic[asked.slip] += 1
            self.right[asked.slip] += customer == asked.truth
        elif among:
            self.proposed[asked.slip] += 1

    @property
    def precision(self) -> float:
        """Of what was written without a person, the share that is right."""
        return self.right.total() / max(1, self.automatic.total())

    def recall(self, counted: Counter[str]) -> float:
        """*counted* as a share of the rows about somebody in the register."""
        known = sum(count for slip, count in self.rows.items() if slip not in STRANGERS)
        return counted.total() / max(1, known)


def run(options: Options) -> Iterator[Measurement]:
    """Seconds, precision and recall at each size on each database."""
    for count in options.customers:
        everybody = with_families(invented(count))
        asked = list(rows(everybody, min(ROWS, count // 10)))
        for kind in options.databases:
            with empty_database(kind) as database:
                load(database, everybody)
                yield from _measured(database, f"{kind} {count}", asked)


def _measured(database: Database, name: str, asked: Sequence[Asked]) -> Iterator[Measurement]:
    with database.reading() as connection:
        numbers = _numbers(connection)
        began, worked = time.perf_counter(), time.process_time()
        ours = _ours(connection, asked, numbers)
        spent, work = time.perf_counter() - began, time.process_time() - worked
        naive, naive_spent = _naive(connection, asked)
        exact = _exact(connection, asked)
    goal = f"<= {GOAL_SECONDS} s"
    yield Measurement(f"likeness {name}, {len(asked)} rows", spent, "s", naive_spent, goal)
    yield Measurement(f"likeness {name}, processor", work, "s")
    goal = f">= {GOAL_PRECISION}"
    yield Measurement(f"likeness {name}, precision of automatic", ours.precision, "", naive.precision, goal)
    yield Measurement(
        f"likeness {name}, recall of automatic", ours.recall(ours.right), "", naive.recall(naive.right)
    )
    found = ours.right + ours.proposed
    yield Measurement(f"likeness {name}, recall with proposals", ours.recall(found), "")
    yield Measurement(f"likeness {name}, precision of exact", exact.precision, "")
    yield Measurement(f"likeness {name}, recall of exact", exact.recall(exact.right), "")
    for slip, count in ours.rows.items():
        wrong = ours.automatic[slip] - ours.right[slip]
        yield Measurement(f"  {slip}: automatic and right", ours.right[slip] / count, "")
        yield Measurement(f"  {slip}: proposed with the right one", ours.proposed[slip] / count, "")
        yield Measurement(f"  {slip}: automatic and wrong", wrong, "rows")


def _numbers(connection: Connection) -> dict[int, str]:
    customer = customer_table.c
    return {row.id: row.number for row in connection.execute(select(customer.id, customer.number))}


def _ours(connection: Connection, asked: Sequence[Asked], numbers: Mapping[int, str]) -> Score:
    score = Score()
    waiting = iter(asked)
    while some := list(islice(waiting, CHUNK)):
        for one, found in zip(some, match(connection, [each.sought for each in some]), strict=True):
            written = None if found.doubt or found.customer_id is None else numbers[found.customer_id]
            candidates = {numbers[each["customer"]] for each in candidates_in(found.explanation)}
            score.add(one, written, among=one.truth in candidates)
    return score


def _naive(connection: Connection, asked: Sequence[Asked]) -> tuple[Score, float]:
    """rapidfuzz.process over the postcode's customers; seconds as for all the rows."""
    customer = customer_table.c
    score = Score()
    sample = random.Random(1).sample(list(asked), min(SAMPLE, len(asked)))
    began = time.perf_counter()
    for one in sample:
        sought = one.sought
        names = (customer.first_name, customer.last_name, customer.organisation_name)
        block = connection.execute(
            select(customer.number, *names, customer.street).where(customer.postcode == sought.postcode)
        ).all()
        choices = {row.number: f"{display_name(*row[1:4])} {row.street}" for row in block}
        wanted = (
            f"{display_name(sought.first_name, sought.last_name, sought.organisation_name)} {sought.street}"
        )
        best = process.extractOne(wanted, choices, scorer=fuzz.WRatio, score_cutoff=LINE)
        score.add(one, best[2] if best else None)
    return score, (time.perf_counter() - began) * len(asked) / len(sample)


def _exact(connection: Connection, asked: Sequence[Asked]) -> Score:
    """Equal name, street and postcode, and nobody else who is equal."""
    customer = customer_table.c
    names = (customer.first_name, customer.last_name, customer.organisation_name)
    bearers: defaultdict[str, list[str]] = defaultdict(list)
    rows_of_all = select(customer.number, *names, customer.street, customer.postcode)
    for row in connection.execute(rows_of_all.execution_options(yield_per=10_000)):
        bearers[f"{display_name(*row[1:4])}|{row.street}|{row.postcode}".casefold()].append(row.number)
    score = Score()
    for one in asked:
        sought = one.sought
        name = display_name(sought.first_name, sought.last_name, sought.organisation_name)
        found = bearers.get(f"{name}|{sought.street}|{sought.postcode}".casefold(), [])
        score.add(one, found[0] if len(found) == 1 else None)
    return score
