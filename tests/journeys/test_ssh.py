"""The register over a real OpenSSH server on loopback, configured by the snippet that docs/ssh.md ships."""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import select

from core.actor import Actor, Role
from core.customers.service import add
from core.customers.types import CustomerValues, Source, SourceKind
from core.database import Database
from core.staff import access_log
from core.staff.model import session_table
from tests.support.sftp_server import await_banner
from tests.support.sftp_server import program as binary
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.postgres import Cluster

ROOT = Path(__file__).parent.parent.parent
SNIPPET = ROOT / "docs" / "sshd_register.conf"
PROGRAM = Path(sys.executable).with_name("rekisteri")
PASSWORD = "vihreä lamppu juoksee"


@dataclass
class Site:
    """A register, a server in front of it, and a person's computer with a key."""

    directory: Path
    database_url: str
    port: int = 0

    @property
    def config(self) -> Path:
        """The register's configuration."""
        return self.directory / "config.toml"

    @property
    def authorized_keys(self) -> Path:
        """The file of variant B."""
        return self.directory / "authorized_keys"

    @property
    def private_key(self) -> Path:
        """The person's key."""
        return self.directory / "id_ed25519"

    def rekisteri(self, *arguments: str) -> str:
        """Run a command on the register's machine as its administrator; returns what it printed."""
        environment = {
            **os.environ,
            "LANG": "C.UTF-8",
            "REKISTERI_PASSWORD_FILE": str(self.directory / "password"),
        }
        command = [str(PROGRAM), "--config", str(self.config), "--user", "paula", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write_keys(self) -> None:
        """Write variant B's file anew, as the administrator does after each change."""
        self.rekisteri("ssh-key", "authorized", "--output", str(self.authorized_keys))

    def client(self, *options: str) -> list[str]:
        """The client's command line as far as the destination."""
        settings = {
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.directory / "known_hosts"),
            "IdentityFile": str(self.private_key),
            "Port": str(self.port),
        }
        chosen = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
        return [binary("ssh"), "-F", "none", *chosen, *options, f"{getpass.getuser()}@127.0.0.1"]

    def ssh(self, command: str, *options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """What the person gets who sends *command* without a terminal, and *typed* on standard input."""
        return subprocess.run(
            [*self.client("-T", *options), command],
            capture_output=True,
            text=True,
            input=typed,
            timeout=30,
            check=False,
        )


def make_register(directory: Path, database_url: str) -> Site:
    """A new register with one administrator, made by the commands of the operating guide."""
    site = Site(directory, database_url)
    password = directory / "password"
    password.touch(mode=0o600)
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    site.rekisteri(
        *(
            "config",
            "init",
            "--name",
            "Testirekisteri",
            "--controller",
            "Esimerkki Oy",
            "--address",
            "Katu 1",
        ),
        *("--contact-person", "Maija", "--email", "r@example.fi", "--database", database_url),
    )
    site.rekisteri(
        *("staff", "first", "paula", "--name", "Paula Päällikkö", "--document", "mappi 1"),
        *("--signed-on", "2026-01-02", "--interface", "en", "--password-file", str(password)),
        *(part for role in ("clerk", "reviewer") for part in ("--role", role)),
    )
    keygen = [binary("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "Paulan kone", "-f"]
    subprocess.run([*keygen, str(site.private_key)], check=True)
    site.rekisteri("ssh-key", "add", "paula", f"{site.private_key}.pub")
    return site


def shipped_settings(site: Site, variant: str) -> str:
    """The shipped snippet for this user and this place, with the variant's lines on."""
    text = SNIPPET.read_text(encoding="utf-8").replace(
        "Match User rekisteri", f"Match User {getpass.getuser()}"
    )
    if variant == "file":
        text = re.sub(r"(?m)^ *AuthorizedKeys(File none|Command.*)$", "", text)
        return text.replace(
            "#AuthorizedKeysFile /var/lib/rekisteri/authorized_keys",
            f"AuthorizedKeysFile {site.authorized_keys}",
        )
    # sshd wants the command owned by root, which a developer's own environment is not; env is.
    called = f"{PROGRAM} --config {site.config}"
    asked = f"/usr/bin/env {called} ssh-key authorized --fingerprint %f --blob %k"
    text = re.sub(r"(?m)^( *AuthorizedKeysCommand) .*$", rf"\1 {asked}", text)
    return re.sub(r"(?m)^( *AuthorizedKeysCommandUser) .*$", rf"\1 {getpass.getuser()}", text)


@contextmanager
def serving(site: Site, variant: str) -> Iterator[None]:
    """A server of our own, on a free port of loopback; stopped by its process id."""
    host_key = site.directory / "host_key"
    subprocess.run([binary("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(host_key)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        site.port = free.getsockname()[1]
    public = host_key.with_suffix(".pub").read_text(encoding="utf-8")
    (site.directory / "known_hosts").write_text(f"[127.0.0.1]:{site.port} {public}", encoding="utf-8")
    config = site.directory / "sshd_config"
    ours = [
        "ListenAddress 127.0.0.1",
        f"Port {site.port}",
        f"HostKey {host_key}",
        "PidFile none",
        # The test's files lie below /tmp, which everybody may write to.
        "StrictModes no",
        "PermitRootLogin forced-commands-only",
        "LogLevel VERBOSE",
    ]
    config.write_text("\n".join([*ours, shipped_settings(site, variant)]), encoding="utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    checked = subprocess.run(
        [binary("sshd"), "-t", "-f", str(config)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    log = (site.directory / "sshd.log").open("wb")
    server = subprocess.Popen([binary("sshd"), "-D", "-e", "-f", str(config)], stdout=log, stderr=log)
    try:
        await_banner(site.port, site.directory / "sshd.log", server)
        yield
    finally:
        server.terminate()
        server.wait(10)
        log.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """A register of each kind in turn, with an administrator who has a key."""
    if request.param == "sqlite":
        return make_register(tmp_path, f"sqlite:///{tmp_path / 'register.db'}")
    cluster: Cluster = request.getfixturevalue("postgres")
    return make_register(tmp_path, cluster.create_database(f"ssh_{uuid4().hex}"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("variant", ["command", "file"])
def test_a_key_gets_the_command_line_and_nothing_else(site: Site, variant: str, tmp_path: Path) -> None:
    """The listed commands work as the key's owner; other verbs, shells, file transfer and tunnels do not; a revoked
    key is out.
    """
    if variant == "file":
        site.write_keys()
    with serving(site, variant):
        listed = site.ssh("staff list --json")
        assert listed.returncode == 0, listed.stderr + (tmp_path / "sshd.log").read_text()
        assert [row["user_name"] for row in json.loads(listed.stdout)] == ["paula"]
        attempts = json.loads(site.ssh("staff sign-ins --json --limit 1").stdout)
        assert [(row["method"], row["outcome"], row["origin"]) for row in attempts] == [
            ("key", "accepted", "127.0.0.1")
        ]

        search = "customer search virtanen --task soitto --json"
        assert site.ssh(search, typed=f"{PASSWORD}\n").stdout == "[]\n"
        keyless = site.ssh(search)
        assert (keyless.returncode, keyless.stdout) == (1, ""), "the key alone shows nobody"

        mark = tmp_path / "mark"
        quoted = shlex.quote(str(mark))
        for command in (
            "bash",
            f"touch {quoted}",
            f"staff list; touch {quoted}",
            f"$(touch {quoted})",
            "staff disable paula",
        ):
            refused = site.ssh(command)
            assert (refused.returncode, refused.stdout) == (2, ""), command
            assert "staff list" in refused.stderr
        assert not mark.exists()
        assert site.ssh("sftp", "-s").returncode != 0
        tunnel = site.ssh("staff list", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1")
        assert tunnel.returncode == 255, "a tunnel is refused by sshd"
        empty = subprocess.run(
            site.client("-T"), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert (empty.returncode, "ssh -t" in empty.stderr) == (2, True)

        site.rekisteri("ssh-key", "revoke", "1")
        if variant == "file":
            # The line still stands in the file: then the program itself refuses.
            assert site.ssh("staff list").returncode == 1
            site.write_keys()
        shut = site.ssh("staff list")
        assert (shut.returncode, "Permission denied" in shut.stderr) == (255, True)


@pytest.mark.timeout(180)
def test_with_a_terminal_the_screens_ask_the_key_s_owner_for_the_password(site: Site) -> None:
    """The sign-in screen has the owner's name; another's name is refused, the right password opens the menu, and
    hanging up ends the session.
    """
    database = Database.open(site.database_url)
    try:
        _add_customers(database)
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        with serving(site, "command"), Terminal(site.client("-tt"), environment) as terminal:
            terminal.wait_for("paula")
            terminal.send("shift+tab", *["backspace"] * 5, "kalle", "tab", PASSWORD, "enter")
            terminal.wait_for("belongs to paula")
            terminal.send("shift+tab", *["backspace"] * 5, "paula", "tab", PASSWORD, "enter")
            terminal.wait_for("Customers")
            terminal.send("1", "ahven")
            terminal.wait_for("Ahvenniemi")
            assert terminal.pump(lambda: "Särki" not in terminal.text(), 10)
            terminal.send("enter")
            assert terminal.pump(lambda: "Search:" not in terminal.text(), 20), "the card covers the list"
            assert "Kaislatie 5" in terminal.text()
            terminal.signal(signal.SIGHUP)
            terminal.wait_for_end()
            ended = _wait_for_end_of_session(database)
        with database.reading() as connection:
            looked = [event.action for event in access_log.recent(connection)]
    finally:
        database.close()
    assert ended == "hang_up"
    assert "open" in looked


def _add_customers(database: Database) -> None:
    clerk = Actor(1, "paula", "Paula Päällikkö", frozenset({Role.CLERK}))
    people = [("Aino", "Ahvenniemi", "Kaislatie 5"), ("Sulo", "Särki", "Rantapolku 2")]
    with database.unit_of_work() as uow:
        for first, last, street in people:
            values = CustomerValues(
                first_name=first,
                last_name=last,
                street=street,
                postcode="00100",
                town="Helsinki",
                country="FI",
            )
            add(uow, clerk, values, Source(SourceKind.STAFF))
        uow.commit()


def _wait_for_end_of_session(database: Database) -> str | None:
    """Why the session with a password ended; it is written by a process that has just lost its line."""
    statement = (
        select(session_table.c.end_reason)
        .where(session_table.c.method == "password", session_table.c.ended_at.is_not(None))
        .order_by(session_table.c.started_at.desc())
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with database.reading() as connection:
            reason: str | None = connection.execute(statement).scalars().first()
        if reason == "hang_up":
            return reason
        time.sleep(0.1)
    return reason
