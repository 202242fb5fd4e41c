r"""Signed notes (C2SP signed-note v1.0.0) with Ed25519, and the keys for them.

::

    text\n
    \n
    — <key name> base64(key ID[4] || signature)\n

Strict where the specification leaves room: base64 has one form, keys of small order (under which anybody can sign
anything) are refused, and a known key whose signature fails refuses the whole note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.disclosure.log.errors import KeyInvalid, NoteInvalid, SignatureInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ED25519: Final = 0x01
MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
_KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_SIGNATURE_MARK: Final = "— "
_PRIVATE: Final = "PRIVATE+KEY+"
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}\Z")
_SIGN_BIT_OFF: Final = 0x7F

# Every encoding of the points of order 1, 2, 4 and 8, sign bit cleared (as libsodium refuses them).
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(encoding)
    for encoding in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


def strict_base64(text: str) -> bytes | None:
    """The bytes of standard padded base64, or None unless *text* is their one canonical form."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if base64.b64encode(content).decode() == text else None


def is_key_name(name: str) -> bool:
    """Whether *name* can name a key: not empty, no white space, no plus sign, no control characters."""
    return bool(name) and "+" not in name and not any(char.isspace() or char < " " for char in name)


@lru_cache(maxsize=64)
def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The 4 bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:_KEY_ID_BYTES]


@lru_cache(maxsize=64)
def _loaded(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that verifies: name, public key (32 bytes)."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """From its one line ``name+id+base64(type || key)``.

        Raises:
            KeyInvalid: another shape or algorithm, an id that is not the key's, or a key of small order.
        """
        # The base64 may hold plus signs of its own.
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not is_key_name(parts[0]) or not _KEY_ID.match(parts[1]):  # noqa: PLR2004 - name, id, key
            raise KeyInvalid
        content = strict_base64(parts[2])
        if content is None or len(content) != 1 + _KEY_BYTES or content[0] != ED25519:
            raise KeyInvalid
        key = cls(parts[0], content[1:])
        if key.id.hex() != parts[1] or key.is_small_order:
            raise KeyInvalid
        return key

    @property
    def id(self) -> bytes:
        """The key ID, 4 bytes."""
        return key_id(self.name, ED25519, self.public)

    @property
    def is_small_order(self) -> bool:
        """Whether signatures under this key mean nothing."""
        return self.public[:-1] + bytes([self.public[-1] & _SIGN_BIT_OFF]) in _SMALL_ORDER

    @property
    def vkey(self) -> str:
        """The one line that others verify with."""
        encoded = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether *signature* is this key's over *text*."""
        try:
            _loaded(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SignerKey:
    """A key that signs: name and 32-byte seed; ``verifier`` is its public half."""

    name: str
    seed: bytes
    verifier: VerifierKey = field(init=False)
    _private: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        object.__setattr__(self, "_private", private)
        object.__setattr__(self, "verifier", VerifierKey(self.name, private.public_key().public_bytes_raw()))

    @classmethod
    def parse(cls, skey: str) -> SignerKey:
        """From Go's one line ``PRIVATE+KEY+name+id+base64(type || seed)``.

        Raises:
            KeyInvalid: another shape or algorithm, or an id that is not the key's.
        """
        parts = skey.removeprefix(_PRIVATE).split("+", 2)
        if not skey.startswith(_PRIVATE) or len(parts) != 3 or not is_key_name(parts[0]):  # noqa: PLR2004 - name, id, seed
            raise KeyInvalid
        content = strict_base64(parts[2])
        if content is None or len(content) != 1 + _KEY_BYTES or content[0] != ED25519:
            raise KeyInvalid
        key = cls(parts[0], content[1:])
        if key.verifier.id.hex() != parts[1]:
            raise KeyInvalid
        return key

    @classmethod
    def create(cls, name: str) -> SignerKey:
        """A new random key.

        Raises:
            KeyInvalid: *name* cannot name a key.
        """
        if not is_key_name(name):
            raise KeyInvalid
        return cls(name, secrets.token_bytes(_KEY_BYTES))

    @property
    def skey(self) -> str:
        """The one line that the key file holds."""
        encoded = base64.b64encode(bytes([ED25519]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{encoded}"

    def signature_line(self, text: str) -> str:
        """This key's signature line under *text* (Ed25519 is deterministic: always the same)."""
        content = self.verifier.id + self._private.sign(text.encode())
        return f"{_SIGNATURE_MARK}{self.name} {base64.b64encode(content).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: key name, key ID (4 bytes), signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; its signatures are not checked yet."""

    text: str
    signatures: tuple[Signature, ...]


def sign_note(text: str, keys: Iterable[SignerKey]) -> str:
    """*text* with a signature line of each key.

    Raises:
        NoteInvalid: the text is empty, does not end its line or holds control characters.
    """
    if not text.endswith("\n") or _has_controls(text):
        raise NoteInvalid
    return text + "\n" + "".join(key.signature_line(text) for key in keys)


def _has_controls(text: str) -> bool:
    return any(char < " " and char != "\n" for char in text)


def parse_note(content: bytes) -> Note:
    """The text and signature lines of a note.

    Raises:
        NoteInvalid: not UTF-8, control characters, no or malformed signature lines, too many, too large.
    """
    if len(content) > MAX_NOTE_BYTES:
        raise NoteInvalid
    try:
        whole = content.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid from error
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n") or _has_controls(whole):
        raise NoteInvalid
    text, block = whole[: split + 1], whole[split + 2 :]
    lines = block.removesuffix("\n").split("\n")
    if not block or len(lines) > MAX_SIGNATURES:
        raise NoteInvalid
    return Note(text, tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> Signature:
    parts = line.removeprefix(_SIGNATURE_MARK).split(" ")
    if not line.startswith(_SIGNATURE_MARK) or len(parts) != 2 or not is_key_name(parts[0]):  # noqa: PLR2004 - name, base64
        raise NoteInvalid
    content = strict_base64(parts[1])
    if content is None or len(content) <= _KEY_ID_BYTES:
        raise NoteInvalid
    return Signature(parts[0], content[:_KEY_ID_BYTES], content[_KEY_ID_BYTES:])


def open_note(content: bytes, keys: Sequence[VerifierKey]) -> Note:
    """The note with those signatures that are valid under *keys*; signatures of unknown keys are left out.

    Raises:
        NoteInvalid: it is not a note.
        SignatureInvalid: a known key's signature does not verify, or no known key has signed.
    """
    note = parse_note(content)
    known = {(key.name, key.id): key for key in keys}
    valid: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        pair = (signature.name, signature.key_id)
        # As Go does: a second line of the same key is not looked at.
        if pair not in known or pair in valid:
            continue
        if not known[pair].verifies(note.text, signature.signature):
            raise SignatureInvalid(key=signature.name)
        valid[pair] = signature
    if not valid:
        raise SignatureInvalid(key=", ".join(key.name for key in keys))
    return Note(note.text, tuple(valid.values()))
