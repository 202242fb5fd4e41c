"""What the gate knows of a way out: it renders, delivers and can be asked.  Standard library only.

The hub wraps each partner's adapter as an `Exit`; exports, labels and letters are others.  An exit gets a `Permit`
which only a durable, signed intent yields, and says `attempt` before each effect that sends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    FieldValue = str | tuple[Mapping[str, str], ...]

NO_ANSWER: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """One data subject's share of a transfer, holding permitted fields only.

    ``id`` is unique in the transfer; ``key`` is the idempotency key that the partner can be asked by later.  Field
    values are text, or for ``order.lines`` a tuple of mappings of text (product, description, quantity, unit_price,
    vat_percent; decimals with a point).
    """

    id: str
    key: str
    fields: Mapping[str, FieldValue] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes that will leave, exactly; ``label`` says in a word what they are (``customer``, ``invoice``, ``file``).

    ``said`` is what a PDF was set from: a PDF's own bytes are compressed, so values cannot be sought in them.
    """

    item_ids: tuple[str, ...]
    content: bytes = field(repr=False)
    media_type: str
    label: str
    said: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The partner has it.  ``pending``: it will confirm later.  ``answer``: what an enquiry brought back."""

    reference: str | None = None
    pending: bool = False
    answer: Mapping[str, object] = field(default_factory=lambda: NO_ANSWER, repr=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The partner has definitely refused it: it does not have it.  ``message`` is the partner's own, uncleaned."""

    code: str
    message: str = ""
    fixable: bool = True


@dataclass(frozen=True, slots=True)
class NotSent:
    """Proved: no byte of the payload left (no address, no connection, refused before sending)."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything that is not declared definite; the transfer is in doubt."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The answer to an inquiry: the partner does not have it."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A batch whose items fared differently; keys are item ids."""

    items: Mapping[str, Accepted | Rejected | NotSent | NotFound | Unknown]


Outcome = Accepted | Rejected | NotSent | Unknown | Partial
InquiryResult = Accepted | Rejected | NotFound | Unknown | Partial


@dataclass(frozen=True, slots=True)
class ExitManifest:
    """What an exit declares of itself; the recipient's agreement can only be narrowed by it."""

    name: str
    version: str
    purposes: frozenset[str]
    requires: frozenset[str]
    may_use: frozenset[str]
    in_doubt: Literal["inquire", "manual"]
    settle_seconds: int
    environment: Literal["sandbox", "test", "production"]
    # Where the bytes go: host names, or a directory's name for files.
    destinations: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """Every field that the exit can make use of."""
        return self.requires | self.may_use


class Permit(Protocol):
    """Proof that a durable, signed intent covers this sending.  Only the gate makes one; it is not a data class."""

    @property
    def transfer_id(self) -> str:
        """The transfer that it allows, and no other."""
        ...

    @property
    def log_index(self) -> int:
        """Where the intent stands in the disclosure log."""
        ...

    @property
    def user_name(self) -> str:
        """The user name of the member of staff who sends; some partners want to be told (Asiakastieto's enduser)."""
        ...


class Attempt(Protocol):
    """Called by an exit before each effect that sends personal data; returns when the attempt is durable."""

    def __call__(self, description: str, digest: bytes) -> None:
        """Record that *description* (no personal data) with the SHA-256 *digest* of its bytes is about to be sent."""
        ...


class Exit(Protocol):
    """A way out."""

    @property
    def manifest(self) -> ExitManifest:
        """What it declares."""
        ...

    def render(self, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The bytes that would leave; pure, deterministic: this is the preview.

        Raises:
            InvalidInput: an item cannot be rendered (a character outside the partner's charset, a field too long).
        """
        ...

    def deliver(
        self,
        permit: Permit,
        purpose: str,
        items: Sequence[Item],
        payloads: Sequence[Payload],
        attempt: Attempt,
    ) -> Outcome:
        """Send *payloads*; *attempt* is called before each effect that sends."""
        ...

    def inquire(self, permit: Permit, items: Sequence[Item]) -> InquiryResult:
        """Ask the partner by the items' keys whether it has them; the items carry no fields."""
        ...
