"""Workers that append and sign until they are killed: forked from a nursery that has everything loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import SystemClock
from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner
from tests.support.log_bodies import intent, outcome

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def open_log(url: str, directory: str) -> DisclosureLog:
    """The log in the database at *url*, its key and mark in *directory*."""
    folder = Path(directory)
    signer = LogSigner.load(folder / "log.key")
    return DisclosureLog(Database.open(url), signer, SystemClock(), folder / "log.high-water")


def nursery(url: str, directory: str, orders: Connection) -> None:
    """For each number received, fork a worker and send its process id; send it again once the worker is dead."""
    log = open_log(url, directory)
    _transfer(log, 1)
    # The statements stay compiled; each worker makes connections of its own.
    log.database.close()
    while True:
        first = orders.recv()
        worker = os.fork()
        if not worker:
            _work(log, directory, first)
        orders.send(worker)
        os.waitpid(worker, 0)
        orders.send(worker)


def _transfer(log: DisclosureLog, number: int) -> int:
    with log.database.unit_of_work() as uow:
        log.append(uow, "intent", intent(number))
        if number % 2:
            log.append(uow, "outcome", outcome(number))
        uow.commit()
    return log.sign().size


def _work(log: DisclosureLog, directory: str, first: int) -> None:
    """Transfer after transfer, for ever; each signed size is told by a line in a file."""
    told = os.open(Path(directory) / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    number = first
    while True:
        os.write(told, b"%d\n" % _transfer(log, number))
        number += 1
