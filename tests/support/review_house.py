"""A register with a partner, a clerk who sends and a reviewer who reviews: what tests of reviews start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.actor import Actor, Role
from core.config.schema import (
    Config,
    Controller,
    GateSettings,
    KeySettings,
    LogSettings,
    RegisterSettings,
    ReviewSettings,
)
from core.disclosure.gate import Gate
from core.disclosure.review.approvals import ApprovalRules
from core.register import Register
from core.staff.agreements import AgreementTerms
from core.staff.members import members
from core.staff.service import add_member, first_administrator
from tests.support.gate_house import ACCOUNTANT, House, open_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.config import Recipient
    from core.customers.types import Customer
    from core.database import Database
    from core.disclosure.types import TransferResult
    from core.keys import KeyRing

PASSWORD = "kesäkuun kolme hiljaista venettä"
SIGNED = date(2026, 1, 2)


@dataclass
class ReviewHouse:
    """The register around a gate, its partner, and the people."""

    house: House
    register: Register
    clerk: Actor
    reviewer: Actor
    directory: Path

    @property
    def database(self) -> Database:
        """The database."""
        return self.house.database

    @property
    def gate(self) -> Gate:
        """The gate, with the rules of approval."""
        return self.register.gate

    def send(self, *customers: Customer, actor: Actor | None = None, **more: Any) -> TransferResult:
        """Send customers to the accountant, as the clerk unless told otherwise."""
        return self.gate.send(actor or self.clerk, self.house.request(*customers, **more))

    def rules(self, **rules: Any) -> None:
        """Turn on rules of approval."""
        self.gate.rules = ApprovalRules(**rules)

    def wait(self, *, days: float = 0, hours: float = 0) -> None:
        """Let time pass."""
        self.house.clock.advance(days * 86400 + hours * 3600)


def config_of(directory: Path, recipients: dict[str, Recipient] | None = None, **review: Any) -> Config:
    """The configuration of the register in *directory*."""
    controller = Controller(
        name="Esimerkki Oy", address="Katu 1", contact_person="Maija Meikäläinen", email="a@example.fi"
    )
    return Config(
        register=RegisterSettings(name="Asiakasrekisteri", controller=controller),
        keys=KeySettings(
            master_key_file=directory / "master.key",
            log_key_file=directory / "log.key",
            erasure_fence_file=directory / "erasure.fence",
        ),
        log=LogSettings(origin="register.example/log", high_water_file=directory / "high-water"),
        gate=GateSettings(approval_persons=0, approval_first_use=False),
        review=ReviewSettings(**review),
        recipients={"accountant": ACCOUNTANT} if recipients is None else recipients,
    )


def open_review_house(
    database: Database, keyring: KeyRing, clock: FixedClock, directory: Path
) -> ReviewHouse:
    """A register with its log begun, one recipient, Kalle Klerkki who sends and Riitta Reviisori who reviews."""
    terms = AgreementTerms("mappi 1", SIGNED, SIGNED)
    with database.unit_of_work() as uow:
        first_administrator(
            uow, user_name="riitta", name="Riitta Reviisori", password=PASSWORD, agreement=terms,
            roles=(Role.REVIEWER, Role.ADMINISTRATOR),
        )  # fmt: skip
        uow.commit()
    with database.unit_of_work() as uow:
        (first,) = members(uow.connection)
        reviewer = Actor(
            first.id, "riitta", "Riitta Reviisori", frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
        )
        added = add_member(
            uow, reviewer, user_name="kalle", name="Kalle Klerkki", password=PASSWORD, roles=[Role.CLERK], language="fi"
        )  # fmt: skip
        uow.commit()
    clerk = Actor(added.id, "kalle", "Kalle Klerkki", frozenset({Role.CLERK}))
    house = open_house(database, keyring, clock, clerk, directory)
    register = Register(config_of(directory), house.gate.exits, clock)
    register.__dict__.update(
        database=database,
        keyring=keyring,
        log=house.log,
        gate=Gate(database, keyring, house.log, house.gate.exits),
    )
    return ReviewHouse(house, register, clerk, reviewer, directory)
