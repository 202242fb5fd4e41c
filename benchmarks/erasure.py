"""Erasure with its proof: everything from the decided case to the closed one, against a bare DELETE and a grep.

The bare way deletes the same rows by SQL, tells nobody, wipes nothing, leaves index, journal and keys alone, and looks for
the person's values as they stand in the database's files with grep; it has no certificate and would not see a folded or
escaped value.  What is measured is the slowest of a few persons.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import select, text

from benchmarks.measure import Measurement, Options
from core import migrations
from core.actor import Actor, Role
from core.clock import SystemClock
from core.config.schema import DatabaseSettings
from core.customers.model import customer_table
from core.customers.types import VALUE_FIELDS
from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner
from core.fence import Fence
from core.keys import KeyRing
from core.rights import intake, service
from core.rights.erasure.needles import known_states
from core.rights.erasure.service import carry_out, tell
from core.rights.types import CaseDecision, CaseKind, Channel, Request
from tests.support.kill_campaign import databases
from tests.support.update_house import register_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.register import Register

PERSONS: Final = 3
ACTOR: Final = Actor(1, "bench", "Bench", frozenset(Role))
_BARE: Final = (
    "DELETE FROM customer_change WHERE customer_id = :who",
    "DELETE FROM customer_sealed WHERE customer_id = :who",
    "DELETE FROM customer_search WHERE customer_id = :who",
    "DELETE FROM data_key WHERE customer_id = :who",
    f"UPDATE customer SET {', '.join(f'{name} = NULL' for name in VALUE_FIELDS if name != 'kind')} WHERE id = :who",  # noqa: S608 - our own columns
)


def run(options: Options) -> Iterator[Measurement]:
    """At each size on each database: the slowest erasure, beside the bare way's."""
    for kind in options.databases:
        for count in options.customers:
            with tempfile.TemporaryDirectory() as folder:
                directory = Path(folder)
                KeyRing.create(directory / "master.key")
                with databases(kind, directory, count) as same:
                    yield from measure(f"{kind} {count}", directory, same(), same())


def measure(name: str, directory: Path, ours: str, bare: str) -> Iterator[Measurement]:
    """The figures of two registers that are alike, each at its URL, with the master key in *directory*.

    By the clock, and on SQLite, where all work is this process's, by the processor too: on a busy machine that says more.
    """
    with _register(ours, directory) as register:
        people = _people(register)
        took = [_erased(register, who) for who in people]
    with _register(bare, directory) as register:
        bare_took = [_deleted(register, who) for who in people]
    (clock, processor), (bare_clock, bare_processor) = (
        [max(column) for column in zip(*times, strict=True)] for times in (took, bare_took)
    )
    title, goal = f"erasure with proof {name}", "≤ 10 s at 1,000,000"
    yield Measurement(title, clock, "s", bare_clock, goal)
    if name.startswith("sqlite"):
        yield Measurement(f"{title}, processor", processor, "s", bare_processor, goal)


def _now() -> tuple[float, float]:
    used = os.times()
    return time.monotonic(), used.user + used.system + used.children_user + used.children_system


def _since(began: tuple[float, float]) -> tuple[float, float]:
    now = _now()
    return now[0] - began[0], now[1] - began[1]


def _people(register: Register) -> list[int]:
    it = customer_table.c
    # Contact persons of organisations are held by that.
    chosen = select(it.id).where(it.kind == "person", it.represents.is_(None)).order_by(it.id)
    with register.database.reading() as connection:
        found = list(connection.execute(chosen).scalars())
    return [found[len(found) * place // (PERSONS + 1)] for place in range(1, PERSONS + 1)]


def _erased(register: Register, who: int) -> tuple[float, float]:
    keyring = register.keyring
    with register.database.unit_of_work() as uow:
        case = intake.receive(
            uow,
            keyring,
            register.config.rights,
            ACTOR,
            kind=CaseKind.ERASURE,
            customer_id=who,
            received_on=date.today(),  # noqa: DTZ011 - the day alone
            channel=Channel.LETTER,
            signed=True,
            language="fi",
            request=Request(name="Bench", words=""),
            identified_how="signature",
        )
        service.decide(
            uow, keyring, ACTOR, case.number, CaseDecision.GRANTED, reasons="", version=case.version
        )
        uow.commit()
    began = _now()
    tell(register, ACTOR, case.number)
    carry_out(register, ACTOR, case.number)
    return _since(began)


def _deleted(register: Register, who: int) -> tuple[float, float]:
    database = register.database
    with database.reading() as connection:
        state = known_states(connection, who)[0]
        wanted = [value for name, value in state.items() if value and name not in {"number", "postcode"}]
        place = register.config.database.file()
        if place is None:
            place = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
    began = _now()
    with database.unit_of_work() as uow:
        for statement in _BARE:
            uow.connection.execute(text(statement), {"who": who})
        uow.commit()
    patterns = [option for value in wanted for option in ("-e", value)]
    subprocess.run(["/bin/grep", "-arcF", *patterns, str(place)], check=False, capture_output=True)
    return _since(began)


@contextmanager
def _register(url: str, directory: Path) -> Iterator[Register]:
    clock = SystemClock()
    database = Database.open(url, clock)
    try:
        migrations.upgrade(database)
        register = register_of(database, KeyRing.load(directory / "master.key"), directory, clock)
        register.config = msgspec.structs.replace(register.config, database=DatabaseSettings(url=url))
        keys = register.config.keys
        if not keys.erasure_fence_file.exists():
            Fence.create(keys.erasure_fence_file)
        for path in (keys.log_key_file, register.config.log.high_water_file):
            path.unlink(missing_ok=True)
        signer = LogSigner.create(keys.log_key_file, "example.fi/bench")
        register.__dict__["log"] = DisclosureLog(database, signer, clock, register.config.log.high_water_file)
        register.log.create(policy="1", software="0.1.0")
        yield register
    finally:
        database.close()
