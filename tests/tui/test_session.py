"""What stands around the screens: the environment, work in threads, and what is loaded when."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from core.errors import Refused
from tui.app import RegisterApp
from tui.session.background import SessionClosing, in_thread, unless_closing
from tui.session.environment import neutralise
from tui.session.seat import Seat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.office import Office


def test_a_shell_cannot_steer_textual() -> None:
    """Debug logs, screenshots, pressed keys and other drivers are off, whatever the environment says."""
    environment = {
        "TEXTUAL_LOG": "/tmp/log",  # noqa: S108 - a name, never a file
        "TEXTUAL_PRESS": "1,enter",
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL": "debug",
        "NO_COLOR": "1",
        "TERM": "xterm-256color",
        "HOME": "/home/maija",
    }
    neutralise(environment)
    assert not {"TEXTUAL_LOG", "TEXTUAL_PRESS", "TEXTUAL_DRIVER", "TEXTUAL_SCREENSHOT", "TEXTUAL"} & set(
        environment
    )
    assert environment["TEXTUAL_ANIMATIONS"] == "none"
    assert environment["TEXTUAL_COLOR_SYSTEM"] == "256"
    assert environment["HOME"] == "/home/maija"


def test_an_old_terminal_gets_sixteen_colours() -> None:
    """Without 256 colours in its name a terminal is not sent them."""
    environment = {"TERM": "vt220"}
    neutralise(environment)
    assert environment["TEXTUAL_COLOR_SYSTEM"] == "standard"


async def test_work_in_a_thread_gives_its_result() -> None:
    """And its exception to whoever awaits it."""

    def refuse() -> None:
        raise Refused

    assert await in_thread(lambda: threading.current_thread().daemon)
    with pytest.raises(Refused):
        await in_thread(refuse)


async def test_work_does_not_hold_the_end_of_a_session() -> None:
    """When the session closes, nobody waits for a partner any more."""
    closing, answer = asyncio.Event(), threading.Event()
    waiting = asyncio.ensure_future(unless_closing(in_thread(answer.wait), closing))
    await asyncio.sleep(0)
    closing.set()
    with pytest.raises(SessionClosing):
        await waiting
    answer.set()


def test_the_sign_in_screen_loads_no_partner_and_no_network() -> None:
    """Start-up is quick, and what could connect is not there before it is needed."""
    program = (
        "import sys; import tui.app, tui.screens.sign_in, tui.session.seat;"
        "print([name for name in sys.modules if name.split('.')[0] in {'httpx', 'h11', 'lxml'}"
        " or name.startswith(('integrations.netvisor', 'integrations.asiakastieto', 'integrations.hub'))])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_crash_ends_in_a_sentence(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """When drawing itself fails there is no traceback and no value, but a number; the note has no value either."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = RegisterApp(Seat(office.register, origin="test"))
    try:
        int("Virtanen Maija")
    except ValueError as error:
        app._handle_exception(error)
    told = " ".join(str(part) for part in app._exit_renderables)
    note = (tmp_path / "rekisteri" / "faults.log").read_text(encoding="utf-8")
    assert app.return_code == 1
    assert "vika" in told
    assert "ValueError" in note
    assert "Virtanen" not in told + note
