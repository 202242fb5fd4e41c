"""The person's statement: a million lines of transfers gone through with one person's key.

The baseline is the hashing that nothing can go below: each line as a leaf, and the nodes above it.
"""

from __future__ import annotations

import hashlib
import resource
import secrets
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure import Measurement, Options
from benchmarks.registers import empty_database
from core.actor import Actor, Role
from core.bulk import insert_rows
from core.disclosure.log.lines import Line, lines_root
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.statement.scan import scan
from core.keys import KeyRing
from tests.support.gate_house import open_house
from tests.support.log_bodies import intent, transfer_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.database import UnitOfWork
    from tests.support.gate_house import House

LINES: Final = 1_000_000
# A few mailings; orders by the score.
SIZES: Final = (100_000, 20)
_AT_ONCE: Final = 500
_COLUMNS: Final = ("transfer_id", "number", "item_id", "tag", "commitment", "digest", "code", "pending")


def run(options: Options) -> Iterator[Measurement]:
    """The same number of lines in transfers of each size, on each database."""
    bare = _bare()
    for kind in options.databases:
        for size in SIZES:
            with _house(kind) as house:
                _fill(house, size)
                took = _scan(house)
            name = f"statement: {LINES:,} lines scanned, transfers of {size:,}, {kind}"
            yield Measurement(name, took, "s", bare)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Measurement("statement: peak memory, with the filling of the tables", peak, "MiB")


@contextmanager
def _house(kind: str) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as directory, empty_database(kind) as database:
        actor = Actor(1, "bench", "Bench", frozenset(Role))
        keyring = KeyRing.create(Path(directory) / "master")
        house: Any = open_house(database, keyring, database.clock, actor, Path(directory))  # type: ignore[arg-type]
        yield house


def _scan(house: House) -> float:
    """Seconds to go through everything for somebody who has one line."""
    someone = house.add()
    house.gate.send(house.actor, house.request(someone))
    with house.database.reading() as connection:
        key = house.keyring.existing_data_key(connection, someone.id)
        assert key is not None
        began = time.perf_counter()
        found = scan(connection, house.log, {someone.id: key})
        took = time.perf_counter() - began
    assert (found.lines, len(found.found), found.doubts) == (LINES + 1, 1, ()), found.doubts
    return took


def _fill(house: House, size: int) -> None:
    """Transfers of *size* lines that are nobody's, as the gate would have left them, signed once."""
    numbers = range(1, LINES // size + 1)
    for start in range(0, len(numbers), _AT_ONCE):
        with house.database.unit_of_work() as uow:
            for number in numbers[start : start + _AT_ONCE]:
                _transfer(house, uow, number, size)
            uow.commit()
    house.log.sign()


def _transfer(house: House, uow: UnitOfWork, number: int, size: int) -> None:
    lines = [
        Line(place, secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(32))
        for place in range(size)
    ]
    name = transfer_id(number)
    members = intent(number, count=size, lines_root=lines_root(lines).hex())
    index = house.log.append(uow, "intent", members)
    uow.connection.execute(
        transfer_table.insert().values(
            id=name,
            number=index,
            recipient_code="accountant",
            recipient_version=1,
            purpose="invoicing",
            basis="contract",
            country="FI",
            task="bench",
            staff_name="",
            adapter="partner",
            adapter_version="1",
            environment="sandbox",
            fields=[],
            size=size,
            payload_digest=b"",
            sealed=b"",
            state="intent",
            created_at=uow.now,
            owner="",
            lease_until=uow.now,
        )
    )
    rows = [(name, it.number, str(it.number), it.tag, it.commitment, it.digest, "", False) for it in lines]
    insert_rows(uow.connection, transfer_line_table, _COLUMNS, rows)


def _bare() -> float:
    """Seconds for the two hashes that each line costs."""
    leaf, node = bytes(86), bytes(65)
    began = time.perf_counter()
    for _ in range(LINES):
        hashlib.sha256(leaf).digest()
        hashlib.sha256(node).digest()
    return time.perf_counter() - began
