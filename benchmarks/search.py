"""Search as you type: each kind of query, against the same SQL on the same index straight through the driver.

Every query is typed once to warm up and to learn which statements it runs, then timed in turn through the program and
bare.  The goals are `shared` goals for a million customers; smaller registers have to keep them as well.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from benchmarks.measure import Measurement, Options, percentile
from benchmarks.registers import empty_database, invented, load
from core.customers import listing
from core.customers.fields import national_phone
from core.customers.search import search
from core.customers.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from core.customers.types import NewCustomer
    from core.database import Database

QUERIES_OF_A_KIND = 40
ROUNDS = 3
GOAL_P99 = {"sqlite": 16, "postgresql": 30}
GOAL_RATIO = {"sqlite": 1.5}

Typed = dict[str, list[str]]


def run(options: Options) -> Iterator[Measurement]:
    """p50 and p99 over all kinds, the worst kind, and far pages, at each size on each database."""
    everybody = invented(max(options.customers))
    for kind in options.databases:
        for count in options.customers:
            some = everybody[:count]
            with empty_database(kind) as database:
                began = time.perf_counter()
                load(database, some)
                spent = time.perf_counter() - began
                yield Measurement(f"load {kind} {count}", count / spent, "rows/s")
                yield from _measured(database, f"{kind} {count}", typed(some))


def typed(customers: Sequence[NewCustomer]) -> Typed:
    """What people type, by kind, taken from customers chosen by a seed."""
    rng = random.Random(7)
    persons = [
        one for one in customers if one.values.kind is Kind.PERSON and one.values.phone and one.values.email
    ]
    queries: Typed = {}
    makers: dict[str, Callable[[Any], str]] = {
        "1 letter": lambda it: it.last_name[:1],
        "2 letters": lambda it: it.last_name[:2],
        "3 letters": lambda it: it.last_name[:3],
        "5 letters": lambda it: it.last_name[:5],
        "last name": lambda it: it.last_name,
        "first name": lambda it: it.first_name,
        "two words": lambda it: f"{it.last_name} {it.first_name[:3]}",
        "two short words": lambda it: f"{it.first_name[:1]} {it.last_name[:2]}",
        "phone": lambda it: national_phone(it.phone)[:8],
        "phone abroad": lambda it: f"{it.phone[:4]} {it.phone[4:6]} {it.phone[6:9]}",
        "e-mail part": lambda it: it.email.split("@")[0][: rng.randint(4, 12)],
        "e-mail": lambda it: it.email,
        "street": lambda it: it.street[: rng.randint(4, 9)],
        "street and number": lambda it: " ".join(it.street.split()[:2]),
        "postcode": lambda it: it.postcode,
    }
    for kind, make in makers.items():
        chosen = rng.sample(persons, QUERIES_OF_A_KIND)
        queries[kind] = [make(one.values) for one in chosen]
    queries["number"] = [str(one.number) for one in rng.sample(persons, QUERIES_OF_A_KIND)]
    return queries


def _measured(database: Database, name: str, queries: Typed) -> Iterator[Measurement]:
    ours: dict[str, list[float]] = {}
    bare: dict[str, list[float]] = {}
    with database.reading() as connection:
        for kind, texts in queries.items():
            pairs = [_one(connection, text) for text in texts]
            ours[kind] = [mine for mine, _ in pairs]
            bare[kind] = [theirs for _, theirs in pairs]
        all_ours = [value for values in ours.values() for value in values]
        all_bare = [value for values in bare.values() for value in values]
        limit = GOAL_P99[database.dialect]
        ratio = GOAL_RATIO.get(database.dialect)
        goal = f"<= {limit} ms" + (f", <= {ratio} x" if ratio else "")
        for share in (50, 99):
            value, baseline = (percentile(values, share / 100) for values in (all_ours, all_bare))
            yield Measurement(f"search {name} p{share}", value, "ms", baseline, goal if share == 99 else "")
        for kind in queries:
            value, baseline = (percentile(values, 0.99) for values in (ours[kind], bare[kind]))
            yield Measurement(f"search {name} p99, {kind}", value, "ms", baseline)
        yield from _pages(connection, name)


def _one(connection: Connection, text: str) -> tuple[float, float]:
    """Milliseconds of one query through the program and bare: the median of the rounds, taken in turn."""
    with _statements(connection) as statements:
        search(connection, text)
    cursor: Any = connection.connection.cursor()
    mine, theirs = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        search(connection, text)
        mine.append(time.perf_counter() - began)
        began = time.perf_counter()
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        theirs.append(time.perf_counter() - began)
    cursor.close()
    return percentile(mine, 0.5) * 1000, percentile(theirs, 0.5) * 1000


@contextmanager
def _statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", note)


def _pages(connection: Connection, name: str) -> Iterator[Measurement]:
    total = listing.count(connection)
    spent = []
    for position in range(20):
        began = time.perf_counter()
        listing.page(connection, total * position // 20, 50)
        spent.append((time.perf_counter() - began) * 1000)
    yield Measurement(f"page {name} p99", percentile(spent, 0.99), "ms")
