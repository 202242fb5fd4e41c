"""Entries beside genesis, intent and outcome: what was approved, looked at, destroyed, signed, given away and mended.

Who did it never stands here: where a person matters, ``sealed`` is the SHA-256 of a part encrypted under a key that can
be destroyed (`docs/log.md`, Entries).
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from core.disclosure.log.members import (
    Channel,
    Code,
    Count,
    Decision,
    Digest,
    FaultCode,
    KeyEvent,
    KeyId,
    KeyReason,
    Milliseconds,
    Reading,
    ShredReason,
    Size,
    Source,
    Uuid7,
    Verdict,
    VerificationKey,
)

FORMAT: Final = "disclosure-log/v1/"


class Approval(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "approval",
):
    """A second person decided about a transfer to come; an approved one's intent names the approval's ``id``.

    ``digest`` is the keyed digest of exactly what was looked at; ``sealed`` holds who asked and who decided.
    """

    id: Uuid7
    ts: Milliseconds
    decision: Decision
    recipient: Code
    purpose: Code
    count: Annotated[int, Meta(ge=1, le=2**32 - 1)]
    digest: Digest
    sealed: Digest


class Read(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag=FORMAT + "read"
):
    """Somebody looked ``count`` times for a purpose between ``since`` and ``until`` (one session, one purpose).

    Lines as in an intent, one a look, under ``lines_root``: a person opened, or a list or search that names nobody
    (`docs/review.md`); ``sealed`` holds who looked, under a key of its own.
    """

    id: Uuid7
    ts: Milliseconds
    since: Milliseconds
    until: Milliseconds
    action: Reading
    purpose: Code
    count: Annotated[int, Meta(ge=1, le=2**32 - 1)]
    lines_root: Digest
    sealed: Digest


class Shred(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag=FORMAT + "shred"
):
    """Keys are being destroyed: their ids (random, sorted), never the subjects'."""

    ts: Milliseconds
    reason: ShredReason
    keys: Annotated[tuple[KeyId, ...], Meta(min_length=1, max_length=500)]


class KeyChange(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag=FORMAT + "key"
):
    """A signing key of the log begins or ends to sign; ``vkey`` is that key.

    From the entry after a beginning on, every checkpoint carries this key's signature too; from the entry after an
    end on, none does, and its private half is destroyed.
    """

    ts: Milliseconds
    event: KeyEvent
    vkey: VerificationKey
    reason: KeyReason


class Anchor(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "anchor",
):
    """The checkpoint of that size was given to somebody outside."""

    ts: Milliseconds
    channel: Channel
    size: Size
    root: Digest


class ClockStep(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag=FORMAT + "clock"
):
    """The machine's clock stepped back: the entry before says ``before``, which is later than ``ts``."""

    ts: Milliseconds
    before: Milliseconds


class FaultCleared(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="t", tag=FORMAT + "fault"
):
    """Since ``since`` nothing left because of a fault of the log; a person has opened it again, the log verified."""

    ts: Milliseconds
    code: FaultCode
    since: Milliseconds


class Resume(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "resume",
):
    """An older database was restored; the entries ``start`` to ``end`` were put back from a copy of the log.

    ``root`` is the tree's root at ``end``.  Of these entries' transfers the register's tables know nothing, and an
    outcome among them may be stated again.
    """

    ts: Milliseconds
    source: Source
    start: Size
    end: Size
    root: Digest


class Review(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="t",
    tag=FORMAT + "review",
):
    """A reviewer has reviewed the entries ``start`` to ``end``; ``root`` is the tree's root at ``end``.

    ``sampled`` transfers were looked at in full, ``findings`` were made, ``open`` are still open (older ones too);
    ``sealed`` holds who signed off and the findings' words.
    """

    id: Uuid7
    ts: Milliseconds
    start: Size
    end: Size
    root: Digest
    verdict: Verdict
    sampled: Count
    findings: Count
    open: Count
    sealed: Digest
