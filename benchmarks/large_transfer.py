"""One large transfer in a process of its own: prints seconds, peak megabytes, the processor's seconds of drawing it up
and of the transfer, then those of its preview and the peak with it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from core import migrations
from core.actor import Actor, Role
from core.customers.model import customer_table
from core.database import Database
from core.disclosure.gate import Gate
from core.disclosure.intent import record_intent
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.planning import draw_up
from core.disclosure.sealing import new_transfer_id
from core.disclosure.types import Preview, Subject, TransferRequest
from core.keys import KeyRing
from tests.support.gate_house import Partner, open_house

ACTOR = Actor(1, "bench", "Bench", frozenset(Role))


def make(directory: Path, persons: int) -> None:
    """A register of *persons* with one recipient."""
    from benchmarks.registers import invented, load

    database = Database.open(f"sqlite:///{directory / 'register.db'}")
    migrations.upgrade(database)
    open_house(database, KeyRing.create(directory / "master"), database.clock, ACTOR, directory)  # type: ignore[arg-type]
    load(database, invented(persons))
    database.close()


def measure(directory: Path) -> None:
    """Record the intent of everybody and sign it, from a plan and a preview that are ready."""
    database = Database.open(f"sqlite:///{directory / 'register.db'}")
    keyring = KeyRing.load(directory / "master")
    log = DisclosureLog(
        database, LogSigner.load(directory / "log.key"), database.clock, directory / "high-water"
    )
    gate = Gate(database, keyring, log, {"partner": Partner()}.__getitem__)
    with database.reading() as connection:
        ids = connection.execute(select(customer_table.c.id)).scalars().all()
    subjects = tuple(Subject(it, f"key-{it}", {}) for it in ids)
    request = TransferRequest(recipient="accountant", purpose="invoicing", subjects=subjects, task="bench")
    plan = gate.plan(ACTOR, request)
    preview = Preview(plan, (), bytes(32))
    began, worked = time.perf_counter(), time.process_time()
    with database.unit_of_work() as uow:
        record_intent(
            uow,
            keyring,
            log,
            gate.exits,
            actor=ACTOR,
            preview=preview,
            transfer_id=new_transfer_id(uow.now),
            rules=gate.rules,
        )
        uow.commit()
    log.sign()
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    memory = _peak()
    # Afterwards, so that the bytes of a preview and a second plan are not held against the transfer.
    began = time.process_time()
    gate.preview(plan)
    previewed, peak = time.process_time() - began, _peak()
    began = time.process_time()
    with database.reading() as connection:
        draw_up(connection, keyring, gate.exits, request, database.clock.now())
    drawn_up = time.process_time() - began
    sys.stdout.write(f"{seconds} {memory} {drawn_up} {processor} {previewed} {peak}\n")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 2:
        make(Path(sys.argv[2]), int(sys.argv[1]))
    elif Path(sys.argv[1]).is_dir():
        measure(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            # Made by another process: what making needs is not held against the transfer.
            for arguments in ([sys.argv[1], folder], [folder]):
                command = [sys.executable, "-m", "benchmarks.large_transfer", *arguments]
                subprocess.run(command, check=True, cwd=Path(__file__).parents[1])
