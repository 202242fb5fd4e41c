"""The one module that opens connections: where it goes, what it refuses, how it says so, and what it never tells."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations import transport
from integrations.transport import MaybeSent, Policy, ProvedNotSent, WireRequest, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CANARY = "canary-8f1c2d"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n%b\r\n1\r\nx\r\n0\r\n\r\n" % (
    b"x" * 1000
)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Listener:
    """A server of one connection at a time that answers as told and keeps what it was sent."""

    def __init__(self, answer: Callable[[socket.socket], None], context: ssl.SSLContext | None) -> None:
        self.received = bytearray()
        self.connections = 0
        self._answer = answer
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError), connection:
                self._speak(connection)

    def _speak(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        if self._context is None:
            self._listen(connection)
            self._answer(connection)
            return
        with self._context.wrap_socket(connection, server_side=True) as secured:
            self._listen(secured)
            self._answer(secured)

    def _listen(self, connection: socket.socket) -> None:
        """The whole request: its head, and as much body as the head announces."""
        begin = len(self.received)
        while True:
            content = connection.recv(65536)
            self.received += content
            head, complete, body = self.received[begin:].partition(b"\r\n\r\n")
            announced = re.search(rb"Content-Length: (\d+)", head)
            if not content or (complete and len(body) >= int(announced[1] if announced else 0)):
                return

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def listening(
    answer: bytes | Callable[[socket.socket], None] = OK, context: ssl.SSLContext | None = None
) -> Iterator[Listener]:
    listener = Listener((lambda it: it.sendall(answer)) if isinstance(answer, bytes) else answer, context)
    try:
        yield listener
    finally:
        listener.close()


def policy(port: int, *, host: str = "127.0.0.1", sandbox: bool = True, seconds: float = 3) -> Policy:
    return Policy(frozenset({(host, port)}), sandbox, seconds, response_bytes=1000, request_bytes=1000)


def request(url: str, *headers: tuple[str, str], body: bytes = b"") -> WireRequest:
    return WireRequest("POST" if body else "GET", url, headers, body)


def test_plain_exchange() -> None:
    """A request goes out as it is, and status, headers in lower case and content come back."""
    with listening(b"HTTP/1.1 201 Made\r\nContent-Length: 2\r\nX-Other: A\r\n\r\nok") as server:
        answer = send(
            request(f"http://127.0.0.1:{server.port}/a?b=%2B", ("X-One", "1"), body=b"hello"),
            policy(server.port),
        )
    assert (answer.status, answer.content, answer.headers["x-other"]) == (201, b"ok", "A")
    assert (
        bytes(server.received)
        == (
            f"POST /a?b=%2B HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX-One: 1\r\nAccept-Encoding: identity\r\n"
            "Connection: close\r\nContent-Length: 5\r\n\r\nhello"
        ).encode()
    )


def test_redirect_is_not_followed() -> None:
    """A redirect is an answer like any other: nobody goes where it points, and cookies are not kept."""
    with listening() as other:
        location = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{other.port}/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        with listening(location.encode()) as server:
            for _ in range(2):
                assert send(request(f"http://127.0.0.1:{server.port}/"), policy(server.port)).status == 302
            assert b"ookie" not in server.received
        assert other.connections == 0


def test_malformed_redirect_is_doubt() -> None:
    """A redirect to what is no address does not raise anything but doubt."""
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://[::bad/\r\nContent-Length: 0\r\n\r\n"
    with listening(answer) as server, pytest.raises(MaybeSent):
        send(request(f"http://127.0.0.1:{server.port}/"), policy(server.port))


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY and its kin change nothing."""
    with listening() as proxy, listening() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        send(request(f"http://127.0.0.1:{server.port}/"), policy(server.port))
        assert (proxy.connections, server.connections) == (0, 1)


def test_host_that_is_not_on_the_list() -> None:
    """Another host or port than the approved one gets no connection."""
    with listening() as server:
        with pytest.raises(ProvedNotSent) as refusal:
            send(request(f"http://127.0.0.1:{server.port}/"), policy(server.port + 1))
        assert refusal.value.reason == "address_not_allowed"
        assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fd00::1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
    ],
)
def test_private_addresses_outside_the_sandbox(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A public name that resolves to this machine or a private network is refused before a connection."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ProvedNotSent) as refusal:
        send(request("https://partner.example/"), policy(443, host="partner.example", sandbox=False))
    assert refusal.value.reason == "address_not_allowed"


def test_one_bad_address_among_good_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a name has several addresses, each is checked; one that is private refuses all."""
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (it, 443)) for it in ("93.184.215.14", "192.168.1.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ProvedNotSent):
        send(request("https://partner.example/"), policy(443, host="partner.example", sandbox=False))


def test_sandbox_reaches_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the sandbox an address that is not loopback is refused."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ProvedNotSent):
        send(request("http://localhost/"), policy(80, host="localhost"))


def test_checked_address_is_the_one_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once: a second, different answer of the resolver is never asked for."""
    asked = []
    real = socket.getaddrinfo

    def resolve(host: str, *args: object, **kwargs: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "partner.test" else host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with listening() as server:
        send(request(f"http://partner.test:{server.port}/"), policy(server.port, host="partner.test"))
        assert f"Host: partner.test:{server.port}".encode() in server.received
    assert asked.count("partner.test") == 1


def test_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address, or a resolver that does not answer in time: not sent."""

    def fail(*_: object, **__: object) -> object:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ProvedNotSent) as refusal:
        send(request("https://partner.example/"), policy(443, host="partner.example", sandbox=False))
    assert refusal.value.reason == "address_not_found"

    def dawdle(*_: object, **__: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", dawdle)
    started = time.monotonic()
    with pytest.raises(ProvedNotSent):
        send(
            request("https://partner.example/"),
            policy(443, host="partner.example", sandbox=False, seconds=0.2),
        )
    assert time.monotonic() - started < 0.9


def test_plain_http_outside_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the sandbox nothing goes without TLS."""
    with pytest.raises(ProvedNotSent) as refusal:
        send(request("http://partner.example/"), policy(80, host="partner.example", sandbox=False))
    assert refusal.value.reason == "address_not_allowed"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def test_certificate_that_nobody_trusts(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """A server whose certificate is not trusted gets no byte of the request, also in the sandbox."""
    with listening(context=certificate[1]) as server:
        with pytest.raises(ProvedNotSent) as refusal:
            send(request(f"https://127.0.0.1:{server.port}/{CANARY}"), policy(server.port))
        assert refusal.value.reason == "tls_failed"
        assert not server.received


def test_trusted_certificate_and_old_tls(
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a trusted certificate the exchange works; a server that speaks only TLS older than 1.2 is refused."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.load_verify_locations(certificate[0])
    own = transport._trusted()
    assert own.minimum_version == ssl.TLSVersion.TLSv1_2
    assert own.verify_mode == ssl.CERT_REQUIRED
    assert own.check_hostname
    trusting.minimum_version = own.minimum_version
    monkeypatch.setattr(transport, "_trusted", lambda: trusting)
    with listening(context=certificate[1]) as server:
        assert send(request(f"https://127.0.0.1:{server.port}/"), policy(server.port)).content == b"ok"


def test_session_keys_are_not_written_to_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SSLKEYLOGFILE of the environment does not make the session keys of personal data a file."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    transport._trusted.cache_clear()
    assert transport._trusted().keylog_filename is None
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", "answer_compressed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000, "answer_too_large"),
        (CHUNKED, "answer_too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok", "answer_broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: no\r\n\r\nok", "answer_broken"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "answer_broken"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"y" * 200_000, "answer_broken"),
        (b"", "answer_broken"),
    ],
)
def test_answers_that_are_not_taken(answer: bytes, reason: str) -> None:
    """A compressed, too large, cut off or malformed answer is doubt, with the reason in a word."""
    with listening(answer) as server, pytest.raises(MaybeSent) as refusal:
        send(request(f"http://127.0.0.1:{server.port}/"), policy(server.port))
    assert refusal.value.reason in {reason, "connection_lost"}


def test_deadline_is_of_the_whole_exchange() -> None:
    """A partner that drips a byte now and then is cut off when the time is up."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        for _ in range(900):
            connection.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with listening(drip) as server, pytest.raises(MaybeSent) as refusal:
        send(request(f"http://127.0.0.1:{server.port}/"), policy(server.port, seconds=0.4))
    assert refusal.value.reason == "timeout"
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "bad",
    [
        request("http://127.0.0.1:{port}/", ("X-A", "a\r\nX-B: b")),
        request("http://127.0.0.1:{port}/", ("X-A", "ä")),
        request("http://127.0.0.1:{port}/", ("Host", "elsewhere")),
        request("http://127.0.0.1:{port}/", ("Content-Length", "1")),
        request("http://127.0.0.1:{port}/", ("Cookie", "a=b")),
        request("http://127.0.0.1:{port}/a b"),
        request("http://127.0.0.1:{port}/ä"),
        request("http://127.0.0.1:{port}/a#b"),
        request("http://127.0.0.1:{port}/a/../b"),
        request("http://user:pw@127.0.0.1:{port}/"),
        request("ftp://127.0.0.1:{port}/"),
        request("http://127.0.0.1:{port}/", body=b"x" * 1001),
    ],
)
def test_requests_that_are_not_literal(bad: WireRequest) -> None:
    """A line break, another Host, an address that the library would rewrite, or too much is refused with 0 bytes out."""
    with listening() as server:
        url = bad.url.replace("{port}", str(server.port))
        with pytest.raises(ProvedNotSent):
            send(WireRequest(bad.method, url, bad.headers, bad.body), policy(server.port))
        assert not server.received


def test_secrets_are_neither_logged_nor_in_errors(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """With every logger at its loudest, no line and no exception holds the URL, a header, the body or the answer."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11"):
        caplog.set_level(logging.DEBUG, logger=name)
    told = []
    answers = [
        OK,
        b"garbage " + CANARY.encode() + b"\r\n",
        b"",
        b"HTTP/1.1 302 F\r\nLocation: http://[" + CANARY.encode() + b"\r\n\r\n",
    ]
    for answer in answers:
        with listening(answer) as server:
            wire = request(
                f"http://127.0.0.1:{server.port}/x?passwd={CANARY}", ("X-Key", CANARY), body=CANARY.encode()
            )
            try:
                send(wire, policy(server.port))
            except transport.TransportFailure as failure:
                told.append(repr(failure) + repr(failure.__cause__) + repr(failure.__context__))
            assert CANARY not in repr(wire)
    assert CANARY not in "".join(told) + caplog.text
    captured = capfd.readouterr()
    assert CANARY not in captured.out + captured.err
