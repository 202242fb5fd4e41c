"""HMAC-SHA-256 and the keys that are derived by it, spelt out: each line of a transfer needs five."""

from __future__ import annotations

import hashlib
from typing import Final

_NO_SALT: Final = bytes(32)
_HMAC_BLOCK: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


def hmac_sha256(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104) for keys of up to 64 bytes: as `hmac.digest`, which takes half as long again.

    Each line of a transfer needs five.
    """
    padded = key.ljust(_HMAC_BLOCK, b"\0")
    inner = hashlib.sha256(padded.translate(_INNER) + content).digest()
    return hashlib.sha256(padded.translate(_OUTER) + inner).digest()


def derived(key: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt, one block: spelt out, since each line of a transfer needs it."""
    return hmac_sha256(hmac_sha256(_NO_SALT, key), b"rekisteri/" + purpose + b"\x01")
