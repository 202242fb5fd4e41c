"""What stands in the log: one entry an event, RFC 8785 JSON of a fixed shape for each kind.

An entry holds codes, counts, times and digests; each field has a pattern, so that no name fits in.  Profile: ASCII
keys, whole numbers below 2**53, strings in NFC, no floats, no nulls; the member ``t`` names format and kind.
Stored bytes are hashed as they are and never serialised again; a reader refuses bytes that are not their own
canonical form, so that a parser sees one meaning (`docs/log.md`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
import rfc8785
from msgspec import UNSET, Meta, UnsetType

from core.disclosure.log import events
from core.disclosure.log.errors import EntryInvalid
from core.disclosure.log.events import FORMAT
from core.disclosure.log.members import (
    LARGEST_INTEGER,
    Code,
    Count,
    Country,
    Digest,
    Milliseconds,
    Origin,
    SettledBy,
    Size,
    State,
    Uuid7,
    VerificationKey,
    Version,
)

MAX_ENTRY_BYTES: Final = 65_535


class Predecessor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log that this one continues: its origin and the last checkpoint of it that anybody is known to hold.

    ``lost`` entries of it are gone; it is left out when none is.
    """

    origin: Origin
    size: Size
    root: Digest
    lost: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)] | UnsetType = UNSET


class Genesis(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "genesis",
):
    """The first entry: whose log it is, under which key and policy.

    Further on, with a ``predecessor``, it closes the log before it and begins its successor, which goes on with the
    entries that are left, under another origin and key.
    """

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
    under ``lines_root``; ``sealed`` is the SHA-256 of the sealed (encrypted) part; ``approval`` is the id of the entry
    in which a second person approved it, where one had to.
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
    approval: Uuid7 | UnsetType = UNSET


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
    digest of what was really sent, absent when nothing was.  ``decided_by``: the keyed digest of the id of the member
    of staff, where a person decided.
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
    decided_by: Digest | UnsetType = UNSET


Body = (
    Genesis
    | Intent
    | Outcome
    | events.Approval
    | events.Read
    | events.Shred
    | events.KeyChange
    | events.Anchor
    | events.ClockStep
    | events.FaultCleared
    | events.Resume
    | events.Review
)
BODIES: Final[Mapping[str, type[Body]]] = {
    "genesis": Genesis,
    "intent": Intent,
    "outcome": Outcome,
    "approval": events.Approval,
    "read": events.Read,
    "shred": events.Shred,
    "key": events.KeyChange,
    "anchor": events.Anchor,
    "clock": events.ClockStep,
    "fault": events.FaultCleared,
    "resume": events.Resume,
    "review": events.Review,
}
KIND_OF_TYPE: Final[Mapping[type[Body], str]] = {body: kind for kind, body in BODIES.items()}
_DECODER: Final = msgspec.json.Decoder(Body)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def kind_of(body: Body) -> str:
    """The kind's name, one of `BODIES`."""
    return KIND_OF_TYPE[type(body)]


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
        if abs(value) > LARGEST_INTEGER:
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
    rule = _RULES.get(type(body))
    problem = rule(body) if rule else None
    if problem is not None:
        raise EntryInvalid(detail=problem)


@lru_cache(maxsize=4096)
def _in_order(words: tuple[str, ...]) -> bool:
    return list(words) == sorted(set(words))


def _intent_rule(intent: Intent) -> str | None:
    return None if _in_order(intent.categories) else "the categories are not sorted"


def _outcome_rule(outcome: Outcome) -> str | None:
    counts = (outcome.delivered, outcome.refused, outcome.not_sent, outcome.in_doubt)
    if outcome.state == "partial":
        agrees = counts.count(0) <= len(counts) - 2  # a part, and another
    else:
        agrees = 0 < getattr(outcome, outcome.state) == sum(counts)
    return None if agrees else "the state and the counts disagree"


def _shred_rule(shred: events.Shred) -> str | None:
    return None if list(shred.keys) == sorted(set(shred.keys)) else "the keys are not sorted"


def _read_rule(read: events.Read) -> str | None:
    return None if read.since <= read.until <= read.ts else "the times are not in order"


def _span_rule(span: events.Resume | events.Review) -> str | None:
    return None if span.start <= span.end else "the end lies before the start"


def _clock_rule(step: events.ClockStep) -> str | None:
    return None if step.before > step.ts else "the clock did not step back"


_RULES: Final[Mapping[type[Body], Callable[[Any], str | None]]] = {
    Intent: _intent_rule,
    Outcome: _outcome_rule,
    events.Shred: _shred_rule,
    events.Read: _read_rule,
    events.Resume: _span_rule,
    events.Review: _span_rule,
    events.ClockStep: _clock_rule,
}
