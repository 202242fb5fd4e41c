"""A partner's folders on an SFTP server, by OpenSSH's own `sftp` in batch mode: the second module that reaches a partner.

The server must have the key that `known_hosts` holds, at an address that `transport` has checked; the only way in is our
key. Nobody is ever asked for anything: no password, no question, no terminal, no configuration of the user's, no agent.
A file is put under a temporary name, flushed, and renamed where nothing of its name is yet; it is whole or not there.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from integrations.file_drop import UNFINISHED, proper_name
from integrations.protocol import RemoteFile
from integrations.transport import MaybeSent, ProvedNotSent, TransportFailure, checked_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrations.transport import Reason

CONNECT_SECONDS: Final = 30
_LOCAL: Final = "content"
_PROGRAM: Final = "sftp"
# As OpenSSH's client itself prints attributes (`ls -ln`): mode, links, user, group, size, three words of time, name.
_LISTED: Final = re.compile(r"-[rwxsStT-]{9}\S*\s+\S+\s+\S+\s+\S+\s+(\d{1,15})\s+\S+\s+\S+\s+\S+\s+(\S+)")
# What ssh says, with LC_ALL=C, and what it means; the first that is found. What is not here was the server's refusal.
_SAID: Final[tuple[tuple[str, Reason], ...]] = (
    ("Host key verification failed", "server_unknown"),
    ("No matching host key", "server_unknown"),
    ("no matching host key", "server_unknown"),
    ("Permission denied (", "sign_in_refused"),
    ("Too many authentication failures", "sign_in_refused"),
    ("Connection refused", "not_reached"),
    ("Connection timed out", "not_reached"),
    ("Network is unreachable", "not_reached"),
    ("No route to host", "not_reached"),
    ("kex_exchange_identification", "not_reached"),
    ("not responding", "connection_lost"),
    ("Connection closed", "connection_lost"),
    ("Connection reset", "connection_lost"),
    ("Broken pipe", "connection_lost"),
)
# Told before a byte of a file can have left.
_BEFORE_ANYTHING: Final = frozenset(
    {"address_not_allowed", "address_not_found", "program_missing", "server_unknown", "sign_in_refused"}
)
_MISSING: Final = "No such file"


@dataclass(frozen=True, slots=True)
class SftpAccess:
    """Where a partner's SFTP server is and how we are known there."""

    host: str
    port: int
    user: str
    key_file: Path
    known_hosts: Path
    seconds: int
    sandbox: bool


class SftpDrop:
    """One folder of the server; what `file_drop.FileDrop` is on our own disk."""

    def __init__(self, access: SftpAccess, folder: str, max_bytes: int) -> None:
        self._access = access
        self._folder = folder
        self._max_bytes = max_bytes

    def put(self, name: str, content: bytes) -> None:
        """Put the file; the same file again is done already.

        Raises:
            ProvedNotSent: nothing has left: a bad name, another file of that name, no connection, a refusal.
            MaybeSent: the sending had begun; whether the file is there now is not known.
        """
        if not proper_name(name):
            raise ProvedNotSent("name_not_allowed")
        existing = self._size_of(name)
        if existing is not None:
            if existing == len(content) and self.get(name) == content:
                return
            raise ProvedNotSent("name_taken")
        temporary = f".{name}{UNFINISHED}"
        with TemporaryDirectory(prefix="rekisteri-") as directory:
            # The file takes its mode there from what it has here.
            (Path(directory) / _LOCAL).touch(mode=0o600)
            (Path(directory) / _LOCAL).write_bytes(content)
            # `rename -l` never replaces a file that came there meanwhile; `put -f` has the server flush to its disk.
            commands = (f"put -f {_LOCAL} {temporary}", f"rename -l {temporary} {name}", f"ls -ln {name}")
            try:
                told = self._run(commands, directory)
            except TransportFailure as failure:
                if failure.reason in _BEFORE_ANYTHING:
                    raise
                raise MaybeSent(failure.reason) from None
        if _listed(told) != [RemoteFile(name, len(content))]:
            raise MaybeSent("server_refused")

    def list(self, pattern: str) -> tuple[RemoteFile, ...]:
        """The finished files whose names match, by name.

        Raises:
            ProvedNotSent: the server or its folder cannot be read.
        """
        with TemporaryDirectory(prefix="rekisteri-") as directory:
            found = _listed(self._run(("ls -ln",), directory))
        fitting = (file for file in found if proper_name(file.name) and fnmatchcase(file.name, pattern))
        return tuple(sorted(fitting, key=lambda file: file.name))

    def get(self, name: str) -> bytes | None:
        """The file's content; None when there is no such file.

        Raises:
            ProvedNotSent: it is too large, cannot be read, or changed while it was.
        """
        with TemporaryDirectory(prefix="rekisteri-") as directory:
            path = Path(directory) / _LOCAL
            return path.read_bytes() if self.fetch(name, path) else None

    def fetch(self, name: str, path: Path) -> bool:
        """Bring the file to *path*, which is not there yet; False when there is no such file.

        Raises:
            ProvedNotSent: it is too large, cannot be read, or changed while it was.
        """
        size = self._size_of(name) if proper_name(name) else None
        if size is None:
            return False
        if size > self._max_bytes:
            raise ProvedNotSent("answer_too_large")
        with TemporaryDirectory(prefix=".rekisteri-", dir=path.parent) as directory:
            told = self._run((f"get {name} {_LOCAL}", f"ls -ln {name}"), directory)
            got = (Path(directory) / _LOCAL).stat().st_size
            # Somebody was still writing it: the size before, what came, and the size after are not one.
            if got != size or _listed(told) != [RemoteFile(name, size)]:
                raise ProvedNotSent("file_growing")
            (Path(directory) / _LOCAL).rename(path)
        return True

    def _size_of(self, name: str) -> int | None:
        return next((file.size for file in self.list(name)), None)

    def _run(self, commands: Sequence[str], directory: str) -> str:
        """What `sftp` prints for *commands*, run in the server's folder and in our *directory*.

        Raises:
            ProvedNotSent: it could not be started, signed in or done; the caller knows whether something had left.
        """
        access = self._access
        address = checked_address(access.host, access.port, CONNECT_SECONDS, sandbox=access.sandbox)
        folder = (f'cd "{self._folder}"',) if self._folder not in ("", ".") else ()
        process = _started(_command(access, address), directory)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (self._max_bytes, self._max_bytes))
        try:
            script = "\n".join((*folder, *commands, "")).encode()
            out, said = process.communicate(script, timeout=access.seconds)
        except subprocess.TimeoutExpired:
            raise ProvedNotSent("timeout") from None
        finally:
            _end(process)
        if process.returncode != 0:
            raise ProvedNotSent(_reason(said.decode("utf-8", "replace")))
        return out.decode("utf-8", "replace")


def _started(command: Sequence[str], directory: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - arguments of ours, no shell
            command,
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": directory},
            # No terminal to ask on, and one group to end.
            start_new_session=True,
        )
    except OSError:
        raise ProvedNotSent("program_missing") from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """`sftp` and the `ssh` it started are gone when this returns."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _command(access: SftpAccess, address: str) -> list[str]:
    # With an alias ssh looks for just that name in known_hosts: the host's, as ssh itself would write it.
    alias = access.host if access.port == _SSH_PORT else f"[{access.host}]:{access.port}"
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": f'"{access.known_hosts}"',
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": alias,
        "CheckHostIP": "no",
        "UpdateHostKeys": "no",
        "IdentitiesOnly": "yes",
        "IdentityFile": f'"{access.key_file}"',
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "ClearAllForwardings": "yes",
        "PermitLocalCommand": "no",
        "ConnectTimeout": str(CONNECT_SECONDS),
        "ConnectionAttempts": "1",
        "ServerAliveInterval": "10",
        "ServerAliveCountMax": "3",
        "Port": str(access.port),
        "User": access.user,
    }
    chosen = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    target = f"[{address}]" if ":" in address else address
    return [_PROGRAM, "-F", "none", "-b", "-", *chosen, target]


_SSH_PORT: Final = 22


def _listed(told: str) -> list[RemoteFile]:
    """The ordinary files of a listing; what `sftp` repeats of our commands is passed over."""
    matches = (_LISTED.fullmatch(line.strip()) for line in told.splitlines())
    return [RemoteFile(found[2], int(found[1])) for found in matches if found]


def _reason(said: str) -> Reason:
    reason = next((reason for words, reason in _SAID if words in said), None)
    if reason is not None:
        return reason
    return "file_missing" if _MISSING in said else "server_refused"
