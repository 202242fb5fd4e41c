"""Changing the master key: every wrapped key is wrapped anew under the next one, then the old one is destroyed.

Each step is durable before the next and done again harmlessly, so that after a crash the same command goes on:

1. the next key is written beside the old one (``….next``);
2. the database says that the next one is in force: whoever makes a key from here on wraps it under that;
3. data keys and cases' keys are wrapped anew, some thousands at a time, and all of them are looked at again;
4. the log gets its entry, and the next key's file takes the old one's place, whose bytes are overwritten.

A backup of before holds keys under the old master key, which nothing opens any more: that is the point of it, and why a
backup has to be made right after.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from core import environment
from core.actor import Role, require
from core.bulk import update_many
from core.clock import HELSINKI
from core.disclosure.log.high_water import sync_directory
from core.disclosure.log.keeping_errors import FileUnwritable
from core.disclosure.log.rotation import install
from core.errors import Refused
from core.keys import (
    KeyRing,
    KeyTurned,
    Unopenable,
    data_key_table,
    master_key_table,
    next_master_file,
)
from core.messages import N_
from core.reasons import reason_of
from core.rights.deadlines import add_months
from core.rights.model import case_table

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import Column, Connection, Table

    from core.actor import Actor
    from core.register import Register

Place = tuple["Table", "Column[Any]", "Column[Any]"]
_CHUNK: Final = 5_000
_m = master_key_table.c
# Every column that holds a key wrapped under the master key, with its table's key.
WRAPPED: Final[tuple[Place, ...]] = (
    (data_key_table, data_key_table.c.customer_id, data_key_table.c.wrapped),
    (case_table, case_table.c.number, case_table.c.wrapped_key),
)


class KeyNotOurs(Refused):
    """The key file belongs to the service manager."""

    code = "keys.not_ours"
    sentence = N_(
        "The master key {path} is a credential of the service manager, which the register cannot change."
    )
    advice = N_(
        "Let keys.master_key_file name a file of ours (0600), change the key, and make a credential of it again."
    )


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Which key is in force (a one-way id), since when, whether a change is unfinished, and when the next one is due."""

    key_id: str
    since: datetime | None
    unfinished: bool
    due_on: date | None

    def is_due(self, today: date) -> bool:
        """Whether it should be changed, or a change be finished."""
        return self.unfinished or (self.due_on is not None and self.due_on <= today)


@dataclass(frozen=True, slots=True)
class Rotated:
    """A change: the ids of both keys, how many keys were wrapped anew by this call, and how long it took."""

    before: str
    after: str
    keys: int
    seconds: float


def status(register: Register, connection: Connection) -> MasterKey:
    """How the master key stands.  One that was never changed is as old as the oldest key under it."""
    row = connection.execute(select(_m.begun_at, _m.done_at)).first()
    since = None if row is None else row.done_at
    if since is None:
        since = connection.execute(select(func.min(data_key_table.c.made_at))).scalar()
    months = register.config.keys.master_key_months
    started = None if since is None else since.astimezone(HELSINKI).date()
    return MasterKey(
        register.keyring.master_key_id,
        since,
        next_master_file(register.config.keys.master_key_file).exists(),
        add_months(started, months) if started else None,
    )


def rotate(register: Register, actor: Actor) -> Rotated:
    """Change the master key, or go on with a change that was interrupted.

    Raises:
        NotPermitted: the actor administers nothing.
        KeyNotOurs, FileUnwritable: the key file cannot be changed.
        KeyTurned, Unopenable: the key file is another register's, or of before an earlier change.
        LogFault: the log cannot be signed; nothing was destroyed.
    """
    require(actor, Role.ADMINISTRATOR)
    began = time.monotonic()
    path = register.config.keys.master_key_file
    if environment.is_credential(path):
        raise KeyNotOurs(path=str(path))
    register.keyring.reload()
    old = register.keyring
    with register.database.reading() as connection:
        old.prove(connection)
        in_force = connection.execute(select(_m.key_id)).scalar()
    if old.following is None:
        if in_force not in (None, old.master_key_id):
            raise KeyTurned(path=str(path))
        _write_next(path, old)
        old.reload()
    new = old.following
    assert new is not None
    _bring_in(register, new)
    before, keys = old.master_key_id, 0
    for place in WRAPPED:
        keys += _wrap_anew(register, old, new, place)
    _look_again(register, new)
    _enter(register, old)
    install(next_master_file(path), path)
    old.reload()
    return Rotated(before, old.master_key_id, keys, time.monotonic() - began)


def _write_next(path: Path, old: KeyRing) -> None:
    following = next_master_file(path)
    try:
        KeyRing.create(following, old)
        sync_directory(following.parent)
    except OSError as error:
        raise FileUnwritable(path=str(following), reason=reason_of(error)) from error


def _bring_in(register: Register, new: KeyRing) -> None:
    with register.database.unit_of_work() as uow:
        uow.connection.execute(
            update(master_key_table)
            .where(_m.key_id.is_distinct_from(new.master_key_id))
            .values(key_id=new.master_key_id, begun_at=uow.now, done_at=None)
        )
        uow.commit()


def _wrap_anew(register: Register, old: KeyRing, new: KeyRing, place: Place) -> int:
    """Wrap one table's keys anew, chunk by chunk in the order of its key; returns how many were under the old one."""
    table, key, wrapped = place
    done, after = 0, 0
    named = [wrapped.name] + (["master_key_id"] if "master_key_id" in table.c else [])
    while True:
        with register.database.unit_of_work() as uow:
            some = uow.connection.execute(
                select(key, wrapped)
                .where(key > after, wrapped.is_not(None))
                .order_by(key)
                .limit(_CHUNK)
                .with_for_update()
            ).all()
            if not some:
                return done
            rows: list[tuple[Any, ...]] = []
            for of, kept in some:
                if new.tried(kept) is None:
                    opened = old.tried(kept)
                    if opened is None:
                        raise Unopenable
                    rows.append((new.wrap(opened), *[new.master_key_id][: len(named) - 1], of))
            update_many(uow.connection, table, named, (key.name,), rows)
            uow.commit()
        done += len(rows)
        after = some[-1][0]


def _look_again(register: Register, new: KeyRing) -> None:
    """Every key opens under the new one before the old one goes.

    Raises:
        Unopenable: one does not.
    """
    with register.database.reading() as connection:
        for _, key, wrapped in WRAPPED:
            chosen = select(wrapped).where(wrapped.is_not(None)).order_by(key)
            with connection.execution_options(yield_per=_CHUNK).execute(chosen) as kept:
                if any(new.tried(one) is None for one in kept.scalars()):
                    raise Unopenable


def _enter(register: Register, old: KeyRing) -> None:
    """The log says that a key is destroyed, once, before it is."""
    with register.database.unit_of_work() as uow:
        done = uow.connection.execute(
            update(master_key_table).where(_m.done_at.is_(None)).values(done_at=uow.now)
        )
        if done.rowcount:
            register.log.append(uow, "shred", {"reason": "rotation", "keys": [old.public_id]})
        uow.commit()
    register.log.sign()
