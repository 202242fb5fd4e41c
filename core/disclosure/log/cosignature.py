r"""Cosignatures (C2SP tlog-cosignature v1, Ed25519, type 0x04): somebody else's key under our checkpoint.

::

    signed:  "cosignature/v1\ntime <POSIX seconds>\n" || note text
    line:    — <name> base64(key ID[4] || u64 time || signature[64])

A cosigner keeps a state of its own, origin → size and root, and never signs what contradicts it: so two logs cannot be
shown under one name to people who compare cosignatures.  The state is written before the line is given out.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.disclosure.log.checkpoint import Checkpoint, open_checkpoint
from core.disclosure.log.errors import (
    CheckpointInvalid,
    KeyInvalid,
    NoteInvalid,
    ProofInvalid,
    SignatureInvalid,
)
from core.disclosure.log.high_water import replace_file, sync_directory
from core.disclosure.log.keeping_errors import (
    FileUnwritable,
    ProofNeeded,
    WitnessRefused,
    WitnessStateBroken,
    WitnessWentBack,
)
from core.disclosure.log.note import VerifierKey, is_key_name, key_id, strict_base64
from core.disclosure.log.tree import EMPTY_ROOT, verify_consistency
from core.keys import KeyFileBroken, read_secret_file, write_secret_file
from core.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from core.disclosure.log.note import Note

COSIGNATURE: Final = 0x04
_PRIVATE: Final = "PRIVATE+KEY+"
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}\Z")
_STAMP: Final = struct.Struct(">Q")
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_PARTS: Final = 3


def _message(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _taken_apart(line: str) -> tuple[str, bytes]:
    """Name and 32 bytes of ``name+id+base64(04 || bytes)``; the id is left to the caller."""
    parts = line.split("+", 2)
    if len(parts) != _PARTS or not is_key_name(parts[0]) or not _KEY_ID.match(parts[1]):
        raise KeyInvalid
    content = strict_base64(parts[2])
    if content is None or len(content) != 1 + _KEY_BYTES or content[0] != COSIGNATURE:
        raise KeyInvalid
    return parts[0], content[1:]


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A cosigner's public key."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> CosignerKey:
        """From its one line ``name+id+base64(04 || key)``.

        Raises:
            KeyInvalid: another shape or type, an id that is not the key's, or a key of small order.
        """
        key = cls(*_taken_apart(vkey))
        if key.vkey != vkey or VerifierKey(key.name, key.public).is_small_order:
            raise KeyInvalid
        return key

    @property
    def id(self) -> bytes:
        """The key ID, 4 bytes."""
        return key_id(self.name, COSIGNATURE, self.public)

    @property
    def vkey(self) -> str:
        """The one line that others check its cosignatures with."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([COSIGNATURE]) + self.public).decode()}"

    def seconds(self, text: str, signature: bytes) -> int | None:
        """When this key cosigned *text* (POSIX seconds), None when *signature* is not that."""
        if len(signature) != _STAMP.size + _SIGNATURE_BYTES:
            return None
        (seconds,) = _STAMP.unpack_from(signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature[_STAMP.size :], _message(seconds, text)
            )
        except (InvalidSignature, ValueError):
            return None
        return int(seconds)


def cosignature_in(note: Note, key: CosignerKey) -> tuple[str, int] | None:
    """The line by *key* under *note* and the POSIX seconds it says; None when there is none.

    Raises:
        SignatureInvalid: there is one that does not verify.
    """
    for signature in note.signatures:
        if (signature.name, signature.key_id) == (key.name, key.id):
            seconds = key.seconds(note.text, signature.signature)
            if seconds is None:
                raise SignatureInvalid(key=key.name)
            content = base64.b64encode(signature.key_id + signature.signature).decode()
            return f"— {key.name} {content}\n", seconds
    return None


class Cosigner:
    """Somebody's own key in a file of theirs; needs neither register nor network."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed
        self.key = CosignerKey(name, self._private.public_key().public_bytes_raw())

    @classmethod
    def create(cls, path: Path, name: str) -> Cosigner:
        """Make a new key in a new file (0600).

        Raises:
            KeyInvalid: *name* cannot name a key.
            KeyFileExists: there is a file already.
            FileUnwritable: it cannot be written.
        """
        if not is_key_name(name):
            raise KeyInvalid
        cosigner = cls(name, secrets.token_bytes(_KEY_BYTES))
        encoded = base64.b64encode(bytes([COSIGNATURE]) + cosigner._seed).decode()
        try:
            write_secret_file(path, f"{_PRIVATE}{name}+{cosigner.key.id.hex()}+{encoded}\n".encode())
        except OSError as error:
            raise FileUnwritable(path=str(path), reason=reason_of(error)) from error
        return cosigner

    @classmethod
    def load(cls, path: Path) -> Cosigner:
        """Read the key.

        Raises:
            KeyFileMissing, KeyFileExposed, KeyFileBroken: what is wrong with the file.
        """
        try:
            line = read_secret_file(path).decode().removesuffix("\n")
            cosigner = cls(*_taken_apart(line.removeprefix(_PRIVATE)))
        except (KeyInvalid, UnicodeDecodeError) as error:
            raise KeyFileBroken(path=str(path)) from error
        if line.removeprefix(_PRIVATE).split("+")[1] != cosigner.key.id.hex() or not line.startswith(
            _PRIVATE
        ):
            raise KeyFileBroken(path=str(path))
        return cosigner

    def line(self, text: str, seconds: int) -> str:
        """The signature line under a note's text; call it for what `cosign` has let through and for nothing else."""
        content = self.key.id + _STAMP.pack(seconds) + self._private.sign(_message(seconds, text))
        return f"— {self.key.name} {base64.b64encode(content).decode()}\n"


class WitnessState:
    """What a cosigner has signed: origin → size and root, in a file of the cosigner's own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def seen(self, origin: str) -> Checkpoint:
        """The last checkpoint signed under *origin*; of a log never seen, the empty one.

        Raises:
            WitnessStateBroken: the state cannot be understood.
        """
        known = self._all().get(origin)
        return Checkpoint(origin, 0, EMPTY_ROOT) if known is None else known

    def _all(self) -> dict[str, Checkpoint]:
        if not self.path.exists():
            return {}
        try:
            lines: dict[str, str] = json.loads(self.path.read_text())
            known = {origin: Checkpoint.parse(text) for origin, text in lines.items()}
        except (OSError, ValueError, AttributeError, CheckpointInvalid) as error:
            raise WitnessStateBroken(path=str(self.path)) from error
        if any(origin != checkpoint.origin for origin, checkpoint in known.items()):
            raise WitnessStateBroken(path=str(self.path))
        return known

    def remember(self, checkpoint: Checkpoint) -> None:
        """Durable before it returns.

        Raises:
            FileUnwritable: it cannot be written; nothing may be signed.
        """
        known = self._all() | {checkpoint.origin: checkpoint}
        content = json.dumps({origin: one.text for origin, one in sorted(known.items())}, indent=1)
        try:
            replace_file(self.path, content.encode())
            sync_directory(self.path.parent)
        except OSError as error:
            raise FileUnwritable(path=str(self.path), reason=reason_of(error)) from error


def cosign(
    cosigner: Cosigner,
    state: WitnessState,
    content: bytes,
    *,
    key: VerifierKey,
    now: datetime,
    proof: Sequence[bytes] | None = None,
) -> str:
    """The cosignature line under the checkpoint in *content*, if it follows from what was cosigned before.

    Args:
        cosigner: whose key signs.
        state: what that key signed before; written before this returns.
        content: the log's signed checkpoint.
        key: the log's key, as the cosigner was given it.
        now: the time that the line says.
        proof: the consistency proof from the remembered size to this one; not needed for the first or the same size.

    Raises:
        FormatInvalid: the checkpoint is not signed by *key*.
        ProofNeeded: the log has grown, and no proof was given.
        WitnessRefused: the checkpoint contradicts what was signed before.
    """
    checkpoint = open_checkpoint(content, key)
    if checkpoint.extensions:
        raise NoteInvalid
    before = state.seen(checkpoint.origin)
    if checkpoint.size < before.size:
        raise WitnessWentBack(origin=checkpoint.origin, old=before.size, new=checkpoint.size)
    if before.size not in {0, checkpoint.size} and proof is None:
        raise ProofNeeded(old=before.size, new=checkpoint.size)
    try:
        path = () if before.size in {0, checkpoint.size} else proof or ()
        verify_consistency(before.size, checkpoint.size, before.root, checkpoint.root, path)
    except ProofInvalid as error:
        raise WitnessRefused(origin=checkpoint.origin, old=before.size, new=checkpoint.size) from error
    state.remember(checkpoint)
    return cosigner.line(checkpoint.text, int(now.timestamp()))
