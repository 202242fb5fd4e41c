"""What keeps a session from starting."""

from __future__ import annotations

from core.errors import UsageError
from core.messages import N_


class NoTerminal(UsageError):
    """Full-screen work needs a terminal on both sides."""

    code = "session.no_terminal"
    sentence = N_("This is not a terminal, so the screens cannot be shown.")
    advice = N_("Use ssh -t, or use the command line: rekisteri --help lists what it can do.")
