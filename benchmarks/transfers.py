"""The gate and the log: one large transfer, one small one, verifying a long log, filtering it.

Each figure stands beside its raw limit, measured in the same run: the same hashing, sealing and rows without anything
around them.  A limit is what nobody could go below with these libraries; it is not something that could be shipped.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, insert, select

from benchmarks.measure import Measurement, Options, percentile
from benchmarks.registers import empty_database
from core.actor import Actor, Role
from core.bulk import insert_rows
from core.disclosure import transfers
from core.disclosure.log.export_check import verify_export
from core.disclosure.log.high_water import replace_file
from core.disclosure.model import (
    recipient_version_table,
    transfer_line_table,
    transfer_table,
    transfer_tally_table,
)
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import TransferState
from core.keys import KeyRing
from tests.support.gate_house import open_house
from tests.support.log_bulk import bulk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.database import Database
    from tests.support.gate_house import House

SINGLE = 300
ENTRIES = 1_000_000
LOGGED = 500_000
ROUNDS = 40
_RECIPIENTS = ("accountant", "credit", "collector", "post", "auditor")
_PURPOSES = ("invoicing", "credit_check", "collection", "address_update", "legal_obligation")
_STATES = ("delivered", "delivered", "delivered", "refused", "not_sent", "in_doubt", "partial")


def run(options: Options) -> Iterator[Measurement]:
    """Everything, the slow parts last."""
    with _house() as house:
        yield from _single(house)
    yield from _batch(100_000)
    yield from _verification(ENTRIES)
    for kind in options.databases:
        with empty_database(kind) as database:
            yield from _filters(database)


@contextmanager
def _house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as directory, empty_database("sqlite") as database:
        actor = Actor(1, "bench", "Bench", frozenset(Role))
        keyring = KeyRing.create(Path(directory) / "master")
        house: Any = open_house(database, keyring, database.clock, actor, Path(directory))  # type: ignore[arg-type]
        yield house


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _single(house: House) -> Iterator[Measurement]:
    """What a transfer of one person costs beside its sending: from a preview to a signed outcome."""
    spent, worked = [], []
    for _ in range(SINGLE):
        request = house.request(house.add())
        preview = house.gate.preview(house.gate.plan(house.actor, request))
        began = time.process_time()
        spent.append(_timed(lambda: house.gate.release(house.actor, preview)) * 1000)  # noqa: B023 - used at once
        worked.append((time.process_time() - began) * 1000)
    with tempfile.TemporaryDirectory() as directory:
        bare = [seconds * 1000 for seconds in _bare_singles(Path(directory))]
    for share in (50, 99):
        value, limit = percentile(spent, share / 100), percentile(bare, share / 100)
        yield Measurement(f"one transfer p{share}", value, "ms", limit, "<= 2 ms" if share == 50 else "")
    yield Measurement("one transfer, of that the processor's p50", percentile(worked, 0.5), "ms")


def _bare_singles(directory: Path) -> list[float]:
    """Five durable commits of a row, two marks written in place, two signatures: what the promises ask of the disk."""
    key = Ed25519PrivateKey.generate()
    connection = sqlite3.connect(directory / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (a BLOB)")
    replace_file(directory / "mark", bytes(8192))
    mark = os.open(directory / "mark", os.O_RDWR)

    def work() -> None:
        for _ in range(5):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO t VALUES (?)", (secrets.token_bytes(400),))
            connection.execute("COMMIT")
        for place in range(2):
            os.pwrite(mark, key.sign(b"checkpoint").ljust(4096), place * 4096)
            os.fdatasync(mark)

    spent = [_timed(work) for _ in range(SINGLE)]
    connection.close()
    os.close(mark)
    return spent


def _batch(persons: int) -> Iterator[Measurement]:
    """A process of its own, so that its memory is its own: a register of *persons* is made, closed and opened again."""
    command = [sys.executable, "-m", "benchmarks.large_transfer", str(persons)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    seconds, memory, drawn_up, processor, previewed, peak = (float(it) for it in done.stdout.split())
    limit = _bare_batch(persons)
    yield Measurement(
        f"transfer of {persons} drawn up anew, sealed, logged, signed", seconds, "s", limit, "<= 3 s"
    )
    yield Measurement(f"transfer of {persons}, of that the processor's", processor, "s")
    yield Measurement(f"transfer of {persons}, of that drawn up anew", drawn_up, "s")
    yield Measurement(f"transfer of {persons}, memory of the process", memory, "MB", goal="<= 300 MB")
    yield Measurement(f"preview of {persons}, rendered and scanned, of that the processor's", previewed, "s")
    yield Measurement(f"preview of {persons}, memory of the process with its bytes", peak, "MB")


def _bare_batch(persons: int) -> float:
    """Seal, tag, commit, hash and write each person's line and key, one transaction."""
    with tempfile.TemporaryDirectory() as directory:
        connection = sqlite3.connect(Path(directory) / "bare.db", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE line (n INTEGER PRIMARY KEY, who INTEGER, tag BLOB, c BLOB, d BLOB, sealed BLOB)",
            "CREATE TABLE k (who INTEGER PRIMARY KEY, wrapped BLOB)",
        ):
            connection.execute(statement)

        def work() -> None:
            rows, keys = [], []
            for number in range(persons):
                key = os.urandom(32)
                nonce = os.urandom(12)
                sealed = nonce + AESGCM(key).encrypt(nonce, b"x" * 256, b"context")
                tag = hmac.digest(key, b"tag", "sha256")[:16]
                commitment = hmac.digest(key, b"commit", "sha256")
                digest = hashlib.sha256(sealed).digest()
                hashlib.sha256(tag + commitment + digest).digest()
                rows.append((number, number, tag, commitment, digest, sealed))
                keys.append((number, key))
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO k VALUES (?, ?)", keys)
            connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")

        spent = _timed(work)
        connection.close()
        return spent


def _verification(entries: int) -> Iterator[Measurement]:
    """Entries a second, start of the process and reading the files included; the limit is hashing alone."""
    with _house() as house, tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out"
        bulk(house.log, entries)
        yield Measurement("export", entries / _timed(lambda: house.log.export(out)), "entries/s")
        bodies = [bytes(350)] * entries
        limit = entries / _timed(lambda: _bare_root(bodies))
        command = [sys.executable, "-I", str(out / "verify_log.py"), str(out), "--vkey", house.log.vkey]
        spent = _timed(lambda: subprocess.run(command, check=True, capture_output=True))
        goal = ">= 100000 entries/s"
        yield Measurement("verify an export, alone", entries / spent, "entries/s", limit, goal)
        spent = _timed(lambda: verify_export(out, house.log.vkey))
        yield Measurement("verify an export", entries / spent, "entries/s", limit, goal)
        spent = _timed(house.log.verify)
        yield Measurement("verify the database, one checkpoint", entries / spent, "entries/s", limit, goal)
    with _house() as house:
        for _ in range(2000):
            bulk_one(house)
        size = house.log.size()
        key = Ed25519PrivateKey.generate()
        limit = size / _timed(lambda: [key.sign(bytes(120)) for _ in range(size)])
        spent = _timed(house.log.verify)
        # Its limit is not the hashing but a signature for each checkpoint.
        yield Measurement("verify the database, a checkpoint an entry", size / spent, "entries/s", limit)


def bulk_one(house: House) -> None:
    """One more entry with a checkpoint of its own."""
    with house.database.unit_of_work() as uow:
        house.log.append(
            uow, "anchor", {"channel": "mail", "size": 0, "root": hashlib.sha256(b"").hexdigest()}
        )
        uow.commit()
    house.log.sign()


def _bare_root(bodies: list[bytes]) -> bytes:
    level = [hashlib.sha256(b"\x00" + body).digest() for body in bodies]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [
            hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)
        ] + odd
    return level[0]


def _filters(database: Database) -> Iterator[Measurement]:
    """Pages and counts of `transfers` over half a million transfers with a million lines."""
    _fill(database, LOGGED)
    now = database.clock.now()
    week = {"since": now - timedelta(days=7), "until": now}
    filters = {
        "none": TransferFilter(),
        "recipient": TransferFilter(recipient="credit"),
        "purpose": TransferFilter(purpose="collection"),
        "state": TransferFilter(state=TransferState.IN_DOUBT),
        "rare state": TransferFilter(state=TransferState.SENDING),
        "staff": TransferFilter(staff_id=3),
        "customer": TransferFilter(customer_id=4711),
        "week": TransferFilter(**week),  # type: ignore[arg-type]
        "year": TransferFilter(since=now - timedelta(days=365)),
        "recipient, purpose, week": TransferFilter(recipient="post", purpose="invoicing", **week),  # type: ignore[arg-type]
        "staff, state": TransferFilter(staff_id=3, state=TransferState.REFUSED),
        "nobody": TransferFilter(staff_id=999),
    }
    everything: list[float] = []
    with database.reading() as connection:
        for name, wanted in filters.items():
            pages = [_timed(lambda: transfers.page(connection, wanted)) * 1000 for _ in range(ROUNDS)]  # noqa: B023
            counts = [_timed(lambda: transfers.count(connection, wanted)) * 1000 for _ in range(ROUNDS)]  # noqa: B023
            everything += pages + counts
            yield Measurement(f"filter {database.dialect}, {name}, page p99", percentile(pages, 0.99), "ms")
            yield Measurement(f"filter {database.dialect}, {name}, count p99", percentile(counts, 0.99), "ms")
    yield Measurement(f"filters {database.dialect} p99", percentile(everything, 0.99), "ms", goal="<= 50 ms")


def _fill(database: Database, count: int) -> None:
    now = database.clock.now().timestamp() * 1000
    step = 4 * 365 * 86_400_000 / count
    with database.unit_of_work() as uow:
        for code in _RECIPIENTS:
            uow.connection.execute(
                recipient_version_table.insert().values(
                    code=code, version=1, recorded_at=uow.now, record={"name": code}, changed={}
                )
            )
        for start in range(0, count, 20_000):
            numbers = range(start, min(count, start + 20_000))
            insert_rows(
                uow.connection,
                transfer_table,
                _COLUMNS,
                [_transfer(it, int(now - (count - it) * step)) for it in numbers],
            )
            insert_rows(
                uow.connection,
                transfer_line_table,
                (
                    "transfer_id",
                    "number",
                    "item_id",
                    "customer_id",
                    "key",
                    "tag",
                    "commitment",
                    "digest",
                    "code",
                    "pending",
                ),
                [
                    (
                        _id(it),
                        line,
                        str(line),
                        (it * 7 + line * 13) % 50_000,
                        f"{it}",
                        b"t",
                        b"c",
                        b"d",
                        "",
                        False,
                    )
                    for it in numbers
                    for line in range(2)
                ],
            )
        kept = [transfer_table.c[it] for it in ("recipient_code", "purpose", "state", "staff_id")]
        tallied = select(*kept, func.count()).group_by(*kept)
        names = [*(column.name for column in kept), "transfers"]
        uow.connection.execute(insert(transfer_tally_table).from_select(names, tallied))
        uow.commit()
    # As a database in use is after a night: PostgreSQL counts by an index alone only what was vacuumed.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.dialect == "sqlite" else "VACUUM ANALYZE")


_COLUMNS = (
    "id", "number", "recipient_code", "recipient_version", "purpose", "basis", "country", "task", "staff_id",
    "staff_name", "adapter", "adapter_version", "environment", "fields", "size", "payload_digest", "sealed",
    "state", "created_at", "owner", "lease_until",
)  # fmt: skip


def _id(number: int) -> str:
    return f"{number:08d}-0000-7000-8000-{number:012d}"


def _transfer(number: int, at: int) -> tuple[object, ...]:
    recipient = _RECIPIENTS[number * 31 % 17 % 5]
    return (
        _id(number), number * 2 + 1, recipient, 1, _PURPOSES[number * 37 % 23 % 5], "contract", "FI", "bench",
        number * 41 % 29 % 8, "Staff", "partner", "1", "test", "[]", 2, b"d", b"s" * 300, _STATES[number * 43 % 31 % 7],
        at, "owner", 0,
    )  # fmt: skip
