"""Random histories: whatever goes wrong, the log says what happened."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from core.actor import SYSTEM, Actor, Role
from core.clock import FixedClock
from core.customers import bans, restrictions
from core.customers.bans import BanKind
from core.database import Database
from core.disclosure import transfers
from core.disclosure.errors import KeyInUse, NobodyToSend, OutcomeNotRecorded
from core.disclosure.log import LogFault
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import ItemState, TransferState
from core.keys import KeyRing
from tests.conftest import THE_MORNING
from tests.support.gate_house import House, Stop, open_house

if TYPE_CHECKING:
    from core.customers.types import Customer

FAULTS = (
    "",
    "refuse",
    "no_connection",
    "lost_request",
    "lost_reply",
    "raise_before",
    "raise_after",
    "raise_after_lost",
    "stop_after",
    "no_attempt",
    "partial",
)
BROKEN_LOG = ("", "", "", "intent", "outcome", "sign")


class Sending(RuleBasedStateMachine):
    """A few customers, one partner with every fault, a log that breaks now and then, doubt settled at random."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="machine-"))
        shutil.copyfile(self.template, self.directory / "register.db")
        clock = FixedClock(THE_MORNING)
        database = Database.open(f"sqlite:///{self.directory / 'register.db'}", clock)
        actor = Actor(staff_id=1, user_name="tester", name="Testi Tekijä", roles=frozenset(Role))
        keyring = KeyRing.create(self.directory / "master.key")
        self.house: House = open_house(database, keyring, clock, actor, self.directory)
        self.people: list[Customer] = [self.house.add() for _ in range(4)]
        self.closed: set[int] = set()
        self.arrived_at: dict[str, int] = {}

    def teardown(self) -> None:
        report = self.house.log.verify(transfers.stored_lines)
        assert report.verified, report.problems
        self.house.database.close()
        shutil.rmtree(self.directory)

    @rule(
        who=st.sets(st.integers(0, 3), min_size=1, max_size=3),
        fault=st.sampled_from(FAULTS),
        broken=st.sampled_from(BROKEN_LOG),
    )
    def send(self, who: set[int], fault: str, broken: str) -> None:
        """Send some people with a fault at the partner, and perhaps one in the log."""
        if fault == "no_attempt" and broken == "outcome":
            # An exit that sends without saying so is found out by its answer; if that too is lost, nobody can know.
            return
        house = self.house
        house.partner.fault = fault
        request = house.request(*(self.people[place] for place in sorted(who)))
        with pytest.MonkeyPatch.context() as patch:
            self._break(patch, broken)
            try:
                result = house.gate.send(house.actor, request)
            except (KeyInUse, NobodyToSend, LogFault, OutcomeNotRecorded, Stop):
                pass
            else:
                assert len(result.outcomes) + len(result.left_out) == len(who)
        house.partner.fault = ""
        house.gate.recover()

    def _break(self, patch: pytest.MonkeyPatch, what: str) -> None:
        log = cast("Any", self.house.log)
        real = log.append

        def failing(uow: object, kind: str, body: object) -> int:
            if kind == what:
                raise LogFault
            return cast("int", real(uow, kind, body))

        def refusing() -> None:
            raise LogFault

        patch.setattr(log, "append", failing)
        if what == "sign":
            patch.setattr(log, "sign", refusing)

    @rule(seconds=st.sampled_from((1, 61)), inquiry=st.sampled_from(("answer", "silent", "raise")))
    def settle(self, seconds: int, inquiry: str) -> None:
        """Time passes, and the partner is asked about what is in doubt."""
        self.house.clock.advance(seconds)
        self.house.partner.inquiry = inquiry
        self.house.gate.settle_due(SYSTEM)

    @rule(place=st.integers(0, 3))
    def forbid(self, place: int) -> None:
        """Somebody is restricted: from now on nothing of theirs arrives."""
        if place in self.closed or len(self.closed) == 2:
            return
        self.closed.add(place)
        with self.house.database.unit_of_work() as uow:
            customer_id, since = self.people[place].id, self.house.clock.now().date()
            restrictions.restrict(
                uow, self.house.actor, customer_id, ground=restrictions.Ground.UNLAWFUL, since=since
            )
            bans.forbid(
                uow, self.house.actor, customer_id, BanKind.DIRECT_MARKETING, origin="letter", since=since
            )
            uow.commit()
        key = f"key-{self.people[place].number}"
        self.arrived_at[key] = sum(1 for arrived, _ in self.house.partner.arrivals if arrived == key)

    @invariant()
    def the_log_says_what_happened(self) -> None:
        """Delivered means that the partner has it, refused and not sent that it has not; each arrival has an intent."""
        house = self.house
        with house.database.reading() as connection:
            line, transfer = transfer_line_table.c, transfer_table.c
            rows = connection.execute(
                select(line.key, line.state, transfer.number).join(
                    transfer_table, transfer.id == line.transfer_id
                )
            ).all()
        told = {(row.key, row.number): row.state for row in rows}
        assert None not in told.values()
        came = set(house.partner.arrivals)
        assert came <= told.keys()
        for place, state in told.items():
            if state == ItemState.DELIVERED:
                assert place in came or place[0] in house.partner.records
            elif state in (ItemState.NOT_SENT, ItemState.REFUSED):
                assert place not in came
        for key, before in self.arrived_at.items():
            assert sum(1 for arrived, _ in house.partner.arrivals if arrived == key) == before
        arrivals = [key for key, _ in house.partner.arrivals]
        assert len(arrivals) == len(set(arrivals)), "sent twice"

    @invariant()
    def counts_are_what_counting_gives(self) -> None:
        """What is kept of how many there are agrees with the transfers themselves, for each state and all."""
        with self.house.database.reading() as connection:
            rows = connection.execute(
                select(transfer_table.c.state, func.count()).group_by(transfer_table.c.state)
            )
            counted: dict[str, int] = {row[0]: row[1] for row in rows}
            for state in TransferState:
                wanted = TransferFilter(
                    state=state, recipient="accountant", staff_id=self.house.actor.staff_id
                )
                assert transfers.count(connection, wanted) == counted.get(state, 0)
            assert transfers.count(connection, TransferFilter()) == sum(counted.values())
            assert transfers.count(connection, TransferFilter(purpose="credit_check")) == 0


def test_random_histories_agree_with_the_partner(sqlite_url: str) -> None:
    """60 histories of up to 12 steps; a failing one is shrunk and printed."""
    Sending.template = Path(sqlite_url.removeprefix("sqlite:///"))
    run_state_machine_as_test(
        Sending,
        settings=settings(
            max_examples=60,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
