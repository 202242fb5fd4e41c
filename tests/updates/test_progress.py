"""The progress bar: on standard error, for a person at a terminal, and for nobody else."""

from __future__ import annotations

import os
import pty
import re
import sys
import time
from typing import TYPE_CHECKING

from core.batches.types import Progress
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    import pytest


def test_a_terminal_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the bar tells rows done of rows to do, rows a second, and the time left."""
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress_bar("Luetaan") as watch:
            assert watch is not None
            watch(Progress(50, 200, {}))
            time.sleep(1.1)
            watch(Progress(100, 200, {}))
            watch(Progress(200, 200, {}))
        terminal.flush()
        shown = os.read(leader, 10_000).decode()
        # What was written at several times may come in several pieces.
        while "200/200" not in shown:
            shown += os.read(leader, 10_000).decode()
    os.close(leader)
    assert "Luetaan" in shown
    assert "200/200" in shown
    assert "00:00:0" in shown
    assert re.search(r"\d/s", shown)


def test_a_pipe_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, nothing is written."""
    with progress_bar("Luetaan") as watch:
        assert watch is None
    assert capsys.readouterr().err == ""
