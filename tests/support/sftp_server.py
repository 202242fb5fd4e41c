"""A real OpenSSH server on loopback that offers SFTP and nothing else: the partner's side in tests."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config.schema import SftpServer
from integrations.sftp import SftpAccess, SftpDrop

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_SECONDS = 20.0
LIMIT = 1_000_000


def program(name: str) -> str:
    """Where OpenSSH's program is; a machine without it fails the test rather than passing over it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        package = "openssh-server" if name == "sshd" else "openssh-client"
        pytest.fail(f"{name} is not installed: run `make system`, or install the package {package}")
    return found


def make_key(path: Path) -> Path:
    """A key pair without a passphrase at *path*."""
    command = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "testi", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


@dataclass(frozen=True)
class SftpPartner:
    """The server: its port, what it serves, and how we are known there."""

    directory: Path
    port: int

    @property
    def remote(self) -> Path:
        """The folder that our folders there are below."""
        return self.directory / "remote"

    @property
    def server(self) -> SftpServer:
        """Its settings."""
        return SftpServer(
            host="127.0.0.1",
            port=self.port,
            user=getpass.getuser(),
            key_file=self.directory / "our.key",
            known_hosts=self.directory / "known_hosts",
            out_directory=str(self.remote / "out"),
            in_directory=str(self.remote / "in"),
            seconds=20,
        )

    def drop(self, folder: str = "out", **changes: object) -> SftpDrop:
        """One of its folders, reached as the settings say but for *changes*."""
        access = SftpAccess(
            host="127.0.0.1",
            port=self.port,
            user=getpass.getuser(),
            key_file=self.directory / "our.key",
            known_hosts=self.directory / "known_hosts",
            seconds=20,
            sandbox=True,
        )
        return SftpDrop(replace(access, **changes), str(self.remote / folder), LIMIT)  # type: ignore[arg-type]


@contextmanager
def sftp_partner(directory: Path, *settings: str) -> Iterator[SftpPartner]:
    """A server with empty ``in`` and ``out`` folders, stopped by its process id; *settings* are lines for sshd."""
    host_key, our_key = make_key(directory / "host_key"), make_key(directory / "our.key")
    (directory / "authorized_keys").write_bytes(our_key.with_suffix(".key.pub").read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as free:
        partner = SftpPartner(directory, free.getsockname()[1])
    for folder in ("in", "out"):
        (partner.remote / folder).mkdir(parents=True)
    public = host_key.with_suffix(".pub").read_text(encoding="utf-8")
    (directory / "known_hosts").write_text(f"[127.0.0.1]:{partner.port} {public}", encoding="utf-8")
    lines = [
        "ListenAddress 127.0.0.1",
        f"Port {partner.port}",
        f"HostKey {host_key}",
        f"AuthorizedKeysFile {directory / 'authorized_keys'}",
        "PidFile none",
        # The test's files lie below /tmp, which everybody may write to.
        "StrictModes no",
        "PasswordAuthentication yes",
        "PermitRootLogin yes",
        *settings,
        "Subsystem sftp internal-sftp",
    ]
    config = directory / "sshd_config"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (directory / "sshd.log").open("wb") as log:
        command = [program("sshd"), "-D", "-e", "-f", str(config)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            await_banner(partner.port, directory / "sshd.log", server)
            yield partner
        finally:
            server.terminate()
            server.wait(10)


def await_banner(port: int, log: Path, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server on *port* answers; one that ends before fails the test with its *log*."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                assert line.recv(4) == b"SSH-"
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(log.read_text(errors="replace"))
            time.sleep(0.05)
        else:
            return
