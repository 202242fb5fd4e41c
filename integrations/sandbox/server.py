"""The loopback HTTP server that every sandbox is: threads, recording, faults, a control path.

The standard library's server answers a small request in 88 ms unless its writes are buffered and Nagle's algorithm is
off; here both are so.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from integrations.sandbox.faults import UNPROCESSED, Fault, Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BufferedIOBase
    from types import TracebackType

LOOPBACK: Final = "127.0.0.1"
CONTROL: Final = "/_control"
_HUGE: Final = 9_000_000
_MAX_BODY: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the partner answers."""

    status: int
    content_type: str
    content: bytes = field(repr=False)


# Replies that stand in the place of the partner's own.
_INSTEAD: Final[dict[Fault, Callable[[Reply], Reply]]] = {
    Fault.ERROR_AFTER_ACCEPT: lambda _: Reply(500, "text/html", b"<html>Internal Server Error</html>"),
    Fault.GARBLE: lambda it: Reply(200, it.content_type, bytes(byte ^ 0xA5 for byte in it.content)),
    Fault.HTML: lambda _: Reply(200, "text/html", b"<!doctype html><html><body>Log in</body></html>"),
    Fault.EMPTY: lambda it: Reply(200, it.content_type, b""),
    Fault.HUGE: lambda it: Reply(200, it.content_type, it.content + b" " * _HUGE),
    Fault.DEEP: lambda it: Reply(200, it.content_type, b"<Root>" * 5000 + b"[" * 5000),
    Fault.DOCTYPE: lambda it: Reply(
        200, it.content_type, it.content.replace(b"<Root>", b'<!DOCTYPE Root [<!ENTITY a "b">]><Root>', 1)
    ),
}


class _Tap:
    """Passes reading on and keeps what was read."""

    def __init__(self, inner: BufferedIOBase) -> None:
        self._inner = inner
        self.taken = bytearray()

    def readline(self, limit: int = -1) -> bytes:
        line = self._inner.readline(limit)
        self.taken += line
        return line

    def read(self, size: int = -1) -> bytes:
        content = self._inner.read(size)
        self.taken += content
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._tap = _Tap(self.rfile)
        self.rfile = self._tap  # type: ignore[assignment]

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_GET  # noqa: N815 - as above

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: targets hold secrets and personal data."""

    def _answer(self) -> None:
        length = min(int(self.headers.get("Content-Length", "0")), _MAX_BODY)
        body = self.rfile.read(length)
        received = Received(self.command, self.path, dict(self.headers.items()), body, bytes(self._tap.taken))
        self._tap.taken.clear()
        if received.target.startswith(CONTROL):
            self._send(self.server.sandbox.controlled(received))
            return
        planned = self.server.sandbox.faults.next_for(received.target)
        fault, seconds = planned or (None, 0.0)
        if fault is Fault.CLOSE:
            self._hang_up()
            return
        self.server.sandbox.remember(received)
        if fault in UNPROCESSED:
            self._refuse(fault)
            return
        reply = self.server.sandbox.process(received)
        self._spoil(reply, fault, seconds)

    def _refuse(self, fault: Fault | None) -> None:
        if fault is Fault.TOO_MANY:
            self._send(Reply(429, "text/plain", b"slow down"))
        elif fault is Fault.UNAVAILABLE:
            self._send(Reply(503, "text/html", b"<html>maintenance</html>"))
        elif fault is Fault.REDIRECT:
            self._head(302, 0, Location=f"http://{LOOPBACK}:9/elsewhere")
        else:
            self._hang_up()

    def _spoil(self, reply: Reply, fault: Fault | None, seconds: float) -> None:
        if fault is None or fault in _INSTEAD:
            self._send(_INSTEAD[fault](reply) if fault else reply)
        elif fault is Fault.DELAY:
            time.sleep(seconds)
            self._send(reply)
        elif fault is Fault.DUPLICATE_REPLY:
            self._send(reply)
            self._send(reply)
        elif fault is Fault.TRUNCATE:
            self._head(reply.status, len(reply.content), reply.content_type)
            self.wfile.write(reply.content[: len(reply.content) // 2])
            self._hang_up()
        elif fault is Fault.GZIP_BOMB:
            self._bomb()
        elif fault is Fault.SLOW_DRIP:
            self._drip(reply, seconds)
        else:
            self._hang_up()

    def _send(self, reply: Reply) -> None:
        self._head(reply.status, len(reply.content), reply.content_type)
        self.wfile.write(reply.content)
        self.wfile.flush()

    def _head(self, status: int, length: int, content_type: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _bomb(self) -> None:
        content = gzip.compress(b" " * 50_000_000)
        self._head(200, len(content), "text/xml", Content_Encoding="gzip")
        self.wfile.write(content)

    def _drip(self, reply: Reply, seconds: float) -> None:
        self._head(reply.status, len(reply.content), reply.content_type)
        for byte in reply.content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(seconds)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        # A plain close can leave the client waiting for data that the system still holds.
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    sandbox: Sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that went away in the middle is part of the game."""


class Sandbox:
    """A partner on loopback: ``with`` starts and stops it; ``base_url`` is where it is."""

    def __init__(self, *, port: int = 0) -> None:
        self.faults = Faults()
        self.requests: list[Received] = []
        self.lock = threading.RLock()
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``; a port that the system chooses is known once started."""
        return f"http://{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Listen, and answer in threads of its own.

        Raises:
            OSError: the port is taken.
        """
        self._server = _Server((LOOPBACK, self._port), _Handler)
        self._server.sandbox = self
        self._port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="sandbox"
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def remember(self, received: Received) -> None:
        """Keep what came."""
        with self.lock:
            self.requests.append(received)

    def process(self, received: Received) -> Reply:
        """The partner's answer."""
        raise NotImplementedError

    def controls(self) -> Mapping[str, Callable[..., object]]:
        """What may be asked through the control path, by name."""
        return {"fault": self._control_fault}

    def controlled(self, received: Received) -> Reply:
        """``POST /_control`` with ``{"do": name, …arguments}``: for a sandbox that is a process of its own."""
        try:
            asked = json.loads(received.body)
            result = self.controls()[asked.pop("do")](**asked)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return Reply(400, "application/json", json.dumps({"error": str(error)}).encode())
        return Reply(200, "application/json", json.dumps({"result": result}, default=str).encode())

    def _control_fault(self, name: str, path: str = "", times: int = 1, seconds: float = 1.0) -> None:
        self.faults.add(Fault(name), path=path, times=times, seconds=seconds)
