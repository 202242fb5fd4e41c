"""There is one way out: the source is walked for others, and the program is watched while it works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.office import open_office
from tests.support.ways_out import ROOT, kinds_in, ways_out
from tui.app import RegisterApp
from tui.session.closed import Closed, WayOutClosed
from tui.session.display import Display

if TYPE_CHECKING:
    from pathlib import Path


def documented() -> dict[str, set[str]]:
    """The table of docs/exits.md: module to what it may do."""
    text = (ROOT / "docs" / "exits.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w/]+\.py)` \| ([a-z ]+) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    assert all(why.strip() and until.strip() for _, _, why, until in rows)
    return {module: set(kinds.split()) for module, kinds, _, _ in rows}


def test_every_module_that_could_is_documented_with_its_reason() -> None:
    """A new file, connection, program or clipboard in the source fails here until it has a reason; a stale reason too."""
    assert ways_out() == documented()


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("open('x', 'w')", "file"),
        ("path.open('ab')", "file"),
        ("path.open(mode='r+')", "file"),
        ("os.open(p, os.O_RDWR)", "file"),
        ("os.fdopen(n, 'wb')", "file"),
        ("path.write_text(name)", "file"),
        ("import tempfile", "file"),
        ("os.write(1, b'x')", "file"),
        ("shutil.copyfile(a, b)", "file"),
        ("def f():\n    from http.client import HTTPSConnection", "network"),
        ("import socket as s", "network"),
        ("from urllib.request import urlopen", "network"),
        ("import smtplib", "network"),
        ("import subprocess", "program"),
        ("os.execvp('sh', [])", "program"),
        ("os.system('lp')", "program"),
        ("import webbrowser", "program"),
        ("self.app.copy_to_clipboard(x)", "screen"),
        ("app.open_url(x)", "screen"),
        (r"print('\x1b]52;c;eA==\a')", "screen"),
    ],
)
def test_the_walk_sees_each_kind(source: str, kind: str) -> None:
    """The walk is no better than what it knows: each kind of way out, put into a module, is found."""
    assert kind in set(kinds_in(source))


def test_the_walk_lets_reading_pass() -> None:
    """Opening to read, replacing text and making a folder are no ways out."""
    assert not set(
        kinds_in(
            "path.open('rb')\nopen(x)\n'a'.replace('b', 'w')\ndesk.open(Screen())\nd.mkdir()\nDatabase.open(u)"
        )
    )


@pytest.mark.parametrize("name", sorted(name for name in vars(Closed) if not name.startswith("_")))
def test_what_textual_offers_is_closed(name: str) -> None:
    """Clipboard, screenshots, links, files and the shell refuse in the app itself, whoever calls them."""
    from textual.app import App

    assert hasattr(App, name), f"Textual has no {name} any more: look for its successor"
    assert getattr(RegisterApp, name) is vars(Closed)[name]
    assert issubclass(RegisterApp, Display)
    with pytest.raises(WayOutClosed):
        getattr(object.__new__(RegisterApp), name)("x")


def test_no_way_that_textual_offers_is_forgotten() -> None:
    """A later Textual that delivers, copies, opens or saves in a new way is noticed when it is taken into use."""
    from textual.app import App

    offered = {name for name in dir(App) if re.search(r"clipboard|screenshot|deliver|open_url|suspend", name)}
    known = {name for name in vars(Closed) if not name.startswith("_")}
    # The text last copied (always none), signals that tell of suspending, and the inside of delivery.
    harmless = {
        "clipboard",
        "app_suspend_signal",
        "_on_delivery_complete",
        "_suspend_signal",
        "_deliver_binary",
        "_on_delivery_failed",
    }
    assert offered - known - harmless == set()


def test_nothing_but_the_registers_own_folders_is_written(tmp_path: Path) -> None:
    """The main verbs, run under an audit hook: no file elsewhere, no connection, no program but the typesetter."""
    folder = tmp_path / "register"
    office = open_office(folder)
    office.register.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    watched = ROOT / "tests" / "support" / "watched.py"
    done = subprocess.run(
        [sys.executable, str(watched), str(office.file)],
        capture_output=True,
        text=True,
        check=False,
        cwd=elsewhere,
        env={"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failed"] == []
    allowed = (f"{folder}/", "/dev/null")
    relative = [path for path in told["written"] if not path.startswith("/")]
    assert [path for path in told["written"] if path not in relative and not path.startswith(allowed)] == []
    # Relative to a folder that was opened: all of them exports, and none of them in the working directory.
    assert [
        path for path in relative if not re.fullmatch(r"\.?(csv|labels|letter-hello)-[0-9a-z.-]+", path)
    ] == []
    assert sorted(path.suffix for path in (folder / "exports").iterdir()) == [".csv", ".pdf", ".pdf"]
    assert list(elsewhere.iterdir()) == []
    assert told["connections"] == []
    assert [program for program in told["programs"] if "typst_worker.py" not in program] == []
    assert len(told["programs"]) >= 2
