from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.clock import FixedClock
from core.database import Database
from core.staff import delays
from core.staff.model import sign_in_delay_table
from tests.conftest import THE_MORNING

ACCOUNT, ORIGIN = "account:1", "origin:ssh 192.0.2.7"


def try_once(database: Database, *, right: bool = False) -> int:
    """One attempt as `sign_in` makes it; returns the seconds it was told to wait, 0 when it was evaluated."""
    with database.unit_of_work() as uow:
        seconds = delays.seconds_to_wait(uow, [ACCOUNT, ORIGIN])
        if not seconds:
            delays.charge(uow, ACCOUNT)
            if right:
                delays.forgive(uow, ACCOUNT, ORIGIN)
            else:
                delays.charge(uow, ORIGIN)
        uow.commit()
    return seconds


def test_the_wait_doubles_from_one_second_to_fifteen_minutes() -> None:
    """None, 1, 2, 4 … 512 s, then 15 min for good."""
    waits = [delays.delay_after(failures).total_seconds() for failures in range(14)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@given(st.integers(min_value=-5, max_value=10**9))
def test_the_wait_never_shrinks_with_failures_and_never_passes_fifteen_minutes(failures: int) -> None:
    """Growing, and never permanent."""
    wait = delays.delay_after(failures)
    assert timedelta(0) <= wait <= delays.delay_after(failures + 1) <= delays.LONGEST


def test_a_day_of_guessing_gets_about_a_hundred_guesses_evaluated(
    database: Database, clock: FixedClock
) -> None:
    """However fast somebody guesses: 105 are looked at on the first day, 96 on any later one."""
    evaluated = []
    for day in (1, 2):
        count = 0
        while clock.now() < THE_MORNING + timedelta(days=day):
            # The best a guesser can do is to try the moment each wait is over.
            told = try_once(database)
            count += not told
            clock.advance(told)
        evaluated.append(count)
    assert evaluated == [105, 96]


def test_trying_during_the_wait_does_not_lengthen_it(database: Database, clock: FixedClock) -> None:
    """Nobody can keep another person out by hammering."""
    for _ in range(4):
        try_once(database)
        clock.advance(10)
    try_once(database)
    first = try_once(database)
    for _ in range(20):
        assert try_once(database) == first == 16
    clock.advance(16)
    assert try_once(database, right=True) == 0


def test_a_right_password_forgets_the_account_and_takes_back_its_share_of_the_origin(
    database: Database, clock: FixedClock
) -> None:
    """Typing slips leave nothing behind; another account's failures at the origin stay."""
    with database.unit_of_work() as uow:
        delays.charge(uow, "account:2")
        delays.charge(uow, ORIGIN)
        uow.commit()
    for _ in range(2):
        clock.advance(100)
        try_once(database)
    clock.advance(100)
    assert try_once(database, right=True) == 0
    with database.reading() as connection:
        left = {row.subject: row.failures for row in connection.execute(sign_in_delay_table.select())}
    assert left == {"account:2": 1, ORIGIN: 1}


def test_failures_are_forgotten_after_a_quiet_day(database: Database, clock: FixedClock) -> None:
    """A day later the count begins again, and the old rows are cleared away."""
    for _ in range(12):
        try_once(database)
        clock.advance(901)
    clock.advance(24 * 3600)
    assert try_once(database) == 0
    with database.reading() as connection:
        assert {row.failures for row in connection.execute(sign_in_delay_table.select())} == {1}


def test_waits_survive_the_process(database: Database, database_url: str, clock: FixedClock) -> None:
    """A new connection, as a new process has, sees the same wait."""
    for _ in range(3):
        try_once(database)
        clock.advance(5)
    try_once(database)
    again = Database.open(database_url, clock)
    try:
        assert try_once(again) == 8
    finally:
        again.close()


@given(st.text(max_size=60))
def test_what_nobody_is_called_leaves_twelve_bits(typed: str) -> None:
    """The bucket of an unknown user name is one of 4,096."""
    name, bucket = delays.nobody_subject(typed).split(":")
    assert name == "nobody"
    assert 0 <= int(bucket) < 4096


@pytest.fixture(scope="module")
def _sqlite_copy(_sqlite_template: Path) -> None:
    Waits.template = _sqlite_template.read_bytes()


class Waits(RuleBasedStateMachine):
    """Attempts, right and wrong, at any moments, against a plain model of the rule."""

    template = b""

    def __init__(self) -> None:
        super().__init__()
        self.directory = TemporaryDirectory()
        path = Path(self.directory.name) / "register.db"
        path.write_bytes(self.template)
        self.clock = FixedClock(THE_MORNING)
        self.database = Database.open(f"sqlite:///{path}", self.clock)
        self.account = self.origin = 0
        self.free_at = self.clock.now()

    @rule(seconds=st.integers(min_value=0, max_value=1200))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @rule(right=st.booleans())
    def attempt(self, *, right: bool) -> None:
        """Somebody tries."""
        told = try_once(self.database, right=right)
        left = (self.free_at - self.clock.now()).total_seconds()
        assert told == max(0, -(-left // 1))
        if told:
            return
        if right:
            self.account = self.origin = 0
        else:
            self.account += 1
            self.origin += 1
            self.free_at = self.clock.now() + delays.delay_after(self.account)

    @invariant()
    def never_permanent(self) -> None:
        """However it went, a quarter of an hour later the door is open."""
        assert self.free_at - self.clock.now() <= delays.LONGEST

    def teardown(self) -> None:
        """Let the database go."""
        self.database.close()
        self.directory.cleanup()


@pytest.mark.usefixtures("_sqlite_copy")
def test_the_delays_follow_their_rule_through_any_history() -> None:
    """Random histories of attempts and pauses agree with the model at each step."""
    Waits.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
    Waits.TestCase().runTest()
