"""The only module that opens connections.

A request goes to a host of the approved list, at an address that was looked up once, checked, and is then connected
to: what was checked is what is spoken to.  TLS 1.2 or newer with verification, except on loopback in the sandbox.  No
proxies, redirects, cookies or compression; the answer's size and the whole exchange's time are limited.

What fails before the first byte of the request is *not sent*, proved; everything after it is *unknown*.  No exception
and no log line of this module or of the libraries below it holds a URL, a header or a body.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Reason = Literal[
    "address_not_allowed",
    "address_not_found",
    "not_reached",
    "tls_failed",
    "not_literal",
    "timeout",
    "connection_lost",
    "answer_too_large",
    "answer_compressed",
    "answer_broken",
    "partner_busy",
    "name_not_allowed",
    "name_taken",
    "disk",
    "file_missing",
    "file_growing",
    "server_unknown",
    "sign_in_refused",
    "server_refused",
    "program_missing",
]

_TALKATIVE: Final = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")
_OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "cookie"}
)
_CHUNK: Final = 65536


class TransportFailure(Exception):
    """A sending that failed; ``reason`` says how, in a word, and nothing else is told."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class ProvedNotSent(TransportFailure):
    """No byte of the request left."""


class MaybeSent(TransportFailure):
    """Bytes had begun to leave, and no whole answer came."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Where requests may go and how much may come back.

    ``sandbox`` admits loopback addresses, over plain HTTP too, and nothing else; without it loopback and every other
    address that is not public is refused.
    """

    hosts: frozenset[tuple[str, int]]
    sandbox: bool
    seconds: float
    response_bytes: int
    request_bytes: int


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request with its secrets filled in; it exists only while it is sent and never shows its content."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WireResponse:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes = field(repr=False)


def send(request: WireRequest, policy: Policy, sink: Callable[[bytes], None] | None = None) -> WireResponse:
    """Send *request* once; the content of a good answer goes to *sink*, where there is one, as it comes.

    Raises:
        ProvedNotSent: nothing left.
        MaybeSent: something may have.
    """
    _silence()
    if len(request.body) > policy.request_bytes or not all(_proper(*header) for header in request.headers):
        raise ProvedNotSent("not_literal")
    deadline = _Deadline(policy.seconds)
    state = _State()
    # What the libraries raise may hold the URL or a header, so it ends here, unchained.
    failure: Reason | None = None
    try:
        return _exchange(request, policy, deadline, state, sink)
    except TransportFailure as error:
        failure = error.reason
    except httpcore.TimeoutException:
        failure = "timeout" if state.began else "not_reached"
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL):
        failure = "answer_broken" if state.began else "not_literal"
    except (httpcore.NetworkError, OSError):
        failure = "connection_lost" if state.began else state.stage
    raise MaybeSent(failure) if state.began else ProvedNotSent(failure)


def _exchange(
    request: WireRequest,
    policy: Policy,
    deadline: _Deadline,
    state: _State,
    sink: Callable[[bytes], None] | None,
) -> WireResponse:
    target = _literal_url(request.url)
    built = httpx.Request(request.method, target, headers=_headers(request), content=request.body)
    backend = _CheckedBackend(policy, deadline, state)
    with (
        _PoolTransport(backend, policy) as transport,
        httpx.Client(transport=transport, trust_env=False, follow_redirects=False) as client,
        contextlib.closing(client.send(built, stream=True)) as response,
    ):
        return _read(response, policy, sink)


def _proper(name: str, value: str) -> bool:
    return name.lower() not in _OURS and value.isascii() and value.isprintable()


def _headers(request: WireRequest) -> list[tuple[str, str]]:
    return [*request.headers, ("Accept-Encoding", "identity"), ("Connection", "close")]


def _literal_url(url: str) -> httpx.URL:
    """The URL, refused when the library would change a character of it (partners sign it) or it is not plain."""
    parsed = httpx.URL(url)
    plain = url.isascii() and not parsed.userinfo and not parsed.fragment and ".." not in parsed.path
    if not plain or str(parsed) != url or parsed.scheme not in {"http", "https"}:
        raise ProvedNotSent("not_literal")
    return parsed


def _read(response: httpx.Response, policy: Policy, sink: Callable[[bytes], None] | None) -> WireResponse:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise MaybeSent("answer_compressed")
    content, size = bytearray(), 0
    into = sink if sink is not None and response.status_code == httpx.codes.OK else content.extend
    for chunk in response.iter_raw(_CHUNK):
        size += len(chunk)
        if size > policy.response_bytes:
            raise MaybeSent("answer_too_large")
        into(chunk)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return WireResponse(response.status_code, headers, bytes(content))


class _Deadline:
    """The whole exchange's time, not each read's: a partner that drips bytes is cut off too."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        return self._end - time.monotonic()

    def capped(self, timeout: float | None, error: type[Exception]) -> float:
        left = self.left()
        if left <= 0:
            raise error
        return left if timeout is None else min(left, timeout)


class _State:
    """How far the sending has come: whether a byte of the request left, and else at which stage it is."""

    def __init__(self) -> None:
        self.began = False
        self.stage: Reason = "not_reached"


class _CheckedStream(httpcore.NetworkStream):
    """A connection that notes the first byte written and keeps to the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline, state: _State) -> None:
        self._inner = inner
        self._deadline = deadline
        self._state = state

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.capped(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        capped = self._deadline.capped(timeout, httpcore.WriteTimeout)
        self._state.began = True
        self._inner.write(buffer, capped)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._state.stage = "tls_failed"
        capped = self._deadline.capped(timeout, httpcore.ConnectTimeout)
        return _CheckedStream(
            self._inner.start_tls(ssl_context, server_hostname, capped), self._deadline, self._state
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to approved hosts only, at the address that was checked."""

    def __init__(self, policy: Policy, deadline: _Deadline, state: _State) -> None:
        self._policy = policy
        self._deadline = deadline
        self._state = state
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if (host, port) not in self._policy.hosts:
            raise ProvedNotSent("address_not_allowed")
        addresses = _checked(host, port, self._deadline, sandbox=self._policy.sandbox)
        capped = self._deadline.capped(timeout, httpcore.ConnectTimeout)
        return _CheckedStream(
            self._first(addresses, port, capped, socket_options), self._deadline, self._state
        )

    def _first(
        self,
        addresses: Sequence[str],
        port: int,
        timeout: float,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the checked addresses that takes one."""
        *others, last = addresses
        for address in others:
            with contextlib.suppress(httpcore.ConnectError):
                return self._inner.connect_tcp(address, port, timeout, socket_options=options)
        return self._inner.connect_tcp(last, port, timeout, socket_options=options)


def checked_address(host: str, port: int, seconds: float, *, sandbox: bool) -> str:
    """An address of *host* to connect to at once, looked up and checked as `send` does it.

    Raises:
        ProvedNotSent: it has none, or one that may not be spoken to.
    """
    return _checked(host, port, _Deadline(seconds), sandbox=sandbox)[0]


def _checked(host: str, port: int, deadline: _Deadline, *, sandbox: bool) -> Sequence[str]:
    addresses = _resolved(host, port, deadline)
    if not addresses:
        raise ProvedNotSent("address_not_found")
    if not all(_admitted(address, sandbox=sandbox) for address in addresses):
        raise ProvedNotSent("address_not_allowed")
    return addresses


def _resolved(host: str, port: int, deadline: _Deadline) -> Sequence[str]:
    """Every address of *host*, looked up once and in bounded time: the system's resolver itself knows no deadline."""
    found: list[str] = []

    def look_up() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    thread = threading.Thread(target=look_up, daemon=True, name="resolver")
    thread.start()
    thread.join(max(0, deadline.left()))
    return [] if thread.is_alive() else found


def _admitted(address: str, *, sandbox: bool) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_loopback if sandbox else ip.is_global and not ip.is_multicast


class _PoolTransport(httpx.BaseTransport):
    """httpx over httpcore with our own backend: one connection, one request."""

    def __init__(self, backend: httpcore.NetworkBackend, policy: Policy) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
            network_backend=backend,
            max_connections=1,
            max_keepalive_connections=0,
            retries=0,
        )
        self._sandbox = policy.sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme != "https" and not self._sandbox:
            raise ProvedNotSent("address_not_allowed")
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@cache
def _trusted() -> ssl.SSLContext:
    """The system's trust store.  Not `ssl.create_default_context`, which lets SSLKEYLOGFILE write session keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    return context


def _silence() -> None:
    """The libraries' own log lines hold URLs and headers; no logging configuration brings them back."""
    for name in _TALKATIVE:
        logging.getLogger(name).disabled = True
