"""`rekisteri partner` and `rekisteri sandbox`, from the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

import core
from core.messages import tr
from tests.support import partners
from tui.cli import partner as partner_verb
from tui.cli import sandbox as sandbox_verb
from tui.cli.main import Cli

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from integrations.hub import Hub
    from integrations.sandbox.netvisor import NetvisorSandbox

ROOT = Path(core.__file__).parents[1]
CONFIG = """
[register]
name = "Asiakasrekisteri"
[register.controller]
name = "Esimerkki Oy"
address = "Katu 1, 00100 Helsinki"
contact_person = "Maija Meikäläinen"
email = "rekisteri@example.fi"
[log]
origin = "example.fi/test"
[partners.netvisor]
environment = "sandbox"
base_url = "http://127.0.0.1:{port}"
settings = {{ organisation_id = "1967543-8", product_identifier = "1697" }}
[partners.netvisor.secrets]
customer_id = "env:REKISTERI_TEST_SECRET"
customer_key = "env:REKISTERI_TEST_SECRET"
partner_id = "env:REKISTERI_TEST_SECRET"
partner_key = "env:REKISTERI_TEST_SECRET"
"""


class Desk(Cli):
    """A command line whose hub and person are given."""

    def __init__(self, hub: Hub, actor: Actor, *, as_json: bool = False, language: str = "fi") -> None:
        super().__init__(config_path=None, language=language, as_json=as_json, user_name=None)
        self._given = hub
        self.act_as(actor)

    def hub(self) -> Hub:
        """The hub given."""
        return self._given


def run(verb: Any, desk: Desk, *arguments: str) -> Result:
    return CliRunner().invoke(verb.command, list(arguments), obj=desk, catch_exceptions=False)


@pytest.fixture
def hub(netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub with Netvisor's sandbox alone."""
    return partners.hub(tmp_path, clock, netvisor=partners.netvisor_partner(monkeypatch, netvisor.base_url))


def test_list(hub: Hub, actor: Actor) -> None:
    """Each installed adapter stands on a line with its environment, or that it is not configured."""
    said = run(partner_verb, Desk(hub, actor), "list").output.splitlines()
    assert [line.split(maxsplit=1) for line in said] == [
        ["asiakastieto", "ei määritetty"],
        ["netvisor", "sandbox"],
        ["ytj", "ei määritetty"],
    ]
    data = json.loads(run(partner_verb, Desk(hub, actor, as_json=True), "list").output)
    assert data[1]["requires"][0] == "customer.number"


def test_show(hub: Hub, actor: Actor) -> None:
    """One adapter is shown with what it may be sent, where to, its secrets by name and its settings explained."""
    said = run(partner_verb, Desk(hub, actor), "show", "netvisor").output
    assert "käyttötarkoitukset: invoicing" in said
    assert "osoite: 127.0.0.1" in said
    assert "product_identifier: Netvisorissa olevan yleistuotteen tunniste" in said
    assert partners.NETVISOR_KEYS.customer_key not in said


def test_check(hub: Hub, actor: Actor, netvisor: NetvisorSandbox) -> None:
    """The connection test says that it works, or what does not, with exit code 3."""
    said = run(partner_verb, Desk(hub, actor, language="en"), "check", "netvisor")
    assert (said.exit_code, said.output) == (0, "netvisor answers as it should.\n")
    netvisor.stop()
    said = run(partner_verb, Desk(hub, actor), "check", "netvisor")
    assert (said.exit_code, said.output) == (3, tr("The partner could not be reached.", "fi") + "\n")


def test_sandbox_runs_until_interrupted(tmp_path: Path) -> None:
    """The sandbox listens where config.toml has the partner, says so, and ends on Ctrl-C with 130."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(port=port), encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        "from tui.cli.main import main; main()",
        "--config",
        str(config),
        "--language",
        "en",
    ]
    environment = os.environ | {"REKISTERI_TEST_SECRET": "invented", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, "sandbox", "run", "netvisor"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        second = subprocess.run(
            [*command, "sandbox", "run", "netvisor"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
    assert (second.returncode, "cannot listen" in second.stderr) == (3, True)
    assert sandbox_verb.command.name is not None
