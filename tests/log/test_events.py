"""The other kinds of entries: approvals, reads, destroyed keys, signing keys, anchors, clocks, faults, resumes, reviews."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785

from core.disclosure.log.entries import BODIES, body_of, decode, encode, kind_of
from core.disclosure.log.errors import EntryInvalid
from core.disclosure.log.events import FORMAT
from tests.support.log_bodies import event, intent, outcome, transfer_id

KINDS = sorted(BODIES.keys() - {"genesis", "intent", "outcome"})
NOW = 1_800_000_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_written_and_read_back(kind: str) -> None:
    """A body of each kind becomes its RFC 8785 bytes and comes back as it was."""
    members = event(kind) | {"ts": NOW}
    body = body_of(kind, members)
    entry = encode(body)
    assert entry == rfc8785.dumps({**members, "t": FORMAT + kind})
    assert decode(entry) == body
    assert kind_of(body) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_no_member_takes_a_name(kind: str) -> None:
    """Whatever member a name is put into, the entry cannot be written; nor with one member more or one less."""
    members = event(kind) | {"ts": NOW}
    for member in members:
        for value in ("Maija Meikäläinen", "maija.meikalainen@example.fi", ["Maija"], None):
            with pytest.raises(EntryInvalid):
                encode(body_of(kind, members | {member: value}))
        with pytest.raises(EntryInvalid):
            body_of(kind, {name: value for name, value in members.items() if name != member})
    with pytest.raises(EntryInvalid):
        body_of(kind, members | {"name": "Maija"})


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("approval", {"decision": "perhaps"}),
        ("approval", {"count": 0}),
        ("read", {"action": "copy"}),
        ("read", {"since": 3, "until": 2}),
        ("read", {"until": NOW + 1}),
        ("shred", {"keys": []}),
        ("shred", {"keys": ["b" * 64, "a" * 64]}),
        ("shred", {"keys": ["a" * 64, "a" * 64]}),
        ("shred", {"keys": [f"{number:064x}" for number in range(501)]}),
        ("shred", {"reason": "boredom"}),
        ("key", {"event": "lost"}),
        ("key", {"reason": "boredom"}),
        ("anchor", {"channel": "pigeon"}),
        ("clock", {"before": NOW}),
        ("fault", {"code": "Maija"}),
        ("resume", {"start": 3, "end": 2}),
        ("resume", {"source": "memory"}),
        ("review", {"start": 3, "end": 2}),
        ("review", {"verdict": "fine"}),
    ],
)
def test_words_and_orders_outside_the_schema_are_refused(kind: str, changes: dict[str, Any]) -> None:
    """A word that the schema does not have, numbers out of order, a list that is not sorted: refused."""
    with pytest.raises(EntryInvalid):
        encode(body_of(kind, event(kind) | {"ts": NOW} | changes))


def test_largest_shred_fits_an_entry() -> None:
    """Five hundred keys are one entry; a larger run of erasures writes several."""
    keys = [f"{number:064x}" for number in range(500)]
    assert len(encode(body_of("shred", {"ts": NOW, "reason": "retention", "keys": keys}))) < 40_000


def test_old_entries_keep_their_bytes() -> None:
    """What was added to older kinds is left out when it is not there: entries written before are read as before."""
    entry = encode(body_of("intent", {"ts": NOW} | intent(1)))
    assert b"approval" not in entry
    assert b"decided_by" not in encode(body_of("outcome", {"ts": NOW} | outcome(1)))
    approved = encode(body_of("intent", {"ts": NOW} | intent(1, approval=transfer_id(7))))
    assert decode(approved) == body_of("intent", {"ts": NOW} | intent(1, approval=transfer_id(7)))
