"""What stands in the log: one entry an event, RFC 8785 JSON of a fixed shape for each kind.

An entry holds codes, counts, times and digests; each field has a pattern, so that no name fits in.  Profile: ASCII
keys, whole numbers below 2**53, strings in NFC, no floats, no nulls; the member ``t`` names format and kind.
Stored bytes are hashed as they are and never serialised again; a reader refuses bytes that are not their own
canonical form, so that a parser sees one meaning (`docs/log.md`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
import rfc8785
from msgspec import UNSET, Meta, UnsetType

from core.disclosure.log.errors import EntryInvalid

FORMAT: Final = "disclosure-log/v1/"
MAX_ENTRY_BYTES: Final = 65_535
_LARGEST_INTEGER: Final = 2**53 - 1

Code = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,39}\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Milliseconds = Annotated[int, Meta(ge=0, le=_LARGEST_INTEGER)]
Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Size = Annotated[int, Meta(ge=0, le=_LARGEST_INTEGER)]
Version = Annotated[str, Meta(pattern=r"\A(?:[0-9][0-9a-z.+-]{0,63}|[0-9a-f]{8,64})\Z")]
Uuid7 = Annotated[
    str, Meta(pattern=r"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
Origin = Annotated[str, Meta(pattern=r"\A[!-*,-~]{1,255}\Z")]
VerificationKey = Annotated[str, Meta(pattern=r"\A[!-~]{1,400}\Z")]
State = Annotated[str, Meta(pattern=r"\A(?:delivered|refused|not_sent|in_doubt|partial)\Z")]
SettledBy = Annotated[str, Meta(pattern=r"\A(?:answer|inquiry|person|recovery)\Z")]


class Predecessor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log that this one continues: its origin and the last checkpoint that still stands."""

    origin: Origin
    size: Size
    root: Digest


class Genesis(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "genesis",
):
    """The first entry: whose log it is, under which key and policy."""

    ts: Milliseconds
    origin: Origin
    vkey: VerificationKey
    policy: Version
    software: Version
    predecessor: Predecessor | UnsetType = UNSET


class Intent(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "intent",
):
    """Somebody is about to disclose: durable and signed before a byte leaves.

    ``id`` is the transfer's UUIDv7; ``categories`` are sorted without repetition; ``count`` persons, one line each
    under ``lines_root``; ``sealed`` is the SHA-256 of the sealed (encrypted) part.
    """

    id: Uuid7
    ts: Milliseconds
    purpose: Code
    basis: Code
    recipient: Code
    channel: Code
    country: Country
    categories: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=32)]
    count: Annotated[int, Meta(ge=1, le=2**32 - 1)]
    lines_root: Digest
    policy: Version
    software: Version
    sealed: Digest


class Outcome(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "outcome",
):
    """What became of an intent.  The four counts add up to the intent's count.

    ``state`` is delivered, refused, not_sent, in_doubt or partial; a later outcome of the same intent settles an
    earlier doubt.  ``by``: answer (the partner's), inquiry, person, recovery (at start-up).  ``digest``: the keyed
    digest of what was really sent, absent when nothing was.
    """

    intent: Uuid7
    ts: Milliseconds
    state: State
    by: SettledBy
    delivered: Count
    refused: Count
    not_sent: Count
    in_doubt: Count
    digest: Digest | UnsetType = UNSET


Body = Genesis | Intent | Outcome
BODIES: Final[Mapping[str, type[Body]]] = {"genesis": Genesis, "intent": Intent, "outcome": Outcome}
_KIND_OF_TYPE: Final = {body: kind for kind, body in BODIES.items()}
_DECODER: Final = msgspec.json.Decoder(Body)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def kind_of(body: Body) -> str:
    """The kind's name: ``genesis``, ``intent``, ``outcome``."""
    return _KIND_OF_TYPE[type(body)]


def canonical(value: Any) -> bytes:
    """*value* as RFC 8785 JSON within the profile.

    Raises:
        EntryInvalid: a float, a null, a large number, a key that is not ASCII, a string not in NFC.
    """
    _check_profile(value)
    return rfc8785.dumps(value)


def _check_profile(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise EntryInvalid(detail="a key is not ASCII")
            _check_profile(member)
    elif isinstance(value, list | tuple):
        for member in value:
            _check_profile(member)
    elif isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise EntryInvalid(detail="a string is not in NFC")
    elif isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise EntryInvalid(detail="a number is too large")
    else:
        raise EntryInvalid(detail="a value is neither text nor a whole number")


def body_of(kind: str, members: Mapping[str, object]) -> Body:
    """The typed body of *kind* from its members (without ``t``).

    Raises:
        EntryInvalid: the kind is unknown, a member is missing, unknown or not as its pattern wants it.
    """
    if kind not in BODIES:
        raise EntryInvalid(detail=f"unknown kind {kind}")
    try:
        body = msgspec.convert({**members, "t": FORMAT + kind}, BODIES[kind])
    except msgspec.ValidationError as error:
        raise EntryInvalid(detail=str(error)) from error
    _check_rules(body)
    return body


def encode(body: Body) -> bytes:
    """The entry's bytes, as they are stored and hashed.

    Raises:
        EntryInvalid: a member is not as its pattern wants it, or the entry is longer than 65,535 bytes.
    """
    members = msgspec.to_builtins(body)
    body_of(kind_of(body), {name: value for name, value in members.items() if name != "t"})
    entry = canonical(members)
    if len(entry) > MAX_ENTRY_BYTES:
        raise EntryInvalid(detail="longer than 65535 bytes")
    return entry


def decode(entry: bytes) -> Body:
    """The typed body of an entry's stored bytes.

    Raises:
        EntryInvalid: not JSON of a known kind, outside the kind's schema, or not in canonical form.
    """
    if len(entry) > MAX_ENTRY_BYTES:
        raise EntryInvalid(detail="longer than 65535 bytes")
    try:
        body: Body = _DECODER.decode(entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EntryInvalid(detail=str(error)) from error
    # Every string is held to a pattern of plain ASCII, where sorted compact JSON and RFC 8785 are the same bytes.
    if _ENCODER.encode(body) != entry:
        raise EntryInvalid(detail="not in canonical form")
    _check_rules(body)
    return body


def _check_rules(body: Body) -> None:
    """What a pattern cannot say."""
    if isinstance(body, Intent) and list(body.categories) != sorted(set(body.categories)):
        raise EntryInvalid(detail="the categories are not sorted")
    if isinstance(body, Outcome):
        counts = {
            "delivered": body.delivered,
            "refused": body.refused,
            "not_sent": body.not_sent,
            "in_doubt": body.in_doubt,
        }
        present = [state for state, count in counts.items() if count]
        if present != [body.state] and (body.state != "partial" or len(present) < 2):  # noqa: PLR2004 - a part, and another
            raise EntryInvalid(detail="the state and the counts disagree")
