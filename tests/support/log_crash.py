"""A worker that appends and signs until it is killed; it runs in a process of its own."""

from __future__ import annotations

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


def work(url: str, directory: str, first: int, told: Connection) -> None:
    """Append an intent, or an intent with its outcome, commit, sign, tell the size; again, for ever."""
    log = open_log(url, directory)
    log.size()
    told.send(0)
    number = first
    while True:
        with log.database.unit_of_work() as uow:
            log.append(uow, "intent", intent(number))
            if number % 2:
                log.append(uow, "outcome", outcome(number))
            uow.commit()
        told.send(log.sign().size)
        number += 1
