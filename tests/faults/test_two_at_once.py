"""Two at once: a double click sends once, and a ban is either seen or waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from core.customers import bans
from core.customers.bans import BanKind
from core.disclosure import transfers
from core.disclosure.errors import KeyInUse
from core.disclosure.types import TransferState
from core.errors import RegisterError
from tests.support.gate_house import House, open_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.disclosure.types import TransferResult
    from core.keys import KeyRing

TOGETHER = 6


@pytest.fixture
def house(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> House:
    """A register, its gate, and a partner."""
    return open_house(database, keyring, clock, actor, tmp_path)


def test_the_same_thing_sent_by_several_at_once_goes_once(house: House) -> None:
    """Of threads that release the same key together exactly one sends; the others are told by whom it was sent."""
    customer = house.add()
    previews = [
        house.gate.preview(house.gate.plan(house.actor, house.request(customer))) for _ in range(TOGETHER)
    ]
    barrier = threading.Barrier(TOGETHER)
    ends: list[TransferResult | RegisterError] = []

    def release(place: int) -> None:
        barrier.wait()
        try:
            ends.append(house.gate.release(house.actor, previews[place]))
        except RegisterError as error:
            ends.append(error)

    threads = [threading.Thread(target=release, args=(place,)) for place in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(house.partner.arrivals) == 1
    assert sorted(type(end).__name__ for end in ends) == ["KeyInUse"] * (TOGETHER - 1) + ["TransferResult"]
    refusals = [end for end in ends if isinstance(end, KeyInUse)]
    assert all("transfer 1" in str(refusal) for refusal in refusals)
    assert house.log.verify(transfers.stored_lines).verified


def test_a_ban_during_the_intent_waits_for_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment the gate has read the bans until the intent is durable, nobody can slip one in unseen."""
    customer = house.add()
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(customer)))
    forbidden = threading.Event()

    def forbid() -> None:
        with house.database.unit_of_work() as uow:
            since = house.clock.now().date()
            bans.forbid(uow, house.actor, customer.id, BanKind.DIRECT_MARKETING, origin="letter", since=since)
            uow.commit()
        forbidden.set()

    thread = threading.Thread(target=forbid)
    log = cast("Any", house.log)
    real = log.append
    seen: list[bool] = []

    def slow(uow: object, kind: str, body: object) -> int:
        if kind == "intent":
            thread.start()
            seen.append(forbidden.wait(0.4))
        return cast("int", real(uow, kind, body))

    monkeypatch.setattr(log, "append", slow)
    result = house.gate.release(house.actor, preview)
    thread.join()
    assert result.state is TransferState.DELIVERED
    assert seen == [False]
    assert forbidden.is_set()


def test_many_orders_sent_at_once_make_one_log(house: House) -> None:
    """Several threads sending different people leave a log without gaps that verifies."""
    people = [house.add() for _ in range(TOGETHER * 4)]
    failures: list[RegisterError] = []

    def send(place: int) -> None:
        for customer in people[place::TOGETHER]:
            try:
                house.gate.send(house.actor, house.request(customer))
            except RegisterError as error:
                failures.append(error)

    threads = [threading.Thread(target=send, args=(place,)) for place in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(house.partner.records) == len(people)
    report = house.log.verify(transfers.stored_lines)
    assert report.verified, report.problems
    assert report.size == 1 + 2 * len(people)
