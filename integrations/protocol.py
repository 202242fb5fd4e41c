"""The adapter contract: effects, what an adapter is given, what it must offer.  Standard library only.

An adapter is data, pure functions and generators.  It *yields* an effect and is *sent* its result; it owns no socket,
file, clock, random source, secret or database.  Secrets are references that are filled in where the bytes are sent,
so a preview, a log line or a crash report of an adapter cannot hold one.

==============  ==========================================
effect          what the generator is sent back
==============  ==========================================
`HttpRequest`   `HttpResponse`
`Digest`        `str`
`PutFile`       `None` (the file is durable under its name)
`ListFiles`     `tuple[RemoteFile, ...]`, by name
`GetFile`       `bytes`
`Checkpoint`    `None` (the page and its cursor are kept)
==============  ==========================================

A sending that fails ends the exchange: the driver closes the generator and says *not sent* (proved) or *unknown*.
An answer that cannot be read (`integrations.answers.UnreadableAnswer`) may be let through; it becomes *unknown*.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from core.disclosure.exits import InquiryResult, Item, Outcome, Payload

Environment: TypeAlias = Literal["sandbox", "test", "production"]
Kind: TypeAlias = Literal["auth", "query", "command"]
NO_MAPPING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A secret by its name in ``[partners.<name>.secrets]``; never its value."""

    name: str


Part: TypeAlias = str | bytes | SecretRef


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request to an endpoint of the manifest; no host stands here.

    ``kind`` *command* changes something at the partner, *query* reads, *auth* only proves who we are.  Whatever the
    kind, each request of a delivery is recorded as an attempt before it is sent.
    ``query``, ``headers`` and ``body`` never show in ``repr``.
    """

    endpoint: str
    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, Part], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, tuple[Part, ...]], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    kind: Kind = "query"
    description: str = ""

    def with_query(self, *pairs: tuple[str, Part]) -> HttpRequest:
        """The same request with *pairs* after its own."""
        return replace(self, query=self.query + pairs)

    def with_headers(self, *headers: tuple[str, tuple[Part, ...]]) -> HttpRequest:
        """The same request with *headers* after its own."""
        return replace(self, headers=self.headers + headers)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back: size-limited, not compressed; header names in lower case.

    ``request`` is the signed request that it answers, secrets still references: a diagnosis can say what was sent.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    request: HttpRequest


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash over parts that may be secrets; computed where the secrets are.  Text is hashed as UTF-8."""

    algorithm: Literal["md5", "sha256", "sha512", "hmac-sha256"]
    parts: tuple[Part, ...]
    key: tuple[Part, ...] = ()
    encoding: Literal["hex", "HEX"] = "hex"


@dataclass(frozen=True, slots=True)
class PutFile:
    """A file for a partner's exchange directory: complete under its name, or not there at all.

    The name holds the idempotency key, so that its presence answers an inquiry.  A file of that name with the same
    bytes is the same file; with other bytes it is refused as not sent.
    """

    endpoint: str
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListFiles:
    """The files of an endpoint whose names match a shell pattern."""

    endpoint: str
    pattern: str = "*"


@dataclass(frozen=True, slots=True)
class GetFile:
    """A file's content, at most the endpoint's ``response_bytes``."""

    endpoint: str
    name: str


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as listed: name and size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A page of records accepted so far; records and cursor are kept together before the next effect is run."""

    cursor: str
    records: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedInvoice:
    """A record of an adapter that reads invoice states back; sums in euros, ``reference`` the partner's own key."""

    reference: str
    number: str
    invoiced_on: date | None
    due_on: date | None
    state: Literal["open", "overdue", "in_collection", "paid", "written_off", "rejected"]
    customer_number: str
    total: Decimal
    open_total: Decimal


Effect: TypeAlias = HttpRequest | Digest | PutFile | ListFiles | GetFile | Checkpoint
R = TypeVar("R")
Exchange: TypeAlias = Generator[Effect, Any, R]


@dataclass(frozen=True, slots=True)
class Context:
    """What an adapter is given besides the items.

    ``settings`` are ``[partners.<name>.settings]`` with the manifest's defaults filled in; ``base_urls`` are by
    endpoint and read-only (some partners sign the URL); ``user_name`` is the member of staff who asks, for partners
    that want to be told.  `render` must use ``settings`` alone: the same items give the same bytes.
    """

    settings: Mapping[str, Any]
    environment: Environment
    base_urls: Mapping[str, str]
    now: datetime
    new_id: Callable[[], str]
    user_name: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a connection test found; ``notes`` are message ids of sentences for the administrator, with their data."""

    ok: bool
    code: str
    notes: tuple[tuple[str, Mapping[str, str]], ...] = ()


class ExchangeFailed(Exception):
    """Raised by an adapter's `fetch` where the partner has answered that it will not: its code and words."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Adapter(Protocol):
    """What every adapter offers; the class is made without arguments."""

    def check(self, context: Context) -> Exchange[CheckResult]:
        """Try the connection with invented data only."""
        ...

    def sign(self, context: Context, request: HttpRequest) -> Exchange[HttpRequest]:
        """The request as it is sent in this attempt; may yield `Digest` only.  Called anew for each attempt."""
        ...


@runtime_checkable
class Delivers(Adapter, Protocol):
    """An adapter that takes data out (accounting, credit enquiry, address file)."""

    def render(self, context: Context, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The bytes that would leave; pure.  ``{identity_code}`` stands for the code, filled in when it is sent.

        Raises:
            InvalidInput: an item cannot be rendered.
        """
        ...

    def deliver(
        self, context: Context, purpose: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Send what was rendered.  One item at a time, unless the manifest's mode is ``batch``."""
        ...

    def inquire(self, context: Context, items: Sequence[Item]) -> Exchange[InquiryResult]:
        """Ask by the items' keys whether the partner has them."""
        ...


@runtime_checkable
class DeliversForms(Adapter, Protocol):
    """An adapter that can send other things than its main one: the manifest's ``forms``.

    Such a sending may be repeated without harm, and is never asked about: where it is in doubt, a person decides.
    """

    def render_form(self, context: Context, form: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The bytes that would leave; pure."""
        ...

    def deliver_form(
        self, context: Context, form: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Send what was rendered, one item at a time."""
        ...


@runtime_checkable
class Fetches(Adapter, Protocol):
    """An adapter that brings data in."""

    def fetch(self, context: Context, cursor: str | None) -> Exchange[None]:
        """Yield a `Checkpoint` after each page; *cursor* is where to begin."""
        ...


@runtime_checkable
class OffersWhole(Adapter, Protocol):
    """An adapter that knows where the partner's file of everything is: asking for it names nobody."""

    def whole_file(self, context: Context) -> HttpRequest:
        """The request for the file."""
        ...


# RFC 3986 unreserved characters and the few that partners write raw in a query.
_QUERY_SAFE: Final = "-._~:,"


def request_target(path: str, query: Sequence[tuple[str, str]]) -> str:
    """Path and query exactly as they are sent: UTF-8 percent-encoding, ``+`` as ``%2B``, a space as ``%20``."""
    pairs = "&".join(
        f"{quote(name, safe=_QUERY_SAFE)}={quote(value, safe=_QUERY_SAFE)}" for name, value in query
    )
    return f"{path}?{pairs}" if pairs else path
