"""A register with partners, whose files are all known, and somebody who asks to be erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from core.config.schema import DatabaseSettings, KeySettings
from core.fence import Fence
from core.notices import service as notices
from core.rights import intake, reading, service
from core.rights.types import CaseDecision, CaseKind, Channel, Request
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.rights.conftest import SETTINGS
from tests.support.notice_house import Notices, open_notices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from core.register import Register

MONDAY = date(2026, 11, 23)


@dataclass
class House:
    """The register, its partners, and a case for whoever asks."""

    notices: Notices

    @property
    def register(self) -> Register:
        """The register."""
        return self.notices.register

    @property
    def actor(self) -> Actor:
        """Who handles the cases."""
        return self.notices.actor

    def granted(self, customer_id: int, **values: Any) -> int:
        """A granted erasure of a customer; returns the case's number."""
        usual: dict[str, Any] = {
            "kind": CaseKind.ERASURE,
            "received_on": MONDAY,
            "channel": Channel.LETTER,
            "signed": True,
            "language": "fi",
            "request": Request(name="Maija Mäkelä", words="Poistakaa tietoni."),
            "identified_how": "signature",
        }
        keyring = self.register.keyring
        with self.register.database.unit_of_work() as uow:
            case = intake.receive(
                uow, keyring, SETTINGS, self.actor, customer_id=customer_id, **{**usual, **values}
            )
            service.decide(
                uow, keyring, self.actor, case.number, CaseDecision.GRANTED, reasons="", version=case.version
            )
            uow.commit()
        return case.number

    def told(self, number: int) -> None:
        """Every notice of a case has been handled."""
        made = [it.id for it in self.notices.all() if it.reference == f"case {number}"]
        if made:
            with self.register.database.unit_of_work() as uow:
                notices.dismiss(uow, self.actor, made, reason="told by telephone")
                uow.commit()

    def state(self, number: int) -> str:
        """Where a case stands."""
        with self.register.database.reading() as connection:
            return reading.case(connection, number).state


@pytest.fixture
def house(
    database: Database,
    database_url: str,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """The house, with the fence beside its keys."""
    with NetvisorSandbox() as netvisor:
        opened = open_notices(database, keyring, clock, actor, tmp_path, netvisor, monkeypatch)
        keys = KeySettings(
            master_key_file=tmp_path / "master.key",
            log_key_file=tmp_path / "log.key",
            erasure_fence_file=tmp_path / "erasure.fence",
        )
        Fence.create(keys.erasure_fence_file)
        register = opened.register
        log = msgspec.structs.replace(register.config.log, high_water_file=tmp_path / "high")
        register.config = msgspec.structs.replace(
            register.config, keys=keys, log=log, database=DatabaseSettings(url=database_url)
        )
        yield House(opened)
