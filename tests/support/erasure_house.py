"""A register in which everything happens to people, at random, and whoever asks is erased; the truth is kept outside.

Every person's values are made up, and nobody else's: what is left of somebody is theirs.  `Town.traces` looks for them
with this module's own eyes, in every file below the folder and on a server in every row, not with the program's.
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ahocorasick_rs import BytesAhoCorasick
from sqlalchemy import insert, select, update

from core.customers import first_load, orders, sealed, service, web_loading
from core.customers.bans import bans_of_many, forbid
from core.customers.invoices import State
from core.customers.model import customer_order_table, customer_table, invoice_table
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.types import Source, SourceKind
from core.customers.web_loading import Format
from core.database import metadata
from core.disclosure.review import looks
from core.keys import data_key_table
from core.notices import due
from core.notices.model import notice_table
from core.rights import intake
from core.rights import service as cases
from core.rights.effects import MARKETING_BANS
from core.rights.erasure.service import carry_out, tell
from core.rights.model import case_table
from core.rights.types import CaseDecision, CaseKind, CaseState, Channel, EventKind, Request
from core.staff.access_log import Access, record_access
from core.text import fold
from core.updates import service as updates
from integrations.web_registrations import wire
from tests.rights.conftest import SETTINGS
from tests.support.update_house import LOAD, SERVICE
from tests.support.web_house import submission
from tui.demo.files import ANSWER_COLUMNS, REGISTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from core.rights.erasure.proving import Erased
    from tests.support.notice_house import Notices

_STAFF: Final = Source(SourceKind.STAFF, "desk")
_SITE: Final = Format(wire.read_lines, wire.quarantined)
_LETTERS: Final = "bcdfghjklmnpqrstvwxzåäö"
_DIGITS: Final = "0123456789"


@dataclass
class Citizen:
    """One person as the test knows them: every value ever, and what the register calls them."""

    number: str
    values: dict[str, str]
    ever: set[str] = field(default_factory=set)
    keys: set[bytes] = field(default_factory=set)
    id: int = 0
    invoiced: bool = False


@dataclass
class Town:
    """The house, its people, who is left and who is gone."""

    notices: Notices
    folder: Path
    chance: random.Random
    people: dict[str, Citizen] = field(default_factory=dict)
    gone: list[Citizen] = field(default_factory=list)
    waiting: list[Citizen] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    old_file: Path | None = None

    @property
    def register(self) -> Register:
        """The register."""
        return self.notices.register

    @property
    def actor(self) -> Actor:
        """Who does everything."""
        return self.notices.actor

    @property
    def today(self) -> date:
        """By the clock of the test."""
        return self.notices.clock.now().date()

    def word(self, length: int = 11) -> str:
        """Letters that nobody else has."""
        return "".join(self.chance.choice(_LETTERS) for _ in range(length)).capitalize()

    def settle(self, count: int) -> None:
        """Load *count* people from a file, which is kept outside."""
        for place in range(count):
            values = {
                "first_name": self.word(),
                "last_name": self.word(),
                "email": f"{fold(self.word(14)).lower()}@example.fi",
                "phone": "+35840" + "".join(self.chance.choice(_DIGITS) for _ in range(7)),
                "street": f"{self.word()}katu {place % 90 + 1}",
                "postcode": "00100",
                "town": "Helsinki",
                "country": "FI",
            }
            one = Citizen(str(700_000 + place), values)
            self.learn(one)
            self.people[one.number] = one
        self.old_file = self._write("old.csv", [self._row(one) for one in self.people.values()])
        first_load.load(self.register, self.actor, LOAD, self.old_file)
        with self.register.database.reading() as connection:
            rows = connection.execute(select(customer_table.c.number, customer_table.c.id))
            for number, customer_id in rows:
                self.people[number].id = customer_id

    def learn(self, one: Citizen, **values: str) -> None:
        """What somebody's values are from now on."""
        one.values |= values
        one.ever |= {value for name, value in one.values.items() if name not in _COMMON}

    def live(self, days: int) -> None:
        """So many days on which something happens to somebody."""
        happenings = (
            *(self.moves, self.banks, self.orders, self.is_looked_at, self.is_exported, self.asks),
            *(self.is_updated, self.registers, self.forbids, self.orders, self.orders),
        )
        for _ in range(days):
            self.notices.clock.advance(3_600)
            happening = self.chance.choice(happenings)
            happening(self.anybody())
            self.did[happening.__name__] += 1
        due.catch_up(self.register, self.actor)
        with self.register.database.unit_of_work() as uow:
            looks.enter(uow, self.register.keyring, self.register.log)
            uow.commit()
        self.register.log.sign()

    def anybody(self) -> Citizen:
        """Somebody who is there."""
        return self.chance.choice(list(self.people.values()))

    def moves(self, one: Citizen) -> None:
        """A change on the card."""
        street = f"{self.word()}tie {self.chance.randrange(1, 99)}"
        with self.register.database.unit_of_work() as uow:
            version = service.get(uow.connection, one.id).version
            changes = {"street": street}
            service.change(uow, self.actor, one.id, changes, _STAFF, version=version)
            uow.commit()
        self.learn(one, street=street)

    def banks(self, one: Citizen) -> None:
        """Sealed values."""
        ip = f"2001:db8::{self.chance.randrange(65536):x}:{self.chance.randrange(65536):x}"
        with self.register.database.unit_of_work() as uow:
            keyring = self.register.keyring
            sealed.set_iban(uow, keyring, self.actor, one.id, "FI2112345600000785", source=_STAFF)
            sealed.set_ip(uow, keyring, self.actor, one.id, ip, source=_STAFF)
            uow.commit()
        one.ever.add(ip)

    def orders(self, one: Citizen) -> None:
        """An order, and for some an invoice that was paid, this year or long ago."""
        told = f"{self.word()} kotiin"
        line = OrderLine("A1", told, Decimal(1), Decimal(10), Decimal("25.5"))
        one.ever.add(told)
        day = self.chance.choice((date(2014, 5, 5), self.today - timedelta(days=200)))
        with self.register.database.unit_of_work() as uow:
            placed = orders.place(uow, self.actor, one.id, [line], placed_on=day, payment_term_days=14)
            _invoice(uow.connection, placed.id, one.id, day, uow.now)
            uow.commit()
        one.invoiced |= day.year > 2020

    def is_looked_at(self, one: Citizen) -> None:
        """Somebody opens the card."""
        with self.register.database.unit_of_work() as uow:
            record_access(uow, self.actor, action=Access.OPEN, customer_id=one.id, task="customer_card")
            uow.commit()

    def is_exported(self, one: Citizen) -> None:
        """A transfer of somebody and some others."""
        others = {self.anybody().id for _ in range(3)} | {one.id}
        self.notices.export(self.chance.choice(("collector", "printer", "office")), *sorted(others))

    def asks(self, one: Citizen) -> None:
        """An access case with an attachment, closed."""
        words = f"Mitä minusta tiedetään, {self.word()}?"
        number = self.case(one, CaseKind.ACCESS, words)
        with self.register.database.unit_of_work() as uow:
            keyring = self.register.keyring
            intake.attach(uow, keyring, self.actor, number, name="k.txt", content=words.encode())
            found = cases.answered(uow, keyring, self.actor, number, EventKind.LETTER, words=words, facts={})
            cases.close(uow, keyring, self.actor, number, version=found.version)
            uow.commit()
        one.ever.add(words)

    def is_updated(self, one: Citizen) -> None:
        """An address service answers about somebody, and once about a number that nobody has."""
        street = f"{self.word()}polku {self.chance.randrange(1, 99)}"
        rows = [[one.number, "M", street, "00200", "Helsinki", self.today.isoformat()]]
        rows.append(
            [str(self.chance.randrange(10**8, 10**9)), "M", f"{self.word()}polku 1", "00200", "Helsinki", ""]
        )
        path = self._write(f"answer-{self.did.total()}.csv", rows, list(ANSWER_COLUMNS.values()))
        run = updates.prepare(self.register, self.actor, SERVICE, path)
        updates.apply(self.register, self.actor, run.id)
        one.ever.add(street)
        with self.register.database.reading() as connection:
            now = service.get(connection, one.id).values
        # Written or proposed: a registration with another address than the register's would be somebody new.
        one.values |= {"street": now.street or "", "postcode": now.postcode or ""}

    def registers(self, one: Citizen) -> None:
        """A form on the site that names somebody, in part with other values than the register has."""
        said: dict[str, str | None] = {
            name: one.values[name]
            for name in ("first_name", "last_name", "email", "street", "postcode", "town")
        }
        another = self.word()
        said |= self.chance.choice(
            ({}, {"email": None}, {"last_name": another}, {"street": f"{another}mutka 4"})
        )
        one.ever.add(another)
        changes: dict[str, Any] = {f"person__{name}": value for name, value in said.items()}
        number = self.did.total()
        path = self.folder / "outside" / f"web-{number}.jsonl"
        path.write_text(
            json.dumps(submission(number, **changes), ensure_ascii=False) + "\n", encoding="utf-8"
        )
        web_loading.load(self.register, self.actor, path, _SITE)

    def forbids(self, one: Citizen) -> None:
        """A ban."""
        kind = self.chance.choice(MARKETING_BANS)
        with self.register.database.unit_of_work() as uow:
            if kind not in bans_of_many(uow.connection, [one.id]).get(one.id, frozenset()):
                forbid(uow, self.actor, one.id, kind, origin="letter", since=self.today)
            uow.commit()

    def case(self, one: Citizen, kind: CaseKind, words: str) -> int:
        """A granted case; returns its number."""
        with self.register.database.unit_of_work() as uow:
            keyring = self.register.keyring
            made = intake.receive(
                uow,
                keyring,
                SETTINGS,
                self.actor,
                kind=kind,
                customer_id=one.id,
                received_on=self.today,
                channel=Channel.LETTER,
                signed=True,
                language="fi",
                request=Request(name=one.values["last_name"], words=words),
                identified_how="signature",
            )
            cases.decide(
                uow, keyring, self.actor, made.number, CaseDecision.GRANTED, reasons="", version=made.version
            )
            uow.commit()
        return made.number

    def erase(self, one: Citizen) -> Erased:
        """Somebody asks to be erased, the recipients are told, and it is carried out."""
        number = self.case(one, CaseKind.ERASURE, "Poistakaa tietoni.")
        tell(self.register, self.actor, number)
        self.told(number)
        one.keys |= self._keys(one)
        done = carry_out(self.register, self.actor, number)
        del self.people[one.number]
        (self.gone if done.kept_until is None else self.waiting).append(one)
        return done

    def told(self, number: int) -> None:
        """The recipients have been told by telephone."""
        from core.notices import service as notices

        with self.register.database.reading() as connection:
            chosen = select(notice_table.c.id).where(notice_table.c.reference == f"case {number}")
            made = list(connection.execute(chosen).scalars())
        if made:
            with self.register.database.unit_of_work() as uow:
                notices.dismiss(uow, self.actor, made, reason="told by telephone")
                uow.commit()

    def _keys(self, one: Citizen) -> set[bytes]:
        with self.register.database.reading() as connection:
            data = select(data_key_table.c.wrapped).where(data_key_table.c.customer_id == one.id)
            case = select(case_table.c.wrapped_key).where(case_table.c.customer_id == one.id)
            found = [*connection.execute(data).scalars(), *connection.execute(case).scalars()]
        return {key for key in found if key}

    def traces(self) -> list[str]:
        """Where anything is left of anybody who is gone, and of whoever waits for a voucher's day (their key apart)."""
        wanted = {form: one for one in (*self.gone, *self.waiting) for form in _forms(one.ever)}
        wanted |= {key: one for one in self.gone for key in one.keys}
        forms = list(wanted)
        finder = BytesAhoCorasick(forms)
        return sorted(
            f"{where}: {wanted[forms[index]].number} {forms[index]!r}"
            for where, content in self._contents()
            for index in {index for index, _, _ in finder.find_matches_as_indexes(content)}
        )

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        outside = self.folder / "outside"
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and outside not in path.parents:
                yield str(path.relative_to(self.folder)), path.read_bytes()
        if self.register.database.dialect != "sqlite":
            with self.register.database.reading() as connection:
                for name in sorted(metadata.tables):
                    rows = connection.execute(select(metadata.tables[name]))
                    values = (value for row in rows for value in row)
                    told = (it if isinstance(it, bytes) else str(it).encode() for it in values)
                    yield f"table {name}", b"\x00".join(told)

    def come_back(self) -> Counter[str]:
        """Bring the old file again, as a first load and as an address service's answer; how many rows had which end."""
        assert self.old_file is not None
        loaded = first_load.load(self.register, self.actor, LOAD, self.old_file, again=True)
        everybody = sorted([*self.people.values(), *self.gone, *self.waiting], key=lambda one: one.number)
        rows = [
            [one.number, "M", f"{self.word()}raitti 5", "00300", "Helsinki", self.today.isoformat()]
            for one in everybody
            if one.number not in self.people
        ]
        path = self._write("again.csv", rows, list(ANSWER_COLUMNS.values()))
        run = updates.apply(
            self.register, self.actor, updates.prepare(self.register, self.actor, SERVICE, path).id
        )
        return Counter(loaded.counts) + Counter({f"update {name}": n for name, n in run.batch.counts.items()})

    def active(self) -> dict[str, Mapping[str, Any]]:
        """Everybody in the register who is not erased, by number."""
        with self.register.database.reading() as connection:
            table = customer_table.c
            rows = connection.execute(
                select(table.number, table.last_name, table.street).where(table.status == "active")
            )
            return {row.number: dict(row._mapping) for row in rows}

    def states(self) -> Counter[str]:
        """How the erasures stand."""
        with self.register.database.reading() as connection:
            chosen = select(case_table.c.state).where(case_table.c.kind == CaseKind.ERASURE)
            return Counter(CaseState(state) for state in connection.execute(chosen).scalars())

    def _row(self, one: Citizen) -> list[str]:
        values = {"number": one.number, "kind": "henkilö", **one.values}
        return [values.get(name, "") for name in REGISTER_COLUMNS]

    def _write(self, name: str, rows: list[list[str]], headings: list[str] | None = None) -> Path:
        path = self.folder / "outside" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            out = csv.writer(stream, delimiter=";")
            out.writerow(headings or list(REGISTER_COLUMNS.values()))
            out.writerows(rows)
        return path


_COMMON: Final = ("postcode", "town", "country")


def _forms(values: set[str]) -> set[bytes]:
    return {
        form
        for value in values
        for said in (value, fold(value), value.upper())
        for form in (said.encode(), said.encode("utf-16-le"), json.dumps(said)[1:-1].encode())
    }


def _invoice(connection: Any, order_id: int, customer_id: int, day: date, now: Any) -> None:
    table = customer_order_table
    connection.execute(update(table).where(table.c.id == order_id).values(state=OrderState.SENT))
    connection.execute(
        insert(invoice_table).values(
            number=90_000 + order_id,
            order_id=order_id,
            customer_id=customer_id,
            date=day,
            due_date=day,
            total=Decimal("12.55"),
            open_total=Decimal(0),
            state=State.PAID,
            read_at=now,
        )
    )


def as_town(notices: Notices, folder: Path, seed: int) -> Town:
    """An empty town in a house that reads loads and updates."""
    (folder / "outside").mkdir(exist_ok=True)
    return Town(notices, folder, random.Random(seed))


def with_files(register: Register, folder: Path) -> None:
    """Let the register read loads and answers of address services, as `tests.support.update_house` does."""
    import msgspec

    from tests.support.update_house import config_in

    files = config_in(folder)
    config = register.config
    register.config = msgspec.structs.replace(
        config,
        recipients={**config.recipients, **files.recipients},
        partners={**config.partners, **files.partners},
        loads=files.loads,
        updates=files.updates,
    )
