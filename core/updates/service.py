"""What the front ends call: prepare a run, apply it, look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.batches import service as batches
from core.batches.errors import NoSuchBatch
from core.batches.types import BatchKind
from core.memory import cycles_sought_seldom
from core.staff.access_log import Access, record_access
from core.updates.applying import carry_out
from core.updates.reads import rows_of, spared_of
from core.updates.staging import stage
from core.updates.types import Outcome, UpdateRun
from core.updates.undo import undo as take_back

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.database import UnitOfWork
    from core.register import Register
    from core.updates.types import Reason, SparedRow, UpdateRow

SAMPLE: Final = 3


def prepare(
    register: Register,
    actor: Actor,
    service_name: str,
    path: Path,
    *,
    again: bool = False,
    progress: Watcher | None = None,
) -> UpdateRun:
    """Read a service's answer and foresee what would become of each row; no customer is changed.

    The same file read before gives a fresh run when nothing was applied, the same run when it is half-applied.

    Raises:
        FileRefused: the file is not the table that the mapping describes; nothing was kept.
        AlreadyDone: the file has been applied before, and *again* doesn't say that this is meant.
        NoSuchService, ConfigError: the mapping is not there or not as it should be.
    """
    require(actor, Role.IMPORTER)
    with cycles_sought_seldom():
        batch = stage(register, actor, service_name, path, again=again, progress=progress)
    with register.database.reading() as connection:
        return _with_samples(connection, batch)


def apply(register: Register, actor: Actor, run_id: int, *, progress: Watcher | None = None) -> UpdateRun:
    """Apply a prepared run, or go on with an interrupted one, deciding on what is true now.

    *progress* is told after each chunk; when it answers False the run stops there, in state *applying*.

    Raises:
        NoSuchBatch, NotReady, AlreadyApplied: there is nothing to apply.
        CannotWrite: all is applied but the quarantine file could not be written; call again when there is room.
    """
    require(actor, Role.IMPORTER)
    with cycles_sought_seldom():
        batch = carry_out(register, actor, run_id, progress=progress)
    with register.database.reading() as connection:
        return _with_samples(connection, batch)


def undo(register: Register, actor: Actor, run_id: int, *, progress: Watcher | None = None) -> UpdateRun:
    """Take back everything that run *run_id* wrote but what was changed since, or go on with that.

    The answer is the undo's own run; `spared` lists what it left. *progress* is told after each chunk; when it answers
    False the undo stops there.

    Raises:
        NoSuchBatch, NothingToUndo, AlreadyUndone: there is nothing to undo.
    """
    with cycles_sought_seldom():
        return UpdateRun(take_back(register, actor, run_id, progress=progress))


def undo_of(connection: Connection, run_id: int) -> Batch | None:
    """The undo of run *run_id*, finished or not; None when there is none."""
    return batches.undo_of(connection, run_id)


def spared(connection: Connection, undo_id: int, *, offset: int = 0, limit: int = 50) -> list[SparedRow]:
    """What the undo *undo_id* spared, in the order of the run's file."""
    return spared_of(connection, undo_id, offset=offset, limit=limit)


def run(connection: Connection, run_id: int) -> UpdateRun:
    """Run *run_id* with a few rows of each outcome.

    Raises:
        NoSuchBatch: there is none.
    """
    return _with_samples(connection, batches.get(connection, run_id, BatchKind.UPDATE))


def runs(connection: Connection, *, limit: int = 50) -> list[Batch]:
    """The latest runs, newest first."""
    return batches.listed(connection, BatchKind.UPDATE, limit=limit)


def rows(
    connection: Connection,
    run_id: int,
    outcome: Outcome | None = None,
    *,
    reason: Reason | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[UpdateRow]:
    """Rows of a run in the order of its file.

    Raises:
        NoSuchBatch: there is no such run.
    """
    batch = batches.get(connection, run_id, BatchKind.UPDATE)
    return rows_of(connection, batch, outcome, reason=reason, offset=offset, limit=limit)


def open_spared(
    register: Register, actor: Actor, run_id: int, *, offset: int = 0, limit: int = 50
) -> list[SparedRow]:
    """What the undo of run *run_id* left, for a person to look at: the look goes into the access log.

    Raises:
        NoSuchBatch: the run has not been undone, or there is none.
    """
    require(actor, Role.IMPORTER, Role.REVIEWER)
    with register.database.unit_of_work() as uow:
        undo = batches.undo_of(uow.connection, run_id)
        if undo is None:
            raise NoSuchBatch(number=run_id)
        found = spared(uow.connection, undo.id, offset=offset, limit=limit)
        _record_look(uow, actor, run_id, len(found))
        uow.commit()
    return found


def open_run(register: Register, actor: Actor, run_id: int) -> UpdateRun:
    """Run *run_id* for a person to look at: the look goes into the access log.

    Raises:
        NoSuchBatch: there is none.
    """
    require(actor, Role.IMPORTER, Role.REVIEWER)
    with register.database.unit_of_work() as uow:
        found = run(uow.connection, run_id)
        _record_look(uow, actor, run_id, len(found.samples))
        uow.commit()
    return found


def open_rows(
    register: Register,
    actor: Actor,
    run_id: int,
    outcome: Outcome | None = None,
    *,
    offset: int = 0,
    limit: int = 50,
) -> list[UpdateRow]:
    """`rows` for a person to look at: the look goes into the access log.

    Raises:
        NoSuchBatch: there is no such run.
    """
    require(actor, Role.IMPORTER, Role.REVIEWER)
    with register.database.unit_of_work() as uow:
        found = rows(uow.connection, run_id, outcome, offset=offset, limit=limit)
        _record_look(uow, actor, run_id, len(found))
        uow.commit()
    return found


def _record_look(uow: UnitOfWork, actor: Actor, run_id: int, count: int) -> None:
    task, detail = f"address update {run_id}, report", f"{count} rows"
    record_access(uow, actor, action=Access.LIST, customer_id=None, task=task, detail=detail)


def _with_samples(connection: Connection, batch: Batch) -> UpdateRun:
    samples = [row for outcome in Outcome for row in rows_of(connection, batch, outcome, limit=SAMPLE)]
    return UpdateRun(batch, tuple(samples))
