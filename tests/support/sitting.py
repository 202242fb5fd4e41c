"""Somebody sits down at `rekisteri tui` in a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.office import PASSWORD, USER
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = Path(sys.executable).with_name("rekisteri")
SIGN_IN = (USER, "enter", PASSWORD, "enter")


def environment() -> dict[str, str]:
    """The surroundings of the program: a terminal as sshd hands one on."""
    return {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def sit_down(config: Path, *, wrapper: Sequence[str] = ()) -> Terminal:
    """Start the program on the register of *config*; the sign-in screen is shown when this returns."""
    terminal = Terminal([*wrapper, str(PROGRAM), "--config", str(config), "tui"], environment())
    terminal.wait_for("F10")
    return terminal
