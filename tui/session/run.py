"""Starts a session; Textual is imported here and not before, so that the command line starts without it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core import environment
from tui.session.environment import neutralise
from tui.session.errors import NoTerminal
from tui.session.signals import never_inherit_ignoring

if TYPE_CHECKING:
    from core.register import Register

_LOCAL = "local"


def run_session(register: Register, staff_id: int | None = None, user_name: str | None = None) -> int:
    """Show the screens until the person signs out or the line drops; returns the exit code.

    With *staff_id* that member is signed in at once, because an SSH key has already said who it is; *user_name* only
    fills in the name on the sign-in screen.

    Raises:
        NoTerminal: standard input or output is not a terminal.
        RegisterError: *staff_id* may not sign in (disabled, no confidentiality agreement), or the database is not there.
    """
    if not all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__)):
        raise NoTerminal
    never_inherit_ignoring()
    neutralise(environment.of_this_process())
    from tui.session.seat import Seat

    seat = Seat(register, origin=_origin())
    if staff_id is not None:
        seat.sign_in_with_key(staff_id)
    from tui.app import RegisterApp
    from tui.session.driver import TerminalDriver

    app = RegisterApp(seat, user_name=user_name, driver_class=TerminalDriver)
    app.run(mouse=False)
    return app.return_code or 0


def _origin() -> str:
    """Where the person comes from, as sshd says: the client's address, or this machine."""
    connection = (environment.SSH_CONNECTION.value() or "").split()
    return connection[0] if connection else _LOCAL
