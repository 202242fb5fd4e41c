"""Starts a session; Textual is imported here and not before, so that the command line starts without it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core import environment
from tui.cli.identity import origin
from tui.session.environment import neutralise
from tui.session.errors import NoTerminal
from tui.session.signals import never_inherit_ignoring

if TYPE_CHECKING:
    from core.register import Register
    from core.staff.sign_in import KeyHolder, Session


def run_session(
    register: Register,
    *,
    key: KeyHolder | None = None,
    user_name: str | None = None,
    session: Session | None = None,
) -> int:
    """Show the screens until the person signs out or the line drops; returns the exit code.

    *key* says whose SSH key the connection came in with: only that member can sign in, with the password (P13).
    *user_name* fills in the name on the sign-in screen.  With *session*, somebody has signed in already.

    Raises:
        NoTerminal: standard input or error is not a terminal.
        RegisterError: the database is not there.
    """
    if not all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__)):
        raise NoTerminal
    never_inherit_ignoring()
    neutralise(environment.of_this_process())
    from tui.session.seat import Seat

    seat = Seat(register, origin=origin(), key=key)
    if session is not None:
        seat.begin(session)
    from tui.app import RegisterApp
    from tui.session.driver import TerminalDriver

    app = RegisterApp(seat, user_name=user_name or seat.key_user_name, driver_class=TerminalDriver)
    app.run(mouse=False)
    return app.return_code or 0
