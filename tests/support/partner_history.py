"""Random histories of a register at work with its partners' sandboxes, and what these received, told by their raw bytes.

The truth is kept apart from the register: after each operation (each at a time of its own) the bytes that came over
the wire, or into the exchange folder, are read, and whoever they name was disclosed then, to that partner.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from core.config import Recipient
from core.config.schema import GateSettings, Partner, UpdateAnswer, UpdateService
from core.customers import bans, credit, invoicing, orders, restrictions, service
from core.customers.bans import BanKind
from core.customers.money import OrderLine
from core.customers.reading import get
from core.customers.restrictions import Ground
from core.customers.types import Kind, Source, SourceKind
from core.disclosure import transfers
from core.disclosure.log import DisclosureLog, LogFault, LogSigner
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import ItemState, TransferState
from core.errors import RegisterError
from core.register import Register
from core.updates import selection
from integrations.catalogue import GROUP, Catalogue
from integrations.hub import Hub
from integrations.sandbox.faults import Fault
from tests.support import partners, wire
from tests.support.history_people import identity_code, invented

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from random import Random

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from integrations.sandbox.asiakastieto import AsiakastietoSandbox
    from integrations.sandbox.netvisor import NetvisorSandbox

STAFF: Final = Source(SourceKind.STAFF)
LINE: Final = OrderLine("OM", "Omena", Decimal(2), Decimal("6.9"), Decimal("25.5"))
_REACH: Final = ("customer_number", "name", "organisation", "postal_address")
_AGREED: Final[dict[str, Any]] = {"agreement": "DPA 1", "agreement_from": date(2026, 1, 1)}
RECIPIENTS: Final = {
    "accountant": Recipient(
        name="Tilitoimisto Esimerkki Oy",
        role="processor",
        purposes=("invoicing",),
        categories=(*_REACH, "orders"),
        adapter="netvisor",
        **_AGREED,
    ),
    "bureau": Recipient(
        name="Luottotieto Oy",
        role="controller",
        purposes=("credit_check",),
        categories=("organisation", "identity_code"),
        adapter="asiakastieto",
        **_AGREED,
    ),
    "addresses": Recipient(
        name="Osoitepalvelu Oy",
        role="processor",
        purposes=("address_update",),
        categories=_REACH,
        adapter="address_file",
        **_AGREED,
    ),
}
# All but those that keep a test waiting, or whose bytes the sandbox throws away unread.
_NOT_NOW: Final = {Fault.SLOW_DRIP, Fault.DELAY, Fault.CLOSE, Fault.HUGE, Fault.GZIP_BOMB, Fault.DEEP}
FAULTS: Final = tuple(fault for fault in Fault if fault not in _NOT_NOW)
_PATHS: Final = ("/salesinvoicelist.nv", "/customerlist.nv", "/customer.nv", "/salesinvoice.nv")
# How often each kind of operation comes, in a thousand.
WEIGHTS: Final = {
    "send": 110,
    "check": 50,
    "select": 50,
    "settle": 12,
    "decide": 15,
    "ban": 130,
    "restrict": 60,
    "move": 150,
    "protect": 20,
    "end": 25,
    "open": 378,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody's data at a partner: when, at whose, and the values that the bytes named."""

    at: datetime
    recipient: str
    values: frozenset[str] = frozenset()


@dataclass
class History:
    """A register, its partners, and what they have received of whom (by customer number)."""

    register: Register
    actor: Actor
    clock: FixedClock
    netvisor: NetvisorSandbox
    asiakastieto: AsiakastietoSandbox
    random: Random
    folder: Path
    people: list[int] = field(default_factory=list)
    numbers: dict[int, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    arrivals: dict[str, dict[tuple[datetime, str], Arrival]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    # The invoice numbers that the accountant was asked about, and when: a look-up that names nobody.
    asked: set[tuple[datetime, str]] = field(default_factory=set)
    # When a program stopped after a durable attempt: what had left by then nobody could write down.
    stopped: set[datetime] = field(default_factory=set)

    def populate(self, count: int) -> None:
        """Add people, each sixth of them a firm."""
        for place in range(count):
            with self.register.database.unit_of_work() as uow:
                made = service.add(uow, self.actor, invented(place), STAFF)
                uow.commit()
            self.people.append(made.id)
            self.numbers[made.id] = made.number
            self.codes[made.values.business_id or identity_code(place)] = made.number
            self.arrivals[made.number] = {}

    def run(self, operations: int) -> None:
        """Do random things, each at a time of its own, and note what came to the partners."""
        kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
        for kind in self.random.choices(kinds, weights, k=operations):
            self.clock.advance(60)
            # A refusal is part of life: a ban, a restriction, a partner that is down, a log that is not signed.
            with suppress(RegisterError):
                getattr(self, f"_{kind}")()
                self.done[kind] += 1
            self.netvisor.faults.clear()
            self.asiakastieto.faults.clear()
            self._note()

    def leave_doubt(self) -> None:
        """An answer of the accountant's is lost, and nobody has asked yet."""
        for _ in range(40):
            self.clock.advance(60)
            self.netvisor.faults.add(Fault.DROP_REPLY, path="/salesinvoice.nv")
            with suppress(RegisterError):
                self._send()
            self.netvisor.faults.clear()
            self._note()
            with self.register.database.reading() as connection:
                if transfers.count(connection, TransferFilter(state=TransferState.IN_DOUBT)):
                    return

    # --- what the partners have received

    def _note(self) -> None:
        for received in wire.taken(self.netvisor):
            for invoice in wire.query(received).get("invoicenumber", []):
                self.asked.add((self.clock.now(), invoice))
            for number, values in wire.in_netvisor(received):
                self._arrived(number, "accountant", values)
        for received in wire.taken(self.asiakastieto):
            query = wire.query(received)
            asked = (query.get("idnumber") or query["businessid"])[0]
            self._arrived(self.codes.get(asked) or self.codes[f"{asked[:7]}-{asked[7:]}"], "bureau")
        for file in sorted(self.folder.glob("*.csv")):
            if file.name not in self.seen:
                self.seen.add(file.name)
                text = file.read_bytes().decode("iso-8859-15")
                for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]:
                    self._arrived(row[0], "addresses", frozenset(filter(None, row)))

    def _arrived(self, number: str, recipient: str, values: frozenset[str] = frozenset()) -> None:
        at = self.clock.now()
        before = self.arrivals[number].get((at, recipient), Arrival(at, recipient))
        self.arrivals[number][at, recipient] = Arrival(at, recipient, before.values | values)

    # --- what happens

    def _one(self) -> int:
        return self.random.choice(self.people)

    @contextmanager
    def _interrupted(self) -> Iterator[None]:
        """Now and then the log cannot be signed, or the outcome cannot be written; then the program starts anew."""
        with pytest.MonkeyPatch.context() as patch:
            what = self.random.choices(("", "sign", "_conclude"), (94, 3, 3))[0]
            if what == "sign":
                patch.setattr(self.register.log, "sign", _broken)
            elif what:
                patch.setattr(self.register.gate, "_conclude", _broken)
                self.stopped.add(self.clock.now())
            try:
                yield
            finally:
                patch.undo()
                self.register.gate.recover()

    def _send(self) -> None:
        register = self.register
        with register.database.reading() as connection:
            unsent = orders.unsent(connection, 50)
        if unsent and self.random.random() < 0.4:
            order_id = self.random.choice(unsent).id
        else:
            with register.database.unit_of_work() as uow:
                day = self.clock.now().date()
                placed = orders.place(
                    uow, self.actor, self._one(), [LINE], placed_on=day, payment_term_days=14
                )
                uow.commit()
            order_id = placed.id
        if self.random.random() < 0.3:
            fault = self.random.choice(FAULTS)
            self.netvisor.faults.add(fault, path=self.random.choice(_PATHS), seconds=0.01)
        with self._interrupted():
            invoicing.send_order(register, self.actor, order_id)

    def _check(self) -> None:
        who = self._one()
        with self.register.database.reading() as connection:
            firm = get(connection, who).values.kind is Kind.ORGANISATION
        code = None if firm else next(code for code, it in self.codes.items() if it == self.numbers[who])
        if self.random.random() < 0.25:
            self.asiakastieto.faults.add(self.random.choice(FAULTS), seconds=0.01)
        with self._interrupted():
            credit.check(
                self.register,
                self.actor,
                who,
                identity_code=code,
                payment_term_days=14,
                informed="Puhelimessa",
            )

    def _select(self) -> None:
        chosen = self.random.sample(self.people, self.random.randint(2, 14))
        criteria = selection.Criteria(numbers=tuple(self.numbers[it] for it in chosen))
        with self._interrupted(), self._disk_refuses(self.random.random() < 0.1):
            selection.send_selection(self.register, self.actor, "addresses", criteria)

    @contextmanager
    def _disk_refuses(self, refuses: bool) -> Iterator[None]:
        """The folder is a file for a while."""
        if not refuses or not self.folder.exists():
            yield
            return
        away = self.folder.with_name("away")
        self.folder.rename(away)
        self.folder.touch()
        try:
            yield
        finally:
            self.folder.unlink()
            away.rename(self.folder)

    def _settle(self) -> None:
        if self.random.random() < 0.2:
            self.netvisor.faults.add(self.random.choice(FAULTS), seconds=0.01)
        self.register.gate.settle_due(self.actor)

    def _decide(self) -> None:
        """A person asks the partner, who says what it has, and records that."""
        with self.register.database.reading() as connection:
            doubtful = transfers.page(connection, TransferFilter(state=TransferState.IN_DOUBT), limit=5)
            if not doubtful:
                return
            row = self.random.choice(doubtful)
            lines = transfers.lines_of(connection, row.id)
        numbers = [self.numbers[line.customer_id] for line in lines if line.customer_id is not None]
        came = all((row.created_at, row.recipient) in self.arrivals[number] for number in numbers)
        said = self.random.choice((ItemState.DELIVERED, ItemState.REFUSED)) if came else ItemState.NOT_SENT
        self.register.gate.decide(self.actor, row.id, said, "asked by telephone")

    def _ban(self) -> None:
        kind, who, day = self.random.choice(list(BanKind)), self._one(), self.clock.now().date()
        with self.register.database.unit_of_work() as uow:
            if self.random.random() < 0.5:
                bans.forbid(uow, self.actor, who, kind, origin="kirje", since=day)
            else:
                bans.lift(uow, self.actor, who, kind, lifted_on=day, reason="kirje")
            uow.commit()

    def _restrict(self) -> None:
        ground, who, day = self.random.choice(list(Ground)), self._one(), self.clock.now().date()
        with self.register.database.unit_of_work() as uow:
            if self.random.random() < 0.3:
                restrictions.restrict(uow, self.actor, who, ground=ground, since=day)
            else:
                restrictions.told_of_lifting(uow, self.actor, who, ground, told_on=day, how="kirje")
                restrictions.lift(uow, self.actor, who, ground, lifted_on=day, reason="kerrottu")
            uow.commit()

    def _move(self) -> None:
        who = self._one()
        with self.register.database.unit_of_work() as uow:
            street = f"Uusikatu {self.random.randint(1, 9999)}"
            before = get(uow.connection, who)
            service.change(uow, self.actor, who, {"street": street}, STAFF, version=before.version)
            uow.commit()

    def _protect(self) -> None:
        who = self._one()
        with self.register.database.unit_of_work() as uow:
            found = get(uow.connection, who)
            protected = not found.protected_address and self.random.random() < 0.2
            service.protect_address(uow, self.actor, who, STAFF, protected=protected, version=found.version)
            uow.commit()

    def _end(self) -> None:
        who, day = self._one(), self.clock.now().date()
        with self.register.database.unit_of_work() as uow:
            found = get(uow.connection, who)
            if found.ended_on is None and self.random.random() < 0.2:
                service.end_relationship(
                    uow, self.actor, who, ended_on=day, source=STAFF, version=found.version
                )
            else:
                service.resume_relationship(uow, self.actor, who, source=STAFF, version=found.version)
            uow.commit()

    def _open(self) -> None:
        with self.register.database.unit_of_work() as uow:
            service.open_record(uow, self.actor, self._one(), task="customer_care")
            uow.commit()


def _broken(*_: object, **__: object) -> Any:
    raise LogFault


def open_history(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    directory: Path,
    *,
    netvisor: NetvisorSandbox,
    asiakastieto: AsiakastietoSandbox,
    random: Random,
    monkeypatch: pytest.MonkeyPatch,
) -> History:
    """A register whose partners are the sandboxes and an exchange folder, its log begun."""
    configured = {
        "netvisor": partners.netvisor_partner(monkeypatch, netvisor.base_url),
        "asiakastieto": partners.asiakastieto_partner(monkeypatch, asiakastieto.base_url, company_qtype="SB"),
        "address_file": Partner(settings={"files_stay": True}),
    }
    services = {
        "addresses": UpdateService(
            recipient="addresses", answer=UpdateAnswer(key="Tunniste", columns={"street": "Uusi osoite"})
        )
    }
    config = msgspec.structs.replace(
        partners.config(directory, **configured),
        recipients=RECIPIENTS,
        updates=services,
        gate=GateSettings(approval_first_use=False),
    )
    catalogue = Catalogue(EntryPoint(name, f"integrations.{name}", GROUP) for name in configured)
    hub = Hub(config, database, clock, catalogue)
    signer = LogSigner.create(directory / "log.key", "example.fi/history")
    log = DisclosureLog(database, signer, clock, directory / "high-water")
    log.create(policy="1", software="0.1.0")
    register = Register(config, hub.exit, clock)
    register.__dict__.update(database=database, keyring=keyring, log=log)
    folder = directory / "address_file" / "out"
    return History(register, actor, clock, netvisor, asiakastieto, random, folder)
