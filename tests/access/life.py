"""A person's life in the register, lived at random, and the truth about it kept outside: nothing here reads a table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from core.actor import Actor, Role
from core.customers import bans, invoices, orders, sealed, service
from core.customers.bans import BanKind
from core.customers.invoices import InvoiceState, State
from core.customers.money import OrderLine
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.types import Subject, TransferRequest
from core.retention import service as holds
from core.retention.types import HoldKind
from core.rights import intake
from core.rights.types import CaseKind, Channel, Request

if TYPE_CHECKING:
    from random import Random

    from core.customers.types import Customer
    from core.database import UnitOfWork
    from tests.access.conftest import Desk

DAY: Final = date(2026, 11, 23)
_CENT: Final = Decimal("0.01")
_IBANS: Final = ("FI2112345600000785", "FI5542345670000081", None)
_STREETS: Final = ("Kuja {} A", "Polku {}", "Åvägen {} B 12")
# What the partner does, and what the statement then says of it.
_FAULTS: Final = {"": "delivered", "refuse": "refused", "lost_reply": "in_doubt", "no_connection": "not_sent"}
_SENT: Final = {
    "first_name": "name.first",
    "last_name": "name.last",
    "email": "email",
    "street": "address.street",
    "postcode": "address.postcode",
    "town": "address.town",
}


def staff(number: int) -> Actor:
    """One of three members of staff."""
    return Actor(number, f"staff{number}", f"Työntekijä Numero{number}", frozenset(Role))


@dataclass
class Truth:
    """What was done to one person, by our own account; ``by`` is who did each thing, by staff id."""

    values: dict[str, Any] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[tuple[str | None, str]] = field(default_factory=list)
    bans: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    invoices: dict[int, dict[str, Any]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    cases: dict[int, dict[str, Any]] = field(default_factory=dict)
    holds: list[dict[str, Any]] = field(default_factory=list)


class Life:
    """Lives: each step does something to *customer* by a service, and writes down what it did."""

    def __init__(self, desk: Desk, customer: Customer, values: CustomerValues, random: Random) -> None:
        self._desk = desk
        self._house = desk.house
        self._id = customer.id
        self._random = random
        self._numbers = itertools.count(1)
        self.truth = Truth(values={**values.as_dict(), "number": customer.number})

    def step(self) -> None:
        """Something happens, and time passes."""
        self._house.clock.advance(60 * self._random.randrange(1, 600))
        act = self._random.choice(
            (
                *(self._change, self._account, self._ban, self._order, self._settle, self._send),
                *(self._look, self._case, self._hold, self._order, self._change, self._send),
            )
        )
        with self._house.database.unit_of_work() as uow:
            later = act(uow, staff(self._random.randrange(1, 4)))
            uow.commit()
        if later is not None:
            later()

    def _text(self, what: str) -> str:
        return f"{what} {next(self._numbers)}"

    def _change(self, uow: UnitOfWork, actor: Actor) -> None:
        source = Source(
            self._random.choice((SourceKind.SELF, SourceKind.STAFF, SourceKind.AUTHORITY)),
            self._text("letter"),
        )
        number = next(self._numbers)
        new = {
            "street": self._random.choice(_STREETS).format(number),
            "email": f"uusi{number}@example.fi",
            "town": self._random.choice(("ESPOO", "VANTAA", None)),
        }
        wanted = {name: new[name] for name in self._random.sample(sorted(new), self._random.randrange(1, 3))}
        before = service.get(uow.connection, self._id)
        service.change(uow, actor, self._id, wanted, source, version=before.version)
        pairs = {
            name: [self.truth.values[name], value]
            for name, value in wanted.items()
            if self.truth.values[name] != value
        }
        self.truth.values |= wanted
        if pairs:
            told = {"changes": pairs, "source_kind": str(source.kind), "source_detail": source.detail}
            self.truth.changes.append(told)

    def _account(self, uow: UnitOfWork, actor: Actor) -> None:
        value, detail = self._random.choice(_IBANS), self._text("call")
        source = Source(SourceKind.STAFF, detail)
        sealed.set_iban(uow, self._house.keyring, actor, self._id, value, source=source)
        if value != (self.truth.accounts[-1][0] if self.truth.accounts else None):
            self.truth.accounts.append((value, detail))

    def _ban(self, uow: UnitOfWork, actor: Actor) -> None:
        kind = self._random.choice(list(BanKind))
        lasting = next((it for it in self.truth.bans if it["kind"] == kind and it["lifted_on"] is None), None)
        if lasting is None:
            origin = self._text("request")
            bans.forbid(uow, actor, self._id, kind, origin=origin, since=DAY)
            told = {"kind": str(kind), "origin": origin, "lifted_on": None, "lifted_reason": None}
            self.truth.bans.append(told)
        else:
            reason = self._text("taken back")
            bans.lift(uow, actor, self._id, kind, lifted_on=DAY, reason=reason)
            lasting |= {"lifted_on": DAY.isoformat(), "lifted_reason": reason}

    def _order(self, uow: UnitOfWork, actor: Actor) -> None:
        lines = [
            OrderLine(
                self._text("P"),
                self._text('åäö ; "ovi"'),
                Decimal(self._random.randrange(1, 90_000)) / 10_000,
                Decimal(self._random.randrange(0, 900_000)) / 10_000,
                Decimal(self._random.choice(("25.5", "14", "0"))),
            )
            for _ in range(self._random.randrange(1, 4))
        ]
        reference = self._random.choice((None, self._text("viite")))
        made = orders.place(
            uow, actor, self._id, lines, placed_on=DAY, payment_term_days=14, reference=reference
        )
        nets = [(it.quantity * it.unit_price).quantize(_CENT, ROUND_HALF_UP) for it in lines]
        vats = [
            (net * it.vat_percent / 100).quantize(_CENT, ROUND_HALF_UP)
            for net, it in zip(nets, lines, strict=True)
        ]
        self.truth.orders[made.number] = {
            "id": made.id,
            "reference": reference,
            "state": "placed",
            "total_net": sum(nets),
            "total_vat": sum(vats),
            "lines": [
                (it.product, it.description, it.quantity, it.unit_price, it.vat_percent) for it in lines
            ],
            "changes": 1,
        }

    def _settle(self, uow: UnitOfWork, actor: Actor) -> None:
        """An order is cancelled or invoiced; its invoice is paid."""
        placed = [it for it in self.truth.orders.values() if it["state"] == "placed" and "invoice" not in it]
        if not placed:
            return
        one = self._random.choice(placed)
        one["changes"] += 1
        if self._random.random() < 0.4:
            orders.cancel(uow, actor, one["id"], version=orders.get(uow.connection, one["id"]).version)
            one["state"] = "cancelled"
            return
        number = orders.number_invoice(uow, actor, one["id"])
        one["invoice"] = number
        paid = self._random.random() < 0.5
        total = one["total_net"] + one["total_vat"]
        state = State.PAID if paid else State.OPEN
        rest = Decimal("0.00") if paid else total
        read = InvoiceState(number, f"nv-{number}", DAY, DAY, total, rest, state, uow.now)
        invoices.record_states(uow, actor, [read])
        self.truth.invoices[number] = {"total": total, "open_total": rest, "state": str(state)}

    def _send(self, uow: UnitOfWork, actor: Actor) -> Any:
        """To the accountant, alone or with somebody else; what the partner does is drawn as well."""
        return lambda: self._sent(actor)

    def _sent(self, actor: Actor) -> None:
        fault = self._random.choice(list(_FAULTS))
        others = [self._house.add()] if self._random.random() < 0.3 else []
        subjects = tuple(
            Subject(who, self._text(f"key {self._id}")) for who in (self._id, *(other.id for other in others))
        )
        self._house.partner.fault = fault
        try:
            request = TransferRequest("accountant", "invoicing", subjects, "life", reason=self._text("why"))
            number = self._house.gate.send(actor, request).number
        finally:
            self._house.partner.fault = ""
        values = {
            name: self.truth.values[own] for own, name in _SENT.items() if self.truth.values[own] is not None
        }
        self.truth.sent.append(
            {
                "entry": number,
                "state": _FAULTS[fault],
                "content": {"customer.number": self.truth.values["number"], **values},
                "persons": len(subjects),
                "staff": actor.staff_id,
            }
        )

    def _look(self, uow: UnitOfWork, actor: Actor) -> None:
        task = self._text("look")
        service.open_record(uow, actor, self._id, task=task)
        self.truth.looks.append(task)

    def _case(self, uow: UnitOfWork, actor: Actor) -> None:
        words, comment, name = self._text("Pyydän"), self._text("mietin"), self._text("liite")
        house, content = self._house, self._random.randbytes(40)
        found = intake.receive(
            uow,
            house.keyring,
            self._desk.register.config.rights,
            actor,
            kind=self._random.choice((CaseKind.RECTIFICATION, CaseKind.PORTABILITY)),
            received_on=DAY,
            channel=self._random.choice(list(Channel)),
            signed=True,
            language="fi",
            request=Request(name="x", words=words),
            customer_id=self._id,
        )
        intake.comment(uow, house.keyring, actor, found.number, comment)
        intake.attach(uow, house.keyring, actor, found.number, name=name, content=content)
        self.truth.cases[found.number] = {
            "kind": str(found.kind),
            "words": words,
            "comment": comment,
            "file": (name, content),
        }

    def _hold(self, uow: UnitOfWork, actor: Actor) -> None:
        reason = self._text("riita")
        holds.place(
            uow,
            self._house.keyring,
            actor,
            self._id,
            HoldKind.DISPUTE,
            reason=reason,
            law="",
            review_on=DAY + timedelta(days=900),
        )
        self.truth.holds.append({"reason": reason, "owner": actor.staff_id})
