"""A register with one partner whose faults can be switched on: what tests of the gate start from."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from core.config import Recipient
from core.customers import service
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.exits import (
    Accepted,
    ExitManifest,
    Item,
    NotFound,
    NotSent,
    Partial,
    Payload,
    Rejected,
    Unknown,
)
from core.disclosure.gate import Gate
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.log.faults import FaultLatch
from core.disclosure.permit import check_permit
from core.disclosure.purposes import PURPOSES
from core.disclosure.recipients import sync_recipients
from core.disclosure.types import Subject, TransferRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.disclosure.exits import Attempt, InquiryResult, Outcome, Permit

    Fate = Accepted | Rejected | NotSent | NotFound | Unknown
    from core.disclosure.listener import TransferListener
    from core.keys import KeyRing

LETTER = Source(SourceKind.SELF, "letter")
MATTI = CustomerValues(
    first_name="Matti",
    last_name="Meikäläinen",
    email="matti.meikalainen@example.fi",
    phone="+358401234567",
    www="https://matti.example.fi",
    street="Mannerheimintie 5 A 12",
    postcode="00100",
    town="Helsinki",
    country="FI",
)


ACCOUNTANT = Recipient(
    name="Tilitoimisto Esimerkki Oy",
    business_id="2077474-0",
    role="processor",
    agreement="DPA 2026-04",
    agreement_from=date(2026, 1, 1),
    purposes=tuple(PURPOSES),
    categories=("customer_number", "name", "organisation", "contact", "postal_address", "orders"),
    adapter="partner",
)


MANIFEST = ExitManifest(
    name="partner",
    version="1.0.0",
    purposes=frozenset(PURPOSES),
    requires=frozenset({"customer.number"}),
    may_use=frozenset(
        {
            "name.first",
            "name.last",
            "organisation.name",
            "email",
            "address.street",
            "address.postcode",
            "address.town",
        }
    ),
    in_doubt="inquire",
    settle_seconds=60,
    environment="sandbox",
    destinations=("localhost",),
)


class Stop(BaseException):
    """The program is being stopped in the middle of a sending."""


@dataclass
class Partner:
    """A partner's service and the exit that leads to it.

    ``fault`` says what goes wrong next: ``refuse``, ``no_connection``, ``lost_request``, ``lost_reply``,
    ``raise_before``, ``raise_after``, ``stop_after``, ``no_attempt``, ``partial``; ``inquiry`` what an inquiry meets:
    ``answer``, ``silent`` or ``raise``.
    """

    manifest: ExitManifest = MANIFEST
    fault: str = ""
    inquiry: str = "answer"
    leak: str = ""
    answer: dict[str, object] = field(default_factory=dict)
    records: dict[str, bytes] = field(default_factory=dict)
    arrivals: list[tuple[str, int]] = field(default_factory=list)
    rendered: int = 0
    inquiries: int = 0

    def render(self, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """One JSON document an item; `leak` is put into each as an adapter at fault would."""
        self.rendered += 1
        return tuple(
            Payload(
                (item.id,),
                json.dumps({"fields": dict(item.fields), "leak": self.leak}, ensure_ascii=False).encode(),
                "application/json",
                "record",
            )
            for item in items
        )

    def deliver(
        self,
        permit: Permit,
        purpose: str,
        items: Sequence[Item],
        payloads: Sequence[Payload],
        attempt: Attempt,
    ) -> Outcome:
        """Send each payload, with the fault that is switched on."""
        check_permit(permit)
        if self.fault == "raise_before":
            raise RuntimeError("before anything was sent")
        if self.fault != "no_attempt":
            attempt("POST record", b"\x00" * 32)
        if self.fault == "no_connection":
            return NotSent("no_connection")
        if self.fault == "refuse":
            return Rejected("INVALID", "The record was refused")
        if self.fault in ("lost_request", "raise_after_lost"):
            return self._end(Unknown("timeout"))
        if self.fault == "partial":
            return self._partial(permit, items, payloads)
        for item, payload in zip(items, payloads, strict=True):
            self._store(permit, item, payload)
        if self.fault == "lost_reply":
            return Unknown("timeout")
        return self._end(Accepted("ref-1", answer=self.answer))

    def _end(self, outcome: Outcome) -> Outcome:
        if self.fault in ("raise_after", "raise_after_lost"):
            raise RuntimeError("after it was sent")
        if self.fault == "stop_after":
            raise Stop
        return outcome

    def _partial(self, permit: Permit, items: Sequence[Item], payloads: Sequence[Payload]) -> Partial:
        fates: itertools.cycle[Fate] = itertools.cycle(
            [Accepted("ref"), Rejected("INVALID"), Unknown("timeout"), NotSent("skipped")]
        )
        outcomes: dict[str, Fate] = dict(zip([item.id for item in items], fates, strict=False))
        for item, payload in zip(items, payloads, strict=True):
            if isinstance(outcomes[item.id], Accepted):
                self._store(permit, item, payload)
        return Partial(outcomes)

    def _store(self, permit: Permit, item: Item, payload: Payload) -> None:
        self.records[item.key] = payload.content
        self.arrivals.append((item.key, permit.log_index))

    def inquire(self, permit: Permit, items: Sequence[Item]) -> InquiryResult:
        """Whether the records are there, unless the partner is silent."""
        check_permit(permit)
        self.inquiries += 1
        assert not any(item.fields for item in items)
        if self.inquiry == "raise":
            raise RuntimeError("the partner is down")
        if self.inquiry == "silent":
            return Unknown("timeout")
        if len(items) == 1:
            return Accepted("ref-1") if items[0].key in self.records else NotFound()
        return Partial(
            {
                item.id: Accepted("ref-1") if item.key in self.records else NotSent("not_found")
                for item in items
            }
        )


@dataclass
class House:
    """The register around a gate, and the partner outside it."""

    database: Database
    keyring: KeyRing
    log: DisclosureLog
    clock: FixedClock
    actor: Actor
    partner: Partner
    gate: Gate
    keys: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def record(self, **changes: Any) -> None:
        """Register the recipient ``accountant`` as changed."""
        with self.database.unit_of_work() as uow:
            sync_recipients(uow, self.actor, {"accountant": msgspec.structs.replace(ACCOUNTANT, **changes)})
            uow.commit()

    def declare(self, **changes: Any) -> None:
        """Change what the partner's exit declares."""
        self.partner.manifest = replace(self.partner.manifest, **changes)

    def add(self, values: CustomerValues = MATTI, **more: Any) -> Customer:
        """Add a customer."""
        with self.database.unit_of_work() as uow:
            customer = service.add(uow, self.actor, values, LETTER, **more)
            uow.commit()
        return customer

    def request(self, *customers: Customer, **more: Any) -> TransferRequest:
        """A request to send customers to the accountant, each with a key of its own."""
        subjects = tuple(Subject(it.id, f"key-{it.number}", more.pop("extra", {})) for it in customers)
        return TransferRequest(
            **{"recipient": "accountant", "purpose": "invoicing", "subjects": subjects, "task": "test"} | more
        )


def open_house(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    directory: Path,
    listeners: Sequence[TransferListener] = (),
) -> House:
    """A register with its log begun and its one recipient registered."""
    signer = LogSigner.create(directory / "log.key", "register.example/log")
    latch = FaultLatch(directory / "high-water.fault")
    log = DisclosureLog(database, signer, clock, directory / "high-water", latch=latch)
    log.create(policy="1", software="0.1.0")
    partner = Partner()
    gate = Gate(database, keyring, log, {"partner": partner}.__getitem__, listeners)
    house = House(database, keyring, log, clock, actor, partner, gate)
    house.record()
    return house
