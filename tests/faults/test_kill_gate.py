"""300 processes killed with kill -9 in the middle of sending, on each database, with the real Netvisor adapter.

A parent that has everything loaded forks a child; the child sends orders over loopback HTTP to the sandbox, a process
of its own; the parent kills it at a random moment.  Every so often recovery and settling are what is killed, or go on
in another process beside the one that sends.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import select

from core.actor import SYSTEM, Actor, Role
from core.clock import SystemClock
from core.config.schema import DatabaseSettings, KeySettings, LogSettings, Recipient
from core.customers import invoicing, orders, service
from core.customers.model import customer_order_table
from core.customers.money import OrderLine
from core.disclosure import transfers
from core.disclosure.log import LogSigner
from core.disclosure.model import transfer_event_table, transfer_line_table, transfer_table
from core.keys import KeyRing
from core.register import Register, open_register
from core.version import version
from integrations.hub import Hub
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import partners
from tests.support.gate_house import LETTER, MATTI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from integrations.sandbox.server import Received, Reply

KILLS = 300
# A child lives for up to so many transfers, counted from when it is about to begin.
LONGEST_LIFE_TRANSFERS = 3
LONGEST_LIFE_SECONDS = 0.35
CUSTOMERS = 20
ORDERS_AT_ONCE = 12
CLERK = Actor(staff_id=1, user_name="testi", name="Testi Tekijä", roles=frozenset(Role))
ACCOUNTANT = Recipient(
    name="Tilitoimisto Esimerkki Oy",
    role="processor",
    agreement="DPA 2026-04",
    agreement_from=date(2020, 1, 1),
    purposes=("invoicing",),
    categories=("customer_number", "name", "organisation", "postal_address", "orders"),
    adapter="netvisor",
)
LINE = OrderLine("OM", "Omenapuu", Decimal(2), Decimal("34.90"), Decimal("25.5"))


class WatchedNetvisor(NetvisorSandbox):
    """Netvisor that writes down every request to add an invoice, and whether it did."""

    def __init__(self, journal: Path) -> None:
        super().__init__(partners.NETVISOR_KEYS)
        self._journal_of_adds = journal
        self._at_work = 0

    def process(self, received: Received) -> Reply:
        """The partner's answer; an added invoice is in the journal when it leaves."""
        with self.lock:
            self._at_work += 1
            before = set(self.invoices)
            reply = super().process(received)
            if received.method == "POST" and received.target.startswith("/salesinvoice.nv"):
                number = received.body.decode().partition("<salesinvoicenumber>")[2].partition("<")[0]
                added = set(self.invoices) != before
                with self._journal_of_adds.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps([number, added]) + "\n")
            self._at_work -= 1
        return reply


@contextmanager
def running_partner(directory: Path) -> Iterator[tuple[str, Path]]:
    """The sandbox in a process of its own: its address, and the file of what it was asked to add."""
    journal = directory / "adds.jsonl"
    journal.touch()
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        with WatchedNetvisor(journal) as sandbox:
            os.write(write_end, sandbox.base_url.encode())
            os.close(write_end)
            signal.pause()
        os._exit(0)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as stream:
            yield stream.read(), journal
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@dataclass
class Office:
    """One company's register, opened anew by every process that uses it."""

    url: str
    directory: Path
    partner: str
    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        KeyRing.create(self.directory / "master.key")
        LogSigner.create(self.directory / "log.key", "register.example/log")
        bare = partners.config(
            self.directory / "exchange", netvisor=partners.netvisor_partner(self.monkeypatch, self.partner)
        )
        self.config = msgspec.structs.replace(
            bare,
            database=DatabaseSettings(url=self.url),
            keys=KeySettings(
                master_key_file=self.directory / "master.key",
                log_key_file=self.directory / "log.key",
                erasure_fence_file=self.directory / "erasure.fence",
            ),
            recipients={"accountant": ACCOUNTANT},
            log=LogSettings(origin="register.example/log", high_water_file=self.directory / "high-water"),
        )

    @contextmanager
    def open(self) -> Iterator[Register]:
        """The register, for as long as the block lasts."""
        hubs: list[Hub] = []
        register = open_register(self.config, lambda name: hubs[-1].exit(name), SystemClock())  # noqa: PLW0108 - made below
        hubs.append(Hub(self.config, register.database, register.clock, partners.catalogue()))
        try:
            yield register
        finally:
            register.close()

    def found(self) -> None:
        """Begin the log, register the accountant, add customers."""
        with self.open() as register:
            register.log.create(policy="1", software=version())
            with register.database.unit_of_work() as uow:
                for _ in range(CUSTOMERS):
                    service.add(uow, CLERK, MATTI, LETTER)
                uow.commit()

    def place_orders(self, count: int) -> None:
        """Take orders, so that there is always something to send."""
        with self.open() as register, register.database.unit_of_work() as uow:
            for place in range(count):
                orders.place(
                    uow,
                    CLERK,
                    1 + place % CUSTOMERS,
                    [LINE],
                    placed_on=date(2026, 11, 23),
                    payment_term_days=14,
                )
            uow.commit()

    def waiting(self) -> list[int]:
        """The ids of placed orders."""
        with self.open() as register, register.database.reading() as connection:
            return [order.id for order in orders.unsent(connection, ORDERS_AT_ONCE)]


def send(office: Office, order_ids: list[int], ready: Callable[[], None], *, recovering: bool) -> None:
    """What a child does until it is killed."""
    with office.open() as register:
        register.gate.exits("netvisor")
        with register.database.reading():
            ready()
        if recovering:
            register.gate.recover()
            register.gate.settle_due(SYSTEM)
        invoicing.send_orders(register, CLERK, order_ids)


def killed_after(
    seconds: float, work: Callable[[Callable[[], None]], None], meanwhile: Callable[[], None] | None
) -> bool:
    """Fork a child that does *work* and kill it *seconds* after it is ready; whether it was still at it.

    *meanwhile* is done beside it, halfway.
    """
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            work(lambda: os.close(write_end))
        except BaseException:  # noqa: BLE001 - a child must never return into the test
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(3)
        os._exit(0)
    os.close(write_end)
    os.read(read_end, 1)
    os.close(read_end)
    time.sleep(seconds / 2)
    if meanwhile is not None:
        meanwhile()
    time.sleep(seconds / 2)
    os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), f"the child ended with {status}"
    return status == -signal.SIGKILL


@pytest.mark.timeout(400)
def test_killed_at_any_moment_nothing_is_lost_doubled_or_unlogged(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the partner has, the log has; nothing was sent twice; every doubt is settled; the log verifies."""
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    counted: Counter[str] = Counter()
    began = time.monotonic()
    with running_partner(tmp_path) as (address, journal):
        office = Office(database_url, tmp_path, address, monkeypatch)
        office.found()
        longest = min(LONGEST_LIFE_TRANSFERS * seconds_for_one(office), LONGEST_LIFE_SECONDS)
        while counted["kills"] < KILLS:
            waiting = office.waiting()
            if len(waiting) < ORDERS_AT_ONCE:
                office.place_orders(60)
                waiting = office.waiting()
            recovering = chance.random() < 0.3
            lived = chance.uniform(0, longest)
            # Now and then another process recovers while this one lives, and must leave it its transfer.
            beside = partial(recover, office, counted) if chance.random() < 0.2 else None
            work = partial(send, office, waiting, recovering=recovering)
            counted["kills"] += killed_after(lived, work, beside)
            counted["recovered beside"] += beside is not None
            if chance.random() < 0.7:
                # What the dead child asked for last may still be under way at the partner, as `settle` allows for.
                time.sleep(0.03)
                recover(office, counted)
        time.sleep(0.2)
        recover(office, counted)
        check(office, journal, counted)
    counted["seconds"] = round(time.monotonic() - began)
    print(dict(counted))


def seconds_for_one(office: Office) -> float:
    """How long one transfer takes on this machine now; sending a few also loads everything that children need."""
    office.place_orders(6)
    waiting = office.waiting()
    send(office, waiting[:3], lambda: None, recovering=True)
    began = time.monotonic()
    send(office, waiting[3:], lambda: None, recovering=True)
    return (time.monotonic() - began) / 3


def recover(office: Office, counted: Counter[str]) -> None:
    """What the next start, or the next run-due, does."""
    with office.open() as register:
        found = register.gate.recover()
        counted["not sent"] += len(found.not_sent)
        counted["in doubt"] += len(found.in_doubt)
        counted["resolved"] += len(register.gate.settle_due(SYSTEM).settled)


def check(office: Office, journal: Path, counted: Counter[str]) -> None:
    """Compare the partner's invoices, the transfers, the orders and the log."""
    asked = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    arrived = Counter(number for number, added in asked if added)
    with office.open() as register:
        with register.database.reading() as connection:
            line, transfer = transfer_line_table.c, transfer_table.c
            logged = {row.key for row in connection.execute(select(line.key))}
            delivered = Counter(
                connection.execute(select(line.key).where(line.state == "delivered")).scalars()
            )
            states = Counter(connection.execute(select(transfer.state)).scalars())
            settled = connection.execute(
                select(transfer_event_table.c.kind).where(transfer_event_table.c.kind == "inquiry")
            ).all()
            sent = {
                str(number)
                for number in connection.execute(
                    select(customer_order_table.c.invoice_number).where(
                        customer_order_table.c.state == "sent"
                    )
                ).scalars()
            }
        report = register.log.verify(transfers.stored_lines)
    counted["delivered"] = len(delivered)
    counted["inquiries"] = len(settled)
    assert set(arrived) - logged == set(), "the partner has what the log lacks"
    assert [number for number, times in arrived.items() if times > 1] == [], "the partner has it twice"
    assert [number for number, times in delivered.items() if times > 1] == [], "delivered twice"
    # A request that the kill cut off in its middle names no invoice, and adds none.
    assert Counter(number for number, _ in asked if number) == arrived, "sent again although it had arrived"
    assert set(delivered) == set(arrived)
    assert sent == set(arrived)
    assert {"in_doubt", "intent", "sending"} & set(states) == set(), "a doubt that nobody settled"
    assert report.verified, report.problems
    assert counted["in doubt"] > 0
