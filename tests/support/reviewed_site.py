"""A register with nine weeks behind it, seeded: a clerk who sends and looks, and what a reviewer is to find."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.clock import FixedClock
from core.customers.service import open_record
from core.customers.types import CustomerValues, Kind, NewCustomer
from core.disclosure.log.cosignature import Cosigner
from core.disclosure.review.errors import ApprovalWaiting
from core.documents.selection import Criteria, Order, plan_export
from core.errors import Refused
from core.staff.service import add_member
from tests.support.office import PEOPLE, SIGNED, open_office
from tui.bootstrap import Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.disclosure.types import TransferResult
    from core.register import Register

WEEKS = 9
_RECIPIENT = f"""
[recipients.house]
name = "Oma henkilökunta"
role = "staff"
agreement = "Salassapito"
agreement_from = {SIGNED}
purposes = ["customer_care"]
categories = ["customer_number", "name", "postal_address"]
adapter = "files"
"""
_CHANGES = {
    "# approval_persons = 1000": "approval_persons = 3",
    "# approval_first_use = true": "approval_first_use = false",
    "# unusual_week_persons = 20": "unusual_week_persons = 3",
    # Whenever the week is played, the hour and the day are usual.
    "# hours_from = 6": "hours_from = 0",
    "# hours_to = 20": "hours_to = 24",
    "# weekends = false": "weekends = true",
}


@dataclass
class ReviewedSite:
    """Where the reviewer sits down, and the colleague whose work is reviewed."""

    config: Path
    key_file: Path
    vkey: str
    clerk: Actor

    @contextmanager
    def register(self, at: datetime | None = None) -> Iterator[Register]:
        """The register, as of *at* or now."""
        workplace = Workplace(self.config)
        if at is not None:
            workplace.register.clock = FixedClock(at)
        try:
            yield workplace.register
        finally:
            workplace.close()

    def send(self, persons: int, *, recipient: str = "house", at: datetime | None = None) -> TransferResult:
        """The clerk exports so many customers' addresses for use in the house."""
        numbers = tuple(str(1001 + number) for number in range(persons))
        order = Order("csv", "customer_care", Criteria(numbers=numbers), recipient)
        with self.register(at) as register:
            return register.gate.release(self.clerk, plan_export(register, self.clerk, order))

    def opens(self, customer_id: int, *, at: datetime) -> None:
        """The clerk opens a card."""
        with self.register(at) as register, register.database.unit_of_work() as uow:
            open_record(uow, self.clerk, customer_id, task="customer_care")
            uow.commit()


def open_reviewed_site(directory: Path) -> ReviewedSite:
    """Found it, and let nine weeks pass."""
    now = datetime.now(UTC) - timedelta(hours=1)
    begin = now - timedelta(weeks=WEEKS)
    office = open_office(directory, FixedClock(begin))
    office.add_rows(
        [
            NewCustomer(
                CustomerValues(
                    Kind.PERSON, first, last, street=street, postcode=code, town=town, country="FI"
                )
            )
            for last, first, street, code, town in PEOPLE
        ]
    )
    with office.register.database.unit_of_work() as uow:
        added = add_member(
            uow, office.actor, user_name="kalle", name="Kalle Virtanen", password="kolme hiljaista venettä",
            roles=[Role.CLERK], language="fi",
        )  # fmt: skip
        uow.commit()
    office.register.close()
    config = directory / "config.toml"
    text = config.read_text(encoding="utf-8")
    for setting, changed in _CHANGES.items():
        assert setting in text
        text = text.replace(setting, changed)
    config.write_text(text + _RECIPIENT, encoding="utf-8")
    key_file = directory / "maija.key"
    vkey = Cosigner.create(key_file, "example.fi/maija").key.vkey
    clerk = Actor(added.id, "kalle", "Kalle Virtanen", frozenset({Role.CLERK}))
    site = ReviewedSite(config, key_file, vkey, clerk)
    _nine_weeks(site, begin, now)
    return site


def _nine_weeks(site: ReviewedSite, begin: datetime, now: datetime) -> None:
    for week in range(WEEKS):
        site.send(1, at=begin + timedelta(weeks=week, minutes=1))
    site.send(3, at=now)
    site.send(3, at=now)
    advertising = Order("csv", "direct_marketing", Criteria(numbers=("1001",)), "house")
    with site.register(now) as register, pytest.raises(Refused):
        plan_export(register, site.clerk, advertising)
    with pytest.raises(ApprovalWaiting):
        site.send(5, at=now)
    site.opens(3, at=now)
