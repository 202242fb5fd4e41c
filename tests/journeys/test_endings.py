"""The ends of a session: a dropped line, a shutdown, a terminal that stopped reading, bytes that mean nothing."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.customers import orders
from core.customers.orders import OrderState
from core.customers.types import CustomerValues, Kind, NewCustomer
from core.staff.model import session_table
from tests.support.sitting import SIGN_IN, sit_down

if TYPE_CHECKING:
    from tests.support.office import Office
    from tests.support.terminal import Terminal

MATTI = 4


def at_an_order(terminal: Terminal) -> None:
    """Signed in, in the middle of an order."""
    terminal.send(*SIGN_IN, "f6", "matti", "enter", "Huolto", "tab", "keskeneräinen")
    terminal.wait_for("keskener")


def person(number: int) -> NewCustomer:
    """One more customer."""
    return NewCustomer(
        CustomerValues(Kind.PERSON, f"Etu{number}", f"Suku{number:03}", street=f"Katu {number}")
    )


def reason_of_end(office: Office) -> str | None:
    """How the last session ended."""
    with office.register.database.reading() as connection:
        ended: str | None = connection.execute(
            select(session_table.c.end_reason).order_by(session_table.c.started_at.desc())
        ).scalar()
    return ended


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_the_session_within_a_second(office: Office, number: signal.Signals) -> None:
    """The session's end is recorded, the unfinished order is kept as a draft."""
    with sit_down(office.file) as terminal:
        at_an_order(terminal)
        started = time.monotonic()
        terminal.signal(number)
        assert terminal.wait_for_end() == 0
        assert time.monotonic() - started < 1
    assert reason_of_end(office) == "hang_up"
    with office.register.database.reading() as connection:
        (order,) = orders.orders_of(connection, MATTI)
    assert (order.state, order.lines[0].description) == (OrderState.DRAFT, "keskeneräinen")


def test_a_line_that_drops_under_nohup_leaves_no_orphan(office: Office) -> None:
    """SIGHUP is never inherited as ignored, and a terminal that is gone is noticed without it."""
    with sit_down(office.file, wrapper=("/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh")) as terminal:
        at_an_order(terminal)
        terminal.hang_up()
        terminal.wait_for_end()
    assert reason_of_end(office) == "hang_up"


def test_a_stalled_terminal_does_not_hold_the_program(office: Office) -> None:
    """Nobody reads what is written any more: SIGHUP ends it all the same."""
    with sit_down(office.file) as terminal:
        terminal.send(*SIGN_IN, "1")
        terminal.wait_for("Aaltonen")
        for _ in range(400):
            os.write(terminal.descriptor, b"\x1b[17~x\x1b[24~\x1b[24~")
        terminal.signal(signal.SIGHUP)
        end = time.monotonic() + 30
        while not (ended := os.waitpid(terminal.pid, os.WNOHANG)[0]) and time.monotonic() < end:
            time.sleep(0.01)
        assert ended
        terminal.exit_status = 0


def test_bytes_that_are_no_text_do_not_end_the_session(office: Office) -> None:
    """A terminal set to Latin-1 sends an ä that is not UTF-8; the session goes on."""
    with sit_down(office.file) as terminal:
        terminal.send(*SIGN_IN, "1")
        terminal.wait_for("Aaltonen")
        os.write(terminal.descriptor, b"\xe4\xff")
        terminal.send("ctrl+u", "matti", "enter")
        terminal.wait_for("Virtanen Matti")


def test_a_smaller_terminal_is_drawn_anew(office: Office) -> None:
    """After a resize nothing of the old picture is left."""
    with sit_down(office.file) as terminal:
        terminal.send(*SIGN_IN, "1")
        terminal.wait_for("Aaltonen")
        terminal.quiet()
        terminal.resize(100, 30)
        assert terminal.pump(lambda: terminal.row(30).startswith(" F1"), 10)
        terminal.resize(80, 24)
        assert terminal.pump(lambda: terminal.row(24).startswith(" F1"), 10)
        terminal.quiet()
        assert terminal.text().count("Aaltonen") == 1


def test_an_idle_screen_writes_nothing(office: Office) -> None:
    """No cursor blinks and no clock ticks, so that sshd's own time limit sees that nobody is there."""
    with sit_down(office.file) as terminal:
        terminal.send(*SIGN_IN, "1")
        terminal.wait_for("Aaltonen")
        terminal.quiet()
        assert terminal.quiet(seconds=2, at_most=2) == 0


def test_keys_cost_few_bytes(office: Office) -> None:
    """A letter, a row, a page, a card: far below what a slow line carries at once."""
    office.add_rows([person(n) for n in range(200)])
    with sit_down(office.file) as terminal:
        terminal.send(*SIGN_IN, "1")
        terminal.wait_for("Aaltonen")
        terminal.quiet()

        def cost(*keys: str) -> int:
            terminal.send(*keys)
            return terminal.quiet()

        assert cost("down") <= 500
        assert cost("pagedown") <= 5000
        assert cost("enter") <= 6000
        assert cost("f2") <= 6000
        assert cost("tab") <= 1500
        assert cost("x") <= 700
