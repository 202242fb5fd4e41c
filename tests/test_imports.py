"""What a process loads is what it can do: seen from outside, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROBE = (
    "import sys, json, {modules}; print(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)))"
)
DEEP_PROBE = "import sys, json, {modules}; print(json.dumps(sorted(sys.modules)))"
CORE = "core, core.config, core.database, core.keys, core.register, core.disclosure.gate, core.staff.sign_in"
SIGN_IN = "tui.app, tui.screens.sign_in"


def loaded(modules: str, probe: str = PROBE) -> set[str]:
    """The modules in a fresh process that has imported *modules*."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", probe.format(modules=modules)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("library", ["textual", "rich", "click", "httpx", "typst", "alembic"])
def test_core_loads_without(library: str) -> None:
    """The register decides without a screen, a command line, a network library, a typesetter or a migration tool."""
    assert library not in loaded(CORE)


@pytest.mark.parametrize("library", ["httpx", "alembic", "typst", "lxml"])
def test_sign_in_screen_loads_without(library: str) -> None:
    """Somebody waiting at the sign-in screen waits for nothing that only later work needs."""
    assert library not in loaded(SIGN_IN)


def test_sign_in_screen_loads_no_adapter() -> None:
    """Partners' code runs when something is sent, not when somebody arrives."""
    partners = {"integrations.netvisor", "integrations.asiakastieto", "integrations.address_file"}
    names = loaded(SIGN_IN, DEEP_PROBE)
    assert not {name for name in names if name in partners or name == "integrations.transport"}


def test_command_line_starts_without_screens_or_network() -> None:
    """A verb of the command line loads what it uses and no more."""
    assert loaded("tui.cli.main").isdisjoint({"textual", "httpx", "sqlalchemy", "cryptography", "alembic"})


def test_nothing_is_opened_by_importing() -> None:
    """Importing the whole core opens no file of ours, no socket and no thread."""
    code = (
        f"import {CORE}, os, threading, json; "
        "print(json.dumps([threading.active_count(), sorted(os.readlink(f'/proc/self/fd/{each}') "
        "for each in os.listdir('/proc/self/fd') if os.path.islink(f'/proc/self/fd/{each}'))]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    threads, files = json.loads(done.stdout)
    assert threads == 1
    assert not [name for name in files if name.startswith("socket:") or name.endswith(".db")]
