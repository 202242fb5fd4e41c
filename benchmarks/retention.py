"""The due list (P11): how many are due, its first page and its last, with what holds each, in a register of any size.

Baseline: the same question asked of the orders, requests and registrations themselves, without the day that is kept with
each customer, by one bare SQL statement in the same run.  Figures are the median of five; processor time is beside the
wall's, since other work may share the machine.
"""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from benchmarks.measure import Measurement, Options
from benchmarks.registers import empty_database
from core.config.schema import RetentionSettings
from core.retention.due import count_due, due, latest_due_contact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.database import Database

TODAY: Final = date(2026, 11, 23)
SETTINGS: Final = RetentionSettings()
GOAL: Final = "<= 2 s at 1,000,000"
PAGE: Final = 50
_TIMES: Final = 5
_NUMBERS: Final = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n",
    "postgresql": "SELECT i FROM generate_series(1, CAST(:count AS bigint)) AS n(i)",
}
_DAY: Final = {
    "sqlite": "date('2010-01-01', ({days}) || ' days')",
    "postgresql": "date '2010-01-01' + ({days})::int",
}
# Days from 2010 to today, spread by primes so that neighbours differ.
_SPAN: Final = 6_170
_PEOPLE: Final = """
INSERT INTO customer (id, number, kind, first_name, last_name, status, protected_address, started_on, contact_on, version)
SELECT i, cast(1000 + i AS text), CASE WHEN i % 20 = 0 THEN 'organisation' ELSE 'person' END, 'Etu' || i, 'Suku' || i,
    'active', false, {start}, {start}, 1
FROM ({numbers}) AS numbers
"""
_ORDERS: Final = """
INSERT INTO customer_order
    (number, customer_id, state, placed_on, due_date, currency, total_net, total_vat, version)
SELECT i, 1 + (i * 7) % :people, 'archived', {day}, {day}, 'EUR', 0, 0, 1 FROM ({numbers}) AS numbers
"""
_KEPT: Final = """
UPDATE customer SET contact_on = latest.day
FROM (SELECT customer_id, max(placed_on) AS day FROM customer_order GROUP BY customer_id) AS latest
WHERE latest.customer_id = customer.id AND latest.day > customer.contact_on
"""
# The question without the kept day.
_BARE: Final = """
SELECT count(*) FROM customer AS c
LEFT JOIN (SELECT customer_id, max(placed_on) AS day FROM customer_order GROUP BY customer_id) AS o
    ON o.customer_id = c.id
LEFT JOIN (SELECT customer_id, max(received_on) AS day FROM rights_case GROUP BY customer_id) AS r
    ON r.customer_id = c.id
WHERE c.kind = 'person' AND c.status IN ('active', 'ended')
    AND c.started_on <= :day AND coalesce(c.ended_on, c.started_on) <= :day
    AND coalesce(o.day, c.started_on) <= :day AND coalesce(r.day, c.started_on) <= :day
"""


def run(options: Options) -> Iterator[Measurement]:
    """Measure at each size, on each database."""
    for kind in options.databases:
        for customers in options.customers:
            with empty_database(kind) as database:
                _fill(database, kind, customers)
                yield from _measured(database, f"due list, {customers:,} customers, {kind}")


def _fill(database: Database, kind: str, customers: int) -> None:
    """*customers* people since 2010, and twice as many orders; a day's contact is kept as the program keeps it."""
    numbers, day = _NUMBERS[kind], _DAY[kind]
    start = day.format(days=f"(i * 7919) % {_SPAN}")
    with database.unit_of_work() as uow:
        people = text(_PEOPLE.format(numbers=numbers, start=start))
        uow.connection.execute(people, {"count": customers})
        placed = text(_ORDERS.format(numbers=numbers, day=day.format(days=f"(i * 104729) % {_SPAN}")))
        uow.connection.execute(placed, {"count": 2 * customers, "people": customers})
        uow.connection.execute(text(_KEPT))
        uow.commit()
    with database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("ANALYZE")
        uow.commit()


def _measured(database: Database, name: str) -> Iterator[Measurement]:
    with database.reading() as connection:
        count = count_due(connection, SETTINGS, TODAY)
        limit = latest_due_contact(TODAY, SETTINGS)

        def shown() -> Any:
            count_due(connection, SETTINGS, TODAY)
            return due(connection, SETTINGS, TODAY, limit=PAGE)

        def last() -> Any:
            return due(connection, SETTINGS, TODAY, offset=max(0, count - PAGE), limit=PAGE)

        def bare() -> Any:
            return connection.execute(text(_BARE), {"day": limit}).scalar_one()

        assert bare() == count, "both ways find the same people"
        asked, _ = _seconds(bare)
        wall, processor = _seconds(shown)
        yield Measurement(f"{name}: count ({count:,} due) and first page", wall, "s", asked, GOAL)
        yield Measurement(f"{name}: the same, processor time of the program", processor, "s")
        wall, _ = _seconds(last)
        yield Measurement(f"{name}: last page", wall, "s", asked, GOAL)


def _seconds(act: Callable[[], Any]) -> tuple[float, float]:
    """Median wall and processor time, after one go that warms up."""
    act()
    walls, processors = [], []
    for _ in range(_TIMES):
        wall, processor = time.perf_counter(), time.process_time()
        act()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return statistics.median(walls), statistics.median(processors)
