"""A register with partners, and cases that are answered by letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from core.rights import intake, service
from core.rights.types import CaseKind, Channel, Request
from integrations.sandbox.netvisor import NetvisorSandbox
from integrations.typesetter import Typst
from tests.support.notice_house import Notices, open_notices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from core.register import Register
    from core.rights.types import Case, CaseDecision

MONDAY = date(2026, 11, 23)


@dataclass
class Desk:
    """The register, and shorthands for what a case goes through."""

    house: Notices
    typesetter: Typst

    @property
    def register(self) -> Register:
        """The register."""
        return self.house.register

    @property
    def actor(self) -> Actor:
        """Who handles the cases."""
        return self.house.actor

    def receive(self, kind: CaseKind = CaseKind.ACCESS, **values: Any) -> Case:
        """A request of Maija's, in a signed letter of Monday; who asks is unclear unless said otherwise."""
        usual: dict[str, Any] = {
            "received_on": MONDAY,
            "channel": Channel.LETTER,
            "signed": True,
            "language": "fi",
            "request": Request(name="Maija Mäkelä", words="Pyydän.", address="Koivukatu 1, 00100 Helsinki"),
        }
        settings = self.register.config.rights
        with self.register.database.unit_of_work() as uow:
            case = intake.receive(
                uow, self.register.keyring, settings, self.actor, kind=kind, **{**usual, **values}
            )
            uow.commit()
        return case

    def known(self, kind: CaseKind = CaseKind.ACCESS, **values: Any) -> Case:
        """The same of somebody in the register whose identity is known."""
        maija = self.house.add()
        return self.receive(kind, customer_id=maija.id, identified_how="signature", **values)

    def decide(self, case: Case, decision: CaseDecision, reasons: str = "") -> Case:
        """Decide a case."""
        with self.register.database.unit_of_work() as uow:
            decided = service.decide(
                uow,
                self.register.keyring,
                self.actor,
                case.number,
                decision,
                reasons=reasons,
                version=case.version,
            )
            uow.commit()
        return decided

    def templates_in(self, folder: Path) -> None:
        """Let the company have templates of its own in *folder*."""
        rights = msgspec.structs.replace(self.register.config.rights, letter_templates=folder)
        self.register.config = msgspec.structs.replace(self.register.config, rights=rights)


@pytest.fixture
def desk(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A register whose accountant is Netvisor's sandbox."""
    with NetvisorSandbox() as netvisor:
        yield Desk(open_notices(database, keyring, clock, actor, tmp_path, netvisor, monkeypatch), Typst())
