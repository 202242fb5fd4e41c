"""The master key is changed: everything opens as before, nothing opens under the old one, whenever it was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from core import keys, master_key
from core.actor import Role
from core.customers import sealed
from core.database import UnitOfWork
from core.disclosure.log.model import log_entry
from core.disclosure.log.rotation import install
from core.errors import NotPermitted
from core.keys import KeyRing, KeyTurned, data_key_table, next_master_file
from core.master_key import WRAPPED, rotate, status
from core.rights import reading
from core.rights.erasure.service import carry_out, tell
from core.rights.types import CaseState
from tests.erasure.test_erasure import live

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from tests.conftest import MakeActor
    from tests.erasure.conftest import House

DAY = 24 * 60 * 60


def wrapped(connection: Connection) -> list[bytes]:
    """Every wrapped key."""
    return [key for _, _, column in WRAPPED for key in connection.execute(select(column)).scalars() if key]


def kinds(house: House) -> list[str]:
    """What kinds of entries the log has."""
    with house.register.database.reading() as connection:
        return list(connection.execute(select(log_entry.c.kind).order_by(log_entry.c.entry_index)).scalars())


def stop_at(point: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the *point*-th durable step be done and nothing after it."""
    reached = 0

    def stopping(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal reached
            found = real(*arguments, **named)
            reached += 1
            if reached == point:
                raise KeyboardInterrupt
            return found

        return step

    monkeypatch.setattr(master_key, "_write_next", stopping(master_key._write_next))
    monkeypatch.setattr(UnitOfWork, "commit", stopping(UnitOfWork.commit))
    monkeypatch.setattr(master_key, "install", stopping(install))


def test_everything_opens_as_before_and_nothing_under_the_old_key(house: House, clock: Any) -> None:
    """Bank details, cases' words and the log's proofs stay; keys as they were wrapped open for nobody any more."""
    register = house.register
    path = register.config.keys.master_key_file
    one = live(house)
    number = house.granted(one)
    with register.database.reading() as connection:
        before = wrapped(connection)
        assert status(register, connection).is_due(clock.now().date()) is False
    old = KeyRing.load(path)
    done = rotate(register, house.actor)
    assert (done.before, done.keys) == (old.master_key_id, len(before))
    new = KeyRing.load(path)
    assert (new.master_key_id, new.following, done.after) == (
        register.keyring.master_key_id,
        None,
        new.master_key_id,
    )
    with register.database.reading() as connection:
        after = wrapped(connection)
        assert (
            sealed.iban_of(connection, new, one)
            == sealed.iban_of(connection, register.keyring, one)
            is not None
        )
        assert reading.request_of(connection, new, number).words == "Poistakaa tietoni."
        assert set(connection.execute(select(data_key_table.c.master_key_id)).scalars()) == {
            new.master_key_id
        }
        found = status(register, connection)
    assert not set(before) & set(after)
    assert [new.tried(key) for key in before] == [None] * len(before)
    assert [old.tried(key) for key in after] == [None] * len(after)
    assert all(new.keyed_digest(name, b"x") == old.keyed_digest(name, b"x") for name in keys.CARRIED)
    assert kinds(house)[-1] == "shred"
    assert register.log.verify().problem_count == 0
    assert found.since == clock.now()
    clock.advance(366 * DAY)
    assert found.is_due(clock.now().date())
    tell(register, house.actor, number)
    house.told(number)
    assert carry_out(register, house.actor, number).case.state is CaseState.CLOSED


@pytest.mark.parametrize("point", range(1, 8))
def test_a_change_that_was_stopped_is_gone_on_with(
    house: House, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    """After any step everything opens, new keys too; the same command does the rest, and the log says it once."""
    register = house.register
    path = register.config.keys.master_key_file
    one = live(house)
    first = register.keyring.master_key_id
    stopped = False
    with monkeypatch.context() as patch:
        stop_at(point, patch)
        try:
            rotate(register, house.actor)
        except KeyboardInterrupt:
            stopped = True
    restarted = KeyRing.load(path)
    other = house.notices.add(first_name="Toinen")
    for ring in (restarted, register.keyring):
        with register.database.unit_of_work() as uow:
            assert sealed.iban_of(uow.connection, ring, one) is not None
            ring.data_key(uow, other.id)
            uow.commit()
    if stopped and (restarted.following is not None or restarted.master_key_id == first):
        register.__dict__["keyring"] = restarted
        rotate(register, house.actor)
    final = KeyRing.load(path)
    assert not next_master_file(path).exists()
    with register.database.reading() as connection:
        assert all(final.tried(key) is not None for key in wrapped(connection))
    assert kinds(house).count("shred") == 1
    assert register.log.verify().problem_count == 0


def test_a_program_that_runs_meanwhile_follows_and_one_with_the_old_file_makes_no_key(house: House) -> None:
    """Another process reads the key file again by itself; whoever has a copy of the old key alone is refused."""
    register = house.register
    path = register.config.keys.master_key_file
    one = live(house)
    running, copied = KeyRing.load(path), KeyRing(register.keyring._master)
    rotate(register, house.actor)
    other = house.notices.add(first_name="Toinen")
    with register.database.unit_of_work() as uow:
        with pytest.raises(KeyTurned):
            copied.data_key(uow, other.id)
        running.data_key(uow, other.id)
        assert sealed.iban_of(uow.connection, running, one) is not None
        uow.commit()


def test_only_an_administrator_changes_the_key(house: House, make_actor: MakeActor) -> None:
    """The contact person does not."""
    with pytest.raises(NotPermitted):
        rotate(house.register, make_actor(Role.CONTACT_PERSON))
