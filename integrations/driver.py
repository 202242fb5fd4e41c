"""Runs an adapter's generators: does each effect, sends the result back, and judges how far the sending came.

Every effect that takes something out during a delivery is recorded as an attempt before its first byte.  What the
adapter says of itself is believed only as far as it can be: *not sent* only while nothing of the person has left,
*accepted* and *rejected* only with an HTTP status that the manifest declares for it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar, assert_never, cast

from integrations.protocol import (
    Checkpoint,
    Context,
    Digest,
    GetFile,
    HttpRequest,
    HttpResponse,
    ListFiles,
    PutFile,
    request_target,
)
from integrations.transport import MaybeSent, ProvedNotSent, WireRequest, send

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from core.clock import Clock
    from core.disclosure.exits import Attempt, Item
    from integrations.connection import Connection
    from integrations.protocol import Adapter, Effect, Exchange, Part

R = TypeVar("R")
_HASHES: Final[dict[str, str]] = {"md5": "md5", "sha256": "sha256", "sha512": "sha512"}
# A shorter value inside a longer one ("2" in an invoice number) is chance.
_TELLING: Final = 4


def personal_values(items: Iterable[Item]) -> frozenset[str]:
    """Every value of the items' fields; their keys are not among them, being made for asking by."""
    values: set[str] = set()
    keys = {""}
    for item in items:
        keys.add(item.key)
        for value in item.fields.values():
            if isinstance(value, str):
                values.add(value)
            else:
                values.update(text for line in value for text in line.values())
    return frozenset(values - keys)


@dataclass(slots=True)
class Exposure:
    """How far a delivery has come: ``left`` tells whether something of the person has, ``status`` the last HTTP status.

    ``broken``: a sending failed, so that trying the next item at once makes no sense.
    ``personal`` are the values to watch for in look-ups; without ``attempt`` nothing is recorded.
    """

    attempt: Attempt | None = None
    personal: frozenset[str] = field(default=frozenset(), repr=False)
    left: bool = False
    broken: bool = False
    status: int | None = None

    def is_exposed_by(self, request: HttpRequest) -> bool:
        """Whether *request* takes something of the person out: any command does, a look-up by what it asks for."""
        if request.kind == "command" or request.body:
            return True
        asked = [value for _, value in request.query if isinstance(value, str)]
        return any(
            personal == value or (len(personal) >= _TELLING and personal in value)
            for personal in self.personal
            for value in asked
        )


class Driver:
    """Runs one partner's exchanges."""

    def __init__(
        self,
        adapter: Adapter,
        connection: Connection,
        clock: Clock,
        new_id: Callable[[], str],
        user_name: str,
    ) -> None:
        self._adapter = adapter
        self._connection = connection
        self._clock = clock
        self._new_id = new_id
        self._user_name = user_name

    def context(self) -> Context:
        """The context of this moment."""
        return Context(
            settings=self._connection.settings,
            environment=self._connection.environment,
            base_urls=self._connection.base_urls,
            now=self._clock.now(),
            new_id=self._new_id,
            user_name=self._user_name,
        )

    def run(self, exchange: Exchange[R], exposure: Exposure) -> R:
        """The exchange's result.

        Raises:
            TransportFailure: a sending failed; the exchange is closed.
            UnreadableAnswer: the adapter could not read an answer.
        """
        steps = self._steps(exchange, exposure)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                return cast("R", stop.value)

    def pages(self, exchange: Exchange[None], exposure: Exposure) -> Generator[Checkpoint, None, None]:
        """Each page as it comes; the next effect is run only when the caller asks for more, having kept this one.

        Raises:
            TransportFailure: a sending failed; what was yielded before stands.
            UnreadableAnswer: the adapter could not read an answer.
        """
        yield from self._steps(exchange, exposure)

    def download(self, request: HttpRequest, sink: Callable[[bytes], None]) -> int:
        """Make one request that names nobody, its content to *sink* as it comes; returns the HTTP status.

        Raises:
            TransportFailure: a sending failed; what *sink* was given is not whole.
        """
        with self._connection.turn(request.endpoint):
            signed = self.run(self._adapter.sign(self.context(), request), Exposure())
            return send(self._on_the_wire(signed), self._connection.policy(request.endpoint), sink).status

    def _steps(self, exchange: Exchange[R], exposure: Exposure) -> Generator[Checkpoint, None, R]:
        result: object = None
        try:
            while True:
                effect = exchange.send(result)
                if isinstance(effect, Checkpoint):
                    yield effect
                    result = None
                else:
                    result = self._perform(effect, exposure)
        except StopIteration as stop:
            return cast("R", stop.value)
        finally:
            exchange.close()

    def _perform(self, effect: Effect, exposure: Exposure) -> object:
        match effect:
            case HttpRequest():
                return self._request(effect, exposure)
            case Digest():
                return self._digest(effect)
            case PutFile():
                self._put(effect, exposure)
                return None
            case ListFiles():
                return self._connection.files(effect.endpoint).list(effect.pattern)
            case GetFile():
                content = self._connection.files(effect.endpoint).get(effect.name)
                if content is None:
                    raise ProvedNotSent("file_missing")
                return content
            case Checkpoint():
                return None
            case _:
                assert_never(effect)

    def _request(self, effect: HttpRequest, exposure: Exposure) -> HttpResponse:
        endpoint = self._connection.manifest.endpoints.get(effect.endpoint)
        if endpoint is None or effect.path not in endpoint.methods.get(effect.method, ()):
            raise ProvedNotSent("address_not_allowed")
        with self._connection.turn(effect.endpoint):
            signed = self.run(self._adapter.sign(self.context(), effect), Exposure())
            wire = self._on_the_wire(signed)
            if exposure.attempt is not None:
                exposure.attempt(f"{effect.method} {effect.path} {effect.description}", _wire_digest(wire))
            exposed = exposure.is_exposed_by(effect)
            try:
                answer = send(wire, self._connection.policy(effect.endpoint))
            except MaybeSent:
                exposure.left |= exposed
                raise
        exposure.left |= exposed
        exposure.status = answer.status
        return HttpResponse(answer.status, answer.headers, answer.content, signed)

    def _on_the_wire(self, signed: HttpRequest) -> WireRequest:
        text = self._connection.secrets.text
        target = request_target(signed.path, [(name, text(value)) for name, value in signed.query])
        headers = tuple((name, "".join(text(part) for part in parts)) for name, parts in signed.headers)
        url = self._connection.base_urls[signed.endpoint] + target
        return WireRequest(signed.method, url, headers, signed.body)

    def _put(self, effect: PutFile, exposure: Exposure) -> None:
        if exposure.attempt is not None:
            digest = hashlib.sha256(effect.name.encode() + b"\n" + effect.content).digest()
            exposure.attempt(f"PUT {effect.name}", digest)
        try:
            self._connection.files(effect.endpoint).put(effect.name, effect.content)
        except MaybeSent:
            exposure.left = True
            raise
        exposure.left = True

    def _digest(self, effect: Digest) -> str:
        message, key = self._joined(effect.parts), self._joined(effect.key)
        if effect.algorithm == "hmac-sha256":
            value = hmac.digest(key, message, "sha256").hex()
        else:
            value = hashlib.new(_HASHES[effect.algorithm], message, usedforsecurity=False).hexdigest()
        return value.upper() if effect.encoding == "HEX" else value

    def _joined(self, parts: tuple[Part, ...]) -> bytes:
        secrets = self._connection.secrets
        return b"".join(part if isinstance(part, bytes) else secrets.text(part).encode() for part in parts)


def _wire_digest(wire: WireRequest) -> bytes:
    """SHA-256 of the request as it leaves, the signature and secrets in it included, so that nobody can test guesses."""
    lines = [f"{wire.method} {wire.url}", *(f"{name}: {value}" for name, value in wire.headers), "", ""]
    return hashlib.sha256("\r\n".join(lines).encode() + wire.body).digest()
