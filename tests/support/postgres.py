"""A private PostgreSQL cluster for tests, benchmarks and fault runs.

    with running_cluster() as cluster:
        url = cluster.create_database("mine")

The cluster lives in a fresh directory, listens on a Unix socket in that directory and on no TCP port, and is stopped by
its own process id. Durability settings keep their defaults (``fsync`` on): the program reads them back and refuses a
server that would lose what it acknowledged. Where the machine has room in shared memory the directory is there, which
makes those flushes cheap without switching them off.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPERUSER = "postgres"
START_SECONDS = 30.0
STOP_SECONDS = 30.0
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made inside it
ROOM_NEEDED = 2_000_000_000
SOCKET_PATH_LIMIT = 90


class PostgresMissingError(AssertionError):
    """PostgreSQL cannot be started here; the message names the package to install."""


@dataclass(slots=True)
class Cluster:
    """A running server: where its socket is, and the process that serves it."""

    directory: Path
    process: subprocess.Popen[bytes]
    settings: tuple[str, ...] = ()
    databases: set[str] = field(default_factory=set)

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of the database ``name`` on this server."""
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={self.directory}"

    def administer(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection to the maintenance database that commits each statement by itself."""
        return psycopg.connect(host=str(self.directory), user=SUPERUSER, dbname="postgres", autocommit=True)

    def create_database(self, name: str, template: str = "template0") -> str:
        """Create the database ``name`` as a copy of ``template`` and return its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.administer() as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        self.databases.add(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database ``name``, ending whatever is still connected to it."""
        with self.administer() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self.databases.discard(name)

    def kill(self) -> None:
        """Stop the server as a power cut would: ``SIGKILL`` to its first process, nothing flushed by it."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Start the server again on the same directory, after :meth:`kill` or :meth:`stop`."""
        self.process = _serve(self.directory, self.settings)
        _await_ready(self)

    def stop(self) -> None:
        """Stop the server and wait for it (fast shutdown: open transactions are rolled back)."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


@contextlib.contextmanager
def running_cluster(*settings: str) -> Iterator[Cluster]:
    """Start a cluster, stop it afterwards and remove its directory.

    ``settings`` are ``name=value`` pairs of server configuration. Call it from the main thread: the server is told to
    stop when the thread that started it is gone, so that a killed test run leaves no server behind.
    Raises :class:`PostgresMissingError` when the binaries are not installed.
    """
    _binary("initdb")
    directory = _fresh_directory()
    try:
        _initialise(directory)
        cluster = Cluster(directory, _serve(directory, settings), settings)
        try:
            _await_ready(cluster)
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _binary(name: str) -> Path:
    """Find a server program: the newest version under Debian's directories, else on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1]
    on_path = shutil.which(name)
    if on_path is None:
        message = (
            f"PostgreSQL's {name} is not installed: run `make system`, or install the package postgresql"
        )
        raise PostgresMissingError(message)
    return Path(on_path)


def _fresh_directory() -> Path:
    """An empty directory that the server's user owns, with a path short enough for a socket."""
    parent = Path(tempfile.gettempdir())
    if os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > ROOM_NEEDED:
        parent = SHARED_MEMORY
    elif len(str(parent)) > SOCKET_PATH_LIMIT:
        parent = Path("/tmp")  # noqa: S108 - mkdtemp makes a private directory inside it
    directory = Path(tempfile.mkdtemp(prefix="rekisteri-pg-", dir=parent))
    if os.geteuid() == 0:
        owner = _unprivileged()
        os.chown(directory, owner.pw_uid, owner.pw_gid)
    return directory


def _unprivileged() -> pwd.struct_passwd:
    """The account the server runs as when we are root, which PostgreSQL refuses to be."""
    for name in (SUPERUSER, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    message = (
        "PostgreSQL cannot run as root and this machine has no user postgres: install the package postgresql"
    )
    raise PostgresMissingError(message)


def _as_server_user() -> list[str]:
    """The command prefix that drops root and ties the server's life to ours."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        message = "setpriv is missing: install the package util-linux"
        raise PostgresMissingError(message)
    prefix = [setpriv, "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        owner = _unprivileged()
        prefix += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return prefix


def _initialise(directory: Path) -> None:
    command = [*_as_server_user(), str(_binary("initdb")), "-D", str(directory / "data"), "-U", SUPERUSER]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"initdb failed: {done.stderr.strip()}"
        raise PostgresMissingError(message)


def _serve(directory: Path, settings: tuple[str, ...]) -> subprocess.Popen[bytes]:
    command = [
        *_as_server_user(),
        str(_binary("postgres")),
        "-D",
        str(directory / "data"),
        "-k",
        str(directory),
    ]
    command += ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]
    for setting in settings:
        command += ["-c", setting]
    with (directory / "server.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _await_ready(cluster: Cluster) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            cluster.administer().close()
        except psycopg.OperationalError as error:
            if cluster.process.poll() is not None or time.monotonic() > deadline:
                log = (cluster.directory / "server.log").read_text(errors="replace")
                message = f"PostgreSQL did not start: {error}\n{log}"
                raise PostgresMissingError(message) from error
            time.sleep(0.02)
        else:
            return
