"""Signed notes, keys, checkpoints and receipts against other people's vectors."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from core.disclosure.log.checkpoint import Checkpoint, checkpoint_text, open_checkpoint
from core.disclosure.log.errors import (
    CheckpointInvalid,
    FormatInvalid,
    KeyInvalid,
    NoteInvalid,
    ProofInvalid,
    ReceiptInvalid,
    SignatureInvalid,
)
from core.disclosure.log.note import (
    ED25519,
    SignerKey,
    VerifierKey,
    key_id,
    open_note,
    parse_note,
    sign_note,
    strict_base64,
)
from core.disclosure.log.receipt import Receipt
from core.disclosure.log.tree import leaf_hash, root_of
from tests.support.tlog import vectors

NOTES = vectors("signed_notes")
CHECKPOINTS = vectors("checkpoint_text")
RECEIPTS = vectors("tlog_proof_text")
TESSERA_LOG = vectors("tessera_testdata_log")
TESSERA_KEY = VerifierKey.parse(TESSERA_LOG["vkey"])
P = 2**255 - 19


@pytest.mark.parametrize("vector", NOTES["good"], ids=range(len(NOTES["good"])))
def test_good_note_opens(vector: dict[str, Any]) -> None:
    """A published note opens under its key; other keys' lines do not disturb."""
    key = VerifierKey.parse(vector["vkey"])
    note = open_note(vector["note"].encode(), [key])
    assert vector["note"].startswith(note.text + "\n— ")
    assert [signature.name for signature in note.signatures] == [key.name]
    assert key.vkey == vector["vkey"]


@pytest.mark.parametrize("vector", NOTES["bad"], ids=[vector["desc"] for vector in NOTES["bad"]])
def test_bad_note_is_refused(vector: dict[str, Any]) -> None:
    """A note that others refuse is refused."""
    with pytest.raises(FormatInvalid):
        open_note(vector["note"].encode(), [VerifierKey.parse(vector["vkey"])])


def test_note_that_is_not_utf8_is_refused() -> None:
    """Bytes that are no text are no note."""
    for vector in NOTES["bad_note_bytes_hex"]:
        with pytest.raises(NoteInvalid):
            open_note(bytes.fromhex(vector["hex"]), [VerifierKey.parse(vector["vkey"])])


@pytest.mark.parametrize(
    "vkey",
    [
        *NOTES["bad_vkeys"],
        *NOTES.get("ecdsa_vkeys_to_ignore", []),
        "",
        "name",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l",
    ],
)
def test_bad_vkey_is_refused(vkey: str) -> None:
    """A verification key of another shape, algorithm or id is refused."""
    with pytest.raises(KeyInvalid):
        VerifierKey.parse(vkey)


def _small_order_points() -> set[bytes]:
    """Every encoding of the eight points of small order, from the curve's equation."""
    d = -121665 * pow(121666, P - 2, P) % P
    # y of order 8: 2y² is (1 ± sqrt(1+d))/..., found as the roots of d*y^4 + 2*y^2 - 1 (from x² = y²·(-1)… on doubling).
    ordinates = {0, 1, P - 1}
    for sign in (1, -1):
        root = pow(1 + d, (P + 3) // 8, P)
        if root * root % P != (1 + d) % P:
            root = root * pow(2, (P - 1) // 4, P) % P
        square = (-1 + sign * root) * pow(d, P - 2, P) % P
        y = pow(square, (P + 3) // 8, P)
        if y * y % P != square:
            y = y * pow(2, (P - 1) // 4, P) % P
        if y * y % P == square:
            ordinates |= {y, P - y}
    encodings = set()
    for y in ordinates:
        for value in (y, y + P):
            if value < 2**255:
                for bit in (0, 1):
                    encodings.add((value | bit << 255).to_bytes(32, "little"))
    return encodings


def test_every_point_of_small_order_is_refused_as_a_key() -> None:
    """Keys under which anybody can sign anything are refused, in each of their encodings."""
    points = _small_order_points()
    assert len(points) == 14
    for public in points:
        encoded = base64.b64encode(bytes([ED25519]) + public).decode()
        with pytest.raises(KeyInvalid):
            VerifierKey.parse(f"log+{key_id('log', ED25519, public).hex()}+{encoded}")


@pytest.mark.parametrize("encoded", ["AAB=", "AAA", "AAA= ", "A A=", "AA==\n", "AAA=AAA=", "-_8="])
def test_base64_has_one_form(encoded: str) -> None:
    """Base64 that others might read leniently is not read at all."""
    assert strict_base64(encoded) is None
    assert strict_base64("AAA=") == b"\0\0"


@pytest.mark.parametrize("pair", NOTES["skeys"], ids=range(len(NOTES["skeys"])))
def test_signing_key_has_its_verification_key(pair: dict[str, str]) -> None:
    """A key in Go's form gives the verification key that Go gives, and the same line again."""
    if "skey" in pair:
        key = SignerKey.parse(pair["skey"])
        assert key.skey == pair["skey"]
    else:
        key = SignerKey(pair["vkey"].split("+")[0], bytes.fromhex(pair["seed_hex"]))
    assert key.verifier.vkey == pair["vkey"]


@pytest.mark.parametrize(
    "skey",
    [
        "",
        "PRIVATE+KEY+a b+00000000+AA==",
        "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
        "KEY+x",
    ],
)
def test_bad_signing_key_is_refused(skey: str) -> None:
    """A signing key of another shape or id is refused."""
    with pytest.raises(KeyInvalid):
        SignerKey.parse(skey)


def test_text_that_cannot_be_a_note_is_not_signed() -> None:
    """No signature is made over a text without a final newline or with control characters, nor with a bad name."""
    key = SignerKey.create("log")
    for text in ("", "a", "a\tb\n"):
        with pytest.raises(NoteInvalid):
            sign_note(text, [key])
    for name in ("", "a b", "a+b", "a\n", "a\u00a0b"):
        with pytest.raises(KeyInvalid):
            SignerKey.create(name)


def test_two_keys_sign_one_note() -> None:
    """Both of two keys verify; a known key with a wrong signature refuses the note even if another is right."""
    first, second = SignerKey.create("first"), SignerKey.create("second")
    note = sign_note("hello\n", [first, second])
    assert len(open_note(note.encode(), [first.verifier, second.verifier]).signatures) == 2
    spoilt = sign_note("hello\n", [first]) + second.signature_line("other\n")
    assert len(open_note(spoilt.encode(), [first.verifier]).signatures) == 1
    with pytest.raises(SignatureInvalid):
        open_note(spoilt.encode(), [first.verifier, second.verifier])
    with pytest.raises(NoteInvalid):
        parse_note(b"x" * 1_000_001)


@pytest.mark.parametrize("size", sorted(int(size) for size in TESSERA_LOG["checkpoints"]))
def test_tessera_checkpoint_is_reproduced(size: int) -> None:
    """With Tessera's key each of its checkpoints comes out byte for byte, and opens."""
    expected: str = TESSERA_LOG["checkpoints"][str(size)]
    leaves = [leaf_hash(entry.encode()) for entry in TESSERA_LOG["entries_ascii"]][:size]
    checkpoint = Checkpoint(TESSERA_LOG["origin"], size, root_of(leaves))
    assert sign_note(checkpoint.text, [SignerKey.parse(TESSERA_LOG["skey"])]) == expected
    assert open_checkpoint(expected.encode(), TESSERA_KEY) == checkpoint


def test_checkpoint_text_is_as_others_write_it() -> None:
    """The text of a checkpoint is that of transparency-dev/formats; a root that is not 32 bytes is not read."""
    for vector in CHECKPOINTS["marshal"]:
        text = checkpoint_text(vector["origin"], vector["size"], vector["hash_ascii"].encode())
        assert text == vector["text"]
        with pytest.raises(CheckpointInvalid):
            Checkpoint.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *CHECKPOINTS["invalid"],
        "",
        f"log\n01\n{'A' * 43}=\n",
        f"log\n18446744073709551616\n{'A' * 43}=\n",
        f"log\n1\n{'A' * 43}=\n\n",
        f"log\n+1\n{'A' * 43}=\n",
        f"log\n\u0661\n{'A' * 43}=\n",
    ],
)
def test_bad_checkpoint_is_refused(text: str) -> None:
    """A checkpoint with a missing, empty or malformed line is refused."""
    with pytest.raises(CheckpointInvalid):
        Checkpoint.parse(text)


def test_checkpoint_keeps_extension_lines() -> None:
    """Lines after the root are kept, as the format allows them."""
    text = f"log\n18446744073709551615\n{'A' * 43}=\nmore\n"
    assert Checkpoint.parse(text).extensions == ("more",)
    assert Checkpoint.parse(text).text == text


def test_checkpoint_of_another_origin_is_refused() -> None:
    """A note that our key signed over another log's name is no checkpoint of ours."""
    key = SignerKey.create("ours")
    note = sign_note(checkpoint_text("theirs", 0, hashlib.sha256(b"").digest()), [key])
    with pytest.raises(CheckpointInvalid):
        open_checkpoint(note.encode(), key.verifier)


@pytest.mark.parametrize("vector", RECEIPTS["marshal"], ids=range(len(RECEIPTS["marshal"])))
def test_receipt_text_is_as_others_write_it(vector: dict[str, Any]) -> None:
    """A receipt is written and read as transparency-dev/formats does."""
    extra = vector["extra_ascii"].encode() if "extra_ascii" in vector else None
    path = tuple(base64.b64decode(value) for value in vector["hashes"])
    receipt = Receipt(vector["index"], path, vector["checkpoint"], extra)
    assert receipt.text == vector["text"]
    assert Receipt.parse(vector["text"].encode()) == receipt


@pytest.mark.parametrize(
    "text",
    [
        *RECEIPTS["invalid"],
        "",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=\n" * 64 + "\nx\n",
    ],
)
def test_bad_receipt_is_refused(text: str) -> None:
    """A receipt with another header or a malformed line is refused."""
    with pytest.raises(ReceiptInvalid):
        Receipt.parse(text.encode())


def test_receipt_verifies_its_entry_and_no_other() -> None:
    """A receipt over Tessera's log verifies the entry it is for, and refuses another entry or key."""
    entries = [entry.encode() for entry in TESSERA_LOG["entries_ascii"]]
    leaves = [leaf_hash(entry) for entry in entries]
    path = (leaves[1], root_of(leaves[2:4]), root_of(leaves[4:8]), root_of(leaves[8:]))
    receipt = Receipt.parse(Receipt(0, path, TESSERA_LOG["checkpoints"]["15"]).text.encode())
    assert receipt.verify(entries[0], TESSERA_KEY).size == 15
    with pytest.raises(ProofInvalid):
        receipt.verify(entries[1], TESSERA_KEY)
    with pytest.raises(SignatureInvalid):
        receipt.verify(entries[0], SignerKey.create(TESSERA_LOG["origin"]).verifier)
    with pytest.raises(ReceiptInvalid):
        Receipt.parse(b"\xff\n\n")
