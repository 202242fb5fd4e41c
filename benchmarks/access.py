"""The access package of a person with 5,000 orders and 2,000 disclosures: everything read, opened, proved and set as pages.

The baseline is the same rows read with bare SELECTs and written with json.dump, in the same run: nothing is opened,
explained, proved or set there.  Processor time, the typesetter's process included, so that a busy machine gives the
figures of a quiet one; how long it took by the clock stands beside it.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Measurement, Options
from benchmarks.registers import empty_database
from core.actor import Actor, Role
from core.keys import KeyRing
from core.personal_data.inventory import HOLDINGS
from core.rights import handing, intake
from core.rights.access import service
from core.rights.access.archive import archive
from core.rights.access.pages import pages
from core.rights.types import CaseKind, Channel, Request
from integrations.typesetter import Typst
from tests.access.conftest import open_desk
from tests.support.long_life import disclose_much, order_much

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.customers.types import Customer
    from tests.access.conftest import Desk

ORDERS: Final = 5_000
DISCLOSURES: Final = 2_000
_RUNS: Final = 3
GOAL: Final = 5.0


def run(options: Options) -> Iterator[Measurement]:
    """The whole package, and its parts, on each database; the best of three."""
    for kind in options.databases:
        with _desk(kind) as desk:
            customer = desk.house.add()
            order_much(desk.house, customer, ORDERS)
            disclose_much(desk.house, customer, DISCLOSURES)
            bare = min(_bare(desk, customer) for _ in range(_RUNS))
            yield from _package(desk, customer, kind, bare)


@contextmanager
def _desk(kind: str) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as directory, empty_database(kind) as database:
        actor = Actor(1, "bench", "Bench", frozenset(Role))
        keyring = KeyRing.create(Path(directory) / "master")
        yield open_desk(database, keyring, database.clock, actor, Path(directory))  # type: ignore[arg-type]


def _package(desk: Desk, customer: Customer, kind: str, bare: float) -> Iterator[Measurement]:
    number = _case(desk, customer)
    best: dict[str, float] = {}
    for _ in range(_RUNS):
        for name, took in _parts(desk, number).items():
            best[name] = min(best.get(name, took), took)
    for name, took in best.items():
        goal = f"≤ {GOAL:.0f} s" if name == "whole" else ""
        yield Measurement(
            f"access: {ORDERS:,} orders, {DISCLOSURES:,} disclosures, {name}, {kind}", took, "s", bare, goal
        )


def _parts(desk: Desk, number: int) -> dict[str, float]:
    """Seconds of each part; the whole is made, pages and encrypted file included, but not handed over."""
    clock, began = time.perf_counter(), _processor()
    package = service.make(desk.register, desk.house.actor, number)
    gathered = _processor()
    pdf = Typst().pdf(pages(package, desk.register.config))
    typeset = _processor()
    made = archive(package, desk.register.config, pdf)
    handing.encrypted(made.files, handing.new_passphrase())
    ended = _processor()
    assert len(package.statement.disclosed) == DISCLOSURES
    assert package.counts["customer_order"] == ORDERS
    return {
        "gathered and proved": gathered - began,
        "pages": typeset - gathered,
        "JSON, digests, encryption": ended - typeset,
        "whole": ended - began,
        "whole, by the clock": time.perf_counter() - clock,
    }


def _processor() -> float:
    """Seconds of processor time so far, of ended processes too."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(it.ru_utime + it.ru_stime for it in used)


def _case(desk: Desk, customer: Customer) -> int:
    with desk.house.database.unit_of_work() as uow:
        case = intake.receive(
            uow,
            desk.house.keyring,
            desk.register.config.rights,
            desk.house.actor,
            kind=CaseKind.ACCESS,
            received_on=date(2020, 1, 2),
            channel=Channel.LETTER,
            signed=True,
            language="fi",
            request=Request(name="Matti Meikäläinen"),
            customer_id=customer.id,
            identified_how="signature",
        )
        uow.commit()
    return case.number


def _bare(desk: Desk, customer: Customer) -> float:
    began = _processor()
    with desk.house.database.reading() as connection, tempfile.TemporaryFile("w") as target:
        for holding in HOLDINGS:
            rows = [dict(row) for row in connection.execute(holding.rows([customer.id])).mappings()]
            json.dump(rows, target, default=repr)
    return _processor() - began
