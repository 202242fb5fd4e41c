"""No socket opens without a permit: watched by the interpreter's own audit events, with the real adapter."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.disclosure.errors import PermitRefused
from core.disclosure.log import LogFault
from core.disclosure.recipients import sync_recipients
from core.disclosure.types import Subject, TransferRequest, TransferState
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import partners
from tests.support.gate_house import ACCOUNTANT, House, open_house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.disclosure.types import Preview
    from core.keys import KeyRing

ORDER = {name: value for name, value in partners.invoicing_item().fields.items() if name.startswith("order.")}


@dataclass
class Watch:
    """Counts connections while it is on; an audit hook cannot be taken away again."""

    on: bool = False
    opened: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """The hook itself."""
        if self.on and event in ("socket.connect", "socket.sendto", "subprocess.Popen"):
            self.opened.append(event)


WATCH = Watch()


@contextmanager
def watching() -> Iterator[list[str]]:
    """The connections opened while the block runs."""
    if not WATCH.opened and not getattr(watching, "hooked", False):
        sys.addaudithook(WATCH)
        watching.hooked = True  # type: ignore[attr-defined]
    WATCH.opened.clear()
    WATCH.on = True
    try:
        yield WATCH.opened
    finally:
        WATCH.on = False


@pytest.fixture
def house(
    sqlite_url: str,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """A register whose accountant is reached through the real Netvisor adapter."""
    from core.database import Database

    database: Database = Database.open(sqlite_url, clock)
    house = open_house(database, keyring, clock, actor, tmp_path)
    with NetvisorSandbox(partners.NETVISOR_KEYS) as sandbox:
        partner = partners.netvisor_partner(monkeypatch, sandbox.base_url)
        hub = partners.hub(tmp_path, clock, database, netvisor=partner)
        house.gate.exits = hub.exit
        record = msgspec.structs.replace(ACCOUNTANT, adapter="netvisor")
        with database.unit_of_work() as uow:
            sync_recipients(uow, actor, {"accountant": record})
            uow.commit()
        yield house
    database.close()


def previewed(house: House) -> Preview:
    """A customer's order, ready to leave."""
    subject = Subject(house.add().id, "10001", ORDER)
    request = TransferRequest("accountant", "invoicing", (subject,), "send_order")
    return house.gate.preview(house.gate.plan(house.actor, request))


def test_planning_and_preview_open_nothing(house: House) -> None:
    """The bytes exist and can be looked at before anybody outside hears of it."""
    with watching() as opened:
        preview = previewed(house)
    assert [payload.label for payload in preview.payloads] == ["customer", "invoice"]
    assert opened == []


def test_a_log_that_cannot_be_signed_opens_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: without a signed intent there is no permit, and without one no connection."""
    preview = previewed(house)

    def broken() -> None:
        raise LogFault

    monkeypatch.setattr(house.log, "sign", broken)
    with watching() as opened, pytest.raises(LogFault):
        house.gate.release(house.actor, preview)
    assert opened == []


def test_an_exit_without_a_permit_opens_nothing(house: House) -> None:
    """Whoever calls the real exit past the gate gets a refusal, not a connection."""
    preview = previewed(house)
    exit_ = house.gate.exits("netvisor")

    class Forged:
        transfer_id, log_index, user_name = "x", 1, "matti"

    with watching() as opened:
        with pytest.raises(PermitRefused):
            exit_.deliver(Forged(), "invoicing", preview.plan.items, preview.payloads, partners.Attempts())
        with pytest.raises(PermitRefused):
            exit_.inquire(Forged(), preview.plan.items)
    assert opened == []


def test_with_a_permit_it_goes(house: House) -> None:
    """The watch does see the connections of a transfer that is allowed."""
    preview = previewed(house)
    with watching() as opened:
        result = house.gate.release(house.actor, preview)
    assert result.state is TransferState.DELIVERED
    assert "socket.connect" in opened
