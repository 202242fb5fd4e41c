"""For people outside: cosignatures by their own keys, proofs of growth, anchors that reach them."""

from __future__ import annotations

import base64
import email
import email.policy
import struct
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.log.anchors import Channels, addresses, anchor, anchor_page, anchor_state
from core.disclosure.log.checkpoint import Checkpoint, open_checkpoint
from core.disclosure.log.cosignature import Cosigner, CosignerKey, WitnessState, cosign
from core.disclosure.log.cosigned import add_cosignatures
from core.disclosure.log.errors import KeyInvalid, NoteInvalid, ProofInvalid, SignatureInvalid
from core.disclosure.log.export_check import verify_export
from core.disclosure.log.keeping_errors import (
    AnchorUnwritable,
    CheckpointUnknown,
    NoAnchorConfigured,
    ProofNeeded,
    WitnessRefused,
    WitnessStateBroken,
    WitnessWentBack,
)
from core.disclosure.log.note import VerifierKey, parse_note, sign_note
from core.disclosure.log.proofs import consistency_of, consistency_text, parse_consistency
from core.keys import KeyFileBroken, KeyFileExists
from tests.support import tlog
from tests.support.log_bodies import fill

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock


@pytest.fixture
def cosigner(tmp_path: Path) -> Cosigner:
    """A data protection officer's own key."""
    return Cosigner.create(tmp_path / "dpo.key", "example.org/dpo")


def _proof(log: DisclosureLog, old: int, new: int) -> list[bytes]:
    with log.database.reading() as connection:
        return consistency_of(connection, old, new)


def _grown(log: DisclosureLog, size: int) -> bytes:
    fill(log, size)
    return log.sign().note.encode()


def test_cosignature_is_what_c2sp_says(cosigner: Cosigner, clock: FixedClock) -> None:
    """Type 0x04: key id, time in eight bytes, and Ed25519 over "cosignature/v1", the time and the note's text."""
    line = cosigner.line("example.com/log\n1\nAAAA\n", 1_700_000_000)
    name, encoded = line.removeprefix("— ").rstrip("\n").split(" ")
    content = base64.b64decode(encoded)
    assert (name, len(content)) == ("example.org/dpo", 76)
    assert content[:4] == cosigner.key.id
    assert struct.unpack(">Q", content[4:12]) == (1_700_000_000,)
    message = b"cosignature/v1\ntime 1700000000\nexample.com/log\n1\nAAAA\n"
    Ed25519PublicKey.from_public_bytes(cosigner.key.public).verify(content[12:], message)
    assert base64.b64decode(cosigner.key.vkey.split("+", 2)[2])[0] == 4
    assert CosignerKey.parse(cosigner.key.vkey) == cosigner.key


def test_cosigner_key_file_is_private_and_kept(tmp_path: Path, cosigner: Cosigner) -> None:
    """The key is never written over; a log's key is no cosigner's key and the other way round."""
    assert (tmp_path / "dpo.key").stat().st_mode & 0o777 == 0o600
    assert Cosigner.load(tmp_path / "dpo.key").key == cosigner.key
    with pytest.raises(KeyFileExists):
        Cosigner.create(tmp_path / "dpo.key", "example.org/dpo")
    with pytest.raises(KeyInvalid):
        Cosigner.create(tmp_path / "other.key", "with space")
    LogSigner.create(tmp_path / "log2.key", "example.fi/x")
    with pytest.raises(KeyFileBroken):
        Cosigner.load(tmp_path / "log2.key")
    with pytest.raises(KeyInvalid):
        VerifierKey.parse(cosigner.key.vkey)
    for broken in ("", "a+b+c", cosigner.key.vkey[:-4], cosigner.key.vkey.replace("dpo", "dpa")):
        with pytest.raises(KeyInvalid):
            CosignerKey.parse(broken)


def test_witness_follows_a_growing_log_and_refuses_others(
    sqlite_log: DisclosureLog, cosigner: Cosigner, tmp_path: Path, clock: FixedClock
) -> None:
    """First and same size need no proof; growth needs one that holds; a roll-back and a fork are refused."""
    state = WitnessState(tmp_path / "dpo.state")
    key = VerifierKey.parse(sqlite_log.vkey)
    now = clock.now()
    small = _grown(sqlite_log, 5)
    assert cosign(cosigner, state, small, key=key, now=now) == cosign(
        cosigner, state, small, key=key, now=now
    )
    large = _grown(sqlite_log, 300)
    with pytest.raises(ProofNeeded):
        cosign(cosigner, state, large, key=key, now=now)
    proof = _proof(sqlite_log, 5, 300)
    for wrong in ([], proof[:-1], [*proof, bytes(32)], [bytes(32), *proof[1:]]):
        with pytest.raises(WitnessRefused):
            cosign(cosigner, state, large, key=key, now=now, proof=wrong)
    assert state.seen(sqlite_log.origin).size == 5
    assert cosign(cosigner, state, large, key=key, now=now, proof=proof)
    assert state.seen(sqlite_log.origin).size == 300
    with pytest.raises(WitnessWentBack):
        cosign(cosigner, state, small, key=key, now=now)
    fork = sqlite_log.signer.sign(300, bytes(32), now).note.encode()
    with pytest.raises(WitnessRefused):
        cosign(cosigner, state, fork, key=key, now=now)
    with pytest.raises(SignatureInvalid):
        cosign(cosigner, state, large.replace(b"\n300\n", b"\n301\n"), key=key, now=now)
    for broken in ("nonsense", "[]", '{"other/log": "example.fi/x\\n1\\nAAAA\\n"}'):
        (tmp_path / "dpo.state").write_text(broken)
        with pytest.raises(WitnessStateBroken):
            cosign(cosigner, state, large, key=key, now=now)


def test_every_fork_is_refused_by_a_witness(
    sqlite_log: DisclosureLog, cosigner: Cosigner, tmp_path: Path, clock: FixedClock
) -> None:
    """A log that differs from one entry on, whichever: no proof that it can give leads from the cosigned checkpoint."""
    key = VerifierKey.parse(sqlite_log.vkey)
    held = _grown(sqlite_log, 20)
    larger = _grown(sqlite_log, 40)
    honest = _proof(sqlite_log, 20, 40)
    root = open_checkpoint(held, key).root
    for fork in range(20):
        state = WitnessState(tmp_path / f"state-{fork}")
        cosign(cosigner, state, held, key=key, now=clock.now())
        # The forger holds the log's key and signs any root at 40; the proof is bent at each place in turn.
        forged = sqlite_log.signer.sign(40, bytes([fork]) * 32, clock.now()).note.encode()
        for proof in (honest, [*honest[:fork], root, *honest[fork + 1 :]], []):
            with pytest.raises(WitnessRefused):
                cosign(cosigner, state, forged, key=key, now=clock.now(), proof=proof)
        assert cosign(cosigner, state, larger, key=key, now=clock.now(), proof=honest)


def test_witness_vectors(cosigner: Cosigner, tmp_path: Path, clock: FixedClock) -> None:
    """The requests that torchwood's witness answers are answered alike: 200 cosigned, anything else refused."""
    vectors = tlog.vectors("witness_add_checkpoint")
    key = VerifierKey.parse(vectors["log_vkey"])
    state = WitnessState(tmp_path / "state")
    answered = []
    for case in vectors["cases"]:
        head, _, note = case["body"].partition("\n\n")
        old, proof = parse_consistency(f"{head}\n".encode())
        content = note.encode()
        seen = state.seen(note.split("\n", 1)[0]).size
        try:
            # What a network witness answers with 409: the proof starts from another size than the one it remembers.
            line = (
                "" if old != seen else cosign(cosigner, state, content, key=key, now=clock.now(), proof=proof)
            )
        except (WitnessRefused, NoteInvalid, SignatureInvalid, ProofInvalid):
            line = ""
        answered.append(bool(line))
    assert answered == [case["status"] == 200 for case in vectors["cases"]]
    assert any(answered)


def test_proof_file_is_read_back_or_refused(sqlite_log: DisclosureLog) -> None:
    """A proof travels as the head of a witness request; anything else is refused."""
    fill(sqlite_log, 30)
    proof = _proof(sqlite_log, 7, 30)
    content = consistency_text(7, proof).encode()
    assert parse_consistency(content) == (7, proof)
    for broken in (b"", b"old\n", b"old x\n", b"new 7\n", content[:-2], content + b"AAAA\n", b"\xff"):
        with pytest.raises(ProofInvalid):
            parse_consistency(broken)
    with pytest.raises(CheckpointUnknown):
        _proof(sqlite_log, 7, 31)
    with pytest.raises(ProofInvalid):
        _proof(sqlite_log, 8, 7)


def test_cosignature_is_kept_and_exported(
    log: DisclosureLog, cosigner: Cosigner, tmp_path: Path, clock: FixedClock
) -> None:
    """A cosigned checkpoint comes back with its line, once; exports carry it, also when the log has grown since."""
    note = _grown(log, 9)
    key = VerifierKey.parse(log.vkey)
    line = cosign(cosigner, WitnessState(tmp_path / "state"), note, key=key, now=clock.now())
    content = note + line.encode()
    for _ in range(2):
        with log.database.unit_of_work() as uow:
            assert add_cosignatures(uow, content, cosigner.key.vkey) == (9, int(clock.now().timestamp()))
            uow.commit()
    log.export(tmp_path / "out")
    assert (tmp_path / "out" / "checkpoint").read_bytes() == content
    assert verify_export(tmp_path / "out", log.vkey, [content]).verified
    fill(log, 33)
    log.sign()
    log.export(tmp_path / "out")
    assert (tmp_path / "out" / "checkpoints" / "9").read_bytes() == content
    assert verify_export(tmp_path / "out", log.vkey).verified
    (tmp_path / "out" / "checkpoints" / "9").write_bytes(content.replace(b"\n9\n", b"\n8\n"))
    assert not verify_export(tmp_path / "out", log.vkey).verified


def test_cosignature_of_something_else_is_refused(
    sqlite_log: DisclosureLog, cosigner: Cosigner, tmp_path: Path, clock: FixedClock
) -> None:
    """Another key's, a changed or missing line, a checkpoint that was never signed here: nothing is kept."""
    note = _grown(sqlite_log, 9)
    text = parse_note(note).text
    line = cosigner.line(text, 1).encode()
    other = Cosigner.create(tmp_path / "other.key", "example.org/other")
    spoilt = base64.b64encode(cosigner.key.id + bytes(72)).decode()
    never = sign_note(Checkpoint(sqlite_log.origin, 8, bytes(32)).text, sqlite_log.signer._keys).encode()
    foreign = Checkpoint(sqlite_log.origin, 10**9, bytes(32)).text
    for content, vkey, refusal in (
        (note, cosigner.key.vkey, SignatureInvalid),
        (note + line, other.key.vkey, SignatureInvalid),
        (note + f"— {cosigner.key.name} {spoilt}\n".encode(), cosigner.key.vkey, SignatureInvalid),
        (never + cosigner.line(parse_note(never).text, 1).encode(), cosigner.key.vkey, CheckpointUnknown),
        (f"{foreign}\n{cosigner.line(foreign, 1)}".encode(), cosigner.key.vkey, CheckpointUnknown),
        (b"nothing", cosigner.key.vkey, NoteInvalid),
    ):
        with sqlite_log.database.unit_of_work() as uow, pytest.raises(refusal):
            add_cosignatures(uow, content, vkey)


# --------------------------------------------------------------------------------------------------------- anchors


def test_checkpoint_goes_out_by_mail_and_directory(log: DisclosureLog, tmp_path: Path) -> None:
    """Both files hold the checkpoint to the byte, both are entries, and the key that verifies it is with them."""
    channels = Channels(tmp_path, ("dpo@example.org", "auditor@example.com"), "register@example.fi", tmp_path)
    fill(log, 9)
    note = log.sign().note
    key = VerifierKey.parse(log.vkey)
    directory, mail = anchor(log, channels, "fi")
    assert directory.read_text() == note
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert note in body.get_content().replace("\r\n", "\n")
    (attached,) = message.iter_attachments()
    assert open_checkpoint(attached.get_content(), key).size == 9
    assert message["To"] == "dpo@example.org, auditor@example.com"
    assert "luovutuslokista" in body.get_content()
    report = log.verify()
    assert report.verified
    assert (report.kinds["anchor"], report.unsigned) == (2, 0)


def test_page_carries_the_checkpoint_as_text_and_code(log: DisclosureLog, tmp_path: Path) -> None:
    """The page stands alone: no script, no address, the checkpoint as text and as a QR code, a line to sign on."""
    fill(log, 9)
    signed = anchor_page(log, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text()
    assert all(line in page for line in signed.note.split("\n"))
    assert "<svg" in page
    assert log.vkey in page
    assert "<script" not in page
    assert "href" not in page
    assert log.verify().kinds["anchor"] == 1


def test_overdue_anchor_is_an_alarm_also_when_nothing_happens(
    log: DisclosureLog, tmp_path: Path, clock: FixedClock
) -> None:
    """Time runs from the beginning or the last anchor; each anchor is an entry, so that the next one differs."""

    def state() -> tuple[bool, bool]:
        with log.database.reading() as connection:
            found = anchor_state(connection, clock.now(), 2)
        return found.due, found.overdue

    assert state() == (True, False)
    anchor(log, Channels(directory=tmp_path), "en")
    first = log.latest()
    assert state() == (False, False)
    clock.advance(timedelta(days=2).total_seconds() - 3600)
    assert state() == (True, False)
    clock.advance(7200)
    assert state() == (True, True)
    anchor(log, Channels(directory=tmp_path), "en")
    assert state() == (False, False)
    assert first != log.latest()
    assert len(list(tmp_path.glob("*.checkpoint"))) == 2


def test_anchor_that_cannot_be_written_is_no_entry(log: DisclosureLog, tmp_path: Path) -> None:
    """Without a channel, or with one that fails, the log does not say that anything was given away."""
    with pytest.raises(NoAnchorConfigured):
        anchor(log, Channels(mail_directory=tmp_path), "en")
    with pytest.raises(AnchorUnwritable):
        anchor(log, Channels(directory=tmp_path / "missing"), "en")
    assert "anchor" not in log.verify().kinds
    assert addresses(["a@example.org\nBcc: x@example.net "]) == ("a@example.org Bcc: x@example.net",)
